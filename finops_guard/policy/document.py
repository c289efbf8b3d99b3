"""The policy input: one normalised document per resource, the same for every kind of input (schemas/policy-input.json).

Every field is computed when a rule first asks for it. Money is USD/month. Absent is None; what cannot be known yet is an
Unknown; a sum of which a part is not known is an AtLeast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from finops_guard.model import (
    CostComponent,
    Environment,
    Estimate,
    EstimatedChange,
    ProjectEstimate,
    Resource,
    ResourceEstimate,
)
from finops_guard.policy import machines
from finops_guard.policy.keys import AtLeast, walk
from finops_guard.policy.machines import Group, MachineFacts
from finops_guard.policy.rule import CostCenters, Match
from finops_guard.policy.tables import classes_of_types, taggable_types
from finops_guard.values import Unknown

ZERO = Decimal(0)
NO_BASE = Unknown("there is no base to compare with")
NO_ENVIRONMENT = Unknown("nothing says which environment this runs in")

TOTALS = ("before", "after", "delta", "delta_percent", "gpus", "gpus_added", "resources", "unpriced")
SCALING = ("min", "max", "desired")
COST = ("before", "after", "at_min", "at_max", "list")

# Field -> the fields below it; None: a plain value, or a map that may hold anything.
FIELDS: Mapping[str, tuple[str, ...] | None] = {
    "address": None, "type": None, "source_type": None, "provider": None, "region": None, "environment": None,
    "project": None, "module": None, "change": None, "status": None, "tags": None, "values": None, "taggable": None,
    "classes": None, "monthly_cost": None, "delta": None, "cost": COST, "instance_type": None, "instance_types": None,
    "gpus": None, "gpus_at_max": None, "gpu_models": None, "accelerators": None, "vcpus": None, "memory_gib": None,
    "scaling": SCALING, "replacement": None, "saving": None, "capacity": None, "retention": None, "totals": TOTALS,
}  # fmt: skip
NEEDS_BASE = frozenset({"delta", "cost.before", "totals.before", "totals.delta", "totals.delta_percent", "totals.gpus_added"})

Alternatives = Callable[[EstimatedChange], "tuple[str, Decimal] | None"]


class ResourceDocument:
    """The policy input of one changed resource. `given`: facts that stand over the computed ones (tests of rules)."""

    __slots__ = ("_cache", "changed", "project", "resource", "run")

    def __init__(
        self, changed: EstimatedChange, project: ProjectEstimate, run: RunDocument, given: Mapping[str, Any] | None = None
    ) -> None:
        self.changed = changed
        self.project = project
        self.run = run
        self.resource: Resource = changed.change.resource
        self._cache: dict[str, Any] = dict(given) if given else {}

    def get(self, name: str) -> Any:
        """A field by name; None for a name that is no field."""
        try:
            return self._cache[name]
        except KeyError:
            compute = _COMPUTED.get(name)
            value = compute(self) if compute else None
            self._cache[name] = value
            return value

    @property
    def change(self) -> str:
        return self.changed.change.action

    @property
    def has_base(self) -> bool:
        return self.changed.change.action != "declared"

    def export(self) -> dict[str, Any]:
        """The document as plain data; an Unknown is {"unknown": reason}."""
        return {name: _plain(self.get(name), FIELDS[name]) for name in FIELDS if name != "totals"}


class RunDocument:
    """All resources of a run, by type, and what their rules need besides: machine sizes, alternatives, cost centres."""

    def __init__(
        self,
        estimate: Estimate,
        facts: MachineFacts,
        cost_centers: CostCenters | None = None,
        alternatives: Alternatives | None = None,
        given: Mapping[str, Mapping[str, Any]] | None = None,
        given_totals: Mapping[str, Any] | None = None,
    ) -> None:
        self.estimate = estimate
        self.facts = facts
        self.cost_centers = cost_centers or CostCenters()
        self.alternatives = alternatives
        self.given_totals = given_totals or {}
        self.by_type: dict[tuple[str, str], list[ResourceDocument]] = {}
        self._totals: Totals | None = None
        for project in estimate.projects:
            for changed in project.changes:
                if changed.change.action != "read":
                    document = ResourceDocument(changed, project, self, (given or {}).get(changed.change.address))
                    kind = (document.resource.type, document.resource.source_type)
                    self.by_type.setdefault(kind, []).append(document)

    def select(self, match: Match, usual: frozenset[str] | None) -> Iterator[tuple[ResourceDocument, Unknown | None]]:
        """The resources that a rule judges; with an Unknown when nobody can say whether it does (environment).

        `usual`: the kinds of change that count when the rule names none (None: all).
        """
        changes = match.changes or usual
        for (name, source), documents in self.by_type.items():
            if not (match.is_type(name) or match.is_type(source)):
                continue
            if match.classes and not match.classes.intersection(classes_of_types().get(name, ())):
                continue
            for document in documents:
                if changes is not None and document.changed.change.action not in changes:
                    continue
                if match.taggable is not None and document.get("taggable") != match.taggable:
                    continue
                if match.is_excluded and any(map(match.is_excluded, (name, source, document.resource.address))):
                    continue
                environment = document.get("environment") if match.environments else None
                if isinstance(environment, Unknown):
                    yield document, environment
                elif environment is None or environment in match.environments:
                    yield document, None

    @property
    def totals(self) -> Totals:
        """The totals of the whole run."""
        if self._totals is None:
            self._totals = Totals((document for group in self.by_type.values() for document in group), self.given_totals)
        return self._totals

    def export(self) -> dict[str, Any]:
        """The policy input of the run as plain data, as schemas/policy-input.json describes it."""
        documents = [document.export() for group in self.by_type.values() for document in group]
        return {
            "schema_version": "1",
            "resources": sorted(documents, key=lambda entry: (entry["project"], entry["address"])),
            "totals": _plain(self.totals, TOTALS),
        }


class Totals:
    """Sums over some resources, each computed when asked for. `given` stands over computed ones (tests of rules)."""

    __slots__ = ("_cache", "documents")

    def __init__(self, documents: Iterable[ResourceDocument], given: Mapping[str, Any] | None = None) -> None:
        self.documents = list(documents)
        self._cache: dict[str, Any] = dict(given) if given else {}

    def get(self, name: str) -> Any:
        """A total by name."""
        if name not in self._cache:
            self._cache[name] = _TOTALS[name](self) if name in _TOTALS else None
        return self._cache[name]

    @property
    def without_base(self) -> bool:
        """True when some of the resources have no base to compare with."""
        return any(not document.has_base for document in self.documents)


def missing_prices(side: ResourceEstimate | None) -> list[CostComponent]:
    """The lines of a side that lack a price; lines that only lack usage are not among them."""
    if side is None:
        return []
    return [
        part for part in side.components
        if part.monthly_cost is None and not part.one_time and not part.quantity.needs_usage
    ]  # fmt: skip


def is_unpriced(side: ResourceEstimate | None) -> bool:
    """True when a side may cost money that nobody has priced."""
    return side is not None and (side.status in ("unpriced", "unsupported") or bool(missing_prices(side)))


def known_cost(side: ResourceEstimate | None) -> Decimal:
    """The known part of what a side costs; 0 for a side that does not exist."""
    return (side.monthly_cost or ZERO) if side else ZERO


def cost_of(side: ResourceEstimate | None, absent: Decimal | None = None) -> Decimal | Unknown | None:
    """What a side costs: exact, AtLeast when a line has no figure, Unknown when none has."""
    if side is None:
        return absent
    if side.status == "free":
        return ZERO
    if side.monthly_cost is None:
        return Unknown(side.reason or "there is no figure")
    if side.status == "partly_priced":
        return AtLeast.of(side.monthly_cost, Unknown(side.reason or "a part has no figure"))
    return side.monthly_cost


def _delta(document: ResourceDocument) -> Decimal | Unknown:
    """USD/month more than before. What lacks a figure on both sides alike is taken to have stayed the same."""
    changed = document.changed
    if not document.has_base:
        return NO_BASE
    if changed.change.action == "no-op":
        return ZERO
    difference = known_cost(changed.after) - known_cost(changed.before)
    before, after = cost_of(changed.before, ZERO), cost_of(changed.after, ZERO)
    if _without_figure(changed.before) == _without_figure(changed.after):
        both_unknown = isinstance(before, Unknown) and isinstance(after, Unknown)
        return after if both_unknown and changed.change.action == "replace" and isinstance(after, Unknown) else difference
    if isinstance(before, Unknown | AtLeast):
        return before if isinstance(before, Unknown) else before.unknown
    if isinstance(after, Unknown):
        return after
    return AtLeast.of(difference, after.unknown) if isinstance(after, AtLeast) else difference


def _without_figure(side: ResourceEstimate | None) -> list[tuple[str, tuple[str, ...], str | None]]:
    if side is None or side.status == "free":
        return []
    if not side.components and side.monthly_cost is None:
        return [(side.status, (), None)]
    return [(part.name, part.path, part.product) for part in side.components if part.monthly_cost is None]


def _environment(document: ResourceDocument) -> str | Unknown:
    stated: Environment | None = document.resource.environment
    if stated is None or stated.value is None:
        stated = document.project.project.environment
    return stated.value if stated.value is not None else NO_ENVIRONMENT


def _tags(document: ResourceDocument) -> Mapping[str, Any] | Unknown:
    """The tags with the provider's default tags; for autoscaling groups also those in `tag` blocks."""
    resource = document.resource
    if taggable_types().get(resource.type) == "tag_blocks":
        return {**resource.tags, **_block_tags(resource.attributes.get("tag"))}
    stated = resource.attributes.get("tags")
    if not resource.tags and isinstance(stated, Unknown) and not stated.computed:
        return stated
    return resource.tags


