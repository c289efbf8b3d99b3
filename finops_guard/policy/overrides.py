"""Overrides: a rule that is raised, lowered, switched off or given other values for some environments or projects. Pure.

A rule that judges resources one by one is split: what an override means is judged by the changed rule, the rest by the
rule as it is. A rule that judges sums is never weakened by splitting: it is changed for a project or run of which all
is meant; in a mixed one it judges everything as it is, and what may make it stricter is judged besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.text import Document
from finops_guard.model import Span
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.parameters import refuse_unknown
from finops_guard.policy.patterns import glob
from finops_guard.policy.rule import STRICTNESS, Rule
from finops_guard.policy.scope import KEYS, Narrow, both, narrow
from finops_guard.policy.shape import suggestion
from finops_guard.values import Unknown

SCOPE_KEYS = ("environments", *KEYS)
EFFECTS = ("action", "severity", "enabled", "on_unknown", "thresholds", "parameters")
TIGHTENING = ("thresholds", "parameters")  # nobody can say which value is the stricter one

Definition = Mapping[str, Any]
Remake = Callable[[Definition], Rule]


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of `overrides:`."""

    entry: Mapping[str, Any]
    is_meant: Narrow | None  # None: everything
    span: Span | None

    @property
    def where(self) -> str:
        """What it is for, in words."""
        parts = [f"{name} {_listed(self.entry[name])}" for name in SCOPE_KEYS if name in self.entry]
        return f" for {', '.join(parts)}" if parts else ""


@dataclass(frozen=True, slots=True)
class Made:
    """A rule of the files: how it is stated, and how it is made anew from a changed statement."""

    rule: Rule
    definition: Definition
    remake: Remake


@dataclass(frozen=True, slots=True)
class Overrides:
    """All overrides, and for each rule those that change it, in the order in which they count."""

    items: Sequence[Override] = ()
    by_rule: Mapping[str, Sequence[int]] = field(default_factory=dict)
    made: Mapping[str, Made] = field(default_factory=dict)

    def changed(self, rule_id: str, chosen: frozenset[int]) -> tuple[Rule | None, Override | None]:
        """A rule under some overrides, and the last one that switched it off; no rule when it is off."""
        made = self.made[rule_id]
        definition, off = made.definition, None
        for index in sorted(chosen):
            override = self.items[index]
            if "enabled" in override.entry:
                off = None if override.entry["enabled"] else override
            definition = _apply(definition, override.entry, made.rule)
        if off is not None:
            return None, off
        return (made.rule if definition is made.definition else made.remake(definition)), None


def compile_overrides(documents: Sequence[Document], made: Mapping[str, Made]) -> Overrides:
    """The overrides of some files. Raises PolicyError for a rule or parameter that does not exist, or no effect."""
    items: list[Override] = []
    by_rule: dict[str, list[int]] = {}
    for document in documents:
        for index, entry in enumerate(document.value.get("overrides", ())):
            override = Override(entry, narrow(entry, with_environments=True), document.span("overrides", index))
            names = _names(entry["rule"], made, document.span("overrides", index, "rule"))
            if not any(effect in entry for effect in EFFECTS):
                raise PolicyError("the override changes nothing", override.span, f"give one of {', '.join(EFFECTS)}")
            for name in _taking(override, [made[name] for name in names], is_glob=_is_glob(entry["rule"])):
                by_rule.setdefault(name, []).append(len(items))
            items.append(override)
    return Overrides(tuple(items), by_rule, {name: made[name] for name in by_rule})


