"""What is wrong in a policy file is said with file, line, key and the nearest right one; nothing is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from finops_guard.errors import PolicyError
from finops_guard.policy.load import has_rules, load_cost_centers, load_rules
from tests.policy.make import rule_text, rules

GOOD = rule_text("action: warn\nwhen: {key: gpus, op: gt, value: 1}")


def refused(tmp_path: Path, text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        rules(tmp_path, text)
    return caught.value


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message", "hint"),
    [
        (
            "severity: medium",
            "severty: medium",
            6,
            "policies[T-WHE-001].severty: unknown key",
            "did you mean 'severity'?",
        ),
        ("when:", "whne:", 10, "unknown key", "did you mean 'when'?"),
        ("action: warn", "action: warm", 9, "'warm' is not a valid choice", "did you mean 'warn'?"),
        ("op: gt", "op: gtee", 10, "'gtee' is not a valid choice", "did you mean 'gte'?"),
        ("op: gt", "opp: gt", 10, "policies[T-WHE-001].when.opp: unknown key", "did you mean 'op'?"),
        ("key: gpus", "key: gpu", 10, "the policy input has no field 'gpu'", "did you mean 'gpus'?"),
        (
            "key: gpus",
            "key: totals.gpus_aded",
            10,
            "has no field 'totals.gpus_aded'",
            "did you mean 'totals.gpus_added'?",
        ),
        ("key: gpus", "key: totals", 10, "has no field 'totals alone'", "totals."),
        ("key: gpus", "key: 'gpus ['", 10, "not a JMESPath expression", None),
        ("key: gpus", "key: '!tags.Team'", 10, "applies `!` to the first name only", "write !(a.b) for !a.b"),
        ("value: 1", "value: many", 10, "the operator gt needs a number", None),
        (", value: 1", "", 10, "the operator gt needs a value", None),
        ("op: gt, value: 1", "op: absent, value: 1", 10, "the operator absent takes no value", None),
        ("op: gt, value: 1", "op: in, value: a", 10, "the operator in needs a list", None),
        ("op: gt, value: 1", "op: regex, value: '('", 10, "not a regular expression", None),
        ("op: gt, value: 1", "op: regex, value: '(a+)+b'", 10, "a repeat inside a repeat", None),
        ('"{address}"', '"{adress}"', 8, "unknown placeholder {adress}", "did you mean 'address'?"),
        ('"{address}"', '"{values.password}"', 8, "unknown placeholder {values.password}", None),
        ('"{address}"', '"{address"', 8, "a brace without its partner", None),
        ("id: T-WHE-001", "id: whenever", 3, "'whenever' does not have the right form", "such as ACME-TAG-001"),
        ("    action: warn\n", "", 3, "the key 'action' is missing", None),
        ("version: 1", "version: 2", 1, "should be 1, not 2", None),
        ('["*"]', "[]", 7, "should not be empty", None),
        ("{key: gpus, op: gt, value: 1}", "{all: []}", 10, "should not be empty", None),
    ],
)
def test_typos(tmp_path: Path, right: str, wrong: str, line: int, message: str, hint: str | None) -> None:
    assert right in GOOD
    error = refused(tmp_path, GOOD.replace(right, wrong))
    assert error.span is not None
    assert error.span.file.endswith("rules.yaml")
    assert error.span.line == line
    assert message in error.message
    assert hint is None or hint in (error.hint or "")


def test_a_rule_has_exactly_one_check(tmp_path: Path) -> None:
    assert "one of when, tags, coverage, budget, cost is needed" in refused(tmp_path, rule_text("action: warn")).message
    both = rule_text("action: warn\nwhen: {key: gpus, op: gt, value: 1}\ntags: {required: {Team: {}}}")
    assert "only one of when, tags may be given" in refused(tmp_path, both).message


def test_thresholds_carry_the_action(tmp_path: Path) -> None:
    text = rule_text("action: warn\ncost: {measure: delta, thresholds: [{above: 5, action: block}]}")
    assert "the thresholds carry the actions" in refused(tmp_path, text).message


@pytest.mark.parametrize(
    "threshold", ["{action: warn}", "{percent: 5, action: warn}", "{above: 5, floor: 1, action: warn}"]
)
def test_a_threshold_that_can_never_be_reached(tmp_path: Path, threshold: str) -> None:
    refused(tmp_path, rule_text(f"cost: {{measure: delta, thresholds: [{threshold}]}}"))


@pytest.mark.parametrize(
    ("test", "message", "hint"),
    [
        ("resource: {type: aws_instance, given: {gpu: 9}}", "'gpu' cannot be given", "did you mean 'gpus'?"),
        ("resource: {type: aws_instance, given: {gpus: many}}", "gpus should be a number", None),
        ("resource: {type: aws_instance, given: {scaling: {maximum: 9}}}", "scaling has no 'maximum'", "max"),
        ("resource: {type: aws_instance}, totals: {gpus_aded: 9}", "there is no total 'gpus_aded'", "gpus_added"),
        ("totals: {gpus_added: 9}", "a test needs a resource", None),
    ],
)
def test_a_test_of_nothing(tmp_path: Path, test: str, message: str, hint: str | None) -> None:
    body = "action: warn\nwhen: {key: gpus, op: gt, value: 1}\ntests: [{name: a, TEST, expect: {action: warn}}]"
    error = refused(tmp_path, rule_text(body.replace("TEST", test)))
    assert message in error.message
    assert error.span is not None
    assert error.span.line == 11
    assert hint is None or hint in (error.hint or "")


def test_duplicate_ids_name_both_places(tmp_path: Path) -> None:
    rules(tmp_path, GOOD)
    (tmp_path / "rules" / "second.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_rules([str(tmp_path / "rules")])
    assert "rules.yaml:3" in caught.value.message
    assert "second.yaml:3" in str(caught.value.span)


def test_a_misspelled_top_level_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("policies:", "polices:"), encoding="utf-8")
    with pytest.raises(PolicyError, match="unknown key 'polices'") as caught:
        load_rules([str(tmp_path)])
    assert caught.value.span is not None
    assert caught.value.span.line == 2
    assert caught.value.hint == "did you mean 'policies'?"


def test_other_yaml_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kubernetes.yaml").write_text("kind: Policy\n---\nkind: Other\n", encoding="utf-8")
    (tmp_path / "rules.yml").write_text(GOOD, encoding="utf-8")
    assert [rule.id for rule in load_rules([str(tmp_path)]).rules] == ["T-WHE-001"]


def test_no_rules_at_all_is_an_error_when_a_directory_was_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no rules below"):
        load_rules([str(tmp_path)])
    with pytest.raises(PolicyError, match="no such directory"):
        load_rules([str(tmp_path / "nowhere")])
    assert not has_rules(str(tmp_path))
    assert not has_rules(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    "text", ["policies: 5\n", "policies:\n- 7\n", "version: 1\npolicies: []\n", "policies: [\n", "policies:\n"]
)
def test_broken_files(tmp_path: Path, text: str) -> None:
    refused(tmp_path, text)


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    first = rules(tmp_path, GOOD).digest
    assert first == rules(tmp_path, GOOD).digest
    assert first != rules(tmp_path, GOOD + "# changed\n").digest


CENTERS = """\
version: 1
cost_centers:
  cc-1:
    team: web
    monthly_budget: 1000
    owners:
      - {name: Grace, role: finance, authority: 20000}
      - {name: Ada, role: team_lead, logins: {github: ada}, authority: 2000}
