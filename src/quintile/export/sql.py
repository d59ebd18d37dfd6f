"""SQL: a fitted model as one readable query over the user's own table of transactions.

Every step is a CTE with a name, every value a literal. Only constructs that other databases know too, so that their
dialects can be made from this text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, render
from quintile.export.sql_columns import moment_of
from quintile.export.sql_orders import orders_of
from quintile.export.sql_scores import branches, code, score
from quintile.export.sql_step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from quintile.export.recipe import Recipe

RESULT = Sql("""\
SELECT
    customer_id, first_order, last_order, recency_days, frequency, monetary, r, f, m, rfm, segment
FROM segments
ORDER BY customer_id""")
_QUERY = "WITH{steps}\n{result}\n"
_COUNTED = """\
    SELECT
        customer_id,
        ordered_at,
        {day} AS order_day,
        {net} AS net,
        CASE WHEN {purchase} THEN 1 ELSE 0 END AS is_purchase
    FROM orders
    WHERE {inside}"""
_RFM = """\
    SELECT
        customer_id,
        min(CASE WHEN is_purchase = 1 THEN order_day END) AS first_order,
        max(CASE WHEN is_purchase = 1 THEN order_day END) AS last_order,
        {recency} AS recency_days,
        sum(is_purchase) AS frequency,
        sum(net) AS {money}
    FROM counted
    GROUP BY customer_id
    HAVING sum(is_purchase) > 0"""
_EVERYONE = """\
    SELECT DISTINCT customer_id
    FROM orders
    WHERE {purchase} AND ordered_at < {end}"""
_WIDER = """\
    SELECT
        everyone.customer_id, first_order, last_order, recency_days,
        coalesce(frequency, 0) AS frequency,
        coalesce(monetary, 0) AS monetary
    FROM everyone
    LEFT JOIN buyers ON buyers.customer_id = everyone.customer_id"""
_SCORES = """\
    SELECT
        *,
        {r} AS r,
        {f} AS f,
        {m} AS m
    FROM rfm"""
_SCORED = """\
    SELECT
        *,
        {score} AS {metric}
    FROM {table}"""
_CODED = """\
    SELECT
        *,
        {code} AS rfm
    FROM scores"""
_SEGMENTS = """\
    SELECT
        *,
        CASE
{branches}
        END AS segment
    FROM coded"""
_AVERAGE = """\
    SELECT
        customer_id, first_order, last_order, recency_days, frequency,
        CAST(
            CAST(
                CASE WHEN total < 0 THEN -1 ELSE 1 END
                * ((2 * CAST(abs(total) * 1000000000000 AS HUGEINT) + frequency) // (2 * frequency))
                AS DECIMAL(25, 0)
            ) * 0.000000000001 AS DECIMAL(38, 12)
        ) AS monetary
    FROM totals"""
_CALENDAR = "date_diff('day', max(CASE WHEN is_purchase = 1 THEN order_day END), {end})"
_ELAPSED = """date_diff('microsecond', max(CASE WHEN is_purchase = 1 THEN ordered_at END), {end})
            // 86400000000"""
# The money of an order that counts, and when it is a purchase, by refund policy; where orders worth nothing count too.
_NET = {"net": "gross - refunded", "gross": "gross", "exclude_order": "CASE WHEN refunded > 0 THEN 0 ELSE gross END"}
_PURCHASE = {"net": "gross > refunded", "gross": "gross > 0", "exclude_order": "gross > 0 AND refunded = 0"}
_WORTH_NOTHING = "({purchase} OR (gross = 0 AND refunded = 0))"


def model_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The model as steps, each reading those before it; the first reads the user's table, the last is ``segments``."""
    return (
        *orders_of(recipe),
        *_measuring(recipe),
        *_scoring(recipe),
        Step("coded", "The three scores side by side.", render(_CODED, code=code(recipe))),
        Step("segments", "The segment of each code.", render(_SEGMENTS, branches=branches(recipe))),
    )


def model_sql(recipe: Recipe) -> Sql:
    """The whole model as a query in DuckDB's dialect.

    It reads the table ``table_sql(recipe)`` with the user's own columns and returns one row per customer: the columns
    of customers.csv, in its order of columns.
    """
    return with_steps(model_steps(recipe), RESULT)


def with_steps(steps: Iterable[Step], result: Sql) -> Sql:
    """Steps and what is asked of them, as one query."""
    return render(_QUERY, steps=joined((step.cte() for step in steps), ","), result=result)


def _measuring(recipe: Recipe) -> list[Step]:
    """From orders to recency, frequency and monetary."""
    policy = recipe.rules["refunds"]
    purchase = Sql(_PURCHASE[policy])
    if recipe.rules["zero_orders"] == "count":
        purchase = render(_WORTH_NOTHING, purchase=purchase)
    counted = render(_COUNTED, day=_day(recipe), net=Sql(_NET[policy]), purchase=purchase, inside=_inside(recipe))
    end, averaged = _edge(recipe, recipe.end), recipe.model.monetary == "average"
    measured = render(
        _RFM,
        recency=render(_ELAPSED if recipe.elapsed else _CALENDAR, end=end),
        money=Sql("total" if averaged else "monetary"),
    )
    buyers = "One row per customer who bought in the window."
    steps = [Step("counted", "The orders of the window, what they are worth, and whether they are purchases.", counted)]
    if averaged:
        steps.append(Step("totals", buyers, measured))
        buyers, measured = "The average order, half away from zero at twelve digits, in whole numbers.", Sql(_AVERAGE)
    if recipe.model.population != "ever":
        return [*steps, Step("rfm", buyers, measured)]
    everyone = render(_EVERYONE, purchase=purchase, end=end)
    return [
        *steps,
        Step("buyers", buyers, measured),
        Step("everyone", "All who ever bought.", everyone),
        Step("rfm", "Who did not buy in the window has no recency and no orders.", Sql(_WIDER)),
    ]


def _scoring(recipe: Recipe) -> list[Step]:
    r, f, m = (
        score(ladder, metric, all_bought=recipe.model.population != "ever")
        for ladder, metric in zip(recipe.ladders, ("recency_days", "frequency", "monetary"), strict=True)
    )
    best = recipe.model.scale.shown(recipe.model.scale.scores)
    if not any(ladder.cells for ladder in recipe.ladders):
        return [Step("scores", f"The cut points: {best} is the best score.", render(_SCORES, r=r, f=f, m=m))]
    return [
        Step(called, comment, render(_SCORED, score=ladder, metric=Sql(metric), table=Sql(table)))
        for called, comment, ladder, metric, table in (
            ("r_scored", f"The cut points: {best} is the best score.", r, "r", "rfm"),
            ("rf_scored", "Frequency is scored within each score of recency.", f, "f", "r_scored"),
            ("scores", "Monetary is scored within the two.", m, "m", "rf_scored"),
        )
    ]


def _edge(recipe: Recipe, moment: datetime) -> Sql:
    """An edge of the window: a day, or where days are full 24 hours an instant in UTC."""
    edge: date = moment if recipe.elapsed else moment.date()
    return literal(edge)


def _inside(recipe: Recipe) -> Sql:
    end = render("ordered_at < {end}", end=_edge(recipe, recipe.end))
    if recipe.start is None:
        return end
    return render("ordered_at >= {start} AND {end}", start=_edge(recipe, recipe.start), end=end)


def _day(recipe: Recipe) -> Sql:
    if not recipe.elapsed:
        return Sql("CAST(ordered_at AS DATE)")
    return render("CAST({moment} AS DATE)", moment=moment_of(Sql("ordered_at"), "UTC", recipe.zone))
