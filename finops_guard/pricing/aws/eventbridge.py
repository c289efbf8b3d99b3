"""Amazon EventBridge (https://aws.amazon.com/eventbridge/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.aws.schedules import runs_per_month
from finops_guard.pricing.component import Amount, amount, monthly, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

EVENTS = (
    Meter("monthly_custom_events", "Custom events published", "aws/eventbridge/custom-events", "events"),
    Meter("monthly_third_party_events", "Third-party events published", "aws/eventbridge/partner-events", "events"),
)
ARCHIVE = (
    Meter("monthly_archive_processing_gb", "Archive processing", "aws/eventbridge/archive/processing", "GB"),
    Meter("archive_storage_gb", "Archive storage", "aws/eventbridge/archive/storage", "GB"),
)
DISCOVERY = Meter("monthly_schema_discovery_events", "Schema discovery", "aws/eventbridge/schema-discovery", "events")


def event_bus(bus: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Event bus: custom and third-party events, counted in chunks of 64 KB; events of AWS services are free.

    Archives and schema discovery are resources of their own; here they count when the usage file states them for the bus.
    """
    yield from metered(usage, EVENTS)
    yield from stated(usage, (*ARCHIVE, DISCOVERY))


def archive(archive: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Archive: GB processed into it and GB that it holds."""
    yield from metered(usage, ARCHIVE)


def schema_discoverer(discoverer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Schema discovery: events ingested, counted in chunks of 8 KB."""
    yield from metered(usage, [DISCOVERY])


def api_destination(destination: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """API destination: invocations, counted in chunks of 64 KB."""
    product = "aws/eventbridge/api-destinations/invocations"
    yield monthly("Invocations", product, usage.number("monthly_invocations"), "invocations")


def pipe(pipe: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Pipe: requests after filtering, counted in chunks of 64 KB."""
    yield monthly("Requests", "aws/eventbridge/pipes/requests", usage.number("monthly_requests"), "requests")


def schedule(schedule: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Schedule: invocations, as often as its expression says. The account's 14 million free ones are not subtracted."""
    yield from settled("Invocations", _invocations(schedule, usage))


def _invocations(schedule: Resource, usage: Usage) -> Iterator[CostComponent]:
    quantity: Amount = usage.number("monthly_invocations")
    if "monthly_invocations" not in usage:
        runs = runs_per_month(schedule.text("schedule_expression") or "")
        if (schedule.text("state") or "ENABLED").upper() == "DISABLED":
            quantity = 0
        elif runs is not None:
            quantity = amount(runs)
        elif (schedule.text("schedule_expression") or "").lower().startswith("at("):
            quantity = amount(1, assume="a one-time schedule: counted in the month in which it fires")
    yield monthly("Invocations", "aws/eventbridge/scheduler/invocations", quantity, "invocations")
