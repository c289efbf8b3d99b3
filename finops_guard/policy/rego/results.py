"""What a rule answered, as single results: a text, or an object with msg and more. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.model import PolicyAction, Span
from finops_guard.policy.rule import SEVERITIES, STRICTNESS
from finops_guard.policy.shape import suggestion

ACTIONS = tuple(name for name in STRICTNESS if name != "allow")
MESSAGES = ("msg", "message")


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that a rule found. What is None is left to the rule."""

    message: str
    id: str | None = None
    severity: str | None = None
    action: PolicyAction | None = None
    address: str | None = None
    span: Span | None = None
    remediation: str | None = None


def results(value: Any, span: Span | None, title: str) -> list[Result]:
    """The findings in the value of a rule; those with `failed: false` passed. Raises PolicyError for what is no result."""
    return [found for item in _items(value, span) if (found := _result(item, span, title)) is not None]


def _items(value: Any, span: Span | None) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return [value] if value else []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        if any(name in value for name in MESSAGES):
            return [value]
        if all(one is True for one in value.values()):  # deny[msg] in v1: an object with the results as its keys
            return [_decoded(key) for key in value]
    raise PolicyError(f"a result is a text or an object with msg, not {_shown(value)}", span)


def _decoded(key: str) -> Any:
    if not key.startswith("{"):
        return key
    try:
        return json.loads(key)
    except ValueError:
        return key


def _result(item: Any, span: Span | None, title: str) -> Result | None:
    if item is True:
        return Result(title)
    if isinstance(item, str):
        return Result(item)
    if not isinstance(item, Mapping):
        raise PolicyError(f"a result is a text or an object with msg, not {_shown(item)}", span)
    if item.get("failed") is False:
        return None
    message = next((item[name] for name in MESSAGES if isinstance(item.get(name), str)), None)
    if message is None:
        raise PolicyError(f"a result without msg: {_shown(item)}", span)
    return Result(
        message,
        _text(item, "id", span),
        _choice(item, "severity", SEVERITIES, span),
        _choice(item, "action", ACTIONS, span),
        _address(item.get("resource")),
        _place(item.get("_loc")),
        _text(item, "remediation", span),
    )


def _text(item: Mapping[str, Any], name: str, span: Span | None) -> str | None:
    value = item.get(name)
    if value is not None and not (isinstance(value, str) and value):
        raise PolicyError(f"{name} of a result should be text, not {_shown(value)}", span)
    return value


def _choice(item: Mapping[str, Any], name: str, known: Sequence[str], span: Span | None) -> Any:
    value = item.get(name)
    if value is not None and value not in known:
        raise PolicyError(f"{name} {_shown(value)} of a result is unknown", span, suggestion(str(value), known))
    return value


def _address(value: Any) -> str | None:
    """The address of a resource: as text, or in a resource of the input."""
    found = value.get("address", value.get("name")) if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else None


def _place(value: Any) -> Span | None:
    """Conftest's `_loc: {file, line}`."""
    if not isinstance(value, Mapping) or not isinstance(value.get("file"), str):
        return None
    line = value.get("line")
    return Span(value["file"], line if isinstance(line, int) and line > 0 else None)


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)[:80]


def exempted(exceptions: Any, rule: str) -> bool:
    """True when an `exception` of the package names the rule, by the part after deny_, violation_ or warn_.

    The empty text means the rules that are called deny, violation or warn and nothing more, as under Conftest.
    """
    suffix = rule.partition("_")[2] if not rule.startswith("require_approval") else rule[len("require_approval_") :]
    sets = exceptions if isinstance(exceptions, list) else [_decoded(key) for key in exceptions or ()]
    return any(suffix in one for one in sets if isinstance(one, list))
