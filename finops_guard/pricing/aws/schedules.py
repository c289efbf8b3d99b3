"""How often a schedule expression of AWS fires in a month of 730 hours."""

from __future__ import annotations

import re
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH

MINUTES = {"minute": 1, "hour": 60, "day": 1440}
RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)", re.IGNORECASE)
CRON = re.compile(r"cron\((.+)\)", re.IGNORECASE)
DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
MONTHS = dict(
    zip(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), range(1, 13), strict=True)
)
DAYS_PER_MONTH = HOURS_PER_MONTH / 24


def runs_per_month(expression: str) -> Decimal | None:
    """Runs a month of `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`, on average; None when it cannot be told."""
    rate = RATE.fullmatch(expression.strip())
    if rate:
        every = int(rate[1]) * MINUTES[rate[2].lower()]
        return HOURS_PER_MONTH * 60 / every if every else None
    cron = CRON.fullmatch(expression.strip())
    return _cron(cron[1].split()) if cron else None


def _cron(fields: list[str]) -> Decimal | None:
    """Minutes, hours, day of month, month, day of week, year: a stated year is one-off or ends, so it cannot be told."""
    if len(fields) != 6 or fields[5] != "*":
        return None
    minutes = _count(fields[0], 0, 59, {})
    hours = _count(fields[1], 0, 23, {})
    months = _count(fields[3], 1, 12, MONTHS)
    days = _days(fields[2], fields[4])
    if minutes is None or hours is None or months is None or days is None:
        return None
    return minutes * hours * days * months / 12


def _days(of_month: str, of_week: str) -> Decimal | None:
    if of_month not in ("*", "?"):
        if of_month.upper() in ("L", "LW") or re.fullmatch(r"\d+W", of_month.upper()):
            return Decimal(1)
        count = _count(of_month, 1, 31, {})
        return None if count is None else Decimal(count)
    if of_week in ("*", "?"):
        return DAYS_PER_MONTH
    if re.fullmatch(r"(\w+#[1-5]|\w*L)", of_week.upper()):
        return Decimal(1)
    count = _count(of_week, 1, 7, DAYS)
    return None if count is None else DAYS_PER_MONTH * count / 7


def _count(field: str, first: int, last: int, names: dict[str, int]) -> int | None:
    """How many values a field of lists, ranges and steps stands for; None when it is written in another way."""
    found: set[int] = set()
    for part in field.split(","):
        spread, _, step = part.partition("/")
        low, dash, high = spread.partition("-")
        if spread in ("*", "?"):
            start, end = first, last
        else:
            start_end = [_value(text, names) for text in (low, high if dash else low)]
            if start_end[0] is None or start_end[1] is None:
                return None
            start, end = start_end[0], start_end[1]
            end = last if step and not dash else end
        if (step and not step.isdigit()) or step == "0" or not first <= start <= end <= last:
            return None
        found.update(range(start, end + 1, int(step or 1)))
    return len(found)


def _value(text: str, names: dict[str, int]) -> int | None:
    return int(text) if text.isdigit() else names.get(text.upper())
