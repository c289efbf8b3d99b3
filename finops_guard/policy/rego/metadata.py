"""`# METADATA` annotations of Rego files, read by us: the embedded engine does not know them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.text import parse_yaml
from finops_guard.model import Span
from finops_guard.policy.rego.text import Comment, Module
from finops_guard.policy.rule import SEVERITIES, STRICTNESS
from finops_guard.policy.shape import nearest, suggestion

KEYS = (
    "scope", "title", "description", "related_resources", "authors", "organizations", "schemas", "entrypoint", "custom",
    "compile", "labels",
)  # fmt: skip
SCOPES = ("rule", "document", "package", "subpackages")
CUSTOM = ("id", "name", "severity", "action", "remediation", "on_unknown", "suppressible")
VALUES: Mapping[str, Sequence[Any]] = {
    "severity": SEVERITIES,
    "action": [name for name in STRICTNESS if name != "allow"],
    "on_unknown": ["ignore", *(name for name in STRICTNESS if name != "allow")],
    "suppressible": [True, False],
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What stands in one METADATA block. `spans` says where each custom key stands."""

    scope: str
    line: int  # of what it is about: the line after the block
    title: str | None = None
    description: str | None = None
    references: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of a module: those of its package, and those of its rules by name."""

    package: Annotation | None = None
    rules: Mapping[str, Annotation] = field(default_factory=dict)


def notes_of(module: Module) -> Annotations:
    """The annotations of a module. Raises PolicyError for a key or value that cannot be meant."""
    package: Annotation | None = None
    rules: dict[str, Annotation] = {}
    for block in _blocks(module.comments):
        annotation = _annotation(block, module)
        if annotation.scope in ("package", "subpackages"):
            package = annotation
            continue
        name = next((clause.name for clause in module.rules if clause.line >= annotation.line), None)
        if name is None:
            raise PolicyError("METADATA without a rule below it", module.span(block[0].line))
        rules[name] = _joined(rules.get(name), annotation, name)
    return Annotations(package, rules)


def _blocks(comments: Sequence[Comment]) -> Iterator[list[Comment]]:
    """Each `# METADATA` line with the comment lines right below it."""
    block: list[Comment] = []
    for comment in comments:
        starts = comment.alone and comment.text.strip() == "METADATA"
        if block and (starts or not comment.alone or comment.line != block[-1].line + 1):
            yield block
            block = []
        if starts or block:
            block.append(comment)
    if block:
        yield block


def _annotation(block: Sequence[Comment], module: Module) -> Annotation:
    first = block[0].line
    text = "\n" * first + "\n".join(
        f" {comment.text}" for comment in block[1:]
    )  # so that its lines count as the file's do
    document = parse_yaml(text, module.path, PolicyError)
    value = document.value if document.value is not None else {}
    if not isinstance(value, dict):
        raise PolicyError("METADATA holds keys such as title and custom", module.span(first))

    def place(*path: Any) -> Span:
        found = document.span(*path)
        return found if found is not None and found.line else module.span(first)

    for key in value:
        if key not in KEYS:
            raise PolicyError(f"METADATA has no key {key!r}", place(key), suggestion(str(key), KEYS))
    after = block[-1].line + 1
    scope = value.get("scope", "package" if after <= module.package_line else "rule")
    if scope not in SCOPES:
        raise PolicyError(f"METADATA has no scope {scope!r}", place("scope"), suggestion(str(scope), SCOPES))
    custom = value.get("custom") or {}
    if not isinstance(custom, dict):
        raise PolicyError("custom is a map", place("custom"))
    for key, given in custom.items():
        _check_custom(str(key), given, place("custom", key))
    return Annotation(
        scope,
        after,
        _text(value, "title", place),
        _text(value, "description", place),
        tuple(_references(value.get("related_resources") or ())),
        {str(key): given for key, given in custom.items()},
        {str(key): place("custom", key) for key in custom},
    )


def _check_custom(key: str, given: Any, span: Span) -> None:
    """Other programs have keys of their own; one that is nearly ours is a slip."""
    if key not in CUSTOM:
        near = nearest(key, CUSTOM)
        if near is not None:
            raise PolicyError(f"custom has no key {key!r}", span, f"did you mean {near!r}?")
        return
    if key in VALUES and given not in VALUES[key]:
        words = ", ".join(str(one).lower() for one in VALUES[key])
        raise PolicyError(f"{key} {given!r} is none of {words}", span, suggestion(str(given), map(str, VALUES[key])))
    if key not in VALUES and not (isinstance(given, str) and given.strip()):
        raise PolicyError(f"{key} should be text", span)


def _text(value: Mapping[str, Any], key: str, place: Any) -> str | None:
    found = value.get(key)
    if found is not None and not isinstance(found, str):
        raise PolicyError(f"{key} should be text", place(key))
    return found


def _references(items: Any) -> Iterator[str]:
    for item in items if isinstance(items, list) else [items]:
        yield str(item.get("ref", item) if isinstance(item, dict) else item)


def _joined(first: Annotation | None, second: Annotation, name: str) -> Annotation:
    """The annotation of a rule with several bodies. Nobody can tell which body gave a result, so they must agree."""
    if first is None:
        return second
    for key, given in second.custom.items():
        if key in CUSTOM and first.custom.get(key, given) != given:
            raise PolicyError(
                f"two bodies of {name} have a different {key}",
                second.spans[key],
                f"give one of them a name of its own, such as {name}_2, or put {key} into the result",
            )
    return Annotation(
        first.scope,
        first.line,
        first.title or second.title,
        first.description or second.description,
        tuple(dict.fromkeys((*first.references, *second.references))),
        {**second.custom, **first.custom},
        {**second.spans, **first.spans},
    )
