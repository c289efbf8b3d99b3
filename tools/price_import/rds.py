"""Amazon RDS and Aurora: instances, storage, IOPS, backup, capacity units, extended support, Performance Insights.

The mixed-up rows of the source of 2026-01 are not in its table; of the Aurora rows of 2024 those whose storage
configuration was only guessed are left out. MySQL and MariaDB have one price list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from price_import.published import reserved_offer, tight_rows
from price_import.tables import Draft, Row, Tables, draft, estimated, quoted

FAMILIES = {"MySQL": "mysql", "MariaDB": "mysql", "PostgreSQL": "postgres"}
AURORA = {"aurora": "mysql", "aurora-mysql": "mysql", "aurora-postgresql": "postgres"}
STANDBYS = "multi-az-readable-standbys"
CLUSTER_STORAGE = ("/gp3/", "/io1/", "/io2/")  # what a Multi-AZ DB cluster can have
MILLION = 1_000_000

INSTANCE_QUOTE = re.compile(r"^(MySQL|MariaDB|PostgreSQL) (db\.\S+) (single-az|multi-az)$")
AURORA_QUOTE = re.compile(r"^Aurora (MySQL|PostgreSQL) (db\.\S+)( I/O-Optimized)?$")
STORAGE_QUOTE = re.compile(r"^Storage (gp2|gp3|io1|io2) (single-az|multi-az readable standbys|multi-az)$")
IOPS_QUOTE = re.compile(r"^(gp3|io1|io2) IOPS (single-az|multi-az)$")
STORAGE_FACT = re.compile(r"^(gp2|gp3|io1|io2)-(storage|piops)$")

# sku -> product key, unit, how many of our units the table's unit holds
QUOTES = {
    "Aurora ACU": ("aws/aurora/serverless-v2/standard", "ACU-hours", 1),
    "Aurora ACU I/O-Optimized": ("aws/aurora/serverless-v2/io-optimized", "ACU-hours", 1),
    "Aurora I/O": ("aws/aurora/io-requests", "requests", MILLION),
    "Aurora backup": ("aws/aurora/backup", "GB", 1),
    "Aurora storage": ("aws/aurora/storage/standard", "GB", 1),
    "Aurora storage I/O-Optimized": ("aws/aurora/storage/io-optimized", "GB", 1),
    "Backup": ("aws/rds/backup", "GB", 1),
    "RDS Proxy": ("aws/rds/proxy/vcpu", "vCPU-hours", 1),
    "RDS Proxy Serverless v2": ("aws/rds/proxy/serverless-v2", "ACU-hours", 1),
    "rds-proxy": ("aws/rds/proxy/vcpu", "vCPU-hours", 1),
    "T4g CPU credits": ("aws/rds/cpu-credits/t4g", "vCPU-hours", 1),
    "PostgreSQL extended support year 1-2": ("aws/rds/extended-support/year-1-2", "vCPU-hours", 1),
    "PostgreSQL extended support year 3": ("aws/rds/extended-support/year-3", "vCPU-hours", 1),
    "Aurora Serverless v2 extended support year 1-2": (
        "aws/aurora/extended-support/serverless-v2/year-1-2",
        "ACU-hours",
        1,
    ),
    "aurora-serverless-v2-acu-standard": ("aws/aurora/serverless-v2/standard", "ACU-hours", 1),
    "aurora-serverless-v2-acu-io-optimized": ("aws/aurora/serverless-v2/io-optimized", "ACU-hours", 1),
    "aurora-io-requests-standard": ("aws/aurora/io-requests", "requests", MILLION),
    "aurora-backup": ("aws/aurora/backup", "GB", 1),
    "aurora-storage-standard": ("aws/aurora/storage/standard", "GB", 1),
    "aurora-storage-io-optimized": ("aws/aurora/storage/io-optimized", "GB", 1),
    "backup-beyond-free": ("aws/rds/backup", "GB", 1),
    "snapshot-export-to-s3": ("aws/rds/snapshot-export", "GB", 1),
}
# charge texts of anonymised bills
BILLS = {
    "$0.06 per Aurora Capacity Unit hour running Amazon Aurora PostgreSQL Serverless": (
        "aws/aurora/serverless-v1/postgres",
        "ACU-hours",
    ),
    "$0.20 per RDS million I/O requests (Aurora PostgreSQL)": ("aws/aurora/io-requests", "requests"),
    "$0.10 per GB-month of consumed storage (Aurora PostgreSQL)": ("aws/aurora/storage/standard", "GB"),
    "USD 0.10 per hour per vCPU running RDS Extended Support for MySQL 5.7 in Year 1, Year 2": (
        "aws/rds/extended-support/year-1-2",
        "vCPU-hours",
    ),
    "USD 0.023 per db.t3.micro Single-AZ instance hour (or partial hour) running SQL Server Exp (LI)": (
        "aws/rds/instance/db.t3.micro/sqlserver-ex/single-az",
        "hours",
    ),
}
TWICE = "twice the Single-AZ price of the same region, as RDS charges the storage of both instances"
THRICE = "three times the Single-AZ price of the same region, as RDS charges the storage of all three instances"
AS_OTHER = "the {} price of the same region: gp2 and gp3 cost the same in every region where both are known"


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, the tables of 2026 and 2024, prices derived by rule, published estimates."""
    quotes = [*_quotes(tables), *quoted("aws/rds/"), *quoted("aws/aurora/")]
    yield from quotes
    for table in ("aws_rds_us_east_1", "aws_rds"):
        for row in tables.read(table):
            yield from _instance(row)
    published = [*_published_instances(tables), *_published_clusters(tables)]
    yield from published
    yield from _derived_storage([*quotes, *published])
    for row in tables.read("aws_rds_us_east_1"):
        yield from _derived_standby(row)


