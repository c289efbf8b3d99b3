"""Amazon Managed Service for Apache Flink and Kinesis Data Analytics for SQL
(https://aws.amazon.com/managed-service-apache-flink/pricing/).

Usage keys: `kinesis_processing_units` (KPUs that run on average), `durable_application_backup_gb` (also of a snapshot).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import hourly, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

KPU_HOURS = "KPU-hours"
STORAGE_PER_KPU = 50  # GB of running storage that come with each KPU, charged by GB and month
FLINK, SQL = "aws/kinesis-analytics/flink", "aws/kinesis-analytics/sql"
AT_PARALLELISM = "runs all month at its stated parallelism: set kinesis_processing_units"


def sql_application(application: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """SQL application: the processing units that its load needs."""
    yield hourly("Processing units", f"{SQL}/kpu", usage.number("kinesis_processing_units"), unit=KPU_HOURS)


def application(application: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Application: KPUs; with Flink one more for orchestration, and 50 GB of running storage for each of the others."""
    runtime = application.text("runtime_environment", "")
    if runtime.startswith("SQL"):
        yield from sql_application(application, usage, facts)
        return
    yield from settled("Processing units", _flink(application, usage))


def _flink(application: Resource, usage: Usage) -> Iterator[CostComponent]:
    units = _processing_units(application, usage)
    yield hourly("Processing units", f"{FLINK}/kpu", units, unit=KPU_HOURS)
    yield hourly("Orchestration", f"{FLINK}/kpu", 1, unit=KPU_HOURS)
    yield per_gb("Running storage", units * STORAGE_PER_KPU, f"{FLINK}/running-storage")
    if "durable_application_backup_gb" in usage:
        yield per_gb("Durable backup", usage.number("durable_application_backup_gb"), f"{FLINK}/backup")


def _processing_units(application: Resource, usage: Usage) -> Quantity:
    """From the usage file, else parallelism over parallelism per KPU, which is where automatic scaling starts."""
    if "kinesis_processing_units" in usage:
        return usage.number("kinesis_processing_units")
    flink = application.block("application_configuration").block("flink_application_configuration")
    scaling = flink.block("parallelism_configuration")
    parallelism = scaling.number("parallelism", 1)
    per_unit = max(scaling.number("parallelism_per_kpu", 1), Decimal(1))
    units = (parallelism / per_unit).to_integral_value(ROUND_CEILING)
    return Quantity(units, "assumed", assumption=AT_PARALLELISM, source="default")


def snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Application snapshot: charged for what it stores."""
    yield per_gb("Durable backup", usage.number("durable_application_backup_gb"), f"{FLINK}/backup")
