# Everything happens in .venv, made on first use; pip keeps to the machine's own configuration.
PYTHON ?= $(or $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done),$(error Python 3.11 or newer is needed))
BIN = .venv/bin
install = $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet -c constraints.txt -e $(1) && touch $@

.PHONY: demo test check format docs pictures clean

demo: .venv/installed
	$(BIN)/quintile demo

test: .venv/installed-dev
	@scripts/install-test-services.sh
	$(BIN)/python -m pytest -n 4 --no-loadscope-reorder

check: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Pages of the reference and shown output are made anew; the site lies in site/, open site/index.html.
docs: .venv/installed-dev
	$(BIN)/python -m scripts.make_reference
	$(BIN)/python -m scripts.docs_pages
	$(BIN)/mkdocs build --quiet --strict

pictures: .venv/installed-dev
	@scripts/install-test-services.sh
	$(BIN)/python -m scripts.make_pictures

clean:
	rm -rf .venv site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis quintile-demo

.venv/installed: pyproject.toml constraints.txt
	$(call install,.)

.venv/installed-dev: pyproject.toml constraints.txt
	$(call install,'.[dev]')