def _quotes(tables: Tables) -> Iterator[Draft]:
    for table in ("aws_facts_2026", "aws_rds_storage_elb_facts"):
        for row in tables.read(table, "rds"):
            if row.sku in QUOTES:
                product, unit, per = QUOTES[row.sku]
                yield draft(row, product, unit, per=per, kind="relayed")
            elif product_unit := _quoted_product(row):
                yield draft(row, *product_unit, kind="relayed")
    for row in tables.read("focus_list_unit_prices", "Amazon Relational Database Service"):
        if row.sku in BILLS:
            yield draft(row, *BILLS[row.sku], kind="relayed")


def _quoted_product(row: Row) -> tuple[str, str] | None:
    if match := INSTANCE_QUOTE.match(row.sku):
        return f"aws/rds/instance/{match[2]}/{FAMILIES[match[1]]}/{match[3]}", "hours"
    if match := AURORA_QUOTE.match(row.sku):
        variant = "io-optimized" if match[3] else "standard"
        return f"aws/aurora/instance/{match[2]}/{FAMILIES[match[1]]}/{variant}", "hours"
    if match := STORAGE_QUOTE.match(row.sku):
        return f"aws/rds/storage/{match[1]}/{match[2].replace(' ', '-')}", "GB"
    if match := IOPS_QUOTE.match(row.sku):
        return f"aws/rds/iops/{match[1]}/{match[2]}", "IOPS"
    if match := STORAGE_FACT.match(row.sku):
        what, unit = ("storage", "GB") if match[2] == "storage" else ("iops", "IOPS")
        return f"aws/rds/{what}/{match[1]}/{row.attributes['deployment']}", unit
    return None


def _instance(row: Row) -> Iterator[Draft]:
    """MariaDB rows stand in for MySQL where that is not listed: the two cost the same wherever both are."""
    engine, storage = row.attributes["engine"], row.attributes.get("storage_config")
    if storage is None:
        family = "mysql" if engine == "mariadb" else engine
        yield draft(row, f"aws/rds/instance/{row.sku}/{family}/{row.attributes['deployment']}", "hours")
    elif row.attributes.get("quality") != "storage_config_inferred_single_value":
        yield draft(row, f"aws/aurora/instance/{row.sku}/{AURORA[engine]}/{storage}", "hours")


def _derived_standby(row: Row) -> Iterator[Draft]:
    """Multi-AZ where only Single-AZ is listed: of 430 listed pairs in us-east-1 all but 5 are double within 0.5 %."""
    for single in _instance(row):
        product = single.product.removesuffix("single-az") + "multi-az"
        source = f"twice the Single-AZ price of the same class, as RDS charges both instances: {single.source}"
        yield replace(single, product=product, usd=single.usd * 2, kind="derived", source=source)


