"""Amazon MSK Serverless (https://aws.amazon.com/msk/pricing/).

Usage keys: `partitions` (leader partitions on average), `monthly_data_in_gb`, `monthly_data_out_gb`, `storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

PRODUCT = "aws/msk/serverless"


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Serverless cluster: an hourly fee, partitions by the hour, data in and out, data stored."""
    yield hourly("Cluster", f"{PRODUCT}/cluster")
    yield hourly("Partitions", f"{PRODUCT}/partition", usage.number("partitions"), unit="partition-hours")
    yield per_gb("Data in", usage.number("monthly_data_in_gb"), f"{PRODUCT}/data-in")
    yield per_gb("Data out", usage.number("monthly_data_out_gb"), f"{PRODUCT}/data-out")
    yield per_gb("Storage", usage.number("storage_gb"), f"{PRODUCT}/storage")
