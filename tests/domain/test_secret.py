"""Secret: it never prints."""

from __future__ import annotations

from quintile.domain.secret import Secret


def test_a_secret_shows_as_stars_however_it_is_printed():
    secret = Secret("canary")
    assert {str(secret), repr(secret), f"{secret}", f"{[secret]}"} == {"***", "[***]"}
    assert secret.reveal() == "canary"


def test_a_foreign_text_loses_the_secret():
    assert Secret("canary").hidden_in("a canary in a mine") == "a *** in a mine"
    assert Secret("").hidden_in("nothing to hide") == "nothing to hide"
