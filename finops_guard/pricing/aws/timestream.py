"""Amazon Timestream: tables of LiveAnalytics, and InfluxDB instances (https://aws.amazon.com/timestream/pricing/).

Usage keys of a table: `monthly_data_ingested_gb`, `memory_store_gb`, `magnetic_store_gb`, `monthly_query_tcu_hours`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

STORAGE = {"InfluxIOIncludedT1": "3k-iops", "InfluxIOIncludedT2": "12k-iops", "InfluxIOIncludedT3": "16k-iops"}
MULTI_AZ = "WITH_MULTIAZ_STANDBY"


def table(table: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Table: ingestion, data in the memory store (by the hour) and in the magnetic store, query compute."""
    yield per_gb("Data ingested", usage.number("monthly_data_ingested_gb"), "aws/timestream/ingestion")
    memory = usage.number("memory_store_gb") * HOURS_PER_MONTH
    yield monthly("Memory store", "aws/timestream/memory-store", memory, "GB-hours")
    yield per_gb("Magnetic store", usage.number("magnetic_store_gb"), "aws/timestream/magnetic-store")
    queries = usage.number("monthly_query_tcu_hours")
    yield monthly("Queries", "aws/timestream/query", queries, "TCU-hours")


def influxdb_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """InfluxDB instance: its hours and its storage, of two instances with a standby."""
    zones = "multi-az" if instance.text("deployment_type") == MULTI_AZ else "single-az"
    yield from settled("Database instance", _influxdb_hours(instance, zones))
    yield from settled("Storage", _influxdb_storage(instance, zones))


def _influxdb_hours(instance: Resource, zones: str) -> Iterator[CostComponent]:
    instance_type = instance.text("db_instance_type")
    if instance_type is None:
        yield unpriced("Database instance", "db_instance_type is not stated", "hours")
    else:
        product = key("aws/timestream/influxdb/instance", instance_type, zones)
        yield hourly(f"Database instance ({instance_type}, {zones})", product)


def _influxdb_storage(instance: Resource, zones: str) -> Iterator[CostComponent]:
    size = instance.number("allocated_storage")
    kind = instance.text("db_storage_type", "InfluxIOIncludedT1")
    if size is None or kind not in STORAGE:
        yield unpriced("Storage", "allocated_storage is not stated or db_storage_type not known", "GB")
    else:
        yield per_gb(f"Storage ({kind})", size, f"aws/timestream/influxdb/storage/{STORAGE[kind]}/{zones}")
