"""What the next instance class or storage type would cost: the changed resource, priced by the same function."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from finops_guard.model import EstimatedChange
from finops_guard.pricing.estimate import Pricing, estimate_resource

DATA = Path(__file__).parent.parent / "data"
CLASS_ATTRIBUTES = ("instance_type", "instance_class", "node_type", "replication_instance_class", "host_instance_type")
STORAGE_ATTRIBUTES = ("type", "storage_type", "volume_type")
STORAGE_BLOCKS = ("root_block_device", "ebs_block_device", "block_device_mappings", "ebs", "ebs_options")
NAMING_ATTRIBUTES = frozenset((*CLASS_ATTRIBUTES, *STORAGE_ATTRIBUTES, *STORAGE_BLOCKS))
NEXT_STORAGE = {"gp2": "gp3"}


@dataclass(frozen=True)
class Alternatives:
    """Answers, for a changed resource, which newer class or storage type to take and what that saves (USD/month)."""

    pricing: Pricing

    def __call__(self, changed: EstimatedChange) -> tuple[str, Decimal] | None:
        """The replacement and the saving; None when there is none or a price is missing. The saving may be negative."""
        resource = changed.change.after
        now = changed.after.monthly_cost if changed.after else None
        if resource is None or now is None:
            return None
        if not _may_be_replaced(resource.attributes):
            return None
        attributes, names = replaced(resource.attributes)
        if not names:
            return None
        other = estimate_resource(replace(resource, attributes=attributes), self.pricing)
        if other.monthly_cost is None or other.status != (changed.after.status if changed.after else None):
            return None
        return ", ".join(names), now - other.monthly_cost


def _may_be_replaced(attributes: Mapping[str, Any]) -> bool:
    """A cheap test that is False for most resources: nothing in them names a class or a storage type."""
    return not NAMING_ATTRIBUTES.isdisjoint(attributes)


def replaced(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The attributes with newer classes and storage types, and the names of what was put in."""
    names: dict[str, None] = {}
    result = dict(attributes)
    for name in CLASS_ATTRIBUTES:
        value = result.get(name)
        newer = next_class(value) if isinstance(value, str) else None
        if newer:
            result[name] = newer
            names[newer] = None
    _replace_storage(result, names)
    return result, list(names)


def _replace_storage(values: dict[str, Any], names: dict[str, None]) -> None:
    for name in STORAGE_ATTRIBUTES:
        value = values.get(name)
        if isinstance(value, str) and value in NEXT_STORAGE:
            values[name] = NEXT_STORAGE[value]
            names[NEXT_STORAGE[value]] = None
    for name in STORAGE_BLOCKS:
        blocks = values.get(name)
        if isinstance(blocks, list):
            values[name] = [dict(block) if isinstance(block, dict) else block for block in blocks]
            for block in values[name]:
                if isinstance(block, dict):
                    _replace_storage(block, names)


def next_class(name: str) -> str | None:
    """The current class of the same size for a previous-generation one ("db.m4.large" -> "db.m5.large"), or None."""
    prefix, _, rest = name.partition(".")
    if prefix in ("db", "cache", "ml") and "." in rest:
        newer = next_class(rest)
        return f"{prefix}.{newer}" if newer else None
    family, _, size = name.partition(".")
    newer_family = replacement_families().get(family)
    return f"{newer_family}.{size}" if newer_family and size else None


@lru_cache(maxsize=1)
def replacement_families() -> dict[str, str]:
    """Previous-generation family -> the family that replaces it (data/replacements.csv)."""
    with (DATA / "replacements.csv").open(newline="", encoding="utf-8") as file:
        return {row["family"]: row["replacement_family"] for row in csv.DictReader(file)}
