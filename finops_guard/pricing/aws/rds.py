"""Amazon RDS: DB instances of MySQL, MariaDB, PostgreSQL, Oracle, SQL Server, Db2 (https://aws.amazon.com/rds/pricing/).

Usage keys: `additional_backup_storage_gb`, `monthly_standard_io_requests`, `monthly_cpu_credit_hrs`, `vcpu_count`,
`monthly_additional_performance_insights_requests`, and those of a reservation (see `reserved`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws import reserved
from finops_guard.pricing.aws.rds_parts import AURORA_FAMILY, cpu_credits, extended_support, performance_insights
from finops_guard.pricing.component import amount, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import UnknownValue, Values

LABELS = {
    "gp2": "general purpose SSD, gp2",
    "gp3": "general purpose SSD, gp3",
    "io1": "provisioned IOPS SSD, io1",
    "io2": "provisioned IOPS SSD, io2",
    "standard": "magnetic",
}
INSTANCES = {"single-az": 1, "multi-az": 2, "multi-az-readable-standbys": 3}
DEFAULT_SIZE = Decimal(20)  # GB, the least that most engines take
SIZE_ASSUMED = "20 GB of storage assumed: allocated_storage is not stated"
PROVISIONED_LEAST_GB, PROVISIONED_LEAST_IOPS = Decimal(100), Decimal(1000)  # io1 and io2, SQL Server from 20 GB
SQL_SERVER_LEAST_GB = Decimal(20)
GP3_INCLUDED = (Decimal(3000), Decimal(125))  # IOPS, MiB/s
GP3_INCLUDED_STRIPED = (Decimal(12_000), Decimal(500))  # from the size on at which RDS stripes four volumes
GP3_STRIPED_FROM = {"oracle": Decimal(200)}  # GB; SQL Server never, the other engines:
GP3_STRIPED_FROM_OTHERS = Decimal(400)
ORIGINS = {
    "replicate_source_db": "its source",
    "snapshot_identifier": "its snapshot",
    "restore_to_point_in_time": "the database that it restores",
    "s3_import": "the backup that it imports",
}
ONLY_BYOL = ("oracle-se", "oracle-ee")  # sold with the customer's own licence only
LICENCE_INCLUDED = "license included assumed: license_model is not stated"


def db_instance(database: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """RDS DB instance: its hours, storage, IOPS, backups beyond its size, and what its engine version adds.

    A read replica takes engine, version and storage from its source where it does not state them itself.
    """
    source = next((found for found in database.related("replicate_source_db") if found.type == "aws_db_instance"), None)
    yield from settled("Database instance", _compute(database, source, usage))
    yield from settled("Storage", _disk(database, source, usage))
    yield from settled("Additional backup storage", _backup(database, source, usage))
    yield from settled("Extended support", _support(database, source, facts))
    yield from settled("Performance Insights", _insights(database, usage, facts))
    yield from settled("CPU credits", _credits(database, source, usage, facts))


def _engine(database: Resource, source: Resource | None) -> str:
    """The engine, or the empty string where the code does not say it."""
    return _inherited(database, source, "engine") or ""


def _inherited(database: Resource, source: Resource | None, name: str) -> str | None:
    return database.text(name) or (source.text(name) if source else None)


def _deployment(database: Resource) -> str:
    return "multi-az" if database.flag("multi_az") else "single-az"


def _no_engine(database: Resource) -> str:
    origin = _origin(database)
    return f"the engine is that of {origin}, which is not known here" if origin else "engine is not stated"


def _origin(values: Values) -> str | None:
    """What the database is made from, if it is: a source, a snapshot, a backup. What the provider computes is none."""
    for name, words in ORIGINS.items():
        if values.get(name) not in (None, "", []) and not values.computed(name):
            return words
    return None


def _compute(database: Resource, source: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    """The instance hours. MySQL and MariaDB have one price list; Aurora knows no Multi-AZ instances."""
    engine, instance_class = _engine(database, source), database.text("instance_class")
    if instance_class is None or not engine:
        reason = _no_engine(database) if instance_class else "instance_class is not stated"
        yield unpriced("Database instance", reason, "hours")
    elif engine in AURORA_FAMILY:
        variant = "io-optimized" if database.text("storage_type") == "aurora-iopt1" else "standard"
        product = key("aws/aurora/instance", instance_class, AURORA_FAMILY[engine], variant)
        yield from reserved.hours("Database instance", product, usage, instance_class)
    else:
        deployment = _deployment(database)
        licence, count = _licence(database, engine)
        product = key("aws/rds/instance", instance_class, price_engine(engine), deployment) + licence
        words = "Multi-AZ" if deployment == "multi-az" else "Single-AZ"
        yield from reserved.hours("Database instance", product, usage, f"{words}, {instance_class}", count)


def price_engine(engine: str) -> str:
    """The engine's name in product keys."""
    name = engine.removesuffix("-cdb")
    return "mysql" if name == "mariadb" else name


