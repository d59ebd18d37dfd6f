"""Playbook: what to do with the segments of a scheme, and how many customers and how much money each is about."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.errors import Place, SettingsError
from quintile.jobs.project.project import RUN_JSON
from quintile.playbook.load import plays_of
from quintile.segments.load import kept_scheme, load_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quintile.domain.play import Play, Playbook
    from quintile.domain.scheme import Scheme

_COUNTED = "customers", "customers_share", "revenue", "revenue_share"


@dataclass(frozen=True)
class Plays:
    """A playbook with the numbers of one run: for each segment its customers and revenue; empty without results.

    ``tone`` is the only one that its messages have, where one was asked for.
    """

    playbook: Playbook
    counted: Mapping[str, Mapping[str, Any]]
    currency: str | None = None
    tone: str | None = None

    def as_dict(self, plays: list[Play]) -> dict[str, Any]:
        """Some of the plays as JSON holds them, each with its numbers."""
        shown = [{**play.as_dict(), **self.counted.get(play.segment, {})} for play in plays]
        counted = {"currency": self.currency} if self.counted else {}
        return {"scheme": self.playbook.scheme, **counted, "plays": shown}


def playbook(
    scheme: str | None = None,
    *,
    own: Path | None = None,
    results: Path | None = None,
    settings_file: Path | None = None,
    tone: str | None = None,
) -> Plays:
    """What to do with every segment.

    Args:
        scheme: A shipped name or a TOML file; None takes that of the results, else that of the settings file.
        own: A playbook of the user's own; None takes the one that comes with the scheme.
        results: The folder of a run, for customers and revenue of each segment.
        settings_file: Says the scheme when nothing else does; None takes the default scheme.
        tone: Keep only the messages of this tone.

    Raises:
        SettingsError: The scheme, the playbook, the results or the tone are not there or do not fit each other.
    """
    report = _report(results) if results is not None else None
    if scheme is not None:
        segments = load_scheme(scheme)
    elif report is not None:
        segments = _scheme_of(report["model"])
    else:
        segments = _scheme_of({"scheme": read_settings(settings_file, {}).model.model().scheme})
    book = plays_of(segments, own)
    if tone is not None:
        book = _only(book, tone)
    return Plays(book, *(_counts(report, book) if report is not None else ({}, None)), tone=tone)


def _report(folder: Path) -> dict[str, Any]:
    """The report of a run."""
    path = folder / RUN_JSON
    place = Place(file=str(path))
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the results cannot be read ({error.strerror})"
        fix = "name the folder that a run wrote: quintile run SOURCE --out DIR"
        raise SettingsError("results", message, fix=fix, place=place) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(place) from error
    known = isinstance(report, dict) and isinstance(report.get("model"), dict) and "scheme" in report["model"]
    if not known or not isinstance(report.get("segments"), list) or not all(map(_is_line, report["segments"])):
        raise _damaged(place)
    return report  # type: ignore[no-any-return] # JSON, just looked through


def _is_line(line: object) -> bool:
    return isinstance(line, dict) and all(key in line for key in ("segment", *_COUNTED))


def _damaged(place: Place) -> SettingsError:
    message, fix = "the file is no report of a run", "write it anew with: quintile run SOURCE --out DIR"
    return SettingsError("results", message, fix=fix, place=place)


def _scheme_of(model: dict[str, Any]) -> Scheme:
    """The scheme a model names, which has to have one."""
    scheme = kept_scheme(model["scheme"], model.get("scheme_text"))
    if scheme is None:
        message, fix = "there are no segments without a scheme", "name one: --scheme NAME|FILE. All: quintile schemes"
        raise SettingsError("scheme", message, fix=fix)
    return scheme


def _only(book: Playbook, tone: str) -> Playbook:
    if tone not in book.tones:
        message = f"no message is written in the tone '{tone}'"
        raise SettingsError("tone", message, fix=f"take one of: {', '.join(book.tones)}")
    kept = {
        name: replace(play, messages=tuple(message for message in play.messages if message.tone == tone))
        for name, play in book.plays.items()
    }
    return replace(book, plays=kept)


def _counts(report: dict[str, Any], book: Playbook) -> tuple[dict[str, dict[str, Any]], str | None]:
    """Customers and revenue by segment, when the results are segmented by the scheme of the playbook."""
    lines = {line["segment"]: {key: line[key] for key in _COUNTED} for line in report["segments"]}
    foreign = [name for name in lines if name not in book.plays]
    if foreign:
        message = f"the results have a segment '{foreign[0]}', which the scheme '{book.scheme}' has not"
        fix = f"leave --scheme out, or write --scheme {report['model']['scheme']}"
        raise SettingsError("results", message, fix=fix)
    return lines, report.get("currency")
