# The same work as the Makefile, for people who have just.
default: check test

setup:
    make .venv/installed-dev

demo:
    make demo

test:
    make test

check:
    make check

format:
    make format

docs:
    make docs
