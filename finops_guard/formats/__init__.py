"""Formats: the report as text. A format is a pure function render(report, **options) -> str; see interface.py."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from finops_guard.formats.interface import Render

# Name of the format -> module with `render`, imported on first use.
FORMATS: Mapping[str, str] = {
    "table": "finops_guard.formats.table",
    "json": "finops_guard.formats.json_",
    "markdown": "finops_guard.formats.markdown",
    "review": "finops_guard.formats.review",
}
NAMES = tuple(FORMATS)


def render(name: str, report: Mapping[str, Any], **options: Any) -> str:
    """The report in the format called `name`. Raises KeyError for a name that is none of NAMES."""
    function: Render = import_module(FORMATS[name]).render
    return function(report, **options)
