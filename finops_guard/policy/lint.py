"""What a rule that loads may still get wrong: it never bites, it bites what it does not mean, or nobody has tried it.

Pure: rules in, problems out. What makes a rule unusable (schema, `!a.b`, unknown fields) is refused when it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from finops_guard.environment import aliases
from finops_guard.model import Span
from finops_guard.policy.document import LISTS
from finops_guard.policy.known import unknown_types
from finops_guard.policy.rule import STRICTNESS, Match, Rule, RuleSet, Threshold
from finops_guard.policy.shape import nearest
from finops_guard.policy.tables import known_types

EXPIRES_SOON_DAYS = 14
ONE_VALUE = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "not-in", "glob", "regex")
ORDERS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that `policy lint` says. An error cannot be what the author meant; a warning may be."""

    level: Literal["error", "warning"]
    message: str
    span: Span | None = None
    rule: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        rule = f"{self.rule}: " if self.rule else ""
        return f"{where}{self.level}: {rule}{self.message}" + (f"\n  hint: {self.hint}" if self.hint else "")


def lint(rules: RuleSet, today: date) -> list[Problem]:
    """Everything to say about some rules on a day."""
    return [problem for rule in rules.rules for problem in _lint_rule(rule, today)]


def _lint_rule(rule: Rule, today: date) -> Iterator[Problem]:
    definition = rule.definition

    def say(level: Literal["error", "warning"], message: str, hint: str | None = None) -> Problem:
        return Problem(level, message, rule.span, rule.id, hint)

    for message, hint in _types(rule.match):
        yield say("warning", message, hint)
    for name in definition.get("match", {}).get("environments", ()):
        if str(name).lower() not in {*aliases(), *aliases().values()}:
            near = nearest(str(name), set(aliases().values()))
            yield say("warning", f"{name!r} is no usual environment", f"did you mean {near!r}?" if near else None)
    for clause in _clauses(definition.get("when", {})):
        for message, hint in _clause_traps(clause):
            yield say("error", message, hint)
    for message in _threshold_order(getattr(rule.check, "thresholds", ())):
        yield say("error", message, "thresholds rise together with their actions")
    if rule.action == "allow":
        yield say("warning", "the action allow never does anything", "warn, require_approval or block")
    yield from _exceptions(rule, today)
    if not rule.tests:
        yield say("warning", "the rule has no tests", "one that the rule finds, and one that it lets pass")
    elif all(test["expect"]["action"] == "allow" for test in rule.tests):
        yield say("warning", "no test expects the rule to find something")
    elif all(test["expect"]["action"] != "allow" for test in rule.tests):
        yield say("warning", "no test expects the rule to let something pass")


def _types(match: Match) -> Iterator[tuple[str, str | None]]:
    for name in unknown_types(match):
        near = nearest(name, known_types())
        yield f"{name!r} is no resource type that we know", f"did you mean {near!r}?" if near else None


def _clauses(definition: Any) -> Iterator[Mapping[str, Any]]:
    """The comparisons of a `when`, at any depth."""
    if isinstance(definition, Mapping):
        if "key" in definition:
            yield definition
        for name in ("all", "any"):
            for item in definition.get(name, ()):
                yield from _clauses(item)
        yield from _clauses(definition.get("not"))


def _clause_traps(clause: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Comparisons that are never, or always, true whatever the resource is."""
    key, operator = clause["key"], clause["op"]
    if (key in LISTS or key.rstrip().endswith("[]") or "[]." in key) and operator in ONE_VALUE:
        verdict = "always" if operator in ("ne", "not-in") else "never"
        yield f"{key!r} is a list, and `{operator}` is {verdict} true of a list", "use contains, any-regex or any-gt"
    if key.startswith("values.tags"):
        yield f"{key!r} does not see the provider's default tags", f"write {key.removeprefix('values.')!r}"
    if not all(character.isalnum() or character in "_.[]" for character in key):
        yield from _expression_traps(key)


def _expression_traps(key: str) -> Iterator[tuple[str, str | None]]:
    """Silent misreadings of JMESPath."""
    import jmespath

    for node in _nodes(jmespath.compile(key).parsed):
        if node["type"] != "comparator":
            continue
        for side in node["children"]:
            if side["type"] == "field" and f'"{side["value"]}"' in key:
                name = side["value"]
                yield f'"{name}" in double quotes is the name of a field, not text', f"write '{name}'"
            elif side["type"] == "literal" and isinstance(side["value"], str) and node["value"] in ORDERS:
                yield f"{side['value']!r} is text, and {node['value']} of text is always null", "write a number: `5`"


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        yield node
        for child in node.get("children", ()):
            yield from _nodes(child)


def _threshold_order(limits: Iterable[Threshold]) -> Iterator[str]:
    """A limit that is reached only when a stricter one already is says nothing."""
    for name, unit in (("percent", "%"), ("above", "USD"), ("above_percent", "%")):
        ordered = sorted(
            (one for one in limits if getattr(one, name) is not None and (name != "above_percent" or not one.floor)),
            key=lambda one: (getattr(one, name), STRICTNESS[one.action]),
        )
        seen: list[tuple[Decimal, str]] = []
        for one in ordered:
            value = getattr(one, name)
            if any(value == other for other, _ in seen):
                yield f"two thresholds stand at {value} {unit}"
            elif any(STRICTNESS[action] > STRICTNESS[one.action] for _, action in seen):
                strict = next(other for other, action in seen if STRICTNESS[action] > STRICTNESS[one.action])
                yield f"the threshold at {value} {unit} ({one.action}) is laxer than the one at {strict} {unit}"
            seen.append((value, one.action))


def _exceptions(rule: Rule, today: date) -> Iterator[Problem]:
    for exception, stated in zip(rule.exceptions, rule.definition.get("exceptions", ()), strict=True):
        subject = f"the exception of {exception.owner} for {', '.join(stated['resources'])}"
        days = (exception.expires - today).days
        if days < 0:
            text = f"{subject} expired on {exception.expires}"
        elif days <= EXPIRES_SOON_DAYS:
            text = f"{subject} ends on {exception.expires} (in {days} days)"
        else:
            continue
        yield Problem("warning", text, rule.span, rule.id, "remove it, or ask for another one")
