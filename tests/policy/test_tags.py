"""`tags` and `coverage`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from finops_guard.values import Unknown
from tests.policy.make import created, declared, deleted, judged, resource, rule_text, unchanged

LATER = Unknown("known after apply")
CENTERS = "version: 1\ncost_centers: {cc-100: {team: web}, cc-110: {team: ml}}\n"
BODY = """
action: block
tags:
  required:
    Team: {pattern: "^[a-z][a-z0-9-]{1,30}$"}
    CostCenter: {lookup: cost_centers}
    Environment: {values: [development, staging, production]}
  forbidden_values: ["", TODO]
"""
RULE = rule_text(BODY, match='{resources: ["aws_*"], taggable: true}', message='"{address}: {problem}"')
GOOD = {"Team": "web", "CostCenter": "cc-100", "Environment": "staging"}


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        (GOOD, None),
        ({**GOOD, "Other": "x"}, None),
        ({"CostCenter": "cc-100", "Environment": "staging"}, "missing tag Team"),
        ({}, "missing tags Team, CostCenter, Environment"),
        ({**GOOD, "Team": None}, "missing tag Team"),
        ({**GOOD, "Team": "Web"}, 'tag Team is "Web", which does not match ^[a-z][a-z0-9-]{1,30}$'),
        ({**GOOD, "Team": "TODO"}, 'tag Team is "TODO", which says nothing'),
        ({**GOOD, "Team": ""}, 'tag Team is "", which says nothing'),
        (
            {**GOOD, "CostCenter": "cc-101"},
            'tag CostCenter is "cc-101", which is no known cost centre; did you mean cc-110?',
        ),
        (
            {**GOOD, "Environment": "stagging"},
            'tag Environment is "stagging"; allowed: development, staging, production; did you mean staging?',
        ),
        ({"team": "web", "CostCenter": "cc-100", "Environment": "staging"}, "tag team should be spelled Team"),
    ],
)
def test_what_is_wrong(tmp_path: Path, tags: dict[str, Any], problem: str | None) -> None:
    outcome = judged(tmp_path, RULE, created(resource("aws_instance.a", tags=tags)), centers=CENTERS)
    assert [found.problem for found in outcome.findings if found.state == "open"] == ([problem] if problem else [])
    assert outcome.verdict == ("block" if problem else "allow")
    if problem:
        assert outcome.findings[0].message == f"aws_instance.a: {problem}"


def test_case_insensitive(tmp_path: Path) -> None:
    text = RULE.replace("      required:", "      case: insensitive\n      required:")
    side = resource("aws_instance.a", tags={"team": "web", "costcenter": "cc-100", "ENVIRONMENT": "Staging"})
    assert judged(tmp_path, text, created(side), centers=CENTERS).verdict == "allow"


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({**GOOD, "Team": LATER}, "the value of tag Team is not known: known after apply"),
        (LATER, "the tags are not known: known after apply"),
    ],
)
def test_unknown_tags(tmp_path: Path, tags: Any, reason: str) -> None:
    (found,) = judged(tmp_path, RULE, created(resource("aws_instance.a", tags=tags)), centers=CENTERS).findings
    assert (found.state, found.action) == ("unknown", "warn")
    assert reason in found.message


def test_something_wrong_counts_more_than_something_unknown(tmp_path: Path) -> None:
    side = resource("aws_instance.a", tags={"Team": LATER, "CostCenter": "cc-100"})
    (found,) = judged(tmp_path, RULE, created(side), centers=CENTERS).findings
    assert (found.state, found.problem) == ("open", "missing tag Environment")


def test_a_lookup_without_cost_centers_is_unknown(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, RULE, created(resource("aws_instance.a", tags=GOOD))).findings
    assert found.state == "unknown"
    assert "no cost-centers.yaml" in found.message


def test_presence_alone_does_not_need_the_value(tmp_path: Path) -> None:
    text = rule_text("action: warn\ntags: {required: {Team: {}}}")
    assert judged(tmp_path, text, created(resource("aws_instance.a", tags={"Team": LATER}))).verdict == "allow"


def test_default_tags_count_unless_the_rule_says_otherwise(tmp_path: Path) -> None:
    side = replace(resource("aws_instance.a", tags={}), tags=GOOD)
    assert judged(tmp_path, RULE, created(side), centers=CENTERS).verdict == "allow"
    own = RULE.replace("      required:", "      sources: [resource]\n      required:")
    assert judged(tmp_path, own, created(side), centers=CENTERS).verdict == "block"


def test_tag_blocks_of_autoscaling_groups(tmp_path: Path) -> None:
    blocks = [{"key": name, "value": value, "propagate_at_launch": True} for name, value in GOOD.items()]
    side = resource("aws_autoscaling_group.a", tag=blocks)
    assert judged(tmp_path, RULE, created(side), centers=CENTERS).verdict == "allow"


def test_who_is_judged(tmp_path: Path) -> None:
    bare = resource("aws_instance.a", tags={})
    outcome = judged(
        tmp_path, RULE, declared(bare), deleted(bare), unchanged(bare), created(resource("aws_iam_role_policy.a")),
        created(resource("google_compute_instance.a")), centers=CENTERS,
    )  # fmt: skip
    assert len(outcome.findings) == 1


def test_control_characters_of_a_tag_do_not_reach_a_report(tmp_path: Path) -> None:
    side = resource("aws_instance.a", tags={**GOOD, "Environment": "x\n::error::\x1b[31m" + "y" * 500})
    message = judged(tmp_path, RULE, created(side), centers=CENTERS).findings[0].message
    assert message.isprintable()
    assert len(message) < 500


COVERAGE = rule_text(
    "action: warn\ncoverage: {tags: [Team], weight: cost, minimum_percent: 95}",
    message='"{coverage_percent} of {minimum_percent}"',
)


@pytest.mark.parametrize(
    ("with_tag", "without", "verdict"),
    [(95, 5, "allow"), (94, 6, "warn"), (0, 0, "allow"), (0, 1, "warn"), (1, 0, "allow")],
)
def test_coverage_by_cost(tmp_path: Path, with_tag: int, without: int, verdict: str) -> None:
    changes = [
        unchanged(resource("aws_instance.a", tags={"Team": "web"}), with_tag),
        created(resource("aws_instance.b"), without),
    ]
    outcome = judged(tmp_path, COVERAGE, *changes)
    assert outcome.verdict == verdict
    if with_tag == 94:
        assert outcome.findings[0].message == "94 of 95"
        assert outcome.findings[0].money == 6


def test_coverage_by_count_and_unknown(tmp_path: Path) -> None:
    by_count = COVERAGE.replace("weight: cost", "weight: resources").replace("95", "50")
    tagged, bare = resource("aws_instance.a", tags={"Team": "web"}), resource("aws_instance.b", tags={})
    assert judged(tmp_path, by_count, created(tagged, 1), created(bare, 99)).verdict == "allow"
    assert judged(tmp_path, by_count, created(bare), created(bare)).findings[0].state == "open"
    later = resource("aws_instance.c", tags=LATER)
    assert judged(tmp_path, by_count, created(later), created(bare)).findings[0].state == "unknown"
