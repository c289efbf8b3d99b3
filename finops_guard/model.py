"""The vocabulary: the values that every part of finops-guard speaks in.

All are frozen; money and quantities are `Decimal`; currency is USD; a month is 730 hours. This module imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from finops_guard.values import Unknown, UnknownValue, Values

__all__ = [
    "Action",
    "Basis",
    "Change",
    "CostComponent",
    "Diagnostic",
    "Environment",
    "Estimate",
    "EstimatedChange",
    "Finding",
    "Graph",
    "PolicyAction",
    "PriceKind",
    "Project",
    "ProjectEstimate",
    "Quantity",
    "Resource",
    "ResourceEstimate",
    "Span",
    "Status",
    "Unknown",
    "UnknownValue",
    "Values",
]

Action = Literal["create", "update", "replace", "delete", "no-op", "read", "declared"]
Basis = Literal["code", "usage", "calibrated", "assumed"]
PriceKind = Literal["list", "relayed", "derived", "reference", "private"]
Status = Literal["priced", "partly_priced", "usage_dependent", "unpriced", "free", "unsupported"]
PolicyAction = Literal["allow", "warn", "require_approval", "block"]

HOURS_PER_MONTH = Decimal(730)
USAGE_FILE = "usage_file"  # the kind of the project of what a usage file declares and no code holds
DECLARED_IN_USAGE = "declared in the usage file"  # the note of its changes


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a project or resource runs; `value` is None when nothing says so (it is then Unknown to rules)."""

    value: str | None
    origin: str


class Graph(Protocol):
    """References between the resources of one side (all before, or all after) of a project."""

    def related(self, resource: Resource, name: str) -> tuple[Resource, ...]:
        """The resources that the expression of attribute `name` refers to, across modules too."""
        ...

    def referrers(self, resource: Resource, source_type: str, by: str) -> tuple[Resource, ...]:
        """The resources of `source_type` whose attribute `by` refers to `resource`."""
        ...

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        """All resources of a type."""
        ...


@dataclass(frozen=True, slots=True)
class Resource(Values):
    """One side of one declared thing. `type` is canonical (the Terraform type); `source_type` is what the file says."""

    address: str
    type: str
    source_type: str
    provider: str  # "aws", "azurerm", "google", ...: the provider's local type prefix
    region: str | None
    region_origin: str
    attributes: Mapping[str, Any]
    tags: Mapping[str, Any] = field(default_factory=dict)
    environment: Environment | None = None
    span: Span | None = None
    module_path: tuple[str, ...] = ()
    graph: Graph | None = field(default=None, compare=False, repr=False)

    def related(self, name: str) -> tuple[Resource, ...]:
        """The resources on the same side that attribute `name` refers to."""
        return self.graph.related(self, name) if self.graph else ()

    def referrers(self, source_type: str, by: str) -> tuple[Resource, ...]:
        """The resources of `source_type` on the same side whose attribute `by` refers to this one."""
        return self.graph.referrers(self, source_type, by) if self.graph else ()

    def peers(self) -> tuple[Resource, ...]:
        """All resources of the same type on the same side, this one among them."""
        return self.graph.of_type(self.type) if self.graph else ()


