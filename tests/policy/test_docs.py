"""The examples of docs/policies.md load, and their tests pass; the page names every field, operator and rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finops_guard.policy.document import FIELDS
from finops_guard.policy.kinds.interface import KINDS
from finops_guard.policy.kinds.operators import WORDS
from finops_guard.policy.load import load_rules, starter_rules
from finops_guard.policy.rule_tests import run_rule_tests

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples(text: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(text, encoding="utf-8")
    assert [result for result in run_rule_tests(load_rules([str(tmp_path)])) if result.failure] == []


def test_nothing_is_left_out() -> None:
    for name in [*FIELDS, *WORDS]:
        assert f"`{name}" in PAGE, name
    for name in KINDS:
        assert f"\n### {name}\n" in PAGE
    for rule in starter_rules().rules:
        assert f"| {rule.id} |" in PAGE
