"""Amazon DynamoDB tables and global tables (https://aws.amazon.com/dynamodb/pricing/).

Usage keys: `monthly_write_request_units`, `monthly_read_request_units`, `storage_gb`, `pitr_backup_storage_gb`,
`on_demand_backup_storage_gb`, `monthly_data_restored_gb`, `monthly_streams_read_request_units`; of a scaling target
`capacity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.scaling import scaled
from finops_guard.pricing.component import group, hourly, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

UNIT_HOURS = "capacity unit-hours"
PITR_ASSUMED = "point-in-time recovery of the table's size"
DIMENSIONS = {"read": "ReadCapacityUnits", "write": "WriteCapacityUnits"}
LABELS = {"read": "Read", "write": "Write", "replicated-write": "Replicated write"}
REPLICA_NEEDS_REGION = "region_name is not stated"


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a table: the table itself, or its replica in another region (`region` None: the table's own)."""

    table: Resource
    usage: Usage
    table_class: str
    write: str  # how its writes are charged: "write", or "replicated-write" for a replica
    region: str | None = None


def table(table: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Table: capacity or requests, storage, backups, streams; every replica pays its own in its own region."""
    table_class = "infrequent-access" if table.text("table_class") == "STANDARD_INFREQUENT_ACCESS" else "standard"
    home = Copy(table, usage, table_class, "write")
    yield from settled("Capacity", _capacity(home))
    yield per_gb("Data storage", usage.number("storage_gb"), f"aws/dynamodb/storage/{table_class}")
    yield from settled("Point-in-time recovery", _recovery(home, table.block("point_in_time_recovery"), "enabled"))
    yield from _occasional(usage)
    if table.flag("stream_enabled") or "monthly_streams_read_request_units" in usage:
        reads = usage.number("monthly_streams_read_request_units")
        yield monthly("Streams read requests", "aws/dynamodb/streams/reads", reads, "requests")
    for replica in table.blocks("replica"):
        region = replica.text("region_name")
        if region is None:
            yield unpriced("Replica", REPLICA_NEEDS_REGION)
        elif region != table.region:  # one in the table's own region is the table itself
            copy = Copy(table, usage, table_class, "replicated-write", region)
            yield from group(f"replica in {region}", settled("Replica", _replica(copy, replica)))


def _replica(copy: Copy, replica: Block) -> Iterator[CostComponent]:
    """Replicated writes, reads (a replica is given the table's read capacity), storage, point-in-time recovery."""
    yield from _capacity(copy)
    product = f"aws/dynamodb/storage/{copy.table_class}"
    yield per_gb("Data storage", copy.usage.number("storage_gb"), product, region=copy.region)
    yield from _recovery(copy, replica, "point_in_time_recovery")


def table_replica(replica: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """A replica as a resource of its own, in the region of its provider: charged like one in the table's block."""
    tables = [found for found in replica.related("global_table_arn") if found.type == "aws_dynamodb_table"]
    if not tables:
        yield unpriced("Replica", "its table, which decides about the capacity, is not part of this plan")
        return
    override = replica.text("table_class_override") or tables[0].text("table_class")
    table_class = "infrequent-access" if override == "STANDARD_INFREQUENT_ACCESS" else "standard"
    copy = Copy(tables[0], usage, table_class, "replicated-write", replica.region)
    yield from settled("Replica", _capacity(copy))
    yield per_gb("Data storage", usage.number("storage_gb"), f"aws/dynamodb/storage/{table_class}")
    yield from settled("Point-in-time recovery", _recovery(copy, Block(replica.attributes), "point_in_time_recovery"))


def _capacity(copy: Copy) -> Iterator[CostComponent]:
    """Provisioned is the default mode. On demand, the reads of all copies are in the number of the usage file."""
    if copy.table.text("billing_mode", "PROVISIONED") == "PAY_PER_REQUEST":
        yield _requests(copy, copy.write, "monthly_write_request_units")
        if copy.write == "write":
            yield _requests(copy, "read", "monthly_read_request_units")
        return
    yield from _provisioned(copy, copy.table, "", "table")
    for index in copy.table.blocks("global_secondary_index"):
        name = index.text("name", "index")
        yield from group(f"index {name}", _provisioned(copy, index, f"/index/{name}", "index"))


def _requests(copy: Copy, what: str, key: str) -> CostComponent:
    product = f"aws/dynamodb/on-demand/{what}/{copy.table_class}"
    return monthly(f"{LABELS[what]} request units", product, copy.usage.number(key), "requests", region=copy.region)


def _provisioned(copy: Copy, values: Resource | Block, id_end: str, kind: str) -> Iterator[CostComponent]:
    """Capacity units of the table or of one global secondary index, by the hour; the least is one unit."""
    for what in ("write", "read"):
        stated = max(values.number(f"{what}_capacity", 1), Decimal(1))
        dimension = f"dynamodb:{kind}:{DIMENSIONS[what]}"
        units = scaled(copy.table, copy.usage, dimension, stated, id_end)
        charged = copy.write if what == "write" else what
        product = f"aws/dynamodb/provisioned/{charged}/{copy.table_class}"
        yield hourly(f"{LABELS[charged]} capacity units", product, units, unit=UNIT_HOURS, region=copy.region)


def _recovery(copy: Copy, switches: Block, name: str) -> Iterator[CostComponent]:
    """Continuous backups, when the switch `name` is on: charged for the size of the table."""
    if not switches.flag(name):
        return
    stored = copy.usage.number("pitr_backup_storage_gb")
    size = copy.usage.number("storage_gb")
    if stored.value is None and size.value is not None:
        stored = Quantity(size.value, "assumed", size.low, size.high, assumption=PITR_ASSUMED, source=size.source)
    yield per_gb("Point-in-time recovery", stored, "aws/dynamodb/backup/point-in-time", region=copy.region)


def _occasional(usage: Usage) -> Iterator[CostComponent]:
    """What is charged only when someone does it."""
    for key, name, product in (
        ("on_demand_backup_storage_gb", "On-demand backup storage", "aws/dynamodb/backup/on-demand"),
        ("monthly_data_restored_gb", "Restored data", "aws/dynamodb/restore"),
    ):
        if key in usage:
            yield per_gb(name, usage.number(key), product)
