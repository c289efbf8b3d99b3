"""`tags`: which tags a resource must carry, and with which values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finops_guard.model import PolicyAction
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.kinds.interface import Hit, Outcome, Source
from finops_guard.policy.message import clean
from finops_guard.policy.patterns import BadPattern, TooLong, glob, regex
from finops_guard.policy.propagation import not_passed_on
from finops_guard.policy.rule import JUDGED_CHANGES, CostCenters, Rule, Scope
from finops_guard.policy.shape import nearest
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.label_rules import LabelRule


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one required tag must hold; without any of the three, every value that is not forbidden is right."""

    name: str
    values: tuple[str, ...] = ()
    pattern: str | None = None
    matches: Callable[[str], bool] | None = None
    lookup: str | None = None
    wild: bool = False  # * in values is a wildcard
    types: frozenset[str] | None = None  # where it must be present; None: on all that are judged

    @property
    def is_checked(self) -> bool:
        """True when the value counts, not only the presence."""
        return bool(self.values or self.matches or self.lookup)


@dataclass(frozen=True, slots=True)
class TagsCheck:
    """The check of a `tags` rule: one finding per resource, with all that is wrong with its tags."""

    required: tuple[Wanted, ...]
    forbidden: frozenset[str]
    any_case: bool
    with_defaults: bool
    passed_on: bool = False
    scope: Scope = "resource"
    scopes: Sequence[Scope] = ("resource",)
    placeholders: Sequence[str] = ("problem",)
    actions: Sequence[PolicyAction] = ()

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """Resources with a missing tag or a wrong value; those whose tags are not known yet are unknown."""
        names = [wanted.name for wanted in self.required]
        judged: dict[tuple[Any, ...], tuple[list[str], list[str]]] = {}  # many resources have the same tags
        passes_when = "; ".join(dict.fromkeys(self._right(wanted) for wanted in self.required))
        for document, unsure in run.select(rule.match, JUDGED_CHANGES):
            tags = document.get("tags") if self.with_defaults else _own_tags(document)
            values = tuple(map(tags.get, names)) if isinstance(tags, Mapping) else ()
            plain = all(isinstance(value, str) for value in values)
            found = judged.get(values) if plain and values else None
            if found is None:
                found = self._problems(tags, document.resource.type, run.cost_centers)
                if plain and values:
                    judged[values] = found
            wrong, unknown = found
            if self.passed_on:
                wrong, unknown = _with_passing_on(document, names, wrong, unknown)
            if not wrong and not unknown:
                continue
            cost = document.get("monthly_cost")
            problem = "; ".join(wrong or unknown)
            reason = str(unsure) if unsure is not None else None if wrong else problem
            yield Hit(
                document,
                unknown=reason,
                problem=problem,
                passes_when=passes_when,
                money=None if isinstance(cost, Unknown) else cost,
                values={"problem": problem},
            )

    def _problems(self, tags: Any, kind: str, centers: CostCenters) -> tuple[list[str], list[str]]:
        """What is wrong, and what cannot be said."""
        if isinstance(tags, Unknown):
            return [], [f"the tags are not known: {tags}"]
        wrong, unknown, missing = [], [], []
        for wanted in self.required:
            spelled = wanted.name if wanted.name in tags else self._other_case(wanted.name, tags)
            if spelled is None:
                missing += [wanted.name] if wanted.types is None or kind in wanted.types else []
                continue
            if spelled != wanted.name and not self.any_case:
                wrong.append(f"tag {clean(spelled)} should be spelled {wanted.name}")
                continue
            value = tags[spelled]
            if isinstance(value, Unknown):
                if wanted.is_checked or self.forbidden:
                    unknown.append(f"the value of tag {wanted.name} is not known: {value}")
            elif value is None:
                missing.append(wanted.name)
            elif wanted.is_checked or str(value) in self.forbidden:
                problem, cannot_say = self._value_problem(wanted, str(value), centers)
                wrong += [problem] if problem else []
                unknown += [cannot_say] if cannot_say else []
        if missing:
            wrong.insert(0, f"missing {'tag' if len(missing) == 1 else 'tags'} {', '.join(missing)}")
        return wrong, unknown

    def _other_case(self, name: str, tags: Mapping[str, Any]) -> str | None:
        lower = name.lower()
        return next((tag for tag in tags if tag.lower() == lower), None)

    def _value_problem(self, wanted: Wanted, value: str, centers: CostCenters) -> tuple[str | None, str | None]:
        shown = f'tag {wanted.name} is "{clean(value)}"'
        if value in self.forbidden:
            return f"{shown}, which says nothing", None
        if wanted.values and not self._is_one_of(value, wanted):
            near = nearest(value, wanted.values)
            meant = f"; did you mean {near}?" if near else ""
            return f"{shown}; allowed: {', '.join(wanted.values)}{meant}", None
        if wanted.lookup:
            if not centers.by_id:
                return None, f"{shown}, and there is no cost-centers.yaml to look it up in"
            if value not in centers.by_id:
                near = nearest(value, centers.by_id)
                return f"{shown}, which is no known cost centre" + (f"; did you mean {near}?" if near else ""), None
        try:
            if wanted.matches and not wanted.matches(value):
                return f"{shown}, which does not match {wanted.pattern}", None
        except TooLong as long:
            return None, f"tag {wanted.name} is {long}"
        return None, None

    def _is_one_of(self, value: str, wanted: Wanted) -> bool:
        if wanted.wild and any(glob(one)(value) for one in wanted.values):
            return True
        return value in wanted.values or (self.any_case and value.lower() in [one.lower() for one in wanted.values])

    def _right(self, wanted: Wanted) -> str:
        if wanted.values:
            return f"tag {wanted.name} is one of {', '.join(wanted.values)}"
        if wanted.lookup:
            return f"tag {wanted.name} names a cost centre"
        return f"tag {wanted.name} matches {wanted.pattern}" if wanted.pattern else f"tag {wanted.name} is set"


