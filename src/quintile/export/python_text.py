"""The pieces of text that a model written as a Python program is put together from."""

from __future__ import annotations

SINGLE_DIGIT = 9

HEAD = '''
"""Scores and segments of customers from their transactions, the same as quintile's."""

$imports
'''

READERS = {
    "text": '''
def read_rows():
    """The transactions, a dict a row with the columns of the file."""
    for path in FILES:
        with open(path, newline="", encoding=ENCODING) as file:
            yield from csv.DictReader(file, delimiter=DELIMITER)
''',
    "parquet": '''
def read_rows():
    """The transactions, a dict a row with the columns of the file."""
    for path in FILES:
        yield from pyarrow.parquet.read_table(path).to_pylist()
''',
    "json": '''
def read_rows():
    """The transactions, a dict a row with the columns of the file."""
    for path in FILES:
        with open(path, encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())
''',
}
NO_READER = '''
def read_rows():
    """The transactions, a dict a row with the columns of your table."""
    raise NotImplementedError($message)
'''

OF_DECIMALS = '''
def without_zeros(value):
    """A decimal without the zeros at its end that say nothing."""
    text = f"{value:f}" if isinstance(value, Decimal) else text_of(value)
    return text.rstrip("0").rstrip(".") if "." in text else text

'''

TYPING = '''
def text_of(value):
    """A text without blanks around it; empty where there is nothing."""
    return "" if value is None else str(value).strip()


def id_of(value):
    """An id as text; empty where there is nothing or a word for it."""
    text = f"{value:.17g}" if isinstance(value, float) else text_of(value)
    has_failed = text.startswith("#") and text.endswith(("!", "?"))
    return "" if text.lower() in NOTHING or has_failed else text


def word_of(value):
    return text_of(value).lower()


def money_of(value):
    text = text_of(value)$plain
    if "_" in text or not Decimal(text).is_finite():
        raise ValueError(f"no amount: {text}")
    return Decimal(text)


def moment_of(value):
    """When something happened, on the clock of START and END."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    else:
        $parsed
    $zoned
'''
BY_ISO = "moment = datetime.fromisoformat(text_of(value))"
BY_FORMATS = "moment = parsed(text_of(value))"
PARSED = '''
def parsed(text):
    """A time by the first of the formats that fits."""
    for known in FORMATS:
        try:
            return datetime.strptime(text, known)
        except ValueError:
            continue
    raise ValueError(f"no time: {text}")
'''
NAIVE_LOCAL = "return moment"
# An hour that comes twice is the second of them; one that a clock leaves out is of the time before.
_INSTANT = "max(moment.replace(tzinfo=ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))"
NAIVE_UTC = f"return {_INSTANT}.replace(tzinfo=None)"
ZONED_LOCAL = "return moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment"
ZONED_UTC = f"return (moment.astimezone(UTC) if moment.tzinfo else {_INSTANT}).replace(tzinfo=None)"

LINES = '''
def lines_of(rows):
    """The lines that count, each once, and the orders of which something does not count."""
    lines, excluded = {}, set()
    $seen
    for number, row in enumerate(rows):
        $unrepeated
        order = $order
        $excluding
        customer = $customer
        if not customer:
            continue
        $typed
        $signed
        refund = $refund
        $day
        lines[order, $line, customer, moment, amount, refund, $currency] = None
    return list(lines), excluded
'''
UNREPEATED = """
        content = tuple(row.values())
        if content in seen:
            continue
        seen.add(content)
"""
EXCLUDING = """
        if $test:
            excluded.add(order)
            continue
"""
STRICT = """
        moment, amount = moment_of(row[$time]), $amount
"""
LENIENT = """
        try:
            moment, amount = moment_of(row[$time]), $amount
        except (ValueError, ArithmeticError):  # set aside, because it cannot be read
            continue
"""
SIGNED = """
        if word_of(row[$kind]) in REFUND_KINDS:
            amount = -abs(amount)
"""
BY_DAY = """
        order = day_of(moment)
"""

RATE = '''
def rate_reader():
    """A function that gives the rate of a currency on a day: the last one published, a week old at most."""
    day_column, currency_column, rate_column = RATE_COLUMNS
    with open(RATES, newline="", encoding="utf-8-sig") as file:
        published = {
            (text_of(row[currency_column]).upper(), date.fromisoformat(text_of(row[day_column]))): row[rate_column]
            for row in csv.DictReader(file)
        }

    def rate_of(currency, day):
        if currency == BASE:
            return Decimal(1)
        days = (day - timedelta(days=age) for age in range(8))
        return Decimal(next(published[currency, day] for day in days if (currency, day) in published))

    return rate_of
'''

