"""AWS CloudTrail (https://aws.amazon.com/cloudtrail/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

EVENTS = "aws/cloudtrail"
LAKE = "aws/cloudtrail/lake"
MANAGEMENT = Meter(
    "monthly_additional_management_events",
    "Management events (additional copies)",
    f"{EVENTS}/management-events",
    "events",
)
DATA = Meter("monthly_data_events", "Data events", f"{EVENTS}/data-events", "events")
INSIGHTS = Meter("monthly_insight_events", "Insight events", f"{EVENTS}/insight-events", "events")
LAKE_OPTIONS = (
    Meter("extended_storage_gb", "Retention after the first year", f"{LAKE}/extended-storage", "GB"),
    Meter("monthly_data_scanned_gb", "Queries data scanned", f"{LAKE}/scanned", "GB"),
)


def trail(trail: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Trail: the first copy of management events in a Region is free; further copies, data and insight events are charged."""
    yield from settled("Events", _events(trail, usage))


def _events(trail: Resource, usage: Usage) -> Iterator[CostComponent]:
    selectors = trail.blocks("event_selector")
    fields = [field for block in trail.blocks("advanced_event_selector") for field in block.blocks("field_selector")]
    categories = {
        value.lower() for field in fields if field.text("field") == "eventCategory" for value in field.texts("equals")
    }
    without_management = bool(selectors) and not any(
        block.flag("include_management_events", True) for block in selectors
    )
    if categories and "management" not in categories:
        without_management = True
    with_data = "data" in categories or any(block.blocks("data_resource") for block in selectors)
    chosen = [] if without_management else [MANAGEMENT]
    chosen += [DATA] if with_data else []
    chosen += [INSIGHTS] if trail.blocks("insight_selector") else []
    yield from metered(usage, chosen)
    yield from stated(usage, [meter for meter in (MANAGEMENT, DATA, INSIGHTS) if meter not in chosen])


def event_data_store(store: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """CloudTrail Lake: GB ingested by the retention plan; further retention and queries when the usage file states them."""
    fixed = (store.text("billing_mode") or "EXTENDABLE_RETENTION_PRICING").upper().startswith("FIXED")
    plan = "fixed-retention" if fixed else "extendable-retention"
    yield from metered(
        usage, [Meter("monthly_data_ingested_gb", "Data ingested", f"{LAKE}/ingestion/{plan}", "GB", tiered=fixed)]
    )
    yield from stated(usage, LAKE_OPTIONS)
