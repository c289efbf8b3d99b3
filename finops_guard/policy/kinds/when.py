"""`when`: clauses `{key, op, value}` with `all`, `any`, `not` and `none_related`. True means: violated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finops_guard.model import PolicyAction
from finops_guard.policy.document import FIELDS, NEEDS_BASE, OF_NO_MACHINES, ResourceDocument, RunDocument
from finops_guard.policy.keys import BadKey, key
from finops_guard.policy.kinds.interface import Hit, NotEvaluated, Outcome, Source
from finops_guard.policy.kinds.operators import LISTS, NUMERIC, PATTERNS, WITHOUT_VALUE, WORDS, Test, Truth, operator
from finops_guard.policy.patterns import BadPattern
from finops_guard.policy.project import NONE_GIVEN
from finops_guard.policy.project_facts import ProjectFacts
from finops_guard.policy.rule import JUDGED_CHANGES, Rule, Scope
from finops_guard.policy.selection import Pair, with_machines
from finops_guard.policy.totals import Totals
from finops_guard.values import BadValue, Unknown, as_number


class _Totalled:
    """The policy input of a rule about totals or the project: nothing but them."""

    def __init__(self, totals: Totals, project: ProjectFacts) -> None:
        self._parts = {"totals": totals, "project": project}

    def get(self, name: str) -> Any:
        return self._parts.get(name)


class _TotalValues(Mapping[str, Any]):
    """The placeholders of a rule about totals; each total is summed up when the message asks for it."""

    def __init__(self, given: _Totalled, problem: str) -> None:
        self._given = given
        self._problem = problem

    def __getitem__(self, name: str) -> Any:
        part, _, below = name.partition(".")
        return self._given.get(part).get(below) if below else self._problem

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    @staticmethod
    def _names() -> list[str]:
        return ["problem", *(f"{part}.{name}" for part in ("totals", "project") for name in FIELDS[part] or ())]


@dataclass(frozen=True, slots=True)
class Clause:
    """A compiled clause: its answer for a policy input, the fields it reads, and what it says in words.

    `says(input)` names the parts that are true; `opposite` is what would make it false; `reasons` why it is unknown.
    """

    answer: Callable[[Any], Truth]
    fields: frozenset[str]
    says: Callable[[Any], str]
    opposite: str
    reasons: Callable[[Any], list[str]]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class WhenCheck:
    """The check of a `when` rule."""

    clause: Clause
    needs_base: bool
    of_machines: bool = False  # true of nothing that runs no machines
    placeholders: Sequence[str] = ("problem",)
    actions: Sequence[PolicyAction] = ()

    @property
    def scope(self) -> Scope:
        """A rule that speaks of totals or the project only is judged once; any other for each resource."""
        return "run" if all(name.startswith(("totals.", "project.")) for name in self.clause.fields) else "resource"

    @property
    def needs_project(self) -> bool:
        return any(name.startswith("project.") for name in self.clause.fields)

    @property
    def scopes(self) -> Sequence[Scope]:
        return ("run", "project") if self.scope == "run" else ("resource",)

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """Each resource for which the clause is true or cannot be answered; or the totals."""
        if rule.scope == "resource":
            yield from self._judge_resources(rule, run)
        else:
            yield from self._judge_totals(rule, run)

    def _judge_resources(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        selection = run.selection(rule.match, JUDGED_CHANGES)
        for document, unsure in selection.kept("machines", with_machines) if self.of_machines else selection.pairs:
            if self.needs_base and not document.has_base:
                yield NotEvaluated("no base", document.get("project"))
                continue
            hit = self._hit(document, document, unsure)
            if hit:
                yield self._unless_project_is_missing(hit, run)

    def _unless_project_is_missing(self, hit: Hit, run: RunDocument) -> Outcome:
        """What only a project file could say is not evaluated where there is none; what is true without it stands."""
        is_missing = hit.unknown is not None and self.needs_project and run.project.file is None
        return NotEvaluated(NONE_GIVEN) if is_missing else hit

    def _judge_totals(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        selection = run.selection(rule.match, None)
        unsure = next((reason for _, reason in selection.pairs if reason is not None), None)
        if unsure is not None:
            yield Hit(unknown=str(unsure), problem=self.clause.opposite)
        groups, without = selection.kept(
            ("totals", rule.scope, self.needs_base),
            lambda pairs: _totals(pairs, rule.scope == "project", self.needs_base, run.given_totals),
        )
        for project in without:
            yield NotEvaluated("no base", project)
        if self.needs_project and not run.by_type:
            groups = {"": Totals((), run.given_totals)}  # the project is judged also by a change of nothing
        for name, totals in groups.items():
            hit = self._hit(_Totalled(totals, run.project), None, None, name or None)
            if hit:
                yield self._unless_project_is_missing(hit, run)

    def _hit(
        self, given: Any, document: ResourceDocument | None, unsure: Unknown | None, project: str | None = None
    ) -> Hit | None:
        answer = self.clause.answer(given)
        if answer is False:
            return None
        unknown = None
        if answer is None or unsure is not None:
            unknown = "; ".join(
                dict.fromkeys([*([str(unsure)] if unsure is not None else []), *self.clause.reasons(given)])
            )
        problem = self.clause.says(given) if answer else self.clause.says(None)
        cost = document.get("monthly_cost") if document else None
        return Hit(
            document,
            unknown=unknown,
            problem=problem,
            passes_when=self.clause.opposite,
            money=None if isinstance(cost, Unknown) else cost,
            project=project,
            values={"problem": problem} if document else _TotalValues(given, problem),
        )


def _totals(
    pairs: Iterable[Pair], by_project: bool, needs_base: bool, given: Mapping[str, Any]
) -> tuple[dict[str, Totals], list[str]]:
    """The totals of the run (under "") or of each project, and the projects that lack the base which is needed."""
    groups: dict[str, list[ResourceDocument]] = {}
    without: dict[str, None] = {}
    for document, unsure in pairs:
        if unsure is None:
            if needs_base and not document.has_base:
                without[document.get("project")] = None
            else:
                groups.setdefault(document.get("project") if by_project else "", []).append(document)
    return {name: Totals(documents, given) for name, documents in groups.items()}, list(without)


def compile_check(definition: Any, source: Source) -> WhenCheck:
    """Compile the clauses. Raises PolicyError for a key, operator or value that cannot work."""
    clause = _clause(definition, source)
    of_machines = clause.fields <= OF_NO_MACHINES.keys() and clause.answer(OF_NO_MACHINES) is False
    return WhenCheck(clause, bool(clause.fields & NEEDS_BASE), of_machines)


def _clause(definition: Mapping[str, Any], source: Source) -> Clause:
    if "all" in definition:
        return _all([_clause(item, source.at("all", index)) for index, item in enumerate(definition["all"])])
    if "any" in definition:
        return _any([_clause(item, source.at("any", index)) for index, item in enumerate(definition["any"])])
    if "not" in definition:
        return _not(_clause(definition["not"], source.at("not")))
    if "none_related" in definition:
        return _none_related(definition["none_related"])
    return _comparison(definition, source)


def _comparison(definition: Mapping[str, Any], source: Source) -> Clause:
    name, wanted = definition["op"], definition.get("value")
    _check_value(name, definition, source)
    try:
        read, fields = key(definition["key"], FIELDS)
    except BadKey as bad:
        source.at("key").fail(str(bad), bad.hint)
    try:
        test = operator(name, wanted)
    except BadPattern as bad:
        source.at("value").fail(str(bad))
    if any(field.startswith("project.") for field in fields):
        test = _unless_unknown(test)
    shown = (
        ", ".join(map(str, wanted))
        if isinstance(wanted, list)
        else str(wanted).lower()
        if wanted in (True, False)
        else wanted
    )
    says, opposite = (text.replace("{value}", str(shown)).replace("{key}", definition["key"]) for text in WORDS[name])

    def reasons(given: Any) -> list[str]:
        value = read(given)
        if test(value) is not None:
            return []
        unknown = value if isinstance(value, Unknown) else getattr(value, "unknown", None)
        if isinstance(value, list | tuple):
            unknown = next((item for item in value if isinstance(item, Unknown)), None)
        return [f"{definition['key']}: {unknown}" if unknown is not None else f"{definition['key']} cannot be compared"]

    return Clause(lambda given: test(read(given)), fields, lambda given: says, opposite, reasons)


def _unless_unknown(test: Test) -> Test:
    """An attribute that is unknown is set, at least; a fact about the project that is unknown may be absent as well."""
    return lambda value: None if isinstance(value, Unknown) else test(value)


def _check_value(name: str, definition: Mapping[str, Any], source: Source) -> None:
    """The value must be what its operator can compare with: a rule that can never be true must not load."""
    wanted = definition.get("value")
    if name in WITHOUT_VALUE:
        if "value" in definition:
            source.at("value").fail(f"the operator {name} takes no value")
        return
    if "value" not in definition:
        source.fail(f"the operator {name} needs a value")
    if name in LISTS and not isinstance(wanted, list):
        source.at("value").fail(f"the operator {name} needs a list")
    if name in PATTERNS and not isinstance(wanted, str):
        source.at("value").fail(f"the operator {name} needs text")
    if name in ("eq", "ne", "contains") and isinstance(wanted, list | Mapping):
        source.at("value").fail(f"the operator {name} needs a single value", "use in or not-in for several")
    if name in NUMERIC:
        try:
            as_number("value", wanted)
        except BadValue as bad:
            source.at("value").fail(f"the operator {name} needs a number: {bad}")


def _all(clauses: Sequence[Clause]) -> Clause:
    def answer(given: Any) -> Truth:
        result: Truth = True
        for clause in clauses:
            one = clause.answer(given)
            if one is False:
                return False
            if one is None:
                result = None
        return result

    return Clause(
        answer,
        frozenset().union(*(clause.fields for clause in clauses)),
        lambda given: " and ".join(clause.says(given) for clause in clauses),
        " or ".join(dict.fromkeys(clause.opposite for clause in _advisable(clauses))),
        lambda given: [reason for clause in clauses for reason in clause.reasons(given)],
    )


def _any(clauses: Sequence[Clause]) -> Clause:
    def answer(given: Any) -> Truth:
        result: Truth = False
        for clause in clauses:
            one = clause.answer(given)
            if one:
                return True
            if one is None:
                result = None
        return result

    def says(given: Any) -> str:
        true = [clause for clause in clauses if given is not None and clause.answer(given)]
        return " and ".join(clause.says(given) for clause in true) or " or ".join(
            clause.says(None) for clause in clauses
        )

    return Clause(
        answer,
        frozenset().union(*(clause.fields for clause in clauses)),
        says,
        " and ".join(dict.fromkeys(clause.opposite for clause in clauses)),
        lambda given: [reason for clause in clauses for reason in clause.reasons(given)],
    )


def _not(clause: Clause) -> Clause:
    def answer(given: Any) -> Truth:
        one = clause.answer(given)
        return None if one is None else not one

    return Clause(answer, clause.fields, lambda given: clause.opposite, clause.says(None), clause.reasons, True)


def _advisable(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """A `not` beside other clauses is an exemption of the rule, and nobody should be told to seek it."""
    return [clause for clause in clauses if not clause.is_negated] or clauses


def _none_related(definition: Mapping[str, Any]) -> Clause:
    """True when no resource of a type refers to this one by an attribute; unknown when one may, which cannot be told."""
    wanted, by = definition["type"], definition["by"]

    def doubts(given: ResourceDocument) -> list[str]:
        if given.resource.graph is None:
            return ["this input has no references between resources"]
        return [f"{name}: nobody can say yet what {by} refers to" for name in given.run.unresolved(wanted, by)]

    def answer(given: ResourceDocument) -> Truth:
        if given.resource.referrers(wanted, by):
            return False
        return None if doubts(given) else True

    def reasons(given: ResourceDocument) -> list[str]:
        return doubts(given) if answer(given) is None else []

    words = f"no {wanted} refers to it by {by}"
    return Clause(answer, frozenset({"address"}), lambda given: words, f"a {wanted} refers to it by {by}", reasons)
