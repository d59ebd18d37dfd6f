"""A file takes another's place whole, or not at all."""

from __future__ import annotations

import errno

import pytest

from quintile.errors import SettingsError, StoreError, StoreFullError
from quintile.jobs.workplace.replacing import HTML, refuse_missing_folder, replacing


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


@pytest.mark.parametrize("foreign", ["order_id,customer_id\n", '{"snapshot": 1}', ""])
def test_a_file_of_another_kind_is_never_written_over(tmp_path, foreign):
    (tmp_path / "orders.csv").write_text(foreign, encoding="utf-8")

    def written_over():
        with replacing(tmp_path / "orders.csv", "the page", HTML) as draft:
            draft.write_text("<!doctype html>", encoding="utf-8")

    with pytest.raises(SettingsError, match="a file is there already, and it is not the page"):
        written_over()
    assert (tmp_path / "orders.csv").read_text(encoding="utf-8") == foreign


def test_a_folder_that_is_not_there_is_told_with_what_makes_it(tmp_path):
    out = tmp_path / "nowhere" / "page.html"

    def written():
        with replacing(out, "the page") as draft:
            draft.write_text("new", encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        written()
    assert str(caught.value) == (
        f"error[out]: the folder '{out.parent}' is not there\n  Where: {out}\n"
        f"  Fix: make it first (mkdir {out.parent}), or choose another --out"
    )


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"'.*file' is a file, not a folder"):
        refuse_missing_folder(tmp_path / "file" / "page.html")
    refuse_missing_folder(tmp_path / "page.html")


def test_a_page_of_an_earlier_time_is_replaced(tmp_path):
    (tmp_path / "page").write_text("<!DOCTYPE html>old", encoding="utf-8")
    with replacing(tmp_path / "page", "the page", HTML) as draft:
        draft.write_text("<!doctype html>new", encoding="utf-8")
    assert (tmp_path / "page").read_text(encoding="utf-8") == "<!doctype html>new"
