"""Amazon S3 beside buckets of objects: replication, acceleration, request metrics, tables, vectors, Object Lambda
(https://aws.amazon.com/s3/pricing/). Everything here is charged by use.

Usage keys stand at each function.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered
from finops_guard.pricing.component import monthly, per_gb, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import UnknownValue

OBJECT_LAMBDA = (Meter("monthly_data_returned_gb", "Data returned", "aws/s3/object-lambda/returned", "GB"),)
ACCELERATION = (Meter("monthly_accelerated_gb", "Accelerated transfer", "aws/s3/transfer-acceleration", "GB"),)
METADATA = (
    Meter("monthly_updates", "Metadata updates", "aws/s3/metadata/updates", "updates"),
    Meter("storage_gb", "Metadata storage", "aws/s3/tables/storage", "GB"),
)
TABLES = (
    Meter("storage_gb", "Storage", "aws/s3/tables/storage", "GB"),
    Meter("monthly_tier_1_requests", "PUT, POST, LIST requests", "aws/s3/tables/requests/tier-1", "requests"),
    Meter("monthly_tier_2_requests", "GET and all other requests", "aws/s3/tables/requests/tier-2", "requests"),
    Meter("monitored_objects", "Objects monitored", "aws/s3/tables/monitoring", "objects"),
    Meter("monthly_compacted_gb", "Compaction, data processed", "aws/s3/tables/compaction", "GB"),
)
VECTORS = (
    Meter("storage_gb", "Storage", "aws/s3/vectors/storage", "GB"),
    Meter("monthly_data_upload_gb", "Vectors written", "aws/s3/vectors/put", "GB"),
    Meter("monthly_queries", "Queries", "aws/s3/vectors/queries", "requests"),
    Meter("monthly_data_queried_tb", "Data processed by queries", "aws/s3/vectors/queried", "TB"),
)


def replication(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Replication: transfer to another Region and requests; Replication Time Control per GB. Usage: `monthly_replicated_gb`,
    `monthly_replicated_objects`. What the copies occupy is charged at the destination bucket."""
    replicated = usage.number("monthly_replicated_gb")
    objects = usage.number("monthly_replicated_objects")
    yield per_gb("Data transfer to the destination's Region", replicated, "aws/datatransfer/other-regions")
    yield monthly("Requests at the destination", "aws/s3/standard/requests/tier-1", objects, "requests")
    if _time_control(configuration):
        yield per_gb("Replication Time Control", replicated, "aws/s3/replication/time-control")


def _time_control(configuration: Resource) -> bool:
    """Whether a rule has it; a rule that is not known yet counts as one that does not."""
    try:
        destinations = [rule.block("destination") for rule in configuration.blocks("rule")]
        return any(one.block("replication_time").text("status") == "Enabled" for one in destinations)
    except UnknownValue:
        return False


def acceleration(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Transfer Acceleration: per GB that it carries; nothing once suspended. Usage: `monthly_accelerated_gb`."""
    if configuration.text("status", "Enabled") != "Suspended":
        yield from metered(usage, ACCELERATION)


def request_metrics(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Request metrics: custom metrics of CloudWatch, as many as have data. Usage: `metrics` (up to 16)."""
    yield tiered("Request metrics", usage.number("metrics"), "aws/cloudwatch/custom-metric", "metrics")


def metadata(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Metadata tables: updates and the tables themselves. Usage: `monthly_updates`, `storage_gb`."""
    yield from metered(usage, METADATA)


def table_bucket(bucket: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Table bucket, with all of its tables. Usage: `storage_gb`, `monthly_tier_1_requests`, `monthly_tier_2_requests`,
    `monitored_objects`, `monthly_compacted_gb`."""
    yield from metered(usage, TABLES)


def vectors(index: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Vector index. Usage: `storage_gb`, `monthly_data_upload_gb`, `monthly_queries`, `monthly_data_queried_tb`."""
    yield from metered(usage, VECTORS)


def object_lambda(access_point: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Object Lambda: per GB that the function returns, beside Lambda and requests. Usage: `monthly_data_returned_gb`."""
    yield from metered(usage, OBJECT_LAMBDA)