def _block_tags(blocks: Any) -> dict[str, Any]:
    items = blocks if isinstance(blocks, list) else []
    return {str(item["key"]): item.get("value") for item in items if isinstance(item, Mapping) and "key" in item}


def _taggable(document: ResourceDocument) -> bool:
    """By the table; a type that is not in it counts when the input shows a place for tags."""
    where = taggable_types().get(document.resource.type)
    if where is not None:
        return where != "none"
    return any(name in document.resource.attributes for name in ("tags", "labels"))


def _groups(document: ResourceDocument) -> list[Group]:
    """The machine groups, kept under a name that is no field."""
    cached = document._cache.get(":groups")
    if cached is None:
        cached = machines.groups(document.resource) if machines.has_machines(document.resource) else []
        document._cache[":groups"] = cached
    found: list[Group] = cached
    return found


def _instance_types(document: ResourceDocument) -> list[str | Unknown]:
    return list(dict.fromkeys(name for group in _groups(document) for name in group.classes))


def _instance_type(document: ResourceDocument) -> str | Unknown | None:
    """The class to name in a message: the one with the most GPUs, else the first."""
    names = document.get("instance_types")
    known = [name for name in names if isinstance(name, str)]
    if not known:
        return names[0] if names else None
    sizes = {name: machines.sized(document.run.facts, name) for name in known}
    return max(known, key=lambda name: getattr(sizes[name], "gpus", 0))


