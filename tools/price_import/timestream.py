"""Amazon Timestream: LiveAnalytics tables, and InfluxDB instances with their storage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, draft

PAGE = {
    "Timestream Ingestion per GB": Line("aws/timestream/ingestion", "GB"),
    "Timestream Memory Store per GB-Hours": Line("aws/timestream/memory-store", "GB-hours"),
    "Timestream Magnetic Store per GB-Mo": Line("aws/timestream/magnetic-store", "GB"),
    "Timestream Query per GB": Line("aws/timestream/query-scanned", "GB"),
    "Query TCU-hours per TCU-hour": Line("aws/timestream/query", "TCU-hours"),
}
INSTANCE = re.compile(r"^Database Instance InfluxDB No license required db (influx\.\w+) (Single|Multi)-AZ$")
STORAGE = re.compile(r"^Influx Optimized Storage Influx IOPS Included with (\d+)[kK] IOPS (Single|Multi)-AZ$")


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10."""
    yield from from_page(tables.read("aws_other", "timestream"), PAGE)
    for row in tables.read("aws_other", "timestream"):
        if match := INSTANCE.match(row.sku):
            yield draft(row, f"aws/timestream/influxdb/instance/db.{match[1]}/{match[2].lower()}-az", "hours")
        elif match := STORAGE.match(row.sku):
            yield draft(row, f"aws/timestream/influxdb/storage/{match[1]}k-iops/{match[2].lower()}-az", "GB")
