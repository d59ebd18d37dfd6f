"""A small result as run.json has it, with names a stranger could write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.pictures.base import Picture

HOSTILE = ("</script><b>", "__proto__", "role:ink", "{b} {c|x}", "a\nb\tc\u202e", "quintile:tip")


def segment(name: str, customers: int, share: str, revenue: str, revenue_share: str) -> dict[str, Any]:
    """One of run.json's segments."""
    known = customers > 0
    return {
        "segment": name,
        "customers": customers,
        "customers_share": share,
        "revenue": revenue,
        "revenue_share": revenue_share,
        "median_recency": "12" if known else None,
        "mean_frequency": "1.50" if known else None,
        "mean_monetary": "10.00" if known else None,
    }


def result(best: str = "Best", middle: str = "Middle", worst: str = "Worst") -> dict[str, Any]:
    """A result of three segments; the middle one has nobody."""
    return {
        "currency": "EUR",
        "model": {"scale": 3, "best": "high"},
        "ranking": [best, middle, worst],
        "segments": [
            segment(worst, 1500, "0.7500", "2000.50", "0.2000"),
            segment(best, 500, "0.2500", "8002.00", "0.8000"),
            segment(middle, 0, "0.0000", "0", "0.0000"),
        ],
        "grid": [
            {"r": 3, "f": 3, "m": 3, "segment": best, "customers": 400, "revenue": "8000.00"},
            {"r": 3, "f": 3, "m": 1, "segment": best, "customers": 100, "revenue": "2.00"},
            {"r": 1, "f": 1, "m": 1, "segment": worst, "customers": 1500, "revenue": "2000.50"},
        ],
        "distributions": [
            {
                "metric": "r", "cuts": ["14", "45"], "common_value": "1", "common_customers": 20,
                "common_share": 0.01, "without": 0,
                "bins": [
                    {"from": "0", "to": "10", "customers": 1000},
                    {"from": "10", "to": "20", "customers": 600},
                    {"from": "20", "to": "30", "customers": 400},
                ],
            },
            {
                "metric": "f", "cuts": ["2", "2"], "common_value": "1", "common_customers": 1500,
                "common_share": 0.75, "without": 3,
                "bins": [{"from": "1", "to": "2", "customers": 1500}, {"from": "2", "to": None, "customers": 497}],
            },
            {
                "metric": "m", "cuts": [None, "11"], "common_value": "7.00", "common_customers": 20,
                "common_share": 0.01, "without": 0,
                "bins": [
                    {"from": None, "to": "0", "customers": 5},
                    {"from": "0", "to": "10", "customers": 995},
                    {"from": "10", "to": "12.5", "customers": 1000},
                ],
            },
        ],
        "concentration": {
            "customers": 2000,
            "revenue": "10002.50",
            "customers_below_zero": 5,
            "gini": "0.6000",
            "deciles": [
                {"from": 10 * place, "to": 10 * place + 10, "revenue": "1000.25", "share": "0.1000"}
                for place in range(10)
            ],
            "lorenz": [f"{percent * percent / 10000:.4f}" for percent in range(101)],
            "claims": [
                {"claim": "top_40_bring_80", "says": "40% bring 80%", "figure": "0.6400", "holds": False},
                {"claim": "top_tenth_ten_times", "says": "ten times", "figure": None, "holds": True},
            ],
        },
    }  # fmt: skip


def moves(*names: str) -> list[dict[str, Any]]:
    """Movements between the first two of the segments, and in and out of the base."""
    first, second = names[:2]
    return [
        {"from": first, "to": first, "customers": 1000, "revenue": "10.00"},
        {"from": second, "to": first, "customers": 30, "revenue": "5.50"},
        {"from": None, "to": second, "customers": 7, "revenue": "1.00"},
        {"from": first, "to": None, "customers": 2, "revenue": "0"},
        {"from": second, "to": second, "customers": 0, "revenue": "0"},
    ]


def texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an option with the key it stands at."""
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from texts(one, inner)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one, key)
    elif isinstance(value, str):
        yield key, value


def only_series(picture: Picture) -> dict[str, Any]:
    """The first series of a picture's option, as it is after JSON."""
    series: dict[str, Any] = json.loads(json.dumps(picture.option))["series"][0]
    return series