def _is_glob(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _names(pattern: str, made: Mapping[str, Made], span: Span | None) -> list[str]:
    fits = glob(pattern)
    found = [name for name in made if fits(name)]
    if not found:
        raise PolicyError(f"there is no rule {pattern!r} to override", span, suggestion(pattern, made))
    return found


def _taking(override: Override, rules: Sequence[Made], is_glob: bool) -> Iterator[str]:
    """The rules that the override can change. A glob passes over others, but one must take it."""
    taken, first = False, None
    for one in rules:
        try:
            _refuse_split(override, one)
            if "parameters" in override.entry:
                refuse_unknown(override.entry["parameters"], one.definition)
            one.remake(_apply(one.definition, override.entry, one.rule))
        except PolicyError as problem:
            first = first or problem
            if is_glob:
                continue
            break
        taken = True
        yield one.rule.id
    if first is not None and not (taken and is_glob):
        raise PolicyError(f"override: {first.message}", override.span, first.hint)


def _refuse_split(override: Override, one: Made) -> None:
    """The budget of a group is one figure: it cannot be judged in parts that cut through the group."""
    if one.rule.kind != "budget" or override.is_meant is None:
        return
    group = one.definition["budget"]["group_by"]
    allowed = {"project": "projects", "environment": "environments"}.get(group)
    if any(name in override.entry for name in SCOPE_KEYS if name != allowed):
        meant = f"`{allowed}`" if allowed else "everything: leave out environments, projects and the like"
        raise PolicyError(f"{one.rule.id} is a budget by {group}, which can be overridden only for {meant}")


def _apply(definition: Definition, entry: Mapping[str, Any], rule: Rule) -> Definition:
    """The statement of a rule with what an override says."""
    changes: dict[str, Any] = {name: entry[name] for name in ("severity", "on_unknown") if name in entry}
    kind = rule.kind
    if "parameters" in entry:
        changes["parameters"] = {**definition.get("parameters", {}), **entry["parameters"]}
    if "thresholds" in entry:
        if not rule.check.actions:
            raise PolicyError(f"{rule.id} has no thresholds", None, "change its action or its parameters")
        changes[kind] = {**definition[kind], "thresholds": entry["thresholds"]}
    if "action" in entry:
        changes |= _with_action({**definition, **changes}, entry["action"], rule)
    return {**definition, **changes} if changes else definition


def _with_action(definition: Definition, action: str, rule: Rule) -> dict[str, Any]:
    """Another action. For a rule with thresholds it is the most that any of them does."""
    changes: dict[str, Any] = {}
    on_unknown = definition.get("on_unknown", "warn")
    if on_unknown != "ignore" and STRICTNESS[on_unknown] > STRICTNESS[action]:
        changes["on_unknown"] = action if action != "allow" else "ignore"
    if not rule.check.actions:
        return changes | {"action": action}
    check = dict(definition[rule.kind])
    if all(STRICTNESS[one["action"]] <= STRICTNESS[action] for one in check["thresholds"]):
        text = f"no threshold of {rule.id} does more than {action}: the override changes nothing"
        raise PolicyError(text, None, "give `thresholds`")
    check["thresholds"] = [
        {**one, "action": min(one["action"], action, key=lambda name: STRICTNESS[name])} for one in check["thresholds"]
    ]
    unpriced = check.get("unpriced", "ignore")
    if unpriced != "ignore" and STRICTNESS[unpriced] > STRICTNESS[action]:
        check["unpriced"] = action if action != "allow" else "ignore"
    return changes | {rule.kind: check}


def may_tighten(override: Override, rule: Rule) -> bool:
    """True when the rule may find more, or do more, under the override than without it."""
    entry = override.entry
    if any(name in entry for name in TIGHTENING) or entry.get("enabled") is True:
        return True
    if "action" in entry and rule.action and STRICTNESS[entry["action"]] > STRICTNESS[rule.action]:
        return True
    unknown = {"ignore": 0, **STRICTNESS}
    return "on_unknown" in entry and unknown[entry["on_unknown"]] > unknown[rule.on_unknown]


@dataclass(frozen=True, slots=True)
class Variant:
    """A rule as it judges a part of a run; `off` says why it does not judge that part."""

    rule: Rule
    off: str | None = None


Signature = tuple[frozenset[int], frozenset[int]]  # overrides that are for a resource, and those that may be


class Parts:
    """Which overrides are for which resources of a run. Asked once for each resource."""

    def __init__(self, overrides: Overrides, run: RunDocument) -> None:
        self.overrides = overrides
        self.run = run
        self._signatures: dict[int, Signature] = {}

    def variants(self, rule: Rule) -> Iterator[Variant]:
        """The rule, in as many variants as the run needs; most rules have one."""
        relevant = self.overrides.by_rule.get(rule.id)
        if not relevant:
            yield Variant(rule)
            return
        tightening = frozenset(one for one in relevant if may_tighten(self.overrides.items[one], rule))
        groups: dict[str, set[Signature]] = {}
        for document, _ in self.run.select(rule.match, None):
            groups.setdefault(self._group(rule, document), set()).add(self._of(document, relevant, tightening))
        everywhere = frozenset(one for one in relevant if self.overrides.items[one].is_meant is None)
        chosen = {everywhere} if not groups else set()
        for signatures in groups.values():
            for certain, doubtful in signatures:
                chosen |= {certain, certain | doubtful}
            if _is_mixed(rule, signatures):
                chosen.add(everywhere)
        for one in sorted(chosen, key=lambda some: (some != everywhere, len(some), sorted(some))):
            yield from self._variant(rule, one, everywhere, groups, relevant, tightening)

    def _variant(
        self,
        rule: Rule,
        chosen: frozenset[int],
        everywhere: frozenset[int],
        groups: Mapping[str, set[Signature]],
        relevant: Sequence[int],
        tightening: frozenset[int],
    ) -> Iterator[Variant]:
        changed, off = self.overrides.changed(rule.id, chosen)

        def is_part(document: ResourceDocument) -> bool | Unknown:
            certain, doubtful = self._of(document, relevant, tightening)
            if _is_mixed(rule, groups.get(self._group(rule, document), set())):
                if chosen == everywhere:
                    return True
                if not chosen & tightening:
                    return False
            if chosen == certain:
                return True
            if doubtful and chosen == certain | doubtful:
                return Unknown(f"nobody can say whether {self._named(doubtful)} is for it")
            return False

        basis = changed or rule
        part = replace(basis, match=replace(basis.match, narrow=both(basis.match.narrow, is_part)))
        if chosen != everywhere and not any(True for _ in self.run.select(part.match, None)):
            return
        if off is None:
            yield Variant(part)
        elif chosen == everywhere or any(unsure is None for _, unsure in self.run.select(part.match, None)):
            yield Variant(part, f"switched off by {off.span}{off.where}")

    def _named(self, indexes: frozenset[int]) -> str:
        return ", ".join(f"the override in {self.overrides.items[index].span}" for index in sorted(indexes))

    def _group(self, rule: Rule, document: ResourceDocument) -> str:
        """Whose sum a resource is part of."""
        return str(document.get("project")) if rule.scope == "project" else ""

    def _of(self, document: ResourceDocument, relevant: Sequence[int], tightening: frozenset[int]) -> Signature:
        """The overrides of a rule that are for a resource. What may be for it counts when it may be stricter."""
        found = self._signatures.get(id(document))
        if found is None:
            certain, doubtful = set(), set()
            for index, override in enumerate(self.overrides.items):
                answer = override.is_meant(document) if override.is_meant is not None else True
                if isinstance(answer, Unknown):
                    doubtful.add(index)
                elif answer:
                    certain.add(index)
            found = self._signatures[id(document)] = (frozenset(certain), frozenset(doubtful))
        mine = frozenset(relevant)
        return found[0] & mine, found[1] & mine & tightening


def _is_mixed(rule: Rule, signatures: set[Signature]) -> bool:
    """True for a sum over resources that are not all under the same overrides."""
    return rule.scope != "resource" and len(signatures) > 1


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_listed(item)}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
