"""Load a scheme: a shipped one by its name, or a user's TOML file by its path.

Codes and ranges are checked and translated to quintile's scores here; whether they make a good scheme is the
linter's question, so gaps and overlaps load without complaint.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from pathlib import Path
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, NoReturn

from quintile.domain.scale import FEWEST_SCORES, MOST_SCORES
from quintile.domain.scheme import UNCLASSIFIED, Bounds, Cell, Group, Rule, Scheme, Segment
from quintile.domain.settings import NO_SCHEME
from quintile.domain.toml_keys import Key, checked, line_of, near
from quintile.errors import Place, SchemeError

if TYPE_CHECKING:
    from collections.abc import Collection

_SHIPPED = Path(__file__).parent / "schemes"
_SCORE = re.compile(r"[0-9]{1,2}")
_SCORES_A_CODE = 3


_TEXT_LISTS = {
    "ranking": '["Champions", "Loyal", "Lost"]',
    "codes": '["555", "554"]',
    "segments": '["Champions", "Loyal"]',
}
_NAME = Key(str, 'name = "Champions"')
_SCHEME_KEYS = {
    "title": Key(str, 'title = "Segments of our shop"'),
    "source": Key(str, 'source = "our own"'),
    "scale": Key(int, f"scale = 5    (from {FEWEST_SCORES} to {MOST_SCORES})"),
    "best": Key(str, 'best = "high"    (or "low" when the codes call 1 the best)'),
    "lowest": Key(int, "lowest = 1    (or 0 when the scores count from 0)", required=False),
    "fallback": Key(str, 'fallback = "Others"', required=False),
    "ranking": Key(list, f"ranking = {_TEXT_LISTS['ranking']}", required=False),
    "notes": Key(str, 'notes = "what a reader should know"', required=False),
    "segments": Key(list, "[[segments]] once for every segment, below it name, intent and rules or codes"),
    "groups": Key(list, "[[groups]] once for every group, below it name and segments", required=False),
}
_SEGMENT_KEYS = {
    "name": _NAME,
    "intent": Key(str, 'intent = "Retain, reward and ask for advocacy."'),
    "rules": Key(list, "rules = [{ r = [4, 5], f = [4, 5], m = [4, 5] }]", required=False),
    "codes": Key(list, f"codes = {_TEXT_LISTS['codes']}", required=False),
}
_GROUP_KEYS = {"name": _NAME, "segments": Key(list, f"segments = {_TEXT_LISTS['segments']}")}
_RULE_KEYS = {metric: Key(list, f"{metric} = [4, 5]", required=False) for metric in ("r", "f", "m", "fm")}


def shipped_schemes() -> list[str]:
    """The names of the schemes that come with quintile, sorted."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def scheme_text(name_or_path: str) -> str:
    """The TOML of a scheme, as stored with every snapshot.

    Raises:
        SchemeError: No shipped scheme has the name, or the file cannot be read.
    """
    return _read(_located(name_or_path))


def load_scheme(name_or_path: str | Path) -> Scheme:
    """A scheme by its shipped name (``rfm-9``) or by the path of a TOML file (``ours.toml``, ``schemes/ours``).

    Raises:
        SchemeError: No shipped scheme has the name, or the file cannot be read or says something impossible.
    """
    if not isinstance(name_or_path, str | Path) or "\0" in str(name_or_path):
        fix = 'write one such as "rfm-9", or the path of a TOML file; all schemes: quintile schemes'
        raise SchemeError("scheme", f"{short(name_or_path)} is no name of a scheme", fix=fix)
    path = _located(str(name_or_path))
    return parse_scheme(_read(path), name=path.stem, file=str(path) if path.parent != _SHIPPED else path.name)


