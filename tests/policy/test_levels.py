"""How high a cost stands (`total`, `unit`), budgets with funding, caps and actual spend, tags from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_guard.errors import PolicyError
from finops_guard.model import CostComponent, EstimatedChange, Quantity, ResourceEstimate
from finops_guard.policy.evaluate import evaluate
from finops_guard.policy.spend import Actuals, Spend
from finops_guard.values import Unknown
from tests.policy.make import (
    DAY,
    Facts,
    created,
    declared,
    estimate,
    judged,
    partly,
    resource,
    rule_text,
    rules,
    unchanged,
)

TOTAL = "cost: {measure: total, thresholds: [{above: 100, action: warn}, {above: 200, action: block}]%s}"
TAGS = {"CostCenter": "cc-1"}
CENTERS = "version: 1\ncost_centers: {cc-1: {team: web, monthly_budget: 100}}\n"


def found(result: Any) -> list[tuple[str, str, str | None]]:
    return [(one.action, one.state, one.address) for one in result.findings]


def test_total_is_of_each_resource_and_needs_no_base(tmp_path: Path) -> None:
    result = judged(
        tmp_path, rule_text(TOTAL % "", message="'{total} above {limit}'"),
        declared(resource("aws_instance.a"), 201), created(resource("aws_instance.b"), 100),
        unchanged(resource("aws_instance.c"), 900),
    )  # fmt: skip
    assert found(result) == [("block", "open", "aws_instance.a")]
    assert result.findings[0].message == "$201.00 above $200.00"


def test_total_of_a_run_counts_what_is_there(tmp_path: Path) -> None:
    text = rule_text("scope: run\n" + TOTAL % "")
    assert found(judged(tmp_path, text, created(resource("a.b"), 1), unchanged(resource("a.c"), 200))) == [
        ("block", "open", None)
    ]
    assert found(judged(tmp_path, text, unchanged(resource("a.c"), 900))) == []


def test_total_without_a_price_is_not_zero(tmp_path: Path) -> None:
    text = rule_text(TOTAL % "")
    assert found(judged(tmp_path, text, created(resource("aws_instance.a"), None))) == [
        ("warn", "unknown", "aws_instance.a")
    ]
    both = found(judged(tmp_path, text, created(resource("aws_instance.a"), partly(150))))
    assert both == [("warn", "open", "aws_instance.a"), ("warn", "unknown", "aws_instance.a")]
    above = found(judged(tmp_path, text, created(resource("aws_instance.a"), partly(201))))
    assert above == [("block", "open", "aws_instance.a")]  # nothing that is missing could make it stricter


def line(unit: str, quantity: int | None, cost: int | None, name: str = "x") -> CostComponent:
    amount = Quantity(None if quantity is None else Decimal(quantity), reason=None if quantity else "no usage")
    return CostComponent(name, unit, "p", amount, monthly_cost=None if cost is None else Decimal(cost))


def priced(side: Any, *lines: CostComponent) -> EstimatedChange:
    total = sum((one.monthly_cost or Decimal(0) for one in lines), Decimal(0))
    return created(side, ResourceEstimate("priced", None, lines, total, total, total, total))


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([line("hours", 730, 73000), line("GB", 1, 9)], "open"),  # 8 GPUs: 12.5 an hour
        ([line("hours", 730, 58400), line("GB", 1, 9999)], None),  # 10 an hour, and the disk does not count
        ([line("hours", 730, None), line("GB", 1, 9999)], "unknown"),
    ],
)
def test_gpu_hour(tmp_path: Path, lines: list[CostComponent], state: str | None) -> None:
    body = "cost: {measure: unit, per: gpu_hour, thresholds: [{above: 10, action: block}]}"
    result = judged(tmp_path, rule_text(body), priced(resource("aws_instance.a", instance_type="p5.48xlarge"), *lines))
    assert [one.state for one in result.findings] == ([state] if state else [])


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([line("tokens", 1_000_000, 2), line("1K tokens", 1000, 9)], "open"),  # two million tokens for 11
        ([line("1M input tokens", 2, 10)], None),  # 5 a million
        ([line("tokens", None, None)], "unknown"),
        ([line("requests", 5, 500)], None),
    ],
)
def test_million_tokens(tmp_path: Path, lines: list[CostComponent], state: str | None) -> None:
    body = "cost: {measure: unit, per: million_tokens, thresholds: [{above: 5, action: block}]}"
    result = judged(tmp_path, rule_text(body), priced(resource("llm_usage.a"), *lines))
    assert [one.state for one in result.findings] == ([state] if state else [])


@pytest.mark.parametrize(
    "definition",
    [
        "{measure: unit, thresholds: [{above: 1, action: warn}]}",
        "{measure: total, per: gpu_hour, thresholds: [{above: 1, action: warn}]}",
        "{measure: delta, per: gpu_hour, thresholds: [{above: 1, action: warn}]}",
        "{measure: total, thresholds: [{above_percent: 1, action: warn}]}",
        "{measure: unit, per: gpu_hour, unpriced: warn, thresholds: [{above: 1, action: warn}]}",
    ],
)
def test_costs_that_make_no_sense(tmp_path: Path, definition: str) -> None:
    with pytest.raises(PolicyError):
        rules(tmp_path, rule_text(f"cost: {definition}"))


BUDGET = """\
budget:
  group_by: tags.CostCenter
  limit: cost_centers.monthly_budget
  measure: %s
  thresholds: [{percent: 100, action: require_approval}]
