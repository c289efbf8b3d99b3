#!/usr/bin/env python3
"""Turn each operator, threshold and action of the shipped rules round; the rule's own tests must notice.

    tools/mutate_rules.py [DIR|FILE...] [--rule ID] [--verbose]

A mutant that every test lets live is printed, and the exit code is 1: the rule has no test that says what it means.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from finops_guard.errors import PolicyError
from finops_guard.files.text import Document, load_yaml
from finops_guard.policy.load import compile_rule, rule_files, shipped_directory
from finops_guard.policy.rule import CostCenters, Rule
from finops_guard.policy.rule_tests import tests_of

Place = tuple[Any, ...]
Mutation = tuple[Place, Any]

OPPOSITE = {
    "eq": "ne", "ne": "eq", "gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt", "in": "not-in", "not-in": "in",
    "absent": "present", "present": "absent",
}  # fmt: skip
NEIGHBOUR = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
OTHER_ACTION = {"warn": "block", "require_approval": "warn", "block": "warn"}
LIMITS = ("value", "percent", "above", "above_percent", "floor", "minimum_percent", "hard_cap", "limit", "amount")
NOTHING = "matches-nothing-at-all"
LEFT_ALONE = ("tests", "exceptions", "references", "id", "name", "description", "message", "remediation", "severity")


def mutations(rule: Mapping[str, Any]) -> Iterator[Mutation]:
    """Every place of a rule with another value that makes it a different rule."""
    for name, item in rule.items():
        if name == "match":
            yield from _match(item)
        elif name not in LEFT_ALONE:
            yield from _at(name, item, (name,), {})


def _match(match: Mapping[str, Any]) -> Iterator[Mutation]:
    if "environments" in match:
        yield ("match", "environments"), ["no-such-environment"]
        yield ("match", "environments"), ["development", "test", "sandbox", "staging", "production"]
    if "classes" in match:
        yield ("match", "classes"), ["ml.notebook"]
    if "changes" in match:
        yield ("match", "changes"), ["delete"]
        yield ("match", "changes"), ["create", "update", "replace"]


def _at(name: str, item: Any, here: Place, siblings: Mapping[str, Any]) -> Iterator[Mutation]:
    if name == "op":
        yield from ((here, other) for other in (OPPOSITE.get(item), NEIGHBOUR.get(item)) if other)
        if item in ("any-regex", "regex", "contains", "glob"):
            yield (*here[:-1], "value"), NOTHING
        if item in ("in", "not-in"):
            yield from _without_one(siblings["value"], (*here[:-1], "value"))
    elif name in ("action", "on_unknown", "unpriced"):
        yield here, OTHER_ACTION.get(item, "block")
    elif (name in LIMITS and isinstance(item, int | float)) or hasattr(item, "as_tuple"):
        yield here, item * 2 + 1
        yield here, item - 1 if item else -1
    elif name == "case":
        yield here, "insensitive"
    elif name == "passed_on":
        yield here, not item
    elif name in ("type", "by"):
        yield here, NOTHING
    elif name == "required":
        yield from _required(item, here)
    elif name in ("any", "all", "tags", "values", "forbidden_values"):
        yield from _without_one(item, here)
        yield from _inside(item, here)
    else:
        yield from _inside(item, here)


def _required(item: Mapping[str, Any], here: Place) -> Iterator[Mutation]:
    """A tag less, and each tag without what its value must be."""
    for tag, wanted in item.items():
        if len(item) > 1:
            yield here, {other: one for other, one in item.items() if other != tag}
        if wanted:
            yield (*here, tag), {}


def _without_one(items: Any, here: Place) -> Iterator[Mutation]:
    """A list without each of its elements. Of values that are forbidden or allowed, the first and the last stand for all."""
    if not isinstance(items, list) or len(items) < 2:
        return
    several = here[-1] in ("values", "forbidden_values") and len(items) > 2
    for index in [] if several else range(len(items)):
        yield here, [*items[:index], *items[index + 1 :]]
    if several:
        yield here, [f"{NOTHING}-{number}" for number in range(2)]


def _inside(value: Any, path: Place) -> Iterator[Mutation]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _at(name, item, (*path, name), value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, (*path, index))


def mutant(rule: Mapping[str, Any], mutation: Mutation) -> dict[str, Any]:
    """The rule with one place changed."""
    path, other = mutation
    changed = copy.deepcopy(dict(rule))
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = other
    return changed


def survivors(rule: Mapping[str, Any], file: str) -> list[str]:
    """The mutants of a rule that all of its tests let live, in words."""
    alive = []
    for mutation in mutations(rule):
        changed = mutant(rule, mutation)
        if not _noticed(changed, file):
            path, other = mutation
            alive.append(f"{rule['id']}: {'.'.join(map(str, path))} -> {other}")
    return alive


def _noticed(changed: Mapping[str, Any], file: str) -> bool:
    """True when a test of the changed rule fails, or when it cannot even be loaded."""
    document = Document(file, {"version": 1, "policies": [changed]})
    try:
        compiled: Rule = compile_rule(changed, document, 0)
        return any(result.failure for result in tests_of(compiled, CostCenters()))
    except PolicyError:
        return True


def rules_of(places: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(file, rule as it is stated) of all rules below some places."""
    for file in rule_files(places):
        for rule in load_yaml(file, PolicyError).value["policies"]:
            yield file, rule


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", help="directories or files of rules; default: all that are shipped")
    parser.add_argument("--rule", help="only this rule")
    parser.add_argument("--verbose", "-v", action="store_true", help="say how many mutants each rule has")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    count, alive = 0, []
    for file, rule in rules_of(options.places or [str(shipped_directory())]):
        if options.rule in (None, rule["id"]):
            mutants = len(list(mutations(rule)))
            left = survivors(rule, file)
            count, alive = count + mutants, alive + left
            if options.verbose:
                print(f"{rule['id']}: {mutants} mutants, {len(left)} live")
    for line in alive:
        print(f"lives: {line}")
    print(f"{count} mutants, {len(alive)} live ({time.perf_counter() - start:.1f} s)")
    return 1 if alive or not count else 0


if __name__ == "__main__":
    sys.exit(main())
