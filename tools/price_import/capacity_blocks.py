"""EC2 Capacity Blocks for ML: the hour of an instance, paid for the whole block at the purchase."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from price_import.tables import Draft, Tables, draft

ZONE = re.compile(r"(.+-\d+-[a-z]{3}-\d+)[a-z]")  # us-east-1-atl-2a lies in the Local Zone us-east-1-atl-2


def rows(tables: Tables) -> Iterator[Draft]:
    """Prices of July 2026; AWS changes them from time to time, and a block costs what it did on the day of its purchase."""
    for row in tables.read("aws_capacity_blocks"):
        zone = ZONE.fullmatch(row.region)
        place = replace(row, region=zone[1] if zone else row.region)
        yield draft(place, f"aws/ec2/capacity-block/{row.sku}", "hours")
