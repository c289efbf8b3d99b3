"""Amazon ElastiCache: nodes of Redis OSS, Valkey and Memcached (https://aws.amazon.com/elasticache/pricing/).

Usage keys: `snapshot_storage_size_gb`, and those of a reservation (see `reserved`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws import reserved
from finops_guard.pricing.aws.scaling import scaled
from finops_guard.pricing.component import Amount, amount, hourly, key, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SURCHARGE = {1: Decimal("0.8"), 2: Decimal("0.8"), 3: Decimal("1.6")}  # of the node price, by year of extended support
SURCHARGE_REPORTED = "extended support at {:.0%} of the node's on-demand price, as reported by third parties"
SHARDS = "elasticache:replication-group:NodeGroups"
REPLICAS = "elasticache:replication-group:Replicas"


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cache cluster: its nodes; nothing when it is a member of a replication group, which is charged for them."""
    if cluster.get("replication_group_id") is not None:
        return
    engine = cluster.text("engine")
    if engine is None:
        yield unpriced("Cache nodes", "engine is not stated", "hours")
        return
    yield from _nodes(cluster, engine, cluster.number("num_cache_nodes", 1), usage, facts)


def replication_group(group: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Replication group: shards times their nodes (a primary and its replicas), or a plain number of nodes."""
    if group.text("node_type") is None and group.get("global_replication_group_id") is not None:
        yield unpriced("Cache nodes", "the node type is that of the global replication group", "hours")
        return
    yield from _nodes(group, group.text("engine", "redis"), group_size(group, usage), usage, facts)


def group_size(group: Resource, usage: Usage) -> Quantity:
    """How many nodes a replication group has, with the range of its autoscaling targets.

    `cluster_mode` and `number_cache_clusters` are the spellings of older provider versions.
    """
    legacy = group.block("cluster_mode")
    shards = group.number("num_node_groups") or legacy.number("num_node_groups")
    replicas = group.number("replicas_per_node_group")
    if replicas is None:
        replicas = legacy.number("replicas_per_node_group")
    if shards is None and replicas is None:
        nodes = group.number("num_cache_clusters") or group.number("number_cache_clusters") or Decimal(1)
        return amount(nodes)
    per_shard = scaled(group, usage, REPLICAS, replicas or Decimal(0)).map(lambda number: number + 1)
    return scaled(group, usage, SHARDS, shards or Decimal(1)) * per_shard


def _nodes(cache: Resource, engine: str, count: Amount, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    node_type = cache.text("node_type")
    if node_type is None:
        yield unpriced("Cache nodes", "node_type is not stated", "hours")
        return
    product = key("aws/elasticache/instance", node_type, engine)
    yield from reserved.hours("Cache nodes", product, usage, f"{engine}, {node_type}", count)
    yield from settled("Extended support", _extended_support(cache, engine, product, count, facts))
    if engine != "memcached":
        yield from settled("Backup storage", _backup(cache, usage))


def _extended_support(
    cache: Resource, engine: str, product: str, count: Amount, facts: Facts
) -> Iterator[CostComponent]:
    """Redis OSS past its standard support: a surcharge on every node, reserved or not. Valkey has none."""
    version = cache.text("engine_version")
    if engine != "redis" or not version:
        return
    for year, starts in facts.support_fees("elasticache-redis", version):
        share = SURCHARGE[year]
        nodes = amount(count) * amount(1, assume=SURCHARGE_REPORTED.format(share))
        name = f"Extended support (year {year}, Redis OSS {version})"
        yield hourly(name, product, nodes, factor=share, starts=starts)


def _backup(cache: Resource, usage: Usage) -> Iterator[CostComponent]:
    """One snapshot is free; each further day of retention stores another."""
    days = cache.number("snapshot_retention_limit", 0)
    if days > 1:
        yield per_gb("Backup storage", usage.number("snapshot_storage_size_gb") * (days - 1), "aws/elasticache/backup")
