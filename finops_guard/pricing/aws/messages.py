"""What services that bill messages have in common: each started chunk of a payload counts as one request."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from finops_guard.model import Quantity
from finops_guard.pricing.usage import Usage

CHUNK_KB = 64  # of SQS and SNS


def billed_requests(
    usage: Usage, count: str = "monthly_requests", size: str = "request_size_kb", chunk_kb: int = CHUNK_KB
) -> Quantity:
    """Billed requests a month: the usage key `count` times the chunks of `chunk_kb` KB that the key `size` makes."""
    payload = usage.number(size, default=chunk_kb, assume=f"messages of at most {chunk_kb} KB assumed")
    return usage.number(count) * payload.map(lambda kb: _chunks(kb, chunk_kb))


def _chunks(kilobytes: Decimal, chunk_kb: int) -> Decimal:
    """Started chunks; an empty message is a request too."""
    return max(Decimal(1), (kilobytes / chunk_kb).to_integral_value(ROUND_CEILING))
