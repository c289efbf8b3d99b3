"""Amazon API Gateway: REST, HTTP and WebSocket APIs, stage caches (https://aws.amazon.com/api-gateway/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.messages import billed_requests
from finops_guard.pricing.component import hourly, monthly, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

HTTP_CHUNK_KB = 512
WEBSOCKET_CHUNK_KB = 32


def rest_api(api: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """REST API: charged per request, in volume tiers. The cache belongs to the stage."""
    yield tiered("Requests", usage.number("monthly_requests"), "aws/apigateway/rest/requests", "requests")


def api_v2(api: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """HTTP API: per request of up to 512 KB. WebSocket API: per message of up to 32 KB and per minute of connection."""
    protocol = (api.text("protocol_type") or "").upper()
    if protocol == "HTTP":
        requests = billed_requests(usage, chunk_kb=HTTP_CHUNK_KB)
        yield tiered("Requests (HTTP)", requests, "aws/apigateway/http/requests", "requests")
    elif protocol == "WEBSOCKET":
        messages = billed_requests(usage, "monthly_messages", "message_size_kb", WEBSOCKET_CHUNK_KB)
        yield tiered("Messages (WebSocket)", messages, "aws/apigateway/websocket/messages", "messages")
        minutes = usage.number("monthly_connection_mins")
        yield monthly("Connection duration", "aws/apigateway/websocket/connection-minutes", minutes, "minutes")
    else:
        yield unpriced("Requests", f"protocol_type is {protocol or 'not stated'}", "requests")


def stage(stage: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Stage of a REST API: only its cache is charged for, by the hour and by size."""
    if not stage.flag("cache_cluster_enabled"):
        return
    size = stage.number("cache_cluster_size")
    if size is None:
        yield unpriced("Cache", "cache_cluster_size is not stated", "hours")
    else:
        yield hourly(f"Cache ({_plain(size)} GB)", f"aws/apigateway/cache/{_plain(size)}")


def _plain(size: Decimal) -> str:
    """0.5, 6.1, 118: without trailing zeros or an exponent."""
    return format(size.normalize(), "f")
