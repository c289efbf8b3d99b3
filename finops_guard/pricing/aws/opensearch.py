"""Amazon OpenSearch Service, and domains that still run Elasticsearch
(https://aws.amazon.com/opensearch-service/pricing/).

Usage keys: `ultrawarm_storage_gb`, `cold_storage_gb`, `managed_storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

DEFAULT_TYPE = "m4.large"  # of the provider
DEFAULT_MASTERS = 3
GP3_INCLUDED = {"iops": Decimal(3000), "throughput": Decimal(125)}  # throughput in MiB/s
MANAGED_STORAGE_FAMILIES = ("or1", "or2", "om2", "oi2")  # keep their data in S3 besides


def domain(domain: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Domain: data nodes with a disk each, dedicated masters, UltraWarm nodes and the storage behind them."""
    config = domain.block("cluster_config")
    yield from settled("Data nodes", _data_nodes(config, usage))
    yield from settled("EBS storage", _disks(domain.block("ebs_options"), config))
    yield from settled("Dedicated master nodes", _masters(config))
    yield from settled("UltraWarm nodes", _warm(config, usage))


def _type(config: Block, name: str) -> str | None:
    """An instance class without the suffix that OpenSearch (`.search`) or Elasticsearch gives it."""
    stated = config.text(name)
    return stated.removesuffix(".search").removesuffix(".elasticsearch") if stated else None


def _nodes(name: str, instance_type: str, count: Decimal) -> CostComponent:
    return hourly(f"{name} ({instance_type})", key("aws/opensearch/instance", instance_type), count)


def _data_nodes(config: Block, usage: Usage) -> Iterator[CostComponent]:
    instance_type = _type(config, "instance_type") or DEFAULT_TYPE
    yield _nodes("Data nodes", instance_type, config.number("instance_count", 1))
    if instance_type.split(".")[0] in MANAGED_STORAGE_FAMILIES:
        yield per_gb("Managed storage", usage.number("managed_storage_gb"), "aws/opensearch/managed-storage")


def _disks(options: Block, config: Block) -> Iterator[CostComponent]:
    """EBS: `volume_size`, IOPS and throughput are those of each data node."""
    if not options.flag("ebs_enabled"):
        return
    nodes = config.number("instance_count", 1)
    kind = options.text("volume_type", "gp2")
    stated = options.number("volume_size")
    if stated is None:
        yield unpriced(f"EBS storage ({kind})", "volume_size is not stated", "GB")
    else:
        name = f"EBS storage ({kind}, {stated:f} GB a data node)"
        yield per_gb(name, stated * nodes, key("aws/opensearch/ebs", kind))
    if kind in ("io1", "io2"):
        iops = options.number("iops")
        if iops is None:
            yield unpriced("Provisioned IOPS", "iops is not stated", "IOPS")
        else:
            yield monthly("Provisioned IOPS", key("aws/opensearch/iops", kind), iops * nodes, "IOPS")
    elif kind == "gp3" and stated is not None:
        yield from _gp3(options, stated, nodes)


def _gp3(options: Block, size: Decimal, nodes: Decimal) -> Iterator[CostComponent]:
    """What a gp3 volume is given above its baseline."""
    for name, unit in (("iops", "IOPS"), ("throughput", "MiB/s")):
        above = options.number(name, 0) - GP3_INCLUDED[name]
        if above > 0:
            text = f"Provisioned {name.replace('iops', 'IOPS')} (above {GP3_INCLUDED[name]:,} {unit} a node)"
            yield monthly(text, f"aws/opensearch/{name}/gp3", above * nodes, unit)


def _masters(config: Block) -> Iterator[CostComponent]:
    """Dedicated masters: node hours only, they store no data."""
    if not config.flag("dedicated_master_enabled"):
        return
    instance_type = _type(config, "dedicated_master_type")
    if instance_type is None:
        yield unpriced("Dedicated master nodes", "dedicated_master_type is not stated", "hours")
    else:
        yield _nodes("Dedicated master nodes", instance_type, config.number("dedicated_master_count", DEFAULT_MASTERS))


def _warm(config: Block, usage: Usage) -> Iterator[CostComponent]:
    """UltraWarm: nodes by the hour, data by the GB it uses; cold storage by the GB only."""
    if config.flag("warm_enabled"):
        instance_type, count = _type(config, "warm_type"), config.number("warm_count")
        if instance_type is None or count is None:
            yield unpriced("UltraWarm nodes", "warm_type or warm_count is not stated", "hours")
        else:
            yield _nodes("UltraWarm nodes", instance_type, count)
        yield per_gb("UltraWarm storage", usage.number("ultrawarm_storage_gb"), "aws/opensearch/ultrawarm-storage")
    if config.block("cold_storage_options").flag("enabled"):
        yield per_gb("Cold storage", usage.number("cold_storage_gb"), "aws/opensearch/cold-storage")
