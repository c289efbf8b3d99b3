"""Entries of `llm_usage` in the usage file become resources, priced and judged like any other."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.check import Options, check
from finops_guard.errors import UsageError
from tests.plans import change, plan

AS_OF = date(2026, 11, 20)
BOT = {
    "name": "bot", "provider": "anthropic", "model": "claude-sonnet-4-5", "input_tokens": 10_000_000,
    "output_tokens": 1_000_000,
}  # fmt: skip


def report(tmp_path: Path, *entries: dict[str, Any], policies: str = "none") -> dict[str, Any]:
    """The report of a plan with one Elastic IP and of a usage file with these entries."""
    plan_file, usage = tmp_path / "plan.json", tmp_path / "usage.yaml"
    plan_file.write_text(json.dumps(plan(change("aws_eip.a", {"domain": "vpc"}))), encoding="utf-8")
    usage.write_text(yaml.safe_dump({"version": 0.1, "llm_usage": list(entries)}), encoding="utf-8")
    return check(Options(paths=[str(plan_file)], usage=str(usage), policies=policies, as_of=AS_OF, config="none"))


def declared(tmp_path: Path, *entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The resources that the entries declare, by address."""
    project = report(tmp_path, *entries)["projects"][1]
    return {resource["address"]: resource for resource in project["resources"]}


@pytest.mark.parametrize(
    ("entry", "cost"),
    [
        ({}, 10 * Decimal(3) + 15),
        ({"cached_tokens": 6_000_000}, 4 * Decimal(3) + 6 * Decimal("0.3") + 15),
        ({"cached_tokens": 6_000_000, "cache_write_tokens": 2_000_000}, 2 * 3 + Decimal("1.8") + Decimal("7.5") + 15),
        ({"batch": True}, 10 * Decimal("1.5") + Decimal("7.5")),
        ({"tier": "batch", "cached_tokens": 10_000_000}, 10 * Decimal("0.15") + Decimal("7.5")),
        ({"input_tokens": "10000000"}, Decimal(45)),
        ({"input_tokens": None}, Decimal(15)),
        ({"provider": "openai", "model": "gpt-4o"}, 10 * Decimal("2.5") + 10),
        ({"provider": "azure", "model": "gpt-4o"}, 10 * Decimal("2.5") + 10),
        ({"provider": "Azure_OpenAI", "model": "gpt-4o", "region": "eu"}, 10 * Decimal("2.75") + 11),
        ({"provider": "bedrock", "model": "amazon.nova-pro-v1:0"}, 10 * Decimal("0.8") + Decimal("3.2")),
        ({"provider": "bedrock", "model": "eu.amazon.nova-pro-v1:0", "region": "eu-west-1"}, Decimal("14.7")),
        ({"provider": "bedrock", "model": "anthropic.claude-sonnet-4-5-20250929-v1:0"}, Decimal("49.5")),
        ({"provider": "bedrock", "model": "global.anthropic.claude-sonnet-4-5-20250929-v1:0"}, Decimal(45)),
        ({"provider": "vertex", "model": "gemini-2.5-pro", "long_context": True}, 10 * Decimal("2.5") + 15),
    ],
)
def test_cost(tmp_path: Path, entry: dict[str, Any], cost: Decimal) -> None:
    found = declared(tmp_path, BOT | entry)["llm.bot"]
    assert found["status"] == "priced", found["reason"]
    assert Decimal(str(found["after"]["monthly_cost"])) == cost


def test_bounds_are_shown(tmp_path: Path) -> None:
    found = declared(tmp_path, BOT | {"output_tokens": {"low": 0, "expected": 1_000_000, "high": 5_000_000}})["llm.bot"]
    after = found["after"]
    assert (float(after["min"]), float(after["monthly_cost"]), float(after["max"])) == (30, 45, 105)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"model": "claude-sonet-4-5"}, "did you mean claude-sonnet-4-5?"),
        ({"provider": "antropic"}, "no prices of the provider 'antropic' in the price book; did you mean anthropic?"),
        ({"provider": "bedrock"}, "did you mean"),
        ({"provider": "bedrock", "model": "amazon.nova-pro-v1:0", "region": "ap-south-1"}, "in ap-south-1"),
        ({"provider": "openai", "model": "o1-pro", "tier": "flex"}, "no price of flex-input tokens of this model"),
    ],
)
def test_what_has_no_price_is_not_free(tmp_path: Path, entry: dict[str, Any], reason: str) -> None:
    found = declared(tmp_path, BOT | entry)["llm.bot"]
    assert found["status"] == "unpriced"
    assert found["after"]["monthly_cost"] is None
    assert reason in found["reason"]