def _licence(database: Resource, engine: str) -> tuple[str, Quantity]:
    """The end of the product key, and one instance with what is assumed about its licence."""
    one, model = amount(1), database.text("license_model")
    if not engine.startswith(("oracle", "sqlserver", "db2")):
        return "", one
    if model == "bring-your-own-license" or price_engine(engine) in ONLY_BYOL or engine.startswith("db2"):
        return ("/marketplace" if model == "marketplace-license" else "/byol"), one
    sold_otherwise = engine.startswith("oracle") and model is None
    return "", amount(1, assume=LICENCE_INCLUDED) if sold_otherwise else one


def _disk(database: Resource, source: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    engine = _engine(database, source)
    if engine not in AURORA_FAMILY:  # Aurora's storage belongs to its cluster
        yield from storage(database, usage, _deployment(database), engine, source)


def storage(
    values: Values, usage: Usage, deployment: str, engine: str, source: Resource | None = None
) -> Iterator[CostComponent]:
    """Provisioned GB, and the IOPS and throughput above what its type includes."""
    kind = values.text("storage_type") or (source.text("storage_type") if source else None)
    kind = kind or ("io1" if values.number("iops") else "gp2")
    name = f"Storage ({LABELS.get(kind, kind)})"
    stated = values.number("allocated_storage") or (source.number("allocated_storage") if source else None)
    origin = None if stated or source else _origin(values)
    if origin:
        yield unpriced(name, f"the size is that of {origin}, which is not known here", "GB")
        return
    size = amount(stated) if stated is not None else amount(DEFAULT_SIZE, assume=SIZE_ASSUMED)
    if kind in ("io1", "io2"):
        least = SQL_SERVER_LEAST_GB if engine.startswith("sqlserver") else PROVISIONED_LEAST_GB
        size = size.map(lambda number: max(number, least))
    yield per_gb(name, size, key("aws/rds/storage", kind, deployment))
    if kind in ("io1", "io2"):
        iops = max(values.number("iops", PROVISIONED_LEAST_IOPS), PROVISIONED_LEAST_IOPS)
        yield monthly("Provisioned IOPS", key("aws/rds/iops", kind, deployment), iops, "IOPS")
    elif kind == "gp3":
        assert size.value is not None
        yield from settled("Provisioned IOPS and throughput", _gp3(values, size.value, engine, deployment))
    elif kind == "standard":
        requests = usage.number("monthly_standard_io_requests")
        yield monthly("I/O requests", "aws/rds/io-requests/standard", requests, "requests")


def _gp3(values: Values, size: Decimal, engine: str, deployment: str) -> Iterator[CostComponent]:
    included_iops, included_throughput = GP3_INCLUDED_STRIPED if _striped(engine, size) else GP3_INCLUDED
    iops = values.number("iops", included_iops) - included_iops
    throughput = values.number("storage_throughput", included_throughput) - included_throughput
    if iops > 0:
        yield monthly(f"Provisioned IOPS (above {included_iops:,})", f"aws/rds/iops/gp3/{deployment}", iops, "IOPS")
    if throughput > 0:
        name = f"Provisioned throughput (above {included_throughput} MiB/s)"
        yield monthly(name, f"aws/rds/throughput/gp3/{deployment}", throughput, "MiB/s")


def _striped(engine: str, size: Decimal) -> bool:
    family = engine.split("-")[0]
    return family != "sqlserver" and size >= GP3_STRIPED_FROM.get(family, GP3_STRIPED_FROM_OTHERS)


def _backup(database: Resource, source: Resource | None, usage: Usage) -> Iterator[CostComponent]:
    """Backups are free up to the size of all databases in the Region; what lies above only the usage file knows."""
    if "additional_backup_storage_gb" in usage or database.number("backup_retention_period", 0) > 0:
        service = "aurora" if _engine(database, source) in AURORA_FAMILY else "rds"
        stored = usage.number("additional_backup_storage_gb")
        yield per_gb("Additional backup storage", stored, f"aws/{service}/backup")


def _support(database: Resource, source: Resource | None, facts: Facts) -> Iterator[CostComponent]:
    engine, instance_class = _engine(database, source), _known_class(database)
    if instance_class:
        instances = 1 if engine in AURORA_FAMILY else INSTANCES[_deployment(database)]
        version = _inherited(database, source, "engine_version")
        yield from extended_support(engine, version, database, instance_class, facts, instances)


def _insights(database: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    instance_class = _known_class(database)
    if instance_class:
        yield from performance_insights(database, usage, instance_class, facts)


def _credits(database: Resource, source: Resource | None, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    service = "aurora" if _engine(database, source) in AURORA_FAMILY else "rds"
    yield from cpu_credits(service, usage, _known_class(database), facts)


def _known_class(database: Resource) -> str:
    """The class, or the empty string: the line of the instance already says why it is open."""
    try:
        return database.text("instance_class", "")
    except UnknownValue:
        return ""
