"""Opened: a published snapshot with what it takes to score its customers again: its model, its date, its orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.rfm_model import RfmModel
from quintile.errors import Place, StoreError
from quintile.jobs.project.project import MODEL_JSON
from quintile.jobs.project.stored import CUSTOMERS_FILE, customers_of, require_here
from quintile.metrics.measure import Clock
from quintile.segments.load import kept_scheme
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles
from quintile.snapshots.series import report_of

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.snapshot import Snapshot

_DAY = len("2025-07-01")
# How rows became orders; what the words of statuses mean counts only where both sources had statuses.
_RULES = ("customer_key", "guests", "refunds", "zero_orders", "duplicates", "exclude", "statuses", "refund_kinds")


@dataclass(frozen=True)
class Opened:
    """One snapshot: what its run.json says, the model that scored it, the orders it was made from."""

    snapshot: Snapshot
    report: dict[str, Any]
    model: RfmModel
    orders: OrderFiles

    @property
    def as_of(self) -> date:
        """The analysis date, or the moment of it."""
        text = self.snapshot.as_of
        return date.fromisoformat(text) if len(text) == _DAY else datetime.fromisoformat(text)

    @property
    def customers(self) -> Path:
        """The file of its customers, by key, or the one that points to their table."""
        return customers_of(self.snapshot.folder) or self.snapshot.folder / CUSTOMERS_FILE

    @property
    def ranking(self) -> tuple[str, ...]:
        """The segments of its scheme, best first."""
        scheme = kept_scheme(self.model.scheme, self.model.scheme_text)
        return () if scheme is None else scheme.best_first

    @property
    def is_ranked(self) -> bool:
        """Whether the scheme says which of two segments is the better one."""
        scheme = kept_scheme(self.model.scheme, self.model.scheme_text)
        return scheme is not None and scheme.ranking is not None

    def clock(self, model: RfmModel) -> Clock:
        """The moment of this snapshot as a model counts days."""
        return Clock.at(self.as_of, model, self.report["time_zone"])

    def on_same_clock(self, other: Opened) -> bool:
        """Whether the orders of both have times of one kind (the shop's, or instants) and money of one currency."""
        kinds = [(one.report["currency"], one.model.recency == "elapsed") for one in (self, other)]
        zones = {self.report["time_zone"], other.report["time_zone"]}
        # In UTC the shop's clock and the world's show the same.
        same_kind = kinds[0][1] == kinds[1][1] or zones == {"UTC"}
        return same_kind and (kinds[0][0] == kinds[1][0] or None in {kinds[0][0], kinds[1][0]})

    def judged_alike(self, other: Opened) -> bool:
        """Whether the same rules made orders of rows, as far as both reports tell."""
        mine, theirs = (
            {**one.report["assumed"].get("rules", {}), "grain": one.report["assumed"].get("grain")}
            for one in (self, other)
        )
        return all(mine[key] == theirs[key] for key in (*_RULES, "grain") if key in mine and key in theirs)


def open_snapshot(snapshot: Snapshot, *, anywhere: bool = False) -> Opened:
    """Read what a snapshot says of itself.

    Args:
        snapshot: Which one.
        anywhere: Its orders may lie in a server or a cluster.

    Raises:
        StoreError: It keeps no orders or no file of customers by key, or one of its files is damaged.
        SettingsError: Its model is damaged; or ``engine``, its orders do lie there.
    """
    if not anywhere:
        require_here(snapshot.folder)
    orders = OrderFiles.of(snapshot.folder)
    has_model = (snapshot.folder / MODEL_JSON).is_file()
    gone = MODEL_JSON if not has_model else CUSTOMERS_FILE if customers_of(snapshot.folder) is None else None
    if orders is None or gone is not None:
        message = f"the snapshot {snapshot.spoken} has no {gone or ORDERS_JSON}, so nobody can be followed through it"
        fix = f"publish it anew, with Parquet among the formats: quintile run --as-of {snapshot.as_of} --backfill"
        raise StoreError("store", message, fix=fix, place=Place(str(snapshot.folder)))
    model = RfmModel.from_json((snapshot.folder / MODEL_JSON).read_text(encoding="utf-8"))
    # A table of customers is not kept: the snapshot's own customers are those who stood in it.
    orders = replace(orders, ledger={**orders.ledger, "people": None})
    return Opened(snapshot, report_of(snapshot), model, orders)
