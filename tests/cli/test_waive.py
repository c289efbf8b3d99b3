"""`waive`, `baseline`, and what `check` makes of them, as a user would try it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from finops_guard.files.schema import schema
from tests.plans import change, plan

RULES = """\
version: 1
policies:
  - id: ACME-STO-001
    name: no-gp2
    description: New volumes are gp3.
    severity: low
    action: block
    match: {resources: [aws_ebs_volume]}
    when: {key: values.type, op: eq, value: gp2}
    message: "{address} uses gp2"
  - id: ACME-CST-001
    name: max-increase
    description: No change adds much to the bill.
    severity: high
    match: {resources: ["*"]}
    cost: {measure: delta, thresholds: [{above: 50000, action: block}]}
    message: "{delta}"
"""
LATER = (date.today() + timedelta(days=200)).isoformat()
WAIVE = ("waive", "ACME-STO-001", "--resource", "aws_ebs_volume.a", "--until", LATER, "--owner", "ada")
REASON = ("--reason", "the installer needs it")


def write(folder: Path, *volumes: str, kind: str = "gp2") -> None:
    changes = [change(f"aws_ebs_volume.{name}", {"type": kind, "size": 10}) for name in volumes]
    (folder / "plan.json").write_text(json.dumps(plan(*changes)), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".finops-guard" / "policies").mkdir(parents=True)
    (tmp_path / ".finops-guard" / "policies" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "code").mkdir()
    text = 'resource "aws_ebs_volume" "a" {\n  # finops-guard:skip=ACME-STO-001: the vendor wants it\n}\n'
    (tmp_path / "code" / "main.tf").write_text(text, encoding="utf-8")
    write(tmp_path, "a")
    return tmp_path


def guard(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "finops_guard", *arguments],
        capture_output=True, text=True, cwd=folder, check=False, env={**outside, **environ},
    )  # fmt: skip


def findings(folder: Path, *arguments: str, **environ: str) -> tuple[int, dict[str, Any]]:
    from jsonschema import Draft202012Validator

    done = guard(folder, "plan.json", "--format", "json", *arguments, **environ)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    Draft202012Validator(schema("report")).validate(report)
    return done.returncode, report


def states(report: dict[str, Any]) -> list[str]:
    return [found["state"] for found in report["findings"]]


def test_waive_check_and_expire(folder: Path) -> None:
    assert findings(folder)[0] == 1
    done = guard(folder, *WAIVE, *REASON, "--max-amount", "5")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(".finops-guard/waivers.yaml:4:5: the waiver of ada for ACME-STO-001")
    code, report = findings(folder)
    assert (code, states(report)) == (0, ["waived"])
    assert report["findings"][0]["waiver"] == {
        "reason": "the installer needs it", "owner": "ada", "expires": LATER, "max_amount": 5,
        "source": ".finops-guard/waivers.yaml:4:5",
    }  # fmt: skip
    for name in ("table", "markdown"):
        shown = guard(folder, "plan.json", "--format", name).stdout
        assert "waived" in shown
        assert "the installer needs it" in shown
    later = (date.fromisoformat(LATER) + timedelta(days=1)).isoformat()
    code, report = findings(folder, "--as-of", later)
    assert (code, states(report)) == (1, ["open"])
    assert f"expired on {LATER}" in report["findings"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("waive", "ACME-STO-01", *WAIVE[2:], *REASON), "did you mean ACME-STO-001?"),
        ((*WAIVE, "--reason", "because"), "10 characters or more"),
        (("waive", "ACME-STO-001", "--until", LATER, *REASON), "say which with --resource"),
        (("waive", "ACME-CST-001", *WAIVE[2:], *REASON), "leave out --resource"),
        (("waive", "ACME-STO-001", "--resource", "a", "--until", "2020-01-01", *REASON), "is over"),
        (("waive", "ACME-STO-001", "--resource", "a", "--until", "soon", *REASON), "is not a day"),
        ((*WAIVE, *REASON, "--max-amount", "-1"), "0 or more"),
        ((*WAIVE, *REASON, "--owner", "a\nb"), "one line"),
    ],
)
def test_what_cannot_be_waived(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = guard(folder, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (folder / ".finops-guard" / "waivers.yaml").exists()


def test_waivers_beside_the_rules_and_in_the_configuration(folder: Path) -> None:
    beside = folder / ".finops-guard" / "policies" / "waivers.yaml"
    assert guard(folder, *WAIVE, *REASON, "--file", str(beside)).returncode == 0
    assert findings(folder)[0] == 0
    beside.rename(folder / "exceptions.yaml")
    assert findings(folder)[0] == 1
    (folder / ".finops-guard.yaml").write_text("waivers: exceptions.yaml\n", encoding="utf-8")
    assert findings(folder)[0] == 0


def test_suppressions_in_code(folder: Path) -> None:
    code, report = findings(folder, "--source", "code")
    assert (code, states(report)) == (0, ["suppressed"])
    assert report["findings"][0]["waiver"]["source"] == "code/main.tf:2:3"
    for arguments, environ in [((), {"CI": "true"}), (("--no-inline-waivers",), {})]:
        code, report = findings(folder, "--source", "code", *arguments, **environ)
        assert (code, states(report)) == (1, ["open"])
        assert "code/main.tf:2:3 is not honoured" in report["findings"][0]["message"]


@pytest.mark.parametrize(("value", "code"), [("true", 0), ("non-block", 1), ("false", 1)])
def test_the_configuration_may_allow_them(folder: Path, value: str, code: int) -> None:
    (folder / ".finops-guard.yaml").write_text(f"inline_waivers: {value}\n", encoding="utf-8")
    assert findings(folder, "--source", "code", CI="true")[0] == code
    assert findings(folder, "--source", "code", "--no-inline-waivers")[0] == 1


def test_a_value_that_inline_waivers_cannot_have(folder: Path) -> None:
    done = guard(folder, "plan.json", FINOPS_GUARD_INLINE_WAIVERS="maybe")
    assert done.returncode == 2
    assert "inline_waivers is 'maybe'" in done.stderr


def test_baseline(folder: Path) -> None:
    write(folder, "a", "b")
    assert "written: 2 findings" in guard(folder, "baseline", "plan.json").stdout
    code, report = findings(folder)
    assert (code, states(report)) == (0, ["baseline", "baseline"])
    write(folder, "a", "c")
    code, report = findings(folder)
    assert (code, states(report)) == (1, ["open", "baseline"])
    assert any("1 entry of the baseline is found no more" in entry["message"] for entry in report["diagnostics"])


def test_a_baseline_never_grows_silently(folder: Path) -> None:
    path = folder / ".finops-guard" / "baseline.json"
    assert guard(folder, "baseline", "plan.json").returncode == 0
    first = path.read_text()
    write(folder, "b")
    done = guard(folder, "baseline", "plan.json")
    assert done.returncode == 2
    assert "new, not in the baseline (--update adds it): ACME-STO-001 aws_ebs_volume.b" in done.stdout
    assert path.read_text() == first
    done = guard(folder, "baseline", "plan.json", "--prune")
    assert done.returncode == 0
    assert "removed: ACME-STO-001 aws_ebs_volume.a" in done.stdout
    assert json.loads(path.read_text())["entries"] == []
    assert "added: ACME-STO-001 aws_ebs_volume.b" in guard(folder, "baseline", "plan.json", "--update").stdout
    assert findings(folder)[0] == 0


def test_overrides_of_the_starter_pack(folder: Path) -> None:
    (folder / ".finops-guard" / "policies" / "rules.yaml").unlink()
    instance = change("aws_instance.a", {"instance_type": "p4d.24xlarge"})
    (folder / "plan.json").write_text(json.dumps(plan(instance)), encoding="utf-8")
    arguments = ("plan.json", "--environment", "dev")
    assert guard(folder, *arguments).returncode == 1
    text = "version: 1\noverrides: [{rule: 'FG-*', environments: [dev], action: warn}]\n"
    for place in (".finops-guard/overrides.yaml", ".finops-guard/policies/overrides.yaml"):
        (folder / place).write_text(text, encoding="utf-8")
        assert guard(folder, *arguments).returncode == 0
        (folder / place).unlink()