def test_requests_beyond_the_context_threshold_are_an_assumption(tmp_path: Path) -> None:
    texts = [
        entry["text"]
        for entry in report(tmp_path, BOT | {"provider": "vertex", "model": "gemini-2.5-pro"})["assumptions"]
    ]
    assert any("no request above 200k tokens" in text and "global endpoint" in text for text in texts)


def test_shown_and_tagged_like_any_other(tmp_path: Path) -> None:
    found = declared(tmp_path, BOT | {"tags": {"team": "web", "env": "prod"}})["llm.bot"]
    assert found["tags"] == {"team": "web", "env": "prod"}
    assert found["environment"]["value"] == "production"
    assert (found["action"], found["before"], found["delta"]) == ("declared", None, None)
    assert found["location"]["line"] == 2


def test_no_change_of_the_total(tmp_path: Path) -> None:
    """What the usage file declares is no change: the change is that of the plan."""
    totals = report(tmp_path, BOT)["totals"]
    assert (float(totals["before"]), float(totals["after"]), float(totals["delta"])) == (45, 48.65, 3.65)


@pytest.mark.parametrize("used", [1_000_000, 100_000_000])
def test_a_cap_on_metered_use(tmp_path: Path, used: int) -> None:
    rules = tmp_path / "policies"
    rules.mkdir()
    (rules / "llm.yaml").write_text(
        yaml.safe_dump(
            {
                "version": 1,
                "policies": [
                    {
                        "id": "FG-LLM-002",
                        "name": "token-spend-cap",
                        "description": "Metered use stays inside a cap.",
                        "severity": "high",
                        "match": {"resources": ["*"], "classes": ["llm.metered"]},
                        "budget": {
                            "group_by": "tags.team",
                            "limit": 100,
                            "measure": "estimate",
                            "thresholds": [{"percent": 100, "action": "block"}],
                        },
                        "message": "{group}: {projected} of {limit}",
                    }
                ],
            }
        )
    )
    found = report(tmp_path, BOT | {"output_tokens": used, "tags": {"team": "web"}}, policies=str(rules))
    assert found["verdict"]["action"] == ("block" if used > 10_000_000 else "allow")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"name": "a"}, "llm_usage is a list"),
        (["a"], "is a mapping"),
        ([BOT | {"modle": "x"}], "unknown key 'modle'; did you mean model?"),
        ([BOT | {"model": None}], "model is not stated"),
        ([BOT | {"model": 4}], "model should be a word"),
        ([BOT | {"name": "a b"}], "name is made of"),
        ([BOT | {"input_tokens": "10M"}], "input_tokens should be a number"),
        ([BOT | {"input_tokens": -1}], "cannot be negative"),
        ([BOT | {"input_tokens": [1]}], "input_tokens should be a number"),
        ([BOT | {"input_tokens": 10**20}], "too large"),
        ([BOT | {"input_tokens": {"low": 1}}], "needs low, expected and high"),
        ([BOT | {"input_tokens": {"low": 9, "expected": 1, "high": 2}}], "should rise"),
        ([BOT | {"input_tokens": None, "output_tokens": None}], "neither input_tokens nor output_tokens"),
        ([BOT | {"cached_tokens": 10_000_001}], "more tokens read from"),
        ([BOT | {"batch": "yes"}], "batch should be true or false"),
        ([BOT | {"tier": "fast"}], "tier should be one of"),
        ([BOT | {"tier": "flex", "batch": True}], "exclude each other"),
        ([BOT | {"tags": ["a"]}], "tags is a mapping"),
        ([BOT, BOT], "two entries of llm_usage are called bot"),
    ],
)
def test_mistakes_end_the_run(tmp_path: Path, entries: Any, message: str) -> None:
    file = tmp_path / "usage.yaml"
    file.write_text(yaml.safe_dump({"version": 0.1, "llm_usage": entries}), encoding="utf-8")
    plan_file = tmp_path / "plan.json"
    plan_file.write_text(json.dumps(plan(change("aws_eip.a", {}))), encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        check(Options(paths=[str(plan_file)], usage=str(file), policies="none", as_of=AS_OF, config="none"))
    assert caught.value.span is not None
    assert caught.value.span.line is not None
