"""Overrides and parameters of rules, and the keys that narrow who is meant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.model import EstimatedChange
from finops_guard.policy.evaluate import PolicyResult, evaluate
from finops_guard.policy.load import load_rules
from finops_guard.policy.rule import STRICTNESS
from finops_guard.values import Unknown
from tests.policy.make import Facts, created, estimate, project, resource, rule_text, unchanged

SIZE = """\
action: block
parameters: {most: 8}
when: {key: values.size, op: gt, value: {parameter: most}}
"""
RULE = rule_text(SIZE, message='"{address} is larger than {parameters.most}"')
COST = rule_text(
    "cost: {measure: delta, unpriced: block, thresholds: [{above: 100, action: warn}, {above: 500, action: block}]}"
)


def thing(environment: str | None = "production", size: Any = 10, name: str = "a", amount: Any = 10) -> EstimatedChange:
    return created(resource(f"aws_ebs_volume.{name}", environment, size=size, tags={"Team": "web"}), amount)


def judged(folder: Path, rules: str, overrides: str, *changes: Any) -> PolicyResult:
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "overrides.yaml").unlink(missing_ok=True)
    if overrides:
        (folder / "overrides.yaml").write_text(f"version: 1\noverrides:\n{overrides}", encoding="utf-8")
    return evaluate(estimate(*changes), load_rules([str(folder)]), Facts())


def actions(result: PolicyResult) -> dict[str, str]:
    return {found.address or "-": found.action for found in result.findings}


def refused(folder: Path, rules: str, overrides: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        judged(folder, rules, overrides)
    return caught.value


@pytest.mark.parametrize("pattern", ["T-WHE-001", "T-*"])
def test_another_action_in_one_environment(tmp_path: Path, pattern: str) -> None:
    result = judged(
        tmp_path, RULE, f"  - {{rule: {pattern}, environments: [dev], action: warn, severity: info}}\n",
        thing("development"), thing(name="b"),
    )  # fmt: skip
    assert actions(result) == {"aws_ebs_volume.a": "warn", "aws_ebs_volume.b": "block"}
    assert {found.severity for found in result.findings} == {"info", "medium"}


def test_an_override_beside_the_rules_of_its_file(tmp_path: Path) -> None:
    rules = RULE + "overrides:\n  - {rule: T-WHE-001, action: warn}\n"
    assert judged(tmp_path, rules, "", thing()).verdict == "warn"


def test_a_rule_that_is_switched_off_is_not_passed(tmp_path: Path) -> None:
    result = judged(tmp_path, RULE, "  - {rule: T-WHE-001, environments: [dev], enabled: false}\n", thing("dev"))
    assert result.verdict == "block"  # `dev` is canonical only where inputs are read
    result = judged(
        tmp_path, RULE, "  - {rule: T-WHE-001, environments: [dev], enabled: false}\n", thing("development")
    )
    assert result.verdict == "allow"
    assert not result.passed_rules
    assert "overrides.yaml:3" in result.not_evaluated[0]["reason"]
    assert "environments dev" in result.not_evaluated[0]["reason"]
    off_and_on = "  - {rule: T-WHE-001, enabled: false}\n  - {rule: T-WHE-001, projects: [w*], enabled: true}\n"
    assert judged(tmp_path, RULE, off_and_on, project(thing(), name="web")).verdict == "block"
    assert judged(tmp_path, RULE, off_and_on, project(thing(), name="shop")).verdict == "allow"


def test_parameters(tmp_path: Path) -> None:
    assert judged(tmp_path, RULE, "", thing(size=9)).findings[0].message == "aws_ebs_volume.a is larger than 8"
    override = "  - {rule: T-WHE-001, environments: [production], parameters: {most: 20}}\n"
    assert judged(tmp_path, RULE, override, thing(size=9)).verdict == "allow"
    found = judged(tmp_path, RULE, override, thing(size=21)).findings[0]
    assert found.message == "aws_ebs_volume.a is larger than 20"
    assert found.passes_when == "values.size is at most 20"


def test_a_later_override_counts_over_an_earlier_one(tmp_path: Path) -> None:
    overrides = (
        "  - {rule: T-WHE-001, environments: [production], parameters: {most: 20}}\n"
        "  - {rule: T-WHE-001, tags: {Team: [w*, x]}, action: warn}\n"
        "  - {rule: T-WHE-001, projects: [web], parameters: {most: 30}}\n"
    )
    assert judged(tmp_path, RULE, overrides, project(thing(size=25), name="web")).verdict == "allow"
    assert judged(tmp_path, RULE, overrides, project(thing(size=31), name="web")).verdict == "warn"
    assert judged(tmp_path, RULE, overrides, project(thing(size=21), name="shop")).verdict == "warn"


def test_thresholds(tmp_path: Path) -> None:
    override = "  - {rule: T-WHE-001, projects: [web], thresholds: [{above: 20, action: block}]}\n"
    assert judged(tmp_path, COST, override, project(thing(amount=50), name="web")).verdict == "block"
    assert judged(tmp_path, COST, override, project(thing(amount=50), name="shop")).verdict == "allow"


def test_an_action_is_the_most_that_a_threshold_does(tmp_path: Path) -> None:
    override = "  - {rule: '*', environments: [development], action: warn}\n"
    assert judged(tmp_path, COST, override, thing("development", amount=900)).verdict == "warn"
    assert judged(tmp_path, COST, override, thing("production", amount=900)).verdict == "block"
    assert judged(tmp_path, COST, override, thing("development", amount=None)).verdict == "warn"
    assert judged(tmp_path, COST, "", thing("development", amount=None)).verdict == "block"


# sums


def test_a_sum_is_never_weakened_by_splitting_it(tmp_path: Path) -> None:
    override = "  - {rule: T-WHE-001, environments: [development], action: warn}\n"
    mixed = [thing("development", amount=300, name="a"), thing("production", amount=300, name="b")]
    assert judged(tmp_path, COST, override, *mixed).verdict == "block"


def test_a_stricter_rule_for_a_part_is_judged_besides(tmp_path: Path) -> None:
    override = "  - {rule: T-WHE-001, environments: [production], thresholds: [{above: 20, action: block}]}\n"
    mixed = [thing("development", amount=120, name="a"), thing("production", amount=30, name="b")]
    result = judged(tmp_path, COST, override, *mixed)
    assert sorted(found.action for found in result.findings) == ["block", "warn"]


@given(
    sizes=st.lists(
        st.tuples(st.sampled_from(["development", "production", "staging"]), st.integers(0, 400)), max_size=6
    ),
    lower=st.booleans(),
)
def test_lowering_in_one_place_lowers_nothing_elsewhere(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[tuple[str, int]], lower: bool
) -> None:
    folder = tmp_path_factory.mktemp("rules")
    override = "  - {rule: '*', environments: [development], action: warn}\n" if lower else ""
    changes = [thing(name, size, f"v{index}", size) for index, (name, size) in enumerate(sizes)]
    for rules in (RULE, COST):
        result = judged(folder, rules, override, *changes)
        plain = judged(folder, rules, "", *changes)
        if any(name != "development" for name, _ in sizes) and rules == COST:
            assert result.verdict == plain.verdict
        for found in plain.findings:
            where = int((found.address or "v0")[found.address.rindex("v") + 1 :]) if found.address else None
            if where is not None and sizes[where][0] != "development":
                assert actions(result)[found.address or ""] == found.action


# what nobody knows


def test_an_unknown_environment_is_judged_by_the_rule_as_it_is(tmp_path: Path) -> None:
    for change in ("action: warn", "enabled: false", "severity: low"):
        override = f"  - {{rule: T-WHE-001, environments: [development], {change}}}\n"
        assert actions(judged(tmp_path, RULE, override, thing(None))) == {"aws_ebs_volume.a": "block"}


def test_an_override_that_may_be_stricter_is_not_passed_in_silence(tmp_path: Path) -> None:
    override = "  - {rule: T-WHE-001, environments: [production], parameters: {most: 4}}\n"
    result = judged(tmp_path, RULE, override, thing(None, size=6))
    assert [(found.action, found.state) for found in result.findings] == [("warn", "unknown")]
    assert "overrides.yaml:3" in result.findings[0].message
    assert [found.state for found in judged(tmp_path, RULE, override, thing(None, size=9)).findings] == ["open"]
    assert judged(tmp_path, RULE, override, thing(None, size=3)).verdict == "allow"


# what is wrong


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("rule: T-WHE-002, action: warn", "there is no rule 'T-WHE-002'", "did you mean 'T-WHE-001'?"),
        ("rule: X*, action: warn", "there is no rule 'X*'", None),
        ("rule: T-WHE-001", "changes nothing", "action"),
        ("rule: T-WHE-001, parameters: {mst: 9}", "has no parameter 'mst'", "did you mean 'most'?"),
        ("rule: T-WHE-001, thresholds: [{above: 1, action: warn}]", "has no thresholds", None),
        ("rule: T-WHE-001, parameters: {most: many}", "needs a number", None),
        ("rule: T-WHE-001, environment: [dev], action: warn", "unknown key", "did you mean 'environments'?"),
        ("rule: T-WHE-001, action: deny", "not a valid choice", None),
    ],
)
def test_what_cannot_be_an_override(tmp_path: Path, override: str, message: str, hint: str | None) -> None:
    error = refused(tmp_path, RULE, f"  - {{{override}}}\n")
    assert message in error.message
    assert error.span is not None
    assert error.span.file.endswith("overrides.yaml")
    assert error.span.line == 3
    assert hint is None or hint in (error.hint or "")


def test_an_override_of_thresholds_that_changes_nothing(tmp_path: Path) -> None:
    assert "changes nothing" in refused(tmp_path, COST, "  - {rule: T-WHE-001, action: block}\n").message


def test_the_budget_of_a_group_is_one_figure(tmp_path: Path) -> None:
    budget = rule_text("budget: {group_by: tags.Team, limit: 100, thresholds: [{percent: 90, action: block}]}")
    error = refused(tmp_path, budget, "  - {rule: T-WHE-001, environments: [development], action: warn}\n")
    assert "a budget by tags.Team" in error.message
    by_place = budget.replace("tags.Team", "environment")
    override = "  - {rule: T-WHE-001, environments: [development], action: warn}\n"
    assert judged(tmp_path, by_place, override, thing("development", amount=500)).verdict == "warn"


def test_a_misspelled_file_of_overrides_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "overrides.yaml").write_text("version: 1\noverides: []\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="unknown key"):
        load_rules([str(tmp_path)])


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("{parameter: most}", "{parameter: mots}", "there is no parameter 'mots'"),
        ("{parameter: most}", "8", ""),
        ("{most: 8}", "{most: 8, least: 1}", "the parameter least is used nowhere"),
        ("{parameters.most}", "{parameters.least}", "there is no parameter 'least'"),
        ("{most: 8}", "{most: [8]}", "needs a number"),
        ("{most: 8}", "{most: {a: 1}}", "should be"),
    ],
)
def test_parameters_that_are_wrong(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    text = RULE.replace(right, wrong)
    if not message:  # the message still uses it
        assert judged(tmp_path, text, "", thing()).findings
        return
    assert message in refused(tmp_path, text, "").message


@pytest.mark.parametrize("place", ["percent", "above", "above_percent", "floor"])
def test_parameters_of_thresholds_are_checked(tmp_path: Path, place: str) -> None:
    kind = "budget: {group_by: project, limit: 5, " if place == "percent" else "cost: {measure: delta, "
    extra = ", above_percent: 5" if place == "floor" else ""
    body = f"parameters: {{x: 90}}\n{kind}thresholds: [{{{place}: {{parameter: x}}{extra}, action: warn}}]}}"
    judged(tmp_path, rule_text(body), "", thing())
    assert "should be a number" in refused(tmp_path, rule_text(body.replace("90", "high")), "").message


def test_both_schemas_describe_the_same_override() -> None:
    alone, within = schema("overrides")["$defs"], schema("policy")["$defs"]
    assert json.dumps(alone) == json.dumps({name: within[name] for name in alone})


# who is meant


def meant(folder: Path, match: str, *changes: Any) -> list[tuple[str, str]]:
    text = rule_text("action: block\nwhen: {key: values.size, op: present}", f'{{resources: ["*"], {match}}}')
    result = judged(folder, text, "", *changes)
    return sorted((found.address or "-", found.state) for found in result.findings)


@pytest.mark.parametrize(
    ("match", "addresses"),
    [
        ("providers: [aws]", ["aws_x.a", "module.m.aws_x.b"]),
        ("providers: [google, azure*]", []),
        ("regions: [us-*]", ["aws_x.a", "module.m.aws_x.b"]),
        ("regions: [eu-west-?]", []),
        ("modules: [module.m]", ["module.m.aws_x.b"]),
        ('modules: ["."]', ["aws_x.a"]),
        ("accounts: ['1234*']", ["module.m.aws_x.b"]),
        ("tags: {Team: web}", ["aws_x.a"]),
        ("tags: {Team: [shop, w*], Stage: '*'}", []),
        ("projects: [we*]", ["aws_x.a", "module.m.aws_x.b"]),
        ("modules: [module.*], tags: {Team: shop}", ["module.m.aws_x.b"]),
    ],
)
def test_match(tmp_path: Path, match: str, addresses: list[str]) -> None:
    first = resource("aws_x.a", size=1, tags={"Team": "web"}, account_id="99")
    second = resource("module.m.aws_x.b", size=1, tags={"Team": "shop"}, arn="arn:aws:ec2:us-east-1:123456789012:x/y")
    second = replace(second, module_path=("module.m",))
    assert meant(tmp_path, match, created(first), created(second)) == [(address, "open") for address in addresses]


@pytest.mark.parametrize("match", ["accounts: ['1*']", "regions: [us-*]", "tags: {Team: web}"])
def test_what_the_input_cannot_know_is_unknown(tmp_path: Path, match: str) -> None:
    side = replace(resource("aws_x.a", size=1, tags={"Team": Unknown("known after apply")}), region=None)
    assert meant(tmp_path, match, created(side)) == [("aws_x.a", "unknown")]


def test_several_directories_and_packs(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE, encoding="utf-8")
    rules = load_rules([str(tmp_path), "pack:starter"])
    assert rules.source == "dir"
    assert {"T-WHE-001", "FG-GPU-001"} <= {rule.id for rule in rules.rules}
    with pytest.raises(PolicyError, match="there is no pack:startr") as caught:
        load_rules(["pack:startr"])
    assert caught.value.hint == "did you mean 'pack:starter'?"


def test_no_override_ever_makes_a_rule_that_does_more_than_it_says(tmp_path: Path) -> None:
    """A glob over all shipped rules: what comes out does at most what the override says."""
    (tmp_path / "overrides.yaml").write_text("version: 1\noverrides: [{rule: '*', action: warn}]\n", encoding="utf-8")
    rules = load_rules(["pack:starter", str(tmp_path)])
    assert rules.overrides is not None
    for name, indexes in rules.overrides.by_rule.items():
        rule, _ = rules.overrides.changed(name, frozenset(indexes))
        assert rule is not None
        limits = [rule.action] if rule.action else list(rule.check.actions)
        assert max(STRICTNESS[str(one)] for one in limits) <= STRICTNESS["warn"]


def test_no_effect_on_what_does_not_change(tmp_path: Path) -> None:
    override = "  - {rule: T-WHE-001, environments: [development], action: warn}\n"
    assert not judged(tmp_path, RULE, override, unchanged(resource("aws_x.a", size=50))).findings
