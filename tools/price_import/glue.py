"""AWS Glue: DPU-hours of jobs, crawlers, development endpoints and optimizers; the Data Catalog."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {
    "ETL Job run": Line("aws/glue/job/standard", "DPU-hours"),
    "ETL Job run Flex": Line("aws/glue/job/flex", "DPU-hours"),
    "ETL Ray Job run": Line("aws/glue/job/ray", "M-DPU-hours"),
    "ETL Development endpoint": Line("aws/glue/development-endpoint", "DPU-hours"),
    "Data catalog crawler run": Line("aws/glue/crawler", "DPU-hours"),
    "Data lake optimization job run": Line("aws/glue/optimizer", "DPU-hours"),
    "Data catalog storage": Line("aws/glue/catalog/objects", "objects"),
    "Data catalog requests": Line("aws/glue/catalog/requests", "requests"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-07."""
    yield from from_page(tables.read("aws_other", "glue"), PAGE)
