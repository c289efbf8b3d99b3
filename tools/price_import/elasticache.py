"""Amazon ElastiCache: nodes of Redis OSS, Valkey and Memcached, one-year reservations, backups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.published import reserved_offer, tight_rows
from price_import.tables import Draft, Tables, draft, estimated, quoted

QUOTE = re.compile(r"^(cache\.\S+) (redis|valkey)$")
SERVERLESS = re.compile(r"^Serverless (Redis|Valkey) (storage|ECPU)$")
MILLION = 1_000_000


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, the table of 2025-04, published estimates for backups and partial upfront reservations."""
    for row in tables.read("aws_facts_2026", "elasticache"):
        if match := QUOTE.match(row.sku):
            yield draft(row, f"aws/elasticache/instance/{match[1]}/{match[2]}", "hours")
        elif match := SERVERLESS.match(row.sku):
            engine = match[1].lower()
            if match[2] == "storage":
                yield draft(row, f"aws/elasticache/serverless/{engine}/storage", "GB-hours")
            else:
                yield draft(row, f"aws/elasticache/serverless/{engine}/ecpu", "ECPUs", per=MILLION)
    yield from quoted("aws/elasticache/")
    for row in tables.read("aws_elasticache"):
        node = f"{row.sku}/{row.attributes['engine']}"
        yield draft(row, f"aws/elasticache/instance/{node}", "hours")
        if "reserved_1yr_no_upfront" in row.attributes:
            price = Decimal(str(row.attributes["reserved_1yr_no_upfront"]))
            yield draft(replace(row, usd=price), f"aws/elasticache/reserved/{node}/1-year/no-upfront", "hours")
    for row, attributes, usage in tight_rows(tables, "aws_elasticache_cluster"):
        if row["component_text"] == "Backup storage":
            yield estimated(row, "aws/elasticache/backup", "GB")
        elif "(reserved" in row["component_text"]:
            node = f"{attributes['node_type']}/{attributes['engine']}"
            yield estimated(row, f"aws/elasticache/reserved/{node}/{reserved_offer(usage)}", "hours")
