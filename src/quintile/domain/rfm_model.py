"""RfmModel: window, metrics, scoring and scheme in one frozen value, with a fingerprint.

A model without cut points is a wish; ``fit`` returns it with cut points learned, and those can be kept,
so that a customer later moves because of behaviour and not because the others moved.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Literal

from quintile.domain.dwell import DwellRule
from quintile.domain.known import (
    cells_problem,
    exact,
    is_moment,
    is_whole,
    ladder_problem,
    require_kind,
    require_known,
    shortest,
)
from quintile.domain.model_file import FORMAT, UNREADABLE, changed, document, number_text, numbers, unreadable
from quintile.domain.scale import Scale
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from types import UnionType

METHODS = ("quantile", "threshold", "percentile", "ntile", "nested", "kmeans", "r-rfm")
MethodName = Literal["quantile", "threshold", "percentile", "ntile", "nested", "kmeans", "r-rfm"]
_WITH_NUMBERS = ("threshold", "percentile")
WORDS = {
    "recency": ("calendar", "elapsed"),
    "monetary": ("total", "average"),
    "population": ("buyers", "ever", "customers"),
}


@dataclass(frozen=True)
class Method:
    """How one metric is cut into scores.

    ``given`` holds a person's own numbers, ascending: cut points for ``threshold`` (for recency the last day of
    the better score, otherwise the first value of the better score), percent ranks for ``percentile``. Whole numbers
    and floats are taken by their digits; other methods take no numbers.
    """

    name: MethodName = "quantile"
    given: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an unknown method and what are no numbers; whole numbers and floats become exact decimals."""
        if not (isinstance(self.name, str) and self.name in METHODS):
            message = f"{short(self.name)} is no scoring method"
            raise SettingsError("method", message, fix=f"write one of {', '.join(METHODS)}")
        given = [exact(value) for value in self.given] if isinstance(self.given, tuple | list) else [None]
        sound = tuple(shortest(number) for number in given if number is not None)
        if len(sound) < len(given):
            message = f"the numbers of the method {self.name} cannot be {short(self.given)}"
            raise SettingsError("method", message, fix='write numbers, such as Method("threshold", (2, 3, 5, 7))')
        if sound and self.name not in _WITH_NUMBERS:
            message = f"the method {self.name} takes no numbers"
            raise SettingsError("method", message, fix=f"leave them out, or choose {' or '.join(_WITH_NUMBERS)}")
        object.__setattr__(self, "given", sound)


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

    def problem(self, metric: str, scores: int) -> str | None:
        """Why these cannot be the cut points of a metric (``"r"``, ``"f"`` or ``"m"``); None if they can."""
        for ladder in (self.values, *self.within.values()):
            if problem := ladder_problem(ladder, scores):
                return problem
        if len(self.ties) not in {0, scores - 1} or not all(isinstance(tie, str | None) for tie in self.ties):
            return "hold ties that are no customer ids, one beside each"
        return cells_problem(self.within, metric, scores)


@dataclass(frozen=True)
class Fitted:
    """Where the cut points come from: the analysis date, the number of customers, the currency of their money.

    Without a currency (the source named none) nothing is known of it.
    """

    as_of: str
    customers: int
    currency: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no fit could have found."""
        require_kind("the date of a fit", self.as_of, str, "2025-07-01")
        require_kind("the currency of a fit", self.currency, str | None, "EUR")
        if not (is_moment(self.as_of) and is_whole(self.customers, 0)) or self.currency == "":
            message = f"a fit of {short(self.customers)} customers on {short(self.as_of)} is not possible"
            raise SettingsError("model", message, fix="learn the cut points: quintile.fit(source, model)")


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

    def __post_init__(self) -> None:
        """Refuse what is no known value, so that no model means other than what it says."""
        for key, words in WORDS.items():
            require_known(f"the model's {key}", getattr(self, key), words)
        for key, (kinds, example) in _KINDS.items():
            require_kind(f"the model's {key}", getattr(self, key), kinds, example)
        if "\0" in self.scheme:
            raise SettingsError("model", "the model's scheme cannot hold a NUL", fix="write its name, or its path")
        if self.cuts is not None:
            _require_cuts(self.cuts, self.scale.scores)

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
            SettingsError: The text is no model, or one of a later quintile, or was changed by hand after it was saved
                (its fingerprint differs).
        """
        data = document(text)
        try:
            model = cls._from_dict(data)
            model.to_json().encode()  # half a character can be kept nowhere
            is_same = all(data.get(key) == value for key, value in model.as_dict().items())
        except UNREADABLE as error:
            raise unreadable(error) from error
        if not is_same:
            raise changed()
        return model

    @classmethod
    def _from_dict(cls, data: dict[str, Any]) -> RfmModel:
        methods = {
            metric: Method(entry["name"], numbers(entry["given"]))  # type: ignore[arg-type]  # None is refused there
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


_KINDS: dict[str, tuple[type | UnionType, str]] = {
    "window": (WindowLength, 'window=WindowLength.parse("12mo")'),
    "scale": (Scale, "scale=Scale(5)"),
    "r": (Method, 'r=Method("quantile")'),
    "f": (Method, 'f=Method("quantile")'),
    "m": (Method, 'm=Method("quantile")'),
    "scheme": (str, 'scheme="rfm-9"'),
    "scheme_text": (str | None, "scheme_text=None"),
    "cuts": (tuple | None, "cuts=None, and learn them: quintile.fit(source, model)"),
    "fitted": (Fitted | None, "fitted=None, and learn it: quintile.fit(source, model)"),
    "dwell": (DwellRule, "dwell=DwellRule(3)"),
}


def _require_cuts(cuts: tuple[CutPoints, ...], scores: int) -> None:
    learn = "learn them: quintile.fit(source, model)"
    if [type(one) for one in cuts] != [CutPoints] * 3:
        raise SettingsError("model", "cut points are needed of R, F and M", fix=learn)
    for metric, one in zip("rfm", cuts, strict=True):
        if problem := one.problem(metric, scores):
            raise SettingsError("model", f"the cut points of {metric.upper()} {problem}", fix=learn)


def _fitted_as_dict(fitted: Fitted) -> dict[str, Any]:
    data: dict[str, Any] = {"as_of": fitted.as_of, "customers": fitted.customers}
    return data if fitted.currency is None else {**data, "currency": fitted.currency}


def _cuts_as_dict(cuts: CutPoints) -> dict[str, Any]:
    data: dict[str, Any] = {"values": [number_text(value) for value in cuts.values]}
    if cuts.ties:
        data["ties"] = list(cuts.ties)
    if cuts.within:
        data["within"] = {key: [number_text(value) for value in values] for key, values in sorted(cuts.within.items())}
    return data


def _cuts(data: dict[str, Any]) -> CutPoints:
    return CutPoints(
        values=numbers(data["values"]),
        ties=tuple(data.get("ties", ())),
        within={key: numbers(values) for key, values in data.get("within", {}).items()},
    )
