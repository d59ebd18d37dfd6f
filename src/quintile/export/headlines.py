"""Headlines: what a board should take with it, in sentences whose numbers are marked figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quintile.export.receipts import concentration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.export.figures import Figures

# Not those of the machine's language, so that every machine writes the same page.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ONCE = Decimal(1)


def day_text(iso: str) -> str:
    """``2025-07-01`` as ``1 July 2025``; a moment with its time of day."""
    moment = datetime.fromisoformat(iso)
    text = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    return text if len(iso) == len(date.min.isoformat()) else f"{text}, {moment:%H:%M}"


def window_text(report: Mapping[str, Any]) -> str:
    """The days that count: ``1 July 2024 to 30 June 2025``."""
    window = report["window"]
    start, end = window["start"] or report["counts"]["first_order"], window["end"]
    if len(end) == len(date.min.isoformat()):
        end = (date.fromisoformat(end) - timedelta(days=1)).isoformat()
    return f"{day_text(start)} to {day_text(end)}" if start else f"up to {day_text(end)}"


def headline(figures: Figures) -> Markup:
    """The one finding over the page: how much of the revenue the richest segment brings."""
    place = richest(figures.raw("segments"))
    if place is None:
        customers = _people(figures, "counts", "customers")
        bridge = figures.raw("bridge")
        lost = bool(bridge) and Decimal(bridge[-1]["amount"] or 0) < 0
        text = Markup("{}, more refunded than bought") if lost else Markup("{}, no revenue")
        return text.format(customers)
    shares = (figures.share("segments", place, share) for share in ("customers_share", "revenue_share"))
    return Markup("{} of the customers bring {} of the revenue").format(*shares)


def lead(figures: Figures) -> Markup:
    """Who they are, how many customers there are, when they bought, and what they brought."""
    place, customers = richest(figures.raw("segments")), _customers(figures)
    if place is None:
        return customers
    return Markup("They are the segment <bdi>{}</bdi>. {}").format(figures.raw("segments", place, "segment"), customers)


def findings(figures: Figures) -> list[Markup]:
    """What else to take along; each is left out where its numbers are not there."""
    sayings = concentration(figures)
    tested = [_tested(claim) for claim in sayings["claims"]] if sayings else []
    return [*(sentence for sentence in [_largest(figures)] if sentence is not None), *tested, _rows(figures)]


def richest(segments: list[dict[str, Any]]) -> int | None:
    """The place of the segment with the largest share of the revenue; None without revenue."""
    shares = [Decimal(line["revenue_share"]) for line in segments]
    return shares.index(max(shares)) if shares and max(shares) > 0 else None


def _customers(figures: Figures) -> Markup:
    report_window = window_text(figures.raw())
    last = len(figures.raw("bridge")) - 1
    money = figures.roughly("bridge", last, "amount") if last >= 0 else Markup("-")
    if figures.raw("model", "population") == "buyers":
        text = Markup("In all, {} bought from {} and brought {}.")
        return text.format(_people(figures, "counts", "customers"), report_window, money)
    text = Markup("Of {}, {} bought from {} and brought {}.")
    counted = _people(figures, "counts", "customers"), figures.count("counts", "buyers")
    return text.format(*counted, report_window, money)


def best_tenth(figures: Figures) -> Markup | None:
    """The share of the revenue that the best tenth of the customers brings; None where it is not known."""
    tenths = figures.raw().get("concentration", {}).get("deciles")
    is_known = tenths and tenths[0]["share"] is not None
    return figures.share("concentration", "deciles", 0, "share") if is_known else None


def ordered_once(figures: Figures) -> Markup | None:
    """The share of the customers with a single order; None unless one order is the most common number."""
    for place, receipt in enumerate(figures.raw("tie_receipt")):
        common = receipt["common_value"]
        if receipt["metric"] == "f" and common is not None and Decimal(common) == _ONCE:
            return figures.share("tie_receipt", place, "common_share")
    return None


def _tested(claim: dict[str, Any]) -> Markup:
    verdict = "true here" if claim["holds"] else "not true here"
    return Markup("\u201c{}\u201d: {}. {}").format(claim["says"], verdict, claim["found"])


def _largest(figures: Figures) -> Markup | None:
    segments = figures.raw("segments")
    people = [line["customers"] for line in segments]
    most = max(people, default=0)
    place = people.index(most) if most and people.count(most) == 1 else None
    if place is None or place == richest(segments):
        return None
    revenue = Markup("")
    if richest(segments) is not None:
        revenue = Markup(", with {} of the revenue").format(figures.share("segments", place, "revenue_share"))
    return Markup("The largest segment is <bdi>{}</bdi>: {}, {} of all{}.").format(
        segments[place]["segment"],
        _people(figures, "segments", place, "customers"),
        figures.share("segments", place, "customers_share"),
        revenue,
    )


def _people(figures: Figures, *path: str | int) -> Markup:
    """A count of customers with its noun."""
    noun = "customer" if figures.raw(*path) == 1 else "customers"
    return Markup("{} {}").format(figures.count(*path), noun)


def _rows(figures: Figures) -> Markup:
    counts = figures.raw("counts")
    gone = (
        ("rows_quarantined", "could not be used"),
        ("rows_deduplicated", "were repeated"),
        ("rows_excluded", "were left out by their status"),
    )
    told = [Markup("{} {}").format(figures.count("counts", key), text) for key, text in gone if counts[key]]
    if not told:
        rows = (
            Markup("The {} row of the source was")
            if counts["rows_in"] == 1
            else Markup("All {} rows of the source were")
        )
        text = rows + Markup(" understood and counted.")
        return text.format(figures.count("counts", "rows_in"))
    text = Markup("Of {} rows, {} were kept; {}. Every row and every cent is accounted for.")
    listed = Markup(", ").join(told)
    return text.format(figures.count("counts", "rows_in"), figures.count("counts", "rows_kept"), listed)
