"""The project file: reading it, `project.*` in rules, the guardrails of each stage, and the review."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.policy.document import RunDocument
from finops_guard.policy.load_project import load_project
from finops_guard.policy.project import GUARDRAILS, Kpi, Milestone, ProjectFile, project_of
from finops_guard.policy.project_facts import NO_PROJECT, PROJECT
from finops_guard.policy.review import review
from finops_guard.policy.spend import actuals_of
from finops_guard.policy.tables import ai_guardrails
from finops_guard.values import Unknown
from tests.policy.make import (
    Facts,
    cost,
    created,
    declared,
    deleted,
    estimate,
    judged,
    partly,
    project,
    resource,
    rule_text,
    unchanged,
    updated,
)

FILE = project_of({"name": "ranker", "stage": "pilot", "approved_budget": 1000})
STAGES = ("concept", "mvp", "pilot", "launch", "scale", "sunset")


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "project.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def facts(*changes: Any, file: ProjectFile | None = FILE, **more: Any) -> Any:
    return RunDocument(estimate(*changes), Facts(), project_file=file, **more).project


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("version: 1\nname: a\nstage: pilot\ntoken_buget: 5", "unknown key", "did you mean 'token_budget'?"),
        ("version: 1\nname: a\nstage: prod", "'prod' is not a valid choice", "known: concept"),
        ("version: 1\nname: a\nstage: pilot\nfunding: {until: 2027-01-01}", "requested", ""),
        ("version: 1\nname: a\nstage: pilot\nmilestones: [{name: a, due: soon}]", "should be a date", ""),
        ("version: 1\nname: a\nstage: pilot\nrouting_policy: x", "at least 10 characters", ""),
        ("version: 1\nname: a\nstage: pilot\napproved_budget: 0", "more than 0", ""),
        (
            "version: 1\nname: a\nstage: pilot\nprompt_caching: true\nnot_needed: {prompt_caching: because we say so}",
            "in place, and not needed",
            "",
        ),
        ("- a", "the project file: should be a map", ""),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str, hint: str) -> None:
    with pytest.raises(PolicyError) as wrong:
        load_project(written(tmp_path, text))
    assert said in wrong.value.message
    assert hint in (wrong.value.hint or "")
    assert wrong.value.span is not None and wrong.value.span.file.endswith("project.yaml")


def test_the_example_is_read() -> None:
    example = Path(__file__).parents[2] / "examples" / "ml-platform" / "project.yaml"
    found = load_project(str(example))
    assert (found.name, found.stage, found.requested_stage) == ("ranker", "pilot", "launch")
    assert found.funding is not None and found.funding.requested == 12000
    assert [one.name for one in found.wanting("required")] == ["anomaly_threshold"]


@pytest.mark.parametrize(
    ("due", "done", "state"),
    [(1, None, "open"), (2, None, "open"), (0, None, "missed"), (0, 0, "done"), (0, 1, "done late"), (0, 9, "missed")],
)
def test_milestones(due: int, done: int | None, state: str) -> None:
    def day(number: int) -> date:
        return date(2026, 11, 1 + number)

    assert Milestone("a", day(due), None if done is None else day(done)).state(day(1)) == state


@pytest.mark.parametrize(
    ("actual", "lower", "signal"),
    [(None, False, "not measured"), (5, False, "met"), (4, False, "missed"), (5, True, "met"), (6, True, "missed")],
)
def test_kpis(actual: int | None, lower: bool, signal: str) -> None:
    measured = None if actual is None else Decimal(actual)
    assert Kpi("a", Decimal(5), measured, lower_is_better=lower).signal == signal


def test_each_stage_has_a_word_on_each_guardrail() -> None:
    for stage in STAGES:
        rails = ai_guardrails(stage)
        assert tuple(rail.name for rail in rails) == GUARDRAILS
        assert all(rail.level in ("required", "advised", "no") and len(rail.reason) > 20 for rail in rails)
    assert ai_guardrails("prod") == ()
    required = {stage: {one.name for one in ai_guardrails(stage) if one.level == "required"} for stage in STAGES}
    assert required["concept"] == set()
    assert required["mvp"] < required["pilot"] < required["launch"] < required["scale"] == set(GUARDRAILS)


def test_the_fields_are_those_of_the_schema() -> None:
    side = resource("aws_instance.a")
    run = RunDocument(estimate(created(side, 50)), Facts(), project_file=FILE)
    exported = run.export()
    Draft202012Validator(schema("policy-input")).validate(exported)
    assert set(exported["project"]) == set(PROJECT) == set(schema("policy-input")["$defs"]["project"]["properties"])
    assert exported["resources"][0]["project"] == "web"
    without = RunDocument(estimate(created(side, 50)), Facts()).export()
    Draft202012Validator(schema("policy-input")).validate(without)
    assert without["project"] is None


def test_figures() -> None:
    side = resource("aws_instance.a")
    found = facts(updated(side, side, 800, cost(1200, high=2000)), unchanged(resource("aws_instance.b"), 100))
    assert (found.get("estimate"), found.get("rise"), found.get("is_dearer")) == (1300, 1200, True)
    assert found.get("rise_percent") == Decimal(1200) / 900 * 100
    assert found.get("over_budget_percent") == 30
    assert found.get("no_such_field") is None
    saving = facts(updated(side, side, 800, 700), deleted(resource("aws_instance.b"), 5))
    assert (saving.get("rise"), saving.get("is_dearer")) == (0, False)
    assert facts(created(side, 5)).get("rise_percent") is None
    assert isinstance(facts(declared(side, 5)).get("rise_percent"), Unknown)
    assert facts(declared(side, 5)).get("is_dearer") is True


def test_a_missing_price_is_never_nothing() -> None:
    side = resource("aws_instance.a")
    found = facts(created(side, None))
    assert found.get("is_dearer") is True
    assert getattr(found.get("rise"), "prefix", "") == "at least "
    assert getattr(found.get("over_budget_percent"), "prefix", "") == "at least "
    trial = project_of({"name": "a", "stage": "mvp", "experiment": {"limit": 100, "until": "2026-12-31"}})
    for after, holds in ((100, True), (101, False), (None, False), (partly(5), False), (cost(5, high=101), False)):
        assert facts(created(side, after), file=trial).get("is_low_cost_experiment") is holds


def test_without_a_project_file_nobody_can_say(tmp_path: Path) -> None:
    side = created(resource("aws_instance.a"), 50)
    assert facts(side, file=None).get("stage") is NO_PROJECT
    for clause in (
        "{key: project.stage, op: eq, value: pilot}",
        "{key: project.stage, op: present}",
        "{key: project.stage, op: absent}",
        "{not: {key: project.stage, op: eq, value: pilot}}",
        "{all: [{key: totals.after, op: gt, value: 10}, {key: project.missed_milestones, op: gte, value: 2}]}",
        "{all: [{key: type, op: eq, value: aws_instance}, {key: project.stage, op: ne, value: scale}]}",
        '{key: "project.missing_guardrails[0]", op: present}',
    ):
        outcome = judged(tmp_path, rule_text(f"action: block\nwhen: {clause}"), side)
        assert (outcome.verdict, outcome.passed) == ("allow", 0), clause
        assert "no project file" in outcome.not_evaluated[0]["reason"], clause
        assert outcome.review is None


def test_what_needs_no_project_file_is_judged_without_one(tmp_path: Path) -> None:
    side = created(resource("aws_instance.a"), 50)
    small = "{all: [{key: totals.after, op: gt, value: 100}, {key: project.stage, op: eq, value: pilot}]}"
    assert judged(tmp_path, rule_text(f"action: block\nwhen: {small}"), side).passed == 1
    either = "{any: [{key: totals.after, op: gt, value: 10}, {key: project.stage, op: eq, value: pilot}]}"
    assert judged(tmp_path, rule_text(f"action: block\nwhen: {either}"), side).verdict == "block"


def test_the_name_of_an_input_is_still_a_field(tmp_path: Path) -> None:
    text = rule_text(
        "action: warn\nwhen: {all: [{key: project, op: eq, value: web}, {key: project.stage, op: eq, value: pilot}]}",
        message='"{project} {project.name} {project.stage} {project.approved_budget}"',
    )
    (found,) = judged(tmp_path, text, created(resource("aws_instance.a")), project=FILE).findings
    assert found.message == "web ranker pilot $1,000.00"
    assert (found.scope, found.project) == ("resource", "web")
    with pytest.raises(PolicyError, match=r"project\.stag'"):
        judged(tmp_path, rule_text("action: warn\nwhen: {key: project.stag, op: eq, value: pilot}"))


def test_a_change_of_nothing_is_judged_too(tmp_path: Path) -> None:
    text = rule_text("action: block\nwhen: {key: project.stage, op: eq, value: pilot}")
    assert judged(tmp_path, text, project(), project=FILE).verdict == "block"


def test_two_runs_of_a_project_are_one_project(tmp_path: Path) -> None:
    text = rule_text("action: block\nwhen: {key: project.estimate, op: gt, value: 100}")
    both = [project(created(resource("aws_instance.a"), 60), name=name) for name in "ab"]
    assert len(judged(tmp_path, text, *both, project=FILE).findings) == 1


def test_actual_spend_of_the_project() -> None:
    snapshot = actuals_of(
        {"as_of": "2026-11-01", "spend": [{"group_by": "project", "group": "ranker", "to_date": 900, "forecast": 1500}]}
    )
    side = created(resource("aws_instance.a"), 50)
    assert facts(side, actuals=snapshot).get("actual") == 1500
    assert facts(side, actuals=snapshot).get("actual_over_budget_percent") == 50
    assert "no snapshot" in str(facts(side).get("actual"))
    other = project_of({"name": "other", "stage": "mvp"})
    assert "does not know the project other" in str(facts(side, actuals=snapshot, file=other).get("actual"))
    assert "no approved_budget" in str(facts(side, file=other).get("over_budget_percent"))


def test_the_council_is_asked(tmp_path: Path) -> None:
    text = rule_text(
        "action: require_approval\napproval: {chain: council}\nwhen: {key: project.stage, op: eq, value: pilot}"
    )
    centers = """\
