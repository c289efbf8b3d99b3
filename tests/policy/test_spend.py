"""Actual spend in budgets, funding with an end, hard caps, and who must approve."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_guard.errors import PolicyError
from finops_guard.policy.load_project import load_actuals
from finops_guard.policy.spend import Actuals, actuals_of
from tests.policy.make import cost, created, declared, deleted, judged, project, resource, rule_text, updated

CENTERS = """\
version: 1
cost_centers:
  cc-1:
    team: web
    monthly_budget: 1000
    owners:
      - {name: Ada, role: team_lead, authority: 100}
      - {name: Grace, role: finance, authority: 1000}
  cc-2: {team: web, monthly_budget: 500, owners: [{name: Joan, role: finance}]}
  cc-3: {team: data, monthly_budget: 500}
council: [{name: Council, role: executive}]
"""
BUDGET = rule_text(
    """
budget:
  group_by: tags.CostCenter
  limit: cost_centers.monthly_budget
  measure: actual_plus_delta
  thresholds:
    - {percent: 50, action: warn}
    - {percent: 75, action: warn}
    - {percent: 90, action: require_approval}
    - {percent: 100, action: block}
""",
    message='"{group}: {projected} of {limit} ({percent} %, {threshold})"',
)
DAY = date(2026, 11, 20)


def snapshot(*spend: tuple[str, str, Any, Any], as_of: str = "2026-11-19", **more: Any) -> Actuals:
    entries = [
        {"group_by": by, "group": group, "to_date": to_date, **({"forecast": forecast} if forecast is not None else {})}
        for by, group, to_date, forecast in spend
    ]
    return actuals_of({"as_of": as_of, "spend": entries, **more})


def tagged(amount: Any, name: str = "a", before: Any = None, **tags: str) -> Any:
    side = resource(f"aws_instance.{name}", tags=tags or {"CostCenter": "cc-1"})
    return created(side, amount) if before is None else updated(side, side, before, amount)


def budget(tmp_path: Path, text: str, *changes: Any, **more: Any) -> Any:
    return judged(tmp_path, text, *changes, centers=CENTERS, as_of=DAY, **more)


@pytest.mark.parametrize(
    ("spent", "verdict", "percent"),
    [(399, "allow", "49.9"), (400, "warn", "50"), (649, "warn", "74.9"), (650, "warn", "75"), (799, "warn", "89.9"),
     (800, "require_approval", "90"), (899, "require_approval", "99.9"), (900, "block", "100")],
)  # fmt: skip
def test_alerts_at_50_75_90_100(tmp_path: Path, spent: int, verdict: str, percent: str) -> None:
    outcome = budget(tmp_path, BUDGET, tagged(100), actuals=snapshot(("cost_center", "cc-1", spent, None)))
    assert outcome.verdict == verdict
    (line,) = outcome.budgets
    assert (line["used"], line["percent"], line["actuals_as_of"]) == (spent + 100, Decimal(percent), "2026-11-19")
    for found in outcome.findings:
        assert f"({percent} %, " in found.message


@pytest.mark.parametrize(
    ("actuals", "reason"),
    [
        (None, "no snapshot of actual spend"),
        (snapshot(("cost_center", "cc-1", 1, None), as_of="2026-11-12"), "8 days old, more than 7"),
        (snapshot(("cost_center", "cc-2", 1, None)), "does not know cc-1"),
        (snapshot(("project", "cc-1", 1, None)), "does not know cc-1"),
        (snapshot(("team", "web", 1, None)), "does not know cc-1"),
        (snapshot(("cost_center", "cc-1", 1, None), as_of="2026-10-31"), "20 days old"),
    ],
)
def test_what_no_snapshot_says_is_unknown(tmp_path: Path, actuals: Actuals | None, reason: str) -> None:
    outcome = budget(tmp_path, BUDGET, tagged(100), actuals=actuals)
    (found,) = outcome.findings
    assert (found.state, found.action) == ("unknown", "warn")
    assert reason in found.message
    assert outcome.budgets[0]["used"] is None
    asks = BUDGET.replace("budget:\n", "on_unknown: require_approval\n    budget:\n")
    assert budget(tmp_path, asks, tagged(100), actuals=actuals).verdict == "require_approval"


def test_a_saving_needs_no_snapshot(tmp_path: Path) -> None:
    outcome = budget(tmp_path, BUDGET, tagged(100, before=200))
    assert (outcome.verdict, outcome.passed, outcome.budgets[0]["used"]) == ("allow", 1, None)


def test_the_last_month_says_nothing_about_this_one(tmp_path: Path) -> None:
    late = snapshot(("cost_center", "cc-1", 1, None), as_of="2026-10-31")
    (found,) = judged(tmp_path, BUDGET, tagged(100), centers=CENTERS, as_of=date(2026, 11, 2), actuals=late).findings
    assert found.state == "unknown" and "of 2026-10, not of this month" in found.message


def test_the_age_that_is_still_good_can_be_set(tmp_path: Path) -> None:
    old = {"as_of": "2026-11-05", "spend": [{"group_by": "cost_center", "group": "cc-1", "to_date": 1}]}
    assert budget(tmp_path, BUDGET, tagged(10), actuals=actuals_of(old, 15)).verdict == "allow"
    assert budget(tmp_path, BUDGET, tagged(10), actuals=actuals_of(old, 14)).findings[0].state == "unknown"


def test_the_forecast_is_what_the_month_will_end_at(tmp_path: Path) -> None:
    text = BUDGET.replace("actual_plus_delta", "forecast")
    whole = snapshot(("cost_center", "cc-1", 300, 850))
    assert budget(tmp_path, text, tagged(100), actuals=whole).budgets[0]["used"] == 950
    (found,) = budget(tmp_path, text, tagged(100), actuals=snapshot(("cost_center", "cc-1", 300, None))).findings
    assert found.state == "unknown" and "no forecast" in found.message


def test_a_team_is_found_by_its_name_or_as_its_cost_centres_together(tmp_path: Path) -> None:
    text = BUDGET.replace("tags.CostCenter", "tags.Team")
    side = tagged(100, Team="web")

    def used(*spend: tuple[str, str, Any, Any]) -> Any:
        return budget(tmp_path, text, side, actuals=snapshot(*spend)).budgets[0]["used"]

    assert used(("tags.Team", "web", 5, None), ("team", "web", 7, None)) == 105
    assert used(("team", "web", 7, None), ("cost_center", "cc-1", 1, None)) == 107
    assert used(("cost_center", "cc-1", 1, None), ("cost_center", "cc-2", 2, None)) == 103
    assert used(("cost_center", "cc-1", 1, None)) is None  # a part of a sum is no sum


def test_no_base_no_addition(tmp_path: Path) -> None:
    side = declared(resource("aws_instance.a", tags={"CostCenter": "cc-1"}), 10)
    (found,) = budget(tmp_path, BUDGET, side, actuals=snapshot(("cost_center", "cc-1", 1, None))).findings
    assert found.state == "unknown" and "no base" in found.message


def test_earlier_months_are_history() -> None:
    found = actuals_of(
        {
            "as_of": date(2026, 11, 19),
            "source": "bucket",
            "spend": [
                {"group_by": "project", "group": "a", "to_date": 3},
                {"group_by": "project", "group": "a", "month": "2026-10", "to_date": 2},
                {"group_by": "project", "group": "a", "month": "2026-09", "to_date": 1},
            ],
        }
    )
    assert found.by_group[("project", "a")].to_date == 3
    assert [(month, groups[("project", "a")].to_date) for month, groups in found.history.items()] == [
        ("2026-09", 1),
        ("2026-10", 2),
    ]
    assert found.source == "bucket"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "should be a map"),
        ('schema_version: "1"\nas_of: 2026-11-19\nspend: [{group_by: project, group: a, to_date: 1, forcast: 2}]',
         "unknown key"),
        ('schema_version: "1"\nas_of: 2026-11-19\nspend: [{group_by: account, group: a, to_date: 1}]', "right form"),
        ('schema_version: "1"\nas_of: 2026-11-19\nspend: [{group_by: project, group: a, month: 2026-13, to_date: 1}]',
         "right form"),
        ('schema_version: "1"\nas_of: yesterday\nspend: []', "should be a date"),
        ('schema_version: "1"\nas_of: 2026-11-19\n'
         "spend: [{group_by: project, group: a, to_date: 1}, {group_by: project, group: a, to_date: 2}]", "twice"),
    ],
)  # fmt: skip
def test_a_wrong_snapshot_ends_the_run(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "actuals.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        load_actuals(str(path))


FUNDED = BUDGET.replace("measure: actual_plus_delta", "measure: estimate")


@pytest.mark.parametrize(
    ("until", "amount", "verdict"),
    [("2026-11-19", 1400, "block"), ("2026-12-31", 1400, "require_approval"), ("2026-12-31", 1500, "block"),
     ("2026-12-04", 700, "allow"), ("2026-12-04", 1001, "warn")],
)  # fmt: skip
def test_funding_has_an_end(tmp_path: Path, until: str, amount: int, verdict: str) -> None:
    funding = f"funding: [{{amount: 500, until: {until}, reason: the council gave it}}]"
    text = FUNDED.replace("thresholds:", f"{funding}\n      thresholds:")
    outcome = budget(tmp_path, text, tagged(amount))
    assert outcome.verdict == verdict
    assert outcome.budgets[0]["limit"] == (1000 if until == "2026-11-19" else 1500)
    ends = [found for found in outcome.findings if "ends soon" in (found.problem or "")]
    assert bool(ends) is (amount == 1001)


def test_funding_of_one_group_is_not_that_of_another(tmp_path: Path) -> None:
    funding = "funding: [{amount: 500, until: 2027-01-31, group: cc-2, reason: the council gave it}]"
    text = FUNDED.replace("thresholds:", f"{funding}\n      thresholds:")
    assert budget(tmp_path, text, tagged(1100)).verdict == "block"
    assert budget(tmp_path, text, tagged(899, CostCenter="cc-2")).verdict == "warn"


@pytest.mark.parametrize(("amount", "verdict"), [(1199, "require_approval"), (1200, "block")])
def test_a_hard_cap_blocks_whatever_the_funding(tmp_path: Path, amount: int, verdict: str) -> None:
    text = FUNDED.replace(
        "thresholds:",
        "hard_cap: 1200\n      funding: [{amount: 300, until: 2027-01-31, reason: the council gave it}]\n      thresholds:",
    )
    assert budget(tmp_path, text, tagged(amount)).verdict == verdict
    assert budget(tmp_path, text, tagged(amount, before=amount + 5)).verdict == "allow"


def test_what_has_no_price_may_not_fit_the_budget(tmp_path: Path) -> None:
    outcome = budget(tmp_path, FUNDED, tagged(100), tagged(None, "b"))
    (found,) = outcome.findings
    assert (found.state, found.action) == ("unknown", "warn")
    assert "1 changed resource has no price and may not fit the budget ($100.00 of $1,000.00)" in found.message
    (found,) = budget(tmp_path, FUNDED, tagged(1100), tagged(None, "b")).findings
    assert found.action == "block"


ASK = rule_text("action: require_approval\nwhen: {key: values.ask, op: eq, value: true}")


def asking(amount: Any, name: str = "a", **tags: str) -> Any:
    return created(resource(f"aws_instance.{name}", tags=tags or {"CostCenter": "cc-1"}, ask=True), amount)


def approvals(tmp_path: Path, text: str, *changes: Any, centers: str | None = CENTERS) -> Any:
    return judged(tmp_path, text, *changes, centers=centers).approvals


def test_the_amount_is_the_rise_of_the_cost_centre_not_of_one_resource(tmp_path: Path) -> None:
    (entry,) = approvals(tmp_path, ASK, asking(60), tagged(100, "b"), tagged(5000, "c", CostCenter="cc-2"))
    assert (entry["cost_center"], entry["amount"]) == ("cc-1", 160)
    assert [one["name"] for one in entry["chain"]] == ["Ada", "Grace"]
    gone = deleted(resource("aws_instance.c", tags={"CostCenter": "cc-1"}), 70)
    (entry,) = approvals(tmp_path, ASK, asking(60), tagged(100, "b"), gone)
    assert (entry["amount"], [one["name"] for one in entry["chain"]]) == (90, ["Ada"])


@pytest.mark.parametrize(
    ("before", "after", "amount"),
    [
        (cost(60, high=500), cost(60, high=500), 0),  # a range that stays as it is
        (cost(60, high=500), cost(100, high=500), 40),
        (cost(60, high=500), cost(60, high=700), 200),
        (cost(60), cost(60, high=500), 440),
        (cost(600), cost(60, high=500), 0),
    ],
)
def test_the_rise_is_that_at_the_high_bound(tmp_path: Path, before: Any, after: Any, amount: int) -> None:
    side = resource("aws_instance.a", tags={"CostCenter": "cc-1"}, ask=True)
    (entry,) = approvals(tmp_path, ASK, updated(side, side, before, after))
    assert entry["amount"] == amount


def test_a_missing_price_makes_the_amount_a_lower_bound(tmp_path: Path) -> None:
    (entry,) = approvals(tmp_path, ASK, asking(60), tagged(None, "b"))
    assert (entry["amount"], entry["at_least"]) == (Decimal(60), True)
    (entry,) = approvals(tmp_path, ASK, asking(60))
    assert entry["at_least"] is False


@pytest.mark.parametrize(
    ("tags", "centers", "reason"),
    [
        ({"CostCenter": "cc-1"}, None, "no cost centres are configured (cost-centers.yaml)"),
        ({"Name": "x"}, CENTERS, "what costs more belongs to no cost centre (tag CostCenter or Team)"),
        ({"CostCenter": "cc-3"}, CENTERS, "cc-3 has no owners"),
        ({"CostCenter": "cc-1"}, CENTERS, "nobody's authority covers the amount"),
    ],
)
def test_why_it_goes_to_the_council(tmp_path: Path, tags: dict[str, str], centers: str | None, reason: str) -> None:
    (entry,) = approvals(tmp_path, ASK, asking(1001, **tags), centers=centers)
    assert (entry["insufficient"], entry["reason"]) == (True, reason)
    assert [one["name"] for one in entry["chain"] if one.get("council")] == (["Council"] if centers else [])


def test_a_budget_of_a_team_asks_the_cost_centres_that_pay_more(tmp_path: Path) -> None:
    text = FUNDED.replace("tags.CostCenter", "tags.Team")
    changes = [
        tagged(700, "a", CostCenter="cc-1", Team="web"),
        tagged(700, "b", CostCenter="cc-2", Team="web"),
    ]
    entries = approvals(tmp_path, text, *changes)
    assert {entry["cost_center"]: entry["amount"] for entry in entries} == {"cc-1": 700, "cc-2": 700}
    by_project = FUNDED.replace("tags.CostCenter", "project").replace("cost_centers.monthly_budget", "100")
    by_project = by_project.replace("{percent: 100, action: block}", "{percent: 100, action: require_approval}")
    entries = approvals(tmp_path, by_project, project(*changes))
    assert {entry["cost_center"] for entry in entries} == {"cc-1", "cc-2"}
