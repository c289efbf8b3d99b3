"""Managed Grafana, Managed Service for Prometheus, CloudWatch Synthetics and metric streams."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, quoted

FACTS = {"Canary run": Line("aws/synthetics/canary-run", "runs")}
PAGE = {"Metric Streams MetricUpdate": Line("aws/cloudwatch/metric-stream/updates", "updates")}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price page of 2025."""
    yield from from_page(tables.read("aws_facts_2026", "cloudwatch"), FACTS)
    yield from from_page(tables.read("aws_other", "cloudwatch"), PAGE)
    for service in ("grafana", "prometheus", "synthetics"):
        yield from quoted(f"aws/{service}/")
