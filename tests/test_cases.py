"""Golden cases through the public door: one folder per behaviour in tests/cases/.

    plan.json, usage.yaml, policies/, …   the inputs, in the folder the command is run in
    args                                  the command line, one argument a line
    expected.json                         exit code, verdict, totals, resources, findings (prices included)
    expected.err                          instead of a report: what is printed on stderr

`pytest tests/test_cases.py --update` writes the expected files anew; read the diff before you commit it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from finops_guard.cli.main import run

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/args"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(folder)
    arguments = (folder / "args").read_text(encoding="utf-8").split("\n")
    monkeypatch.setattr(
        sys, "argv", ["finops-guard", *filter(None, arguments), "--format", "json", "--as-of", "2026-11-20"]
    )
    code = run()
    out, err = capsys.readouterr()
    if out:
        actual = json.dumps({"exit": code, **summary(json.loads(out))}, indent=1) + "\n"
        expected = folder / "expected.json"
    else:
        actual = f"exit {code}\n{err}"
        expected = folder / "expected.err"
    if request.config.getoption("--update"):
        expected.write_text(actual, encoding="utf-8")
    assert actual == expected.read_text(encoding="utf-8")


def summary(report: dict[str, Any]) -> dict[str, Any]:
    """The part of a report that a case is about: nothing that moves with the clock or the version."""
    return {
        "verdict": report["verdict"]["action"],
        "totals": report["totals"],
        "resources": [resource_summary(entry) for project in report["projects"] for entry in project["resources"]],
        "findings": [
            {key: finding[key] for key in ("id", "action", "address", "message", "state")}
            for finding in report["findings"]
        ],
        "not_evaluated": report["policies"]["not_evaluated"],
    }


def resource_summary(entry: dict[str, Any]) -> dict[str, Any]:
    def side(name: str) -> Any:
        return None if entry[name] is None else entry[name]["monthly_cost"]

    keys = ("address", "action", "region", "region_origin", "status", "reason")
    return {key: entry[key] for key in keys} | {"before": side("before"), "after": side("after")}
