"""Amazon Aurora clusters and their instances, and Multi-AZ DB clusters of RDS (https://aws.amazon.com/rds/aurora/pricing/).

Usage keys of a cluster: `storage_gb`, `read_requests_per_sec`, `write_requests_per_sec`, `backup_snapshot_size_gb`,
`capacity_units_per_hr` (Serverless v1), `average_statements_per_hr`, `change_records_per_statement`,
`backtrack_window_hrs`, `snapshot_export_size_gb`. Of an instance: `capacity_units_per_hr` (Serverless v2),
`monthly_cpu_credit_hrs`, `vcpu_count`, `monthly_additional_performance_insights_requests`, and those of a reservation
(see `reserved`).
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.aws import rds, reserved
from finops_guard.pricing.aws.rds_parts import (
    AURORA_FAMILY,
    cpu_credits,
    extended_support,
    performance_insights,
    serverless_extended_support,
)
from finops_guard.pricing.component import amount, hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, UnknownValue

SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
SECONDS_PER_HOUR = 3600
STANDBYS = "multi-az-readable-standbys"
SERVERLESS = "db.serverless"
UNKNOWN_CLUSTER = "Aurora Standard assumed: the cluster is not part of this plan"
BACKTRACK_KEYS = ("average_statements_per_hr", "change_records_per_statement")


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Aurora cluster: storage, I/O, backups, backtrack. Instances are resources of their own (not in Serverless v1)."""
    engine = cluster.text("engine", "aurora")
    if engine not in AURORA_FAMILY:
        yield from _multi_az_cluster(cluster, engine, usage, facts)
        return
    optimized = _optimized(cluster)
    if cluster.text("engine_mode") == "serverless":
        product = key("aws/aurora/serverless-v1", AURORA_FAMILY[engine])
        yield hourly("Aurora Serverless v1", product, usage.number("capacity_units_per_hr"), unit="ACU-hours")
    kind = "io-optimized" if optimized else "standard"
    label = "Storage (I/O-Optimized)" if optimized else "Storage"
    yield per_gb(label, usage.number("storage_gb"), f"aws/aurora/storage/{kind}")
    if not optimized:  # I/O-Optimized includes it
        for what in ("read", "write"):
            requests = usage.number(f"{what}_requests_per_sec") * SECONDS_PER_MONTH
            yield monthly(f"I/O requests ({what})", "aws/aurora/io-requests", requests, "requests")
    yield from settled("Backup storage", _backup(cluster, usage))
    yield from settled("Backtrack", _backtrack(cluster, engine, usage))
    yield from _snapshot_export(usage)


def _optimized(cluster: Resource | Block) -> bool:
    return cluster.text("storage_type") == "aurora-iopt1"


def _backup(cluster: Resource, usage: Usage) -> Iterator[CostComponent]:
    """Backups beyond one day of the cluster's size; a day's snapshot is stored for each day of retention."""
    days = cluster.number("backup_retention_period", 1)
    if days > 1:
        stored = usage.number("backup_snapshot_size_gb") * (days - 1)
        yield per_gb("Backup storage", stored, "aws/aurora/backup")


def _backtrack(cluster: Resource, engine: str, usage: Usage) -> Iterator[CostComponent]:
    """Change records of Aurora MySQL, by the hour that each is kept: records an hour x hours of the window."""
    stated = cluster.number("backtrack_window", 0) / SECONDS_PER_HOUR
    in_usage = "backtrack_window_hrs" in usage
    if AURORA_FAMILY[engine] != "mysql" or not (in_usage or stated > 0):
        return
    window = usage.number("backtrack_window_hrs") if in_usage else amount(stated)
    records = usage.number(BACKTRACK_KEYS[0]) * usage.number(BACKTRACK_KEYS[1]) * window * HOURS_PER_MONTH
    yield monthly("Backtrack", "aws/aurora/backtrack", records, "change-record-hours")


def _snapshot_export(usage: Usage) -> Iterator[CostComponent]:
    if "snapshot_export_size_gb" in usage:
        yield per_gb("Snapshot export to S3", usage.number("snapshot_export_size_gb"), "aws/rds/snapshot-export")