def parse_scheme(text: str, *, name: str, file: str) -> Scheme:
    """A scheme from its TOML, for example the text stored with a snapshot; ``file`` is named in errors.

    Raises:
        SchemeError: The text is not TOML, a key is missing, unknown or of the wrong kind, a code or a range leaves
            the scale, or a name is used twice or unknown.
    """
    place = Place(file=file)
    try:
        return _scheme(tomllib.loads(text, parse_float=Decimal), name)
    except SchemeError as error:
        error.place = place
        raise
    except (ValueError, RecursionError) as error:
        place = Place(file=file, line=line_of(error))
        message = f"the scheme '{name}' is not written in TOML ({error})"
        fix = 'mend that place; a text stands in quotes, a list in brackets: codes = ["555", "554"]'
        raise SchemeError("scheme", message, fix=fix, place=place) from error


def kept_scheme(name: str, text: str | None) -> Scheme | None:
    """The scheme a model names, one of the user's own as it was when the model was made; None where it has none.

    Args:
        name: The model's ``scheme``: a shipped name, a file, or ``none``.
        text: The model's ``scheme_text``: the TOML of a file as it was read; without it the file is read now.

    Raises:
        SchemeError: The scheme is not there or says something impossible.
    """
    if name == NO_SCHEME:
        return None
    if text is None or name in shipped_schemes():
        return load_scheme(name)
    return parse_scheme(text, name=Path(name).stem, file=name)


def _located(name_or_path: str) -> Path:
    shipped = shipped_schemes()
    if name_or_path in shipped:
        return _SHIPPED / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return path
    message = f"no scheme is called '{name_or_path}'"
    raise SchemeError("scheme", message, fix=f"{near(name_or_path, shipped)}All schemes: quintile schemes")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message, fix = f"the scheme file cannot be read ({error.strerror})", "name a file that is there and readable"
        raise SchemeError("scheme", message, fix=fix, place=Place(file=str(path))) from error
    except UnicodeDecodeError as error:
        message, fix = "the scheme file is not UTF-8 text", "save it with the encoding UTF-8"
        raise SchemeError("scheme", message, fix=fix, place=Place(file=str(path))) from error


def _fail(message: str, fix: str) -> NoReturn:
    raise SchemeError("scheme", message, fix=fix)


def _checked(table: object, keys: dict[str, Key], owner: str) -> dict[str, Any]:
    return checked(table, keys, owner, _fail)


def _texts(values: list[object], key: str, owner: str) -> list[str]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        _fail(f"'{key}' of {owner} must hold texts", f"write them in quotes: {key} = {_TEXT_LISTS[key]}")
    return texts


def _label(text: str, owner: str) -> str:
    """A name that can be shown: not blank, and free of control characters, which no table or terminal bears."""
    if not text.strip() or any(unicodedata.category(character) == "Cc" for character in text):
        _fail(f"{owner} has a name that is blank or holds control characters", "write a name in visible characters")
    return text


def _scheme(document: dict[str, Any], name: str) -> Scheme:
    table = _checked(document, _SCHEME_KEYS, "the scheme")
    frame = Scheme(
        name=name,
        title=table["title"],
        source=table["source"],
        scale=_one_of(table, "scale", range(FEWEST_SCORES, MOST_SCORES + 1)),
        best=_one_of(table, "best", ("high", "low")),
        lowest=_one_of({"lowest": 1, **table}, "lowest", (0, 1)),
        fallback=_label(table.get("fallback", UNCLASSIFIED), "the fallback"),
        notes=table.get("notes", ""),
        segments=(),
    )
    segments = tuple(_segment(entry, frame, place) for place, entry in enumerate(table["segments"], start=1))
    names = [segment.name for segment in segments]
    _unique(names, "segments")
    if frame.fallback in names:
        fix = 'give the segment another name, or what no segment takes: fallback = "Others"'
        _fail(f"a segment is called '{frame.fallback}', as is what no segment takes", fix)
    groups = tuple(_group(entry, names, place) for place, entry in enumerate(table.get("groups", []), start=1))
    _unique([group.name for group in groups], "groups")
    _unique(list(chain.from_iterable(group.segments for group in groups)), "segments of the groups")
    by_codes = all(segment.codes for segment in segments) and (frame.scale,) * 3 in segments[0].codes
    ranked = _ranking(table, names, by_codes=by_codes)
    return replace(frame, segments=segments, groups=groups, ranking=ranked)


