"""`when`: operators, keys, unknown values, totals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_guard.model import Span
from finops_guard.policy.document import FIELDS
from finops_guard.policy.keys import AtLeast, key
from finops_guard.policy.kinds.operators import operator
from finops_guard.values import Unknown
from tests.policy.make import (
    Links,
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

LATER = Unknown("known after apply")
PROVIDER = Unknown("known after apply", computed=True)
AT_LEAST_5 = AtLeast.of(Decimal(5), LATER)


@pytest.mark.parametrize(
    ("name", "wanted", "value", "answer"),
    [
        ("eq", 5, 5, True), ("eq", 5, "5", True), ("eq", 5, "x", False), ("eq", "5", 5, True),
        ("eq", True, "true", True),
        ("eq", True, 1, False), ("eq", "a", None, False), ("eq", "a", LATER, None), ("eq", 5, AT_LEAST_5, None),
        ("ne", "a", "b", True), ("ne", "a", None, True), ("ne", "a", LATER, None),
        ("gt", 5, 6, True), ("gt", 5, 5, False), ("gt", 5, "6", True), ("gt", 5, None, False), ("gt", 5, LATER, None),
        ("gt", 5, "six", None), ("gte", 5, 5, True), ("lt", 5, 4, True), ("lt", 5, 5, False), ("lte", 5, 5, True),
        ("gt", 4, AT_LEAST_5, True), ("gt", 5, AT_LEAST_5, None), ("lt", 5, AT_LEAST_5, False),
        ("lt", 6, AT_LEAST_5, None),
        ("in", ["a", 5], "5", True), ("in", ["a"], "b", False), ("in", ["a"], LATER, None),
        ("not-in", ["a"], "b", True), ("not-in", ["a"], LATER, None),
        ("contains", "a", ["a", LATER], True), ("contains", "a", ["b", LATER], None), ("contains", "a", ["b"], False),
        ("contains", "b", "abc", True), ("contains", "k", {"k": 1}, True), ("contains", "a", None, False),
        ("glob", "a*c", "abbc", True), ("glob", "a*c", "abb", False), ("glob", "a[0]", "a[0]", True),
        ("regex", "^a", "ab", True), ("regex", "^a", LATER, None), ("regex", "^a", None, False),
        ("regex", "^a", "a" * 3000, None), ("any-regex", "^a", ["b", "a"], True),
        ("any-regex", "^a", ["b", LATER], None),
        ("any-regex", "^a", ["a", LATER], True), ("any-regex", "^a", "a", True), ("any-regex", "^a", [], False),
        ("any-gt", 1, [1, 2], True), ("any-gt", 1, [1, "2"], True), ("any-gt", 2, [1, LATER], None),
        ("any-gt", 2, [1], False),
        ("absent", None, None, True), ("absent", None, [], True), ("absent", None, "", True),
        ("absent", None, 0, False),
        ("absent", None, LATER, False), ("absent", None, PROVIDER, True), ("present", None, False, True),
        ("present", None, {}, False),
    ],
)  # fmt: skip
def test_operators(name: str, wanted: Any, value: Any, answer: bool | None) -> None:
    assert operator(name, wanted)(value) is answer


VALUES = {
    "values": {
        "type": "gp2",
        "disks": [{"type": "gp3"}, {"type": LATER}, {"tags": None}],
        "nested": [{"in": [{"x": 1}, {"x": 2}]}, {"in": [{"x": 3}]}],
        "later": LATER,
        "provider": PROVIDER,
        "odd-name": 1,
    },
    "tags": {"Team": "web"},
    "gpus": Decimal(3),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("values.type", "gp2"),
        ("values.disks[].type", ["gp3", LATER]),
        ("values.nested[].in[].x", [1, 2, 3]),
        ("values.later", LATER),
        ("values.later[].type", LATER),
        ("values.later.type", LATER),
        ("values.provider", None),
        ("values.provider[].type", None),
        ("values.missing.deeper", None),
        ('values."odd-name"', 1),
        ("values.disks[0].type", "gp3"),
        ("values.disks[1].type", LATER),
        ("length(values.nested)", 2),
        ("values.disks[?type=='gp2']", LATER),
        ("values.nested[0].in[-1].x", 2),
        ("!(tags.Team)", False),
        ("gpus > `2`", True),
        ("values.later || values.type", LATER),
        ("sum(values.type)", "cannot be evaluated"),
    ],
)
def test_keys(text: str, value: Any) -> None:
    read, _ = key(text, FIELDS)
    found = read(VALUES)
    assert value in str(found) if value == "cannot be evaluated" else found == value


def test_fields_of_an_expression() -> None:
    assert key("sum([gpus, totals.delta])", FIELDS)[1] == {"gpus", "totals.delta"}
    assert key("values.a[?b > `1`].c | [0]", FIELDS)[1] == {"values"}


WHEN = rule_text(
    """
