"""The examples of docs/approvals.md and docs/project.md are read by the readers they are for; tables say what data says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finops_guard.policy.load import load_cost_centers, load_rules
from finops_guard.policy.load_project import load_actuals, load_project
from finops_guard.policy.project import GUARDRAILS
from finops_guard.policy.project_facts import PROJECT
from finops_guard.policy.rule_tests import run_rule_tests
from finops_guard.policy.tables import ai_guardrails

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {name: (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("approvals", "project")}
EXAMPLES = [
    pytest.param(match[1], id=f"{name}:{text[: match.start()].count(chr(10)) + 1}")
    for name, text in PAGES.items()
    for match in re.finditer(r"```yaml\n(.*?)```", text, re.DOTALL)
]
READERS = {"cost-centers": load_cost_centers, "snapshot": load_actuals, "project": load_project}
STAGES = ("concept", "mvp", "pilot", "launch", "scale", "sunset")


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples(text: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    named = re.search(r"schemas/([a-z-]+)\.json", text)
    if named:
        assert READERS[named[1]](str(path))
    else:
        results = run_rule_tests(load_rules([str(path)]))
        assert results and [result for result in results if result.failure] == []


def test_the_guardrails_of_the_page_are_those_of_the_data() -> None:
    words = {"required": "required", "advised": "advised", "no": "–"}
    for index, name in enumerate(GUARDRAILS):
        levels = " | ".join(words[ai_guardrails(stage)[index].level] for stage in STAGES)
        assert f"| `{name}` | {levels} |" in PAGES["project"]


def test_every_field_and_rule_stands_on_the_page() -> None:
    for name in PROJECT:
        assert f"`.{name}`" in PAGES["project"] or f"`project.{name}`" in PAGES["project"], name
    for rule in load_rules(["pack:council"]).rules:
        assert rule.id in PAGES["project"], rule.id
