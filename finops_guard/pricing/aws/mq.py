"""Amazon MQ brokers (https://aws.amazon.com/amazon-mq/pricing/). Usage key: `storage_size_gb`."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, key, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

CLUSTER, CLUSTER_NODES = "cluster-multi-az", 3


def broker(broker: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Broker: the hours of its deployment (one instance, a standby pair, a cluster of three) and its storage.

    ActiveMQ stores on EFS unless EBS is chosen, once for a pair; RabbitMQ stores on EBS, at each node of a cluster.
    """
    engine = broker.text("engine_type")
    if engine is None:
        yield unpriced("Broker", "engine_type is not stated", "hours")
        return
    yield from settled("Broker", _hours(broker, engine))
    yield from settled("Storage", _storage(broker, engine, usage))


def _deployment(broker: Resource) -> str:
    return broker.text("deployment_mode", "SINGLE_INSTANCE").lower().replace("_", "-")


def _hours(broker: Resource, engine: str) -> Iterator[CostComponent]:
    instance_type = broker.text("host_instance_type")
    if instance_type is None:
        yield unpriced("Broker", "host_instance_type is not stated", "hours")
        return
    deployment = _deployment(broker)
    product = key("aws/mq/instance", engine, instance_type, deployment)
    yield hourly(f"Broker ({engine}, {instance_type}, {deployment.replace('-', ' ')})", product)


def _storage(broker: Resource, engine: str, usage: Usage) -> Iterator[CostComponent]:
    default = "efs" if engine.lower() == "activemq" else "ebs"
    kind = broker.text("storage_type", default).lower()
    copies = CLUSTER_NODES if _deployment(broker) == CLUSTER else 1
    stored = usage.number("storage_size_gb") * copies
    yield per_gb(f"Storage ({engine}, {kind.upper()})", stored, key("aws/mq/storage", engine, kind))