action: block
when:
  any:
    - {key: instance_types, op: any-regex, value: "^p4d\\\\."}
    - {key: gpus, op: gt, value: 3}
""",
    match="{resources: [aws_instance], environments: [dev, sandbox]}",
    message='"{address} {instance_type} {gpus} {monthly_cost} {environment}{? saves {saving}}"',
)
EXCEPTION = """\
action: block
    exceptions:
      - {resources: ["RESOURCES"], reason: moved next year, owner: a@b.c, expires: 2026-11-20}"""


def test_a_finding_says_everything(tmp_path: Path) -> None:
    side = resource("module.ml.aws_instance.gpu[0]", "development", instance_type="p4d.24xlarge")
    outcome = judged(tmp_path, WHEN, created(side, "23922.47"))
    (found,) = outcome.findings
    assert found.message == "module.ml.aws_instance.gpu[0] p4d.24xlarge 8 $23,922.47 development"
    assert (found.action, found.state, found.scope, found.severity) == ("block", "open", "resource", "medium")
    assert found.problem == "one of instance_types matches ^p4d\\. and gpus is more than 3"
    assert found.passes_when == "none of instance_types matches ^p4d\\. and gpus is at most 3"
    assert found.money == Decimal("23922.47")
    assert found.span == Span("main.tf", 7)
    assert found.project == "web"
    assert (outcome.verdict, outcome.project_verdicts, outcome.blocked) == ("block", {"web": "block"}, ("T-WHE-001",))


def test_an_exemption_is_no_advice(tmp_path: Path) -> None:
    exempt = "{not: {key: instance_types, op: any-regex, value: ^p5}}"
    text = rule_text(f"action: warn\nwhen: {{all: [{{key: gpus, op: gt, value: 0}}, {exempt}]}}")
    (found,) = judged(tmp_path, text, created(resource("aws_instance.a", instance_type="g5.xlarge"))).findings
    assert found.passes_when == "gpus is at most 0"
    assert found.problem == "gpus is more than 0 and none of instance_types matches ^p5"


def test_a_saving_is_named_when_there_is_one(tmp_path: Path) -> None:
    side = resource("aws_instance.gpu", "development", instance_type="p4d.24xlarge")
    for saving, text in ((Decimal(5), "development saves $5.00"), (Decimal(-5), "development"), (None, "development")):
        answer = None if saving is None else ("g5.xlarge", saving)
        outcome = judged(tmp_path, WHEN, created(side), alternatives=lambda changed, answer=answer: answer)
        assert outcome.findings[0].message.endswith(text)


@pytest.mark.parametrize(
    ("change", "judged_too"),
    [
        (created, True),
        (declared, True),
        (deleted, False),
        (unchanged, False),
        (lambda side: updated(side, side), True),
        (lambda side: updated(side, side, action="replace"), True),
    ],
)
def test_which_changes_are_judged(tmp_path: Path, change: Any, judged_too: bool) -> None:
    outcome = judged(tmp_path, WHEN, change(resource("aws_instance.a", "development", instance_type="p4d.24xlarge")))
    assert bool(outcome.findings) is judged_too
    assert outcome.passed == (0 if judged_too else 1)


def test_a_rule_may_ask_for_other_changes(tmp_path: Path) -> None:
    text = WHEN.replace("sandbox]", "sandbox], changes: [delete]")
    side = resource("aws_instance.a", "development", instance_type="p4d.24xlarge")
    assert judged(tmp_path, text, deleted(side)).verdict == "block"
    assert judged(tmp_path, text, created(side)).verdict == "allow"


def test_environments(tmp_path: Path) -> None:
    def verdict(environment: str | None, of_project: str | None = None) -> str:
        side = resource("aws_instance.a", environment, instance_type="p4d.24xlarge")
        return judged(tmp_path, WHEN, project(created(side), environment=of_project)).verdict

    assert verdict("development") == "block"
    assert verdict("production") == "allow"
    assert verdict(None, "development") == "block"
    assert verdict(None) == "warn"


@pytest.mark.parametrize(
    ("on_unknown", "verdict"),
    [("warn", "warn"), ("require_approval", "require_approval"), ("block", "block"), ("ignore", "allow")],
)
def test_unknown_is_never_passed_in_silence(tmp_path: Path, on_unknown: str, verdict: str) -> None:
    text = WHEN.replace("action: block", f"action: block\n    on_unknown: {on_unknown}")
    outcome = judged(tmp_path, text, created(resource("aws_instance.a", "development", instance_type=LATER)))
    assert outcome.verdict == verdict
    assert outcome.passed == 0
    if on_unknown == "ignore":
        assert outcome.not_evaluated == ({"id": "T-WHE-001", "reason": "unknown in 1 places, which the rule ignores"},)
    else:
        (found,) = outcome.findings
        assert found.state == "unknown"
        assert "instance_types: known after apply" in found.message


def test_a_known_match_beats_an_unknown(tmp_path: Path) -> None:
    text = WHEN.replace("aws_instance", "aws_eks_node_group")
    side = resource("aws_eks_node_group.a", "development", instance_types=[LATER, "p4d.24xlarge"])
    assert judged(tmp_path, text, created(side)).findings[0].state == "open"


def test_what_the_provider_decides_counts_as_absent(tmp_path: Path) -> None:
    text = rule_text("action: warn\nwhen: {key: values.type, op: absent}")
    assert judged(tmp_path, text, created(resource("aws_ebs_volume.a", type=PROVIDER))).verdict == "warn"
    assert judged(tmp_path, text, created(resource("aws_ebs_volume.a", type=LATER))).verdict == "allow"


def test_a_cost_that_is_not_known(tmp_path: Path) -> None:
    text = rule_text("action: block\nwhen: {key: monthly_cost, op: gt, value: 100}")
    side = resource("aws_instance.a")
    states = [
        [(found.action, found.state) for found in judged(tmp_path, text, created(side, after)).findings]
        for after in (101, 100, None, partly(50), partly(101))
    ]
    assert states == [[("block", "open")], [], [("warn", "unknown")], [("warn", "unknown")], [("block", "open")]]


def test_no_base_no_delta(tmp_path: Path) -> None:
    text = rule_text("action: block\nwhen: {key: delta, op: gt, value: 100}")
    outcome = judged(tmp_path, text, declared(resource("aws_instance.a"), 500))
    assert outcome.findings == ()
    assert outcome.not_evaluated == ({"id": "T-WHE-001", "reason": "no base", "projects": ["web"]},)
    assert judged(tmp_path, text, created(resource("aws_instance.a"), 500)).verdict == "block"


TOTAL = rule_text(
    "action: block\nwhen: {key: totals.gpus_added, op: gt, value: 8}", message='"adds {totals.gpus_added}"'
)


def test_totals_are_judged_once_for_the_run(tmp_path: Path) -> None:
    one = resource("aws_instance.a", instance_type="p4d.24xlarge")
    two = resource("aws_instance.b", instance_type="g5.12xlarge")
    outcome = judged(tmp_path, TOTAL, project(created(one), name="a"), project(created(two), name="b"))
    (found,) = outcome.findings
    assert (found.scope, found.message, found.project) == ("run", "adds 12", None)
    assert outcome.project_verdicts == {"a": "allow", "b": "allow"}
    assert judged(tmp_path, TOTAL, created(one), deleted(two)).verdict == "allow"
    assert judged(tmp_path, TOTAL, created(one), unchanged(two)).verdict == "allow"


def test_totals_by_project(tmp_path: Path) -> None:
    text = TOTAL.replace("action: block", "action: block\n    scope: project")
    many = [created(resource(f"aws_instance.a[{index}]", instance_type="p4d.24xlarge")) for index in range(2)]
    few = created(resource("aws_instance.b", instance_type="g5.xlarge"))
    outcome = judged(tmp_path, text, project(*many, name="a"), project(few, name="b"))
    assert outcome.project_verdicts == {"a": "block", "b": "allow"}


def test_totals_of_unknown_parts(tmp_path: Path) -> None:
    known = [created(resource(f"aws_instance.a[{index}]", instance_type="p4d.24xlarge")) for index in range(2)]
    unknown = created(resource("aws_instance.b", instance_type=LATER))
    assert judged(tmp_path, TOTAL, *known, unknown).findings[0].message == "adds at least 16"
    (found,) = judged(tmp_path, TOTAL, unknown).findings
    assert (found.state, found.action) == ("unknown", "warn")
    assert "aws_instance.b" in found.message


def test_totals_without_a_base(tmp_path: Path) -> None:
    outcome = judged(tmp_path, TOTAL, declared(resource("aws_instance.a", instance_type="p5.48xlarge")))
    assert outcome.not_evaluated[0]["reason"] == "no base"
    assert outcome.passed == 0


def test_none_related(tmp_path: Path) -> None:
    text = rule_text("action: warn\nwhen: {none_related: {type: aws_s3_bucket_lifecycle_configuration, by: bucket}}",
                     match="{resources: [aws_s3_bucket]}")  # fmt: skip
    lifecycle = resource("aws_s3_bucket_lifecycle_configuration.a")
    with_one = resource("aws_s3_bucket.a", graph=Links({("aws_s3_bucket.a", "bucket"): [lifecycle]}))
    assert judged(tmp_path, text, created(with_one)).verdict == "allow"
    assert judged(tmp_path, text, created(resource("aws_s3_bucket.b"))).findings[0].state == "open"


def test_exclude_and_exceptions(tmp_path: Path) -> None:
    side = resource("module.old_a.aws_instance.a", "development", instance_type="p4d.24xlarge")
    excluded = WHEN.replace("sandbox]", 'sandbox], exclude: ["module.old_*"]')
    assert judged(tmp_path, excluded, created(side)).findings == ()
    excepted = WHEN.replace("action: block", EXCEPTION.replace("RESOURCES", "module.old_*"))
    (found,) = judged(tmp_path, excepted, created(side)).findings
    assert (found.state, found.waiver and found.waiver["owner"]) == ("waived", "a@b.c")


@pytest.mark.parametrize(
    ("day", "states", "verdict"),
    [
        (5, ["waived"], "allow"),
        (6, ["open", "waived"], "warn"),
        (20, ["open", "waived"], "warn"),
        (21, ["open"], "block"),
    ],
)
def test_an_exception_ends(tmp_path: Path, day: int, states: list[str], verdict: str) -> None:
    text = WHEN.replace("action: block", EXCEPTION.replace("RESOURCES", "*"))
    side = resource("aws_instance.a", "development", instance_type="p4d.24xlarge")
    outcome = judged(tmp_path, text, created(side), as_of=date(2026, 11, day))
    assert sorted(found.state for found in outcome.findings) == states
    assert outcome.verdict == verdict
