"""Every format prints whole documents as expected (`pytest tests/formats --update` writes them anew)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finops_guard.files.schema import schema
from finops_guard.formats import NAMES, render
from tests.reports import SCENARIOS

EXPECTED = Path(__file__).parent / "expected"
SUFFIXES = {"json": "json", "table": "txt", "markdown": "md", "review": "review.md"}


def document(name: str, report: dict[str, Any]) -> str:
    text = render(name, report)
    return json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n" if name == "json" else text


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", NAMES)
def test_document(name: str, scenario: str, update: bool) -> None:
    path = EXPECTED / f"{scenario}.{SUFFIXES[name]}"
    text = document(name, SCENARIOS[scenario]())
    if update:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_report_fits_the_published_schema(scenario: str) -> None:
    document = json.loads(render("json", SCENARIOS[scenario]()))
    problems = [
        f"{list(problem.absolute_path)}: {problem.message}"
        for problem in Draft202012Validator(schema("report")).iter_errors(document)
    ]
    assert problems == []


def test_the_schema_is_strict() -> None:
    """Nothing can stand in a report that the schema does not name."""

    def objects(node: Any, path: str) -> Any:
        if isinstance(node, dict):
            if "properties" in node and "type" in node:
                yield path, node
            for key, inner in node.items():
                yield from objects(inner, f"{path}/{key}")
        elif isinstance(node, list):
            for index, inner in enumerate(node):
                yield from objects(inner, f"{path}/{index}")

    Draft202012Validator.check_schema(schema("report"))
    for path, node in objects(schema("report"), ""):
        assert node.get("additionalProperties") is False, path
        assert set(node.get("required", [])) <= set(node["properties"]), path


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", ["table", "markdown"])
def test_a_report_read_from_a_file_prints_the_same(name: str, scenario: str) -> None:
    report = SCENARIOS[scenario]()
    assert render(name, json.loads(render("json", report))) == render(name, report)


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_everything_that_must_be_said_is_said(name: str) -> None:
    report = SCENARIOS["blocked"]()
    text = render(name, report)
    for status in ("partly_priced", "usage_dependent", "unpriced", "unsupported"):
        for project in report["projects"]:
            for resource in project["resources"]:
                if resource["status"] == status:
                    assert resource["address"] in text
                    assert resource["reason"] in text
    said = [
        "11 resources",
        "7 priced",
        "1 free",
        "main.tf:41",
        "2026-11-01",
        "usage.yaml:12",
        "FG-GPU-001",
        "FG-TAG-001",
    ]
    for words in said:
        assert words in text, words


def test_the_last_line_of_the_table_is_the_verdict() -> None:
    assert render("table", SCENARIOS["blocked"]()).splitlines()[-1] == "Verdict: BLOCKED (FG-GPU-001)"
    assert render("table", SCENARIOS["nothing"]()).splitlines()[-1] == "Verdict: ALLOWED"


def test_the_table_for_a_terminal_says_the_same() -> None:
    import re

    report = SCENARIOS["blocked"]()
    coloured = render("table", report, terminal=True, width=400)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render("table", report)


def test_the_table_for_a_narrow_terminal_fits() -> None:
    import re

    for scenario in SCENARIOS.values():
        for line in re.sub(r"\x1b\[[0-9;]*m", "", render("table", scenario(), terminal=True, width=80)).splitlines():
            assert len(line) <= 80, line


def test_all_shows_every_line() -> None:
    assert "Load balancer: 730 hours x $0.0225" in render("table", SCENARIOS["blocked"](), show_all=True)


def test_a_comment_keeps_to_its_size() -> None:
    report = SCENARIOS["blocked"]()
    whole = render("markdown", report)
    project = report["projects"][0]
    project["resources"] = [
        resource | {"address": f"{resource['address']}_{number}", "reason": f"{resource['reason']} {number}"}
        for number in range(300)
        for resource in project["resources"]
    ]
    long = render("markdown", report)
    assert len(long.encode()) <= 60_000
    short = render("markdown", report, max_bytes=9_000)
    assert len(short.encode()) <= 9_000
    for text in (whole, long, short):
        assert "⛔ finops-guard: this change adds" in text
        assert '"verdict":{"action":"block"' in text


def test_json_is_one_line_of_ascii() -> None:
    text = render("json", SCENARIOS["blocked"]())
    assert text.isascii()
    assert text.count("\n") == 1
