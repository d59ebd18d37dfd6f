"""Profile: what the rows of a source look like, in two passes and a few counts, without personal data.

All counts are exact and no quantile is taken here, so that neither threads nor the order of rows can change a profile.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quintile.domain.drift import BUCKETS, VERSION, Amounts, Customers, Days, Profile, Shape
from quintile.engine.render import Sql, literal, name, render
from quintile.ledger.rules import identity
from quintile.ledger.rules.lines import grain_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quintile.domain.drift import Mode
    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import FileRead, Transactions
    from quintile.engine.base import Engine

MOST_DAYS = 800
FEWEST_IDS, NEARLY_ALL = 5, 0.9
_FEWEST_SPAN_DAYS = 28
_BY_DAY, _BY_AMOUNT = 1, 2
# Of larger sources a share of the customers is looked at: enough for every rule, and a share of the cost.
MOST_ROWS_BY_CUSTOMER = 1_000_000

# A logarithm is no money: it only says how large an amount is.
_COUNTED = """
SELECT day, currency, sign, bucket, CAST(count(*) AS BIGINT) AS rows, grouping(day, sign) AS which
FROM (
    SELECT {day} AS day, currency, sign(amount) AS sign,
           CAST(floor({buckets} * log10(CAST(nullif(abs(amount), 0) AS DOUBLE))) AS INTEGER) AS bucket
    FROM (
        SELECT ordered_at, time_problem, {currency} AS currency,
               CASE WHEN amount_problem IS NULL THEN amount END AS amount
        FROM {rows}
    )
)
GROUP BY GROUPING SETS ((day), (currency, sign, bucket))
"""
_BY_CUSTOMER = """
SELECT CAST(customer AS VARCHAR) AS customer, rows, first_day, last_day FROM (
    SELECT customer, CAST(count(*) AS BIGINT) AS rows, min(day) AS first_day, max(day) AS last_day
    FROM (SELECT {customer} AS customer, {day} AS day FROM {rows})
    WHERE customer IS NULL OR hash(customer) % {one_in} = 0
    GROUP BY customer
)
"""
_UNMARKED = {"decimal": ".", "date_order": "ymd", "currency_sign": "none"}
_DAY = "CASE WHEN time_problem IS NULL AND ordered_at < {limit} THEN CAST(ordered_at AS DATE) END"
_AMOUNTS = """
SELECT coalesce(currency, ''), sign, bucket, rows FROM {counted} WHERE which = {by_amount} AND sign IS NOT NULL
ORDER BY ALL
"""
_DAYS = "SELECT day, rows FROM {counted} WHERE which = {by_day} ORDER BY day"
_PEOPLE = "SELECT * FROM {grouped} WHERE customer IS NOT NULL"
_WITHOUT = "SELECT coalesce(sum(rows), 0) FROM {grouped} WHERE customer IS NULL"
# The last quarter of the time stands for a source that comes after the rest.
_RETURNING = """
WITH people AS ({people}), span AS (
    SELECT max(last_day) - CAST((max(last_day) - min(first_day)) // 4 AS INTEGER) AS later,
           max(last_day) - min(first_day) AS days
    FROM people
)
SELECT count(*), coalesce(count_if(last_day >= later AND days >= {days}), 0),
       coalesce(count_if(last_day >= later AND first_day < later AND days >= {days}), 0)
FROM people, span
"""
_FORMS = """
SELECT form, count(*) FROM (
    SELECT CASE WHEN contains(customer, '@') THEN 'email'
                WHEN regexp_full_match(customer, '[0-9]+') THEN 'number'
                WHEN regexp_full_match(customer, '[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}')
                THEN 'uuid'
                WHEN regexp_full_match(customer, '[0-9a-fA-F]{{32,}}') THEN 'hash'
                WHEN regexp_full_match(customer, '[^0-9@]{{1,12}}[0-9]+')
                THEN 'prefix ' || regexp_extract(customer, '^[^0-9]+')
                ELSE 'text' END AS form
    FROM ({people})
) GROUP BY form ORDER BY count(*) DESC, form LIMIT 1
"""
_KNOWN = """
SELECT (SELECT count(*) FROM ({known})),
       (SELECT count(*) FROM ({known}) AS known SEMI JOIN ({people}) AS person ON known.customer_key = person.customer)
"""


def profile_of(
    engine: Engine,
    transactions: Transactions,
    settings: LedgerSettings,
    *,
    last_day: date,
    mode: Mode = "append",
    known: Sql | None = None,
) -> dict[str, Any]:
    """What a source looks like, in two passes over its rows.

    Args:
        engine: Where the transactions are.
        transactions: What was read of the NEW sources alone: nothing the project's ledger already holds.
        settings: The ledger's rules, for the customer key and the grain.
        last_day: The later of ``as_of`` and the shop's today; days after it are left out.
        mode: ``full`` if the source is the whole extract, which replaces what was there.
        known: A query with a column ``customer_key``: the customers the project's ledger knew before, each once and
            as text; None for the first source.

    Returns:
        Plain values that can be written as JSON, the same for the same rows in any order.

    Raises:
        SettingsError: ``customer_key``, the wanted key has no column.
    """
    # Who a guest is only the ledger can tell: it takes a second look at all rows.
    by_name = replace(settings, guests="quarantine")
    day = render(_DAY, limit=literal(last_day + timedelta(days=2)))
    one_in = 1
    while transactions.rows > one_in * MOST_ROWS_BY_CUSTOMER:
        one_in *= 2
    counted = engine.table(
        "drift_counts",
        render(
            _COUNTED,
            buckets=literal(BUCKETS),
            currency=Sql("currency" if "currency" in transactions.roles else "CAST(NULL AS VARCHAR)"),
            day=day,
            rows=name(transactions.table),
        ),
    )
    grouped = engine.table(
        "drift_customers",
        render(
            _BY_CUSTOMER,
            customer=identity.customer_key(transactions, by_name),
            day=day,
            rows=identity.identified_rows(transactions, by_name, name(transactions.table)),
            one_in=literal(one_in),
        ),
    )
    amounts, (rows, days) = _amounts(engine, counted), _days(engine, counted)
    found = Profile(
        version=VERSION,
        mode=mode,
        rows=rows,
        shapes=[_shape(engine, transactions, settings)],
        customers=_customers(engine, grouped, known, mode, one_in),
        amounts=amounts,
        days=days,
    )
    engine.drop("drift_counts")
    engine.drop("drift_customers")
    return asdict(found)


def _customers(engine: Engine, grouped: Sql, known: Sql | None, mode: Mode, one_in: int) -> Customers:
    people = render(_PEOPLE, grouped=grouped)
    count, usual, usual_known = engine.rows(render(_RETURNING, people=people, days=literal(_FEWEST_SPAN_DAYS)))[0]
    forms = engine.rows(render(_FORMS, people=people))
    alike = forms and count >= FEWEST_IDS and forms[0][1] >= NEARLY_ALL * count
    found = Customers(
        count=count,
        form=forms[0][0] if alike else None,
        usual=usual,
        usual_known=usual_known,
        rows_without=int(engine.rows(render(_WITHOUT, grouped=grouped))[0][0]),
    )
    if known is None:
        return found
    ledger, met = engine.rows(render(_KNOWN, known=known, people=people))[0]
    found = replace(found, ledger=ledger // one_in, known=met)
    return found if mode == "full" else replace(found, usual=count, usual_known=met)


def _amounts(engine: Engine, counted: Sql) -> Amounts:
    buckets: dict[str, dict[str, int]] = {}
    negative = zero = 0
    for currency, sign, bucket, rows in engine.rows(render(_AMOUNTS, counted=counted, by_amount=literal(_BY_AMOUNT))):
        negative += rows if sign < 0 else 0
        zero += rows if bucket is None else 0
        if bucket is not None:
            sizes = buckets.setdefault(currency, {})
            sizes[str(bucket)] = sizes.get(str(bucket), 0) + rows
    return Amounts(buckets, negative, zero)


def _days(engine: Engine, counted: Sql) -> tuple[int, Days]:
    """How many rows there are, and those of every day."""
    found = engine.rows(render(_DAYS, counted=counted, by_day=literal(_BY_DAY)))
    total, rows = sum(rows for _, rows in found), {day: rows for day, rows in found if day is not None}
    if not rows:
        return total, Days()
    first, last = min(rows), max(rows)
    start = max(first, last - timedelta(days=MOST_DAYS - 1))
    counts = [rows.get(start + timedelta(days=place), 0) for place in range((last - start).days + 1)]
    return total, Days(first.isoformat(), last.isoformat(), start.isoformat(), counts)


def _shape(engine: Engine, transactions: Transactions, settings: LedgerSettings) -> Shape:
    files = transactions.files
    roles: dict[str, set[str]] = {}
    for file in files:
        for role, column in file.assumed.get("columns", {}).items():
            roles.setdefault(role, set()).add(column)
    amount = engine.columns(render("SELECT amount FROM {table}", table=name(transactions.table)))["amount"]
    marks = set[str]() if amount.endswith(",0)") else _assumed(files, "decimal", ("amount", "unit_price"))
    forms = {
        "decimal": marks,
        "date_order": _assumed(files, "date_order", ("time",)),
        "currency_sign": _assumed(files, "currency_sign", ("amount", "unit_price")),
    }
    return Shape(
        columns=sorted({column for file in files for column in file.columns}),
        roles={role: sorted(columns) for role, columns in sorted(roles.items())},
        forms={what: " and ".join(sorted(found)) for what, found in forms.items() if found},
        grain=grain_of(transactions, settings),
    )


def _assumed(files: Iterable[FileRead], what: str, roles: tuple[str, ...]) -> set[str]:
    """How the files' texts are written; what is typed already is written in no way."""
    return {
        str(file.assumed.get(what) or _UNMARKED[what])
        for file in files
        if any(file.columns.get(file.assumed.get("columns", {}).get(role)) == "VARCHAR" for role in roles)
    }
