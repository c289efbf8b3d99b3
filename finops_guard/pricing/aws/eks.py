"""Amazon EKS: clusters, managed node groups, Fargate profiles (https://aws.amazon.com/eks/pricing/).

Usage keys of a node group: `instances` and those of one instance (see `ec2`).
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.aws import launch as launches
from finops_guard.pricing.aws.autoscaling import NO_TEMPLATE, Fleet, group_size, launched, times
from finops_guard.pricing.aws.ec2 import RootDefault, compute
from finops_guard.pricing.aws.vpc import SUBNET_TYPES
from finops_guard.pricing.component import amount, group, hourly, key, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

DEFAULT_TYPE = "t3.medium"
ROOT_GB = {"windows": 50, "linux": 20}


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EKS cluster: the control plane's hour, and a surcharge while its Kubernetes version is in extended support."""
    yield hourly("Cluster", "aws/eks/cluster/hours")
    yield from settled("Extended support", _extended_support(cluster, facts))
    yield from settled("Auto Mode", _auto_mode(cluster))
    tier = cluster.block("control_plane_scaling_config").text("tier", "standard")
    if tier != "standard":
        yield hourly(f"Provisioned control plane ({tier})", f"aws/eks/control-plane/{tier}")
    if cluster.blocks("remote_network_config"):
        yield unpriced(
            "Hybrid nodes", "charged per vCPU-hour, and how many nodes join is not in the code", "vCPU-hours"
        )


def _extended_support(cluster: Resource, facts: Facts) -> Iterator[CostComponent]:
    """The surcharge, unless the cluster is upgraded at the end of standard support (`support_type = STANDARD`)."""
    version = cluster.text("version")
    refused = cluster.block("upgrade_policy").text("support_type", "EXTENDED").upper() == "STANDARD"
    if version is None or refused:  # no version: the newest
        return
    for _, starts in facts.support_fees("eks", version):
        name = f"Extended support (Kubernetes {version})"
        yield hourly(name, "aws/eks/cluster/extended-support", starts=starts)


def _auto_mode(cluster: Resource) -> Iterator[CostComponent]:
    if cluster.block("compute_config").flag("enabled"):
        reason = "EKS Auto Mode adds a fee to each instance that it launches, and which it launches is not in the code"
        yield unpriced("Auto Mode", reason, "hours")


def node_group(nodes: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Managed node group: its instances and their disks at the desired size, and the range of its scaling."""
    template = next((found for found in nodes.related("launch_template") if found.type == "aws_launch_template"), None)
    size = group_size(nodes.block("scaling_config"), usage, "min_size", "desired_size", "max_size")
    launch = _launch(nodes, template)
    spot = nodes.text("capacity_type", "ON_DEMAND").upper() == "SPOT"
    types = nodes.count_of("instance_types") or 1
    assume = f"all instances are of the first type: AWS chooses among {types}" if spot and types > 1 else None
    none = amount(0)
    fleet = Fleet(launch, none, size, assume) if spot else Fleet(launch, size, none)
    if template is None and launches.stated(nodes, "launch_template") is not None:
        yield from times(settled("Instance usage", compute(launch, usage, spot=spot)), size, assume)
        yield unpriced("Disks and options", NO_TEMPLATE)
        return
    windows = (usage.text("operating_system") or "").lower() == "windows" or launch.flag("windows")
    subnets = [found for found in nodes.related("subnet_ids") if found.type in SUBNET_TYPES]
    root = RootDefault("EKS", ROOT_GB["windows" if windows else "linux"])
    lines = launched(fleet, usage, facts, subnets, root)
    yield from group(template.address, lines) if template else lines


def _launch(nodes: Resource, template: Resource | None) -> Block:
    """The first instance type of the node group (AWS takes them in order), else the template's, else t3.medium."""
    own: launches.Raw = {"windows": "WINDOWS" in nodes.text("ami_type", "").upper()}
    types = nodes.known("instance_types")
    if types:
        own["instance_type"] = types[0] if isinstance(types, list) else types
    disk_size = launches.stated(nodes, "disk_size")
    if disk_size is not None:
        own["root"] = {"volume_size": disk_size}
    raw = launches.of_template(template) if template else {}
    raw.setdefault("instance_type", DEFAULT_TYPE)
    return launches.merged(raw, own)


def fargate_profile(profile: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Fargate profile: free by itself; the pods that it selects are charged per vCPU-hour and GB-hour."""
    text = "one pod of 1 vCPU and 1 GB that runs all month: set monthly_{} (all pods together)"
    vcpus = usage.number("monthly_vcpu_hours", HOURS_PER_MONTH, text.format("vcpu_hours"))
    memory = usage.number("monthly_gb_hours", HOURS_PER_MONTH, text.format("gb_hours"))
    yield monthly("Pod vCPU-hours", "aws/eks/fargate/vcpu-hours", vcpus, "hours")
    yield monthly("Pod GB-hours", "aws/eks/fargate/gb-hours", memory, "GB-hours")


def capability(capability: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Managed capability of a cluster (Argo CD, ACK, kro): an hourly fee, and one for each resource that it manages."""
    kind = (capability.text("type") or "unknown type").lower()
    yield hourly(f"Capability ({kind})", key("aws/eks/capability", kind, "hours"))
    resources = usage.number("managed_resources")
    yield hourly("Managed resources", key("aws/eks/capability", kind, "resources"), resources, unit="resource-hours")
