"""What was delivered and reviewed is remembered, over every opening of the state."""

from __future__ import annotations

from sqlalchemy import URL

from quintile.state.database import State
from quintile.state.reviews import add_review, last_review
from quintile.state.sent import remember_sent, was_sent


def opened(folder):
    return State(URL.create("sqlite+pysqlite", database=str(folder / "state.sqlite")), "here")


def test_a_message_is_sent_once(tmp_path):
    assert not was_sent(opened(tmp_path), "a")
    for _ in range(2):
        remember_sent(opened(tmp_path), "a", "2025-07-01T03:00:00+00:00")
    assert was_sent(opened(tmp_path), "a")
    assert not was_sent(opened(tmp_path), "b")


def test_the_last_review_counts(tmp_path):
    assert last_review(opened(tmp_path), "2026-12-31") is None
    for day in ("2025-07-01", "2026-01-05", "2025-12-31"):
        add_review(opened(tmp_path), day, "model")
    assert last_review(opened(tmp_path), "2026-01-05") == "2026-01-05"
    assert last_review(opened(tmp_path), "2026-01-04") == "2025-12-31"
