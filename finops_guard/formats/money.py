"""Amounts as people read them: cents rounded half up, unit prices in full. Functions take USD or plain numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
TENTH = Decimal("0.1")
ASCII_MINUS = "-"
MINUS = "−"


def decimal(value: Any) -> Decimal:
    """A number of the report, whether it was built in this process or read from report.json."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def size(value: Any) -> Decimal:
    """The absolute value, for sorting; 0 for null."""
    return Decimal(0) if value is None else abs(decimal(value))


def total(values: Iterable[Any]) -> Decimal:
    """The sum of the numbers among some values; null counts as nothing."""
    return sum((decimal(value) for value in values if value is not None), Decimal(0))


def money(value: Any, minus: str = ASCII_MINUS) -> str:
    """`$1,234.56`; `<$0.01` for what would round to nothing."""
    amount = decimal(value)
    cents = abs(amount).quantize(CENT, ROUND_HALF_UP) if abs(amount) < 10**20 else abs(amount)
    sign = minus if amount < 0 else ""
    if amount and not cents:
        return f"{sign}<$0.01"
    return f"{sign}${cents:,f}"


def signed(value: Any, minus: str = ASCII_MINUS) -> str:
    """`+$12.00`, `-$12.00`, `$0.00`."""
    amount = decimal(value)
    return f"+{money(amount)}" if amount > 0 else money(amount, minus)


def percent(value: Any, minus: str = ASCII_MINUS, *, sign: bool = False) -> str:
    """`93.5 %`, with `sign` also `+93.5 %`."""
    amount = decimal(value).quantize(TENTH, ROUND_HALF_UP) if size(value) < 10**20 else decimal(value)
    start = minus if amount < 0 else "+" if sign and amount > 0 else ""
    return f"{start}{abs(amount):,f} %"


def number(value: Any) -> str:
    """All digits that count, thousands grouped, never an exponent; large numbers to 1e-6."""
    amount = decimal(value)
    text = f"{round(amount, 6) if 1 <= abs(amount) < 10**20 else amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_price(value: Any) -> str:
    """`$0.0000002`: in full, since the price of a single request is a small fraction of a cent."""
    amount = decimal(value)
    return f"-${number(-amount)}" if amount < 0 else f"${number(amount)}"
