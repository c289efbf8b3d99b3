"""Amazon MSK clusters with provisioned brokers (https://aws.amazon.com/msk/pricing/).

Usage keys: `tiered_storage_gb`, `tiered_storage_retrieved_gb`; of express brokers `storage_gb`,
`monthly_data_written_gb`; of a scaling target `capacity` (GB a broker).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.scaling import scaled
from finops_guard.pricing.component import hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

VOLUME = "kafka:broker-storage:VolumeSize"


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: broker hours and the storage of every broker; express brokers pay for data held and written instead."""
    brokers = cluster.number("number_of_broker_nodes")
    group = cluster.block("broker_node_group_info")
    instance_type = group.text("instance_type")
    if brokers is None or instance_type is None:
        yield unpriced("Brokers", "number_of_broker_nodes or instance_type is not stated", "hours")
        return
    broker = instance_type.removeprefix("kafka.")
    yield hourly(f"Brokers ({instance_type})", key("aws/msk/broker", broker), brokers)
    if broker.startswith("express."):
        yield per_gb("Storage", usage.number("storage_gb"), "aws/msk/express/storage")
        yield per_gb("Data written", usage.number("monthly_data_written_gb"), "aws/msk/express/data-written")
        return
    yield from settled("Storage", _storage(cluster, group, brokers, usage))
    if cluster.text("storage_mode") == "TIERED":
        yield per_gb("Tiered storage", usage.number("tiered_storage_gb"), "aws/msk/tiered-storage")
        if "tiered_storage_retrieved_gb" in usage:
            retrieved = usage.number("tiered_storage_retrieved_gb")
            yield per_gb("Tiered storage retrieval", retrieved, "aws/msk/tiered-storage/retrieval")


def _storage(cluster: Resource, group: Block, brokers: Decimal, usage: Usage) -> Iterator[CostComponent]:
    """`volume_size` GB at every broker; autoscaling can only add to it. `ebs_volume_size` is the older spelling."""
    disk = group.block("storage_info").block("ebs_storage_info")
    size = disk.number("volume_size") or group.number("ebs_volume_size")
    if size is None:
        yield unpriced("Storage", "volume_size is not stated", "GB")
        return
    volume = scaled(cluster, usage, VOLUME, size).map(lambda number: max(number, size))
    yield per_gb("Storage", volume * brokers, "aws/msk/storage")
    throughput = disk.block("provisioned_throughput")
    if throughput.flag("enabled"):
        rate = throughput.number("volume_throughput")
        if rate is None:
            yield unpriced("Provisioned storage throughput", "volume_throughput is not stated", "MiB/s")
        else:
            yield monthly("Provisioned storage throughput", "aws/msk/storage-throughput", rate * brokers, "MiB/s")
