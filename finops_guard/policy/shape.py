"""Check a YAML document against a published schema, fast, with messages for people: which key, where, what was meant.

It knows the part of JSON Schema 2020-12 that our schemas use (a test compares it with a full validator), without the
80 ms that a full validator needs to be imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.text import Document

Path = tuple[Any, ...]
Schema = Mapping[str, Any]
KEYWORDS = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "enum", "const", "pattern", "format",
    "minLength", "minimum", "maximum", "exclusiveMinimum", "required", "properties", "additionalProperties",
    "minProperties", "items", "minItems", "oneOf", "examples",
}  # fmt: skip
UNKNOWN_KEY, OTHER = 0, 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One place that does not fit; unknown keys are told first, because they explain what is missing."""

    rank: int
    path: Path
    message: str
    hint: str | None = None


def check_shape(document: Document, schema: Schema, label: str, rule: int | None = None) -> None:
    """Raise PolicyError for the first thing in `document` that does not fit `schema`; `label` is what it should be.

    `rule`: only the rule of that number is looked at, because the others have been before.
    """
    if rule is None:
        first = first_problem(document.value, schema)
    else:
        place, part = ("policies", rule), schema["$defs"]["policy"]
        problems = _problems(document.value["policies"][rule], part, place, schema)
        first = min(problems, key=lambda problem: problem.rank, default=None)
    if first is None:
        return
    where = _where(first.path, document.value)
    raise PolicyError(f"{where or label}: {first.message}", document.span(*first.path), first.hint)


