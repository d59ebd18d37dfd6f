from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.bridge import Bridge, BridgeStep, plain
from quintile.errors import ConservationError


def step(name, rows, total=False, restarts=False, **amounts):  # noqa: FBT002 - two ticks of one line of the bridge
    exact = {currency: Decimal(amount) for currency, amount in amounts.items()}
    return BridgeStep(name, rows, exact, is_total=total, restarts=restarts)


def test_every_total_is_the_one_before_less_what_was_taken_off():
    bridge = Bridge(
        (
            step("raw", 5, total=True, EUR="20.05"),
            step("null_customer", 1, EUR="0.05"),
            step("duplicates", 1, EUR="5"),
            step("kept", 3, total=True, EUR="15.00"),
            step("refunded", 1, EUR="-1"),
            step("scored", 2, total=True, EUR="16"),
        )
    )
    assert bridge.as_list()[3] == {"step": "kept", "rows": 3, "total": True, "amount": "15.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (
            step("kept", 1, total=True, EUR="9"),
            "the bridge does not add up at 'kept': 2 rows {'EUR': Decimal('9')} against 1 rows {'EUR': Decimal('9')}",
        ),
        (
            step("kept", 2, total=True, EUR="9.01"),
            (
                "the bridge does not add up at 'kept': 2 rows {'EUR': Decimal('9')} against 2 rows"
                " {'EUR': Decimal('9.01')}"
            ),
        ),
        (
            step("kept", 2, total=True, USD="9"),
            "the bridge does not add up at 'kept': 2 rows {'EUR': Decimal('9')} against 2 rows {'USD': Decimal('9')}",
        ),
    ],
)
def test_a_row_or_a_cent_that_went_missing_is_refused(kept, message):
    with pytest.raises(ConservationError) as caught:
        Bridge((step("raw", 3, total=True, EUR="10"), step("test", 1, EUR="1"), kept))
    assert str(caught.value) == message


def test_every_later_total_is_proven_too():
    kept = step("kept", 3, total=True, EUR="10")
    with pytest.raises(ConservationError, match="at 'scored'"):
        Bridge((step("raw", 3, total=True, EUR="10"), kept, step("refunds", 0, EUR="2"), step("scored", 3, total=True)))


def test_currencies_are_reconciled_one_by_one():
    raw = step("raw", 3, total=True, EUR="10", USD="5")
    Bridge((raw, step("test", 1, USD="5"), step("kept", 2, total=True, EUR="10")))
    with pytest.raises(ConservationError):
        Bridge((raw, step("test", 1, EUR="5"), step("kept", 2, total=True, EUR="10")))


def test_after_the_conversion_money_is_counted_anew_but_rows_are_not():
    raw = step("raw", 2, total=True, EUR="10", USD="10")
    steps = (raw, step("converted", 2, total=True, restarts=True, EUR="19"), step("refunds", 0, EUR="4"))
    Bridge((*steps, step("ledger", 2, total=True, EUR="15")))
    with pytest.raises(ConservationError, match="at 'converted'"):
        Bridge((raw, step("converted", 1, total=True, restarts=True, EUR="19")))
    with pytest.raises(ConservationError, match="at 'ledger'"):
        Bridge((*steps, step("ledger", 2, total=True, EUR="16")))


def test_several_currencies_stand_side_by_side_in_json():
    assert step("raw", 2, total=True, USD="5.10", EUR="10").as_dict() == {
        "step": "raw", "rows": 2, "total": True, "amount": None, "amounts": {"EUR": "10", "USD": "5.10"},
    }  # fmt: skip


def test_money_without_a_currency_or_none_at_all_has_none():
    assert BridgeStep("raw", 1, {"": Decimal("1.0")}).as_dict()["currency"] is None
    assert BridgeStep("raw", 1).as_dict()["amount"] == "0"


@pytest.mark.parametrize("written", ["1E+6", "1E-7", "0E-9", "90071992547409.93", "-0.10"])
def test_money_is_never_written_in_powers_of_ten(written):
    assert "E" not in plain(Decimal(written))
    assert Decimal(plain(Decimal(written))) == Decimal(written)