@dataclass(frozen=True, slots=True)
class Change:
    """An action with its two sides. `declared` means that there is no base to compare with: `before` is not known."""

    address: str
    action: Action
    before: Resource | None
    after: Resource | None
    note: str | None = None  # "imported", "moved from X", "deposed object", ...

    @property
    def resource(self) -> Resource:
        """The side that stands for this change: what will be, or what was if it goes."""
        side = self.after or self.before
        assert side is not None, f"{self.address}: a change has at least one side"
        return side


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something the user should know about the input or the run that is not a finding of a rule."""

    message: str
    address: str | None = None
    span: Span | None = None
    level: Literal["note", "warning"] = "warning"


@dataclass(frozen=True, slots=True)
class Project:
    """One input, read: its changes and what the reader has to say about them."""

    name: str
    kind: str  # terraform_plan, terraform_state, ...
    path: str
    changes: tuple[Change, ...]
    environment: Environment
    digest: str  # sha256:... of the input's bytes
    has_base: bool  # False: every change is `declared`, and there is no delta
    tool_version: str | None = None  # the version of Terraform or OpenTofu that wrote the plan
    rendered_by: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of something a month, in the component's unit; `value` is None when nobody can say, with the reason.

    `low` and `high` bound it where the code or the usage file does (autoscaling, usage estimates).
    """

    value: Decimal | None
    basis: Basis = "code"
    low: Decimal | None = None
    high: Decimal | None = None
    reason: str | None = None
    assumption: str | None = None
    source: str | None = None  # "usage.yaml:12", or "default"
    needs_usage: bool = False  # True: only a value in the usage file is missing

    def map(self, function: Any) -> Quantity:
        """The same quantity with `function` applied to value, low and high."""
        if self.value is None:
            return self
        low = None if self.low is None else function(self.low)
        high = None if self.high is None else function(self.high)
        return Quantity(
            function(self.value), self.basis, low, high, self.reason, self.assumption, self.source, self.needs_usage
        )

    def __mul__(self, factor: Decimal | int | Quantity) -> Quantity:
        if isinstance(factor, Quantity):
            return self._times(factor)
        return self if factor == 1 else self.map(lambda number: number * factor)

    def __truediv__(self, divisor: Decimal | int) -> Quantity:
        return self.map(lambda number: number / divisor)

    def _times(self, other: Quantity) -> Quantity:
        if self.value is None or other.value is None:
            return self if self.value is None else other
        bounds = [
            None
            if first is None and second is None
            else (first if first is not None else one) * (second if second is not None else two)
            for first, one, second, two in (
                (self.low, self.value, other.low, other.value),
                (self.high, self.value, other.high, other.value),
            )
        ]
        weaker = max(
            (self, other), key=lambda quantity: ("code", "calibrated", "usage", "assumed").index(quantity.basis)
        )
        assumption = "; ".join(dict.fromkeys(text for text in (self.assumption, other.assumption) if text)) or None
        return Quantity(
            self.value * other.value, weaker.basis, bounds[0], bounds[1], None, assumption, weaker.source or self.source
        )


@dataclass(frozen=True, slots=True)
class CostComponent:
    """One billed line. Pricing functions leave the fields below `quantity` empty; `pricing.estimate` fills them in.

    `quantity` is per month in `unit`; `unit_price` is USD per `unit`; `monthly_cost` is USD, or None with a `reason`.
    """

    name: str
    unit: str
    product: str | None
    quantity: Quantity
    path: tuple[str, ...] = ()
    region: str | None = None  # of the price, when it is not the resource's own
    tiered: bool = False  # walk the product's tiers
    one_time: bool = False  # paid once, never part of a monthly figure
    starts: date | None = None  # charged from that later day on: announced, no part of today's figures
    upper_bound_product: str | None = None  # what it costs at most when `product` has no price (spot: on demand)
    factor: Decimal = Decimal(1)  # on the price (a discount stated in the usage file)
    fixed_price: Decimal | None = None  # USD per unit given by the user (usage file, prices.local.yaml)
    unit_price: Decimal | None = None
    list_price: Decimal | None = None
    monthly_cost: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    list_cost: Decimal | None = None
    price_kind: PriceKind | None = None
    as_of: date | None = None
    source: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceEstimate:
    """What one side of a resource costs. `monthly_cost` is the sum of the components that have a figure, else None."""

    status: Status
    reason: str | None = None
    components: tuple[CostComponent, ...] = ()
    monthly_cost: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    list_cost: Decimal | None = None
    upcoming: tuple[CostComponent, ...] = ()  # fees that start soon: no part of the figures above


@dataclass(frozen=True, slots=True)
class EstimatedChange:
    """A change with what its sides cost; a missing side is None."""

    change: Change
    before: ResourceEstimate | None
    after: ResourceEstimate | None

    @property
    def current(self) -> ResourceEstimate:
        """The estimate of the side that `change.resource` is."""
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def delta(self) -> Decimal | None:
        """USD/month more (or less) than before; None when there is no base."""
        if self.change.action == "declared":
            return None
        after = self.after.monthly_cost if self.after else None
        before = self.before.monthly_cost if self.before else None
        return (after or Decimal(0)) - (before or Decimal(0))


@dataclass(frozen=True, slots=True)
class ProjectEstimate:
    """One project, priced on both sides."""

    project: Project
    changes: tuple[EstimatedChange, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """All projects of a run, priced, and what the run has to say about usage and prices."""

    projects: tuple[ProjectEstimate, ...]
    as_of: date
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, where. `money` is the USD/month at stake."""

    rule: str
    name: str
    severity: str
    action: PolicyAction
    scope: Literal["resource", "project", "run"]
    message: str
    project: str | None = None
    address: str | None = None
    span: Span | None = None
    remediation: str | None = None
    passes_when: str | None = None
    references: tuple[str, ...] = ()
    money: Decimal | None = None
    state: Literal["open", "waived", "suppressed", "baseline", "unknown"] = "open"
    problem: str | None = None
    waiver: Mapping[str, Any] | None = None
    approval: Mapping[str, Any] | None = None
