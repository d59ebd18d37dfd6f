"""Headlines: what is said of a base that brings nothing, or holds one customer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import quintile
from quintile.export.figures import Figures
from quintile.export.headlines import findings, headline, lead
from quintile.export.receipts import concentration

if TYPE_CHECKING:
    from markupsafe import Markup

HEADER = "order_id,customer_id,order_date,amount\n"


@pytest.fixture
def figures_of(tmp_path):
    def figures(*rows):
        file = tmp_path / "orders.csv"
        file.write_text(HEADER + "".join(f"O{place},{row}\n" for place, row in enumerate(rows)), encoding="utf-8")
        return Figures(quintile.run(file, as_of=date(2025, 7, 1)).report)

    return figures


def said(text: Markup) -> str:
    return text.striptags()


def test_more_refunded_than_bought_has_no_share_of_the_revenue(figures_of):
    figures = figures_of("A,2025-06-01,10.00", "A,2025-06-09,-500.00", "B,2025-06-02,20.00", "C,2025-05-02,30.00")
    assert said(headline(figures)) == "3 customers, more refunded than bought"
    assert {line["revenue_share"] for line in figures.raw("segments")} == {"0.000000"}
    assert not any("of the revenue" in said(sentence) for sentence in findings(figures)[:1])
    claims = concentration(figures)
    assert claims is not None
    assert next(said(claim["found"]) for claim in claims["claims"]) == "There is no revenue to share out."


def test_money_in_the_headline_is_read_in_passing(figures_of):
    figures = figures_of("A,2025-06-01,1234.5678", "B,2025-06-02,20.4321")
    text = lead(figures)
    assert "1,255" in said(text)
    assert 'value="1254.9999"' in text


def test_one_customer_and_one_row_are_one(figures_of):
    figures = figures_of("A,2025-06-01,10.00")
    assert "In all, 1 customer bought from" in said(lead(figures))
    assert said(findings(figures)[-1]) == "The 1 row of the source was understood and counted."
    assert "fewer_customers_than_bins" in {warning["code"] for warning in figures.raw("warnings")}


def test_of_equally_large_segments_none_is_called_the_largest(figures_of):
    figures = figures_of("A,2025-06-01,10.00", "B,2025-01-02,20.00")
    assert not any("largest" in said(sentence) for sentence in findings(figures))
