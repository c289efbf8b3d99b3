"""Amazon EMR: a fee for each instance-hour beside EC2 and EBS; EMR Serverless and EMR on EKS by vCPU and GB
(https://aws.amazon.com/emr/pricing/).

Usage keys of clusters, groups and fleets: those of one instance (see `ec2`), such as `monthly_hrs` of a cluster that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.autoscaling import times
from finops_guard.pricing.aws.ebs import disk
from finops_guard.pricing.aws.ec2 import compute, hours
from finops_guard.pricing.aws.metered import Meter, metered
from finops_guard.pricing.component import amount, group, key, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, Values

ROOT_GB = 15  # of clusters whose code states none
ROOT_ASSUMED = "15 GB gp2 root volume: EMR decides"
SERVERLESS = (
    Meter("monthly_vcpu_hours", "vCPU-hours", "vcpu-hours", "hours"),
    Meter("monthly_gb_hours", "Memory GB-hours", "gb-hours", "GB-hours"),
    Meter("monthly_storage_gb_hours", "Ephemeral storage above 20 GB a worker", "storage", "GB-hours"),
)
ON_EKS = (
    Meter("monthly_vcpu_hours", "EMR on EKS, vCPU-hours", "aws/emr/eks/vcpu-hours", "hours"),
    Meter("monthly_gb_hours", "EMR on EKS, GB-hours", "aws/emr/eks/gb-hours", "GB-hours"),
)


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: the instances of its primary and core groups or fleets. Task groups are resources of their own.

    A cluster that ends with its last step runs `monthly_hrs` of the usage file.
    """
    root = cluster.number("ebs_root_volume_size")
    found = False
    for part in ("master", "core"):
        for one in cluster.blocks(f"{part}_instance_group"):
            found = True
            yield from group(f"{part}_instance_group", settled("Instances", _group(one, root, usage)))
        for one in cluster.blocks(f"{part}_instance_fleet"):
            found = True
            yield from group(f"{part}_instance_fleet", settled("Instances", _fleet(one, root, usage)))
    if not found:
        yield unpriced("Instances", "neither instance groups nor instance fleets are stated", "hours")


def instance_group(task: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Task instance group of a cluster."""
    yield from _group(task, None, usage)


def instance_fleet(task: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Task instance fleet of a cluster."""
    yield from _fleet(task, None, usage)


def _group(values: Values, root: Decimal | None, usage: Usage) -> Iterator[CostComponent]:
    """Instances of one type. A bid price makes them spot instances."""
    instance_type = values.text("instance_type")
    if instance_type is None:
        yield unpriced("Instances", "instance_type is not stated", "hours")
        return
    count = amount(values.number("instance_count", 1))
    yield from _instances(instance_type, count, values.text("bid_price") is not None, values, root, usage)


def _fleet(values: Values, root: Decimal | None, usage: Usage) -> Iterator[CostComponent]:
    """Capacity units on demand and on spot, filled with the first type that is listed."""
    configs = values.blocks("instance_type_configs")
    instance_type = configs[0].text("instance_type") if configs else None
    if instance_type is None:
        yield unpriced("Instances", "instance_type_configs is not stated", "hours")
        return
    weight = max(configs[0].number("weighted_capacity", 1), Decimal(1))
    assume = None
    if len(configs) > 1:
        assume = f"all instances are of the first type, {instance_type}: EMR chooses among {len(configs)}"
    for spot in (False, True):
        units = values.number(f"target_{'spot' if spot else 'on_demand'}_capacity", 0)
        if units:
            count = amount((units / weight).to_integral_value(ROUND_CEILING), assume=assume)
            yield from _instances(instance_type, count, spot, configs[0], root, usage)


def _instances(
    instance_type: str, count: Quantity, spot: bool, values: Values, root: Decimal | None, usage: Usage
) -> Iterator[CostComponent]:
    """EC2 hours, the fee of EMR for the same hours, the root disk and the disks that are stated."""
    launch = Block({"instance_type": instance_type})
    yield from times(settled("Instance usage", compute(launch, usage, spot=spot)), count)
    fee = monthly(f"EMR fee ({instance_type})", key("aws/emr/instance", instance_type), hours(usage), "hours")
    yield from times([fee], count)
    size = amount(root) if root is not None else amount(ROOT_GB, assume=ROOT_ASSUMED)
    yield from times(group("root disk", disk("gp2", size, Block({}), usage)), count)
    for index, one in enumerate(values.blocks("ebs_config")):
        volumes = one.number("volumes_per_instance", 1)
        lines = disk(one.text("type", "gp2"), one.number("size"), one, usage)
        yield from times(group(f"ebs_config[{index}]", settled("Storage", lines), times=volumes), count)


def serverless(application: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EMR Serverless: vCPU, memory and storage of its workers while jobs run or while they are kept ready."""
    architecture = application.text("architecture", "X86_64").lower().replace("_64", "")
    start = f"aws/emr-serverless/{'arm' if architecture.startswith('arm') else 'x86'}"
    meters = [Meter(one.key, one.name, f"{start}/{one.product}", one.unit) for one in SERVERLESS]
    yield from metered(usage, meters[:2])
    if SERVERLESS[2].key in usage:
        yield from metered(usage, meters[2:])


def virtual_cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EMR on EKS: a fee on the vCPUs and memory of its pods; the nodes are charged through EKS."""
    yield from metered(usage, ON_EKS)
