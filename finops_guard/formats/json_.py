"""report.json: the report itself, for programs (docs/report.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

NOT_ASCII = re.compile(rb"[\x80-\xff]+")


def render(report: Mapping[str, Any]) -> str:
    """The report as one line of JSON, in ASCII. Numbers are rounded to 1e-6; see `number`."""
    return dumps(report) + "\n"


def dumps(value: Any) -> str:
    """Any part of a report as JSON."""
    try:
        text = orjson.dumps(value, default=number)
    except TypeError:  # half a surrogate pair, which a plan may hold
        return json.dumps(value, default=number, separators=(",", ":"), check_circular=False)
    if not text.isascii():
        text = NOT_ASCII.sub(lambda found: json.dumps(found[0].decode())[1:-1].encode(), text)
    return text.decode("ascii")


@lru_cache(
    maxsize=8192
)  # the same prices and sizes come again and again: large reports are written three times as fast
def number(value: Any) -> int | float:
    """A Decimal as the shortest JSON number: to 1e-6, and below 0.01 to six significant digits.

    The price of a single request would otherwise become 0.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a report")
    exact = float(value)
    rounded = float(f"{exact:.6g}") if -0.01 < exact < 0.01 else round(exact, 6)
    return int(rounded) if rounded.is_integer() else rounded
