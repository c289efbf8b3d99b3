"""Language models sold by the token: OpenAI, Anthropic, Bedrock, Azure OpenAI, Vertex and others.

Prices are per 1M tokens, by provider, model and kind of token. `input_tokens` are all tokens sent; those of them that
the provider reads from its cache, or writes to it, have prices of their own. A batch costs less where a model offers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import monthly, unpriced
from finops_guard.pricing.facts import Facts, LlmProvider, llm_providers
from finops_guard.pricing.usage import BOUNDS, Usage, nearest
from finops_guard.values import RefusedValue, as_number

UNIT = "M tokens"
MILLION = Decimal(1_000_000)
TIERS = {"standard": "", "batch": "batch-", "flex": "flex-", "priority": "priority-"}
ZERO = Quantity(Decimal(0))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens a month. `cached` (read from the cache) and `cache_write` are parts of `input`."""

    input: Quantity | None
    output: Quantity | None
    cached: Quantity | None = None
    cache_write: Quantity | None = None
    tier: str = "standard"
    long_context: bool = False

    @property
    def rest(self) -> Quantity | None:
        """The input tokens at the full price. Raises RefusedValue when the parts are more than the whole."""
        left = self.input
        for part in (self.cached, self.cache_write):
            left = _less(left, part) if left is not None and part is not None else left
        return left


def llm_usage(entry: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """An entry of `llm_usage` in the usage file: tokens of one model, whoever sends them."""
    source = str(entry.span) if entry.span else "usage file"

    def quantity(name: str) -> Quantity | None:
        return _stated(name, entry.get(name), source)

    tier = "batch" if entry.flag("batch") else entry.text("tier", "standard")
    tokens = Tokens(
        quantity("input_tokens"), quantity("output_tokens"), quantity("cached_tokens"), quantity("cache_write_tokens"),
        tier, entry.flag("long_context"),
    )  # fmt: skip
    yield from token_lines(entry.text("provider", ""), entry.text("model", ""), entry.region, tokens, facts)


def _stated(name: str, value: Any, source: str) -> Quantity | None:
    """A number of tokens, or low, expected and high ones."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        low, expected, high = (as_number(f"{name}.{bound}", value.get(bound)) for bound in BOUNDS)
        return Quantity(expected, "usage", low, high, source=source)
    return Quantity(as_number(name, value), "usage", source=source)


def token_lines(provider: str, model: str, region: str | None, tokens: Tokens, facts: Facts) -> Iterator[CostComponent]:
    """The lines of the tokens of one model; one unpriced line when the price book does not know it."""
    seller = facts.llm_provider(provider)
    if seller is None:
        near = nearest(provider.lower(), llm_providers())
        yield unpriced("Tokens", f"no prices of the provider {provider!r} in the price book{near}", UNIT)
        return
    name = _plain_id(model).lower()
    start = f"llm/{seller.name}/{name}/"
    kinds = {product.removeprefix(start) for product in facts.products(start)}
    if not kinds:
        near = _near_model(name, seller, facts)
        yield unpriced("Tokens", f"no price of the {seller.name} model {name!r} in the price book{near}", UNIT)
        return
    yield from _lines(start, kinds, seller, region, tokens)


def _lines(
    start: str, kinds: set[str], seller: LlmProvider, region: str | None, tokens: Tokens
) -> Iterator[CostComponent]:
    """One line for each kind of token that is used; `kinds` are those that the model has a price for."""
    stated = (
        ("Input tokens", "input", tokens.rest),
        ("Input tokens read from the cache", "cached-input", tokens.cached),
        ("Input tokens written to the cache", "cache-write", tokens.cache_write),
        ("Output tokens", "output", tokens.output),
    )
    place, assumptions = region, []
    if not region and seller.place:
        place = seller.place
        assumptions.append(f"the price of {seller.place_words}: no region is stated")
    for name, kind, quantity in stated:
        if quantity is None:
            continue
        kind, above = _rate(f"{TIERS[tokens.tier]}{kind}", kinds, tokens.long_context)
        label = name if tokens.tier == "standard" else f"{name} ({tokens.tier})"
        if kind not in kinds and quantity != ZERO:
            yield unpriced(label, f"no price of {kind} tokens of this model in the price book", UNIT)
            continue
        said = [*assumptions, f"no request above {above} tokens: longer ones cost more"] if above else assumptions
        quantity = replace(quantity, assumption="; ".join(said) or quantity.assumption)
        yield monthly(label, f"{start}{kind}", quantity / MILLION, UNIT, region=place or None)


def _rate(kind: str, kinds: set[str], long_context: bool) -> tuple[str, str | None]:
    """The kind of price that applies, and the length of requests (like "200k") up to which it does, if there is one."""
    longer = sorted(found for found in kinds if found.startswith(f"{kind}-above-"))
    if not longer:
        return kind, None
    return (longer[0], None) if long_context else (kind, longer[0].rpartition("-")[2])


def _less(whole: Quantity, part: Quantity) -> Quantity:
    """What is left of a quantity, bound by bound."""
    if whole.value is None or part.value is None:
        return whole if whole.value is None else part
    value, low, high = (
        _left(one if one is not None else whole.value, other if other is not None else part.value)
        for one, other in ((whole.value, part.value), (whole.low, part.low), (whole.high, part.high))
    )
    bounded = any(bound is not None for bound in (whole.low, whole.high, part.low, part.high))
    return replace(whole, value=value, low=min(low, value) if bounded else None, high=high if bounded else None)


def _left(whole: Decimal, part: Decimal) -> Decimal:
    if part > whole:
        raise RefusedValue(
            "the tokens read from and written to the cache are part of the input tokens: they cannot be more"
        )
    return whole - part


def _plain_id(model: str) -> str:
    """The model's id out of an ARN of a foundation model or an inference profile."""
    return model.rpartition("/")[2] if model.startswith("arn:") else model.strip()


def _near_model(name: str, seller: LlmProvider, facts: Facts) -> str:
    """`; did you mean X?`: a model whose id holds the stated one, else the most similar id."""
    start = f"llm/{seller.name}/"
    models = sorted({product.removeprefix(start).rpartition("/")[0] for product in facts.products(start)}, key=len)
    holding = next((model for model in models if name and name in model), None)
    return f"; did you mean {holding}?" if holding else nearest(name, models)
