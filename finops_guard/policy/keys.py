"""Keys of clauses: JMESPath over the policy input, where an Unknown on the way makes the answer Unknown, never absent.

Plain paths (`values.root_block_device[].volume_type`) are walked directly; only others need the JMESPath library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from finops_guard.policy.shape import suggestion
from finops_guard.values import Unknown

Key = Callable[[Any], Any]
PLAIN = re.compile(r"[A-Za-z_]\w*(\[\])?(\.([A-Za-z_]\w*|\"[^\"\\]+\")(\[\])?)*")
PART = re.compile(r"([A-Za-z_]\w*)|\"([^\"\\]+)\"|(\[\])")
EACH = object()


class Named(tuple[str, ...]):
    """The fields below a field that has a value of its own as well (`project` is a name, `project.stage` a field)."""


class BadKey(Exception):
    """A key that is no JMESPath, that misleads, or that names a field which the policy input does not have."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class AtLeast(Decimal):
    """A figure of which a part is not known: the true one is this or more."""

    prefix = "at least "
    unknown: Unknown

    @classmethod
    def of(cls, value: Decimal, unknown: Unknown) -> AtLeast:
        """The known part, and why the rest is not known."""
        figure = cls(value)
        figure.unknown = unknown
        return figure


def key(text: str, fields: Mapping[str, Any]) -> tuple[Key, frozenset[str]]:
    """A function that reads the key from a policy input, and the fields (`totals.delta`, `tags`) that it starts from.

    `fields` maps each field to the mapping of its own fields, or None when anything may stand below it.
    """
    if PLAIN.fullmatch(text):
        steps = [EACH if each else plain or quoted for plain, quoted, each in PART.findall(text)]
        root = frozenset({_root(steps, fields)})
        if len(steps) == 1:
            return _field(str(steps[0])), root
        return (lambda resource: walk(resource, steps)), root
    return _expression(text, fields)


def _field(name: str) -> Key:
    """A key that is the name of a field: most are."""

    def read(resource: Any) -> Any:
        value = resource.get(name)
        return None if isinstance(value, Unknown) and value.computed else value

    return read


def walk(value: Any, steps: list[Any], start: int = 0) -> Any:
    """Follow the steps. Absent is None, also what the provider decides; an Unknown that the code states is returned."""
    for position in range(start, len(steps)):
        if value is None:
            return None
        if isinstance(value, Unknown):
            break
        step = steps[position]
        if step is EACH:
            return list(_walk_each(value, steps, position + 1))
        value = value.get(step) if hasattr(value, "get") else None
    if isinstance(value, Unknown):
        return None if value.computed else value
    return value


def _walk_each(value: Any, steps: list[Any], position: int) -> Iterator[Any]:
    """The rest of the path for each element of a list; one block written as a map counts as a list of one."""
    for element in value if isinstance(value, list) else [value]:
        found = walk(element, steps, position)
        if isinstance(found, list):
            yield from (item for item in found if item is not None)
        elif found is not None:
            yield found


def _root(steps: Iterable[Any], fields: Mapping[str, Any]) -> str:
    """The field that a path starts from. Raises BadKey for one that does not exist: it would always be absent."""
    first, *rest = [step for step in steps if step is not EACH]
    if first not in fields:
        raise BadKey(f"the policy input has no field {first!r}", suggestion(str(first), fields))
    inner = fields[first]
    if inner is None or (isinstance(inner, Named) and not rest):
        return str(first)
    if not rest or rest[0] not in inner:
        wrong = f"{first}.{rest[0]}" if rest else f"{first} alone"
        raise BadKey(
            f"the policy input has no field {wrong!r}", suggestion(wrong, [f"{first}.{name}" for name in inner])
        )
    return f"{first}.{rest[0]}"


def _expression(text: str, fields: Mapping[str, Any]) -> tuple[Key, frozenset[str]]:
    import jmespath
    from jmespath.exceptions import JMESPathError
    from jmespath.visitor import TreeInterpreter

    try:
        parsed = jmespath.compile(text)
    except JMESPathError as problem:
        raise BadKey(f"not a JMESPath expression: {str(problem).splitlines()[0]}") from None
    _refuse_misread_not(parsed.parsed, text)
    roots = frozenset(_root(path, fields) for path in _root_paths(parsed.parsed))

    class Interpreter(TreeInterpreter):  # type: ignore[misc]  # jmespath has no types
        """JMESPath that notes each Unknown it meets."""

        def __init__(self) -> None:
            super().__init__()
            self.met: Unknown | None = None

        def note(self, unknown: Unknown) -> None:
            if self.met is None and not unknown.computed:
                self.met = unknown

        def visit(self, node: Any, value: Any, *more: Any, **options: Any) -> Any:
            result = super().visit(node, value, *more, **options)
            if isinstance(result, Unknown):
                self.note(result)
                return None
            if isinstance(result, list):
                for item in result:
                    if isinstance(item, Unknown):
                        self.note(item)
                return [item for item in result if not isinstance(item, Unknown)]
            return result

    def read(resource: Any) -> Any:
        interpreter = Interpreter()
        try:
            result = interpreter.visit(parsed.parsed, resource)
        except (JMESPathError, TypeError, ValueError, ArithmeticError) as problem:
            return Unknown(f"{text} cannot be evaluated: {str(problem).splitlines()[0]}")
        return result if interpreter.met is None else interpreter.met

    return read, roots


def _refuse_misread_not(node: Any, text: str) -> None:
    """`!tags.Team` is `(!tags).Team` to JMESPath, which is always null."""
    children: list[Any] = list(node.get("children", ()))
    if node.get("type") == "subexpression" and children[0].get("type") == "not_expression":
        raise BadKey(f"{text!r} applies `!` to the first name only, and is always null", "write !(a.b) for !a.b")
    for child in children:
        if isinstance(child, dict):
            _refuse_misread_not(child, text)


def _leading(node: Any) -> list[str]:
    """The name that an expression starts with: `b` of `b[0].c`."""
    while node["type"] != "field":
        if not node.get("children"):
            return []
        node = node["children"][0]
    return [node["value"]]


def _root_paths(node: Any) -> Iterator[list[Any]]:
    """The paths of an expression that start at the policy input itself, as far as they are plain names."""
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        yield [node["value"]]
    elif kind in ("subexpression", "index_expression"):
        first = list(_root_paths(children[0]))
        rest = [name for child in children[1:] for name in _leading(child)]
        yield from ([*path, *rest] for path in first)
    elif kind in ("projection", "value_projection", "filter_projection", "flatten", "pipe"):
        names = [children[1]["value"]] if kind == "value_projection" and children[1]["type"] == "field" else []
        yield from ([*path, *names] for path in _root_paths(children[0]))
    elif kind not in ("literal", "current", "identity", "expref"):
        for child in children:
            if isinstance(child, dict):
                yield from _root_paths(child["children"][0] if child["type"] == "key_val_pair" else child)
