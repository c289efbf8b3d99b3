"""The embedded engine answers as opa does, or refuses: it never finds less without a word.

answers.json holds the answers of the real opa; `pytest --update` asks the opa on PATH anew.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.errors import PolicyError
from finops_guard.policy.rego.engine import CHOICE, EMBEDDED, OPA, Job, answer, opa_path
from finops_guard.policy.rego.text import module

HERE = Path(__file__).parent
SUITE = yaml.safe_load((HERE / "conformance.yaml").read_text(encoding="utf-8"))
ANSWERS = HERE / "answers.json"
CASES = [(dialect, text) for dialect in ("v1", "v0") for text in SUITE[dialect]]


def ask(text: str) -> Any:
    """The value of x, [] when it is undefined; "error" when the engine or the guard refuses."""
    try:
        found = module(f"package p\n\n{text}\n", "case.rego")
        rows = answer(Job([found], SUITE["data"], ["data.p.x"], SUITE["input"])).run
    except PolicyError as problem:
        assert problem.span is not None
        return "error"
    return [ordered(value) for value in rows[0]]


def ordered(value: Any) -> Any:
    """Sets come as lists, in any order."""
    return sorted((ordered(item) for item in value), key=json.dumps) if isinstance(value, list) else value


def golden() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return known


def test_answers_are_of_opa(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if opa_path() is None:
        pytest.skip("no opa on PATH: its answers are kept in answers.json")
    monkeypatch.setenv(CHOICE, OPA)
    said = {text: ask(text) for _, text in CASES}
    if request.config.getoption("--update"):
        lines = [f"  {json.dumps(text)}: {json.dumps(value)}" for text, value in said.items()]
        ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert said == golden()


@pytest.mark.skipif(importlib.util.find_spec(EMBEDDED) is None, reason="the extra [rego] is not installed")
@pytest.mark.parametrize(
    ("dialect", "text"), CASES, ids=[f"{dialect}-{index}" for index, (dialect, _) in enumerate(CASES)]
)
def test_embedded_engine_agrees_or_refuses(dialect: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, EMBEDDED)
    said = ask(text)
    if text in SUITE.get("refused", []):
        assert said == "error"
    else:
        assert said == golden()[text]


def test_every_case_has_an_answer() -> None:
    assert set(golden()) == {text for _, text in CASES}
    assert set(SUITE.get("refused", [])) <= set(golden())
