"""Amazon DynamoDB Accelerator (https://aws.amazon.com/dynamodb/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, key, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: the hours of all its nodes."""
    node_type, nodes = cluster.text("node_type"), cluster.number("replication_factor")
    if node_type is None or nodes is None:
        yield unpriced("Nodes", "node_type or replication_factor is not stated", "hours")
    else:
        yield hourly(f"Nodes ({node_type})", key("aws/dax/node", node_type), nodes)
