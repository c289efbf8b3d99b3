"""The tests beside the shipped rules pass, and they fail when an operator, a threshold or an action is turned round."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.policy.load import load_rules, shipped_directory, starter_rules
from finops_guard.policy.rule_tests import run_rule_tests

STARTER = sorted((shipped_directory() / "starter").glob("*.yaml"))
OPPOSITE = {
    "eq": "ne", "ne": "eq", "gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt", "in": "not-in", "not-in": "in",
    "absent": "present", "present": "absent",
}  # fmt: skip
NEIGHBOUR = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
OTHER_ACTION = {"warn": "block", "require_approval": "warn", "block": "warn"}


@pytest.mark.parametrize("result", run_rule_tests(starter_rules()), ids=lambda result: f"{result.rule} {result.name}")
def test_beside_the_rule(result: Any) -> None:
    assert result.failure is None


def test_every_rule_has_tests_remediation_and_a_reason_to_pass() -> None:
    for rule in starter_rules().rules:
        assert len(rule.tests) >= 3, rule.id
        assert rule.remediation, rule.id


def mutations(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place of a rule with another value that makes it a different rule."""
    if isinstance(value, dict):
        for name, item in value.items():
            here = (*path, name)
            if name in ("tests", "match", "exceptions", "references"):
                continue
            if name == "op":
                yield from ((here, other) for other in (OPPOSITE.get(item), NEIGHBOUR.get(item)) if other)
                if item in ("any-regex", "regex", "contains", "glob"):
                    yield (*path, "value"), "matches-nothing-at-all"
            elif name == "action" and item in OTHER_ACTION:
                yield here, OTHER_ACTION[item]
            elif name in ("value", "percent", "above", "above_percent", "floor") and isinstance(item, int | float):
                yield here, item * 2 + 1
                yield here, item - 1 if item else -1
            elif name == "unpriced":
                yield here, "ignore"
            elif name == "case":
                yield here, "insensitive"
            elif name == "required" and len(item) > 1:
                for tag in item:
                    yield here, {other: wanted for other, wanted in item.items() if other != tag}
            elif name == "any" and len(item) > 1:
                yield from ((here, [*item[:index], *item[index + 1 :]]) for index in range(len(item)))
            elif name == "environments":
                yield here, ["production"]
            else:
                yield from mutations(item, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from mutations(item, (*path, index))


def all_mutations() -> Iterator[Any]:
    for file in STARTER:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for index, rule in enumerate(document["policies"]):
            places = [
                *mutations(rule),
                *([(("match", "environments"), ["production"])] if "environments" in rule["match"] else []),
            ]
            for path, other in places:
                label = f"{rule['id']} {'.'.join(map(str, path))} {other}"
                yield pytest.param(document, index, path, other, id=label[:100])


@pytest.mark.parametrize(("document", "index", "path", "other"), list(all_mutations()))
def test_a_changed_rule_fails_its_own_tests(
    document: Any, index: int, path: tuple[Any, ...], other: Any, tmp_path: Path
) -> None:
    mutant = copy.deepcopy(document["policies"][index])
    target = mutant
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = other
    (tmp_path / "mutant.yaml").write_text(yaml.safe_dump({"version": 1, "policies": [mutant]}), encoding="utf-8")
    results = run_rule_tests(load_rules([str(tmp_path)]))
    assert any(result.failure for result in results), "no test of this rule sees the difference"


def test_loading_the_pack_is_recorded() -> None:
    pack = starter_rules()
    assert pack.source == "pack"
    assert pack.digest.startswith("sha256:")
    assert len(pack.rules) == len({rule.id for rule in pack.rules}) >= 8
