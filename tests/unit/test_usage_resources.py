"""Resources that only the usage file declares."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finops_guard.check import Options, check
from finops_guard.errors import UsageError
from tests.plans import change, plan


def run(folder: Path, usage: str, *changes: dict[str, Any]) -> dict[str, Any]:
    plan_file, usage_file = folder / "plan.json", folder / "usage.yml"
    plan_file.write_text(json.dumps(plan(*changes)), encoding="utf-8")
    usage_file.write_text(usage, encoding="utf-8")
    options = Options([str(plan_file)], config="none", policies="none", usage=str(usage_file), as_of=date(2026, 11, 20))
    return check(options)


def test_they_form_a_project_of_their_own_without_a_base(tmp_path: Path) -> None:
    usage = "resource_usage:\n  aws_data_transfer.eu-west-1:\n    monthly_outbound_internet_gb: 100\n"
    report = run(tmp_path, usage, change("aws_sqs_queue.q", {"name": "q"}))
    project = report["projects"][1]
    entry = project["resources"][0]
    assert (project["name"], project["kind"], project["has_base"]) == ("usage.yml", "usage_file", False)
    assert (entry["address"], entry["action"], entry["region"]) == (
        "aws_data_transfer.eu-west-1",
        "declared",
        "eu-west-1",
    )
    assert entry["before"] is None
    assert entry["after"]["monthly_cost"] == pytest.approx(9.0)
    assert entry["location"]["line"] == 2
    assert report["totals"]["after"] == pytest.approx(9.0)


def test_a_usage_file_without_them_adds_no_project(tmp_path: Path) -> None:
    report = run(
        tmp_path, "resource_usage: {aws_sqs_queue.q: {monthly_requests: 10}}", change("aws_sqs_queue.q", {"name": "q"})
    )
    assert len(report["projects"]) == 1


def test_the_region_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not say which Region") as error:
        run(tmp_path, "resource_usage:\n  aws_data_transfer.mine:\n    monthly_outbound_internet_gb: 100\n")
    assert error.value.span is not None
    assert error.value.span.line == 2


def test_a_key_that_data_transfer_does_not_take_is_named(tmp_path: Path) -> None:
    report = run(tmp_path, "resource_usage:\n  aws_data_transfer.eu-west-1: {monthly_outbound_internet: 100}\n")
    texts = json.dumps(report, default=str)
    assert "takes no usage key monthly_outbound_internet" in texts
    assert "did you mean monthly_outbound_internet_gb?" in texts
