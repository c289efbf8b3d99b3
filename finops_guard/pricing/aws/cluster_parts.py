"""What the instances of Neptune and DocumentDB clusters have in common: storage variant, serverless capacity, CPU credits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, monthly
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

BURSTABLE = ("t3", "t4g")


def in_cluster(instance: Resource, cluster_type: str) -> Resource | None:
    """The cluster of an instance, when it is part of the plan."""
    return next((found for found in instance.related("cluster_identifier") if found.type == cluster_type), None)


def variant(cluster: Resource | None, service: str) -> tuple[str, Quantity]:
    """Standard or I/O-Optimized, and one instance with what is assumed about it."""
    if cluster is None:
        return "standard", amount(1, assume=f"{service} Standard assumed: the cluster is not part of this plan")
    return ("io-optimized" if cluster.text("storage_type") == "iopt1" else "standard"), amount(1)


def serverless_capacity(
    cluster: Resource | None, block: str, usage: Usage, unit: str, least: Decimal | None, most: Decimal | None
) -> Quantity:
    """Capacity units of one serverless instance: never less than the cluster's minimum, which is charged when idle.

    `least` and `most` are the limits of a cluster that states none.
    """
    limits = cluster.block(block) if cluster else Block({})
    low = limits.number("min_capacity")
    low = least if low is None and cluster else low
    high = limits.number("max_capacity")
    high = most if high is None and cluster else high
    if "capacity_units_per_hr" in usage or low is None:
        given = usage.number("capacity_units_per_hr")
        return given if low is None else given.map(lambda units: max(units, low))
    text = f"idle at its minimum of {low.normalize():f} {unit}: set capacity_units_per_hr in the usage file"
    return Quantity(low, "assumed", low, high, assumption=text, source="default")


def cpu_credits(product: str, usage: Usage, instance_class: str, facts: Facts) -> Iterator[CostComponent]:
    """Surplus CPU credits of burstable classes, per vCPU-hour above the baseline; `{}` in `product` is the family.

    Usage keys: `monthly_cpu_credit_hrs` (hours of the month above the baseline), `vcpu_count` (that of the class).
    """
    family = instance_class.removeprefix("db.").split(".")[0]
    if family not in BURSTABLE or "monthly_cpu_credit_hrs" not in usage:
        return
    machine = facts.machine(instance_class)
    vcpus = usage.number("vcpu_count") if "vcpu_count" in usage or machine is None else amount(machine.vcpus)
    charged = usage.number("monthly_cpu_credit_hrs") * vcpus
    yield monthly("CPU credits", product.format(family), charged, "vCPU-hours")
