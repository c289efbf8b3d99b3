"""report.json: the report itself, for programs (docs/report.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def render(report: Mapping[str, Any]) -> str:
    """The report as one line of JSON, in ASCII. Numbers are rounded to 1e-6; see `number`."""
    return dumps(report) + "\n"


def dumps(value: Any) -> str:
    """Any part of a report as JSON."""
    return json.dumps(value, default=_encode, separators=(",", ":"))


def number(value: Decimal) -> int | float:
    """A Decimal as the shortest JSON number: to 1e-6, and below 0.01 to six significant digits.

    The price of a single request would otherwise become 0.
    """
    exact = float(value)
    rounded = round(exact, 6) if abs(exact) >= 0.01 else float(f"{exact:.6g}")
    return int(rounded) if rounded.is_integer() else rounded


def _encode(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return number(value)
    raise TypeError(f"{type(value).__name__} has no place in a report")
