"""Amazon Bedrock: provisioned throughput by model, model unit and commitment; training and keeping custom models.

The price page names models as people do and no region; the regions below are those where it sells these models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from price_import.tables import Draft, Row, Tables

REGIONS = ("us-east-1", "us-west-2")
MODELS = {  # name on the price page -> model ids without version and context length
    "Amazon Nova Canvas": ("amazon.nova-canvas-v1",),
    "Cohere Command": ("cohere.command-text-v14",),
    "Cohere Command - Light": ("cohere.command-light-text-v14",),
    "Embed 3 English": ("cohere.embed-english-v3",),
    "Embed 3 Multilingual": ("cohere.embed-multilingual-v3",),
    "Llama 2 Pretrained and Chat (13B)": ("meta.llama2-13b-v1", "meta.llama2-13b-chat-v1"),
    "Llama 2 Pretrained (13B)": ("meta.llama2-13b-v1",),
    "Llama 2 Pretrained (70B)": ("meta.llama2-70b-v1", "meta.llama2-70b-chat-v1"),
    "Llama 3.1 Instruct (8B)": ("meta.llama3-1-8b-instruct-v1",),
    "Llama 3.1 Instruct (70B)": ("meta.llama3-1-70b-instruct-v1",),
    "Llama 3.2 Instruct (1B)": ("meta.llama3-2-1b-instruct-v1",),
    "Llama 3.2 Instruct (3B)": ("meta.llama3-2-3b-instruct-v1",),
    "Llama 3.2 Instruct (11B)": ("meta.llama3-2-11b-instruct-v1",),
    "Llama 3.2 Instruct (90B)": ("meta.llama3-2-90b-instruct-v1",),
}
TERMS = (
    (re.compile(r"1-month commitment", re.I), "onemonth"),
    (re.compile(r"6-month commitment", re.I), "sixmonths"),
    (re.compile(r"no commitment|no-commit", re.I), "none"),
)


def rows(tables: Tables) -> Iterator[Draft]:
    """Model unit hours of July 2026."""
    for row in tables.read("aws_bedrock"):
        if "train 1M tokens" in str(row.attributes.get("price")) or row.unit == "model-month":
            yield from _custom(row)
        if row.unit != "model-unit-hour":
            continue
        term = next(name for pattern, name in TERMS if pattern.search(str(row.attributes["price"])))
        text = f"{row.source}; the page names no region: taken for N. Virginia and Oregon"
        for model in MODELS.get(row.sku, ()):
            for region in REGIONS:
                product = f"aws/bedrock/provisioned/{model}/{term}"
                yield Draft(product, region, row.usd, "model-unit-hours", "derived", row.as_of, text)


def _custom(row: Row) -> Iterator[Draft]:
    """A custom model costs by the tokens it is trained with and by the month that it is kept."""
    part, unit = ("storage", "models") if row.unit == "model-month" else ("training", "M tokens")
    text = f"{row.source}; the page names no region: taken for N. Virginia and Oregon"
    for model in MODELS.get(row.sku, ()):
        for region in REGIONS:
            yield Draft(f"aws/bedrock/custom/{model}/{part}", region, row.usd, unit, "derived", row.as_of, text)