def _one_of(table: dict[str, Any], key: str, allowed: Collection[Any]) -> Any:  # noqa: ANN401 - text or number by key
    if table[key] not in allowed:
        _fail(f"'{key}' of the scheme cannot be {table[key]!r}", f"write {_SCHEME_KEYS[key].example}")
    return table[key]


def _unique(names: list[str], what: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            _fail(f"the name '{name}' stands {times} times among the {what}", "keep one of them, or rename the others")


def _known(names: list[str], known: list[str], owner: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            fix = f"{near(name, known)}Segments of the scheme: {', '.join(known)}"
            _fail(f"{owner} names the segment '{name}', which is not there", fix)
    return tuple(names)


def _ranking(table: dict[str, Any], names: list[str], *, by_codes: bool) -> tuple[str, ...] | None:
    """The stated ranking; lists of codes are published best first, while the order of rules says who goes first only.

    Lists that do not begin with the best code have another order.
    """
    if "ranking" not in table:
        return tuple(names) if by_codes else None
    ranking = _known(_texts(table["ranking"], "ranking", "the scheme"), names, "the ranking")
    _unique(list(ranking), "segments of the ranking")
    for name in names:
        if name not in ranking:
            _fail(f"the ranking leaves out '{name}'", "name every segment once, best first, or leave the ranking out")
    return ranking


def _group(entry: object, names: list[str], place: int) -> Group:
    table = _checked(entry, _GROUP_KEYS, f"group {place}")
    owner = f"the group '{_label(table['name'], f'group {place}')}'"
    return Group(table["name"], _known(_texts(table["segments"], "segments", owner), names, owner))


def _segment(entry: object, frame: Scheme, place: int) -> Segment:
    table = _checked(entry, _SEGMENT_KEYS, f"segment {place}")
    owner = f"the segment '{_label(table['name'], f'segment {place}')}'"
    if bool(table.get("rules")) == bool(table.get("codes")):
        fix = f"write one of them: {_SEGMENT_KEYS['rules'].example} or {_SEGMENT_KEYS['codes'].example}"
        _fail(f"{owner} needs either rules or codes", fix)
    codes = _texts(table.get("codes", []), "codes", owner)
    return Segment(
        name=table["name"],
        intent=table["intent"],
        rules=tuple(_rule(entry, frame, owner) for entry in table.get("rules", [])),
        codes=frozenset(_cell(code, frame, owner) for code in codes),
    )


def _rule(entry: object, frame: Scheme, owner: str) -> Rule:
    table = _checked(entry, _RULE_KEYS, f"a rule of {owner}")
    return Rule(**{metric: _bounds(metric, values, frame, owner) for metric, values in table.items()})


def _bounds(metric: str, values: list[object], frame: Scheme, owner: str) -> Bounds:
    step = 1 if metric == "fm" else 2
    halves = range(2 * frame.lowest, 2 * frame.highest + 1, step)
    allowed: dict[object, Fraction] = {Decimal(half) / 2: Fraction(half, 2) for half in halves}
    read = [allowed[value] for value in values if type(value) in (int, Decimal) and value in allowed]
    if not len(read) == len(values) == len(("low", "high")) or read[0] > read[1]:
        kind = "numbers (whole or half)" if metric == "fm" else "whole numbers"
        fix = f"write two {kind} from {frame.lowest} to {frame.highest}, the smaller first"
        _fail(f"'{metric}' of {owner} is not a range of the scale", f"{fix}: {_RULE_KEYS[metric].example}")
    low, high = sorted(frame.translated(score) for score in read)
    return low, high


def _cell(code: str, frame: Scheme, owner: str) -> Cell:
    parts = code.split("-") if "-" in code else list(code)
    scores = [int(part) for part in parts if _SCORE.fullmatch(part)]
    if not len(scores) == len(parts) == _SCORES_A_CODE or not all(
        frame.lowest <= score <= frame.highest for score in scores
    ):
        fix = f"write three scores from {frame.lowest} to {frame.highest}, for example '{frame.code((1, 1, 1))}'"
        _fail(f"the code '{code}' of {owner} is not on the scale", fix)
    r, f, m = (int(frame.translated(Fraction(score))) for score in scores)
    return r, f, m
