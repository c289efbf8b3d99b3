"""Amazon Kinesis Data Streams, provisioned and on demand (https://aws.amazon.com/kinesis/data-streams/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, hourly, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

PROVISIONED = "aws/kinesis/provisioned"
ON_DEMAND = "aws/kinesis/on-demand"
INCLUDED_HOURS = 24  # of retention
EXTENDED_HOURS = 7 * 24  # beyond it retention is long-term
HOURS_PER_MONTH = 730
EXTENDED_RETENTION = "Extended retention (24 hours to 7 days)"


def stream(stream: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Stream: provisioned (shard-hours) unless its mode says on demand (stream-hours and GB)."""
    mode = stream.block("stream_mode_details").text("stream_mode") or "PROVISIONED"
    if mode.upper() == "ON_DEMAND":
        yield from _on_demand(stream, usage)
    else:
        yield from _provisioned(stream, usage)


def stream_consumer(consumer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Registered consumer: billed with its stream, whose shards it reads; without the stream nobody knows how many."""
    if not any(found.type == "aws_kinesis_stream" for found in consumer.related("stream_arn")):
        yield unpriced("Enhanced fan-out", "charged by the shards of its stream, which is not in this plan", "hours")


def _on_demand(stream: Resource, usage: Usage) -> Iterator[CostComponent]:
    yield hourly("On-demand stream", f"{ON_DEMAND}/stream", unit="stream-hours")
    yield per_gb("Data ingested", usage.number("monthly_on_demand_data_in_gb"), f"{ON_DEMAND}/data-in")
    yield per_gb("Data retrieved", usage.number("monthly_on_demand_data_out_gb"), f"{ON_DEMAND}/data-out")
    fan_out = "monthly_on_demand_efo_data_out_gb"
    if fan_out in usage or _consumers(stream):
        yield per_gb("Enhanced fan-out data retrieved", usage.number(fan_out), f"{ON_DEMAND}/fan-out-data")
    yield from settled("Retention", _on_demand_retention(stream, usage))


def _on_demand_retention(stream: Resource, usage: Usage) -> Iterator[CostComponent]:
    hours = stream.number("retention_period", INCLUDED_HOURS)
    extended, long_term = "monthly_on_demand_extended_retention_gb", "monthly_on_demand_long_term_retention_gb"
    if hours > INCLUDED_HOURS or extended in usage:
        yield per_gb(EXTENDED_RETENTION, usage.number(extended), f"{ON_DEMAND}/extended-retention")
    if hours > EXTENDED_HOURS or long_term in usage:
        yield per_gb("Long-term retention (over 7 days)", usage.number(long_term), f"{ON_DEMAND}/long-term-retention")


def _provisioned(stream: Resource, usage: Usage) -> Iterator[CostComponent]:
    shards = stream.number("shard_count")
    if shards is None:
        yield unpriced("Shards", "shard_count is not stated", "shard-hours")
    else:
        yield hourly("Shards", f"{PROVISIONED}/shard", shards, unit="shard-hours")
    yield monthly(
        "PUT payload units", f"{PROVISIONED}/put-units", usage.number("monthly_provisioned_put_units"), "units"
    )
    yield from settled("Retention", _provisioned_retention(stream, usage, shards))
    yield from _fan_out(stream, usage, shards)


def _provisioned_retention(stream: Resource, usage: Usage, shards: Decimal | None) -> Iterator[CostComponent]:
    """Beyond a day each shard-hour costs more; beyond a week the stored and the re-read GB cost as well."""
    hours = stream.number("retention_period", INCLUDED_HOURS)
    usage.number("monthly_provisioned_extended_retention_gb")  # a known key, but the vendor counts shards here, not GB
    if hours > INCLUDED_HOURS and shards is not None:
        yield hourly(EXTENDED_RETENTION, f"{PROVISIONED}/extended-retention", shards, unit="shard-hours")
    elif hours > INCLUDED_HOURS:
        yield unpriced(EXTENDED_RETENTION, "shard_count is not stated", "shard-hours")
    stored, read = "monthly_provisioned_long_term_retention_gb", "monthly_provisioned_long_term_retrieval_gb"
    if hours > EXTENDED_HOURS or stored in usage:
        yield per_gb("Long-term retention (over 7 days)", usage.number(stored), f"{PROVISIONED}/long-term-retention")
    if hours > EXTENDED_HOURS or read in usage:
        yield per_gb("Long-term retention retrieval", usage.number(read), f"{PROVISIONED}/long-term-retrieval")


def _fan_out(stream: Resource, usage: Usage, shards: Decimal | None) -> Iterator[CostComponent]:
    """Enhanced fan-out: every registered consumer pays for every shard, and for the GB that it reads."""
    consumers = _consumers(stream)
    data = "monthly_provisioned_efo_data_out_gb"
    hours = _consumer_hours(usage, consumers, shards)
    if hours is not None:
        yield monthly("Enhanced fan-out consumers", f"{PROVISIONED}/fan-out", hours, "consumer-shard-hours")
    if consumers or data in usage:
        yield per_gb("Enhanced fan-out data retrieved", usage.number(data), f"{PROVISIONED}/fan-out-data")


def _consumer_hours(usage: Usage, consumers: int, shards: Decimal | None) -> Quantity | None:
    if "monthly_provisioned_efo_consumer_hours" in usage:
        return usage.number("monthly_provisioned_efo_consumer_hours")
    if not consumers:
        return None
    if shards is None:
        return Quantity(None, reason="shard_count is not stated")
    return amount(consumers * shards * HOURS_PER_MONTH)


def _consumers(stream: Resource) -> int:
    return len(stream.referrers("aws_kinesis_stream_consumer", "stream_arn"))
