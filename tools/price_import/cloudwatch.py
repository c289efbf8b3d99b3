"""Amazon CloudWatch: logs by class, alarms, custom metrics in volume tiers, dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

METRIC = "aws/cloudwatch/custom-metric"
LOGS = "aws/cloudwatch/logs"
FACTS = {
    "Alarm": Line("aws/cloudwatch/alarm/standard", "alarm metrics"),
    "Composite alarm": Line("aws/cloudwatch/alarm/composite", "alarms"),
    "Logs ingestion standard": Line(f"{LOGS}/standard/ingestion", "GB"),
    "Logs ingestion infrequent access": Line(f"{LOGS}/infrequent-access/ingestion", "GB"),
    "Logs storage": Line(f"{LOGS}/storage", "GB"),
    "Logs Insights scanned": Line(f"{LOGS}/insights/scanned", "GB"),
}
PAGE = {
    "Alarm Standard": Line("aws/cloudwatch/alarm/standard", "alarm metrics"),
    "Alarm High Resolution": Line("aws/cloudwatch/alarm/high-resolution", "alarm metrics"),
    "Alarm Composite": Line("aws/cloudwatch/alarm/composite", "alarms"),
    "Metrics Insights Alarms Standard": Line("aws/cloudwatch/alarm/metrics-insights", "metrics"),
    "Metric for the first 10000": Line(METRIC, "metrics"),
    "Metric for the next 240000": Line(METRIC, "metrics", 10_000),
    "Metric for the next 750000": Line(METRIC, "metrics", 250_000),
    "Metric for over 1000000": Line(METRIC, "metrics", 1_000_000),
    "Logs Collected Data Ingestion": Line(f"{LOGS}/standard/ingestion", "GB"),
    "IA Custom ingested Logs from 0 upto Inf": Line(f"{LOGS}/infrequent-access/ingestion", "GB"),
    "Stored Data": Line(f"{LOGS}/storage", "GB"),
    "Queried Logs Insights": Line(f"{LOGS}/insights/scanned", "GB"),
}
DASHBOARD = "Dashboard Basic Dashboard"  # one price for all regions


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price page of 2025."""
    yield from from_page(tables.read("aws_facts_2026", "cloudwatch"), FACTS)
    yield from from_page(tables.read("aws_other", "cloudwatch"), PAGE)
    everywhere = (replace(row, region="any") for row in tables.read("aws_other", "cloudwatch") if row.sku == DASHBOARD)
    yield from from_page(everywhere, {DASHBOARD: Line("aws/cloudwatch/dashboard", "dashboards")})
