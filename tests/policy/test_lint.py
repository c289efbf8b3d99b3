"""What `policy lint` says of rules that load and still cannot be meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finops_guard.policy.lint import lint
from tests.policy.make import created, judged, resource, rule_text, rules

TODAY = date(2026, 11, 21)
TESTED = """
tests:
  - {name: a, resource: {type: aws_instance, values: {instance_type: m5.large}}, expect: {action: warn}}
  - {name: b, resource: {type: aws_instance}, expect: {action: allow}}
"""
WHEN = "action: warn\nwhen: {key: instance_type, op: eq, value: m5.large}" + TESTED


def said(tmp_path: Path, body: str, **more: Any) -> list[tuple[str, str]]:
    return [(one.level, one.message) for one in lint(rules(tmp_path, rule_text(body, **more)), TODAY)]


def test_nothing_to_say(tmp_path: Path) -> None:
    assert said(tmp_path, WHEN) == []


@pytest.mark.parametrize(
    ("body", "level", "text"),
    [
        ("action: warn\nwhen: {key: instance_types, op: eq, value: m5.large}", "error", "never true of a list"),
        ("action: warn\nwhen: {key: instance_types, op: ne, value: m5.large}", "error", "always true of a list"),
        ("action: warn\nwhen: {key: 'values.disk[].size', op: gt, value: 5}", "error", "never true of a list"),
        ("action: warn\nwhen: {key: values.tags.Team, op: absent}", "error", "default tags"),
        ("action: warn\nwhen: {key: 'values.disk[?kind == \"gp2\"]', op: present}", "error", "not text"),
        ("action: warn\nwhen: {key: \"values.disk[?size > '5']\", op: present}", "error", "always null"),
        ("action: warn\nwhen: {not: {any: [{key: gpu_models, op: in, value: [a]}]}}", "error", "never true of a list"),
        ("action: allow\nwhen: {key: gpus, op: gt, value: 1}", "warning", "never does anything"),
        ("action: warn\nwhen: {key: gpus, op: gt, value: 1}", "warning", "has no tests"),
        (
            "cost: {measure: delta, thresholds: [{above: 5, action: block}, {above: 9, action: warn}]}",
            "error",
            "the threshold at 9 USD (warn) is laxer than the one at 5 USD",
        ),
        (
            "budget: {group_by: project, limit: 5, thresholds: [{percent: 9, action: warn}, {percent: 9, action: warn}]}",
            "error",
            "two thresholds stand at 9 %",
        ),
        (WHEN + "exceptions:\n  - {resources: [a], reason: long enough, owner: me, expires: 2026-11-20}", "warning", "expired"),
        (WHEN + "exceptions:\n  - {resources: [a], reason: long enough, owner: me, expires: 2026-12-05}", "warning", "14 days"),
    ],
)  # fmt: skip
def test_a_problem(tmp_path: Path, body: str, level: str, text: str) -> None:
    assert any(one[0] == level and text in one[1] for one in said(tmp_path, body)), said(tmp_path, body)


def test_rising_thresholds_and_long_exceptions_pass(tmp_path: Path) -> None:
    rising = "cost: {measure: delta, thresholds: [{above: 5, action: warn}, {above: 9, action: warn}, {above: 10, action: block}]}"
    assert [text for level, text in said(tmp_path, rising) if level == "error"] == []
    assert (
        said(tmp_path, WHEN + "exceptions:\n  - {resources: [a], reason: long enough, owner: me, expires: 2026-12-06}")
        == []
    )


def test_tests_that_go_one_way_only(tmp_path: Path) -> None:
    only = "action: warn\nwhen: {key: gpus, op: gt, value: 1}\ntests: [{name: a, resource: {type: a}, expect: {action: %s}}]"
    assert "no test expects the rule to find something" in said(tmp_path, only % "allow")[0][1]
    assert "no test expects the rule to let something pass" in said(tmp_path, only % "warn")[0][1]


def test_a_type_and_an_environment_that_nobody_knows(tmp_path: Path) -> None:
    match = "{resources: [aws_instnce, 'aws_sagmaker_*', kubernetes_new, 'AWS::EC2::New'], environments: [prodution]}"
    found = lint(rules(tmp_path, rule_text(WHEN, match=match)), TODAY)
    assert [one.hint for one in found] == ["did you mean 'aws_instance'?", found[1].hint, "did you mean 'production'?"]
    assert {one.level for one in found} == {"warning"}
    assert "aws_sagmaker_*" in found[1].message


def test_a_misspelled_type_is_never_nothing_found(tmp_path: Path) -> None:
    text = rule_text(
        "action: block\nwhen: {key: gpus, op: gt, value: 1}", match="{resources: [aws_instnce, aws_db_instance]}"
    )
    result = judged(tmp_path, text, created(resource("aws_instance.a", instance_type="m5.large")))
    assert [(one.state, one.problem) for one in result.findings] == [("unknown", "unknown type aws_instnce")]
    assert result.passed == 0
    newer = judged(tmp_path, text, created(resource("aws_instnce.a")))  # a type that is newer than our tables
    assert [one.state for one in newer.findings] == []
