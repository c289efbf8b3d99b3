"""Amazon RDS Proxy, and stored snapshots of RDS and Aurora (https://aws.amazon.com/rds/pricing/).

Usage keys: of a proxy `vcpu_count` (vCPUs of the databases behind it) or `acu_count` (Aurora Serverless v2); of
snapshots and replicated backups `backup_storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, hourly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

LEAST_VCPUS, LEAST_ACUS = Decimal(2), Decimal(8)
SERVERLESS = "db.serverless"
NO_TARGET = "charged by the vCPUs of the databases behind it, and none is in this plan: set vcpu_count"
INCREMENTAL = "depends on usage: set backup_storage_gb (snapshots store what changed, at most {} GB)"
PROXY = "aws/rds/proxy"


def proxy(proxy: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """RDS Proxy: the vCPUs (or Aurora capacity units) of the databases behind it, for every hour; at least 2 (or 8)."""
    yield from settled("Proxy", _proxy(proxy, usage, facts))


def _proxy(proxy: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    if "vcpu_count" in usage or "acu_count" in usage:
        yield from _stated(usage)
        return
    databases = list(_databases(proxy))
    classes = [database.text("instance_class") for database in databases]
    if not classes or None in classes:
        yield unpriced("Proxy", NO_TARGET, "vCPU-hours")
        return
    machines = [facts.machine(name) for name in classes if name and name != SERVERLESS]
    if None in machines:
        yield unpriced("Proxy", "the number of vCPUs of a database behind it is not known", "vCPU-hours")
        return
    vcpus = sum((max(Decimal(machine.vcpus), LEAST_VCPUS) for machine in machines if machine), Decimal(0))
    if vcpus:
        yield hourly("Proxy", f"{PROXY}/vcpu", vcpus, unit="vCPU-hours")
    serverless = [database for database, name in zip(databases, classes, strict=True) if name == SERVERLESS]
    if serverless:
        units = _least_units(serverless)
        yield hourly("Proxy (Aurora Serverless v2)", f"{PROXY}/serverless-v2", units, unit="ACU-hours")


def _stated(usage: Usage) -> Iterator[CostComponent]:
    if "vcpu_count" in usage:
        vcpus = usage.number("vcpu_count").map(lambda number: max(number, LEAST_VCPUS))
        yield hourly("Proxy", f"{PROXY}/vcpu", vcpus, unit="vCPU-hours")
    if "acu_count" in usage:
        units = usage.number("acu_count").map(lambda number: max(number, LEAST_ACUS))
        yield hourly("Proxy (Aurora Serverless v2)", f"{PROXY}/serverless-v2", units, unit="ACU-hours")


def _least_units(instances: Iterable[Resource]) -> Quantity:
    """Serverless instances at their minimum capacity, or the least that a proxy is charged for."""
    total = Decimal(0)
    for instance in instances:
        clusters = (found for found in instance.related("cluster_identifier") if found.type == "aws_rds_cluster")
        cluster = next(clusters, None)
        stated = cluster.block("serverlessv2_scaling_configuration").number("min_capacity", 0) if cluster else 0
        total += max(Decimal(stated), LEAST_ACUS)
    return amount(total, assume="Aurora capacity units at their minimum: set acu_count in the usage file")


def _databases(proxy: Resource) -> Iterator[Resource]:
    """The instances that the targets of a proxy name, one by one or as a cluster."""
    for target in proxy.referrers("aws_db_proxy_target", "db_proxy_name"):
        for database in target.related("db_instance_identifier"):
            if database.type == "aws_db_instance":
                yield database
        for cluster in target.related("db_cluster_identifier"):
            if cluster.type == "aws_rds_cluster":
                yield from cluster.referrers("aws_rds_cluster_instance", "cluster_identifier")


def instance_snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Snapshot of an RDS instance: what it stores; backups up to the size of the Region's databases are free."""
    sources = ("db_instance_identifier", "source_db_snapshot_identifier", "source_db_instance_arn")
    databases = [found for name in sources for found in snapshot.related(name) if found.type == "aws_db_instance"]
    yield from settled("Backup storage", _stored(databases, usage))


def _stored(databases: list[Resource], usage: Usage) -> Iterator[CostComponent]:
    stored = usage.number("backup_storage_gb")
    size = databases[0].number("allocated_storage") if databases else None
    if stored.value is None and size is not None:
        stored = Quantity(None, "usage", Decimal(0), size, INCREMENTAL.format(f"{size:f}"), needs_usage=True)
    yield per_gb("Backup storage", stored, "aws/rds/backup")


def cluster_snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Snapshot of an Aurora cluster (or of a Multi-AZ DB cluster): what it stores."""
    clusters = [found for found in snapshot.related("db_cluster_identifier") if found.type == "aws_rds_cluster"]
    aurora = not clusters or clusters[0].text("engine", "aurora").startswith("aurora")
    stored = usage.number("backup_storage_gb")
    yield per_gb("Backup storage", stored, "aws/aurora/backup" if aurora else "aws/rds/backup")