"""
FUNDED = (
    BUDGET % "estimate"
    + "  funding: [{amount: 50, until: %s, group: cc-1, reason: The council gave it}]\n  hard_cap: 140\n"
)


def one(cost: int) -> EstimatedChange:
    return created(resource("aws_instance.a", tags=TAGS), cost)


def test_funding_raises_the_limit_until_its_end(tmp_path: Path) -> None:
    text = rule_text(FUNDED % "2026-12-31", message="'{group} {limit} {funding}'")
    assert found(judged(tmp_path, text, one(120), centers=CENTERS, as_of=date(2026, 11, 1))) == []
    over = judged(tmp_path, text, one(120), centers=CENTERS, as_of=date(2027, 1, 1))
    assert found(over) == [("require_approval", "open", None)]
    soon = judged(tmp_path, text, one(120), centers=CENTERS, as_of=date(2026, 12, 20))
    assert [(f.action, f.problem) for f in soon.findings] == [("warn", "funding of cc-1 ends soon")]
    assert "then $120.00 stand against $100.00" in soon.findings[0].message
    last = judged(tmp_path, text, one(99), centers=CENTERS, as_of=date(2026, 12, 31))
    assert found(last) == []  # within the budget without it


def test_a_hard_cap_is_not_raised_by_funding(tmp_path: Path) -> None:
    text = rule_text(FUNDED % "2026-12-31")
    assert found(judged(tmp_path, text, one(139), centers=CENTERS)) == []
    capped = judged(tmp_path, text, one(140), centers=CENTERS)
    assert [(f.action, f.problem) for f in capped.findings] == [("block", "cc-1 reaches its hard cap of $140.00")]
    assert found(judged(tmp_path, text, unchanged(resource("a.b", tags=TAGS), 500), centers=CENTERS)) == []  # no dearer


def spent(tmp_path: Path, measure: str, cost: int, actuals: Actuals | None, day: date = DAY) -> Any:
    made = rules(tmp_path, rule_text(BUDGET % measure), CENTERS)
    return evaluate(estimate(one(cost), as_of=day), made, Facts(), actuals=actuals)


def test_actual_spend_and_forecast(tmp_path: Path) -> None:
    actuals = Actuals(DAY, {("tags.CostCenter", "cc-1"): Spend(Decimal(60), Decimal(90))})
    assert found(spent(tmp_path, "actual_plus_delta", 39, actuals)) == []
    over = spent(tmp_path, "actual_plus_delta", 40, actuals)
    assert found(over) == [("require_approval", "open", None)]
    assert over.budgets[0]["used"] == 100 and over.budgets[0]["actuals_as_of"] == DAY.isoformat()
    assert found(spent(tmp_path, "forecast", 9, actuals)) == []
    assert found(spent(tmp_path, "forecast", 10, actuals)) == [("require_approval", "open", None)]


def test_spend_that_nobody_knows(tmp_path: Path) -> None:
    key = ("tags.CostCenter", "cc-1")
    for actuals, day in [
        (None, DAY),
        (Actuals(DAY, {}), DAY),
        (Actuals(DAY, {key: Spend(Decimal(1))}), date(2026, 11, 9)),  # eight days old
        (Actuals(date(2026, 10, 31), {key: Spend(Decimal(1))}), DAY),  # last month's
    ]:
        assert found(spent(tmp_path, "actual_plus_delta", 1, actuals, day)) == [("warn", "unknown", None)]
    assert found(spent(tmp_path, "forecast", 1, Actuals(DAY, {key: Spend(Decimal(1))}))) == [("warn", "unknown", None)]


AWS_POLICY = {
    "tags": {
        "costcenter": {
            "tag_key": {"@@assign": "CostCenter"},
            "tag_value": {"@@assign": ["100", "2*"]},
            "report_required_tag_for": {"@@assign": ["logs:log-group"]},
        }
    }
}


def imported(tmp_path: Path, name: str, document: Any, *changes: EstimatedChange) -> list[str | None]:
    (tmp_path / "rules").mkdir(exist_ok=True)
    (tmp_path / "rules" / "labels.json").write_text(json.dumps(document), encoding="utf-8")
    text = rule_text(f"action: block\ntags: {{{name}: labels.json}}")
    return [found.problem for found in judged(tmp_path, text, *changes).findings]


def test_aws_tag_policy(tmp_path: Path) -> None:
    group = lambda tags: created(resource("aws_cloudwatch_log_group.a", tags=tags))  # noqa: E731
    assert imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, group({})) == ["missing tag CostCenter"]
    assert imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, group({"CostCenter": "100"})) == []
    assert imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, group({"CostCenter": "250"})) == []  # 2*
    assert 'is "300"' in str(imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, group({"CostCenter": "300"})))
    assert "spelled CostCenter" in str(
        imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, group({"costcenter": "100"}))
    )
    queue = created(resource("aws_sqs_queue.a", tags={}))
    assert imported(tmp_path, "from_aws_tag_policy", AWS_POLICY, queue) == []  # not among the types


def test_azure_policy(tmp_path: Path) -> None:
    missing = {"properties": {"policyRule": {"if": {"field": "[concat('tags[', parameters('tagName'), ']')]", "exists": "false"}},
                              "parameters": {"tagName": {"defaultValue": "team"}}}}  # fmt: skip
    values = {"policyRule": {"if": {"not": {"field": "tags['env']", "in": ["dev", "prod"]}}}}
    side = lambda **tags: created(resource("azurerm_managed_disk.a", tags=tags))  # noqa: E731
    assert imported(tmp_path, "from_azure_policy", [missing, values], side()) == ["missing tags team, env"]
    assert imported(tmp_path, "from_azure_policy", [missing, values], side(team="a", env="dev")) == []
    assert 'env is "test"' in str(
        imported(tmp_path, "from_azure_policy", [missing, values], side(team="a", env="test"))
    )


def test_google_labels(tmp_path: Path) -> None:
    document = {"labels": {"team": [], "env": ["dev", "prod"]}}
    side = lambda **tags: created(resource("google_compute_disk.a", tags=tags))  # noqa: E731
    assert imported(tmp_path, "from_google_labels", document, side()) == ["missing tags team, env"]
    assert imported(tmp_path, "from_google_labels", document, side(team="a", env="prod")) == []


@pytest.mark.parametrize(
    ("name", "document", "text"),
    [
        ("from_aws_tag_policy", {"Tags": {}}, "no `tags`"),
        ("from_aws_tag_policy", {"tags": {"a": {"tag_keys": {}}}}, "unknown key 'tag_keys'"),
        ("from_aws_tag_policy", {"tags": {"a": {"report_required_tag_for": {"@@assign": ["x:y"]}}}}, "x:y"),
        ("from_azure_policy", {"policyRule": {"if": {"field": "tags.a", "equals": "x"}}}, "cannot be imported"),
        ("from_azure_policy", {"policyRule": {"if": {"allOf": [{"field": "type", "equals": "x"}]}}}, "limits the definition"),
        ("from_azure_policy", {"a": 1}, "no `policyRule`"),
        ("from_google_labels", {"labels": {"Team": []}}, "small letters"),
    ],
)  # fmt: skip
def test_what_would_be_read_wrongly_is_refused(tmp_path: Path, name: str, document: Any, text: str) -> None:
    with pytest.raises(PolicyError, match=text.replace("`", "`")):
        imported(tmp_path, name, document)


def test_tags_that_are_passed_on_may_be_unknown(tmp_path: Path) -> None:
    side = resource("aws_ecs_service.a", tags={"Team": "web"}, propagate_tags=Unknown("known after apply"))
    text = rule_text("action: block\ntags: {required: {Team: {}}, passed_on: true}")
    assert found(judged(tmp_path, text, created(side))) == [("warn", "unknown", "aws_ecs_service.a")]


def test_a_relation_that_cannot_be_told_is_unknown(tmp_path: Path) -> None:
    text = rule_text(
        "action: block\nwhen: {none_related: {type: aws_volume_attachment, by: volume_id}}",
        match="{resources: [aws_ebs_volume]}",
    )
    volume = resource("aws_ebs_volume.a")
    attachment = resource("aws_volume_attachment.a", volume_id=Unknown("known after apply"))
    assert found(judged(tmp_path, text, created(volume), created(attachment))) == [
        ("warn", "unknown", "aws_ebs_volume.a")
    ]
    assert found(judged(tmp_path, text, created(replace(volume, graph=None)))) == [
        ("warn", "unknown", "aws_ebs_volume.a")
    ]
    assert found(judged(tmp_path, text, created(volume))) == [("block", "open", "aws_ebs_volume.a")]
