"""References between the resources of one side: from expressions, across module boundaries, else by matching values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from finops_guard.inputs.terraform_plan.configuration import (
    Configuration,
    as_dict,
    call_name,
    references,
)
from finops_guard.model import Resource
from finops_guard.values import walk

TARGET = re.compile(r"^([a-z][\w-]*)\.([\w-]+)(\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\])?")
MODULE = re.compile(r"^module\.([\w-]+)(\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\])?(?:\.([\w-]+))?")
NOT_RESOURCES = {"data", "local", "path", "self", "terraform", "each", "count", "var", "module"}
Path = tuple[str, ...]
NOTHING: tuple[object, ...] = (None, "", [])


class PlanGraph:
    """The resources of one side. Nothing is resolved before it is asked for."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.resources: list[Resource] = []
        self._configurations: dict[str, Mapping[str, Any] | None] = {}
        self._referrers: dict[tuple[str, str], dict[str, list[Resource]]] = {}

    def add(self, resource: Resource, configuration: Mapping[str, Any] | None) -> None:
        """A resource of this side, with its part of the configuration (None if there is none)."""
        self.resources.append(resource)
        self._configurations[resource.address] = configuration

    def related(self, resource: Resource, name: str) -> tuple[Resource, ...]:
        """The resources that attribute `name` (dotted for nested blocks) refers to."""
        steps = name.split(".")
        config = self._configurations.get(resource.address)
        expression = None if config is None else as_dict(config.get("expressions")).get(steps[0])
        if expression is None and resource.attributes.get(steps[0]) in NOTHING:
            return ()
        found: dict[str, Resource] = {}
        if config is not None and expression is not None:
            refs = references(expression, steps[1:])
            refs = self._without_each(refs, config)
            for target in self._resolve(refs, resource.module_path, _key(resource.address), 0):
                found[target.address] = target
        if not found:
            found = {target.address: target for target in self._by_values(resource, name)}
        found.pop(resource.address, None)
        return tuple(found.values())

    def referrers(self, resource: Resource, source_type: str, by: str) -> tuple[Resource, ...]:
        """The resources of `source_type` whose attribute `by` refers to `resource`."""
        index = self._referrers.get((source_type, by))
        if index is None:
            index = self._referrers[source_type, by] = {}
            for source in self._by_type.get(source_type, ()):
                for target in self.related(source, by):
                    index.setdefault(target.address, []).append(source)
        return tuple(index.get(resource.address, ()))

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        """All resources of a type."""
        return tuple(self._by_type.get(resource_type, ()))

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            index.setdefault(resource.type, []).append(resource)
        return index

    @cached_property
    def _by_place(self) -> dict[tuple[Path, str], list[Resource]]:
        """Instances by module path and "type.name"."""
        index: dict[tuple[Path, str], list[Resource]] = {}
        for resource in self.resources:
            index.setdefault((resource.module_path, type_and_name(resource.address)), []).append(resource)
        return index

    @cached_property
    def _by_value(self) -> dict[str, list[Resource]]:
        """Resources by the values that others name them by."""
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            values = {
                resource.attributes.get(name)
                for name in ("id", "arn", "name")
                if isinstance(resource.attributes.get(name), str)
            }
            for value in values:
                if value:
                    index.setdefault(value, []).append(resource)
        return index

    @cached_property
    def _module_paths(self) -> dict[tuple[Path, str], list[Path]]:
        """Instance paths of child modules by parent path and call name."""
        found: dict[tuple[Path, str], dict[Path, None]] = {}
        for path in {resource.module_path for resource in self.resources}:
            for length in range(1, len(path) + 1):
                found.setdefault((path[: length - 1], call_name(path[length - 1])), {})[path[:length]] = None
        return {place: list(paths) for place, paths in found.items()}

    def _without_each(self, refs: list[str], config: dict | object) -> list[str]:  # type: ignore[type-arg]
        """`each.value.id` stands for what `for_each` goes over."""
        if any(ref.startswith("each.") for ref in refs):
            refs = [*refs, *references(as_dict(config).get("for_each_expression"), [])]
        return refs

    def _resolve(self, refs: Iterable[str], path: Path, key: str, depth: int) -> Iterator[Resource]:
        """The resources behind references that stand in the module at `path`, in the instance with index `key`."""
        if depth > 20:
            return
        for ref in refs:
            head = ref.split(".", 1)[0]
            if head == "var" and path:
                variable = ref[4:].split(".")[0].split("[")[0]
                argument = self.configuration.argument(path, variable)
                yield from self._resolve(references(argument, []), path[:-1], _key(path[-1]), depth + 1)
            elif head == "module":
                yield from self._outputs(ref, path, key, depth)
            elif head not in NOT_RESOURCES:
                yield from self._instances(ref, path, key)

    def _outputs(self, ref: str, path: Path, key: str, depth: int) -> Iterator[Resource]:
        match = MODULE.match(ref)
        if not match or not match[3]:
            return
        children = self._module_paths.get((path, match[1]), [])
        step = f"module.{match[1]}{match[2] or ''}"
        chosen = _choose(children, lambda child: child[-1] == step, lambda child: _key(child[-1]) == key)
        for child in chosen:
            module = self.configuration.module(child)
            output = as_dict(module.outputs.get(match[3])) if module else {}
            yield from self._resolve(references(output.get("expression"), []), child, "", depth + 1)

    def _instances(self, ref: str, path: Path, key: str) -> list[Resource]:
        match = TARGET.match(ref)
        if not match:
            return []
        instances = self._by_place.get((path, f"{match[1]}.{match[2]}"), [])
        if match[3]:
            return [resource for resource in instances if _key(resource.address) == match[3]]
        return _choose(instances, lambda _: False, lambda resource: _key(resource.address) == key)

    def _by_values(self, resource: Resource, name: str) -> Iterator[Resource]:
        """Fall-back without (useful) configuration: a value that is another resource's id, arn or name."""
        steps = name.split(".")
        values = [resource.attributes.get(steps[0])]
        for step in steps[1:]:
            nested = [item for value in values for item in (value if isinstance(value, list) else [value])]
            values = [item.get(step) for item in nested if isinstance(item, dict)]
        for leaf in walk(values):
            if isinstance(leaf, str) and leaf:
                yield from self._by_value.get(leaf, ())
                if name == "resource_id" and "/" in leaf:  # autoscaling targets: "table/NAME", "table/NAME/index/INDEX"
                    yield from self._by_value.get(leaf.split("/")[1], ())
                if leaf.startswith("arn:") and ":" in leaf[4:]:
                    yield from self._by_value.get(leaf.rpartition(":")[0], ())


def _choose(items: Sequence, exact: object, same_key: object) -> list:  # type: ignore[type-arg]
    """One exact match, else those with the key of the referring instance, else all."""
    return (
        [item for item in items if exact(item)] or [item for item in items if same_key(item)] or list(items)  # type: ignore[operator]
    )


def type_and_name(address: str) -> str:
    """ "type.name" of a resource address, without modules and keys."""
    plain = address if not address.endswith("]") and "(" not in address else _without_key(address)
    head, _, name = plain.rpartition(".")
    return f"{head.rpartition('.')[2]}.{name}"


def _without_key(address: str) -> str:
    address = address.split(" (", 1)[0]
    return address[: -len(key)] if (key := _key(address)) else address


KEY = re.compile(r"(\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\])$")


def _key(address: str) -> str:
    """The index of an instance, with brackets, or nothing."""
    if not address.endswith("]"):
        return ""
    match = KEY.search(address)
    return match[1] if match else ""
