"""Managed Grafana, Managed Service for Prometheus, CloudWatch Synthetics, metric streams and metric filters.

aws.amazon.com/grafana/pricing/, /prometheus/pricing/, /cloudwatch/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.metered import Meter, metered
from finops_guard.pricing.aws.schedules import runs_per_month
from finops_guard.pricing.component import amount, hourly, monthly, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

PROMETHEUS = (
    Meter("monthly_samples_ingested", "Samples ingested", "aws/prometheus/samples-ingested", "samples", tiered=True),
    Meter("storage_gb", "Storage", "aws/prometheus/storage", "GB"),
    Meter("monthly_query_samples", "Query samples processed", "aws/prometheus/query-samples", "samples"),
)
STREAM = Meter("monthly_metric_updates", "Metric updates", "aws/cloudwatch/metric-stream/updates", "updates")
SCRAPER = Meter("monthly_samples_collected", "Samples collected", "aws/prometheus/collector-samples", "samples")


def grafana_workspace(workspace: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Grafana workspace: per active editor (at least one is charged) and active viewer; Enterprise plugins per user."""
    key = "editors_administrator_licenses"
    editors = usage.number(key) if key in usage else 1
    yield monthly("Per editor/administrator license", "aws/grafana/editor", editors, "users")
    yield monthly("Per viewer license", "aws/grafana/viewer", usage.number("viewer_licenses"), "users")
    licenses = workspace.referrers("aws_grafana_license_association", "workspace_id")
    if any((found.text("license_type") or "").upper() == "ENTERPRISE" for found in licenses):
        reason = "Enterprise plugins are charged for each active user: no price in the price book"
        yield unpriced("Enterprise plugins", reason, "users")


def prometheus_workspace(workspace: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Prometheus workspace: samples ingested in volume tiers, GB stored, samples that queries process."""
    yield from metered(usage, PROMETHEUS)


def prometheus_scraper(scraper: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Managed collector: per hour, and per sample that it collects (ingestion is charged with the workspace)."""
    yield hourly("Collector", "aws/prometheus/collector")
    yield from metered(usage, [SCRAPER])


def metric_stream(stream: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Metric stream: per metric update that it sends."""
    yield from metered(usage, [STREAM])


def metric_filter(metric_filter: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Metric filter: free itself; the metric that it makes is a custom metric, one for each combination of dimensions."""
    yield from settled("Custom metrics", _custom_metrics(metric_filter, usage))


def _custom_metrics(metric_filter: Resource, usage: Usage) -> Iterator[CostComponent]:
    metrics: Quantity = usage.number("custom_metrics")
    with_dimensions = any(block.get("dimensions") for block in metric_filter.blocks("metric_transformation"))
    if metrics.value is None and not with_dimensions:
        metrics = amount(1, assume="one custom metric that is reported every hour: charged by the hours in which it is")
    yield tiered("Custom metrics", metrics, "aws/cloudwatch/custom-metric", "metrics")


def canary(canary: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Synthetics canary: per run, as often as its schedule says. Its Lambda function and artifacts are charged besides."""
    yield from settled("Canary runs", _runs(canary, usage))


def _runs(canary: Resource, usage: Usage) -> Iterator[CostComponent]:
    runs = usage.number("monthly_runs")
    if runs.value is None:
        count = runs_per_month(canary.block("schedule").text("expression") or "")
        if count is not None:
            started = canary.flag("start_canary")
            runs = amount(count, assume=None if started else "the canary is started: start_canary does not say so")
    yield monthly("Canary runs", "aws/synthetics/canary-run", runs, "runs")