def _derived_storage(known: list[Draft]) -> Iterator[Draft]:
    """gp2 and gp3 from each other, then two or three times Single-AZ storage (IOPS only where that is confirmed)."""
    single = {}
    for item in known:
        if item.product.endswith("/single-az") and "/rds/instance/" not in item.product:
            single.setdefault((item.product, item.region), item)
    for kind, other in (("gp2", "gp3"), ("gp3", "gp2")):
        product = f"aws/rds/storage/{kind}/single-az"
        for item in [found for (name, _), found in single.items() if name == f"aws/rds/storage/{other}/single-az"]:
            if (product, item.region) not in single:
                source = f"{AS_OTHER.format(other)}: {item.source}"
                single[product, item.region] = replace(item, product=product, kind="derived", source=source)
                yield single[product, item.region]
    for item in single.values():
        if "/storage/" in item.product or ("/iops/" in item.product and item.region == "us-east-1"):
            yield from _derived_deployments(item)


def _derived_deployments(item: Draft) -> Iterator[Draft]:
    for deployment, times, rule in (("multi-az", 2, TWICE), (STANDBYS, 3, THRICE)):
        if deployment == STANDBYS and not any(kind in item.product for kind in CLUSTER_STORAGE):
            continue
        product = item.product.removesuffix("single-az") + deployment
        yield replace(item, product=product, usd=item.usd * times, kind="derived", source=f"{rule}: {item.source}")


def _published_instances(tables: Tables) -> Iterator[Draft]:
    for row, attributes, usage in tight_rows(tables, "aws_db_instance"):
        text, deployment = row["component_text"], "multi-az" if attributes.get("multi_az") else "single-az"
        engine = _engine(attributes)
        if engine is None:
            continue
        if text.startswith("Database instance"):
            product = f"{engine}/{deployment}{_byol(attributes)}"
            instance_class = attributes["instance_class"]
            if "(reserved" in text:
                product = f"aws/rds/reserved/{instance_class}/{product}/{reserved_offer(usage)}"
            else:
                product = f"aws/rds/instance/{instance_class}/{product}"
            yield estimated(row, product, "hours")
        elif text.endswith("gp2)"):
            yield estimated(row, f"aws/rds/storage/gp2/{deployment}", "GB")
        elif text == "Storage (magnetic)":
            yield estimated(row, f"aws/rds/storage/standard/{deployment}", "GB")
        else:
            yield from _published_extras(row, attributes, "rds")


def _published_clusters(tables: Tables) -> Iterator[Draft]:
    for row, attributes, usage in tight_rows(tables, "aws_rds_cluster_instance"):
        if "(reserved" in row["component_text"]:
            node = f"{attributes['instance_class']}/{AURORA[attributes['engine']]}/standard"
            yield estimated(row, f"aws/aurora/reserved/{node}/{reserved_offer(usage)}", "hours")
        else:
            yield from _published_extras(row, attributes, "aurora")
    for row, _, _ in tight_rows(tables, "aws_rds_cluster"):
        if row["component_text"] == "Backtrack":
            yield estimated(row, "aws/aurora/backtrack", "change-record-hours", per=MILLION)


def _published_extras(row: dict[str, str], attributes: dict[str, Any], service: str) -> Iterator[Draft]:
    text, instance_class = row["component_text"], attributes.get("instance_class", "")
    if text == "CPU credits":
        yield estimated(row, f"aws/{service}/cpu-credits/{instance_class.split('.')[1]}", "vCPU-hours")
    elif text == "Performance Insights Long Term Retention (serverless)":
        yield estimated(row, "aws/rds/performance-insights/retention/serverless", "ACUs")
    elif text.startswith("Performance Insights Long Term Retention"):
        yield estimated(row, f"aws/rds/performance-insights/retention/{instance_class}", "vCPUs")
    elif text == "Performance Insights API":
        yield estimated(row, "aws/rds/performance-insights/requests", "requests", per=1000)


def _engine(attributes: dict[str, Any]) -> str | None:
    """The engine's name in product keys; None for Aurora (instances of it are in the tables) and for replicas."""
    engine = str(attributes.get("engine") or "").removesuffix("-cdb")
    if not engine or engine.startswith("aurora"):
        return None
    return "mysql" if engine == "mariadb" else engine


def _byol(attributes: dict[str, Any]) -> str:
    """Oracle with the customer's licence; SE and EE are sold in no other way."""
    own = attributes.get("license_model") == "bring-your-own-license"
    only = str(attributes["engine"]).removesuffix("-cdb") in ("oracle-se", "oracle-ee")
    return "/byol" if own or only else ""
