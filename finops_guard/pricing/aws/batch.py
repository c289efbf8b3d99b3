"""AWS Batch: free by itself; the compute that its jobs run on is charged (https://aws.amazon.com/batch/pricing/).

Usage keys of an environment on EC2: `instances` (on average, over the month) and those of one instance (see `ec2`); on
Fargate: `monthly_vcpu_hours` and `monthly_gb_hours` of all jobs, and `architecture` (x86, arm).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.aws import launch as launches
from finops_guard.pricing.aws.autoscaling import Fleet, launched
from finops_guard.pricing.aws.ec2 import RootDefault
from finops_guard.pricing.component import amount, group, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, RefusedValue

ROOT = RootDefault("the AMI of ECS", 30)
FIRST_SIZE = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge")
CHOSEN_BY_BATCH = ("optimal", "default_x86_64", "default_arm64")


def compute_environment(environment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Compute environment: its instances from the least to the most vCPUs, or the Fargate hours of its jobs.

    An unmanaged one runs on a cluster that is a resource of its own.
    """
    if environment.text("type", "MANAGED").upper() == "UNMANAGED":
        return
    resources = environment.block("compute_resources")
    kind = resources.text("type", "EC2").upper()
    if kind.startswith("FARGATE"):
        yield from _fargate(kind, resources, usage)
    else:
        yield from settled("Instances", _instances(environment, resources, kind == "SPOT", usage, facts))


def _fargate(kind: str, resources: Block, usage: Usage) -> Iterator[CostComponent]:
    """Jobs on Fargate: vCPU-hours and GB-hours; more than `max_vcpus` never run at a time."""
    architecture = usage.text("architecture") or "x86"
    if architecture not in ("x86", "arm"):
        raise RefusedValue(f"architecture should be x86 or arm, not {architecture!r}")
    listed = f"aws/ecs/fargate/linux-{architecture}"
    most = resources.number("max_vcpus")
    for name, part, usage_key, unit in (
        ("vCPU", "vcpu", "monthly_vcpu_hours", "vCPU-hours"),
        ("Memory", "memory", "monthly_gb_hours", "GB-hours"),
    ):
        quantity = usage.number(usage_key)
        too_many = part == "vcpu" and most is not None and (quantity.value or 0) > most * HOURS_PER_MONTH
        if too_many:
            raise RefusedValue(f"{usage_key} is more than max_vcpus ({most}) can run in a month")
        if kind == "FARGATE_SPOT":
            spot = f"aws/ecs/fargate-spot/linux-{architecture}/{part}"
            yield monthly(f"{name} (Fargate Spot)", spot, quantity, unit, upper_bound_product=f"{listed}/{part}")
        else:
            yield monthly(name, f"{listed}/{part}", quantity, unit)


def _instances(
    environment: Resource, resources: Block, spot: bool, usage: Usage, facts: Facts
) -> Iterator[CostComponent]:
    """Instances of the first type that is listed; a family is as dear per vCPU at every size."""
    stated = resources.texts("instance_type")
    instance_type, assume = _type(stated, facts)
    if instance_type is None:
        yield unpriced(
            "Instances", f"AWS Batch chooses the instance type ({', '.join(stated) or 'none stated'})", "hours"
        )
        return
    machine = facts.machine(instance_type)
    if machine is None and "instances" not in usage:
        yield unpriced("Instances", f"how many vCPUs {instance_type} has is not known: set instances", "hours")
        return
    count = usage.number("instances") if "instances" in usage else _count(resources, machine.vcpus if machine else 1)
    places = (
        "compute_resources.launch_template.launch_template_id",
        "compute_resources.launch_template.launch_template_name",
    )
    found = (one for place in places for one in environment.related(place) if one.type == "aws_launch_template")
    template = next(found, None)
    launch = launches.merged(launches.of_template(template) if template else {}, {"instance_type": instance_type})
    assume = "; ".join(filter(None, (assume, count.assumption))) or None
    none = amount(0)
    fleet = Fleet(launch, none, count, assume) if spot else Fleet(launch, count, none, assume)
    lines = launched(fleet, usage, facts, [], ROOT)
    yield from group(template.address, lines) if template else lines


def _type(stated: list[str], facts: Facts) -> tuple[str | None, str | None]:
    """The type that stands for all, and what is assumed by that."""
    if not stated or stated[0] in CHOSEN_BY_BATCH:
        return None, None
    first = stated[0]
    if "." in first:
        among = f": AWS chooses among {len(stated)}" if len(stated) > 1 else None
        return first, f"all instances are {first}{among}" if among else None
    sizes = (f"{first}.{size}" for size in FIRST_SIZE)
    smallest = next((name for name in sizes if facts.machine(name)), None)
    return smallest, f"instances of the family {first} as {smallest}: a vCPU costs the same at every size"


def _count(resources: Block, vcpus: int) -> Quantity:
    """Instances for the least, wanted and most vCPUs. Without a wanted number Batch keeps the least."""
    least, most = resources.number("min_vcpus", 0), resources.number("max_vcpus")
    wanted = resources.number("desired_vcpus", least)
    counts = [
        (units / Decimal(vcpus)).to_integral_value(ROUND_CEILING)
        for units in (min(least, wanted), wanted, max(most if most is not None else wanted, wanted))
    ]
    low, expected, high = counts
    text = "no jobs: it scales with the jobs in its queues; set instances (on average)"
    assume = text if not expected else None
    return Quantity(
        expected, "assumed" if assume else "code", low, high, assumption=assume, source="default" if assume else None
    )
