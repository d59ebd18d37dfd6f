"""Result: scored customers in the engine, and the report that becomes run.json."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

import quintile
from quintile.domain.bridge import plain
from quintile.domain.columns import SEGMENTS
from quintile.domain.formulas import neutralised
from quintile.domain.share import share
from quintile.engine.render import Sql, joined, literal, render
from quintile.jobs.results.for_people import for_people
from quintile.jobs.results.remarks import grid_warnings, scheme_warnings
from quintile.jobs.results.report import assumptions, counts, inputs, second_tables, set_aside
from quintile.jobs.results.sufficiency import customer_warnings, scale_warnings, sufficiency_warnings
from quintile.sources.files import checksum

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.scale import Scale
    from quintile.engine.base import Engine
    from quintile.pipeline import Accounted, Scored

_CUSTOMERS = """
SELECT {who}, first_order, last_order, recency_days, frequency, monetary, {r} AS r, {f} AS f, {m} AS m,
       list_extract([{codes}], ((r::INTEGER - 1) * {scores} + f::INTEGER - 1) * {scores} + m::INTEGER) AS rfm,
       segment {dwell}
FROM {segmented}
"""
_BY_ID = "{customers} ORDER BY length(customer_id), customer_id"
_WITH_NAMES = "{segmented} JOIN {names} USING (customer_key)"
_CELLS = """
SELECT segment {own}, r, f, m, recency_days, count(*) AS customers, sum(frequency) AS orders, sum({revenue}) AS revenue
FROM {segmented} GROUP BY ALL
"""
_BY_CELL = "SELECT r, f, m, {segment}, sum(customers), sum(revenue) FROM {cells} GROUP BY ALL ORDER BY ALL"
_BY_SEGMENT = """
SELECT segment, sum(customers), sum(orders), sum(revenue) FROM {cells} GROUP BY segment ORDER BY segment
"""
_MEDIANS = """
WITH counted AS (
    SELECT segment, recency_days, sum(customers) AS customers FROM {cells}
    WHERE recency_days IS NOT NULL GROUP BY ALL
), running AS (
    SELECT segment, recency_days,
           sum(customers) OVER (PARTITION BY segment ORDER BY recency_days) AS upto,
           sum(customers) OVER (PARTITION BY segment) AS total
    FROM counted
)
SELECT segment, min(recency_days) FILTER (2 * upto >= total), min(recency_days) FILTER (2 * upto > total)
FROM running GROUP BY segment
"""
_SPAN = """
SELECT count(*), count_if(frequency > 0), min(first_order), max(last_order), max(frequency),
       sum(frequency), count_if(monetary < 0)
