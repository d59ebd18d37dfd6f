"""The plan: one model as a document for those who work with it, as Markdown and as HTML, from one content.

Everything in it comes from run.json, the scheme, the playbook, the owner's words and what was measured of the sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from quintile.domain.business import BusinessSettings
from quintile.export.embedding import TEMPLATES, policy, static_text
from quintile.export.headlines import day_text, window_text
from quintile.export.markdown import fenced, html_with_commands, plain, plain_with_commands, spanned
from quintile.export.method import LIMITATIONS
from quintile.export.plan_rules import defined, edge_cases
from quintile.export.plan_scoring import scoring
from quintile.export.plan_segments import actions, few_note, segments, typical_note
from quintile.export.plan_watch import business, enhancements, kpis, monitoring
from quintile.export.python import model_python
from quintile.export.recipe import Recipe
from quintile.export.sql import model_sql
from quintile.export.sql_columns import load_sql, table_name
from quintile.pictures.palette import BAD, FALLBACK, GOOD, ROLES, segment_colours
from quintile.pictures.words import exact, number, percent, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters.update(md=plain, md_commands=plain_with_commands, fenced=fenced, spanned=spanned)
_ENVIRONMENT.filters.update(commands=html_with_commands, count=number, share=percent, exact=exact, several=several)
TITLE = "RFM segmentation plan"


@dataclass(frozen=True)
class Facts:
    """What a plan is made of.

    ``report`` is the content of run.json. ``measured`` is what ``jobs.recommend`` found in the sources; None where a
    result alone is there.
    """

    report: Mapping[str, Any]
    scheme: Scheme | None
    playbook: Playbook | None
    business: BusinessSettings = BusinessSettings()
    measured: Mapping[str, Any] | None = None


def plan_content(facts: Facts) -> dict[str, Any]:
    """All that the plan says, as JSON values; numbers are exact.

    Raises:
        SettingsError: The result is of a version that does not say how orders were counted, or a length of the
            business makes no sense.
    """
    report, scheme, measured = facts.report, facts.scheme, facts.measured
    recipe = Recipe.of(report, scheme)
    load = load_sql(recipe)
    return {
        "title": _title(facts.business),
        "as_of": report["as_of"],
        "day": day_text(report["as_of"]),
        "period": window_text(report),
        "quintile": report["quintile"],
        "snapshot": report.get("snapshot"),
        "fingerprint": report["model"]["fingerprint"],
        "currency": report["currency"],
        "customers": report["counts"]["customers"],
        "revenue": report["bridge"][-1]["amount"] if report["bridge"] else None,
        "business": business(facts.business, report, measured),
        "definitions": defined(report, scheme),
        "edge_cases": edge_cases(report),
        "scoring": scoring(report, scheme, measured),
        "segments": segments(report, scheme),
        "typical": typical_note(report, scheme),
        "few": few_note(report, scheme),
        "programs": {
            "table": table_name(recipe),
            "before": list(recipe.before),
            "load": load,
            "sql": model_sql(recipe),
            "python": model_python(recipe),
        },
        "actions": actions(facts.playbook, report),
        "kpis": kpis(report, measured),
        "monitoring": monitoring(report, measured),
        "limitations": list(LIMITATIONS),
        "remarks": [warning["message"] for warning in report["warnings"]],
        "enhancements": enhancements(facts.business),
    }


def plan_markdown(content: Mapping[str, Any]) -> str:
    """The plan as a Markdown document; same content, same bytes."""
    return _ENVIRONMENT.get_template("plan.md.j2").render(**content)


def plan_html(content: Mapping[str, Any]) -> str:
    """The plan as one HTML file that needs no network and runs no script."""
    colours = Markup(_colours(content))  # noqa: S704 - colours only
    style = Markup("{}{}{}").format(colours, static_text("report.css"), static_text("plan.css"))
    places = {line["segment"]: place for place, line in enumerate(content["segments"])}
    return _ENVIRONMENT.get_template("plan.html.j2").render(
        **content, policy=policy((), style), style=style, places=places, contents=_CONTENTS
    )


_CONTENTS = (
    ("business", "Business"),
    ("definitions", "Definitions"),
    ("scoring", "Scoring"),
    ("segments", "Segments"),
    ("actions", "Action plan"),
    ("kpis", "KPIs and monitoring"),
    ("limits", "Limits and next steps"),
    ("programs", "SQL and Python"),
)


def _title(said: BusinessSettings) -> str:
    about = said.product or said.industry
    return f"{TITLE}: {about}" if about else TITLE


def _colours(content: Mapping[str, Any]) -> str:
    """The colours of both modes, and one for each segment, as in the report."""
    modes = {mode: "".join(f"--{name[5:]}:{colour};" for name, colour in ROLES[mode].items()) for mode in ROLES}
    names = [line["segment"] for line in content["segments"]]
    by_name = segment_colours(names)
    dots = "".join(
        f".segment-{place} .dot{{background:{by_name.get(name, FALLBACK)}}}" for place, name in enumerate(names)
    )
    fixed = f"--good:{GOOD};--bad:{BAD};"
    return (
        f":root{{{modes['light']}{fixed}--surface:#ffffff}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{modes['dark']}--surface:#1a2027}}}}{dots}\n"
    )
