"""Amazon Lightsail: bundles of instances, databases and containers, load balancers, block storage, snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator

from price_import.tables import Draft, Row, Tables, draft

INSTANCE = re.compile(r"^Lightsail Instance Bundle ([\d ]+)GB (IPv6 )?(Linux|Windows) ")
DATABASE = re.compile(r"^Lightsail Database (High|Standard) Availability \d+GB Storage \d+ vCPU (\d+)GB Memory ")
CONTAINER = re.compile(r"^Lightsail Containers Linux (Nano|Micro|Small|Medium|Large|XLarge) ")
OTHER = {
    "Lightsail Load Balancer per Hrs": ("aws/lightsail/load-balancer", "hours"),
    "Lightsail Block Storage per GB-Mo": ("aws/lightsail/block-storage", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10, by memory size."""
    for row in tables.read("aws_other", "lightsail"):
        found = _product(row)
        if found:
            yield draft(row, *found)


def _product(row: Row) -> tuple[str, str] | None:
    if match := INSTANCE.match(row.sku):
        memory = match[1].strip().replace(" ", ".")
        address = "ipv6" if match[2] else "dualstack"
        return f"aws/lightsail/instance/{memory}gb/{match[3].lower()}/{address}", "hours"
    if match := DATABASE.match(row.sku):
        availability = "high-availability" if match[1] == "High" else "standard"
        return f"aws/lightsail/database/{match[2]}gb/{availability}", "hours"
    if match := CONTAINER.match(row.sku):
        return f"aws/lightsail/container/{match[1].lower()}", "hours"
    return OTHER.get(row.sku)
