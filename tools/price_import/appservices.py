"""AppSync, Amplify Hosting, IoT rules and Cloud Map: single quotes."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, quoted

SERVICES = ("appsync", "amplify", "iot", "cloudmap")


def rows(tables: Tables) -> Iterator[Draft]:
    """Quotes."""
    for service in SERVICES:
        yield from quoted(f"aws/{service}/")
