"""Frame: what all drawings have alike: the tooltip, the axes, their colours and sizes."""

from __future__ import annotations

from typing import Any

from quintile.pictures.base import TIP

INK, QUIET, LINE, GROUND, ACCENT = "role:ink", "role:quiet", "role:line", "role:ground", "role:accent"
TEXT = 13
NARROW = 600  # pixels; below, a drawing has the width of a telephone
CUT = "\N{HORIZONTAL ELLIPSIS}"
_LONGEST_NAME = 60
# ECharts keeps the width of each text it draws in a plain object: this one would change all objects of the page.
_HARMFUL = ("__proto__", "__\N{WORD JOINER}proto__")


def framed(caption: str, *parts: dict[str, Any], narrow: dict[str, Any] | None = None) -> dict[str, Any]:
    """An option from its parts.

    Args:
        caption: Spoken by screen readers instead of the drawing.
        parts: Pieces of the option.
        narrow: What changes on a telephone; all of it is said in the parts as well, for a place that grows again.
    """
    option: dict[str, Any] = {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": caption}},
        "textStyle": {"fontFamily": "system-ui, sans-serif", "color": INK},
        "tooltip": {
            "confine": True,
            "formatter": TIP,
            "backgroundColor": GROUND,
            "borderColor": LINE,
            "textStyle": {"color": INK, "fontSize": TEXT},
        },
    }
    for part in parts:
        option |= part
    if narrow is not None:
        # The last one holds where no query does. Without it ECharts leaves a place that grows as it was when narrow.
        option["media"] = [{"query": {"maxWidth": NARROW}, "option": narrow}, {"option": _same_keys(option, narrow)}]
    return option


def categories(names: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of an axis
    """An axis of names; no ticks, and a line that stays in the background."""
    axis: dict[str, Any] = {
        "type": "category",
        "data": names,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": INK, "fontSize": TEXT, "interval": 0},
    }
    return _with(axis, more)


def values(title: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of an axis
    """An axis of numbers with its title at its end."""
    axis: dict[str, Any] = {
        "type": "value",
        "name": title,
        "nameTextStyle": {"color": QUIET, "fontSize": TEXT},
        "axisLabel": {"color": QUIET, "fontSize": 12, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": LINE}},
    }
    return _with(axis, more)


def short_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """A stranger's name as it is drawn: on one line, cut where it is endless, nothing that would harm the page."""
    line = "".join(letter if letter.isprintable() else " " for letter in name).replace(*_HARMFUL)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + CUT


def _same_keys(option: Any, narrow: Any) -> Any:  # noqa: ANN401 - any part of an option
    """What an option says at the keys of its narrow form."""
    if isinstance(narrow, dict):
        return {key: _same_keys(option[key], part) for key, part in narrow.items()}
    if isinstance(narrow, list):
        return [_same_keys(*parts) for parts in zip(option, narrow, strict=True)]
    return option


def _with(axis: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    inner = {key: {**axis[key], **value} for key, value in more.items() if isinstance(axis.get(key), dict)}
    return {**axis, **more, **inner}
