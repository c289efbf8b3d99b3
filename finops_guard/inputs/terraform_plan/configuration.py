"""The `configuration` of a plan: which expressions give an attribute, what they refer to, which provider is meant.

All look-ups go by the module path without instance keys (`module.a[0]` is configured once, as `module.a`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

STEP = re.compile(r'module\.([^.\[]+)(\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?\.?')


@lru_cache(maxsize=65536)
def module_path(module_address: str | None) -> tuple[str, ...]:
    """`module.a["x.y"].module.b` as ('module.a["x.y"]', 'module.b')."""
    if not module_address:
        return ()
    return tuple(f"module.{match[1]}{match[2] or ''}" for match in STEP.finditer(module_address))


def call_name(step: str) -> str:
    """The name in the code of one step of a module path: `module.a[0]` is called as `a`."""
    return step.removeprefix("module.").split("[", 1)[0]


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the configuration tree, with the call that made it."""

    resources: Mapping[str, Mapping[str, Any]]  # "type.name" -> configuration
    calls: Mapping[str, Any]
    outputs: Mapping[str, Any]


@dataclass
class Configuration:
    """The configuration part of a plan; all of it may be missing."""

    document: Mapping[str, Any]
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """False when the plan was written without its configuration."""
        return isinstance(self.document.get("root_module"), dict)

    @cached_property
    def modules(self) -> dict[tuple[str, ...], Module]:
        """Every module by its path of call names."""
        found: dict[tuple[str, ...], Module] = {}
        stack: list[tuple[tuple[str, ...], Any]] = [((), self.document.get("root_module"))]
        while stack:
            path, raw = stack.pop()
            if not isinstance(raw, dict):
                continue
            resources = {
                f"{item.get('type')}.{item.get('name')}": item
                for item in as_list(raw.get("resources"))
                if isinstance(item, dict) and item.get("mode", "managed") == "managed"
            }
            calls = as_dict(raw.get("module_calls"))
            found[path] = Module(resources, calls, as_dict(raw.get("outputs")))
            stack += [((*path, name), as_dict(call).get("module")) for name, call in calls.items()]
        return found

    def module(self, path: tuple[str, ...]) -> Module | None:
        """The module at a path of instance steps (`module.a[0]`) or call names."""
        return self.modules.get(tuple(map(call_name, path)))

    def resource(self, path: tuple[str, ...], type_and_name: str) -> Mapping[str, Any] | None:
        """The configuration of a resource, or None."""
        module = self.module(path)
        return module.resources.get(type_and_name) if module else None

    @cached_property
    def providers(self) -> dict[str, Any]:
        """provider_config by key ("aws", "aws.west", "module.a:aws")."""
        return {key: as_dict(value) for key, value in as_dict(self.document.get("provider_config")).items()}

    def provider(self, key: str | None) -> tuple[Mapping[str, Any] | None, bool]:
        """The provider block behind a `provider_config_key`, and whether that is certain.

        Old Terraform writes `module.a:aws` for a provider that is handed into a module and does not say which one it is:
        then it is the block of the same name further out, which is certain only while there is just one.
        """
        if not key:
            return None, False
        if "expressions" in self.providers.get(key, {}):
            return self.providers[key], True
        local = key.rpartition(":")[2]
        plain = local.split(".")[0]
        inherited = self.providers.get(local) or self.providers.get(plain)
        blocks = [name for name, block in self.providers.items() if ":" not in name and name.split(".")[0] == plain]
        if inherited is None and len(blocks) == 1:
            inherited = self.providers[blocks[0]]
        return inherited, len(blocks) == 1

    def value(self, expression: Any, path: tuple[str, ...] = ()) -> Any:
        """The value of an expression that is a constant or one variable (followed through module calls), else None."""
        for _ in range(20):
            if not isinstance(expression, dict):
                return None
            if "constant_value" in expression:
                return expression["constant_value"]
            names = [ref for ref in as_list(expression.get("references")) if isinstance(ref, str)]
            if not names or not names[0].startswith("var."):
                return None
            variable = names[0][4:].split(".")[0].split("[")[0]
            if not path:
                return as_dict(self.variables.get(variable)).get("value")
            expression, path = self.argument(path, variable), path[:-1]
        return None

    def argument(self, path: tuple[str, ...], variable: str) -> Any:
        """The expression that a module call gives to a variable of the module at `path`, or None."""
        parent = self.module(path[:-1])
        if parent is None:
            return None
        return as_dict(as_dict(parent.calls.get(call_name(path[-1]))).get("expressions")).get(variable)


def references(expression: Any, path: list[str]) -> list[str]:
    """All references below an expression, after walking `path` through nested blocks, in order and without repeats."""
    nodes = [expression]
    for step in path:
        nodes = [child for node in nodes for child in _children(node, step)]
    found: dict[str, None] = {}
    for node in nodes:
        for reference in _all_references(node):
            found[reference] = None
    return list(found)


def _children(node: Any, step: str) -> Iterator[Any]:
    for item in node if isinstance(node, list) else [node]:
        if isinstance(item, dict):
            if step in item:
                yield item[step]
            elif "references" in item:
                yield item


def _all_references(node: Any) -> Iterator[str]:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            refs = item.get("references")
            if isinstance(refs, list) and all(isinstance(ref, str) for ref in refs):
                yield from refs
            else:
                stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def as_dict(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one: plans from other tools leave parts out or write null."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
