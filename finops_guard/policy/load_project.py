"""Read what is given beside the rules: the project file and the snapshot of actual spend. What is wrong is said now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.files.text import MAX_YAML_BYTES, Document, decode, parse_yaml, read_bytes
from finops_guard.model import Span
from finops_guard.policy.project import ProjectFile, project_of
from finops_guard.policy.shape import check_shape
from finops_guard.policy.spend import OLDEST_DAYS, Actuals, actuals_of


def load_project(path: str) -> ProjectFile:
    """A project file (schema `project`). Raises PolicyError with file and line."""
    document = _read(path)
    check_shape(document, schema("project"), "the project file")
    value: Mapping[str, Any] = document.value
    _refuse_both(document)
    return project_of(value, path)


def _refuse_both(document: Document) -> None:
    """A guardrail cannot be in place and not needed."""
    for name in document.value.get("not_needed", {}):
        if document.value.get(name) not in (None, False):
            raise PolicyError(f"{name} is in place, and not needed as well", document.span("not_needed", name))


def load_actuals(path: str, max_age_days: int = OLDEST_DAYS) -> Actuals:
    """A snapshot of actual spend (schema `snapshot`). Raises PolicyError with the file."""
    document = _read(path)
    check_shape(document, schema("snapshot"), "the snapshot of actual spend")
    try:
        return actuals_of(document.value, max_age_days)
    except ValueError as problem:
        raise PolicyError(str(problem), Span(path)) from None


def _read(path: str) -> Document:
    return parse_yaml(decode(read_bytes(path, PolicyError, MAX_YAML_BYTES), path, PolicyError), path, PolicyError)
