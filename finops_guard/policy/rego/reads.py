"""What rules read of the policy input, over the rules and functions that they use. Pure.

A path such as ("tags", "Team") is below a resource, ("totals", "delta") below the input; a step of None is any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from finops_guard.errors import PolicyError
from finops_guard.policy.document import FIELDS, NEEDS_BASE
from finops_guard.policy.rego.text import Clause, Module, Token, closing
from finops_guard.policy.shape import suggestion

Path = tuple[str | None, ...]

NAME = "name"  # what the address is called besides, as in the leading peer's documents
RESOURCE_FIELDS = frozenset({*FIELDS, NAME}) - {"totals"}
PEER_FIELDS = frozenset(
    {
        "version", "currency", "projects", "summary", "timeGenerated", "totalHourlyCost", "totalMonthlyCost",
        "pastTotalHourlyCost", "pastTotalMonthlyCost", "diffTotalHourlyCost", "diffTotalMonthlyCost",
    }
)  # fmt: skip
PEER_COSTS = PEER_FIELDS - {"version", "currency", "timeGenerated"}
PEER_DELTAS = ("diffTotal", "pastTotal", "pastBreakdown")
SUMS = ("totals", "project")
LISTS = ("resources", "unchanged", "deleted")
INPUT_FIELDS = frozenset({"schema_version", "resource", *SUMS, *LISTS, *PEER_FIELDS})
WHOLE = frozenset({"walk", "keys", "marshal"})  # functions that may read any field of a resource
INSIDE = re.compile(r"\{([^{}]*)\}")
WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(slots=True)
class Reads:
    """What one rule reads, with all that it uses."""

    named: bool = False  # it names input.resource
    whole: bool = False  # it takes the input as a whole, so that `x.resource` may be input.resource
    loose: bool = False  # it has an `x.resource`
    top: set[str] = field(default_factory=set)  # fields of the input
    below: set[Path] = field(default_factory=set)  # of resources
    sums: set[str] = field(default_factory=set)  # of the run: totals.delta, project.actual
    of_delta: bool = False  # it reads what the leading peer's document says about before, or the difference
    strings: set[str] = field(default_factory=set)
    handles_unknown: bool = False  # it speaks of `.unknown` itself

    def add(self, other: Reads) -> None:
        self.named |= other.named
        self.whole |= other.whole
        self.loose |= other.loose
        self.top |= other.top
        self.below |= other.below
        self.sums |= other.sums
        self.strings |= other.strings
        self.of_delta |= other.of_delta
        self.handles_unknown |= other.handles_unknown

    @property
    def each(self) -> bool:
        """It is judged for each resource by itself."""
        return self.named or (self.whole and self.loose)

    @property
    def needs_base(self) -> bool:
        """It compares with what was there before."""
        paths = {".".join(map(str, path[:end])) for path in self.below for end in (1, 2)}
        return self.of_delta or not NEEDS_BASE.isdisjoint(paths | self.sums)

    @property
    def of_peer(self) -> bool:
        """It reads costs as the leading peer's document has them."""
        return not PEER_COSTS.isdisjoint(self.top)


@dataclass(frozen=True, slots=True)
class _Ref:
    """A ref as it stands: its base and its constant steps; None is a step that is computed."""

    base: Token
    steps: tuple[str | None, ...]
    tokens: Sequence[Token]
    calls: bool  # a bracket for arguments follows


def reads(modules: Sequence[Module]) -> dict[tuple[str, str], Reads]:
    """What each rule of the modules reads, by package and name, with all that it uses."""
    own: dict[tuple[str, str], Reads] = {}
    uses: dict[tuple[str, str], set[tuple[str, str]]] = {}
    rules: dict[str, set[str]] = {}
    for module in modules:
        rules.setdefault(module.package, set()).update(clause.name for clause in module.rules)
    for module in modules:
        for clause in module.rules:
            key = (module.package, clause.name)
            found, used = _clause(module, clause, rules)
            own.setdefault(key, Reads()).add(found)
            uses.setdefault(key, set()).update(used)
    return {key: _closure(key, own, uses) for key in own}


def _closure(
    start: tuple[str, str], own: Mapping[tuple[str, str], Reads], uses: Mapping[tuple[str, str], set[tuple[str, str]]]
) -> Reads:
    total, seen, left = Reads(), {start}, [start]
    while left:
        key = left.pop()
        total.add(own[key])
        left += [one for one in uses[key] if one in own and one not in seen]
        seen |= uses[key]
    return total


def _clause(module: Module, clause: Clause, rules: Mapping[str, set[str]]) -> tuple[Reads, set[tuple[str, str]]]:
    found, used = Reads(), set()
    refs = list(refs_in(clause.tokens))
    aliases = _aliases(clause.tokens, module)
    for ref in refs:
        path = _absolute(ref, module)
        if path[0] == "data":
            used |= _named([str(step) for step in path[1:] if step], rules)
        elif path[0] == "input":
            _note_input(path[1:], ref, found, module)
        elif ref.base.text in rules[module.package]:
            used.add((module.package, ref.base.text))
        elif ref.steps and ref.steps[0] in RESOURCE_FIELDS and not ref.calls:
            found.below.add(ref.steps)
        if ref.base.text in aliases and ref.steps and not ref.calls:
            _check_field(ref.steps[0], ref, module, "a resource", RESOURCE_FIELDS)
        found.handles_unknown |= "unknown" in ref.steps
        found.of_delta |= any(str(step).startswith(PEER_DELTAS) or step == "diff" for step in path)
        found.loose |= path[0] not in ("input", "data") and "resource" in ref.steps[:1]
        if ref.calls and not WHOLE.isdisjoint((ref.base.text, *ref.steps)):
            found.below.update((name,) for name in RESOURCE_FIELDS)
    for token in clause.tokens:
        if token.kind in ("string", "raw"):
            found.strings.add(token.value)
            if token.value in RESOURCE_FIELDS:
                found.below.add((token.value,))
            if token.text.startswith("$"):
                found.below.update(
                    (word,)
                    for part in INSIDE.findall(token.value)
                    for word in WORD.findall(part)
                    if word in RESOURCE_FIELDS
                )
    return found, used


