"""`cost` and `budget`, and who must approve."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_guard.model import CostComponent, Quantity, ResourceEstimate
from tests.policy.make import (
    cost,
    created,
    declared,
    deleted,
    judged,
    partly,
    project,
    resource,
    rule_text,
    unchanged,
    updated,
)

COST = rule_text(
    """
cost:
  measure: delta
  thresholds:
    - {above: 500, action: warn}
    - {above: 2000, action: require_approval}
    - {above: 10000, action: block}
    - {above_percent: 25, floor: 200, action: require_approval}
""",
    message='"{delta} of {cost.before} ({delta_percent} %)"',
)


def one(amount: Any, before: Any = None) -> Any:
    side = resource("aws_instance.a", tags={"CostCenter": "cc-1"})
    return created(side, amount) if before is None else updated(side, side, before, amount)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (None, 500, "allow"), (None, 501, "warn"), (None, 2000, "warn"), (None, 2001, "require_approval"),
        (None, 10000, "require_approval"), (None, 10001, "block"), (800, 1000, "allow"), (796, 997, "require_approval"),
        (1000, 1250, "allow"), (1000, 1251, "require_approval"), (5000, 1, "allow"), (100, 300, "allow"),
    ],
)  # fmt: skip
def test_thresholds(tmp_path: Path, before: int | None, after: int, verdict: str) -> None:
    assert judged(tmp_path, COST, one(after, before)).verdict == verdict


def test_the_message(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, COST, one(1251, 1000)).findings
    assert found.message == "+$251.00 of $1,000.00 (25.1 %)"
    assert found.money == 251
    assert found.passes_when == "the increase is at most 25 % or $200.00/month"
    assert (found.scope, found.project, found.address) == ("run", "web", None)
    (found,) = judged(tmp_path, COST, one(4000, 1000)).findings
    assert found.passes_when == "the increase is at most $500.00/month and at most 25 % or $200.00/month"


def test_projects_are_added_up_for_the_run_and_apart_by_project(tmp_path: Path) -> None:
    both = [project(one(400), name="a"), project(one(400), name="b")]
    assert judged(tmp_path, COST, *both).verdict == "warn"
    assert judged(tmp_path, COST.replace("cost:\n", "scope: project\n    cost:\n"), *both).verdict == "allow"
    assert judged(tmp_path, COST, one(3000), deleted(resource("aws_instance.b"), 2900)).verdict == "allow"


def test_by_resource(tmp_path: Path) -> None:
    text = COST.replace("cost:\n", "scope: resource\n    cost:\n")
    outcome = judged(tmp_path, text, one(501), created(resource("aws_instance.b"), 400))
    assert [found.address for found in outcome.findings] == ["aws_instance.a"]


def test_an_increase_of_nothing_has_no_percentage(tmp_path: Path) -> None:
    text = rule_text("cost: {measure: delta, thresholds: [{above_percent: 25, floor: 200, action: block}]}")
    assert judged(tmp_path, text, one(200)).verdict == "allow"
    (found,) = judged(tmp_path, text, one(201)).findings
    assert (found.state, found.action) == ("unknown", "warn")


NEEDS_USAGE = ResourceEstimate(
    "partly_priced", "depends on usage",
    (CostComponent("Data", "GB", "aws/x", Quantity(None, needs_usage=True, reason="usage")),),
    Decimal(1), Decimal(1), Decimal(1), Decimal(1),
)  # fmt: skip


@pytest.mark.parametrize(
    ("after", "said"),
    [(None, True), (cost(None, status="unsupported"), True), (partly(1), True), (NEEDS_USAGE, False), (1, False),
     (cost(None, status="free"), False)],
)  # fmt: skip
def test_a_missing_price_is_never_nothing(tmp_path: Path, after: Any, said: bool) -> None:
    outcome = judged(tmp_path, COST, one(after))
    assert [(found.state, found.action) for found in outcome.findings] == ([("unknown", "warn")] if said else [])
    text = COST.replace("measure: delta", "measure: delta\n      unpriced: block")
    assert judged(tmp_path, text, one(after)).verdict == ("block" if said else "allow")


def test_no_base_no_delta(tmp_path: Path) -> None:
    outcome = judged(tmp_path, COST, declared(resource("aws_instance.a"), 99999))
    assert (outcome.verdict, outcome.passed) == ("allow", 0)
    assert outcome.not_evaluated == ({"id": "T-WHE-001", "reason": "no base", "projects": ["web"]},)


CENTERS = """\
version: 1
cost_centers:
  cc-1:
    team: web
    monthly_budget: 1000
    owners:
      - {name: Ada, role: team_lead, logins: {github: ada}, authority: 100}
      - {name: Eve, role: engineer, authority: 10}
      - {name: Grace, role: finance, authority: 1000}
  cc-2: {team: web, monthly_budget: 500, owner: web@example.com}
  cc-3: {team: data}
