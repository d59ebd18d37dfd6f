"""One error tree: whatever quintile raises can be caught by one name, and told apart from a bug."""

from __future__ import annotations

import importlib  # noqa: TID251 - the test walks every module there is
import inspect
import pkgutil

import quintile
from quintile.errors import ConservationError, QuintileError


def test_every_error_is_a_quintile_error_but_the_one_that_is_a_bug() -> None:
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(quintile.__path__, "quintile.")]
    errors = {
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BaseException) and value.__module__ == module.__name__
        if not value.__name__.startswith("_")  # what never leaves its own file
    }
    assert QuintileError in errors
    assert {error for error in errors if not issubclass(error, QuintileError)} == {ConservationError}
