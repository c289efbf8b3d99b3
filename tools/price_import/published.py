"""Unit prices that follow from published estimates, as far as they are certain: the last resort of importers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from price_import.tables import Tables

TIGHT = Decimal("1.006")  # how far apart the bounds of a usable unit price may lie


def tight_rows(tables: Tables, resource_type: str) -> Iterator[tuple[dict[str, str], dict[str, Any], dict[str, Any]]]:
    """The rows of one resource type in USD whose bounds lie together, with their attributes and usage decoded."""
    for row in tables.reference(resource_type):
        low, high = Decimal(row["price_lo"]), Decimal(row["price_hi"])
        if row["currency"] == "USD" and low > 0 and high / low <= TIGHT:
            yield row, json.loads(row["attributes_json"] or "{}"), json.loads(row["usage_json"] or "{}")


def reserved_offer(usage: dict[str, Any]) -> str:
    """The end of the product key of a reservation: "1-year/no-upfront"."""
    return f"{usage['reserved_instance_term']}/{usage['reserved_instance_payment_option']}".replace("_", "-")
