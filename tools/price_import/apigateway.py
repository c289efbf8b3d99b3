"""Amazon API Gateway: REST, HTTP and WebSocket APIs in volume tiers, caches of REST stages."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

MILLION = 10**6
REST = "aws/apigateway/rest/requests"
HTTP = "aws/apigateway/http/requests"
MESSAGES = "aws/apigateway/websocket/messages"
PAGE = {
    "API Calls Number of up to 333 million": Line(REST, "requests"),
    "API Calls Number of Request Next 667 million": Line(REST, "requests", 333 * MILLION),
    "API Calls Number of Request Next 19 billion": Line(REST, "requests", 1_000 * MILLION),
    "API Calls Number of Request Over 20 billion": Line(REST, "requests", 20_000 * MILLION),
    "ApiGatewayHttpApi First 300 million": Line(HTTP, "requests"),
    "ApiGatewayHttpApi more than 300 million": Line(HTTP, "requests", 300 * MILLION),
    "WebSocket Messages Messages first 1 billion": Line(MESSAGES, "messages"),
    "WebSocket Messages Messages over 1 billion": Line(MESSAGES, "messages", 1_000 * MILLION),
    "WebSocket Connection Minutes": Line("aws/apigateway/websocket/connection-minutes", "minutes"),
} | {
    f"Caching Memory Size {size.replace('.', ' ')}": Line(f"aws/apigateway/cache/{size}", "hours")
    for size in ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "apigateway"), PAGE)
