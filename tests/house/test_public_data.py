"""Public data that is absent: a skip at home, a failure where the tests must be complete."""

from __future__ import annotations

import pytest

from tests.conftest import find_shared


def test_absent_public_data_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="absent"):
        find_shared("data/no_such_shop")


def test_absent_public_data_fails_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="absent"):
        find_shared("data/no_such_shop")