def _absolute(ref: _Ref, module: Module) -> tuple[str | None, ...]:
    """The steps of a ref from its root, through imports."""
    imported = module.imports.get(ref.base.text)
    base = imported.split(".") if imported is not None else [ref.base.text]
    return (*base, *ref.steps)


def _named(path: Sequence[str], rules: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """The rules that a path below data may mean: one, or all of a package."""
    name = ".".join(path)
    return {
        (package, rule)
        for package, names in rules.items()
        for rule in names
        if f"{package}.{rule}" == name
        or name.startswith(f"{package}.{rule}.")
        or f"{package}.{rule}".startswith(f"{name}.")
    }


def _note_input(steps: Sequence[str | None], ref: _Ref, found: Reads, module: Module) -> None:
    if not steps:  # the whole document: assume that all of it is read
        found.whole = True
        found.top |= {*SUMS, *LISTS}
        return
    first, rest = steps[0], steps[1:]
    if first is None:
        return
    _check_field(first, ref, module, "the policy input", INPUT_FIELDS)
    found.top.add(first)
    if first == "resource":
        found.named = True
        if rest:
            _check_field(rest[0], ref, module, "a resource", RESOURCE_FIELDS)
            found.below.add(tuple(rest))
    elif first in LISTS and len(rest) > 1:
        _check_field(rest[1], ref, module, "a resource", RESOURCE_FIELDS)
        found.below.add(tuple(rest[1:]))
    elif first in SUMS:
        inner = FIELDS[first] or ()
        if rest:
            _check_field(rest[0], ref, module, first, frozenset(inner))
        found.sums |= {f"{first}.{name}" for name in ([rest[0]] if rest and rest[0] else inner)}


def _check_field(name: str | None, ref: _Ref, module: Module, of: str, known: frozenset[str]) -> None:
    if name is None or name in known:
        return
    hint = suggestion(name, known)
    if of == "the policy input" and name in ("resource_changes", "planned_values", "configuration", "plan"):
        hint = "rules get the normalised document (docs/rego.md), not the raw plan: input.resources"
    place = module.span(ref.base.line, ref.base.column)
    raise PolicyError(f"{of} has no field {name!r}: it would always be undefined", place, hint)


def refs_in(tokens: Sequence[Token]) -> Iterator[_Ref]:
    """All refs among some tokens, also those inside the brackets of others."""
    for position, token in enumerate(tokens):
        if token.kind != "name" or (
            position and tokens[position - 1].text == "." and tokens[position - 1].kind == "sign"
        ):
            continue
        yield _ref(tokens, position)


def _ref(tokens: Sequence[Token], start: int) -> _Ref:
    steps: list[str | None] = []
    position = start + 1
    while position + 1 < len(tokens):
        token = tokens[position]
        if token.text == "." and token.kind == "sign" and tokens[position + 1].kind == "name":
            steps.append(tokens[position + 1].text)
            position += 2
        elif token.text == "[" and token.kind == "sign" and not _is_apart(tokens, position):
            end = closing(tokens, position)
            inner = tokens[position + 1 : end]
            steps.append(inner[0].value if len(inner) == 1 and inner[0].kind in ("string", "raw") else None)
            position = end + 1
        else:
            break
    calls = position < len(tokens) and tokens[position].text == "(" and tokens[position].kind == "sign"
    return _Ref(tokens[start], tuple(steps), tokens[start:position], calls)


def _is_apart(tokens: Sequence[Token], position: int) -> bool:
    """True for a bracket with space before it: `some x in [1, 2]`, `contains [a]`."""
    return tokens[position - 1].end != tokens[position].start


def _aliases(tokens: Sequence[Token], module: Module) -> set[str]:
    """Variables that certainly are resources: `r := input.resource`, `r := input.resources[_]`, `some r in input.resources`."""
    found = set()
    for position in range(1, len(tokens)):
        token = tokens[position]
        if token.kind != "name" or token.text != "input" or module.imports.get("input", "input") != "input":
            continue
        ref, before = _ref(tokens, position), tokens[position - 1]
        after = position + len(ref.tokens)
        if after < len(tokens) and not tokens[after].first and tokens[after].text not in (";", "}", "{", "|", "]"):
            continue
        is_one = before.text == ":=" and (ref.steps == ("resource",) or (len(ref.steps) == 2 and ref.steps[0] in LISTS))
        is_each = before.text == "in" and len(ref.steps) == 1 and ref.steps[0] in LISTS
        if (is_one or is_each) and position > 1 and tokens[position - 2].kind == "name":
            found.add(tokens[position - 2].text)
    return found
