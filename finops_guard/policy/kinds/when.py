"""`when`: clauses `{key, op, value}` with `all`, `any`, `not` and `none_related`. True means: violated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finops_guard.model import PolicyAction
from finops_guard.policy.document import FIELDS, NEEDS_BASE, ResourceDocument, RunDocument
from finops_guard.policy.keys import BadKey, key
from finops_guard.policy.kinds.interface import Hit, NotEvaluated, Outcome, Source
from finops_guard.policy.kinds.operators import LISTS, NUMERIC, PATTERNS, WITHOUT_VALUE, WORDS, Truth, operator
from finops_guard.policy.patterns import BadPattern
from finops_guard.policy.rule import JUDGED_CHANGES, Rule, Scope
from finops_guard.policy.totals import Totals
from finops_guard.values import BadValue, Unknown, as_number


class _Totalled:
    """The policy input of a rule about totals: nothing but them."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals

    def get(self, name: str) -> Any:
        return self.totals if name == "totals" else None


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
    placeholders: Sequence[str] = ("problem",)
    actions: Sequence[PolicyAction] = ()

    @property
    def scope(self) -> Scope:
        """A rule that speaks of totals only is judged once; any other for each resource."""
        return "run" if all(name.startswith("totals.") for name in self.clause.fields) else "resource"

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
        for document, unsure in run.select(rule.match, JUDGED_CHANGES):
            if self.needs_base and not document.has_base:
                yield NotEvaluated("no base", document.get("project"))
                continue
            hit = self._hit(document, document, unsure)
            if hit:
                yield hit

    def _judge_totals(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        matched = [document for document, unsure in run.select(rule.match, None) if unsure is None]
        unsure = next((reason for _, reason in run.select(rule.match, None) if reason is not None), None)
        if unsure is not None:
            yield Hit(unknown=str(unsure), problem=self.clause.opposite)
        groups: dict[str, list[ResourceDocument]] = {}
        for document in matched:
            groups.setdefault(document.get("project") if rule.scope == "project" else "", []).append(document)
        for project, documents in groups.items():
            with_base = [document for document in documents if document.has_base]
            if self.needs_base and len(with_base) < len(documents):
                without = next(document for document in documents if not document.has_base)
                yield NotEvaluated("no base", without.get("project"))
                documents = with_base
            if documents:
                hit = self._hit(_Totalled(Totals(documents, run.given_totals)), None, None, project or None)
                if hit:
                    yield hit

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
        values = (
            {f"totals.{name}": given.get("totals").get(name) for name in FIELDS["totals"] or ()}
            if document is None
            else {}
        )
        cost = document.get("monthly_cost") if document else None
        return Hit(
            document,
            unknown=unknown,
            problem=problem,
            passes_when=self.clause.opposite,
            money=None if isinstance(cost, Unknown) else cost,
            project=project,
            values={"problem": problem, **values},
        )


def compile_check(definition: Any, source: Source) -> WhenCheck:
    """Compile the clauses. Raises PolicyError for a key, operator or value that cannot work."""
    clause = _clause(definition, source)
    return WhenCheck(clause, bool(clause.fields & NEEDS_BASE))


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
    """True when no resource of a type refers to this one by an attribute."""
    wanted, by = definition["type"], definition["by"]

    def answer(given: ResourceDocument) -> Truth:
        return None if given.resource.graph is None else not given.resource.referrers(wanted, by)

    def reasons(given: ResourceDocument) -> list[str]:
        return ["this input has no references between resources"] if given.resource.graph is None else []

    words = f"no {wanted} refers to it by {by}"
    return Clause(answer, frozenset({"address"}), lambda given: words, f"a {wanted} refers to it by {by}", reasons)
