"""EC2 Fleet and Spot Fleet: nothing by themselves, all the instances that they launch
(https://aws.amazon.com/ec2/spot/pricing/).

Usage keys: `instances` (how many run, all types together) and those of one instance (see `ec2`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws import launch as launches
from finops_guard.pricing.aws.autoscaling import NO_TEMPLATE, Fleet, launched
from finops_guard.pricing.aws.ec2 import compute
from finops_guard.pricing.component import amount, group, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

ZERO = Decimal(0)
MANAGEMENT_FEE = Decimal("0.15")  # of the price on demand, of Lambda Managed Instances
SPECIFICATION = "launch_template_config.launch_template_specification"


def ec2_fleet(fleet: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EC2 Fleet: the target capacity, on demand and on spot; what is left over goes to the default kind."""
    target = fleet.block("target_capacity_specification")
    total = target.number("total_target_capacity")
    if total is None:
        yield unpriced("Instances", "total_target_capacity is not stated", "hours")
        return
    on_demand, spot = target.number("on_demand_target_capacity"), target.number("spot_target_capacity")
    if target.text("default_target_capacity_type", "on-demand").lower() == "spot":
        on_demand = min(on_demand or ZERO, total)
    else:
        on_demand = max(total - (spot or ZERO), on_demand or ZERO)
    yield from _instances(fleet, f"{SPECIFICATION}.launch_template_id", "override", on_demand, total, usage, facts)


def spot_fleet(fleet: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Spot Fleet: the target capacity on spot, without the part that is asked for on demand."""
    total = fleet.number("target_capacity")
    if total is None:
        yield unpriced("Instances", "target_capacity is not stated", "hours")
        return
    on_demand = min(fleet.number("on_demand_target_capacity", 0), total)
    specifications = fleet.blocks("launch_specification")
    if not specifications:
        yield from _instances(fleet, f"{SPECIFICATION}.id", "overrides", on_demand, total, usage, facts)
        return
    first = specifications[0]
    launch = Block(_specification(first))
    one = _split(on_demand, total, first.number("weighted_capacity", 1), usage)
    assume = _among([found.text("instance_type") for found in specifications])
    yield from launched(Fleet(launch, *one, assume), usage, facts, [])


def lambda_capacity_provider(provider: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Lambda Managed Instances: EC2 instances that Lambda chooses, and a fee of 15 % of their price on demand.

    With `instance_type` and `instances` in the usage file the instances are priced.
    """
    instance_type = usage.text("instance_type")
    if instance_type is None:
        reason = "Lambda chooses the instances: set instance_type and instances as usage"
        yield unpriced("Instances", reason, "hours")
        return
    count = usage.number("instances")
    launch = Block({"instance_type": instance_type})
    yield from launched(Fleet(launch, count, amount(0)), usage, facts, [])
    fee = replace(_hours(launch, usage), name=f"Management fee ({instance_type})", factor=MANAGEMENT_FEE)
    yield replace(fee, quantity=fee.quantity * count)


def _hours(launch: Block, usage: Usage) -> CostComponent:
    return next(iter(compute(launch, usage)))


def _specification(stated: Block) -> launches.Raw:
    """The values of a `launch_specification`, as those of an instance."""
    raw: launches.Raw = {
        "instance_type": stated.get("instance_type"),
        "tenancy": stated.get("placement_tenancy"),
        "ebs_optimized": stated.get("ebs_optimized"),
        "monitoring": stated.get("monitoring"),
        "public_ip": stated.get("associate_public_ip_address"),
        "root": next(iter(stated.blocks("root_block_device")), Block({})).attributes or None,
        "disks": stated.get("ebs_block_device"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _instances(
    fleet: Resource, place: str, override: str, on_demand: Decimal, total: Decimal, usage: Usage, facts: Facts
) -> Iterator[CostComponent]:
    """Instances of a launch template; the first override stands for all."""
    places = (place, place.rpartition(".")[0] + ".launch_template_name", place.rpartition(".")[0] + ".name")
    found = (one for name in places for one in fleet.related(name) if one.type == "aws_launch_template")
    template = next(found, None)
    overrides = [one for config in fleet.blocks("launch_template_config") for one in config.blocks(override)]
    first = overrides[0] if overrides else Block({})
    own: launches.Raw = {"instance_type": first.get("instance_type")} if "instance_type" in first else {}
    if template is None and not own:
        yield unpriced("Instances", NO_TEMPLATE, "hours")
        return
    launch = launches.merged(launches.of_template(template) if template else {}, own)
    if "instance_requirements" in first:
        launch = Block({**launch.attributes, "instance_type": None, "no_type": launches.BY_REQUIREMENTS})
    counts = _split(on_demand, total, first.number("weighted_capacity", 1), usage)
    lines = launched(Fleet(launch, *counts, _among([one.text("instance_type") for one in overrides])), usage, facts, [])
    yield from group(template.address, lines) if template else lines
    if template is None:
        yield unpriced("Disks and options", NO_TEMPLATE)


def _split(on_demand: Decimal, total: Decimal, weight: Decimal, usage: Usage) -> tuple[Quantity, Quantity]:
    """Instances on demand and on spot: units of capacity over the weight of a type, or the share of the stated number."""
    if "instances" in usage:
        running = usage.number("instances")
        part = on_demand / total if total else Decimal(1)
        return running * part, running * (1 - part)
    return _count(on_demand, weight), _count(total - on_demand, weight)


def _count(units: Decimal, weight: Decimal) -> Quantity:
    """The instances that reach so many units of capacity."""
    return amount((units / max(weight, Decimal(1))).to_integral_value(ROUND_CEILING))


def _among(types: list[str | None]) -> str | None:
    """What is assumed when the fleet may choose another type than the first."""
    if len(types) < 2:
        return None
    return f"all instances are of the first type, {types[0]}: AWS chooses among {len(types)}"
