"""Small RFM tables, scored in one call."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st

from quintile.domain.rfm_model import Method, RfmModel
from quintile.domain.scale import Scale
from quintile.engine.render import Sql, joined, literal, render
from quintile.scoring.fit import fit
from quintile.scoring.score import score

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quintile.domain.rfm_model import MethodName
    from quintile.engine.base import Engine

AS_OF = date(2024, 1, 1)
INDEPENDENT: tuple[MethodName, ...] = ("quantile", "kmeans", "r-rfm", "percentile", "threshold")
ALL_METHODS: tuple[MethodName, ...] = (*INDEPENDENT, "ntile", "nested")

few_examples = settings(max_examples=25, deadline=None)  # each one fits and scores in the database

Scores = dict[Any, tuple[int, int, int]]


@dataclass(frozen=True)
class Customer:
    """One row of RFM; without an order in the window ``recency`` is None and ``frequency`` 0."""

    key: str | int
    recency: int | None = 1
    frequency: int = 1
    monetary: Decimal = Decimal(1)


def rfm_table(engine: Engine, customers: Sequence[Customer], money: str = "DECIMAL(18,3)") -> Sql:
    """A table of shape RFM, its rows in the given order."""
    key_type = "BIGINT" if all(isinstance(customer.key, int) for customer in customers) else "VARCHAR"
    rows = [
        render(
            "({key}, {recency}, {frequency}, {monetary})",
            key=literal(customer.key),
            recency=literal(customer.recency),
            frequency=literal(customer.frequency),
            monetary=literal(customer.monetary),
        )
        for customer in customers
    ]
    return engine.table(
        "rfm",
        render(
            """
            SELECT CAST(key AS {key_type}) AS customer_key, DATE '2023-01-01' AS first_order,
                DATE '2024-01-01' - CAST(recency AS INTEGER) AS last_order, CAST(recency AS INTEGER) AS recency_days,
                CAST(frequency AS BIGINT) AS frequency, CAST(monetary AS {money}) AS monetary
            FROM (VALUES {rows}) AS rows(key, recency, frequency, monetary)
            {nobody}
            """,
            key_type=Sql(key_type),
            money=Sql(money),
            rows=joined(rows) if rows else Sql("(NULL, NULL, NULL, NULL)"),
            nobody=Sql("" if rows else "WHERE false"),
        ),
    )


def scored(engine: Engine, customers: Sequence[Customer], model: RfmModel) -> Scores:
    """The three scores of every customer under a fitted model."""
    view = score(engine, rfm_table(engine, customers), model)
    return {row[0]: row[1:] for row in engine.rows(render("SELECT customer_key, r, f, m FROM {view}", view=view))}


def fitted(engine: Engine, customers: Sequence[Customer], model: RfmModel) -> RfmModel:
    """The model, fitted on the customers."""
    return fit(engine, rfm_table(engine, customers), model, AS_OF)


def fit_and_score(engine: Engine, customers: Sequence[Customer], model: RfmModel) -> Scores:
    """The three scores of every customer under a model fitted on the same customers."""
    return scored(engine, customers, fitted(engine, customers, model))


def model_of(name: MethodName, scores: int = 5) -> RfmModel:
    """A model that scores all three metrics by one method; percent ranks in equal steps, thresholds 2, 4, 6 ..."""
    given: tuple[Decimal, ...] = ()
    if name == "percentile":
        given = tuple(round(Decimal(100 * share) / scores, 6) for share in range(1, scores))
    if name == "threshold":
        given = tuple(Decimal(2 * cut) for cut in range(1, scores))
    method = Method(name, given)
    return RfmModel(scale=Scale(scores), r=method, f=method, m=method)


def frequency_scores(engine: Engine, values: Iterable[int], model: RfmModel | None = None) -> list[int]:
    """The F score of each value, in order."""
    customers = [Customer(place, frequency=value) for place, value in enumerate(values)]
    scores = fit_and_score(engine, customers, model or RfmModel())
    return [scores[customer.key][1] for customer in customers]


def recency_scores(engine: Engine, values: Iterable[int | None], model: RfmModel | None = None) -> list[int]:
    """The R score of each value, in order; None is a customer without an order in the window."""
    customers = [
        Customer(place, value, 0 if value is None else 1, Decimal(0 if value is None else 1))
        for place, value in enumerate(values)
    ]
    scores = fit_and_score(engine, customers, model or RfmModel())
    return [scores[customer.key][0] for customer in customers]


def monetary_scores(engine: Engine, values: Iterable[str | int], model: RfmModel | None = None) -> list[int]:
    """The M score of each value, in order."""
    customers = [Customer(place, monetary=Decimal(value)) for place, value in enumerate(values)]
    scores = fit_and_score(engine, customers, model or RfmModel())
    return [scores[customer.key][2] for customer in customers]


def renamed_and_shuffled(customers: Sequence[Customer], seed: int) -> tuple[list[Customer], dict[Any, Any]]:
    """The same customers under other keys and in another order, and the old key of each new one."""
    keys = [customer.key for customer in customers]
    chance = random.Random(seed)
    new_keys = chance.sample(keys, len(keys))
    moved = [replace(customer, key=key) for customer, key in zip(customers, new_keys, strict=True)]
    chance.shuffle(moved)
    return moved, dict(zip(new_keys, keys, strict=True))


_BUYER = st.tuples(
    st.integers(0, 12),
    st.integers(1, 6),
    st.decimals(min_value=-20, max_value=20, places=2),
)
_NO_ORDER = st.just((None, 0, Decimal(0)))


def bases(smallest: int = 1) -> st.SearchStrategy[list[Customer]]:
    """Bases of 1 to 30 customers full of ties, one in six without an order in the window."""
    rows = st.one_of(*[_BUYER] * 5, _NO_ORDER)
    return st.lists(rows, min_size=smallest, max_size=30).map(
        lambda found: [Customer(key, *row) for key, row in enumerate(found)]
    )