version: 1
cost_centers: {cc-1: {owners: [{name: Ada, role: finance}]}}
council: [{name: Eve, role: executive, logins: {github: eve}}]
"""
    side = created(resource("aws_instance.a", tags={"CostCenter": "cc-1"}), 50)
    (entry,) = judged(tmp_path, text, side, centers=centers, project=FILE).approvals
    assert ([one["name"] for one in entry["chain"]], entry["amount"]) == (["Eve"], 50)
    assert (entry["insufficient"], entry["reason"]) == (True, "this is for the council")
    assert entry["chain"][0]["council"] is True


def test_the_review() -> None:
    file = project_of(
        {
            "name": "ranker", "stage": "launch", "approved_budget": 1000, "token_budget": 5, "uses_ai": True,
            "not_needed": {"max_output_tokens": "it writes one number"}, "tagging_schema": ["Team", "Project"],
            "prompt_caching": True, "quality_gates": [{"name": "a"}, {"name": "b", "passed": False}],
            "experiment": {"limit": 10, "until": date(2026, 12, 31)}, "risks": [{"name": "x"}],
            "optimisation": [{"name": "y", "saving": 5, "due": date(2026, 12, 1)}],
        }
    )  # fmt: skip
    run = RunDocument(estimate(created(resource("aws_instance.a"), 1100)), Facts(), project_file=file)
    found = review(run)
    assert found is not None
    document = json.loads(json.dumps(found, default=float))
    Draft202012Validator({"$ref": "#/$defs/review", "$defs": schema("report")["$defs"]}).validate(document)
    assert found["estimate"] == {"monthly_cost": 1100, "at_least": False, "rise": 1100, "over_budget_percent": 10}
    assert found["actual"]["to_date"] is None and "no snapshot" in found["actual"]["reason"]
    states = {rail["name"]: (rail["state"], rail["value"]) for rail in found["guardrails"]}
    assert states == {
        "token_budget": ("in place", "5"), "max_output_tokens": ("not needed", None),
        "anomaly_threshold": ("missing", None), "routing_policy": ("missing", None),
        "prompt_caching": ("in place", None), "tagging_schema": ("in place", "Team, Project"),
    }  # fmt: skip
    assert [gate["state"] for gate in found["quality_gates"]] == ["open", "failed"]
    assert found["experiment"] == {"limit": 10, "until": "2026-12-31", "holds": False}
    assert found["optimisation"] == [{"name": "y", "saving": 5, "status": None, "due": "2026-12-01"}]
    assert found["risks"] == [{"name": "x", "level": None, "mitigation": None, "owner": None}]
