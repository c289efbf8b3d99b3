"""Amazon MemoryDB clusters (https://aws.amazon.com/memorydb/pricing/).

Usage keys: `monthly_data_written_gb`, `snapshot_storage_size_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, key, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: the nodes of every shard (a primary and its replicas), data written, snapshots beyond one day."""
    yield from settled("Nodes", _nodes(cluster))
    yield per_gb("Data written", usage.number("monthly_data_written_gb"), "aws/memorydb/data-written")
    yield from settled("Snapshot storage", _snapshots(cluster, usage))


def _nodes(cluster: Resource) -> Iterator[CostComponent]:
    node_type = cluster.text("node_type")
    if node_type is None:
        yield unpriced("Nodes", "node_type is not stated", "hours")
        return
    engine = cluster.text("engine", "redis")
    count = cluster.number("num_shards", 1) * (cluster.number("num_replicas_per_shard", 1) + 1)
    yield hourly(f"Nodes ({engine}, {node_type})", key("aws/memorydb/node", node_type, engine), count)


def _snapshots(cluster: Resource, usage: Usage) -> Iterator[CostComponent]:
    if cluster.number("snapshot_retention_limit", 0) > 1 or "snapshot_storage_size_gb" in usage:
        yield per_gb("Snapshot storage", usage.number("snapshot_storage_size_gb"), "aws/memorydb/snapshot-storage")