def first_problem(value: Any, schema: Schema) -> Problem | None:
    """The first thing that does not fit; None when all does."""
    return min(_problems(value, schema, (), schema), key=lambda problem: problem.rank, default=None)


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest right word, or all of them."""
    names = list(known)
    near = nearest(word, names)
    return f"did you mean {near!r}?" if near else f"known: {', '.join(names)}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely stands for, or None; capitals do not count."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def _where(path: Path, value: Any) -> str:
    """A path as people write it, with the id of the rule instead of its number."""
    text = ""
    for step in path:
        value = value[step] if isinstance(value, Mapping | list) and _has(value, step) else None
        if isinstance(step, int):
            name = value.get("id") or value.get("name") if isinstance(value, Mapping) else None
            text += f"[{name if isinstance(name, str) else step}]"
        else:
            text += f".{step}" if text else str(step)
    return text


def _has(value: Any, step: Any) -> bool:
    return step in value if isinstance(value, Mapping) else isinstance(step, int) and step < len(value)


def _problems(value: Any, schema: Schema, path: Path, root: Schema) -> Iterator[Problem]:
    if "$ref" in schema:
        yield from _problems(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], path, root)
    wanted = schema.get("type")
    if wanted is not None and not _is_type(value, wanted):
        kinds = wanted if isinstance(wanted, str) else " or ".join(wanted)
        yield Problem(
            OTHER, path, f"should be {_ARTICLE.get(kinds, kinds)}, not {_shown(value)}", schema.get("description")
        )
        return
    yield from _value_problems(value, schema, path)
    if isinstance(value, Mapping):
        yield from _object_problems(value, schema, path, root)
    elif isinstance(value, list):
        yield from _list_problems(value, schema, path, root)
    if "oneOf" in schema:
        yield from _choice_problems(value, schema["oneOf"], path, root)


def _value_problems(value: Any, schema: Schema, path: Path) -> Iterator[Problem]:
    if "const" in schema and not _is_in(value, [schema["const"]]):
        yield Problem(OTHER, path, f"should be {schema['const']!r}, not {_shown(value)}")
    if "enum" in schema and not _is_in(value, schema["enum"]):
        yield Problem(
            OTHER, path, f"{_shown(value)} is not a valid choice", suggestion(str(value), map(str, schema["enum"]))
        )
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield Problem(
                OTHER, path, f"should have at least {schema['minLength']} characters", schema.get("description")
            )
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield Problem(OTHER, path, f"{_shown(value)} does not have the right form", schema.get("description"))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            yield Problem(OTHER, path, f"should be at least {schema['minimum']}, not {value}")
        if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
            yield Problem(OTHER, path, f"should be more than {schema['exclusiveMinimum']}, not {value}")
        if "maximum" in schema and value > schema["maximum"]:
            yield Problem(OTHER, path, f"should be at most {schema['maximum']}, not {value}")
    if schema.get("format") == "date" and not _is_date(value):
        yield Problem(OTHER, path, f"should be a date such as 2027-03-31, not {_shown(value)}")


def _object_problems(value: Mapping[Any, Any], schema: Schema, path: Path, root: Schema) -> Iterator[Problem]:
    known: Mapping[str, Any] = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    for key, item in value.items():
        if not isinstance(key, str) and (rest is False or isinstance(key, bool) or not isinstance(key, int)):
            yield Problem(UNKNOWN_KEY, (*path, key), "a key must be text", "put it in quotes")
        elif isinstance(key, str) and key in known:
            yield from _problems(item, known[key], (*path, key), root)
        elif rest is False:
            yield Problem(UNKNOWN_KEY, (*path, key), "unknown key", suggestion(str(key), known))
        elif isinstance(rest, Mapping):
            yield from _problems(item, rest, (*path, key), root)
    for key in schema.get("required", ()):
        if key not in value:
            yield Problem(OTHER, path, f"the key {key!r} is missing")
    if len(value) < schema.get("minProperties", 0):
        yield Problem(OTHER, path, "should not be empty")


def _list_problems(value: Sequence[Any], schema: Schema, path: Path, root: Schema) -> Iterator[Problem]:
    if len(value) < schema.get("minItems", 0):
        yield Problem(OTHER, path, "should not be empty")
    if "items" in schema:
        for index, item in enumerate(value):
            yield from _problems(item, schema["items"], (*path, index), root)


def _choice_problems(value: Any, choices: Sequence[Schema], path: Path, root: Schema) -> Iterator[Problem]:
    """Exactly one choice must fit. When none does, the one that fits best says what is wrong."""
    meant = [choice for choice in choices if _names_its_keys(value, choice)]
    if len(meant) == 1:
        yield from _problems(value, meant[0], path, root)
        return
    tried = [list(_problems(value, choice, path, root)) for choice in choices]
    fitting = [choice for choice, problems in zip(choices, tried, strict=True) if not problems]
    if len(fitting) == 1:
        return
    names = [name for choice in choices for name in choice.get("required", ())]
    if fitting:
        given = [name for name in names if isinstance(value, Mapping) and name in value]
        yield Problem(OTHER, path, f"only one of {', '.join(given)} may be given")
    elif all(set(choice) == {"required"} for choice in choices):
        yield Problem(OTHER, path, f"one of {', '.join(names)} is needed")
    else:
        yield from min(tried, key=len)


def _names_its_keys(value: Any, choice: Schema) -> bool:
    """True when a map has the keys that tell this choice from the others."""
    required: Sequence[str] = choice.get("required", ())
    return bool(required) and isinstance(value, Mapping) and all(name in value for name in required)


_ARTICLE = {"object": "a map", "array": "a list", "string": "text", "number": "a number", "integer": "a whole number",
            "boolean": "true or false"}  # fmt: skip


def _is_type(value: Any, wanted: str | Sequence[str]) -> bool:
    if not isinstance(wanted, str):
        return any(_is_type(value, one) for one in wanted)
    if wanted in ("number", "integer"):
        whole = isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())
        return not isinstance(value, bool) and (whole or (wanted == "number" and isinstance(value, Decimal)))
    if wanted == "string":  # YAML turns 2027-03-31 into a date by itself
        return isinstance(value, str | date)
    kinds = {"object": Mapping, "array": list, "boolean": bool, "null": type(None)}
    return isinstance(value, kinds[wanted])


def _is_in(value: Any, allowed: Sequence[Any]) -> bool:
    """Equality as JSON has it: true is not 1."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _is_date(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        return bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    return repr(str(value)[:60]) if isinstance(value, str) else str(value).lower()[:60]
