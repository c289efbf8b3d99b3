"""AWS CloudTrail: events of trails, and the data stores of CloudTrail Lake."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

LAKE = "aws/cloudtrail/lake"
FIXED = f"{LAKE}/ingestion/fixed-retention"
PAGE = {
    "Management Paid Events Recorded": Line("aws/cloudtrail/management-events", "events"),
    "Data Events Recorded": Line("aws/cloudtrail/data-events", "events"),
    "Insights Events": Line("aws/cloudtrail/insight-events", "events"),
    "Ingestion Bytes First 5TB": Line(FIXED, "GB"),
    "Ingestion Bytes Next 20TB": Line(FIXED, "GB", 5 * 1024),
    "Ingestion Bytes Over 25TB": Line(FIXED, "GB", 25 * 1024),
    "Ingestion Bytes-1yearstore": Line(f"{LAKE}/ingestion/extendable-retention", "GB"),
    "Management PaidStorage ByteHrs": Line(f"{LAKE}/extended-storage", "GB"),
    "QueryScanned Bytes": Line(f"{LAKE}/scanned", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "cloudtrail"), PAGE)