council: [{name: Council, role: executive}]
"""


def test_cost_centers(tmp_path: Path) -> None:
    found = rules(tmp_path, GOOD, CENTERS).cost_centers
    assert [owner.name for owner in found.by_id["cc-1"].owners] == ["Ada", "Grace"]
    assert found.by_id["cc-1"].owner == "Ada"
    assert found.council[0].authority is None


def test_cost_centers_beside_the_directory_of_rules(tmp_path: Path) -> None:
    (tmp_path / "cost-centers.yaml").write_text(CENTERS, encoding="utf-8")
    assert "cc-1" in rules(tmp_path, GOOD).cost_centers.by_id


def test_a_typo_in_the_cost_centers(tmp_path: Path) -> None:
    path = tmp_path / "cost-centers.yaml"
    path.write_text(CENTERS.replace("monthly_budget", "montly_budget"), encoding="utf-8")
    with pytest.raises(PolicyError, match="unknown key") as caught:
        load_cost_centers(str(path))
    assert caught.value.span is not None
    assert caught.value.span.line == 5
    assert caught.value.hint == "did you mean 'monthly_budget'?"


def test_named_cost_centers_must_exist(tmp_path: Path) -> None:
    error = refused(tmp_path, GOOD.replace("version: 1\n", "version: 1\ndata: {cost_centers: other.yaml}\n"))
    assert "other.yaml: no such file" in error.message
