"""Parameters of a rule: values with a name, used in its check as `{parameter: NAME}`, which overrides may set. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.files.text import Document
from finops_guard.policy.kinds.interface import KINDS, Source
from finops_guard.policy.shape import check_shape, suggestion

IN_MESSAGE = re.compile(r"\{parameters\.([^{}]*)\}")


def with_parameters(definition: Mapping[str, Any], document: Document, index: int) -> Mapping[str, Any]:
    """The definition of a rule with the values of its parameters in their places, checked again.

    Raises PolicyError for a parameter that does not exist or is used nowhere, and for a value that does not fit.
    """
    kind = next(name for name in KINDS if name in definition)
    stated: Mapping[str, Any] = definition.get("parameters", {})
    source = Source(document, ("policies", index), definition["id"])
    used: set[str] = set()
    for path, name in _references(definition[kind], (kind,)):
        _check(name, stated, source.at(*path))
        used.add(name)
    for name in IN_MESSAGE.findall(definition["message"]):
        _check(name, stated, source.at("message"))
        used.add(name)
    for name in stated:
        if name not in used:
            source.at("parameters", name).fail(f"the parameter {name} is used nowhere", f"write {{parameter: {name}}}")
    if not used:
        return definition
    message = IN_MESSAGE.sub(lambda match: _shown(stated[match[1]]), definition["message"])
    resolved = {**definition, kind: _filled(definition[kind], stated), "message": message}
    return checked(resolved, document, index)


def checked(definition: Mapping[str, Any], document: Document, index: int) -> Mapping[str, Any]:
    """The definition, when it fits the schema in the place of another. Raises PolicyError."""
    policies = [*document.value["policies"]]
    policies[index] = definition
    changed = replace(document, value={**document.value, "policies": policies})
    check_shape(changed, schema("policy"), "the rule file", index)
    return definition


def _check(name: Any, stated: Mapping[str, Any], source: Source) -> None:
    if name not in stated:
        hint = suggestion(str(name), stated) if stated else f"add `parameters: {{{name}: VALUE}}` to the rule"
        source.fail(f"there is no parameter {name!r}", hint)


def _references(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Where a parameter is used, and its name."""
    if isinstance(value, Mapping):
        if set(value) == {"parameter"}:
            yield path, value["parameter"]
            return
        for key, item in value.items():
            yield from _references(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _references(item, (*path, position))


def _filled(value: Any, stated: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"parameter"}:
            return stated[value["parameter"]]
        return {key: _filled(item, stated) for key, item in value.items()}
    return [_filled(item, stated) for item in value] if isinstance(value, list) else value


def _shown(value: Any) -> str:
    """A parameter in a message: braces would be placeholders, so they are left out."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.lower() if isinstance(value, bool) else text.replace("{", "").replace("}", "")


def refuse_unknown(names: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Raise PolicyError for a parameter that the rule does not have."""
    stated: Mapping[str, Any] = definition.get("parameters", {})
    for name in names:
        if name not in stated:
            hint = suggestion(name, stated) if stated else "the rule has no parameters"
            raise PolicyError(f"{definition['id']} has no parameter {name!r}", None, hint)
