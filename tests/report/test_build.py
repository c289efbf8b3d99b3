"""The report: sums, counts, deltas, assumptions, and what it must not hold."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from finops_guard.formats import NAMES, render
from finops_guard.model import Finding, ResourceEstimate
from finops_guard.report import RunInfo
from finops_guard.values import Unknown
from tests.reports import (
    SCENARIOS,
    TODAY,
    Outcome,
    changed,
    missing,
    of_usage,
    part,
    project,
    report,
    resource,
    side,
)

STATUSES = ("priced", "partly_priced", "usage_dependent", "unpriced", "free", "unsupported")
SERVER = resource("aws_instance.web", {"instance_type": "m5.large"})
PRICED = side(part("Instance usage", "730", "0.1"))
WAITING = side(
    part("Requests", missing("monthly_requests"), "0.2"), status="usage_dependent", reason="set monthly_requests"
)
FREE = ResourceEstimate("free", "free of charge")


def only(document: dict[str, Any]) -> dict[str, Any]:
    """The only resource of a report."""
    (found,) = document["projects"][0]["resources"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_sums_and_counts_hold(scenario: str) -> None:
    document = SCENARIOS[scenario]()
    for place in (document, *document["projects"]):
        totals = place["totals"]
        resources = [entry for one in place.get("projects", [place]) for entry in one["resources"]]
        assert totals["resources"] == len(resources) == sum(totals[status] for status in STATUSES)
        assert totals["after"] == sum((entry["after"] or {}).get("monthly_cost") or 0 for entry in resources)
        if totals["delta"] is not None:
            assert (
                totals["delta"] == totals["after"] - totals["before"] == sum(entry["delta"] or 0 for entry in resources)
            )
        for status in STATUSES:
            assert totals[status] == sum(entry["status"] == status for entry in resources)


def test_lines_add_up_to_their_side() -> None:
    for one in SCENARIOS["blocked"]()["projects"]:
        for entry in one["resources"]:
            for cost in (entry["before"], entry["after"]):
                if cost is not None and cost["monthly_cost"] is not None:
                    lines = [line["monthly_cost"] or 0 for line in cost["components"] if not line["one_time"]]
                    assert sum(lines, Decimal(0)) == cost["monthly_cost"]


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        (None, PRICED, "73"),
        (PRICED, None, "-73"),
        (PRICED, PRICED, "0"),
        (None, FREE, "0"),
        (FREE, PRICED, "73"),
        (None, WAITING, None),
        (WAITING, PRICED, None),
        (PRICED, WAITING, None),
    ],
)
def test_delta_of_a_resource(
    before: ResourceEstimate | None, after: ResourceEstimate | None, delta: str | None
) -> None:
    action = "create" if before is None else "delete" if after is None else "update"
    change = changed(action, (SERVER, before) if before else None, (SERVER, after) if after else None)
    assert only(report(project("p", [change])))["delta"] == (None if delta is None else Decimal(delta))


def test_a_figure_on_one_side_only_is_said() -> None:
    for before, after, text in ((WAITING, PRICED, "cost before"), (PRICED, WAITING, "cost after")):
        document = report(project("p", [changed("update", (SERVER, before), (SERVER, after))]))
        (note,) = document["projects"][0]["diagnostics"]
        assert text in note["message"]
        for name in ("table", "markdown"):
            assert note["message"] in render(name, document)


def test_without_a_base_there_is_no_delta() -> None:
    declared = project("p", [changed("declared", None, (SERVER, PRICED))], has_base=False)
    document = report(declared, project("q", [changed("create", None, (SERVER, PRICED))]))
    for totals in (document["totals"], document["projects"][0]["totals"]):
        assert (totals["before"], totals["delta"], totals["delta_percent"]) == (None, None, None)
    assert document["projects"][1]["totals"]["delta"] == Decimal(73)
    assert only(report(declared))["delta"] is None


def test_no_figure_is_null_and_free_is_nothing() -> None:
    waiting, free = (only(report(project("p", [changed("create", None, (SERVER, cost))]))) for cost in (WAITING, FREE))
    assert waiting["after"]["monthly_cost"] is None
    assert waiting["reason"] == "set monthly_requests"
    assert waiting["after"]["components"][0]["unit_price"] == Decimal("0.2")
    assert free["after"]["monthly_cost"] == 0


def test_one_time_lines_are_in_no_sum() -> None:
    cost = side(part("Instance usage", "730", "0.1"), part("Upfront fee", "1", "500", "fees", one_time=True))
    document = report(project("p", [changed("create", None, (SERVER, cost))]))
    assert document["totals"]["after"] == Decimal(73)
    assert "one time, not in the total" in render("table", document)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (None, {"instance_type": "m5.xlarge"}, "new m5.xlarge, 0.1/h x 730 h"),
        ({"instance_type": "m5.large"}, None, "deleted"),
        ({"instance_type": "m5.large"}, {"instance_type": "m5.xlarge"}, "instance_type m5.large -> m5.xlarge"),
        (
            {"instance_type": "a"},
            {"instance_type": Unknown("known only after apply")},
            "instance_type a -> (known after apply)",
        ),
        ({"size": 10}, {"size": Decimal("20.0")}, "size 10 -> 20"),
        (
            {"root_block_device": [{"volume_size": 8}]},
            {"root_block_device": [{"volume_size": 100}]},
            "root_block_device.volume_size 8 -> 100",
        ),
        ({"user_data": "secret"}, {"user_data": "other"}, "nothing that changes the price"),
        ({"size": Unknown("sensitive")}, {"size": 3}, "nothing that changes the price"),
    ],
)
def test_why(before: dict[str, Any] | None, after: dict[str, Any] | None, why: str) -> None:
    sides = [
        (resource("aws_instance.web", values), PRICED) if values is not None else None for values in (before, after)
    ]
    action = "create" if before is None else "delete" if after is None else "update"
    assert only(report(project("p", [changed(action, *sides)])))["why"] == why


def test_why_names_the_lines_when_no_attribute_tells() -> None:
    costs = [side(part("Data processed", of_usage(amount), "0.045", "GB")) for amount in ("100", "200")]
    sides = [(resource("aws_nat_gateway.a"), cost) for cost in costs]
    assert only(report(project("p", [changed("update", *sides)])))["why"] == "Data processed 100 -> 200 GB"


def test_why_counts_machines() -> None:
    fleet = side(part("Instance usage", "2920", "0.192"))
    document = report(
        project("p", [changed("declared", None, (resource("aws_autoscaling_group.a"), fleet))], has_base=False)
    )
    assert only(document)["why"] == "Instance usage 0.192/h x 730 h x 4"


def test_assumptions_share_the_change() -> None:
    gateway = resource("aws_nat_gateway.a")
    cost = side(part("NAT gateway", "730", "0.1"), part("Data processed", of_usage("730"), "0.3", "GB"))
    document = report(
        project("p", [changed("create", None, (gateway, cost)), changed("no-op", (SERVER, WAITING), (SERVER, WAITING))])
    )
    stated = [entry for entry in document["assumptions"] if entry["address"]]
    assert stated == [
        {
            "address": "aws_nat_gateway.a",
            "text": "Data processed: 730 GB a month",
            "source": "usage.yaml:12",
            "share_of_delta": Decimal("0.75"),
        }
    ]


def test_general_assumptions_only_where_they_matter() -> None:
    def texts(*parts: Any, free_tier: str = "none") -> str:
        run = RunInfo(TODAY, None, None, "sha256:1", free_tier)
        document = report(project("p", [changed("create", None, (SERVER, side(*parts)))]), run=run)
        return " | ".join(entry["text"] for entry in document["assumptions"] if entry["address"] is None)

    assert texts(part("Storage", "1", "0.1", "GB")) == "list prices in USD, without tax, discounts or credits"
    assert "less the discounts" in texts(part("Storage", "1", "0.1", "GB", list_price=Decimal("0.2")))
    assert texts(part("Fixed", "1", "9", "months", price_kind="private")) == ""
    tiers = replace(part("Storage (first 50 GB)", "1", "0.1", "GB"), tiered=True)
    assert "allowances of a whole account are not subtracted" in texts(tiers)
    assert "not subtracted" not in texts(tiers, free_tier="per_resource")


def test_tags_are_text_or_null() -> None:
    tags = {
        "team": "a",
        "size": 3,
        "on": True,
        "later": Unknown("known only after apply"),
        "secret": Unknown("sensitive"),
        "odd": [1],
    }
    document = report(project("p", [changed("create", None, (resource("aws_instance.a", tags=tags), PRICED))]))
    assert only(document)["tags"] == {
        "team": "a",
        "size": "3",
        "on": "true",
        "later": None,
        "secret": None,
        "odd": None,
    }


def test_only_findings_that_stand_are_in_the_verdict() -> None:
    findings = tuple(
        Finding(f"FG-{state}", "name", "high", "block", "run", "message", state=state)  # type: ignore[arg-type]
        for state in ("open", "waived", "suppressed", "baseline", "unknown")
    )
    document = report(project("p", []), policies=Outcome(findings, verdict="block"))
    assert document["verdict"]["blocked"] == ["FG-open", "FG-unknown"]


@pytest.mark.parametrize("name", NAMES)
def test_no_format_prints_attributes(name: str) -> None:
    """Attributes may hold secrets: only those of a short list are ever named."""
    canary = "CANARY-5f1d"
    values = {
        "user_data": canary,
        "password": canary,
        "master_password": canary,
        "environment": [{"variables": {"KEY": canary}}],
        "name": canary,
        "root_block_device": [{"kms_key_id": canary}],
        "instance_type": Unknown("sensitive", (canary,)),
        "tags": {"a": canary},
    }
    old, new = resource("aws_instance.a", values), resource("aws_instance.a", values | {"user_data": f"{canary}2"})
    for change in (changed("create", None, (new, PRICED)), changed("update", (old, PRICED), (new, PRICED))):
        assert canary not in render(name, report(project("p", [change])))


def test_numbers_stay_exact_until_the_last_step() -> None:
    cost = side(part("A", "1", "0.0000001"), part("B", "3", "0.1"))
    document = report(project("p", [changed("create", None, (SERVER, cost))]))
    assert document["totals"]["after"] == Decimal("0.3000001")
    assert json.loads(render("json", document))["totals"]["after"] == 0.3
