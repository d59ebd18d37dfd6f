"""The Python interface: run, fit, score and check on paths or data frames."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import day_or_moment
from quintile.errors import DataError, Place, SettingsError
from quintile.jobs.check import rejected
from quintile.jobs.fit import fit as fit_job
from quintile.jobs.isolated import check_apart
from quintile.jobs.run import run_in_memory
from quintile.jobs.workplace.idle import refuse_idle
from quintile.jobs.workplace.named import named_sources
from quintile.jobs.workplace.wish import Wish
from quintile.plugins import extra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
            learned from this source. None takes the model the settings describe; a model leaves no room for those of
            the group ``model``.
        as_of: Analysis date; orders on it and later do not count. None takes the day after the latest order.
        settings: Groups and keys as in quintile.toml, such as ``{"ledger": {"refunds": "gross"}}``.
        out: Also publish the snapshot into this folder, as ``quintile run --out`` does.

    Returns:
        The result, customers in the order of their ids: shorter first, then by letters (numbers by size).

    Raises:
        QuintileError: The data or a setting is not as it must be; says what, where, and how to mend it.
    """
    if not isinstance(out, Path | str | None) or out == "" or "\0" in str(out):
        raise SettingsError("out", f"{short(out)} is no folder", fix='write out="results"')
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
    _require_model(model)
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
    try:
        wish = _wish(source, settings, as_of, None)
    except DataError as error:
        return rejected(error)
    return check_apart(wish)


def _wish(
    source: object,
    settings: Mapping[str, Mapping[str, Any]] | None,
    as_of: date | str | None,
    model: RfmModel | None,
) -> Wish:
    sources = source if isinstance(source, list | tuple) else [source]
    moment = _moment(as_of)
    _require_groups(settings)
    _require_tables(sources)
    if model is not None:
        _require_model(model)
        _refuse_beside(model, settings)
    paths = [Path(one) if isinstance(one, str) else one for one in sources]
    chosen = read_settings(None, settings or {})
    wish = Wish(sources=named_sources(paths, chosen), settings=chosen, as_of=moment, model=model)
    refuse_idle(settings or {}, wish)
    return wish


def _require_groups(settings: object) -> None:
    if settings is None:
        return
    if not hasattr(settings, "items"):
        fix = 'write groups and keys, such as {"model": {"window": "6mo"}}'
        raise SettingsError("settings", f"{short(settings)} cannot be settings", fix=fix)
    for group, keys in settings.items():
        if not hasattr(keys, "items"):
            fix = f'write it inside its group, such as {{"model": {{"{group}": {keys!r}}}}}'
            raise SettingsError("settings", f"'{group}' is no group of settings", fix=fix)


def _require_tables(sources: Sequence[object]) -> None:
    """A single column has an Arrow stream too, as a table has, but no columns."""
    for place, source in enumerate(sources, start=1):
        if type(source).__name__ == "Series":
            message, where = "a single column is no table of orders", Place(f"frame {place}")
            fix = "pass the whole table, with columns for customer, time and amount"
            raise DataError("format_not_supported", message, fix=fix, place=where)


def _require_model(model: object) -> None:
    if not isinstance(model, RfmModel):
        fix = "learn one: quintile.fit(source); or read a kept one: quintile.RfmModel.from_json(text)"
        raise SettingsError("model", f"{short(model)} is no model", fix=fix)


def _refuse_beside(model: RfmModel, settings: Mapping[str, Mapping[str, Any]] | None) -> None:
    """What the settings say of the model would be passed over in silence."""
    given = ", ".join(map(str, (settings or {}).get("model", {})))
    if given:
        which = "a model" if model.cuts is None else "a kept model"
        raise SettingsError("model", f"{which} brings its own {given}", fix="drop those settings, or the model")


def _moment(text: date | str | None) -> date | None:
    if text is None:
        return None
    try:
        return day_or_moment(text.isoformat() if isinstance(text, date) else text)
    except (ValueError, TypeError) as error:
        raise SettingsError("as_of", f"{short(text)} is no date", fix='write as_of="2025-07-01"') from error
