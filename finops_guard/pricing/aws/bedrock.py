"""Amazon Bedrock: provisioned throughput (https://aws.amazon.com/bedrock/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import key, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

TERMS = {  # commitment_duration -> part of the product key, words, months
    None: ("none", "no commitment", 0),
    "onemonth": ("onemonth", "1-month commitment", 1),
    "sixmonths": ("sixmonths", "6-month commitment", 6),
}


def provisioned_throughput(throughput: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Provisioned throughput: each model unit per hour until it is deleted; a commitment forbids that before its end.

    What a commitment owes in all is a line of its own, paid over its months and no part of the monthly figure.
    """
    duration = (throughput.text("commitment_duration") or "").lower() or None
    if duration not in TERMS:
        yield unpriced("Model units", f"commitment_duration {duration} is not known", "model-unit-hours")
        return
    term, words, months = TERMS[duration]
    units = throughput.number("model_units")
    model = _base_model(throughput)
    if units is None or model is None:
        missing = "model_units is not stated" if units is None else "the base model of model_arn is not known"
        yield unpriced(f"Model units ({words})", missing, "model-unit-hours")
        return
    product = key("aws/bedrock/provisioned", model, term)
    name = f"Model units ({model}, {words})"
    yield monthly(name, product, units * HOURS_PER_MONTH, "model-unit-hours")
    if months:
        owed = units * HOURS_PER_MONTH * months
        yield monthly(f"Owed over the whole {words}", product, owed, "model-unit-hours", one_time=True)


def _base_model(throughput: Resource) -> str | None:
    """The id of the foundation model without version and context length; a custom model costs as its base model."""
    for custom in throughput.related("model_arn"):
        if custom.type == "aws_bedrock_custom_model":
            return _model_id(custom.text("base_model_identifier"))
    return _model_id(throughput.text("model_arn"))


def _model_id(arn: str | None) -> str | None:
    """`arn:aws:bedrock:us-east-1::foundation-model/cohere.command-text-v14:7:4k` is `cohere.command-text-v14`."""
    if arn is None:
        return None
    path = arn.rpartition("foundation-model/")[2] if "foundation-model/" in arn else arn
    if "custom-model/" in arn:
        path = arn.rpartition("custom-model/")[2]
    model = path.split("/")[0].split(":")[0]
    return model if "." in model else None
