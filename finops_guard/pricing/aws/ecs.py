"""Amazon ECS: services whose tasks run on AWS Fargate (https://aws.amazon.com/fargate/pricing/).

Tasks on EC2 or on machines of one's own cost nothing by themselves: the instances are resources of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.ebs import disk
from finops_guard.pricing.aws.fargate import Strategy, fargate_strategy
from finops_guard.pricing.aws.vpc import public_ipv4
from finops_guard.pricing.component import amount, between, group, hourly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import BadValue, Values

INCLUDED_STORAGE_GB = 20
ONE, THOUSANDTH = Decimal(1), Decimal(1) / 1024
UNITS = {"": THOUSANDTH, "mb": THOUSANDTH, "mib": THOUSANDTH, "vcpu": ONE, "gb": ONE, "gib": ONE}
SIZE = re.compile(r"^\s*(\d*\.?\d+)\s*([a-z]*)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TaskSize:
    """What one task pays for: vCPUs and GB of memory, on which platform."""

    vcpus: Decimal
    memory_gb: Decimal
    platform: str  # linux-x86, linux-arm or windows, as in the product keys


def service(service: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Service: vCPU-hours and GB-hours of its tasks when they run on Fargate; autoscaling bounds make a range."""
    task_set = next(iter(service.referrers("aws_ecs_task_set", "service")), None)
    task = _task_definition(service) or (_task_definition(task_set) if task_set else None)
    strategy = fargate_strategy(service, task)
    if strategy is None:
        return
    tasks = _task_count(service, task_set, strategy)
    if task is None:
        yield unpriced("Fargate tasks", "the task definition is not part of this plan", "tasks")
        return
    yield from settled("Fargate tasks", _compute(tasks, task, strategy))
    yield from settled("Ephemeral storage", _ephemeral_storage(tasks, task))
    yield from settled("Public IPv4 addresses", _public_addresses(service, tasks))
    yield from settled("EBS volumes", _volumes(service, tasks, usage))


def _task_definition(owner: Resource) -> Resource | None:
    found = (one for one in owner.related("task_definition") if one.type == "aws_ecs_task_definition")
    return next(found, None)


def _task_count(service: Resource, task_set: Resource | None, strategy: Strategy) -> Quantity:
    """The desired count, which autoscaling keeps between its bounds. Without one the provider starts no task."""
    target = next(iter(service.referrers("aws_appautoscaling_target", "resource_id")), None)
    desired = service.number("desired_count")
    if target is None:
        count = amount(desired or 0)
    else:
        low = target.number("min_capacity", 0)
        high = target.number("max_capacity", low)
        count = between(low, min(max(desired or low, low), high), high)
    if task_set is not None:
        count = count * _share_of_task_set(task_set)
    return count if not strategy.assumption else count * amount(1, assume=strategy.assumption)


def _share_of_task_set(task_set: Resource) -> Quantity:
    """The part of the desired count that the task set runs."""
    percent = task_set.block("scale").number("value")
    if percent is None:
        return amount(1, assume="the task set is assumed to run all of the service's desired tasks")
    return amount(percent / 100)


def _task_size(task: Resource) -> TaskSize | None:
    cpu, memory = task.text("cpu"), task.text("memory")
    if cpu is None or memory is None:
        return None
    return TaskSize(_parsed("cpu", cpu), _parsed("memory", memory), _platform(task))


def _parsed(name: str, text: str) -> Decimal:
    """vCPUs or GB of "1024", "1 vCPU", ".5 vcpu", "2048", "2 GB": without a unit 1,024 make one."""
    match = SIZE.match(text)
    if not match or match[2].lower() not in UNITS:
        raise BadValue(f"{name} should be a task size, not {text[:40]!r}")
    return Decimal(match[1]) * UNITS[match[2].lower()]


def _platform(task: Resource) -> str:
    runtime = task.block("runtime_platform")
    if (runtime.text("operating_system_family") or "LINUX").upper().startswith("WINDOWS"):
        return "windows"
    return "linux-arm" if (runtime.text("cpu_architecture") or "X86_64").upper() == "ARM64" else "linux-x86"


def _compute(tasks: Quantity, task: Resource, strategy: Strategy) -> Iterator[CostComponent]:
    """Tasks on demand at list price; tasks on Spot have no list price and cost at most as much."""
    size = _task_size(task)
    if size is None:
        yield unpriced("Fargate tasks", "the task definition states no cpu and memory", "tasks")
        return
    on_demand, spot = tasks.map(strategy.on_demand), tasks.map(strategy.on_spot)
    if not _none(on_demand) or _none(spot):
        yield from _lines(on_demand, size)
    if not _none(spot):
        yield from _spot_lines(spot, size)


def _none(count: Quantity) -> bool:
    return not any(part for part in (count.value, count.low, count.high))


def _lines(tasks: Quantity, size: TaskSize) -> Iterator[CostComponent]:
    product = f"aws/ecs/fargate/{size.platform}"
    yield hourly("vCPU", f"{product}/vcpu", tasks * size.vcpus, unit="vCPU-hours")
    yield hourly("Memory", f"{product}/memory", tasks * size.memory_gb, unit="GB-hours")
    if size.platform == "windows":
        yield hourly("Windows licence", f"{product}/os-license", tasks * size.vcpus, unit="vCPU-hours")


def _spot_lines(tasks: Quantity, size: TaskSize) -> Iterator[CostComponent]:
    listed = f"aws/ecs/fargate/{size.platform}"
    for name, part, quantity, unit in (
        ("vCPU (Fargate Spot)", "vcpu", tasks * size.vcpus, "vCPU-hours"),
        ("Memory (Fargate Spot)", "memory", tasks * size.memory_gb, "GB-hours"),
    ):
        spot = f"aws/ecs/fargate-spot/{size.platform}/{part}"
        yield hourly(name, spot, quantity, unit=unit, upper_bound_product=f"{listed}/{part}")


def _ephemeral_storage(tasks: Quantity, task: Resource) -> Iterator[CostComponent]:
    size = task.block("ephemeral_storage").number("size_in_gib", INCLUDED_STORAGE_GB)
    if size > INCLUDED_STORAGE_GB:
        beyond = tasks * (size - INCLUDED_STORAGE_GB)
        yield hourly("Ephemeral storage (above 20 GB)", "aws/ecs/fargate/ephemeral-storage", beyond, unit="GB-hours")


def _public_addresses(service: Resource, tasks: Quantity) -> Iterator[CostComponent]:
    if service.block("network_configuration").flag("assign_public_ip"):
        yield public_ipv4(tasks)


def _volumes(service: Resource, tasks: Quantity, usage: Usage) -> Iterator[CostComponent]:
    """EBS volumes that ECS makes for each task."""
    for configuration in service.blocks("volume_configuration"):
        volume: Values = configuration.block("managed_ebs_volume")
        lines = disk(volume.text("volume_type", "gp3"), volume.number("size_in_gb"), volume, usage)
        yield from group(f"Volume {configuration.text('name', '')}".strip(), lines, times=tasks)
