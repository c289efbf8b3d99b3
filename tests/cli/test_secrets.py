"""Canary: what a plan marks sensitive, unknown or keeps in variables and outputs appears in no output."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from finops_guard.cli.main import run
from tests.plans import change, plan

CANARY = "CANARY-5f1c2f0e"


@pytest.mark.parametrize("format_name", ["table", "json", "markdown"])
def test_no_secret_in_any_format(
    format_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    database = {
        "engine": "mysql",
        "instance_class": CANARY,
        "password": CANARY,
        "username": CANARY,
        "allocated_storage": 20,
        "tags": {"Team": "web", "Secret": CANARY},
        "nested": [{"key": CANARY, "size": 1}],
    }
    entry = change("aws_db_instance.a", database, {**database, "password": f"{CANARY}-old"})
    marks = {
        "instance_class": True,
        "password": True,
        "username": True,
        "tags": {"Secret": True},
        "nested": [{"key": True}],
    }
    entry["change"] |= {"after_sensitive": marks, "before_sensitive": marks}
    whole = change("aws_secretsmanager_secret.b", {"name": CANARY, "description": CANARY})
    whole["change"]["after_sensitive"] = True
    plain = change("aws_instance.c", {"instance_type": "m5.large", "user_data": CANARY, "arn": None})
    document = plan(entry, whole, plain)
    document["variables"] = {"db_password": {"value": CANARY}}
    document["planned_values"]["outputs"] = {"secret": {"sensitive": True, "value": CANARY}}
    document["prior_state"] = {"values": {"outputs": {"secret": {"value": CANARY}}, "root_module": {}}}
    document["output_changes"] = {"secret": {"after": CANARY}}
    document["configuration"]["provider_config"]["aws"]["expressions"]["secret_key"] = {"constant_value": CANARY}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["finops-guard", str(path), "--format", format_name, "--config", "none"])
    run()
    out, err = capfd.readouterr()
    assert "aws_db_instance.a" in out
    assert CANARY not in out + err
