"""Amazon SQS: requests of standard and FIFO queues. No price list is at hand: quotes, bills, published estimates."""

from __future__ import annotations

import json
from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, draft, estimated

MILLION = 10**6
FACTS = {
    "Standard requests": Line("aws/sqs/requests/standard", "requests", per=MILLION),
    "FIFO requests": Line("aws/sqs/requests/fifo", "requests", per=MILLION),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, list prices on bills of 2024, then unit prices of published estimates."""
    yield from from_page(tables.read("aws_facts_2026", "sqs"), FACTS)
    for row in tables.read("focus_list_unit_prices", "Amazon Simple Queue Service"):
        if "SQS standard requests in Tier1" in row.sku and row.unit == "Requests":
            yield draft(row, "aws/sqs/requests/standard", "requests", kind="relayed")
    for price in tables.reference("aws_sqs_queue"):
        kind = "fifo" if json.loads(price["attributes_json"]).get("fifo_queue") else "standard"
        yield estimated(price, f"aws/sqs/requests/{kind}", "requests", per=MILLION)