council: [{name: Council, role: executive, logins: {github: council}}]
"""
BUDGET = rule_text(
    """
budget:
  group_by: tags.CostCenter
  limit: cost_centers.monthly_budget
  thresholds:
    - {percent: 75, action: warn}
    - {percent: 90, action: require_approval}
    - {percent: 100, action: block}
""",
    message='"{group}: {projected} of {limit} ({percent} %)"',
)


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [("749.99", "allow"), (750, "warn"), ("899.99", "warn"), (900, "require_approval"), ("999.99", "require_approval"),
     (1000, "block"), (5000, "block")],
)  # fmt: skip
def test_budget_thresholds(tmp_path: Path, amount: Any, verdict: str) -> None:
    outcome = judged(tmp_path, BUDGET, one(amount), centers=CENTERS)
    assert outcome.verdict == verdict
    (line,) = outcome.budgets
    assert line == {
        "name": "cc-1", "limit": Decimal(1000), "measure": "estimate", "used": Decimal(amount),
        "percent": Decimal(amount) / 10, "thresholds": [75, 90, 100], "owner": "Eve", "actuals_as_of": None,
    }  # fmt: skip


def test_the_budget_message(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, BUDGET, one(935), centers=CENTERS).findings
    assert found.message == "cc-1: $935.00 of $1,000.00 (93.5 %)"
    assert found.passes_when == "cc-1 stays below $750.00/month (75 %)"


def test_a_team_has_the_budget_of_all_its_cost_centres(tmp_path: Path) -> None:
    text = BUDGET.replace("tags.CostCenter", "tags.Team")
    outcome = judged(tmp_path, text, created(resource("aws_instance.a", tags={"Team": "web"}), 1125), centers=CENTERS)
    assert (outcome.budgets[0]["limit"], outcome.verdict) == (1500, "warn")


def test_what_runs_already_counts_but_a_saving_is_not_held_up(tmp_path: Path) -> None:
    side = resource("aws_db_instance.a", tags={"CostCenter": "cc-1"})
    assert judged(tmp_path, BUDGET, unchanged(side, 800), one(100), centers=CENTERS).verdict == "require_approval"
    assert judged(tmp_path, BUDGET, unchanged(side, 2000), one(100, 200), centers=CENTERS).verdict == "allow"
    assert judged(tmp_path, BUDGET, unchanged(side, 2000), centers=CENTERS).verdict == "allow"
    assert judged(tmp_path, BUDGET, unchanged(side, 2000), one(None), centers=CENTERS).verdict == "block"
    assert judged(tmp_path, BUDGET, declared(side, 2000), centers=CENTERS).verdict == "block"


def test_unpriced_resources_are_mentioned(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, BUDGET, one(800), one(None), centers=CENTERS).findings
    assert "1 without a price are not in this figure" in (found.problem or "")


def test_what_counts_against_no_budget_is_said(tmp_path: Path) -> None:
    loose = created(resource("aws_instance.b", tags={}), 70)
    (found,) = judged(tmp_path, BUDGET, one(10), loose, centers=CENTERS).findings
    assert (found.state, found.action, found.money) == ("unknown", "warn", 70)
    assert "1 resource has no CostCenter, so no budget ($70.00/month): aws_instance.b" in found.message
    (found,) = judged(
        tmp_path, BUDGET, created(resource("aws_instance.a", tags={"CostCenter": "cc-9"})), centers=CENTERS
    ).findings
    assert found.problem == "no budget for cc-9"
    (found,) = judged(
        tmp_path, BUDGET, created(resource("aws_instance.a", tags={"CostCenter": "cc-3"})), centers=CENTERS
    ).findings
    assert found.problem == "no budget for cc-3"


@pytest.mark.parametrize("measure", ["actual_plus_delta", "forecast"])
def test_actual_spend_without_a_snapshot_is_unknown(tmp_path: Path, measure: str) -> None:
    text = BUDGET.replace("limit:", f"measure: {measure}\n      limit:")
    outcome = judged(tmp_path, text, one(10), centers=CENTERS)
    assert [(found.state, found.action) for found in outcome.findings] == [("unknown", "warn")]
    assert outcome.budgets[0]["used"] is None


def test_a_budget_of_the_difference_needs_a_base(tmp_path: Path) -> None:
    text = BUDGET.replace("limit:", "measure: estimate_delta\n      limit:")
    assert judged(tmp_path, text, one(2000, 1200), centers=CENTERS).verdict == "warn"
    side = resource("aws_instance.a", tags={"CostCenter": "cc-1"})
    outcome = judged(tmp_path, text, declared(side, 5000), centers=CENTERS)
    assert (outcome.verdict, outcome.not_evaluated[0]["reason"]) == ("allow", "no base")


def test_without_cost_centres(tmp_path: Path) -> None:
    outcome = judged(tmp_path, BUDGET, one(5000))
    assert (outcome.verdict, outcome.passed) == ("allow", 0)
    assert "no cost centres" in outcome.not_evaluated[0]["reason"]


def test_a_fixed_limit_needs_no_cost_centres(tmp_path: Path) -> None:
    text = BUDGET.replace("cost_centers.monthly_budget", "100").replace("tags.CostCenter", "project")
    assert judged(tmp_path, text, one(95)).verdict == "require_approval"


ASK = rule_text("action: require_approval\nwhen: {key: type, op: eq, value: aws_instance}")


@pytest.mark.parametrize(
    ("amount", "chain", "insufficient"),
    [(5, ["Eve"], False), (10, ["Eve"], False), (11, ["Eve", "Ada"], False), (1000, ["Eve", "Ada", "Grace"], False),
     (1001, ["Eve", "Ada", "Grace", "Council"], True)],
)  # fmt: skip
def test_the_first_owner_who_covers_the_amount_ends_the_chain(
    tmp_path: Path, amount: int, chain: list[str], insufficient: bool
) -> None:
    (entry,) = judged(tmp_path, ASK, one(amount), centers=CENTERS).approvals
    assert [owner["name"] for owner in entry["chain"]] == chain
    assert entry["insufficient"] is insufficient
    assert (entry["rule"], entry["cost_center"], entry["amount"]) == ("T-WHE-001", "cc-1", amount)
    assert (entry["needed"], entry["given"]) == (1, [])


def test_the_amount_is_the_rise_at_the_high_bound(tmp_path: Path) -> None:
    side = resource("aws_instance.a", tags={"CostCenter": "cc-1"})
    change = updated(side, side, 50, cost(60, high=500))
    assert judged(tmp_path, ASK, change, centers=CENTERS).approvals[0]["amount"] == 450


def test_amounts_of_a_cost_centre_are_added_and_others_stand_apart(tmp_path: Path) -> None:
    other = created(resource("aws_instance.b", tags={"Team": "data"}), 7)
    loose = created(resource("aws_instance.c", tags={}), 3)
    entries = judged(tmp_path, ASK, one(40), one(60), other, loose, centers=CENTERS).approvals
    assert {entry["cost_center"]: entry["amount"] for entry in entries} == {"cc-1": 100, "cc-3": 7, None: 3}
    assert [entry["insufficient"] for entry in entries if entry["cost_center"] != "cc-1"] == [True, True]


def test_the_approval_of_a_budget_names_its_cost_centre(tmp_path: Path) -> None:
    (entry,) = judged(tmp_path, BUDGET, one(900, 850), centers=CENTERS).approvals
    assert (entry["cost_center"], entry["amount"]) == ("cc-1", 50)
    assert [owner["name"] for owner in entry["chain"]] == ["Eve", "Ada"]


def test_no_approval_is_asked_for_what_only_warns(tmp_path: Path) -> None:
    assert judged(tmp_path, BUDGET, one(750), centers=CENTERS).approvals == ()
