"""RfmModel: window, metrics, scoring and scheme in one frozen value, with a fingerprint.

A model without cut points is a wish; ``fit`` returns it with cut points learned, and those can be kept,
so that a customer later moves because of behaviour and not because the others moved.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from quintile.domain.dwell import DwellRule
from quintile.domain.scale import Scale
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS = ("quantile", "threshold", "percentile", "ntile", "nested", "kmeans", "r-rfm")
MethodName = Literal["quantile", "threshold", "percentile", "ntile", "nested", "kmeans", "r-rfm"]
FORMAT = 1


@dataclass(frozen=True)
class Method:
    """How one metric is cut into scores.

    ``given`` holds a person's own numbers, ascending: cut points for ``threshold`` (for recency the last day of
    the better score, otherwise the first value of the better score), percent ranks for ``percentile``.
    """

    name: MethodName = "quantile"
    given: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class CutPoints:
    """The learned values that separate the scores of one metric, ascending.

    A customer's score is 1 plus the number of cuts reached: ``value <= cut`` for recency, ``value >= cut`` for
    frequency and monetary. A None cut is one that nobody reaches. ``ties`` (ntile only) holds beside each cut the
    customer id from which, among equal values, the cut counts as reached (None: all of them reach it). ``within``
    (nested only) holds one list of cuts for each better metric's scores: ``"4"`` for F within R 4, ``"4-2"`` for M
    within R 4 and F 2; ``values`` then applies only outside these cells.
    """

    values: tuple[Decimal | None, ...]
    ties: tuple[str | None, ...] = ()
    within: Mapping[str, tuple[Decimal | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fitted:
    """Where the cut points come from: the analysis date, the number of customers, the currency of their money.

    Without a currency (the source named none) nothing is known of it.
    """

    as_of: str
    customers: int
    currency: str | None = None


@dataclass(frozen=True)
class RfmModel:
    """What is measured, how it is scored, which segments follow.

    ``scheme`` is a name of a shipped scheme or a path. A fitted model carries the text of a scheme of one's own in
    ``scheme_text``, so that it keeps its meaning when the file changes.
    ``cuts`` is None until ``fit`` has learned them.
    """

    window: WindowLength = WindowLength(months=12)
    recency: Literal["calendar", "elapsed"] = "calendar"
    monetary: Literal["total", "average"] = "total"
    population: str = "buyers"
    scale: Scale = Scale()
    r: Method = Method()
    f: Method = Method()
    m: Method = Method()
    scheme: str = "rfm-9"
    scheme_text: str | None = None
    cuts: tuple[CutPoints, CutPoints, CutPoints] | None = None
    fitted: Fitted | None = None
    dwell: DwellRule = DwellRule()

    def with_cuts(self, cuts: tuple[CutPoints, CutPoints, CutPoints], fitted: Fitted) -> RfmModel:
        """The same model with its cut points learned."""
        return replace(self, cuts=cuts, fitted=fitted)

    def in_currency(self, currency: str) -> RfmModel:
        """The fitted model, knowing the currency of its cut points; an empty one says nothing."""
        return replace(self, fitted=replace(self.fitted, currency=currency or None)) if self.fitted else self

    def require_currency(self, currency: str) -> None:
        """Refuse to score money of another currency than that of the cut points.

        Raises:
            SettingsError: Both currencies are known and differ.
        """
        known = self.fitted.currency if self.fitted else None
        if known and currency and known != currency:
            raise SettingsError(
                "model",
                f"the model was fitted in {known}, but the money to score is in {currency}: its cut points would mean"
                " nothing",
                fix=f"convert the orders: --base-currency {known} --rates rates.csv; or fit a model of their own",
            )

    @property
    def fingerprint(self) -> str:
        """16 hex digits over everything that can change a score; equal models have equal fingerprints."""
        text = json.dumps(self._content(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """The model as JSON values; numbers that decide a score are text, so that they stay exact."""
        return {"quintile_model": FORMAT, "fingerprint": self.fingerprint, **self._content()}

    def to_json(self) -> str:
        """The model as a JSON document that ``from_json`` reads back equal."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"

    def _content(self) -> dict[str, Any]:
        content = {
            "window": str(self.window),
            "recency": self.recency,
            "monetary": self.monetary,
            "population": self.population,
            "scale": self.scale.scores,
            "best": self.scale.best,
            "methods": {
                metric: {"name": method.name, "given": [str(value) for value in method.given]}
                for metric, method in (("r", self.r), ("f", self.f), ("m", self.m))
            },
            "scheme": self.scheme,
            "scheme_text": self.scheme_text,
            "cuts": None
            if self.cuts is None
            else {metric: _cuts_as_dict(cuts) for metric, cuts in zip("rfm", self.cuts, strict=True)},
            "fitted": None if self.fitted is None else _fitted_as_dict(self.fitted),
        }
        return {**content, "dwell": self.dwell.as_dict()} if self.dwell.is_on else content

    @classmethod
    def from_json(cls, text: str) -> RfmModel:
        """Read a model document.

        Raises:
            SettingsError: The text is no model, or was changed by hand after it was saved (its fingerprint differs).
        """
        try:
            data = json.loads(text)
            model = cls._from_dict(data)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise SettingsError(
                "model",
                f"the model file cannot be read ({error})",
                fix="write it anew with: quintile fit SOURCE --out model.json",
            ) from error
        if data.get("fingerprint") != model.fingerprint:
            raise SettingsError(
                "model",
                "the model file was changed after it was saved: its fingerprint does not fit its content",
                fix="write it anew with: quintile fit SOURCE --out model.json; own cut points go into --r-cuts,"
                " --f-cuts and --m-cuts",
            )
        return model

    @classmethod
    def _from_dict(cls, data: dict[str, Any]) -> RfmModel:
        methods = {
            metric: Method(entry["name"], tuple(Decimal(value) for value in entry["given"]))
            for metric, entry in data["methods"].items()
        }
        cuts, fitted = data["cuts"], data["fitted"]
        return cls(
            window=WindowLength.parse(data["window"]),
            recency=data["recency"],
            monetary=data["monetary"],
            population=data["population"],
            scale=Scale(data["scale"], data["best"]),
            r=methods["r"],
            f=methods["f"],
            m=methods["m"],
            scheme=data["scheme"],
            scheme_text=data["scheme_text"],
            cuts=None if cuts is None else (_cuts(cuts["r"]), _cuts(cuts["f"]), _cuts(cuts["m"])),
            fitted=None if fitted is None else Fitted(**fitted),
            dwell=DwellRule.from_dict(data["dwell"]) if "dwell" in data else DwellRule(),
        )


def _fitted_as_dict(fitted: Fitted) -> dict[str, Any]:
    data: dict[str, Any] = {"as_of": fitted.as_of, "customers": fitted.customers}
    return data if fitted.currency is None else {**data, "currency": fitted.currency}


def _cuts_as_dict(cuts: CutPoints) -> dict[str, Any]:
    data: dict[str, Any] = {"values": [_text(value) for value in cuts.values]}
    if cuts.ties:
        data["ties"] = list(cuts.ties)
    if cuts.within:
        data["within"] = {key: [_text(value) for value in values] for key, values in sorted(cuts.within.items())}
    return data


def _cuts(data: dict[str, Any]) -> CutPoints:
    return CutPoints(
        values=tuple(_decimal(value) for value in data["values"]),
        ties=tuple(data.get("ties", ())),
        within={key: tuple(_decimal(value) for value in values) for key, values in data.get("within", {}).items()},
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
