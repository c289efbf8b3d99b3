"""Unit prices that follow from published estimates, as far as they are certain: the last resort of importers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from price_import.pages import Line
from price_import.tables import Draft, Tables, estimated

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


def by_component(tables: Tables, resource_type: str, lines: Mapping[str, Line], **wanted: str) -> Iterator[Draft]:
    """The prices of one resource type by the name of the peer's line; `wanted` names attributes that a row must have."""
    for row, attributes, _ in tight_rows(tables, resource_type):
        line = lines.get(row["component_text"])
        if line and all(attributes.get(name) == value for name, value in wanted.items()):
            price = estimated(row, line.product, line.unit, per=line.per)
            yield replace(price, start=Decimal(line.start))
