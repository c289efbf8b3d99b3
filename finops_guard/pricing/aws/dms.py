"""AWS Database Migration Service (https://aws.amazon.com/dms/pricing/).

Usage key of a serverless replication: `dms_capacity_units` (DCUs that run on average).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import hourly, key, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

INCLUDED_GB = {"t2": Decimal(50), "t3": Decimal(50)}  # log storage that comes with an instance
INCLUDED_GB_OTHERS = Decimal(100)
AT_MINIMUM = "idle at the least capacity, {} DCU: set dms_capacity_units in the usage file"


def replication_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Replication instance: its hours, and storage above what it includes; two of them with Multi-AZ."""
    instance_class = instance.text("replication_instance_class")
    if instance_class is None:
        yield unpriced("Replication instance", "replication_instance_class is not stated", "hours")
        return
    yield from settled("Replication instance", _instance(instance, instance_class))


def _instance(instance: Resource, instance_class: str) -> Iterator[CostComponent]:
    zones = "multi-az" if instance.flag("multi_az") else "single-az"
    product = key("aws/dms/instance", instance_class, zones)
    yield hourly(f"Replication instance ({instance_class}, {zones})", product)
    included = INCLUDED_GB.get(instance_class.removeprefix("dms.").split(".")[0], INCLUDED_GB_OTHERS)
    above = instance.number("allocated_storage", included) - included
    if above > 0:
        yield per_gb(f"Storage (above {included:f} GB)", above, f"aws/dms/storage/{zones}")


def replication_config(config: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Serverless replication: its capacity units for every hour, between the stated minimum and maximum."""
    yield from settled("Capacity units", _capacity(config, usage))


def _capacity(config: Resource, usage: Usage) -> Iterator[CostComponent]:
    compute = config.block("compute_config")
    zones = "multi-az" if compute.flag("multi_az") else "single-az"
    low, high = compute.number("min_capacity_units"), compute.number("max_capacity_units")
    units = usage.number("dms_capacity_units")
    if units.value is None and low is not None:
        text = AT_MINIMUM.format(f"{low:f}")
        units = Quantity(low, "assumed", low, high, assumption=text, source="default")
    yield hourly(f"Capacity units ({zones})", f"aws/dms/serverless/{zones}", units, unit="DCU-hours")
