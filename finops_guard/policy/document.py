"""The policy input: one normalised document per resource, the same for every kind of input (schemas/policy-input.json).

Every field is computed when a rule first asks for it. Money is USD/month. Absent is None; what cannot be known yet is
an Unknown; a sum of which a part is not known is an AtLeast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from finops_guard.model import DECLARED_IN_USAGE, Environment, Estimate, EstimatedChange, ProjectEstimate, Resource
from finops_guard.policy import machines
from finops_guard.policy.figures import NO_BASE, ZERO, cost_of, delta_of
from finops_guard.policy.keys import walk
from finops_guard.policy.machines import Group, MachineFacts
from finops_guard.policy.rule import CostCenters, Match
from finops_guard.policy.shape import suggestion
from finops_guard.policy.tables import classes_of_types, taggable_types
from finops_guard.policy.totals import Totals
from finops_guard.values import Unknown

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
TEXTS = ("region", "module", "status", "instance_type", "replacement", "capacity", "retention")
LISTS = ("classes", "instance_types", "gpu_models")
NUMBERS = ("monthly_cost", "delta", "saving", "gpus", "gpus_at_max", "accelerators", "vcpus", "memory_gib")
GIVEN: Mapping[str, tuple[type | tuple[type, ...], str]] = {  # what a test may give, and of which kind
    **dict.fromkeys(TEXTS, (str, "text")),
    **dict.fromkeys(LISTS, (list, "a list")),
    **dict.fromkeys(NUMBERS, ((int, Decimal), "a number")),
    **dict.fromkeys(("cost", "scaling"), (dict, "a map")),
    "taggable": (bool, "true or false"),
}
NEEDS_BASE = frozenset(
    {"delta", "cost.before", "totals.before", "totals.delta", "totals.delta_percent", "totals.gpus_added"}
)

Alternatives = Callable[[EstimatedChange], "tuple[str, Decimal] | None"]


class ResourceDocument:
    """The policy input of one changed resource. `given`: facts that stand over the computed ones (tests of rules)."""

    __slots__ = ("_cache", "changed", "project", "resource", "run")

    def __init__(
        self,
        changed: EstimatedChange,
        project: ProjectEstimate,
        run: RunDocument,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.changed: EstimatedChange = changed
        self.project: ProjectEstimate = project
        self.run: RunDocument = run
        self.resource: Resource = changed.change.resource
        self._cache: dict[str, Any] | None = dict(given) if given else None  # made when needed: most never need it

    def get(self, name: str) -> Any:
        """A field by name; None for a name that is no field."""
        cache = self._cache
        if cache is not None and name in cache:
            return cache[name]
        read = _READ.get(name)
        if read is not None:
            return read(self)
        compute = _COMPUTED.get(name)
        return self.kept(name, compute) if compute else None

    def kept(self, name: str, compute: Callable[[ResourceDocument], Any]) -> Any:
        """The value under that name, computed once."""
        if self._cache is None:
            self._cache = {}
        if name not in self._cache:
            self._cache[name] = compute(self)
        return self._cache[name]

    @property
    def change(self) -> str:
        return self.changed.change.action

    @property
    def has_base(self) -> bool:
        return self.changed.change.action != "declared"

    @property
    def only_in_usage(self) -> bool:
        """True for what the usage file declares and no code holds: it says how much there is, never how much more."""
        return self.changed.change.note == DECLARED_IN_USAGE

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
            self._totals = Totals(
                (document for group in self.by_type.values() for document in group), self.given_totals
            )
        return self._totals

    def export(self) -> dict[str, Any]:
        """The policy input of the run as plain data, as schemas/policy-input.json describes it."""
        documents = [document.export() for group in self.by_type.values() for document in group]
        return {
            "schema_version": "1",
            "resources": sorted(documents, key=lambda entry: (entry["project"], entry["address"])),
            "totals": _plain(self.totals, TOTALS),
        }


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
    if not machines.has_machines(document.resource):
        return []
    found: list[Group] = document.kept(":groups", lambda one: machines.groups(one.resource))
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
    find = document.run.alternatives
    found: tuple[str, Decimal] | None = document.kept(":next", lambda one: find(one.changed)) if find else None
    return found


def _saving(document: ResourceDocument) -> Decimal | None:
    """What the replacement saves; None when it costs as much or more."""
    found = _alternative(document)
    return found[1] if found and found[1] > 0 else None


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


# Fields that are as quickly read as remembered.
_READ: Mapping[str, Callable[[ResourceDocument], Any]] = {
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
    "totals": lambda document: document.run.totals,
}
_COMPUTED: Mapping[str, Callable[[ResourceDocument], Any]] = {
    "delta": lambda document: delta_of(document.changed),
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
    "saving": _saving,
    "capacity": _capacity,
    "retention": _retention,
}


def given_problem(name: str, value: Any) -> tuple[str, str | None] | None:
    """What is wrong with a fact that a test gives, and a hint; None when it may stand in for a computed one."""
    if name not in GIVEN:
        return f"{name!r} cannot be given", suggestion(name, GIVEN)
    if isinstance(value, Mapping) and set(value) == {"unknown"}:
        return None
    kind, words = GIVEN[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and name != "taggable"):
        return f"{name} should be {words}", "or {unknown: reason}"
    inner = FIELDS[name]
    wrong = [str(key) for key in value if key not in inner] if inner and isinstance(value, Mapping) else []
    return (f"{name} has no {wrong[0]!r}", suggestion(wrong[0], inner or ())) if wrong else None


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
