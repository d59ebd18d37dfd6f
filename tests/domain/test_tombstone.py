"""A tombstone knows a person again in every usual spelling, and tells nobody who it was."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from quintile.domain.tombstone import Key, kind_of, normal

KEY = Key(b"k" * 32)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Anna@Example.com ", "anna@example.com"),
        ("phone", "+49 170 123 45 67", "0170/1234567"),
        ("phone", "0049 (0)170 1234567", "491701234567"),
        ("id", " C-17 ", "C-17"),
        ("id", "Anna@Example.com", "anna@example.com"),
        ("name", "Anna  Smith", "anna smith"),
    ],
)
def test_two_spellings_have_one_digest(kind, one, other):
    assert KEY.digest(kind, one) == KEY.digest(kind, other)


def test_ids_that_differ_in_case_are_two():
    assert KEY.digest("id", "abc") != KEY.digest("id", "ABC")


def test_a_digest_is_an_hmac_under_the_key_alone():
    expected = hmac.new(b"k" * 32, b"anna@example.com", hashlib.sha256).hexdigest()
    assert KEY.digest("email", "anna@example.com") == expected
    assert Key(b"l" * 32).digest("email", "anna@example.com") != expected


@pytest.mark.parametrize("secret", [b"k" * 32, b"k" * 64, b"long " * 40])
def test_the_pads_make_the_same_digest_of_plain_hashes(secret):
    inner, outer = map(bytes.fromhex, Key(secret).pads)
    within = hashlib.sha256(inner + b"abc").digest()
    assert hashlib.sha256(outer + within).hexdigest() == Key(secret).digest("id", "abc")


def test_a_key_never_shows():
    assert repr(Key(b"canary")) == "***"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a@b.c", "email"),
        ("+49 170 1234567", "phone"),
        ("0170 1234567", "phone"),
        ("17841", "id"),
        ("C-7", "id"),
        ("007", "id"),
    ],
)
def test_what_was_asked_for_is_told_by_its_look(text, kind):
    assert kind_of(text) == kind


def test_a_short_number_keeps_all_its_digits():
    assert normal("phone", "12-34") == "1234"