def _gpu_models(document: ResourceDocument) -> list[str | Unknown]:
    models: dict[str | Unknown, None] = {}
    for group in _groups(document):
        for name in group.classes if group.accelerated else ():
            if isinstance(name, Unknown):
                models[name] = None
                continue
            machine = machines.sized(document.run.facts, name)
            if machine is None:
                models[Unknown(f"the size of {name} is not in the price book")] = None
            elif machine.gpus:
                models[machine.gpu_model] = None
    return list(models)


def _sum_of(attribute: str, at_max: bool = False) -> Callable[[ResourceDocument], Any]:
    def compute(document: ResourceDocument) -> Decimal | Unknown:
        return machines.total(_groups(document), document.run.facts, attribute, at_max)

    return compute


def _scaling(document: ResourceDocument) -> Mapping[str, Any]:
    """Bounds of a scaling group: from its machine groups, else from the attributes that other scalers have."""
    for group in _groups(document):
        if group.largest is not None or group.smallest is not None:
            return {"min": group.smallest, "max": group.largest, "desired": group.count}
    attributes = document.resource.attributes
    return {
        "min": walk(attributes, ["min_capacity"]),
        "max": walk(attributes, ["max_capacity"]),
        "desired": walk(attributes, ["desired_capacity"]),
    }


def _cost(document: ResourceDocument) -> Mapping[str, Any]:
    changed = document.changed
    after = changed.after
    return {
        "before": cost_of(changed.before, ZERO) if document.has_base else NO_BASE,
        "after": document.get("monthly_cost"),
        "at_min": after.low if after and after.monthly_cost is not None else cost_of(after),
        "at_max": after.high if after and after.monthly_cost is not None else cost_of(after),
        "list": after.list_cost if after and after.monthly_cost is not None else cost_of(after),
    }


def _alternative(document: ResourceDocument) -> tuple[str, Decimal] | None:
    if ":alternative" not in document._cache:
        find = document.run.alternatives
        document._cache[":alternative"] = find(document.changed) if find else None
    found: tuple[str, Decimal] | None = document._cache[":alternative"]
    return found


def _capacity(document: ResourceDocument) -> str | None:
    """What a resource reserves, in words."""
    units = walk(document.resource.attributes, ["model_units"])
    if units is not None and not isinstance(units, Unknown):
        return f"{units} model unit{'' if str(units) == '1' else 's'}"
    counted = [
        f"{group.count:f} x {group.classes[0]}"
        for group in _groups(document)
        if isinstance(group.count, Decimal) and group.count > 0
    ]
    return ", ".join(counted) or None


def _retention(document: ResourceDocument) -> str | Unknown:
    days = walk(document.resource.attributes, ["retention_in_days"])
    if isinstance(days, Unknown):
        return days
    return "for ever" if days in (None, 0, "0") else f"for {days} days"


