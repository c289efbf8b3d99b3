"""AWS DataSync: data copied by tasks in Basic mode."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {"Data transferred": Line("aws/datasync/data-copied/basic", "GB")}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-09."""
    yield from from_page(tables.read("aws_other", "datasync"), PAGE)
