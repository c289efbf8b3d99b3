"""Amazon OpenSearch Service: hours of data, dedicated master and UltraWarm nodes; storage as far as it is quoted."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes, then the table of 2025-04. Elasticsearch domains run on the same instances at the same price."""
    yield from quoted("aws/opensearch/")
    for row in tables.read("aws_opensearch"):
        yield draft(row, f"aws/opensearch/instance/{row.sku.removesuffix('.search')}", "hours")