_COMPUTED: Mapping[str, Callable[[ResourceDocument], Any]] = {
    "address": lambda document: document.resource.address,
    "type": lambda document: document.resource.type,
    "source_type": lambda document: document.resource.source_type,
    "provider": lambda document: document.resource.provider,
    "region": lambda document: document.resource.region,
    "environment": _environment,
    "project": lambda document: document.project.project.name,
    "module": lambda document: ".".join(document.resource.module_path) or None,
    "change": lambda document: document.changed.change.action,
    "status": lambda document: document.changed.current.status,
    "tags": _tags,
    "values": lambda document: document.resource.attributes,
    "taggable": _taggable,
    "classes": lambda document: list(classes_of_types().get(document.resource.type, ())),
    "monthly_cost": lambda document: cost_of(document.changed.after, ZERO),
    "delta": _delta,
    "cost": _cost,
    "instance_type": _instance_type,
    "instance_types": _instance_types,
    "gpus": _sum_of("gpus"),
    "gpus_at_max": _sum_of("gpus", at_max=True),
    "gpu_models": _gpu_models,
    "accelerators": _sum_of("accelerators"),
    "vcpus": _sum_of("vcpus"),
    "memory_gib": _sum_of("memory_gib"),
    "scaling": _scaling,
    "replacement": lambda document: (_alternative(document) or (None,))[0],
    "saving": lambda document: (_alternative(document) or (None, None))[1],
    "capacity": _capacity,
    "retention": _retention,
    "totals": lambda document: document.run.totals,
}


def _sum(values: Iterable[Any]) -> Decimal:
    """The sum; AtLeast when a part is not known."""
    total, unknown = ZERO, None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or [value]
        else:
            total += value
            if isinstance(value, AtLeast):
                unknown = unknown or [value.unknown]
    return AtLeast.of(total, unknown[0]) if unknown else total


def _side_gpus(side: Resource | None, document: ResourceDocument) -> Decimal | Unknown:
    """GPUs that a side runs; launch templates start none themselves, the groups that use them do."""
    if side is None or side.type in machines.TEMPLATES or not machines.has_machines(side):
        return ZERO
    if side is document.resource:
        found: Decimal | Unknown = document.get("gpus")
        return found
    return machines.total(machines.groups(side), document.run.facts, "gpus")


def _gpus_added(totals: Totals) -> Decimal | Unknown:
    """GPUs more than before, resource by resource; what goes elsewhere is not subtracted."""
    added = []
    for document in totals.documents:
        change = document.changed.change
        if change.action in ("no-op", "delete"):
            continue
        if change.action == "declared":
            return NO_BASE
        after = _side_gpus(change.after, document)
        if isinstance(after, Unknown) or after > 0:
            before = _side_gpus(change.before, document)
            if isinstance(after, Unknown) or isinstance(before, Unknown):
                added.append(after if isinstance(after, Unknown) else before)
            else:
                added.append(max(ZERO, after - before))
    return _sum(added)


def _total_delta(totals: Totals) -> Decimal | Unknown:
    return NO_BASE if totals.without_base else _sum(document.get("delta") for document in totals.documents)


def _total_before(totals: Totals) -> Decimal | Unknown:
    if totals.without_base:
        return NO_BASE
    return sum((known_cost(document.changed.before) for document in totals.documents), ZERO)


def _delta_percent(totals: Totals) -> Decimal | Unknown | None:
    """None when there was nothing before: an increase of nothing has no percentage."""
    before, delta = totals.get("before"), totals.get("delta")
    if isinstance(before, Unknown) or isinstance(delta, Unknown):
        return before if isinstance(before, Unknown) else delta
    if not before:
        return None
    share = Decimal(delta) / Decimal(before) * 100
    return AtLeast.of(share, delta.unknown) if isinstance(delta, AtLeast) else share


_TOTALS: Mapping[str, Callable[[Totals], Any]] = {
    "before": _total_before,
    "after": lambda totals: _sum(document.get("monthly_cost") for document in totals.documents),
    "delta": _total_delta,
    "delta_percent": _delta_percent,
    "gpus": lambda totals: _sum(_side_gpus(document.changed.change.after, document) for document in totals.documents),
    "gpus_added": _gpus_added,
    "resources": lambda totals: Decimal(len(totals.documents)),
    "unpriced": lambda totals: Decimal(sum(is_unpriced(document.changed.after) for document in totals.documents)),
}


def _plain(value: Any, inner: tuple[str, ...] | None = None) -> Any:
    if isinstance(value, Unknown):
        return {"unknown": str(value)}
    if inner is not None:
        return {name: _plain(value.get(name)) for name in inner}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
