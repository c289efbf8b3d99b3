"""Amazon DocumentDB: clusters, instances, snapshots, elastic clusters (https://aws.amazon.com/documentdb/pricing/).

Usage keys of a cluster: `data_storage_gb`, `monthly_io_requests` (both may stand at an instance instead),
`backup_storage_gb`. Of an instance besides: `capacity_units_per_hr` (DCUs of a serverless instance),
`monthly_cpu_credit_hrs`, `vcpu_count`. Of a snapshot and an elastic cluster: `backup_storage_gb`, `storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.cluster_parts import cpu_credits, in_cluster, serverless_capacity, variant
from finops_guard.pricing.component import hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SERVERLESS = "db.serverless"
SCALING = "serverless_v2_scaling_configuration"
INSTANCE = "aws_docdb_cluster_instance"
STORED_KEYS = ("data_storage_gb", "monthly_io_requests")
ELASTIC_INSTANCES = 2  # of each shard, when shard_instance_count is not stated


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: storage and I/O, unless the usage of an instance states them, and backups beyond one day."""
    instances = cluster.referrers(INSTANCE, "cluster_identifier")
    if not any(name in usage.of(instance) for instance in instances for name in STORED_KEYS):
        yield from settled("Storage", _storage(_kind(cluster), usage))
    yield from settled("Backup storage", _backup(cluster, usage))


def _kind(cluster: Resource) -> str:
    return "io-optimized" if cluster.text("storage_type") == "iopt1" else "standard"


def _storage(kind: str, usage: Usage) -> Iterator[CostComponent]:
    label = "Storage (I/O-Optimized)" if kind == "io-optimized" else "Storage"
    yield per_gb(label, usage.number(STORED_KEYS[0]), f"aws/docdb/storage/{kind}")
    requests = usage.number(STORED_KEYS[1])
    if kind == "standard":  # I/O-Optimized includes it
        yield monthly("I/O requests", "aws/docdb/io-requests", requests, "requests")


def _backup(cluster: Resource, usage: Usage) -> Iterator[CostComponent]:
    """With one day of retention the backups fit into the free amount, which is the size of the cluster."""
    stored = usage.number("backup_storage_gb")
    if cluster.number("backup_retention_period", 1) > 1:
        yield per_gb("Backup storage", stored, "aws/docdb/backup")


def cluster_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Instance: its hours or serverless capacity units; the storage of the cluster where its usage states it here."""
    cluster = in_cluster(instance, "aws_docdb_cluster")
    instance_class = instance.text("instance_class")
    if instance_class is None:
        yield unpriced("Database instance", "instance_class is not stated", "hours")
        return
    if instance_class == SERVERLESS:
        yield from settled("Serverless capacity", _serverless(cluster, usage))
    else:
        yield from settled("Database instance", _provisioned(cluster, instance_class))
        yield from settled("Extended support", _extended_support(instance, cluster, instance_class, facts))
        yield from cpu_credits("aws/docdb/cpu-credits", usage, instance_class, facts)
    if any(name in usage for name in STORED_KEYS):
        kind, _ = variant(cluster, "DocumentDB")
        stored = [part for part in _storage(kind, usage) if not part.quantity.needs_usage]
        yield from stored


def _provisioned(cluster: Resource | None, instance_class: str) -> Iterator[CostComponent]:
    kind, one = variant(cluster, "DocumentDB")
    details = instance_class if kind == "standard" else f"I/O-Optimized, {instance_class}"
    yield hourly(f"Database instance (on-demand, {details})", key("aws/docdb/instance", instance_class, kind), one)


def _serverless(cluster: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    kind, one = variant(cluster, "DocumentDB")
    capacity = serverless_capacity(cluster, SCALING, usage, "DCU", None, None)
    name = "Serverless capacity" if kind == "standard" else "Serverless capacity (I/O-Optimized)"
    yield hourly(name, f"aws/docdb/serverless/{kind}", capacity * one, unit="DCU-hours")


def _extended_support(
    instance: Resource, cluster: Resource | None, instance_class: str, facts: Facts
) -> Iterator[CostComponent]:
    """The surcharge per vCPU-hour of an engine version past its standard support."""
    version = cluster.text("engine_version") if cluster else instance.text("engine_version")
    for year, starts in facts.support_fees("docdb", version) if version else ():
        name, machine = f"Extended support (year {year}, DocumentDB {version})", facts.machine(instance_class)
        if machine is None:
            reason = f"the number of vCPUs of {instance_class} is not known"
            yield unpriced(name, reason, "vCPU-hours", starts=starts)
        else:
            product = f"aws/docdb/extended-support/{'year-3' if year == 3 else 'year-1-2'}"
            yield hourly(name, product, machine.vcpus, unit="vCPU-hours", starts=starts)


def snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Manual snapshot: charged for what it stores beyond the size of the cluster."""
    yield per_gb("Backup storage", usage.number("backup_storage_gb"), "aws/docdb/backup")


def elastic_cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Elastic cluster: vCPU-hours of the instances of every shard, storage, backups."""
    capacity, shards = cluster.number("shard_capacity"), cluster.number("shard_count")
    if capacity is None or shards is None:
        yield unpriced("Shards", "shard_capacity or shard_count is not stated", "vCPU-hours")
    else:
        vcpus = capacity * shards * cluster.number("shard_instance_count", ELASTIC_INSTANCES)
        yield hourly("Shards", "aws/docdb/elastic/vcpu", vcpus, unit="vCPU-hours")
    yield per_gb("Storage", usage.number("storage_gb"), "aws/docdb/elastic/storage")
    stored = usage.number("backup_storage_gb")
    if cluster.number("backup_retention_period", 1) > 1:
        yield per_gb("Backup storage", stored, "aws/docdb/elastic/backup")
