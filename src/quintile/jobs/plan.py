"""plan: the whole model as a document, from sources that are scored for it, or from a result that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.errors import Place, SettingsError, StoreError
from quintile.export.plan import TITLE, Facts, plan_content, plan_html, plan_markdown
from quintile.jobs.accounts.scored import scored_result
from quintile.jobs.project.one_result import plays_for, read_report, result_home
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.recommend import recommend
from quintile.jobs.workplace.replacing import HTML as PAGE
from quintile.jobs.workplace.replacing import refuse_foreign, replacing
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.segments.load import kept_scheme
from quintile.snapshots.disk import full_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from quintile.domain.business import BusinessSettings
    from quintile.jobs.workplace.wish import Wish

MARKDOWN, HTML = "plan.md", "plan.html"
_FILES = (".md", ".html", ".htm", ".pdf")
_BEGINS = {MARKDOWN: f"# {TITLE}".encode(), HTML: PAGE}


def plan_of_sources(
    wish: Wish, *, playbook: Path | None = None, on_step: Callable[[str], None] = silent
) -> dict[str, Any]:
    """Score the sources and measure the gaps between their purchases; nothing is published.

    Args:
        wish: Sources, settings, analysis date, a kept model if any. Its business settings are quoted.
        playbook: A playbook of the user's own; None takes the one that comes with the scheme.
        on_step: Told the name of each step as it begins.

    Returns:
        The plan's content, JSON values.

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    with workplace(wish.files, wish.settings.engine, on_step=on_step) as place:
        report = scored_result(place, wish).report
    return _content(report, wish.settings.business, playbook, measured=recommend(wish, on_step=on_step))


def plan_of_result(
    business: BusinessSettings,
    results: Path | None = None,
    *,
    project: Path | None = None,
    playbook: Path | None = None,
) -> dict[str, Any]:
    """The plan of a result, from its run.json alone; gaps between purchases are not in it.

    Args:
        business: The owner's words.
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.
        playbook: A playbook of the user's own; None takes the one that comes with the scheme.

    Returns:
        The plan's content, JSON values.

    Raises:
        SettingsError: There is no result, it is not one, or it is of a version that did not tell how orders counted.
    """
    report = read_report(result_home(results, project) / RUN_JSON)
    return _content(report, business, playbook, measured=None)


def refuse_place(out: Path) -> None:
    """Refuse a place that is no folder, or where something else than an older plan lies under a plan's name.

    Raises:
        SettingsError: ``out``.
    """
    if out.is_file() or out.suffix in _FILES:
        message = f"a plan is two files, {MARKDOWN} and {HTML}; '{out.name}' is no folder for them"
        raise SettingsError("out", message, fix="name a folder: --out DIR", place=Place(str(out)))
    for file, begins in _BEGINS.items():
        refuse_foreign(out / file, "the plan", begins, "choose another folder: --out DIR")


def write_plan(content: Mapping[str, Any], out: Path) -> tuple[Path, Path]:
    """Write both documents into a folder, which is made if it is not there.

    Returns:
        The Markdown and the HTML file.

    Raises:
        SettingsError: The folder is a file, or named as if it were one; or a file of the user's own is in the way.
        StoreError: They cannot be written.
    """
    refuse_place(out)
    try:
        with full_disk(out):
            out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made ({error.strerror})"
        raise StoreError("output", message, fix="choose another --out", place=Place(str(out))) from error
    targets = out / MARKDOWN, out / HTML
    for target, text in zip(targets, (plan_markdown(content), plan_html(content)), strict=True):
        with replacing(target, "the plan") as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")
    return targets


def _content(
    report: dict[str, Any], business: BusinessSettings, playbook: Path | None, *, measured: dict[str, Any] | None
) -> dict[str, Any]:
    scheme = kept_scheme(report["model"]["scheme"], report["model"]["scheme_text"])
    return plan_content(Facts(report, scheme, plays_for(scheme, playbook), business, measured))
