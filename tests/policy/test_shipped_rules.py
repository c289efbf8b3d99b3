"""The tests beside the shipped rules pass, and they fail when an operator, a threshold or an action is turned round."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finops_guard.policy.lint import lint
from finops_guard.policy.load import load_rules, shipped_directory, shipped_packs, starter_rules
from finops_guard.policy.rule_tests import run_rule_tests

SHIPPED = load_rules([str(shipped_directory())])
TOOL = Path(__file__).parents[2] / "tools" / "mutate_rules.py"
WANTED_BY_NAME = {
    "no-large-gpu-in-development": ("block",),
    "approval-above-eight-gpus": ("require_approval",),
    "required-tags": ("warn",),
    "budget-alerts": ("warn", "warn", "require_approval", "block"),
}


def tool() -> Any:
    """tools/mutate_rules.py as a module."""
    spec = importlib.util.spec_from_file_location("mutate_rules", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MUTATE = tool()


@pytest.mark.parametrize("result", run_rule_tests(SHIPPED), ids=lambda result: f"{result.rule} {result.name}")
def test_beside_the_rule(result: Any) -> None:
    assert result.failure is None


def test_every_rule_has_tests_remediation_and_an_end_without_finding() -> None:
    for rule in SHIPPED.rules:
        assert len(rule.tests) >= 3, rule.id
        assert rule.remediation, rule.id
        assert any(test["expect"]["action"] == "allow" for test in rule.tests), rule.id
        assert any(test["expect"]["action"] != "allow" for test in rule.tests), rule.id


def test_nothing_to_lint() -> None:
    assert lint(SHIPPED, date(2026, 11, 21)) == []


@pytest.mark.parametrize(
    "file,rule", [pytest.param(*one, id=one[1]["id"]) for one in MUTATE.rules_of([str(shipped_directory())])]
)
def test_a_changed_rule_fails_its_own_tests(file: str, rule: Any) -> None:
    assert len(list(MUTATE.mutations(rule))) >= 2
    assert MUTATE.survivors(rule, file) == []


def test_the_tool_sees_a_rule_whose_tests_say_too_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (shipped_directory() / "starter" / "storage.yaml").read_text(encoding="utf-8")
    weak = text.replace("retention_in_days: 400}", "retention_in_days: 30}")  # nothing stands at the limit any more
    (tmp_path / "weak.yaml").write_text(weak, encoding="utf-8")
    assert MUTATE.main([str(tmp_path)]) == 1
    assert "lives: FG-RET-002: when.any.2.op -> gte" in capsys.readouterr().out


@pytest.mark.parametrize("name", WANTED_BY_NAME)
def test_rules_that_every_user_looks_for(name: str) -> None:
    rule = next(rule for rule in SHIPPED.rules if rule.name == name)
    assert (rule.action,) == WANTED_BY_NAME[name] or tuple(rule.check.actions) == WANTED_BY_NAME[name]


def test_budget_alerts_stand_at_50_75_90_100() -> None:
    rule: Any = next(rule for rule in SHIPPED.rules if rule.name == "budget-alerts")
    assert [int(one.percent) for one in rule.check.thresholds] == [50, 75, 90, 100]


def test_packs_load_by_name_and_together() -> None:
    assert {"starter", "strict", "packs", "tagging", "ml", "budgets"} <= set(shipped_packs())
    for name in shipped_packs():
        pack = load_rules([f"pack:{name}"])
        assert pack.source == "pack" and pack.rules
    assert len(SHIPPED.rules) == len({rule.id for rule in SHIPPED.rules}) >= 40


def test_loading_the_starter_pack_is_recorded() -> None:
    pack = starter_rules()
    assert pack.source == "pack"
    assert pack.digest.startswith("sha256:")
    assert len(pack.rules) >= 8
