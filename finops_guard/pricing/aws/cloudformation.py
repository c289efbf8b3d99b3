"""AWS CloudFormation (https://aws.amazon.com/cloudformation/pricing/)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import UnknownValue

FREE_NAMESPACES = ("AWS::", "Alexa::", "Custom::")
TYPE_NAME = re.compile(r"""["']?Type["']?\s*:\s*["']?(\w+(?:::\w+)+)""")
METERS = (
    Meter("monthly_handler_operations", "Handler operations", "aws/cloudformation/handler-operations", "operations"),
    Meter("monthly_duration_secs", "Durations above 30s", "aws/cloudformation/handler-seconds", "seconds"),
)


def stack(stack: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Stack or stack set: handler operations of third-party resource types; AWS::*, Alexa::* and Custom::* are free.

    What the stack creates is charged by its own services and is not part of this figure.
    """
    if _only_free_types(stack) and not any(meter.key in usage for meter in METERS):
        return
    yield from metered(usage, METERS)


def _only_free_types(stack: Resource) -> bool:
    """Whether the template is at hand and names no third-party type; modules and macros could, so they do not count."""
    try:
        template = stack.text("template_body")
    except UnknownValue:
        return False
    types = TYPE_NAME.findall(template or "")
    return bool(types) and all(name.startswith(FREE_NAMESPACES) and not name.endswith("::MODULE") for name in types)
