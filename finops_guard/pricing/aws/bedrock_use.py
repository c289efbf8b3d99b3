"""Amazon Bedrock on demand: agents, flows, prompts, knowledge bases, guardrails, custom models and AgentCore
(https://aws.amazon.com/bedrock/pricing/, /bedrock/agentcore/pricing/).

None of them has a fee of its own while nothing calls it: they are charged by the tokens of their model, which the usage
file states: `monthly_input_tokens` (all tokens sent), of them `monthly_cached_tokens` and `monthly_cache_write_tokens`,
and `monthly_output_tokens`; `tier` (standard, batch, flex, priority).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import key, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.llm import MILLION, TIERS, UNIT, Tokens, token_lines
from finops_guard.pricing.usage import Usage
from finops_guard.values import RefusedValue, Unknown

GUARDRAIL_POLICIES = {  # block -> part of the product key, words; word filters are free of charge
    "content_policy_config": ("content-filters", "Content filters"),
    "topic_policy_config": ("denied-topics", "Denied topics"),
    "sensitive_information_policy_config": ("sensitive-information", "Sensitive information filters"),
    "contextual_grounding_policy_config": ("contextual-grounding", "Contextual grounding checks"),
}
TEXT = {"monthly_input_tokens": "Input tokens", "monthly_output_tokens": "Output tokens"}
EMBEDDING = {"monthly_input_tokens": "Embedding tokens"}
AGENTCORE = "aws/bedrock-agentcore"
RUNTIME = (
    Meter("monthly_vcpu_hours", "vCPU-hours", f"{AGENTCORE}/runtime/vcpu-hours", "hours"),
    Meter("monthly_gb_hours", "Memory GB-hours", f"{AGENTCORE}/runtime/gb-hours", "GB-hours"),
)
GATEWAY = (
    Meter("monthly_invocations", "Tool invocations", f"{AGENTCORE}/gateway/invocations", "requests"),
    Meter("monthly_searches", "Tool searches", f"{AGENTCORE}/gateway/searches", "requests"),
)
MEMORY = (
    Meter("monthly_events", "Short-term memory events", f"{AGENTCORE}/memory/events", "events"),
    Meter("stored_records", "Long-term memory records", f"{AGENTCORE}/memory/records", "records"),
    Meter("monthly_retrievals", "Long-term memory retrievals", f"{AGENTCORE}/memory/retrievals", "requests"),
)


def agent(agent: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Agent: the tokens of its foundation model."""
    yield from settled("Tokens", _tokens(agent, "foundation_model", usage, facts))


def inference_profile(profile: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Application inference profile: the tokens that are called through it, at the price of its model."""
    model = profile.block("model_source").text("copy_from")
    yield from token_usage(model, profile.region, usage, facts)


def prompt(prompt: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Prompt: free to keep; its tokens, when the usage file counts them here, at the price of its first model."""
    if "monthly_input_tokens" in usage or "monthly_output_tokens" in usage:
        variants = prompt.blocks("variant")
        yield from token_usage(variants[0].text("model_id") if variants else None, prompt.region, usage, facts)


def flow(flow: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Flow: each transition from node to node; the tokens of its prompts and agents are charged besides."""
    meters = (
        Meter("monthly_node_transitions", "Node transitions", "aws/bedrock/flows/node-transitions", "transitions"),
    )
    yield from metered(usage, meters)
    if "model" in usage:
        yield from token_usage(usage.text("model"), flow.region, usage, facts)


def knowledge_base(base: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Knowledge base: the tokens that its embedding model reads. Its vector store is charged by itself.

    A store outside the code, such as OpenSearch Serverless, costs money whether it is queried or not.
    """
    config = base.block("knowledge_base_configuration")
    model = config.block("vector_knowledge_base_configuration").get("embedding_model_arn")
    if isinstance(model, Unknown):
        model = None if model.computed else model
    if config.text("type", "VECTOR").upper() == "VECTOR":
        name = "Embedding tokens"
        if isinstance(model, Unknown):
            yield unpriced(name, f"the embedding model is {model}", UNIT)
        else:
            yield from token_usage(model, base.region, usage, facts, EMBEDDING)
    yield from stated(usage, (Meter("monthly_rerank_queries", "Reranking queries", "aws/bedrock/rerank", "requests"),))


def guardrail(guardrail: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Guardrail: each text unit (1,000 characters, prompts and answers) once for each kind of policy that is set."""
    for block, (part, words) in GUARDRAIL_POLICIES.items():
        if guardrail.count_of(block):
            units = usage.number("monthly_text_units")
            yield monthly(words, f"aws/bedrock/guardrails/{part}", units, "text units")


def custom_model(model: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Custom model: once the tokens it is trained with, then the month that it is kept. Use is provisioned throughput."""
    name = (model.text("base_model_identifier") or "").rpartition("/")[2].split(":")[0]
    if not name:
        yield unpriced("Custom model", "the base model is not known")
        return
    product = key("aws/bedrock/custom", name)
    yield monthly("Model storage", f"{product}/storage", 1, "models")
    tokens = usage.number("training_tokens") / MILLION
    yield monthly(f"Training ({name})", f"{product}/training", tokens, UNIT, one_time=True)


def agent_runtime(runtime: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """AgentCore runtime, browser or code interpreter: vCPU and memory by the second that a session uses them."""
    yield from metered(usage, RUNTIME)


def gateway(gateway: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """AgentCore gateway: each call of a tool and each search for one."""
    yield from metered(usage, GATEWAY)


def memory(memory: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """AgentCore memory: events written, records kept and read."""
    yield from metered(usage, MEMORY)


def _tokens(owner: Resource, attribute: str, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Tokens of the model that an attribute names, or of the inference profile that it refers to."""
    profile = next((found for found in owner.related(attribute) if found.type == "aws_bedrock_inference_profile"), None)
    model = profile.block("model_source").text("copy_from") if profile else owner.text(attribute)
    yield from token_usage(model, owner.region, usage, facts)


def token_usage(
    model: str | None, region: str | None, usage: Usage, facts: Facts, asked: Mapping[str, str] = TEXT
) -> Iterator[CostComponent]:
    """The lines of the tokens that the usage file states for one model; `asked` are the keys that it should have."""
    tier = usage.text("tier") or "standard"
    if tier not in TIERS:
        raise RefusedValue(f"tier should be one of {', '.join(TIERS)}, not {tier!r}")
    if not any(name in usage for name in asked):
        for name, words in asked.items():
            yield monthly(words, None, usage.number(name), UNIT, reason=f"depends on usage: set {name}")
        return
    if model is None:
        yield unpriced("Tokens", "the model is not stated", UNIT)
        return
    tokens = Tokens(
        _stated(usage, "monthly_input_tokens"), _stated(usage, "monthly_output_tokens"),
        _stated(usage, "monthly_cached_tokens"), _stated(usage, "monthly_cache_write_tokens"), tier,
    )  # fmt: skip
    for name in asked:
        if name not in usage:
            yield monthly(asked[name], None, usage.number(name), UNIT, reason=f"depends on usage: set {name}")
    yield from token_lines("bedrock", model, region, tokens, facts)


def _stated(usage: Usage, name: str) -> Quantity | None:
    return usage.number(name) if name in usage else None
