"""Tombstone: what stays of an erased person: keyed digests, by which the person is known again and never read.

A digest is HMAC-SHA256 under a key of the project's own, so that nobody can try out ids without that key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "email", "phone", "name"]
KINDS: tuple[Kind, ...] = ("id", "email", "phone", "name")
# The end of a number is the same with and without the code of its country.
PHONE_DIGITS, FEWEST_DIGITS = 9, 7
_BLOCK, _INNER, _OUTER = 64, 0x36, 0x5C


@dataclass(frozen=True, order=True)
class Tombstone:
    """One digest of an erased person: the number of the certificate, what it is a digest of, the digest in hex."""

    certificate: int
    kind: str
    digest: str
    erased_at: str


class Key:
    """The key of a project's tombstones; it shows as ``***``."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "***"

    def digest(self, kind: str, text: str) -> str:
        """The digest of what names a person, the same for every usual spelling."""
        return self._digest(normal(kind, text))

    @property
    def project(self) -> str:
        """A name for the project that the key belongs to; it tells nothing of the key."""
        return self._digest("\0the project of this key")[:16]

    @property
    def pads(self) -> tuple[str, str]:
        """The two padded keys of an HMAC in hex, for a database that knows only SHA-256: inner, outer."""
        secret = self._secret if len(self._secret) <= _BLOCK else hashlib.sha256(self._secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        inner, outer = (bytes(byte ^ pad for byte in padded).hex() for pad in (_INNER, _OUTER))
        return inner, outer

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def normal(kind: str, text: str) -> str:
    """One spelling for all usual ones: e-mails and names in small letters, of a phone its last digits.

    An id keeps its letters as they are, unless it is an e-mail address.
    """
    text = " ".join(text.split())
    if kind == "phone":
        return re.sub("[^0-9]", "", text)[-PHONE_DIGITS:]
    return text if kind == "id" and "@" not in text else text.lower()


def kind_of(text: str) -> Kind:
    """What a text that names a person is, by its look: an e-mail, a phone number with a plus or a nought, or an id."""
    if "@" in text:
        return "email"
    is_phone = re.fullmatch(r"(?:\+|0)[0-9 ()./-]+", text.strip()) and len(normal("phone", text)) >= FEWEST_DIGITS
    return "phone" if is_phone else "id"
