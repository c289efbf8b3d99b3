"""Put Unknowns where a plan says `after_unknown` or sensitive, so that no value is missing in silence."""

from __future__ import annotations

from typing import Any

from finops_guard.inputs.terraform_plan.configuration import as_dict, as_list
from finops_guard.values import Unknown

SENSITIVE = Unknown("sensitive")
COMPUTED = Unknown("known only after apply", computed=True)
AFTER_APPLY = "known only after apply"


def mark_unknown(values: dict[str, Any], unknown: Any, expressions: dict[str, Any] | None) -> None:
    """Write an Unknown for each leaf that `unknown` marks. `expressions` is the resource's configuration, None if absent.

    A top-level attribute that no expression gives is `computed`: the provider decides it. `values` is changed in place.
    """
    if not isinstance(unknown, dict):
        return
    for name, mark in unknown.items():
        if mark is True:
            expression = None if expressions is None else expressions.get(name)
            values[name] = COMPUTED if expression is None else _from(expression)
        elif mark:
            nested = None if expressions is None else expressions.get(name)
            values[name] = _merge(values.get(name), mark, nested, expressions is not None)


def _from(expression: Any) -> Unknown:
    refs = as_list(as_dict(expression).get("references"))
    return Unknown(AFTER_APPLY, tuple(ref for ref in refs if isinstance(ref, str)))


def _merge(value: Any, mark: Any, expression: Any, configured: bool) -> Any:
    """Unknowns inside a nested value. Blocks that no expression names come from a `dynamic` block: never `computed`."""
    if mark is True:
        if expression is None:
            return Unknown(AFTER_APPLY) if configured else COMPUTED
        return _from(expression)
    if isinstance(mark, dict):
        inner = as_dict(expression)
        whole = expression if "references" in inner else None
        result = value if isinstance(value, dict) else {}
        for name, sub in mark.items():
            if sub is True and whole is None and configured and inner and name not in inner:
                result[name] = COMPUTED  # an attribute of a block in the code that the code leaves to the provider
            elif sub:
                result[name] = _merge(result.get(name), sub, whole or inner.get(name), configured)
        return result
    if isinstance(mark, list):
        result_list = value if isinstance(value, list) else []
        for index, sub in enumerate(mark):
            if not sub:
                continue
            inner = expression[index] if isinstance(expression, list) and index < len(expression) else expression
            while len(result_list) <= index:
                result_list.append(None)
            result_list[index] = _merge(result_list[index], sub, None if isinstance(inner, list) else inner, configured)
        return result_list
    return value


def hide_sensitive(values: dict[str, Any], sensitive: Any) -> None:
    """Replace each leaf that `sensitive` marks, in place."""
    if sensitive is True:
        for name in values:
            values[name] = SENSITIVE
    elif isinstance(sensitive, dict):
        for name, mark in sensitive.items():
            if mark and name in values:
                values[name] = _hidden(values[name], mark)


def _hidden(value: Any, mark: Any) -> Any:
    if mark is True:
        return SENSITIVE
    if isinstance(mark, dict) and isinstance(value, dict):
        for name, sub in mark.items():
            if sub and name in value:
                value[name] = _hidden(value[name], sub)
    elif isinstance(mark, list) and isinstance(value, list):
        for index, sub in enumerate(mark[: len(value)]):
            if sub:
                value[index] = _hidden(value[index], sub)
    return value
