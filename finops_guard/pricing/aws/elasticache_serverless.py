"""Amazon ElastiCache Serverless (https://aws.amazon.com/elasticache/pricing/).

Usage keys: `storage_gb` (data held on average), `monthly_ecpus`, `snapshot_storage_size_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, hourly, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

ENGINES = ("redis", "valkey", "memcached")
LEAST_GB = {"valkey": Decimal("0.1")}  # billed for every cache, however little it holds
LEAST_GB_OTHERS = Decimal(1)
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
AT_LEAST = "an idle cache of {} GB, the least that is billed: set storage_gb in the usage file"


def cache(cache: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Serverless cache: GB-hours of data (with a minimum), processing units (ECPUs), snapshots.

    A minimum in `cache_usage_limits` is billed whether it is used or not.
    """
    engine = cache.text("engine", "").lower()
    if engine not in ENGINES:
        yield unpriced("Data storage", f"no serverless price for engine {engine or 'none'}", "GB-hours")
        return
    limits = cache.block("cache_usage_limits")
    yield from settled("Data storage", _storage(limits, engine, usage))
    yield from settled("Processing units", _units(limits, engine, usage))
    if cache.number("snapshot_retention_limit", 0) > 1 or "snapshot_storage_size_gb" in usage:
        yield per_gb("Backup storage", usage.number("snapshot_storage_size_gb"), "aws/elasticache/backup")


def _storage(limits: Block, engine: str, usage: Usage) -> Iterator[CostComponent]:
    stated = limits.block("data_storage")
    least = max(LEAST_GB.get(engine, LEAST_GB_OTHERS), stated.number("minimum", 0))
    most = stated.number("maximum")
    if "storage_gb" in usage:
        held = usage.number("storage_gb").map(lambda gb: max(gb, least))
    else:
        text = AT_LEAST.format(f"{least.normalize():f}")
        held = Quantity(least, "assumed", least, most, assumption=text, source="default")
    product = f"aws/elasticache/serverless/{engine}/storage"
    yield hourly("Data storage", product, held, unit="GB-hours")


def _units(limits: Block, engine: str, usage: Usage) -> Iterator[CostComponent]:
    least = limits.block("ecpu_per_second").number("minimum", 0) * SECONDS_PER_MONTH
    used = usage.number("monthly_ecpus")
    if least and used.value is None:
        used = amount(least)
    elif least:
        used = used.map(lambda units: max(units, least))
    yield monthly("Processing units", f"aws/elasticache/serverless/{engine}/ecpu", used, "ECPUs")
