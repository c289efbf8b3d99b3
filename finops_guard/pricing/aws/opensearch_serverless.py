"""Amazon OpenSearch Serverless collections (https://aws.amazon.com/opensearch-service/pricing/).

Usage keys: `indexing_ocus`, `search_ocus` (OpenSearch Compute Units that run on average), `storage_gb`.

The least capacity is charged once for all collections of an account that share their units: those with the same KMS
key and the same redundancy, vector collections apart from search and time series. Of such a group the first
collection of the plan (by address) carries it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import hourly, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Unknown

LEAST_OCUS = {True: Decimal(1), False: Decimal("0.5")}  # of indexing and of search each, by standby replicas
IDLE = "idle at the least capacity, {} OCU: set {} in the usage file"
SHARED = "runs on the units of {}: collections with the same KMS key and redundancy share them"


def collection(collection: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Collection: indexing and search units, never less than the least capacity of its group, and its data."""
    for name, key in (("Indexing units", "indexing_ocus"), ("Search units", "search_ocus")):
        yield from settled(name, _units(collection, name, key, usage))
    yield per_gb("Storage", usage.number("storage_gb"), "aws/opensearch/serverless/storage")


def _units(collection: Resource, name: str, key: str, usage: Usage) -> Iterator[CostComponent]:
    first = _first_of_group(collection)
    carries = first.address == collection.address
    least = LEAST_OCUS[_redundant(collection)] if carries else Decimal(0)
    if key in usage:
        units = usage.number(key).map(lambda number: max(number, least))
    elif carries:
        units = Quantity(least, "assumed", assumption=IDLE.format(f"{least:f}", key), source="default")
    else:
        units = Quantity(least, "assumed", assumption=SHARED.format(first.address), source="default")
    yield hourly(name, "aws/opensearch/serverless/ocu", units, unit="OCU-hours")


def _redundant(collection: Resource) -> bool:
    return collection.text("standby_replicas", "ENABLED").upper() != "DISABLED"


def _first_of_group(collection: Resource) -> Resource:
    """The collection that carries the least capacity of all that share units with this one."""
    group = [other for other in collection.peers() if _group(other) == _group(collection)]
    return min(group, key=lambda other: other.address) if group else collection


def _group(collection: Resource) -> tuple[str | None, ...]:
    names = ("standby_replicas", "collection_group_name")
    kinds = "vector" if _raw(collection, "type") == "VECTORSEARCH" else "other"
    return (collection.region, kinds, *(_raw(collection, name) for name in names))


def _raw(collection: Resource, name: str) -> str | None:
    """An attribute as it stands; unknown ones are alike, so that no two collections carry the least for a guess."""
    value = collection.get(name)
    return None if isinstance(value, Unknown) or value in (None, "ENABLED") else str(value)