def _with_passing_on(
    document: ResourceDocument, names: Sequence[str], wrong: list[str], unknown: list[str]
) -> tuple[list[str], list[str]]:
    """The same with what is wrong with passing the tags on to what the resource starts."""
    problem = not_passed_on(document.resource, names)
    if isinstance(problem, Unknown):
        return wrong, [*unknown, f"nobody can say yet whether the tags are passed on: {problem}"]
    return ([*wrong, problem], unknown) if problem else (wrong, unknown)


def _own_tags(document: ResourceDocument) -> Any:
    """The tags on the resource itself, without the provider's default tags."""
    attributes = document.resource.attributes
    for name in ("tags", "labels"):
        value = attributes.get(name)
        if isinstance(value, Unknown) and not value.computed:
            return value
        if isinstance(value, Mapping):
            return value
    return {} if "tag" not in attributes else document.get("tags")


def compile_check(definition: Mapping[str, Any], source: Source) -> TagsCheck:
    """Compile the definition. Raises PolicyError for a pattern that cannot be used."""
    required = []
    for name, wanted in definition.get("required", {}).items():
        pattern = wanted.get("pattern")
        try:
            matches = regex(pattern) if pattern else None
        except BadPattern as bad:
            source.at("required", name, "pattern").fail(str(bad))
        values = tuple(map(_text, wanted.get("values", ())))
        required.append(Wanted(str(name), values, pattern, matches, wanted.get("lookup")))
    required += [_imported(rule, required, source) for rule in definition.get("imported", ())]
    if not required:
        source.fail("no tag is required", "name some under `required`, or import them")
    return TagsCheck(
        tuple(required),
        frozenset(map(_text, definition.get("forbidden_values", ()))),
        definition.get("case", "exact") == "insensitive",
        "default_tags" in definition.get("sources", ("resource", "default_tags")),
        definition.get("passed_on", False),
    )


def _imported(rule: LabelRule, required: Sequence[Wanted], source: Source) -> Wanted:
    """A tag of an imported rule. Raises PolicyError for one that stands under `required`, too."""
    if any(rule.name == wanted.name for wanted in required):
        source.fail(f"the tag {rule.name} is required here and imported, too", "remove one of the two")
    types = None if rule.types is None else frozenset(rule.types)
    return Wanted(rule.name, rule.values, wild=True, types=types)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