def _multi_az_cluster(cluster: Resource, engine: str, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Multi-AZ DB cluster of MySQL or PostgreSQL: a writer, two readable standbys, and the storage of all three."""
    instance_class = cluster.text("db_cluster_instance_class")
    if instance_class is None:
        yield unpriced("Database instances", "db_cluster_instance_class is not stated", "hours")
    else:
        product = key("aws/rds/instance", instance_class, rds.price_engine(engine), STANDBYS)
        yield hourly(f"Database instances (writer and two readable standbys, {instance_class})", product)
    yield from settled("Storage", rds.storage(cluster, usage, STANDBYS, engine))
    if instance_class is not None:
        yield from settled("Extended support", _support_of_three(cluster, engine, instance_class, facts))
        yield from settled("Performance Insights", performance_insights(cluster, usage, instance_class, facts))
    yield from _snapshot_export(usage)


def _support_of_three(cluster: Resource, engine: str, instance_class: str, facts: Facts) -> Iterator[CostComponent]:
    count = rds.INSTANCES[STANDBYS]
    yield from extended_support(engine, cluster.text("engine_version"), cluster, instance_class, facts, count)


def cluster_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Aurora instance: its hours, or the capacity units of Serverless v2. Storage and I/O belong to the cluster."""
    clusters = (found for found in instance.related("cluster_identifier") if found.type == "aws_rds_cluster")
    cluster = next(clusters, None)
    engine = _own_or_cluster(instance, cluster, "engine") or "aurora"
    instance_class = instance.text("instance_class")
    if instance_class is None:
        yield unpriced("Database instance", "instance_class is not stated", "hours")
        return
    if engine not in AURORA_FAMILY:
        reason = "the instances of a Multi-AZ DB cluster are charged with the cluster"
        yield unpriced("Database instance", reason, "hours")
        return
    capacity = None
    if instance_class == SERVERLESS:
        capacity = serverless_capacity(cluster, usage)
        yield from settled("Aurora Serverless v2", _serverless(cluster, capacity))
    else:
        yield from settled("Database instance", _provisioned(engine, instance_class, cluster, usage))
    yield from settled("Extended support", _support(instance, cluster, engine, instance_class, capacity, facts))
    yield from settled("Performance Insights", performance_insights(instance, usage, instance_class, facts, capacity))
    yield from cpu_credits("aurora", usage, instance_class, facts)


def _own_or_cluster(instance: Resource, cluster: Resource | None, name: str) -> str | None:
    """An attribute of the instance; where it is a reference to its cluster, what the cluster says."""
    try:
        own = instance.text(name)
    except UnknownValue:
        if cluster is None:
            raise
        own = None
    return own or (cluster.text(name) if cluster else None)


def _variant(cluster: Resource | None) -> tuple[str, Quantity]:
    """Standard or I/O-Optimized, and one instance with what is assumed about it."""
    if cluster is None:
        return "standard", amount(1, assume=UNKNOWN_CLUSTER)
    return ("io-optimized" if _optimized(cluster) else "standard"), amount(1)


def _provisioned(engine: str, instance_class: str, cluster: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    variant, one = _variant(cluster)
    product = key("aws/aurora/instance", instance_class, AURORA_FAMILY[engine], variant)
    details = instance_class if variant == "standard" else f"I/O-Optimized, {instance_class}"
    yield from reserved.hours("Database instance", product, usage, details, one)


def _serverless(cluster: Resource | None, capacity: Quantity) -> Iterator[CostComponent]:
    variant, one = _variant(cluster)
    name = "Aurora Serverless v2" if variant == "standard" else "Aurora Serverless v2 (I/O-Optimized)"
    yield hourly(name, f"aws/aurora/serverless-v2/{variant}", capacity * one, unit="ACU-hours")


def serverless_capacity(cluster: Resource | None, usage: Usage) -> Quantity:
    """ACUs of one Serverless v2 instance: never less than the cluster's minimum, which is charged even when idle.

    A minimum of 0 pauses idle instances, which then cost nothing but may grow to the maximum.
    """
    limits = cluster.block("serverlessv2_scaling_configuration") if cluster else Block({})
    least, most = limits.number("min_capacity"), limits.number("max_capacity")
    if "capacity_units_per_hr" in usage or least is None:
        given = usage.number("capacity_units_per_hr")
        return given if least is None else given.map(lambda units: max(units, least))
    state = (
        "paused while idle (min_capacity = 0)" if least == 0 else f"idle at min_capacity = {least.normalize():f} ACU"
    )
    text = f"{state}: set capacity_units_per_hr in the usage file"
    return Quantity(least, "assumed", least, most, assumption=text, source="default")


def _support(
    instance: Resource,
    cluster: Resource | None,
    engine: str,
    instance_class: str,
    capacity: Quantity | None,
    facts: Facts,
) -> Iterator[CostComponent]:
    version = _own_or_cluster(instance, cluster, "engine_version")
    contract = cluster or instance  # engine_lifecycle_support is an attribute of the cluster
    if capacity is not None:
        yield from serverless_extended_support(engine, version, contract, capacity, facts)
    else:
        yield from extended_support(engine, version, contract, instance_class, facts)
