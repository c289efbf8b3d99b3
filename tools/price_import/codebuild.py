"""AWS CodeBuild: build minutes by kind and size of the machine. Unit prices of published estimates."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

SIZES = ("small", "medium", "large")
LINES = {
    f"{system} (general1.{size})": Line(f"aws/codebuild/{system.lower()}/general1.{size}", "minutes")
    for system in ("Linux", "Windows")
    for size in SIZES
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates."""
    yield from by_component(tables, "aws_codebuild_project", LINES)
