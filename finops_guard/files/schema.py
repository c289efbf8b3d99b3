"""Check a YAML document against one of the published JSON Schemas, and say what is wrong where."""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from finops_guard.errors import FinopsGuardError
from finops_guard.files.text import Document

SCHEMAS = Path(__file__).parent.parent / "schemas"


@cache
def schema(name: str) -> dict[str, Any]:
    """A published schema by name ("config")."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def check_schema(document: Document, name: str, error: type[FinopsGuardError]) -> None:
    """Raise `error` for the first place where the document does not fit the schema, with line and nearest right key."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema(name))
    problems = sorted(validator.iter_errors(plain(document.value)), key=lambda problem: len(problem.absolute_path))
    for problem in problems:
        path = tuple(problem.absolute_path)
        if problem.validator == "additionalProperties" and isinstance(problem.instance, dict):
            allowed = list(problem.schema.get("properties", {}))
            wrong = next(key for key in problem.instance if key not in allowed)
            close = difflib.get_close_matches(str(wrong), allowed, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(allowed)}"
            raise error(f"unknown key {wrong!r}", document.span(*path, wrong), hint)
        where = ".".join(map(str, path)) or "the file"
        raise error(f"{where}: {problem.message[:200]}", document.span(*path), problem.schema.get("description"))


def plain(value: Any) -> Any:
    """The value as JSON knows it: Decimals as floats, dates as text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value) if hasattr(value, "isoformat") else float(value)
