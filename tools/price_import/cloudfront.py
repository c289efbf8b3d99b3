"""Amazon CloudFront: data and requests by edge location, and what is charged once for a distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.tables import Draft, Tables, draft, estimated, quoted

ANY = "any"
EDGES = {
    "United States": "us",
    "EU": "europe",
    "South Africa": "south-africa",
    "South America": "south-america",
    "Japan": "japan",
    "Australia": "australia",
    "Asia Pacific": "asia-pacific",
    "India": "india",
}
GB_PER_TB = 1024
TIERS = {  # where a tier starts, in TB a month
    "First 10 TB": 0, "Next 40 TB": 10, "next 100 TB": 50, "Next 350 TB": 150, "next 524 TB": 500, "Next 4 PB": 1024,
    "Over 5 PB": 5120,
}  # fmt: skip
ONCE = {
    "Charge for using an SSL certificate with a CloudFront alternate domain name": (
        "dedicated-ip-certificate",
        "certificates",
        0,
    ),
    "Charge for invalidating objects removing the objects from CloudFront edge locations First 1000 free": (
        "invalidation",
        "paths",
        0,
    ),
    "Charge for invalidating objects removing the objects from CloudFront edge locations": (
        "invalidation",
        "paths",
        1000,
    ),
}
SHIELD = "CloudFront Request-Origin-Shield Origin Shield Requests"
ENCRYPTION = "HTTPS Proxy requests with Field Level Encryption"


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025; the price of real-time log lines from published estimates; a quote."""
    for row in tables.read("aws_other", "cloudfront"):
        everywhere = replace(row, region=ANY)
        if row.sku in ONCE:
            what, unit, start = ONCE[row.sku]
            yield draft(everywhere, f"aws/cloudfront/{what}", unit, start=start)
        elif row.sku == SHIELD:
            yield draft(row, "aws/cloudfront/origin-shield/requests", "requests")
        elif row.sku == ENCRYPTION and row.region == "United States":
            yield draft(everywhere, "aws/cloudfront/field-level-encryption", "requests")
        for name, edge in EDGES.items():
            for text, start in TIERS.items():
                if row.sku == f"Regional DT from {name} to Internet {text}":
                    yield draft(everywhere, f"aws/cloudfront/{edge}/data-out", "GB", start=start * GB_PER_TB)
            if row.sku == f"Regional DT to Origin from {name}":
                yield draft(everywhere, f"aws/cloudfront/{edge}/data-to-origin", "GB")
            for protocol in ("HTTP", "HTTPS"):
                if row.sku == f"Request {protocol} Methods from {name}":
                    yield draft(everywhere, f"aws/cloudfront/{edge}/{protocol.lower()}-requests", "requests")
    for price in tables.reference("aws_cloudfront_distribution"):
        if price["component_text"] == "Real-time log requests":
            yield estimated(price, "aws/cloudfront/real-time-log-lines", "lines", region=ANY, per=1_000_000)
    yield from quoted("aws/cloudfront/")
