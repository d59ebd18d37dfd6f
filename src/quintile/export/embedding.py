"""Embedding: a page in one file, under a content security policy that lets nothing in and nothing out.

Only the scripts and the style whose checksums stand in the policy count; no address may be loaded or called.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from quintile.pictures.palette import BAD, GOOD, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quintile.pictures.base import Picture

STATIC, TEMPLATES = Path(__file__).parents[1] / "static", Path(__file__).parent / "templates"
ECHARTS = "vendor/echarts/echarts.min.js"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=False,
)


def page(template: str, drawn: Sequence[Picture], *, colours: str = "", **content: Any) -> str:  # noqa: ANN401 - texts
    """A whole HTML document in one file: a template inside the frame that all pages share, with its pictures.

    Args:
        template: Its name; it extends ``page.html.j2``.
        drawn: The pictures; the template shows them by their place among these.
        colours: CSS with further colours, such as those of the segments; of quintile's own making.
        content: What the template and the frame show: ``title``, ``version``, ``contents`` and more; all is escaped.
    """
    script, echarts = static_text("report.js"), static_text(ECHARTS)
    style = Markup("{}{}").format(Markup(f"{_modes()}{colours}\n"), static_text("report.css"))  # noqa: S704 - colours only
    return _ENVIRONMENT.get_template(template).render(
        policy=policy((echarts, script), style),
        style=style,
        script=script,
        echarts=echarts,
        picture_json=as_json(
            {"roles": ROLES, "pictures": [{"option": one.option, "height": one.height} for one in drawn]}
        ),
        **content,
    )


def placed(drawn: Sequence[Picture]) -> list[dict[str, Any]]:
    """The pictures as the template's macro shows them, each with its place."""
    return [
        {"place": place, "title": one.title, "caption": one.caption, "table": one.table}
        for place, one in enumerate(drawn)
    ]


def _modes() -> str:
    """The colours of both modes as CSS."""
    modes = {mode: "".join(f"--{name[5:]}:{colour};" for name, colour in ROLES[mode].items()) for mode in ROLES}
    fixed = f"--good:{GOOD};--bad:{BAD};"
    return (
        f":root{{{modes['light']}{fixed}--surface:#ffffff}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{modes['dark']}--surface:#1a2027}}}}"
    )


def static_text(name: str) -> Markup:
    """One of quintile's own static files, to stand inside its element as it is.

    Raises:
        ValueError: It would end its element; a bug, because these files come with quintile.
    """
    text = (STATIC / name).read_text(encoding="utf-8")
    if any(end in text.lower() for end in ("</script", "</style", "<!--")):
        message = f"{name} cannot stand inside a page"
        raise ValueError(message)
    return Markup(text)  # noqa: S704 - a file of quintile's own, looked through above


def policy(scripts: Iterable[str], style: str) -> str:
    """The content security policy of a page with these inline scripts and this inline style."""
    allowed = " ".join(_checksum(script) for script in scripts) or "'none'"
    rules = (
        "default-src 'none'",
        f"script-src {allowed}",
        f"style-src {_checksum(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def as_json(content: Any) -> Markup:  # noqa: ANN401 - any JSON
    """A value to stand inside ``<script type="application/json">``; nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no sign that HTML knows is left in it


def _checksum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
