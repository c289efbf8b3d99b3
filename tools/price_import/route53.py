"""Route 53: hosted zones, DNS queries, health checks. Prices hold everywhere, except for queries in GovCloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.tables import Draft, Tables, draft, estimated, quoted

ANY = "any"
BILLION = Decimal(10) ** 9
ZONES = {"DNS Zone first 25": 0, "DNS Zone": 25}
QUERIES = {"Standard External": "standard", "Latency Based Routing External": "latency", "Geo DNS External": "geo"}
HEALTH_CHECKS = {
    ("Health check", ""): "aws-endpoint",
    ("Health check", "non_aws"): "other-endpoint",
    ("Optional features", ""): "aws-endpoint-feature",
    ("Optional features", "non_aws"): "other-endpoint-feature",
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025, then what others report of it, then unit prices of published estimates."""
    for row in tables.read("aws_other", "route53"):
        if row.sku in ZONES:
            yield draft(replace(row, region=ANY), "aws/route53/hosted-zone", "zones", start=ZONES[row.sku])
            continue
        for text, kind in QUERIES.items():
            if row.sku in (f"Query {text} first 1B", f"Query {text} over 1B"):
                region = row.region if row.region.startswith("us-gov") else ANY
                start = BILLION if row.sku.endswith("over 1B") else 0
                yield draft(replace(row, region=region), f"aws/route53/queries/{kind}", "queries", start=start)
    yield from quoted("aws/route53/")
    for price in tables.reference("aws_route53_health_check"):
        endpoint = "non_aws" if "non_aws" in price["usage_json"].lower() else ""
        what = HEALTH_CHECKS[price["component_text"], endpoint]
        yield estimated(price, f"aws/route53/health-check/{what}", "checks", region=ANY)
