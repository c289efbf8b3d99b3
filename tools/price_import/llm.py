"""Tokens of language models by provider and model: one product for each kind of token, USD per 1M tokens.

A model that costs more in a geography has the geography as its region ("eu" of Azure's data zones). On Bedrock an inference
profile (`eu.anthropic...`) has one price wherever it is called. A model id without a geography is given the two US regions, at
the price of its US profile where there is one: AWS lists geographic and in-Region inference together, dearer than global.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.tables import Draft, Row, Tables, draft

MODES = {"chat", "responses", "completion", "embedding"}
PROVIDERS = {  # provider of the table -> provider of the book; of two that hold one model the first wins
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "azure": "azure-openai",
    "azure_ai": "azure-ai",
    "bedrock_converse": "bedrock",
    "bedrock": "bedrock",
    "bedrock_mantle": "bedrock",
    "vertex_ai-language-models": "vertex",
    "vertex_ai": "vertex",
    "vertex_ai-anthropic_models": "vertex",
    "vertex_ai-embedding-models": "vertex",
    "vertex_ai-ai21_models": "vertex",
    "vertex_ai-deepseek_models": "vertex",
    "vertex_ai-llama_models": "vertex",
    "vertex_ai-minimax_models": "vertex",
    "vertex_ai-mistral_models": "vertex",
    "vertex_ai-moonshot_models": "vertex",
    "vertex_ai-openai_models": "vertex",
    "vertex_ai-qwen_models": "vertex",
    "vertex_ai-zai_models": "vertex",
    "gemini": "gemini",
    "mistral": "mistral",
    "cohere_chat": "cohere",
    "cohere": "cohere",
    "xai": "xai",
    "deepseek": "deepseek",
    "groq": "groq",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "deepinfra": "deepinfra",
    "cerebras": "cerebras",
    "voyage": "voyage",
    "nebius": "nebius",
    "oci": "oci",
    "watsonx": "watsonx",
    "databricks": "databricks",
}
PLACES = {"azure-openai": ("global",), "vertex": ("global",), "bedrock": ("us-east-1", "us-west-2")}
BEDROCK_PLACES = "; an id without a geography: taken for N. Virginia and Oregon"
AS_PROFILE = "; the price of the US inference profile: geographic and in-Region inference have one price"
GEOGRAPHIES = {
    "global": "global",
    "global-standard": "global",
    "eu": "eu",
    "us": "us",
    "apac": "apac",
    "us-gov": "us-gov",
}
KINDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached-input",
    "input_cost_per_token_cache_hit": "cached-input",
    "cache_creation_input_token_cost": "cache-write",
    "cache_creation_input_token_cost_above_1hr": "cache-write-1h",
}
TIERS = {"batches": "batch-", "flex": "flex-", "priority": "priority-", None: ""}
DIMENSION = re.compile(r"(.+?)(?:_above_(\d+k)_tokens)?(?:_(batches|flex|priority))?")
AWS_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def rows(tables: Tables) -> Iterator[Draft]:
    """Token prices as read in November 2026. A price of zero is how the table says that it does not know one."""
    order = {name: place for place, name in enumerate(PROVIDERS)}
    listed = [row for row in _read(tables) if _wanted(row)]
    listed.sort(key=lambda row: (order[_provider(row)], -len(row.region)))
    profiles = {_model(row.sku, "bedrock")[0] for row in listed if PROVIDERS[_provider(row)] == "bedrock"}
    for row in listed:
        if PROVIDERS[_provider(row)] == "bedrock":
            yield from _in_region(row, profiles)
        yield from _prices(row, profiles)


def file_of(product: str) -> str:
    """Each provider has a file of its own below `prices/`."""
    return f"llm/{product.split('/')[1]}.csv"


def _read(tables: Tables) -> Iterator[Row]:
    """The rows of the table, the provider among their attributes."""
    for raw in tables.plain("llm_tokens"):
        attributes = json.loads(raw["attributes_json"]) | {"provider": raw["provider"]}
        yield Row(
            raw["service"], raw["region"], raw["sku_or_class"], attributes, raw["unit"], Decimal(raw["usd"]), raw["as_of"],
            raw["source"],
        )  # fmt: skip


def _provider(row: Row) -> str:
    return str(row.attributes["provider"])


def _wanted(row: Row) -> bool:
    known = _provider(row) in PROVIDERS and row.attributes.get("mode") in MODES
    return known and row.unit == "1M tokens" and row.usd > 0 and _kind(row) is not None


def _kind(row: Row) -> str | None:
    """`batch-input-above-200k` for input_cost_per_token_above_200k_tokens_batches; None for what is not text tokens."""
    match = DIMENSION.fullmatch(str(row.attributes["dimension"]))
    if match is None or match[1] not in KINDS:
        return None
    above = f"-above-{match[2]}" if match[2] else ""
    return f"{TIERS[match[3]]}{KINDS[match[1]]}{above}"


def _in_region(row: Row, profiles: set[str | None]) -> Iterator[Draft]:
    """The price of a US profile for the model itself in the US regions."""
    model, _ = _model(row.sku, "bedrock")
    if model is not None and model.startswith("us.") and model.removeprefix("us.") in profiles:
        product = f"llm/bedrock/{model.removeprefix('us.').lower()}/{_kind(row)}"
        for region in PLACES["bedrock"]:
            yield draft(
                replace(row, region=region, source=f"{row.source}{AS_PROFILE}"), product, "M tokens", kind="derived"
            )


def _prices(row: Row, profiles: set[str | None]) -> Iterator[Draft]:
    provider = PROVIDERS[_provider(row)]
    model, place = _model(row.sku, provider)
    if model is None or (provider == "bedrock" and place is None and f"us.{model}" in profiles):
        return
    product = f"llm/{provider}/{model.lower()}/{_kind(row)}"
    if place is None and provider == "bedrock" and _has_geography(model):
        place = "any"
    text = f"{row.source}{BEDROCK_PLACES}" if provider == "bedrock" and place is None else row.source
    for region in (place,) if place else PLACES.get(provider, ("any",)):
        yield draft(replace(row, region=region, source=text), product, "M tokens", kind="relayed")


def _has_geography(model: str) -> bool:
    return model.split(".")[0] in ("us", "eu", "apac", "global", "au", "jp", "us-gov", "ca", "sa")


def _model(sku: str, provider: str) -> tuple[str | None, str | None]:
    """The model's id and, when the table's name holds one, its geography. None for what is no model id of the provider."""
    parts = sku.split("/")
    if provider == "bedrock":
        return _bedrock_model(parts)
    if provider == "azure-openai" and len(parts) == 3:
        return (parts[2], GEOGRAPHIES[parts[1]]) if parts[1] in GEOGRAPHIES else (None, None)
    prefixes = {name for name, book in PROVIDERS.items() if book == provider} | {provider}
    return "/".join(parts[1:] if len(parts) > 1 and parts[0] in prefixes else parts), None


def _bedrock_model(parts: list[str]) -> tuple[str | None, str | None]:
    """Names are `MODEL`, `bedrock/REGION/MODEL` or `bedrock_mantle/MODEL`; a model id starts with its maker's name."""
    model, between = parts[-1], [part for part in parts[:-1] if part not in ("bedrock", "bedrock_mantle")]
    region = between[0] if len(between) == 1 and AWS_REGION.fullmatch(between[0]) else None
    if (between and region is None) or "." not in model.split(":")[0] or model.startswith("claude-"):
        return None, None
    return model, region
