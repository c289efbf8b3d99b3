"""EC2 Auto Scaling groups: nothing by themselves, all that they launch (https://aws.amazon.com/ec2/autoscaling/pricing/).

Usage keys: `instances` (how many run) and those of one instance (see `ec2`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws import launch as launches
from finops_guard.pricing.aws.ec2 import AMI_DECIDES, RootDefault, address, compute, disks, options
from finops_guard.pricing.aws.vpc import SUBNET_TYPES
from finops_guard.pricing.component import between, group, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, UnknownValue, Values

NO_TEMPLATE = "the launch template or configuration is not part of this plan"
SPECIFICATION = "mixed_instances_policy.launch_template.launch_template_specification"
PLACES = (
    "launch_template",
    f"{SPECIFICATION}.launch_template_id",
    f"{SPECIFICATION}.launch_template_name",
    "launch_configuration",
)
READERS: dict[str, Callable[[Resource], launches.Raw]] = {
    "aws_launch_template": launches.of_template,
    "aws_launch_configuration": launches.of_configuration,
}


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many instances of one launch run on demand and how many on spot; `low` and `high` bound each."""

    launch: Block
    on_demand: Quantity
    spot: Quantity
    assume: str | None = None  # why this type stands for all

    @property
    def all(self) -> Quantity:
        """All instances."""
        most, least = (self.on_demand, self.spot) if _some(self.on_demand) else (self.spot, self.on_demand)
        return replace(
            most,
            value=None if most.value is None else most.value + (least.value or 0),
            low=None if most.low is None else most.low + (least.low or 0),
            high=None if most.high is None else most.high + (least.high or 0),
        )


def autoscaling_group(asg: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Auto Scaling group: its instances at the desired capacity, and the range between its least and largest size."""
    source = next((found for place in PLACES for found in asg.related(place) if found.type in READERS), None)
    size = group_size(asg, usage, "min_size", "desired_capacity", "max_size")
    policy = asg.block("mixed_instances_policy")
    launch = Block(READERS[source.type](source)) if source else Block({})
    if source is None and not any("instance_type" in override for override in _overrides(policy)):
        yield unpriced("Instances", NO_TEMPLATE, "hours")
        return
    fleet = _mixed(policy, launch, size, "instances" in usage) if policy else _uniform(launch, size)
    subnets = [found for found in asg.related("vpc_zone_identifier") if found.type in SUBNET_TYPES]
    yield from group(source.address if source else "launch template", launched(fleet, usage, facts, subnets))
    if source is None:
        yield unpriced("Disks and options", NO_TEMPLATE)
    yield from group("warm_pool", settled("Warm pool", _warm_pool(asg, launch, size, usage)))


def group_size(values: Values, usage: Usage, least: str, wanted: str, most: str) -> Quantity:
    """How many instances run: what the usage file says, else the wanted number and the range around it.

    A group starts with the least number when no wanted one is stated.
    """
    if "instances" in usage:
        return usage.number("instances")
    expected = values.number(wanted)
    if expected is None:
        expected = values.number(least, 0)
    low, high = _if_known(values, least, expected), _if_known(values, most, expected)
    return between(min(expected, low), expected, max(expected, high))


def _if_known(values: Values, name: str, otherwise: Decimal) -> Decimal:
    try:
        return values.number(name, otherwise)
    except UnknownValue:
        return otherwise


def launched(
    fleet: Fleet, usage: Usage, facts: Facts, subnets: Sequence[Resource], root: RootDefault = AMI_DECIDES
) -> Iterator[CostComponent]:
    """All lines of the instances of a fleet; `root` says how large the root disk is when nothing states it."""
    for count, spot in ((fleet.on_demand, False), (fleet.spot, True)):
        if _some(count):
            yield from times(settled("Instance usage", compute(fleet.launch, usage, spot=spot)), count, fleet.assume)
    yield from times(settled("Instance options", options(fleet.launch, usage, facts)), fleet.all)
    yield from times(settled("Public IPv4 address", address(fleet.launch, usage, subnets)), fleet.all)
    yield from times(settled("Disks", disks(fleet.launch, usage, root)), fleet.all)


def times(components: Iterable[CostComponent], count: Quantity, assume: str | None = None) -> Iterator[CostComponent]:
    """The lines of one instance, for `count` of them."""
    if assume and count.value is not None:
        count = replace(count, basis="assumed", assumption=assume, source="default")
    for component in components:
        yield replace(component, quantity=component.quantity * count)


def _some(count: Quantity) -> bool:
    """False when a fleet has none of this kind, whatever its size."""
    return any(number for number in (count.value, count.low, count.high))


def _uniform(launch: Block, size: Quantity) -> Fleet:
    none = Quantity(Decimal(0))
    return Fleet(launch, none, size) if launch.text("market") == "spot" else Fleet(launch, size, none)


def _mixed(policy: Block, launch: Block, size: Quantity, counts_instances: bool) -> Fleet:
    """Mixed instances: capacity units are split between on demand and spot, and a type of weight w covers w of them.

    On demand goes by the order of the overrides (`prioritized`, the default), so the first one stands for it.
    """
    distribution = policy.block("instances_distribution")
    base = distribution.number("on_demand_base_capacity", 0)
    percent = distribution.number("on_demand_percentage_above_base_capacity", 100)
    overrides = _overrides(policy)
    chosen = overrides[0] if overrides else Block({})
    weight = Decimal(1) if counts_instances else max(chosen.number("weighted_capacity", 1), Decimal(1))
    own = {name: chosen.get(name) for name in ("instance_type",) if name in chosen}
    if "instance_requirements" in chosen:
        own, launch = {}, Block({**launch.attributes, "instance_type": None, "no_type": launches.BY_REQUIREMENTS})

    def on_demand_units(units: Decimal) -> Decimal:
        fixed = min(units, base)
        return fixed + ((units - fixed) * percent / 100).to_integral_value(ROUND_CEILING)

    def instances(units: Decimal) -> Decimal:
        return (units / weight).to_integral_value(ROUND_CEILING)

    on_demand = size.map(lambda units: instances(on_demand_units(units)))
    spot = size.map(lambda units: instances(units - on_demand_units(units)))
    return Fleet(launches.merged(dict(launch.attributes), own), on_demand, spot, _choice(distribution, overrides, spot))


def _overrides(policy: Block) -> list[Block]:
    return policy.block("launch_template").blocks("override")


def _choice(distribution: Block, overrides: list[Block], spot: Quantity) -> str | None:
    """What is assumed when AWS may choose another override than the first."""
    by_price = distribution.text("on_demand_allocation_strategy", "prioritized") != "prioritized"
    if len(overrides) > 1 and (by_price or _some(spot)):
        first = overrides[0].text("instance_type")
        return f"all instances are of the first override, {first}: AWS chooses among {len(overrides)}"
    return None


def _warm_pool(asg: Resource, launch: Block, size: Quantity, usage: Usage) -> Iterator[CostComponent]:
    """Instances kept ready: running ones cost like any other, stopped ones only their disks."""
    pools = asg.blocks("warm_pool")
    if not pools or size.value is None:
        return
    pool = pools[0]
    prepared = pool.number("max_group_prepared_capacity")
    prepared = asg.number("max_size", 0) if prepared is None or prepared < 0 else prepared
    kept = Quantity(max(pool.number("min_size", 0), prepared - size.value))
    if pool.text("pool_state", "Stopped") == "Running":
        yield from times(compute(launch, usage), kept)
    yield from times(disks(launch, usage), kept)
