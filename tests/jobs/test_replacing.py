"""A file takes another's place whole, or not at all."""

from __future__ import annotations

import errno

import pytest

from quintile.errors import StoreError, StoreFullError
from quintile.jobs.replacing import replacing


def test_the_draft_takes_the_place(tmp_path):
    with replacing(tmp_path / "page", "the page") as draft:
        draft.write_text("new", encoding="utf-8")
        assert not (tmp_path / "page").exists()
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("page", "new")]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left"), StoreFullError),
        (OSError(errno.EACCES, "Denied"), StoreError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_what_fails_leaves_the_file_before_and_no_draft(tmp_path, error, raised):
    (tmp_path / "page").write_text("old", encoding="utf-8")

    def half_written():
        with replacing(tmp_path / "page", "the page") as draft:
            draft.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(raised) as caught:
        half_written()
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("page", "old")]
    if isinstance(caught.value, StoreError):
        assert "the page cannot be written" in caught.value.message
