"""Amazon Data Firehose delivery streams (https://aws.amazon.com/firehose/pricing/).

Usage keys: `monthly_data_ingested_gb`, `monthly_partitioned_gb` (dynamic partitioning), `monthly_decompressed_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.vpc import SUBNET_TYPES
from finops_guard.pricing.component import amount, hourly, per_gb, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, Unknown, UnknownValue

IN_VPC = ("elasticsearch_configuration", "opensearch_configuration", "opensearchserverless_configuration")
OWN_RATES = ("snowflake", "iceberg")  # destinations with a price of their own


def delivery_stream(stream: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Delivery stream: ingested GB by tier, format conversion, dynamic partitioning, delivery into a VPC."""
    ingested = usage.number("monthly_data_ingested_gb")
    yield from settled("Data ingested", _ingested(stream, ingested))
    lake = stream.block("extended_s3_configuration")
    yield from settled("Format conversion", _conversion(lake, ingested))
    yield from settled("Dynamic partitioning", _partitioning(lake, usage))
    yield from settled("Decompression", _decompression(lake, usage))
    for name in IN_VPC:
        yield from settled("VPC delivery", _vpc(stream, name, ingested))


def _ingested(stream: Resource, quantity: Quantity) -> Iterator[CostComponent]:
    product, destination = "aws/firehose/ingested", stream.text("destination", "")
    if stream.blocks("msk_source_configuration"):
        product += "/msk"
    elif destination in OWN_RATES:
        product += f"/{destination}"
    yield tiered("Data ingested", quantity, product, "GB")


def _conversion(lake: Block, ingested: Quantity) -> Iterator[CostComponent]:
    """Conversion to Parquet or ORC is on where its block stands, unless `enabled` says no."""
    for conversion in lake.blocks("data_format_conversion_configuration"):
        if conversion.flag("enabled", True):
            yield per_gb("Format conversion", ingested, "aws/firehose/format-conversion")


def _partitioning(lake: Block, usage: Usage) -> Iterator[CostComponent]:
    """Dynamic partitioning is charged per GB; the objects and JQ hours that it adds are not counted here."""
    if lake.block("dynamic_partitioning_configuration").flag("enabled"):
        partitioned = usage.number("monthly_partitioned_gb")
        yield per_gb("Dynamic partitioning", partitioned, "aws/firehose/dynamic-partitioning")


def _decompression(lake: Block, usage: Usage) -> Iterator[CostComponent]:
    processing = lake.block("processing_configuration")
    if not processing.flag("enabled"):
        return
    if any(processor.text("type") == "Decompression" for processor in processing.blocks("processors")):
        yield per_gb("Decompression", usage.number("monthly_decompressed_gb"), "aws/firehose/decompression")


def _vpc(stream: Resource, name: str, ingested: Quantity) -> Iterator[CostComponent]:
    """Delivery into a VPC: per GB, and per hour in the zone of every subnet."""
    for vpc in stream.block(name).blocks("vpc_config"):
        yield per_gb("VPC delivery, data", ingested, "aws/firehose/vpc/data")
        zones = _subnets(stream, name, vpc)
        if zones is None:
            yield unpriced("VPC delivery, zones", "subnet_ids are not stated", "hours")
        else:
            yield hourly("VPC delivery, zones", "aws/firehose/vpc/hours", zones)


def _subnets(stream: Resource, name: str, vpc: Block) -> Quantity | None:
    value = vpc.get("subnet_ids")
    if isinstance(value, Unknown) and not value.computed:
        subnets = [found for found in stream.related(f"{name}.vpc_config.subnet_ids") if found.type in SUBNET_TYPES]
        if not subnets:
            raise UnknownValue("subnet_ids", value)
        return amount(len(subnets), assume=f"{len(subnets)} subnets: those that subnet_ids refers to")
    count = vpc.count_of("subnet_ids")
    return amount(count) if count else None
