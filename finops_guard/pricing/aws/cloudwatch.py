"""Amazon CloudWatch: log groups, alarms, dashboards (https://aws.amazon.com/cloudwatch/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, per_gb, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, Values

ANOMALY_OPERATORS = {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}
METRICS_OF_ANOMALY = 3  # the metric itself, and the upper and lower bound of what is expected
STANDARD_PERIOD = 60  # seconds; anything shorter is high resolution
LOG_CLASSES = {"STANDARD": "standard", "INFREQUENT_ACCESS": "infrequent-access"}


def log_group(group: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Log group: ingested GB at the price of its class, stored GB, GB scanned by Logs Insights."""
    log_class = (group.text("log_group_class") or "STANDARD").upper()
    ingested = usage.number("monthly_data_ingested_gb")
    if log_class in LOG_CLASSES:
        yield per_gb("Data ingested", ingested, f"aws/cloudwatch/logs/{LOG_CLASSES[log_class]}/ingestion")
    else:
        yield unpriced("Data ingested", f"no price for the log class {log_class} in the price book", "GB")
    yield per_gb("Archival storage", usage.number("storage_gb"), "aws/cloudwatch/logs/storage")
    yield per_gb(
        "Insights queries data scanned", usage.number("monthly_data_scanned_gb"), "aws/cloudwatch/logs/insights/scanned"
    )


def metric_alarm(alarm: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Alarm: charged by the metrics that it watches; shorter periods than a minute are high resolution."""
    queries = alarm.blocks("metric_query")
    metrics = [metric for query in queries for metric in query.blocks("metric")]
    if queries and not metrics and any(_asks_metrics_insights(query) for query in queries):
        analyzed = usage.number("monthly_analyzed_metrics")
        yield monthly("Metrics Insights query", "aws/cloudwatch/alarm/metrics-insights", analyzed, "metrics")
        return
    resolution = "high-resolution" if _shortest_period(alarm, queries, metrics) < STANDARD_PERIOD else "standard"
    name = "High resolution" if resolution == "high-resolution" else "Standard resolution"
    count = len(metrics) or 1
    if alarm.text("comparison_operator") in ANOMALY_OPERATORS:
        name, count = f"{name} anomaly detection", count * METRICS_OF_ANOMALY
    yield monthly(name, f"aws/cloudwatch/alarm/{resolution}", count, "alarm metrics")


def _asks_metrics_insights(query: Block) -> bool:
    return (query.text("expression") or "").lstrip().upper().startswith("SELECT ")


def _shortest_period(alarm: Resource, queries: list[Block], metrics: list[Block]) -> Decimal:
    places: list[Values] = [*queries, *metrics] if queries else [alarm]
    periods = (place.number("period") for place in places)
    return min((period for period in periods if period), default=Decimal(STANDARD_PERIOD))


def composite_alarm(alarm: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Composite alarm: one price, whatever it combines."""
    yield monthly("Composite alarm", "aws/cloudwatch/alarm/composite", 1, "alarms")


def dashboard(dashboard: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Dashboard: one price in all regions. The account's three free dashboards are not subtracted."""
    yield monthly("Dashboard", "aws/cloudwatch/dashboard", 1, "dashboards")
