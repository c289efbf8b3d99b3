"""Amazon MQ: broker hours and storage, as far as published estimates show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.published import tight_rows
from price_import.tables import Draft, Tables, estimated, quoted

BROKERS = {"single-instance": 1, "active-standby-multi-az": 2, "cluster-multi-az": 3}
OFFERED = {
    "activemq": ("single-instance", "active-standby-multi-az"),
    "rabbitmq": ("single-instance", "cluster-multi-az"),
}
RULE = "{} brokers at the hourly rate of one, as Amazon MQ charges each broker of a deployment"
STORAGE = ("efs", "ebs")


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates first; then the other deployments of the same broker by their number of brokers."""
    yield from quoted("aws/mq/")
    known = list(_published(tables))
    yield from known
    for item in known:
        if "/instance/" in item.product:
            yield from _other_deployments(item)


def _published(tables: Tables) -> Iterator[Draft]:
    for row, attributes, _ in tight_rows(tables, "aws_mq_broker"):
        engine = str(attributes["engine_type"]).lower()
        if row["component_text"].startswith("Instance usage"):
            deployment = str(attributes["deployment_mode"]).lower().replace("_", "-")
            product = f"aws/mq/instance/{engine}/{attributes['host_instance_type']}/{deployment}"
            yield estimated(row, product, "hours")
        for storage in STORAGE:
            if row["component_text"] == f"Storage ({attributes['engine_type']}, {storage.upper()})":
                yield estimated(row, f"aws/mq/storage/{engine}/{storage}", "GB")


def _other_deployments(item: Draft) -> Iterator[Draft]:
    start, _, deployment = item.product.rpartition("/")
    engine = start.split("/")[3]
    for other in OFFERED[engine]:
        if other != deployment:
            usd = item.usd * BROKERS[other] / BROKERS[deployment]
            source = f"{RULE.format(BROKERS[other])}: {item.source}"
            yield replace(item, product=f"{start}/{other}", usd=usd, kind="derived", source=source)