ORDERS = '''
def orders_of(lines, excluded):
    """Customer, time, net value of each order, and whether it is a purchase."""
    parts, orders = defaultdict(list), defaultdict(list)
    for order, _, customer, moment, amount, refund, currency in lines:
        parts[order, $whose, currency].append((customer, moment, amount, refund))
    $rates
    for (order, whose, currency), part in parts.items():
        bought = [moment for _, moment, amount, _ in part if amount >= 0]
        $follows
        moment = min(bought or [moment for _, moment, _, _ in part])
        total = sum(amount for _, _, amount, _ in part)
        went_back = -sum(amount for _, _, amount, _ in part if amount < 0)
        told = sum(refund for *_, refund in part)
        $converted
        orders[order, whose].append(({customer for customer, *_ in part}, bought, moment, total, went_back, told))
    for same in orders.values():
        customers = set().union(*(one[0] for one in same))
        if len(customers) > 1:  # an order of two customers is nobody's
            continue
        moment = min([one[2] for one in same if one[1]] or [one[2] for one in same])
        gross = sum(one[3] + one[4] for one in same)
        refunded = max(sum(one[4] for one in same), sum(one[5] for one in same))
        net = $net
        yield customers.pop(), moment, net, $purchase
'''
RATES = """
    rate_of, placed = rate_reader(), {}
    for (order, whose, _), part in parts.items():  # an order is of the day it was bought, whatever went back before
        times = [(amount < 0, moment) for _, moment, amount, _ in part]
        placed[order, whose] = min(placed.get((order, whose), times[0]), *times)
"""
FOLLOWS = """
        if not bought and order in excluded:  # a refund of an order that does not count
            continue
"""
CONVERTED = """
        if not currency:  # set aside, because nobody knows what it is worth
            continue
        rate = rate_of(currency, day_of(placed[order, whose][1]))
        total, went_back, told = (
            (money * rate).quantize(Decimal("$cent"), ROUND_HALF_UP) for money in (total, went_back, told)
        )
"""

CUSTOMERS = '''
def reached(steps, reaches):
    """The best score whose step is reached."""
    return next((score for step, score in steps if reaches(step)), WORST)


def customers_of(orders):
    """A dict a customer, in the order of ids."""
    moments, money, everyone = defaultdict(list), defaultdict(Decimal), set()
    for customer, moment, net, is_purchase in orders:
        if is_purchase and $who:
            everyone.add(customer)
        if $window:
            money[customer] += net
            if is_purchase:
                moments[customer].append(moment)
    segment_of = {code: segment for segment, codes in SEGMENTS.items() for code in codes}
    for customer in sorted(everyone):
        first = last = recency = None
        frequency, monetary, r, f, m = 0, Decimal(0), WORST, WORST, WORST
        if moments[customer]:
            first, last = (day_of(moment) for moment in (min(moments[customer]), max(moments[customer])))
            recency, frequency = $recency, len(moments[customer])
            monetary = $monetary
            r = reached(R_STEPS, $r)
            f = reached($f_steps, $f)
            m = reached($m_steps, $m)
        code = $apart.join(map(str, (r, f, m)))
        yield {
            "customer_id": customer,
            "first_order": first,
            "last_order": last,
            "recency_days": recency,
            "frequency": frequency,
            "monetary": monetary,
            "r": r,
            "f": f,
            "m": m,
            "rfm": code,
            "segment": segment_of[code],
        }
'''
DAY_LOCAL = """
def day_of(moment):
    return moment.date()
"""
DAY_IN_ZONE = """
def day_of(moment):
    return moment.replace(tzinfo=UTC).astimezone(ZONE).date()
"""
AVERAGE = '''
def average(total, orders):
    """The mean with twelve digits, half away from zero."""
    units = int(abs(total).scaleb(12))
    return Decimal((2 * units + orders) // (2 * orders)).scaleb(-12).copy_sign(total)
'''
TIED = "lambda {step}: {value} {better}= {step}"
SPLIT = "lambda {step}: {value} {better} {step}[0] or ({value} == {step}[0] and customer >= {step}[1])"

RUN = """
customers = list(customers_of(orders_of(*lines_of(read_rows()))))
"""
