"""The Python interface: run, fit, score and check on paths or data frames."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.fit import fit as fit_job
from quintile.jobs.isolated import check_apart
from quintile.jobs.run import run_in_memory
from quintile.jobs.workplace.named import named_sources
from quintile.jobs.workplace.wish import Wish
from quintile.plugins import extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.rfm_model import RfmModel


class Result:
    """Scored and segmented customers in memory, and everything reported of them.

    ``report`` is the content of run.json (bridge, model, tie receipt, warnings), ``segments`` one dict a segment,
    ``model`` the fitted model that scored.
    """

    def __init__(self, customers: Any, report: dict[str, Any], model: RfmModel) -> None:  # noqa: ANN401 - an Arrow stream
        self._customers = customers
        self.report = report
        self.segments: list[dict[str, Any]] = report["segments"]
        self.model = model

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The customers as an Arrow stream: ``pyarrow.table(result)``, ``polars.DataFrame(result)``."""
        return self._customers.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow is optional
        """The customers as a pyarrow table; columns as in customers.csv."""
        return extra("pyarrow", "pandas").table(self)

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is optional
        """The customers as a pandas frame (needs pandas and pyarrow); money as Decimal objects."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:  # noqa: ANN401 - polars is optional
        """The customers as a polars frame."""
        return extra("polars", "polars").DataFrame(self)


def run(
    source: object,
    model: RfmModel | None = None,
    *,
    as_of: date | str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    out: Path | str | None = None,
) -> Result:
    """Score and segment the customers of a source.

    Args:
        source: A path, a pandas, polars, pyarrow or DuckDB table, the name of a database in the settings' ``sources``,
            or a list of them; one row per order, order line, payment or refund.
        model: What is measured and how it is scored. With cut points they are applied as they are; without, they are
            learned from this source. None takes the model the settings describe.
        as_of: Analysis date; orders on it and later do not count. None takes the day after the latest order.
        settings: Groups and keys as in quintile.toml, such as ``{"ledger": {"refunds": "gross"}}``.
        out: Also publish the snapshot into this folder, as ``quintile run --out`` does.

    Returns:
        The result, customers in the order of their ids.

    Raises:
        QuintileError: The data or a setting is not as it must be; says what, where, and how to mend it.
    """
    wish = _wish(source, settings, as_of, model)
    return Result(*run_in_memory(wish, Path(out) if out is not None else None))


def fit(
    source: object,
    model: RfmModel | None = None,
    *,
    as_of: date | str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> RfmModel:
    """Learn a model's cut points from a source; nothing is scored or published.

    Arguments are those of ``run``; cut points the model already has are learned anew.

    Returns:
        The model with its cut points; ``model.to_json()`` keeps it.

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    return fit_job(_wish(source, settings, as_of, model))[0]


def score(
    source: object,
    model: RfmModel,
    *,
    as_of: date | str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Result:
    """Apply a fitted model to a source; nothing is learned.

    Arguments are those of ``run``.

    Raises:
        SettingsError: The model has no cut points.
        QuintileError: The data or a setting is not as it must be.
    """
    if model.cuts is None:
        raise SettingsError(
            "model", "the model has no cut points yet", fix="learn them first: quintile.fit(source, model)"
        )
    return run(source, model, as_of=as_of, settings=settings)


def check(
    source: object,
    *,
    as_of: date | str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """What reading a source would do: outcome, counts, quarantine with places, bridge; nothing is published.

    A source that must be rejected is not an exception: ``outcome`` is ``"reject"`` and ``error`` says why. Files are
    parsed in a child process with the limits of ``settings``; frames are read here.
    """
    return check_apart(_wish(source, settings, as_of, None))


def _wish(
    source: object,
    settings: Mapping[str, Mapping[str, Any]] | None,
    as_of: date | str | None,
    model: RfmModel | None,
) -> Wish:
    sources = source if isinstance(source, list | tuple) else [source]
    moment = _moment(as_of)
    _require_groups(settings or {})
    paths = [Path(one) if isinstance(one, str) else one for one in sources]
    chosen = read_settings(None, settings or {})
    return Wish(sources=named_sources(paths, chosen), settings=chosen, as_of=moment, model=model)


def _require_groups(settings: Mapping[str, Any]) -> None:
    for group, keys in settings.items():
        if not hasattr(keys, "items"):
            fix = f'write it inside its group, such as {{"model": {{"{group}": {keys!r}}}}}'
            raise SettingsError("settings", f"'{group}' is no group of settings", fix=fix)


def _moment(text: date | str | None) -> date | None:
    if text is None or isinstance(text, date):
        return text
    if not isinstance(text, str):
        raise SettingsError("as_of", f"{text!r} is no date", fix='write as_of="2025-07-01"')
    try:
        return date.fromisoformat(text)
    except ValueError:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise SettingsError("as_of", f"'{text}' is no date", fix='write as_of="2025-07-01"') from error
