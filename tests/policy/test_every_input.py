"""Every kind of rule on every kind of input: what an input cannot know is said, never taken for false."""

from __future__ import annotations

import json
from typing import Any

import pytest

from finops_guard.check import Options, check
from finops_guard.policy.kinds.interface import KINDS
from tests.plans import change, plan, provider_name

RULES = """\
version: 1
policies:
  - {id: T-AAA-001, name: when, description: d, severity: low, action: block, match: {resources: [aws_instance]},
     when: {key: instance_type, op: eq, value: m5.large}, message: m}
  - {id: T-AAA-002, name: none-related, description: d, severity: low, action: block, match: {resources: [aws_ebs_volume]},
     when: {none_related: {type: aws_volume_attachment, by: volume_id}}, message: m}
  - {id: T-AAA-003, name: totals, description: d, severity: low, action: block, match: {resources: ["*"]},
     when: {key: totals.after, op: gt, value: 10}, message: m}
  - {id: T-AAA-004, name: totals-delta, description: d, severity: low, action: block, match: {resources: ["*"]},
     when: {key: totals.delta, op: gt, value: 10}, message: m}
  - {id: T-AAA-005, name: tags, description: d, severity: low, action: block, match: {resources: [aws_instance]},
     tags: {required: {Team: {}, Project: {}}}, message: m}
  - {id: T-AAA-006, name: coverage, description: d, severity: low, action: block, match: {resources: [aws_instance]},
     coverage: {tags: [Project], minimum_percent: 50}, message: m}
  - {id: T-AAA-007, name: budget, description: d, severity: low, match: {resources: [aws_instance]},
     budget: {group_by: tags.Team, limit: 10, thresholds: [{percent: 100, action: block}]}, message: m}
  - {id: T-AAA-008, name: budget-delta, description: d, severity: low, match: {resources: [aws_instance]},
     budget: {group_by: tags.Team, limit: 10, measure: delta, thresholds: [{percent: 100, action: block}]}, message: m}
  - {id: T-AAA-009, name: budget-actuals, description: d, severity: low, match: {resources: [aws_instance]},
     budget: {group_by: tags.Team, limit: 10, measure: actual_plus_delta, thresholds: [{percent: 100, action: block}]},
     message: m}
  - {id: T-AAA-010, name: cost-delta, description: d, severity: low, match: {resources: [aws_instance]},
     cost: {measure: delta, thresholds: [{above: 10, action: block}]}, message: m}
  - {id: T-AAA-011, name: cost-total, description: d, severity: low, match: {resources: [aws_instance]},
     cost: {measure: total, thresholds: [{above: 10, action: block}]}, message: m}
  - {id: T-AAA-012, name: cost-unit, description: d, severity: low, match: {resources: [aws_instance]},
     cost: {measure: unit, per: vcpu_hour, thresholds: [{above: 0.01, action: block}]}, message: m}
"""
FOUND, NO_BASE, UNKNOWN = "found", "no base", "unknown"
NEED_BASE = ("totals-delta", "budget-delta", "cost-delta")

INSTANCE: dict[str, Any] = {
    "instance_type": "m5.large",
    "tags": {"Team": "web"},
    "tags_all": {"Team": "web"},
    "id": "i-1",
}
VOLUME: dict[str, Any] = {"type": "gp3", "size": 10, "id": "vol-1"}


def with_base() -> dict[str, Any]:
    return plan(
        change("aws_instance.a", INSTANCE, unknown={"root_block_device": True}), change("aws_ebs_volume.a", VOLUME)
    )


def _values() -> dict[str, Any]:
    sides = {"aws_instance": INSTANCE, "aws_ebs_volume": VOLUME}
    resources = [
        {"address": f"{kind}.a", "mode": "managed", "type": kind, "name": "a", "provider_name": provider_name(kind),
         "values": values, "sensitive_values": {}}
        for kind, values in sides.items()
    ]  # fmt: skip
    return {"root_module": {"resources": resources}}


def without_base() -> dict[str, Any]:
    return {name: value for name, value in with_base().items() if name != "resource_changes"} | {
        "planned_values": _values()
    }


def state() -> dict[str, Any]:
    return {"format_version": "1.0", "terraform_version": "1.11.4", "values": _values()}


INPUTS = {"plan with base": with_base, "plan without base": without_base, "state": state}


@pytest.fixture(params=INPUTS, scope="module")
def verdicts(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """What each rule says of one kind of input, by name."""
    folder = tmp_path_factory.mktemp("input")
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "plan.json").write_text(json.dumps(INPUTS[request.param]()), encoding="utf-8")
    options = Options([str(folder / "plan.json")], "none", [str(folder / "rules")], region="us-east-1")
    report = check(options)
    said = {entry["id"]: entry["reason"] for entry in report["policies"]["not_evaluated"]}
    for found in report["findings"]:
        said[found["id"]] = FOUND if found["state"] == "open" else UNKNOWN
    names = dict(zip((f"T-AAA-{number:03}" for number in range(1, 13)), NAMES, strict=True))
    return request.param, {names[rule]: word for rule, word in said.items()}


NAMES = [line.split("name: ")[1].split(",")[0] for line in RULES.splitlines() if "name: " in line]


def test_the_matrix(verdicts: tuple[str, dict[str, str]]) -> None:
    kind, said = verdicts
    based = kind == "plan with base"
    expected = {name: FOUND if based or name not in NEED_BASE else NO_BASE for name in NAMES}
    expected["budget-actuals"] = UNKNOWN  # no snapshot is given
    assert said == expected


def test_every_kind_is_tried() -> None:
    tried = {kind for kind in KINDS if f"\n     {kind}: " in RULES}
    assert set(KINDS) - {"rego"} == tried, "add a rule of the new kind to the matrix"
