"""Amazon Athena workgroups and reserved capacity (https://aws.amazon.com/athena/pricing/).

Usage keys: `monthly_data_scanned_tb`; of a workgroup for Spark `monthly_dpu_hours`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def workgroup(group: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Workgroup: the data that its queries scan; notebooks of Apache Spark pay for compute instead."""
    engine = group.block("configuration").block("engine_version").text("selected_engine_version", "")
    if "spark" in engine.lower():
        yield monthly("Apache Spark", "aws/athena/spark", usage.number("monthly_dpu_hours"), "DPU-hours")
    else:
        yield monthly("Data scanned", "aws/athena/data-scanned", usage.number("monthly_data_scanned_tb"), "TB")


def capacity_reservation(reservation: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Capacity reservation: its DPUs for every hour, used or not."""
    units = reservation.number("target_dpus")
    if units is None:
        yield unpriced("Reserved capacity", "target_dpus is not stated", "DPU-hours")
    else:
        yield hourly("Reserved capacity", "aws/athena/capacity", units, unit="DPU-hours")
