"""Which machines a resource runs, how many, and how large: read from its attributes by data/machine_attributes.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from finops_guard.model import Resource
from finops_guard.policy.tables import MachineRow, machine_rows
from finops_guard.values import BadValue, Unknown, UnknownValue, as_number

USUAL_NAMES = frozenset({"instance_type", "instance_types", "instance_class", "node_type"})
PREFIXES = ("db.", "cache.", "ml.", "kafka.", "mq.", "dms.")
SUFFIXES = (".search", ".elasticsearch")
TEMPLATES = ("aws_launch_template", "aws_launch_configuration", "google_compute_instance_template")
TEMPLATE_REFERENCES = ("launch_template", "launch_configuration", "mixed_instances_policy")
OTHER_TYPE = (
    MachineRow(True, None, "instance_type", ("?",), ()),
    MachineRow(True, None, "instance_types", ("?",), ()),
    MachineRow(True, None, "instance_class", ("?",), ()),
    MachineRow(True, None, "node_type", ("?",), ()),
)
ONE = Decimal(1)

Number = Decimal | Unknown


class Machine(Protocol):
    """The size of one machine."""

    @property
    def vcpus(self) -> int: ...
    @property
    def memory_gib(self) -> float: ...
    @property
    def gpus(self) -> int: ...
    @property
    def gpu_model(self) -> str: ...
    @property
    def accelerators(self) -> int: ...


class MachineFacts(Protocol):
    """Where sizes come from; pricing.facts.Facts is one."""

    def machine(self, name: str, /) -> Machine | None: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Machines of one group: one of `classes` is used (their order is one of preference), `count` of them run."""

    classes: tuple[str | Unknown, ...]
    count: Number
    largest: Number | None  # of a scaling group
    smallest: Number | None
    accelerated: bool
    template: bool = False


def has_machines(resource: Resource) -> bool:
    """A cheap test that is False for most resources."""
    if resource.type in machine_rows():
        return True
    return not USUAL_NAMES.isdisjoint(resource.attributes)


def groups(resource: Resource) -> list[Group]:
    """The machine groups that a resource states."""
    rows = machine_rows().get(resource.type, OTHER_TYPE)
    return [group for row in rows for group in _groups_of_row(resource, row)]


def _groups_of_row(resource: Resource, row: MachineRow) -> Iterator[Group]:
    for block in _blocks(resource.attributes, row.block):
        if isinstance(block, Unknown):
            yield Group((block,), block, None, None, row.accelerated)
            continue
        classes = _texts(block.get(row.machine_class)) if row.machine_class else ()
        if row.block is None:
            classes = _override_classes(resource.attributes) or classes or tuple(_template_classes(resource))
        if classes:
            yield Group(
                classes,
                _count(resource.attributes, block, row.count, ONE),
                _count(resource.attributes, block, row.largest, None) if row.largest else None,
                _count(resource.attributes, block, _smallest_names(row), None) if row.largest else None,
                row.accelerated,
                row.count == ("template",),
            )


def _smallest_names(row: MachineRow) -> tuple[str, ...]:
    return tuple(name.replace("max", "min") for name in row.largest)


def _blocks(attributes: Mapping[str, Any], name: str | None) -> Iterable[Any]:
    if name is None:
        return (attributes,)
    value = attributes.get(name)
    if isinstance(value, Unknown):
        return () if value.computed else (value,)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping | Unknown)]


def _texts(value: Any) -> tuple[str | Unknown, ...]:
    if isinstance(value, Unknown):
        return () if value.computed else (value,)
    items = value if isinstance(value, list) else [value]
    return tuple(item if isinstance(item, Unknown) else str(item) for item in items if item is not None and item != "")


def _override_classes(attributes: Mapping[str, Any]) -> tuple[str | Unknown, ...]:
    """The classes of a mixed-instances policy, which stand over the launch template's own."""
    found: list[str | Unknown] = []
    for policy in _blocks(attributes, "mixed_instances_policy") if "mixed_instances_policy" in attributes else ():
        for template in _inner(policy, "launch_template"):
            for override in _inner(template, "override"):
                found += _texts(override.get("instance_type")) if isinstance(override, Mapping) else (override,)
    return tuple(found)


def _inner(block: Any, name: str) -> Iterable[Any]:
    return (block,) if isinstance(block, Unknown) else _blocks(block, name)


def _template_classes(resource: Resource) -> Iterator[str | Unknown]:
    """The class of the launch template or configuration that a resource starts its machines from."""
    if resource.type in TEMPLATES:
        return
    named = [name for name in TEMPLATE_REFERENCES if resource.attributes.get(name) not in (None, [], "")]
    for name in named:
        templates = [found for found in resource.related(name) if found.type in TEMPLATES]
        for template in templates:
            yield from _texts(template.attributes.get("instance_type"))
        if not templates:
            yield Unknown(f"the machine class stands in a {name.replace('_', ' ')} that is not in this input")


def _count(attributes: Mapping[str, Any], block: Mapping[str, Any], names: tuple[str, ...], default: Any) -> Any:
    """The first of the named counts that is stated, as a Decimal or an Unknown; else the default."""
    for name in names:
        if name == "?":
            return Unknown("how many machines run is not stated in code")
        if name == "template":
            return Decimal(0)
        if name == "1":
            return ONE
        value = _follow(attributes if name.startswith("/") else block, name.lstrip("/"))
        if value is not None:
            return value
    return default


def _follow(value: Any, path: str) -> Number | None:
    for name in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            break
        value = value.get(name)
    if isinstance(value, Unknown):
        return None if value.computed else value
    if value is None or value == "" or isinstance(value, list | Mapping):
        return None
    try:
        return as_number(path, value)
    except BadValue as bad:
        return Unknown(str(bad))


def sized(facts: MachineFacts, name: str) -> Machine | None:
    """The size of a machine class, also under a service's own name for it (`ml.g5.xlarge`, `db.r6g.large`)."""
    found = facts.machine(name)
    if found is None:
        plain = _plain_name(name)
        found = facts.machine(plain) if plain != name else None
    return found


@lru_cache(maxsize=2048)
def _plain_name(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def total(resource_groups: Iterable[Group], facts: MachineFacts, attribute: str, at_max: bool = False) -> Number:
    """How many of `attribute` (gpus, accelerators, vcpus, memory_gib) run; of alternative classes, the largest counts.

    An Unknown when a class or a count is, unless no machine of the group can have any.
    """
    result = Decimal(0)
    for group in resource_groups:
        if not group.accelerated and attribute in ("gpus", "accelerators"):
            continue
        try:
            each = max(_size(facts, name, attribute) for name in group.classes)
        except UnknownValue as unknown:
            return unknown.unknown
        count = group.largest if at_max and group.largest is not None else group.count
        if group.template:
            count = ONE
        if each == 0:
            continue
        if isinstance(count, Unknown):
            return count
        result += each * count
    return result


def _size(facts: MachineFacts, name: str | Unknown, attribute: str) -> Decimal:
    if isinstance(name, Unknown):
        raise UnknownValue("the machine class", name)
    machine = sized(facts, name)
    if machine is None:
        raise UnknownValue(name, Unknown(f"the size of {name} is not in the price book"))
    return Decimal(str(getattr(machine, attribute)))
