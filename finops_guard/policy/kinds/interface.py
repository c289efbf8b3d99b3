"""What a kind of check is, and the table of kinds. docs/contributing/policy-kind.md says how to add one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from typing import Any, NoReturn, Protocol

from finops_guard.errors import PolicyError
from finops_guard.files.text import Document
from finops_guard.model import PolicyAction, Span
from finops_guard.policy.document import FIELDS, ResourceDocument, RunDocument
from finops_guard.policy.keys import Named
from finops_guard.policy.message import BadTemplate, Template, template
from finops_guard.policy.rule import CostCenter, Rule, Scope, Threshold

# Name of the key in a rule -> module with `compile_check(definition, source) -> Check`.
KINDS: Mapping[str, str] = {
    "when": "when",
    "tags": "tags",
    "coverage": "coverage",
    "budget": "budget",
    "cost": "cost",
}


@dataclass(slots=True)  # not frozen: there are many of them, and each is read once
class Hit:
    """What a check found. `action` None: the rule's own. `unknown`: nobody can say yet, so `on_unknown` decides.

    `values` are further placeholders; `message` stands in for the rule's own; `money` is the USD/month at stake.
    `centers` gives, when an approval is asked for, the cost centres that it concerns; without it, that of the resource.
    """

    document: ResourceDocument | None = None
    action: PolicyAction | None = None
    unknown: str | None = None
    problem: str | None = None
    passes_when: str | None = None
    money: Decimal | None = None
    project: str | None = None
    message: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    centers: Callable[[], Sequence[CostCenter | None]] | None = None
    id: str | None = None  # these four stand over what the rule says (results of Rego rules)
    severity: str | None = None
    span: Span | None = None
    remediation: str | None = None
    exempt: str | None = None  # why it is let off


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule that could not be judged, for all or for one project, and why."""

    reason: str
    project: str | None = None


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One budget as the report shows it (report.json, `budgets`)."""

    entry: Mapping[str, Any]


Outcome = Hit | NotEvaluated | BudgetLine


class Check(Protocol):
    """The check of one rule, compiled. Pure: it reads the policy input and yields what it found."""

    @property
    def scope(self) -> Scope:
        """What the check judges when the rule names no scope."""
        ...

    @property
    def scopes(self) -> Sequence[Scope]:
        """The scopes that a rule of this kind may name."""
        ...

    @property
    def placeholders(self) -> Sequence[str]:
        """Placeholders besides the fields of the policy input."""
        ...

    @property
    def actions(self) -> Sequence[PolicyAction]:
        """The actions that thresholds carry; empty: the rule needs an action of its own."""
        ...

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """What is wrong, and what cannot be said."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a definition stands, so that its errors can name file, line and rule."""

    document: Document
    path: tuple[Any, ...]
    rule_id: str

    def at(self, *steps: Any) -> Source:
        """The same for a part of the definition."""
        return Source(self.document, (*self.path, *steps), self.rule_id)

    def fail(self, message: str, hint: str | None = None) -> NoReturn:
        """Raise PolicyError for this place."""
        raise PolicyError(f"{self.rule_id}: {message}", self.document.span(*self.path), hint)

    def template(self, text: str, placeholders: Sequence[str]) -> Template:
        """A message of the rule. Raises PolicyError for a wrong placeholder."""
        try:
            return template(text, [*plain_fields(), *placeholders])
        except BadTemplate as bad:
            self.fail(str(bad), bad.hint)


class Compiler(Protocol):
    """The function that each kind's module has."""

    def __call__(self, definition: Any, source: Source) -> Check: ...


def compiler(kind: str) -> Compiler:
    """The compiler of a kind, imported on first use."""
    found: Compiler = import_module(f"finops_guard.policy.kinds.{KINDS[kind]}").compile_check
    return found


def plain_fields() -> Iterator[str]:
    """The fields that a message may print. Raw attributes are not among them."""
    for name, inner in FIELDS.items():
        yield from (f"{name}.{below}" for below in inner or ())
        if inner is not None and not isinstance(inner, Named):
            continue
        if name not in ("values", "tags"):
            yield name


def thresholds(items: Sequence[Mapping[str, Any]]) -> tuple[Threshold, ...]:
    """The thresholds of a definition, as the schema has checked them."""
    return tuple(
        Threshold(
            item["action"], *(_decimal(item.get(name)) for name in ("percent", "above", "above_percent", "floor"))
        )
        for item in items
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
