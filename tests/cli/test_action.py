"""action.yml: its check step, run as a runner would run it, also with hostile inputs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folders, with finops-guard installed where the install step puts it."""
    binaries = tmp_path / "temp" / "finops-guard" / "bin"
    binaries.mkdir(parents=True)
    for name, command in (("finops-guard", "-m finops_guard"), ("python", "")):
        script = binaries / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    shutil.copytree(ROOT / "examples" / "ml-platform", tmp_path / "work" / "infra")
    (tmp_path / "work" / ".git").mkdir()
    return tmp_path


def check_step(runner: Path, **inputs: str) -> tuple[int, dict[str, str], str]:
    """Exit code, outputs and job summary of the check step with these inputs."""
    step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
    defaults = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
    values = defaults | inputs
    environment = dict(os.environ) | {
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
    }
    for name, value in step["env"].items():
        found = re.fullmatch(r"\$\{\{ (inputs\.([\w-]+)|github\.action_path) \}\}", value)
        assert found, f"{name}: {value}"
        environment[name] = values[found[2]] if found[2] else str(ROOT)
    done = subprocess.run(
        ["bash", "-c", step["run"]], cwd=runner / "work", env=environment, capture_output=True, check=False
    )
    output = (runner / "output").read_text() if (runner / "output").exists() else ""
    summary = (runner / "summary").read_text() if (runner / "summary").exists() else ""
    return done.returncode, dict(line.split("=", 1) for line in output.splitlines()), summary


def test_a_blocked_plan_fails_the_step_and_writes_the_summary(runner: Path) -> None:
    code, outputs, summary = check_step(
        runner, path="infra/plan.json", usage="infra/usage.yaml", policies="infra/policies"
    )
    assert code == 1
    assert outputs["verdict"] == "block"
    assert float(outputs["total"]) > 30000
    assert float(outputs["delta"]) > 30000
    assert json.loads(Path(outputs["report"]).read_text())["verdict"]["action"] == "block"
    assert "ML-GPU-001" in summary


def test_fail_on_never_lets_the_step_pass(runner: Path) -> None:
    code, outputs, _ = check_step(runner, path="infra/plan.json", **{"fail-on": "never"})
    assert code == 0
    assert outputs["verdict"] == "block"


def test_several_paths(runner: Path) -> None:
    shutil.copy(runner / "work/infra/plan.json", runner / "work/second.json")
    code, outputs, _ = check_step(runner, path="infra/plan.json\n  second.json\n")
    assert code == 1
    assert len(json.loads(Path(outputs["report"]).read_text())["projects"]) == 2


@pytest.mark.parametrize(
    "hostile", ["$(touch pwned)", "`touch pwned`", "x; touch pwned", "--config=/etc/passwd", '"; touch pwned; "']
)
@pytest.mark.parametrize("name", ["path", "policies", "usage", "fail-on"])
def test_inputs_are_never_run(runner: Path, name: str, hostile: str) -> None:
    code, outputs, _ = check_step(runner, **({"path": "infra/plan.json"} | {name: hostile}))
    assert code == 2
    assert outputs == {}
    assert not list(runner.rglob("pwned"))


def test_inputs_reach_the_script_only_through_the_environment() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]


def test_an_old_report_is_not_taken_for_a_new_one(runner: Path) -> None:
    (runner / "temp" / "finops-guard-report.json").write_text('{"verdict": {"action": "allow"}}')
    code, outputs, _ = check_step(runner, path="nothing.json")
    assert (code, outputs) == (2, {})
