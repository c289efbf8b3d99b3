"""Amazon Kinesis Data Streams: provisioned shards and on-demand streams, retention, enhanced fan-out."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PROVISIONED = "aws/kinesis/provisioned"
ON_DEMAND = "aws/kinesis/on-demand"
PAGE = {
    "Provisioned shard hour per ShardHour": Line(f"{PROVISIONED}/shard", "shard-hours"),
    "Payload Units per PutRequest": Line(f"{PROVISIONED}/put-units", "units"),
    "Addon shard hour per ShardHour": Line(f"{PROVISIONED}/extended-retention", "shard-hours"),
    "Long term Data Retention GB-month per GB-month": Line(f"{PROVISIONED}/long-term-retention", "GB"),
    "Long term Data Retrieval GB per GB": Line(f"{PROVISIONED}/long-term-retrieval", "GB"),
    "Enhanced fan out per ConsumerShardHour": Line(f"{PROVISIONED}/fan-out", "consumer-shard-hours"),
    "Enhanced fan out GB of data retrieved per GB": Line(f"{PROVISIONED}/fan-out-data", "GB"),
    "OnDemandStreamHr per StreamHr": Line(f"{ON_DEMAND}/stream", "hours"),
    "OnDemandDataIngested per GB": Line(f"{ON_DEMAND}/data-in", "GB"),
    "OnDemandDataRetrieval per GB": Line(f"{ON_DEMAND}/data-out", "GB"),
    "OnDemandEFODataRetrieval per GB": Line(f"{ON_DEMAND}/fan-out-data", "GB"),
    "OnDemandExtendedRetentionByteHrs per GB month": Line(f"{ON_DEMAND}/extended-retention", "GB"),
    "OnDemandLongTermRetentionByteHrs per GB month": Line(f"{ON_DEMAND}/long-term-retention", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "kinesis"), PAGE)
