"""Data transfer of EC2, which only the usage file can state (https://aws.amazon.com/ec2/pricing/on-demand/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, stated
from finops_guard.pricing.component import per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

BOTH_WAYS = 2  # between zones each GB is charged where it leaves and where it arrives
INTRA_REGION = "monthly_intra_region_gb"
US_EAST = "monthly_outbound_us_east_to_us_east_gb"
OUTBOUND = (
    Meter(
        "monthly_outbound_internet_gb", "Data transfer to the internet", "aws/datatransfer/internet", "GB", tiered=True
    ),
    Meter(US_EAST, "Data transfer to US East regions", "aws/datatransfer/us-east", "GB"),
    Meter(
        "monthly_outbound_other_regions_gb", "Data transfer to other regions", "aws/datatransfer/other-regions", "GB"
    ),
)


def transfer(entry: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """What the usage file says leaves a Region or moves between its zones, in GB a month."""
    usage.text("region")  # read with the entry itself
    if INTRA_REGION in usage:
        gigabytes = usage.number(INTRA_REGION) * BOTH_WAYS
        yield per_gb("Intra-region data transfer", gigabytes, "aws/datatransfer/intra-region")
    yield from stated(usage, OUTBOUND)