FROM {segmented}
"""
_NONE, _MEAN = "0.000000", Decimal("0.01")
_ID_DIGITS = 12
TEXTS = ("customer_id", "segment")  # what a customer's row holds of strangers' texts
PAGE = "report.html"
COMPUTED, DWELLING = "computed_segment", "dwelling"  # beside the published segment, where there is a dwell rule


@dataclass(frozen=True)
class Result:
    """Scored customers, still in the engine, and everything reported of them.

    ``keyed`` are the customers under numbers in place of ids in a project, elsewhere the same as ``customers``.
    ``segments`` has one dict a segment with the columns of SEGMENTS; ``report`` is the content of run.json.
    """

    engine: Engine
    customers: Sql
    keyed: Sql
    segments: list[dict[str, Any]]
    report: dict[str, Any]
    model: RfmModel

    def write(self, folder: Path, formats: tuple[str, ...]) -> str:
        """Write the snapshot's files.

        Args:
            folder: Where they go; what is there already belongs to the snapshot too.
            formats: Kinds of customer files.

        Returns:
            The snapshot's id: the analysis date and the first digits of the checksum of all its content.
        """
        texts = TEXTS if "dwell" not in self.report else (*TEXTS, COMPUTED)
        for kind in formats:
            shown = for_people(self.customers, texts) if kind == "csv" else self.keyed
            self.engine.write(shown, folder / f"customers.{kind}", self.report["as_of"][:10])
        with (folder / "segments.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, SEGMENTS)
            writer.writeheader()
            writer.writerows({**line, "segment": neutralised(line["segment"])} for line in self.segments)
        (folder / "model.json").write_text(self.model.to_json(), encoding="utf-8")
        checksums = {path.name: checksum(path) for path in sorted(folder.iterdir())}
        self.report["files"] = checksums
        digest = hashlib.sha256(_json(self.report).encode()).hexdigest()[:_ID_DIGITS]
        self.report["snapshot"] = snapshot = f"{self.report['as_of'][:10]}-{digest}"
        (folder / "run.json").write_text(_json(self.report), encoding="utf-8")
        return snapshot


def collect(
    engine: Engine,
    accounted: Accounted,
    scored: Scored,
    *,
    as_of: date,
    as_of_given: bool,
    examples: bool = True,
) -> Result:
    """Gather what is reported; only small tables leave the engine. ``examples`` shows quarantined rows as written."""
    revenue = Sql("revenue" if scored.model.monetary == "average" else "monetary")
    own = Sql("" if scored.dwell is None else f", {COMPUTED}")
    cells = engine.table("cells", render(_CELLS, segmented=scored.segmented, revenue=revenue, own=own))
    segments = _segments(engine, cells, scored)
    grid = _grid(engine, cells, scored)
    span = engine.rows(render(_SPAN, segmented=scored.segmented))[0]
    settings, ledger, window = accounted.settings, accounted.ledger, scored.clock.window
    report = {
        "quintile": quintile.__version__,
        "as_of": as_of.isoformat(),
        "as_of_given": as_of_given,
        "window": {
            "length": str(window.length),
            "start": window.start.isoformat() if window.start else None,
            "end": window.as_of.isoformat(),
        },
        "recency": scored.model.recency,
        "time_zone": settings.ledger.time_zone,
        "currency": ledger.currency or None,
        "assumed": assumptions(accounted, settings),
        "inputs": inputs(accounted),
        "counts": counts(accounted)
        | {"customers": span[0], "buyers": span[1], "first_order": _iso(span[2]), "last_order": _iso(span[3])},
        "second_tables": second_tables(accounted),
        "bridge": scored.bridge.as_list(),
        **set_aside(engine, accounted, examples=examples),
        "model": scored.model.as_dict(),
        "tie_receipt": [receipt.as_dict(best=scored.model.scale.best) for receipt in scored.receipts],
        "distributions": _distributions(scored),
        "segments": segments,
        **({} if scored.dwell is None else {"dwell": scored.dwell}),
        "ranking": list(scored.scheme.best_first) if scored.scheme else [],
        "concentration": scored.spread.concentration,
        "grid": grid,
        "warnings": [
            *accounted.transactions.warnings,
            *ledger.warnings,
            *sufficiency_warnings(
                buyers=span[1],
                most_orders=span[4] or 0,
                first_day=ledger.first_at.date() if ledger.first_at else None,
                last_day=span[3],
                as_of=window.day,
            ),
            *scheme_warnings(scored),
            *grid_warnings(grid, scored.model.scale.scores),
            *scale_warnings(customers=span[0], scores=scored.model.scale.scores),
            *customer_warnings(orders=int(span[5] or 0), most_orders=span[4] or 0, below_zero=span[6]),
        ],
    }
    return Result(
        engine=engine,
        **_queries(scored, ledger),
        segments=segments,
        report=report,
        model=scored.model,
    )


def _queries(scored: Scored, ledger: Ledger) -> dict[str, Sql]:
    """The queries of a result; the order of ``rfm``, which is that of its keys, is kept by the engine."""
    if ledger.names is None:
        customers = customers_under(scored, Sql("CAST(customer_key AS VARCHAR) AS customer_id"))
        return {"customers": customers, "keyed": customers}
    segmented = render(_WITH_NAMES, segmented=scored.segmented, names=Sql(ledger.names))
    customers = customers_under(replace(scored, segmented=segmented), Sql("customer_id"))
    return {
        "customers": render(_BY_ID, customers=customers),
        "keyed": customers_under(scored, Sql("customer_key")),
    }


def customers_under(scored: Scored, who: Sql) -> Sql:
    """The rows of a file of customers, each under its id or its key."""
    scale = scored.model.scale
    every = range(1, scale.scores + 1)
    codes = joined(literal(scale.code(r, f, m)) for r in every for f in every for m in every)
    return render(
        _CUSTOMERS,
        who=who,
        segmented=scored.segmented,
        codes=codes,
        scores=literal(scale.scores),
        dwell=Sql("" if scored.dwell is None else f", {COMPUTED}, {DWELLING}"),
        **{metric: _shown(metric, scale) for metric in "rfm"},
    )


def _shown(metric: str, scale: Scale) -> Sql:
    if scale.best == "high":
        return Sql(metric)
    return render("CAST({top} - {score} AS UTINYINT)", top=literal(scale.scores + 1), score=Sql(metric))


def _segments(engine: Engine, cells: Sql, scored: Scored) -> list[dict[str, Any]]:
    rows = {row[0]: row[1:] for row in engine.rows(render(_BY_SEGMENT, cells=cells))}
    medians = {row[0]: Decimal(row[1] + row[2]) / 2 for row in engine.rows(render(_MEDIANS, cells=cells))}
    customers = sum(row[0] for row in rows.values())
    revenue = sum((row[2] for row in rows.values()), Decimal(0))
    named = [segment.name for segment in scored.scheme.segments] if scored.scheme else []
    lines = []
    for segment in [*named, *(name for name in rows if name not in named)]:
        people, orders, money = rows.get(segment, (0, 0, Decimal(0)))
        lines.append(
            {
                "segment": segment,
                "customers": int(people),
                "customers_share": share(int(people), customers) if customers else _NONE,
                "revenue": plain(money),
                "revenue_share": share(money, revenue) if revenue > 0 else _NONE,
                "median_recency": plain(medians[segment]) if segment in medians else None,
                "mean_frequency": plain(_mean(int(orders), people)) if people else None,
                "mean_monetary": plain(_mean(money, people)) if people else None,
            }
        )
    return lines


def _distributions(scored: Scored) -> list[dict[str, Any]]:
    """How the customers spread over the values of each metric, with the cut points and the most common value."""
    best = scored.model.scale.best
    shown = ("metric", "cuts", "common_value", "common_customers", "common_share")
    receipts = {receipt.metric: receipt.as_dict(best=best) for receipt in scored.receipts}
    return [
        {key: line[key] for key in shown} | scored.spread.distributions[metric] for metric, line in receipts.items()
    ]


def _mean(total: Decimal | int, people: int) -> Decimal:
    return (Decimal(total) / people).quantize(_MEAN, ROUND_HALF_EVEN)  # a server may send whole money as an int


def _grid(engine: Engine, cells: Sql, scored: Scored) -> list[dict[str, Any]]:
    # A cell has one segment, that of the scores.
    scale, by = scored.model.scale, Sql("segment" if scored.dwell is None else COMPUTED)
    return [
        {
            "r": scale.shown(r),
            "f": scale.shown(f),
            "m": scale.shown(m),
            "segment": segment,
            "customers": int(customers),
            "revenue": plain(revenue),
        }
        for r, f, m, segment, customers, revenue in engine.rows(render(_BY_CELL, cells=cells, segment=by))
    ]


def _iso(day: Any) -> str | None:  # noqa: ANN401 - a date of the engine, or nothing
    return None if day is None else day.isoformat()


def _json(report: dict[str, Any]) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
