"""`finops-guard policy explain`: a rule in words, with examples from its own tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from finops_guard.policy.rule import CostCenters, Rule
from finops_guard.policy.rule_tests import TestResult, tests_of

Example = tuple[Mapping[str, Any], TestResult]


def explain(rule: Rule, centers: CostCenters, place: str) -> str:
    """The rule as people read it; `place` is its file and line."""
    actions = rule.action or ", ".join(dict.fromkeys(rule.check.actions))
    parts = [
        f"{rule.id} {rule.name}",
        f"  {rule.description}",
        "",
        f"  severity {rule.severity}, action {actions}, judged for each {rule.scope}, kind {rule.kind}",
        f"  when it cannot be told: {rule.on_unknown}",
        f"  stands in {place}",
    ]
    if rule.remediation:
        parts.append(f"  remediation: {rule.remediation}")
    if "false_positives" in rule.definition:
        parts.append(f"  when it is wrong: {rule.definition['false_positives']}")
    found, passed = worked_examples(rule, centers)
    if found and found[1].passes_when:
        parts.append(f"  passes when: {found[1].passes_when}")
    parts += [
        "",
        "Text:",
        *_indented(_text({name: rule.definition[name] for name in rule.definition if name != "tests"})),
    ]
    for title, example in (("An example that it finds", found), ("An example that passes", passed)):
        if example:
            parts += ["", f"{title} ({example[1].name}):", *_indented(_text(subject(example[0])))]
            parts += [f"  -> {outcome(example[1])}"]
    if not rule.tests:
        parts += ["", "The rule has no tests, so there are no examples."]
    parts += ["", "References:", *(f"  {link}" for link in rule.references)] if rule.references else []
    if rule.exceptions:
        parts += ["", "Exceptions:"]
        parts += [f"  until {one.expires}, {one.owner}: {one.reason}" for one in rule.exceptions]
    return "\n".join(parts)


def worked_examples(rule: Rule, centers: CostCenters) -> tuple[Example | None, Example | None]:
    """The first test that the rule finds, and the first that it lets pass."""
    results = list(zip(rule.tests, tests_of(rule, centers), strict=True))
    found = next((one for one in results if _is_found(one[1])), None)
    passed = next((one for one in results if one[1].expected["action"] == "allow" and not one[1].failure), None)
    return found, passed


def _is_found(result: TestResult) -> bool:
    return result.expected["action"] != "allow" and result.expected.get("state") != "unknown" and not result.failure


def subject(test: Any) -> dict[str, Any]:
    """What a test judges, without its name and expectation."""
    return {name: value for name, value in test.items() if name not in ("name", "expect")}


def outcome(result: TestResult) -> str:
    """The action, and what the rule says."""
    return f"{result.expected['action']}{f': {result.message}' if result.message else ''}"


def _text(value: Any) -> str:
    return yaml.dump(plain(value), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def plain(value: Any) -> Any:
    """Numbers as YAML writes them."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.rstrip().splitlines()]
