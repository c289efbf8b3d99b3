"""The policy input: one normalised document per resource, the same for every kind of input (schemas/policy-input.json).

Every field is computed when a rule first asks for it. Money is USD/month. Absent is None; what cannot be known yet is
an Unknown; a sum of which a part is not known is an AtLeast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_guard.model import DECLARED_IN_USAGE, Environment, Estimate, EstimatedChange, ProjectEstimate, Resource
from finops_guard.policy import machines
from finops_guard.policy.figures import NO_BASE, ZERO, cost_of, delta_of
from finops_guard.policy.keys import EACH, Named, walk
from finops_guard.policy.machines import Group, MachineFacts
from finops_guard.policy.project import ProjectFile
from finops_guard.policy.project_facts import PROJECT, ProjectFacts, ProjectName
from finops_guard.policy.rule import CostCenters, Match
from finops_guard.policy.scope import account_of
from finops_guard.policy.selection import Pair, Selection, selected
from finops_guard.policy.shape import suggestion
from finops_guard.policy.tables import classes_of_types, taggable_types, types_with_tag_blocks
from finops_guard.policy.totals import Totals
from finops_guard.policy.unit_costs import UNITS, UnitCosts
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.spend import Actuals

NO_ENVIRONMENT = Unknown("nothing says which environment this runs in")

TOTALS = ("before", "after", "delta", "delta_percent", "gpus", "gpus_added", "resources", "unpriced")
SCALING = ("min", "max", "desired")
COST = ("before", "after", "at_min", "at_max", "list")

# Field -> the fields below it; None: a plain value, or a map that may hold anything.
FIELDS: Mapping[str, tuple[str, ...] | None] = {
    "address": None, "type": None, "source_type": None, "provider": None, "region": None, "account": None, "environment": None,
    "project": PROJECT, "module": None, "change": None, "status": None, "tags": None, "values": None, "taggable": None,
    "classes": None, "monthly_cost": None, "delta": None, "cost": COST, "instance_type": None, "instance_types": None,
    "gpus": None, "gpus_at_max": None, "gpu_models": None, "accelerators": None, "vcpus": None, "memory_gib": None,
    "scaling": SCALING, "replacement": None, "saving": None, "unit_cost": UNITS, "capacity": None,
    "retention": None, "totals": TOTALS,
}  # fmt: skip
TEXTS = ("region", "account", "module", "status", "instance_type", "replacement", "capacity", "retention")
LISTS = ("classes", "instance_types", "gpu_models")
NUMBERS = ("monthly_cost", "delta", "saving", "gpus", "gpus_at_max", "accelerators", "vcpus", "memory_gib")
GIVEN: Mapping[str, tuple[type | tuple[type, ...], str]] = {  # what a test may give, and of which kind
    **dict.fromkeys(TEXTS, (str, "text")),
    **dict.fromkeys(LISTS, (list, "a list")),
    **dict.fromkeys(NUMBERS, ((int, Decimal), "a number")),
    **dict.fromkeys(("cost", "scaling", "unit_cost"), (dict, "a map")),
    "taggable": (bool, "true or false"),
}
NEEDS_BASE = frozenset(
    {
        "delta",
        "cost.before",
        "totals.before",
        "totals.delta",
        "totals.delta_percent",
        "totals.gpus_added",
        "project.rise_percent",
    }
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
        if compute is None:
            return None
        if name in OF_NO_MACHINES and not machines.has_machines(self.resource):
            return OF_NO_MACHINES[name]
        return self.kept(name, compute)

    def kept(self, name: str, compute: Callable[[ResourceDocument], Any]) -> Any:
        """The value under that name, computed once."""
        if self._cache is None:
            self._cache = {}
        if name not in self._cache:
            self._cache[name] = compute(self)
        return self._cache[name]

    @property
    def may_have_machines(self) -> bool:
        """False when every field about machines is that of a resource that runs none."""
        return self._cache is not None or machines.has_machines(self.resource)

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
        return {name: _plain(self.get(name), _below(name)) for name in FIELDS if name != "totals"}


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
        actuals: Actuals | None = None,
        project_file: ProjectFile | None = None,
        given_project: Mapping[str, Any] | None = None,
    ) -> None:
        self.estimate: Estimate = estimate
        self.actuals = actuals
        self.project = ProjectFacts(project_file, self, given_project)
        names = (project.project.name for project in estimate.projects)
        self.names = {name: ProjectName.of(name, self.project) for name in names}
        self.facts = facts
        self.cost_centers = cost_centers or CostCenters()
        self.alternatives = alternatives
        self.given_totals = given_totals or {}
        self.by_type: dict[tuple[str, str], list[ResourceDocument]] = {}
        self.rises: Mapping[str | None, Decimal] | None = None  # by cost centre, once somebody asks
        self._totals: Totals | None = None
        self._selections: dict[tuple[Match, frozenset[str] | None], Selection] = {}
        self._unresolved: dict[tuple[str, str], list[str]] = {}
        for project in estimate.projects:
            for changed in project.changes:
                if changed.change.action != "read":
                    document = ResourceDocument(changed, project, self, (given or {}).get(changed.change.address))
                    kind = (document.resource.type, document.resource.source_type)
                    self.by_type.setdefault(kind, []).append(document)

    def documents(self) -> Iterator[ResourceDocument]:
        """All resources of the run."""
        return (document for group in self.by_type.values() for document in group)

    def select(self, match: Match, usual: frozenset[str] | None) -> Iterator[Pair]:
        """The resources that a rule judges; with an Unknown when nobody can say whether it does (environment).

        `usual`: the kinds of change that count when the rule names none (None: all).
        """
        return iter(self.selection(match, usual).pairs)

    def selection(self, match: Match, usual: frozenset[str] | None) -> Selection:
        """The same as an object, on which rules that match alike keep what they compute."""
        found = self._selections.get((match, usual))
        if found is None:
            found = self._selections[match, usual] = Selection(list(selected(self, match, usual)))
        return found

    def unresolved(self, kind: str, attribute: str) -> list[str]:
        """Addresses of resources of a type whose attribute refers to something that cannot be told yet."""
        first, *rest = attribute.split(".")
        steps = [first, *(step for name in rest for step in (EACH, name))]  # a block may stand in a list
        if (kind, attribute) not in self._unresolved:
            self._unresolved[kind, attribute] = [
                side.address
                for (name, _), documents in self.by_type.items()
                for side in (document.changed.change.after for document in documents if name == kind)
                if side and _is_unknown(walk(side.attributes, steps)) and not side.related(attribute)
            ]
        return self._unresolved[kind, attribute]

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
            "project": _plain(self.project, PROJECT) if self.project.file else None,
        }


def _is_unknown(value: Any) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, list) and any(map(_is_unknown, value)))


def _environment(document: ResourceDocument) -> str | Unknown:
    stated: Environment | None = document.resource.environment
    if stated is None or stated.value is None:
        stated = document.project.project.environment
    return stated.value if stated.value is not None else NO_ENVIRONMENT


def _tags(document: ResourceDocument) -> Mapping[str, Any] | Unknown:
    """The tags with the provider's default tags; for autoscaling groups also those in `tag` blocks."""
    resource = document.resource
    if resource.type in types_with_tag_blocks():
        return {**resource.tags, **_block_tags(resource.attributes.get("tag"))}
    if not resource.tags:
        stated = resource.attributes.get("tags")
        if isinstance(stated, Unknown) and not stated.computed:
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
    "project": lambda document: document.run.names[document.project.project.name],
    "module": lambda document: ".".join(document.resource.module_path) or None,
    "change": lambda document: document.changed.change.action,
    "status": lambda document: document.changed.current.status,
    "tags": _tags,
    "values": lambda document: document.resource.attributes,
    "taggable": _taggable,
    "classes": lambda document: list(classes_of_types().get(document.resource.type, ())),
    "monthly_cost": lambda document: cost_of(document.changed.after, ZERO),
    "totals": lambda document: document.run.totals,
    "unit_cost": UnitCosts,
}
_COMPUTED: Mapping[str, Callable[[ResourceDocument], Any]] = {
    "account": lambda document: account_of(document.resource),
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


# Most resources run no machines, and for them nothing needs to be remembered.
OF_NO_MACHINES: Mapping[str, Any] = {
    **dict.fromkeys(("gpus", "gpus_at_max", "accelerators", "vcpus", "memory_gib"), ZERO),
    "instance_types": [],
    "gpu_models": [],
    "instance_type": None,
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


def _below(name: str) -> tuple[str, ...] | None:
    """The fields of a field that has no value of its own."""
    inner = FIELDS[name]
    return None if isinstance(inner, Named) else inner


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
