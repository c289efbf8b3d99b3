"""Amazon Neptune: clusters, their instances, serverless capacity, snapshots (https://aws.amazon.com/neptune/pricing/).

Usage keys of a cluster: `storage_gb`, `monthly_io_requests`, `backup_storage_gb`. Of an instance: `capacity_units_per_hr`
(NCUs of a serverless instance), `monthly_cpu_credit_hrs`, `vcpu_count`. Of a snapshot: `backup_storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.cluster_parts import cpu_credits, in_cluster, serverless_capacity, variant
from finops_guard.pricing.component import hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SERVERLESS = "db.serverless"
SCALING = "serverless_v2_scaling_configuration"
LEAST_NCU, MOST_NCU = Decimal("2.5"), Decimal(128)  # the provider's defaults


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: storage, I/O (included in I/O-Optimized), backups beyond one day. Instances are resources of their own."""
    kind = "io-optimized" if cluster.text("storage_type") == "iopt1" else "standard"
    label = "Storage (I/O-Optimized)" if kind == "io-optimized" else "Storage"
    yield per_gb(label, usage.number("storage_gb"), f"aws/neptune/storage/{kind}")
    requests = usage.number("monthly_io_requests")
    if kind == "standard":
        yield monthly("I/O requests", "aws/neptune/io-requests", requests, "requests")
    yield from settled("Backup storage", _backup(cluster, usage))


def _backup(cluster: Resource, usage: Usage) -> Iterator[CostComponent]:
    """With one day of retention the backups fit into the free amount, which is the size of the cluster."""
    stored = usage.number("backup_storage_gb")
    if cluster.number("backup_retention_period", 1) > 1:
        yield per_gb("Backup storage", stored, "aws/neptune/backup")


def cluster_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Instance: its hours, or the capacity units of a serverless one; storage and I/O belong to the cluster."""
    cluster = in_cluster(instance, "aws_neptune_cluster")
    instance_class = instance.text("instance_class")
    if instance_class is None:
        yield unpriced("Database instance", "instance_class is not stated", "hours")
    elif instance_class == SERVERLESS:
        yield from settled("Serverless capacity", _serverless(cluster, usage))
    else:
        yield from settled("Database instance", _provisioned(cluster, instance_class))
        yield from cpu_credits("aws/neptune/cpu-credits/{}", usage, instance_class, facts)


def _provisioned(cluster: Resource | None, instance_class: str) -> Iterator[CostComponent]:
    kind, one = variant(cluster, "Neptune")
    product = key("aws/neptune/instance", instance_class, kind)
    details = instance_class if kind == "standard" else f"I/O-Optimized, {instance_class}"
    yield hourly(f"Database instance (on-demand, {details})", product, one)


def _serverless(cluster: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    kind, one = variant(cluster, "Neptune")
    capacity = serverless_capacity(cluster, SCALING, usage, "NCU", LEAST_NCU, MOST_NCU)
    name = "Serverless capacity" if kind == "standard" else "Serverless capacity (I/O-Optimized)"
    yield hourly(name, f"aws/neptune/serverless/{kind}", capacity * one, unit="NCU-hours")


def snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Manual snapshot: charged for what it stores beyond the size of the cluster."""
    yield per_gb("Backup storage", usage.number("backup_storage_gb"), "aws/neptune/backup")
