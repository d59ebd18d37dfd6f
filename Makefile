# Everything happens in .venv, made on first use; pip keeps to the machine's own configuration.
PYTHON ?= $(or $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done),$(error Python 3.11 or newer is needed))
BIN = .venv/bin
install = $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet -c constraints.txt -e $(1) && touch $@

.PHONY: demo test check format clean

demo: .venv/installed
	$(BIN)/quintile demo

test: .venv/installed-dev
	@scripts/install-test-services.sh
	$(BIN)/python -m pytest -n 2

check: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis quintile-demo

.venv/installed: pyproject.toml constraints.txt
	$(call install,.)

.venv/installed-dev: pyproject.toml constraints.txt
	$(call install,'.[dev]')
