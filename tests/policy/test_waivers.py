"""Waivers and the baseline: what they let off, until when, up to which amount, and what is said when they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.model import Finding, Span
from finops_guard.policy.baseline import Baseline, Key, changed, document_of, keys_of
from finops_guard.policy.evaluate import PolicyResult
from finops_guard.policy.keys import AtLeast
from finops_guard.policy.patterns import glob
from finops_guard.policy.settle import EXPIRES_SOON_DAYS, Reliefs, Waiver
from finops_guard.policy.suppressions import Block, Skips, Suppression
from finops_guard.policy.waivers import load_baseline, write_baseline
from finops_guard.values import Unknown
from tests.policy.make import created, deleted, judged, partly, project, resource, rule_text, unchanged

DAY = date(2026, 11, 1)
BLOCKS = rule_text("action: block\nwhen: {key: values.type, op: eq, value: gp2}", '{resources: ["aws_ebs_volume"]}')
ASKS = rule_text("cost: {measure: delta, thresholds: [{above: 100, action: require_approval}]}\n")


def volume(name: str = "a", kind: str = "gp2", amount: Any = 10) -> Any:
    return created(resource(f"aws_ebs_volume.{name}", type=kind), amount)


def waiver(rule: str = "T-WHE-001", resource: str | None = "aws_ebs_volume.*", **more: Any) -> Waiver:
    name = more.pop("project", None)
    return Waiver(
        rule=rule, reason="the installer needs it", owner="ada@example.com", expires=more.pop("expires", date(2027, 6, 1)),
        resource=resource, is_address=glob(resource) if resource else None, project=name,
        is_project=glob(name) if name else None, span=Span("waivers.yaml", 4), **more,
    )  # fmt: skip


def states(result: PolicyResult) -> list[tuple[str, str]]:
    return sorted((found.address or "-", found.state) for found in result.findings)


def run(tmp_path: Path, *changes: Any, text: str = BLOCKS, **more: Any) -> PolicyResult:
    waivers = more.pop("waivers", ())
    reliefs = Reliefs(waivers, **{name: more.pop(name) for name in ("baseline", "skips", "inline") if name in more})
    return judged(tmp_path, text, *changes, reliefs=reliefs, **more)


def test_a_waived_finding_is_shown_and_does_not_count(tmp_path: Path) -> None:
    result = run(tmp_path, volume(), volume("b"), waivers=[waiver(resource="aws_ebs_volume.a")])
    assert states(result) == [("aws_ebs_volume.a", "waived"), ("aws_ebs_volume.b", "open")]
    let_off = next(found for found in result.findings if found.state == "waived")
    assert let_off.waiver == {
        "reason": "the installer needs it", "owner": "ada@example.com", "expires": date(2027, 6, 1),
        "source": "waivers.yaml:4",
    }  # fmt: skip
    assert run(tmp_path, volume(), waivers=[waiver()]).verdict == "allow"


def test_a_waived_finding_asks_nobody(tmp_path: Path) -> None:
    assert run(tmp_path, volume(amount=500), text=ASKS).approvals
    result = run(tmp_path, volume(amount=500), text=ASKS, waivers=[waiver(resource=None)])
    assert result.verdict == "allow"
    assert not result.approvals


@given(days=st.integers(-800, 800))
def test_expiry(days: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    tmp_path = tmp_path_factory.mktemp("rules")
    expires = DAY + timedelta(days)
    result = run(tmp_path, volume(), waivers=[waiver(expires=expires)], as_of=DAY)
    blocks = [found for found in result.findings if found.action == "block"]
    warnings = [found for found in result.findings if found.action == "warn"]
    assert blocks[0].state == ("waived" if days >= 0 else "open")
    assert (f"expired on {expires}" in blocks[0].message) is (days < 0)
    assert len(warnings) == (1 if 0 <= days <= EXPIRES_SOON_DAYS else 0)
    assert result.verdict == ("block" if days < 0 else "warn" if warnings else "allow")
    for found in warnings:
        assert f"in {days} days" in found.message
        assert found.span == Span("waivers.yaml", 4)


@given(
    pattern=st.text(alphabet="ab.[]*?0\"", min_size=1, max_size=8), address=st.text(alphabet="ab.[]0\"", max_size=10)
)  # fmt: skip
def test_a_glob_takes_what_it_says(pattern: str, address: str) -> None:
    """`[` is plain, so that `web[0]` is one resource and not a class of characters."""
    escaped = pattern.replace("[", "[[]")
    found = Finding("T-WHE-001", "a", "low", "block", "resource", "m", address=address)
    assert waiver(resource=pattern).concerns(found) is fnmatchcase(address, escaped)


@pytest.mark.parametrize(
    ("amount", "limit", "objection"),
    [
        (Decimal(10), None, None),
        (None, None, None),
        (Decimal(10), 10, None),
        (Decimal("10.01"), 10, "covers no more than $10.00/month"),
        (None, 10, "the amount is not known"),
        (AtLeast.of(Decimal(5), Unknown("no price")), 10, "the amount is not known"),
        (AtLeast.of(Decimal(50), Unknown("no price")), 10, "covers no more than $10.00/month"),
    ],
)
def test_the_maximum_amount(amount: Decimal | None, limit: int | None, objection: str | None) -> None:
    said = waiver(max_amount=None if limit is None else Decimal(limit)).objection(amount, DAY)
    assert (said is None) if objection is None else (objection in str(said))


def test_an_amount_above_the_maximum_is_said(tmp_path: Path) -> None:
    result = run(tmp_path, volume(amount=50), waivers=[waiver(max_amount=Decimal(20))])
    assert result.verdict == "block"
    assert "the waiver of ada@example.com covers no more than $20.00/month" in result.findings[0].message
    assert run(tmp_path, volume(amount=partly(5)), waivers=[waiver(max_amount=Decimal(20))]).verdict == "block"


def test_the_first_waiver_that_holds_counts(tmp_path: Path) -> None:
    old = waiver(expires=date(2026, 1, 1))
    result = run(tmp_path, volume(), waivers=[old, waiver()])
    assert [found.action for found in result.findings if found.state == "waived"] == ["block"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: waiver(resource="aws_ebs_volume.z"), "lets nothing off"),
        (lambda: waiver(resource="aws_ebs_volume.b"), "lets nothing off"),
        (lambda: waiver(rule="T-WHE-002"), "did you mean T-WHE-001?"),
        (lambda: waiver(resource="aws_ebs_volume.z", expires=date(2026, 1, 1)), "expired on 2026-01-01"),
        (lambda: waiver(resource=None, expires=date(2026, 1, 1)), "expired on 2026-01-01"),
        (lambda: waiver(resource=None), None),  # the next change may need it
        (lambda: waiver(resource="aws_ebs_volume.z", project="other"), None),  # another run has that project
        (lambda: waiver(resource="aws_ebs_volume.old"), None),  # it does not change, so nothing is said about it
        (lambda: waiver(resource="aws_ebs_volume.gone"), "lets nothing off"),
    ],
)
def test_a_waiver_that_lets_nothing_off(tmp_path: Path, made: Callable[[], Waiver], said: str | None) -> None:
    others = [
        unchanged(resource("aws_ebs_volume.old", type="gp2")),
        deleted(resource("aws_ebs_volume.gone", type="gp2")),
    ]
    result = run(tmp_path, volume("b", "gp3"), *others, waivers=[made()])
    assert [found.action for found in result.findings] == ([] if said is None else ["warn"])
    assert said is None or said in result.findings[0].message
    assert "T-WHE-001" in result.passed_rules


def test_a_rule_that_was_not_judged_says_nothing_of_its_waivers(tmp_path: Path) -> None:
    text = rule_text("action: block\nwhen: {key: delta, op: gt, value: 5}")
    from tests.policy.make import declared

    result = run(tmp_path, declared(resource("aws_ebs_volume.a")), text=text, waivers=[waiver()])
    assert not result.findings


def test_projects(tmp_path: Path) -> None:
    both = (project(volume(), name="web"), project(volume(), name="shop"))
    result = run(tmp_path, *both, waivers=[waiver(project="we*")])
    assert sorted((found.project or "", found.state) for found in result.findings) == [
        ("shop", "open"),
        ("web", "waived"),
    ]


def test_a_waiver_for_resources_is_none_for_the_run(tmp_path: Path) -> None:
    assert run(tmp_path, volume(amount=500), text=ASKS, waivers=[waiver(resource="*")]).verdict == "require_approval"
    assert run(tmp_path, volume(), waivers=[waiver(resource=None)]).verdict == "block"


# suppressions in code


def skips(rule: str = "T-WHE-001") -> Skips:
    block = Block(("resource", "aws_ebs_volume", "a"), 6, 9)
    return Skips(in_files=[Suppression(rule, "the vendor wants it", Span("main.tf", 8, 3), block)])


@pytest.mark.parametrize(
    ("inline", "extra", "verdict", "said"),
    [
        ("all", "", "allow", ""),
        ("non-block", "", "block", "rules that block cannot be suppressed in code here"),
        ("none", "", "block", "switched off"),
        ("all", "suppressible: false\n", "block", "this rule cannot be suppressed in code"),
    ],
)
def test_suppressions(tmp_path: Path, inline: Any, extra: str, verdict: str, said: str) -> None:
    text = BLOCKS.replace("    when:", f"    {extra}    when:") if extra else BLOCKS
    result = run(tmp_path, volume(), text=text, skips=skips(), inline=inline)
    assert result.verdict == verdict
    assert said in result.findings[0].message
    assert (result.findings[0].state == "suppressed") is (verdict == "allow")
    if verdict == "allow":
        assert result.findings[0].waiver == {
            "reason": "the vendor wants it", "owner": None, "expires": None, "source": "main.tf:8:3"
        }  # fmt: skip


def test_a_rule_that_only_warns_may_be_suppressed_in_ci(tmp_path: Path) -> None:
    warns = BLOCKS.replace("action: block", "action: warn")
    assert run(tmp_path, volume(), text=warns, skips=skips(), inline="non-block").findings[0].state == "suppressed"


def test_a_suppression_of_no_rule_is_said(tmp_path: Path) -> None:
    said = run(tmp_path, volume(), skips=skips("T-WHE-002")).diagnostics
    assert "did you mean T-WHE-001?" in said[0].message
    assert said[0].span == Span("main.tf", 8, 3)


# baseline


def noted(result: PolicyResult) -> Baseline:
    return Baseline(dict(keys_of(result.findings)), "baseline.json")


def test_what_was_there_does_not_count_and_what_is_new_does(tmp_path: Path) -> None:
    baseline = noted(run(tmp_path, volume()))
    result = run(tmp_path, volume(), volume("b"), baseline=baseline)
    assert states(result) == [("aws_ebs_volume.a", "baseline"), ("aws_ebs_volume.b", "open")]
    assert not result.stale_baseline


def test_the_same_finding_once_more_is_new(tmp_path: Path) -> None:
    """Two projects with the same address: the baseline lets off as many as there were."""
    baseline = noted(run(tmp_path, project(volume(), name="one"), project(volume(amount=11), name="two")))
    assert list(baseline.counts.values()) == [2]
    three = [project(volume(), name=name) for name in ("one", "two", "three")]
    assert sorted(state for _, state in states(run(tmp_path, *three, baseline=baseline))) == ["baseline"] * 2 + ["open"]


def test_what_nobody_could_say_never_covers_what_is_certain(tmp_path: Path) -> None:
    unsure = volume(kind=Unknown("known after apply"))  # type: ignore[arg-type]
    baseline = noted(run(tmp_path, unsure))
    assert [key.unknown for key in baseline.counts] == [True]
    assert run(tmp_path, unsure, baseline=baseline).verdict == "allow"
    assert run(tmp_path, volume(), baseline=baseline).verdict == "block"
    assert run(tmp_path, unsure, baseline=noted(run(tmp_path, volume()))).verdict == "allow"


def test_stale_entries_are_said_and_unjudged_ones_are_not(tmp_path: Path) -> None:
    baseline = noted(run(tmp_path, volume(), volume("b"), volume("c")))
    fixed_and_kept = [volume("a", "gp3"), unchanged(resource("aws_ebs_volume.b", type="gp2"))]
    result = run(tmp_path, *fixed_and_kept, baseline=baseline)
    assert [key.address for key in sorted(result.stale_baseline)] == ["aws_ebs_volume.a", "aws_ebs_volume.c"]
    assert result.diagnostics[0].message.startswith("2 entries of the baseline are found no more")
    assert result.verdict == "allow"


def test_a_baseline_is_about_resources(tmp_path: Path) -> None:
    assert not noted(run(tmp_path, volume(amount=500), text=ASKS))
    assert not noted(run(tmp_path, volume(kind="gp3"), waivers=[waiver(resource="aws_x.y")]))


keys = st.builds(Key, st.sampled_from(["A", "B"]), st.sampled_from(["x", "y"]), st.text(max_size=3), st.booleans())
counts = st.dictionaries(keys, st.integers(1, 3))


@given(counts)
def test_a_baseline_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, stated: dict[Key, int]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "baseline.json"
    write_baseline(str(path), stated)
    assert load_baseline(str(path)).counts == stated
    Draft202012Validator(schema("baseline")).validate(json.loads(path.read_text()))
    assert document_of(stated) == json.loads(path.read_text())


@given(counts, counts)
def test_pruning_never_adds(old: dict[Key, int], gone: dict[Key, int]) -> None:
    new = changed(old, gone, {})
    assert all(0 < count <= old[key] for key, count in new.items())


def test_a_baseline_that_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"schema_version": "1", "entries": [{"rule": "A", "address": "x"}]}')
    with pytest.raises(PolicyError, match="'problem' is missing"):
        load_baseline(str(path))
