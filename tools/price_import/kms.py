"""AWS KMS: keys, and requests by the kind of key."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

FACTS = {
    "Key": Line("aws/kms/key", "keys"),
    "API requests": Line("aws/kms/requests/symmetric", "requests", per=10_000),
    "Asymmetric requests": Line("aws/kms/requests/asymmetric", "requests", per=10_000),
}
PAGE = {
    "Encryption Key": Line("aws/kms/key", "keys"),
    "API request - Non Free Tier": Line("aws/kms/requests/symmetric", "requests"),
    "Asymmetric Requests RSA_2048": Line("aws/kms/requests/rsa-2048", "requests"),
    "Asymmetric Requests except RSA_2048API": Line("aws/kms/requests/asymmetric", "requests"),
    "API Requests GenerateDatakeyPair ECC": Line("aws/kms/requests/ecc-data-key-pair", "requests"),
    "API Requests GenerateDatakeyPair RSA": Line("aws/kms/requests/rsa-data-key-pair", "requests"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price page of 2025."""
    yield from from_page(tables.read("aws_facts_2026", "kms"), FACTS)
    yield from from_page(tables.read("aws_other", "kms"), PAGE)
