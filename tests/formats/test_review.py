"""The review pack, from files to Markdown: `finops-guard review` and `--format review`."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from finops_guard.check import Options, check
from finops_guard.cli.check import check_command
from finops_guard.cli.review import review_command
from finops_guard.errors import ConfigError
from finops_guard.files.schema import schema
from finops_guard.formats import render
from tests.formats.test_hostile_text import ATTACKS

EXAMPLE = Path(__file__).parents[2] / "examples" / "ml-platform"
ARGUMENTS = [
    str(EXAMPLE / "plan.json"), "--policies", "pack:council", "--usage", str(EXAMPLE / "usage.yaml"),
    "--project", str(EXAMPLE / "project.yaml"), "--actuals", str(EXAMPLE / "actuals.yaml"), "--as-of", "2026-11-20",
    "--config", "none",
]  # fmt: skip
HEADINGS = (
    "For decision", "Cost", "Earlier months", "KPI signals", "Milestones and quality gates", "AI guardrails", "Risks",
    "Optimisation under way", "Other findings",
)  # fmt: skip


def run(command: Any, *arguments: str) -> Any:
    return CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)


def test_the_pack() -> None:
    done = run(review_command, *ARGUMENTS)
    assert done.return_value == 0
    assert tuple(re.findall(r"^## (.*)$", done.stdout, re.MULTILINE)) == HEADINGS
    for text in (
        "<h1>Review of ranker</h1>",
        "<b>$12,000.00 / month more</b> until 2027-06-30",
        "ranker has missed 2 milestones",
        '<td>Actual: spent this month</td><td align="right">$3,480.15</td>',
        '<td>2026-10</td><td align="right">$4,410.72</td><td align="right">98.0 %</td>',
        '<td align="right">≤ 0.04 USD</td><td align="right">0.061 USD</td><td>⛔ missed</td>',
        "<td><code>anomaly_threshold</code></td><td>required</td><td>⛔ missing</td>",
        "Capacity blocks for training weeks",
        "Still to be saved: $2,100.00 / month.",
    ):
        assert text in done.stdout, text


def test_it_is_a_format_of_a_check_too(tmp_path: Path) -> None:
    pack, report = tmp_path / "pack.md", tmp_path / "report.json"
    done = run(check_command, *ARGUMENTS, "--format", f"review={pack}", "--format", f"json={report}")
    assert done.return_value == 3
    assert pack.read_text(encoding="utf-8") == run(review_command, *ARGUMENTS).stdout
    document = json.loads(report.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema("report")).iter_errors(document)) == []
    assert render("review", document) == pack.read_text(encoding="utf-8")  # from the file as from the process
    done = run(review_command, *ARGUMENTS, "--format", "json")
    assert json.loads(done.stdout) == document["review"]


def test_without_rules_it_is_still_a_review() -> None:
    done = run(review_command, *[one.replace("pack:council", "none") for one in ARGUMENTS])
    assert "Review of ranker" in done.stdout and "FG-CNC" not in done.stdout


def test_without_a_project_file_there_is_none() -> None:
    plan = str(EXAMPLE / "plan.json")
    with pytest.raises(ConfigError, match="there is no project file"):
        run(review_command, plan, "--policies", "none", "--config", "none")
    report = check(Options([plan], "none", "none"))
    assert "no project file" in render("review", report)


def test_the_usual_place_and_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".finops-guard").mkdir()
    shutil.copy(EXAMPLE / "project.yaml", tmp_path / ".finops-guard")
    shutil.copy(EXAMPLE / "actuals.yaml", tmp_path)
    (tmp_path / ".finops-guard.yaml").write_text("actuals: actuals.yaml\nactuals_max_age_days: 0\n", encoding="utf-8")
    arguments = [str(EXAMPLE / "plan.json"), "--policies", "none", "--as-of"]
    assert "$3,480.15" in run(review_command, *arguments, "2026-11-19").stdout
    assert "1 days old, more than 0" in run(review_command, *arguments, "2026-11-20").stdout
    monkeypatch.setenv("FINOPS_GUARD_ACTUALS_MAX_AGE_DAYS", "1")
    assert "$3,480.15" in run(review_command, *arguments, "2026-11-20").stdout


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    options = Options(
        [str(EXAMPLE / "plan.json")], "none", "none", project=str(EXAMPLE / "project.yaml"),
        actuals=str(EXAMPLE / "actuals.yaml"), as_of=date(2026, 11, 20),
    )  # fmt: skip
    document: dict[str, Any] = json.loads(render("json", check(options)))
    return document


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_of_the_project_file(attack: str, report: dict[str, Any]) -> None:
    usual = render("review", report)
    spoiled = json.loads(json.dumps(report["review"]))
    for kind in ("kpis", "milestones", "quality_gates", "risks", "optimisation", "guardrails"):
        for entry in spoiled[kind]:
            entry["name"] = attack
    spoiled |= {"name": attack, "owner": attack, "cost_center": attack}
    spoiled["funding"] |= {"milestone": attack, "reason": attack}
    spoiled["actual"] |= {"source": attack, "reason": attack}
    text = render("review", {**report, "review": spoiled})
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == tuple(
        name for name in HEADINGS if name != "Other findings"
    )
    tags = set(re.findall(r"</?([a-zA-Z]+)", text))
    assert tags <= set(re.findall(r"</?([a-zA-Z]+)", usual)) | {"code"}
    assert not re.search(r"@\w", re.sub("<code>.*?</code>", "", text))  # forges see no mention in code
