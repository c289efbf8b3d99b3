"""Fees that start soon by a support calendar are announced with date and amount, and are in no figure before."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finops_guard.check import Options, check
from tests.plans import change, plan

CLUSTER = {"version": "1.34"}  # standard support until 2026-12-02


def run(tmp_path: Path, as_of: date, *changes: dict[str, Any]) -> dict[str, Any]:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan(*changes)), encoding="utf-8")
    report: dict[str, Any] = check(Options(paths=[str(path)], policies="none", as_of=as_of, config="none"))["projects"][
        0
    ]
    return report


def announced(project: dict[str, Any]) -> list[str]:
    return [entry["message"] for entry in project["diagnostics"] if "no part of today" in entry["message"]]


def test_a_fee_that_starts_within_90_days_is_announced(tmp_path: Path) -> None:
    project = run(tmp_path, date(2026, 11, 20), change("aws_eks_cluster.main", CLUSTER))
    assert announced(project) == [
        "from 2026-12-03 on: Extended support (Kubernetes 1.34), $365.00 a month; no part of today's figures"
    ]
    assert float(project["resources"][0]["after"]["monthly_cost"]) == 73.0
    assert [part["name"] for part in project["resources"][0]["after"]["components"]] == ["Cluster"]


@pytest.mark.parametrize(("as_of", "count"), [(date(2026, 9, 3), 0), (date(2026, 9, 4), 1), (date(2026, 12, 2), 1)])
def test_the_window_is_90_days(tmp_path: Path, as_of: date, count: int) -> None:
    assert len(announced(run(tmp_path, as_of, change("aws_eks_cluster.main", CLUSTER)))) == count


def test_a_fee_that_runs_is_in_the_figures_and_not_announced(tmp_path: Path) -> None:
    project = run(tmp_path, date(2026, 12, 3), change("aws_eks_cluster.main", CLUSTER))
    assert announced(project) == []
    assert float(project["resources"][0]["after"]["monthly_cost"]) == 438.0


def test_caches_and_databases_are_announced_too(tmp_path: Path) -> None:
    cache = {"engine": "redis", "engine_version": "6.2", "node_type": "cache.t3.micro", "num_cache_nodes": 2}
    database = {
        "engine": "postgres",
        "engine_version": "14.9",
        "instance_class": "db.m5.large",
        "allocated_storage": 20,
    }
    project = run(
        tmp_path, date(2027, 1, 15), change("aws_elasticache_cluster.a", cache), change("aws_db_instance.b", database)
    )
    texts = announced(project)
    assert any("from 2027-02-01 on: Extended support (year 1, Redis OSS 6.2), $19.86 a month" in text for text in texts)
    assert any(
        "from 2027-03-01 on: Extended support (year 1, postgres 14.9), $146.00 a month" in text for text in texts
    )


def test_a_dearer_year_is_announced(tmp_path: Path) -> None:
    database = {
        "engine": "postgres",
        "engine_version": "12.9",
        "instance_class": "db.m5.large",
        "allocated_storage": 20,
    }
    project = run(tmp_path, date(2027, 1, 15), change("aws_db_instance.b", database))
    assert [text.split(",")[0] for text in announced(project)] == ["from 2027-03-01 on: Extended support (year 3"]
    names = [part["name"] for part in project["resources"][0]["after"]["components"]]
    assert "Extended support (year 2, postgres 12.9)" in names


def test_what_goes_away_is_not_announced(tmp_path: Path) -> None:
    project = run(tmp_path, date(2026, 11, 20), change("aws_eks_cluster.main", None, CLUSTER))
    assert announced(project) == []
