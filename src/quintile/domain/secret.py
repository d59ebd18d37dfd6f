"""Secret: a password or key that never prints."""

from __future__ import annotations


class Secret:
    """A text that shows as ``***`` wherever it is printed; ``reveal`` is called only where it is handed over."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def hidden_in(self, text: str) -> str:
        """A foreign text without the secret, should it hold it."""
        return text.replace(self._text, "***") if self._text else text
