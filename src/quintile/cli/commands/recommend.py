"""quintile recommend: which window, scale, method and scheme fit this shop."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from quintile.cli.common import AsOf, Given, Json, Project, Sources, asked, job_progress, refuse_sources, show_json
from quintile.cli.flags import FLAGS, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import typer

_RECOMMENDED = {"window", "scale", "method", "r_cuts", "f_cuts", "m_cuts", "scheme"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recommend", rich_help_panel="Begin")(with_settings(_recommend))


def _recommend(
    sources: Sources = None, *, project: Project = None, as_of: AsOf = None, json: Json = False, flags: Given
) -> None:
    """Measure the gaps between purchases and recommend window, scale, method and scheme, with the reasons."""
    from quintile.jobs.recommend import recommend

    refuse_sources(sources, project)
    wish = asked(sources, flags, as_of=as_of, project=project)
    with job_progress(quiet=json) as on_step:
        found = recommend(wish, on_step=on_step)
    given = ["SOURCE"] if project else [*map(str, sources or [])]
    into = ["--project", str(project)] if project else ["--out", "results"]
    found["command"] = shlex.join([*_command(given, as_of, flags, found["recommended"]), *into])
    if json:
        show_json(found)
    else:
        from quintile.cli.show.recommend import show_recommendation

        show_recommendation(found)


def _command(sources: list[str], as_of: str | None, flags: Given, advice: Iterable[dict[str, list[str]]]) -> list[str]:
    """The command that runs what is recommended, with the flags that were given for everything else."""
    words = ["quintile", "run", *sources, *(["--as-of", as_of] if as_of is not None else []), *_words(flags)]
    recommended = [word for line in advice for word in line["flags"]]
    return [*words, *recommended]


def _words(flags: Given) -> Iterator[str]:
    """The given flags as they are typed, but for those that the recommendation sets."""
    for flag in FLAGS:
        value = flags.get(flag.group, {}).get(flag.key)
        if value is None or flag.key in _RECOMMENDED:
            continue
        if flag.pairs:
            values = [f"{role}={column}" for role, column in value.items()]
        elif flag.several:
            values = list(value)
        else:
            values = [",".join(value) if flag.listed else str(value)]
        for one in values:
            yield from (flag.spelled, one)
