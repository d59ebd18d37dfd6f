"""Settings: what a person may choose, group by group, with the defaults.

The groups are the tables of ``quintile.toml``; every key is also a flag (``base_currency`` is ``--base-currency``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from quintile.domain.business import BusinessSettings
from quintile.domain.database import DatabaseSettings  # noqa: TC001 - the settings reader resolves these annotations
from quintile.domain.dwell import DwellRule
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.keeping import RetentionSettings, StateSettings
from quintile.domain.kpi import AlertSettings, KpiSettings, TargetSettings
from quintile.domain.rfm_model import METHODS, WORDS, Method, RfmModel
from quintile.domain.scale import Scale
from quintile.domain.statuses import StatusKind  # noqa: TC001 - the settings reader resolves it
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.domain.rfm_model import MethodName

_FORBID_UNKNOWN = {"extra": "forbid"}
DEFAULT_SCHEMES = {3: "six-27", 5: "rfm-9", 10: "rfm-9"}
_ALIASES = {"spss-nested": "nested"}
NO_SCHEME = "none"
POPULATIONS = WORDS["population"]
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])I?B")


@dataclass(frozen=True)
class ReadingSettings:
    """How a source is read; what is None is detected, shown, and can be overruled here.

    ``map`` gives a column for a role: ``{"customer": "cust_no", "amount": "total"}``; a role of a second table is
    written with its name: ``{"returns.order": "order_no"}``.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    map: dict[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    date_format: str | None = None
    sheet: str | None = None
    max_bad_share: float = 0.5


@dataclass(frozen=True)
class LedgerSettings:
    """The rules of the ledger: what an order is, whose it is, what it is worth, and what counts.

    ``statuses`` gives the shop's own words for a kind of status; kinds it does not name keep the usual words.
    ``exclude`` of None excludes all four kinds, but for pending orders that a shop's export says are paid on delivery.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    base_currency: str | None = None
    time_zone: str = "UTC"
    grain: Literal["order", "line", "day"] | None = None
    customer_key: Literal["id", "email", "phone", "account"] | None = None
    guests: Literal["quarantine", "email", "phone"] = "quarantine"
    country: str | None = None
    refunds: Literal["net", "gross", "exclude_order"] = "net"
    zero_orders: Literal["ignore", "count"] = "ignore"
    duplicates: Literal["key", "row", "keep"] = "key"
    exclude: tuple[Literal["cancelled", "failed", "pending", "test"], ...] | None = None
    statuses: dict[StatusKind, tuple[str, ...]] = field(default_factory=dict)
    rates: str | None = None
    returns: str | None = None
    customers: str | None = None
    merges: str | None = None


@dataclass(frozen=True)
class ModelSettings:
    """The model in a person's words; ``model()`` makes the value the steps use.

    ``method`` is one name for all three metrics, or ``"r=threshold,f=kmeans"``. A metric with own cut points is
    scored by ``threshold``, or by ``percentile`` when that is its method; then the cut points are percent ranks.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    window: str = "12mo"
    recency: Literal["calendar", "elapsed"] = "calendar"
    monetary: Literal["total", "average"] = "total"
    population: str = "buyers"
    scale: int = 5
    best: Literal["high", "low"] = "high"
    method: str = "quantile"
    r_cuts: tuple[Decimal, ...] = ()
    f_cuts: tuple[Decimal, ...] = ()
    m_cuts: tuple[Decimal, ...] = ()
    scheme: str | None = None
    dwell: int | None = None
    margin: Decimal | None = None

    def model(self) -> RfmModel:
        """The unfitted model these settings describe.

        Raises:
            SettingsError: A window, scale, method or list of cut points makes no sense.
        """
        scale = Scale(self.scale, self.best)
        names = _method_names(self.method)
        r, f, m = (
            _method(metric, names[metric], given)
            for metric, given in (("r", self.r_cuts), ("f", self.f_cuts), ("m", self.m_cuts))
        )
        return RfmModel(
            window=WindowLength.parse(self.window),
            recency=self.recency,
            monetary=self.monetary,
            population=self.population if self.population in POPULATIONS else "customers",
            scale=scale,
            r=r,
            f=f,
            m=m,
            scheme=self.scheme or DEFAULT_SCHEMES.get(scale.scores, NO_SCHEME),
            dwell=DwellRule(self.dwell, self.margin),
        )


@dataclass(frozen=True)
class OutputSettings:
    """What a run leaves behind: the customer files and the report page, beside segments.csv and run.json."""

    __pydantic_config__ = _FORBID_UNKNOWN

    formats: tuple[Literal["parquet", "csv"], ...] = ("parquet", "csv")
    report: bool = True


@dataclass(frozen=True)
class LimitSettings:
    """What the child process that parses unknown files may take: memory, seconds, the size of a temporary file.

    Half of the memory is the database's, unless the engine's own ``memory`` says otherwise.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    max_memory: str = "4GB"
    max_seconds: int = 1800
    max_file: str = "50GB"

    @property
    def memory_bytes(self) -> int:
        """``max_memory`` in bytes."""
        return _bytes("max_memory", self.max_memory)

    @property
    def file_bytes(self) -> int:
        """``max_file`` in bytes."""
        return _bytes("max_file", self.max_file)


DriftCode = Literal["schema_drift", "volume_drop", "distribution_shift", "identity_shift"]


@dataclass(frozen=True)
class RefreshSettings:
    """What a later source of the same project may change: drifts accepted by name, and why. Meant for one run.

    ``refit`` learns the cut points anew; otherwise a project keeps those of its first run.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    mode: Literal["append", "full"] = "append"
    refit: bool = False
    accept: tuple[DriftCode, ...] = ()
    because: str | None = None


@dataclass(frozen=True)
class NetworkSettings:
    """What may be connected to beyond the public internet and this machine: names, addresses, networks (10.0.0.0/8)."""

    __pydantic_config__ = _FORBID_UNKNOWN

    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Everything a person may choose, as one value."""

    __pydantic_config__ = _FORBID_UNKNOWN

    reading: ReadingSettings = ReadingSettings()
    ledger: LedgerSettings = LedgerSettings()
    model: ModelSettings = ModelSettings()
    refresh: RefreshSettings = RefreshSettings()
    output: OutputSettings = OutputSettings()
    engine: EngineSettings = EngineSettings()
    network: NetworkSettings = NetworkSettings()
    business: BusinessSettings = BusinessSettings()
    state: StateSettings = StateSettings()
    retention: RetentionSettings = RetentionSettings()
    targets: TargetSettings = field(default_factory=TargetSettings)
    kpis: KpiSettings = KpiSettings()
    alerts: AlertSettings = AlertSettings()
    sources: dict[str, DatabaseSettings] = field(default_factory=dict)

    @property
    def customers(self) -> str | None:
        """The table of customers: named as such, or as the population.

        Raises:
            SettingsError: Both are named and differ.
        """
        named, population = self.ledger.customers, self.model.population
        if population in POPULATIONS or population == named:
            return named
        if named is None:
            return population
        raise SettingsError(
            "population",
            "two tables of customers are named, one as the population",
            fix="name one table: --customers FILE --population customers",
        )

    limits: LimitSettings = LimitSettings()


def _bytes(key: str, text: str) -> int:
    match = _SIZE.fullmatch(text.strip().upper())
    if match is None:
        raise SettingsError(key, f"'{text}' is no size", fix="write for example 500MB or 4GB")
    return int(Decimal(match[1]) * 1000 ** ("KMGT".index(match[2]) + 1))


def _method_names(text: str) -> dict[str, MethodName]:
    names: dict[str, MethodName] = {"r": "quantile", "f": "quantile", "m": "quantile"}
    given: list[str] = []
    for part in text.split(","):
        metric, equals, chosen = part.strip().rpartition("=")
        chosen = _ALIASES.get(chosen, chosen)
        if chosen not in METHODS or (equals and metric not in names):
            raise SettingsError(
                "method",
                f"'{part.strip()}' is no scoring method",
                fix=f"write one of {', '.join(METHODS)}, or one a metric: r=threshold,f=quantile,m=kmeans",
            )
        if metric in given or (given and not equals):
            message = f"'{part.strip()}' contradicts the method before it"
            fix = "name one a metric, the one for all others first: quantile,r=threshold,m=kmeans"
            raise SettingsError("method", message, fix=fix)
        given.append(metric)
        for scored in [metric] if equals else list(names):
            names[scored] = chosen  # type: ignore[assignment]  # checked against METHODS above
    return names


def _method(metric: str, chosen: MethodName, given: tuple[Decimal, ...]) -> Method:
    if given and chosen == "percentile":
        return Method("percentile", given)
    if given:
        return Method("threshold", given)
    if chosen in {"threshold", "percentile"}:
        raise SettingsError(
            "method",
            f"the method {chosen} for {metric.upper()} needs numbers",
            fix=f"give them ascending: --{metric}-cuts "
            + ("20,40,60,80" if chosen == "percentile" else "14,45,90,150" if metric == "r" else "2,3,5,7"),
        )
    return Method(chosen)
