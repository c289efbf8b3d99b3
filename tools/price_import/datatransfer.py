"""Data transfer from EC2: to the internet in volume tiers, between zones and between Regions."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.published import by_component
from price_import.tables import Draft, Tables, draft

INTERNET = "aws/datatransfer/internet"
GB_PER_TB = 1024
EGRESS = {"first_10TB": 0, "next_40TB": 10, "next_100TB": 50, "over_150TB": 150}  # where a tier starts, in TB
FACTS = {
    "Cross-AZ": Line("aws/datatransfer/intra-region", "GB"),
    "Inter-region": Line("aws/datatransfer/other-regions", "GB"),
}
LINES = {
    "Intra-region data transfer": Line("aws/datatransfer/intra-region", "GB"),
    "Outbound data transfer to Internet (first 10TB)": Line(INTERNET, "GB"),
    "Outbound data transfer to Internet (next 40TB)": Line(INTERNET, "GB", 10 * GB_PER_TB),
    "Outbound data transfer to Internet (next 100TB)": Line(INTERNET, "GB", 50 * GB_PER_TB),
    "Outbound data transfer to Internet (over 150TB)": Line(INTERNET, "GB", 150 * GB_PER_TB),
    "Outbound data transfer to US East regions": Line("aws/datatransfer/us-east", "GB"),
    "Outbound data transfer to other regions": Line("aws/datatransfer/other-regions", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The network table of 2026, single quotes of 2026, then published estimates."""
    for row in tables.read("aws_ebs_network", "datatransfer"):
        tier = row.attributes.get("dimension")
        if row.sku == "internet-egress" and tier in EGRESS:
            yield draft(row, INTERNET, "GB", start=EGRESS[tier] * GB_PER_TB)
    yield from from_page(tables.read("aws_facts_2026", "datatransfer"), FACTS)
    yield from by_component(tables, "aws_data_transfer", LINES)
