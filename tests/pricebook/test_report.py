"""A report says which prices it rests on: the overlay's day and digest stand beside the book's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from tests.pricebook.feeds import ec2, mirror


def test_a_report_names_the_overlay(home: Path, run: Callable[..., Result]) -> None:
    from finops_guard.cli.check import check_command

    plan = home / "plan.json"
    plan.write_text(json.dumps({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}},
        "planned_values": {"root_module": {}}, "resource_changes": [],
    }))  # fmt: skip
    args = [str(plan), "--config", "none", "--policies", "none", "--format", "json"]
    before = json.loads(CliRunner().invoke(check_command, args, standalone_mode=False).output)["catalog"]
    assert before["overlay"] is None
    mirror(home / "m", {("AmazonEC2", "us-east-1"): [ec2("m5.large", "0.1")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    after = json.loads(CliRunner().invoke(check_command, args, standalone_mode=False).output)["catalog"]
    assert after["overlay"]["as_of"] == "2026-11-18" and after["overlay"]["digest"].startswith("sha256:")
    assert after["digest"] != before["digest"]
    table = CliRunner().invoke(check_command, [*args[:-1], "table"], standalone_mode=False).output
    assert "refreshed with prices of 2026-11-18" in table
