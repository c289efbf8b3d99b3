"""AWS Config: configuration items, rule evaluations and conformance pack evaluations in volume tiers."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

RULES = "aws/config/rule-evaluations"
PACKS = "aws/config/conformance-pack-evaluations"
PAGE = {
    "Config": Line("aws/config/configuration-items/continuous", "items"),
    "Config configurationItemRecordedDaily": Line("aws/config/configuration-items/daily", "items"),
    "Config Custom": Line("aws/config/configuration-items/custom", "items"),
    "Config Rules first 100000": Line(RULES, "evaluations"),
    "Config Rules next 400000": Line(RULES, "evaluations", 100_000),
    "Config Rules 500001 and more": Line(RULES, "evaluations", 500_000),
    "Config Conformance Packs first 100000": Line(PACKS, "evaluations"),
    "Config Conformance Packs next 400000": Line(PACKS, "evaluations", 100_000),
    "Config Conformance Packs 500001 and more": Line(PACKS, "evaluations", 500_000),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "config"), PAGE)
