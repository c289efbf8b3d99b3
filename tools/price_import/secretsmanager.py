"""AWS Secrets Manager: secrets and API calls. No price list is at hand: quotes and published estimates only."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, estimated

FACTS = {
    "Secret": Line("aws/secretsmanager/secret", "secrets"),
    "API requests": Line("aws/secretsmanager/requests", "requests", per=10_000),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then unit prices of published estimates."""
    yield from from_page(tables.read("aws_facts_2026", "secrets-manager"), FACTS)
    for price in tables.reference("aws_secretsmanager_secret"):
        if price["component_text"] == "Secret":
            yield estimated(price, "aws/secretsmanager/secret", "secrets")
        elif price["component_text"] == "API requests":
            yield estimated(price, "aws/secretsmanager/requests", "requests", per=10_000)
