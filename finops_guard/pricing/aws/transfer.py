"""AWS Transfer Family (https://aws.amazon.com/aws-transfer-family/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

DEFAULT = ["SFTP"]


def server(server: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Server: per hour for each protocol that is enabled, also while it is stopped, and per GB up and down."""
    yield from settled("Protocols", _protocols(server))
    yield per_gb("Data downloaded", usage.number("monthly_data_downloaded_gb"), "aws/transfer/data-downloaded")
    yield per_gb("Data uploaded", usage.number("monthly_data_uploaded_gb"), "aws/transfer/data-uploaded")


def _protocols(server: Resource) -> Iterator[CostComponent]:
    for protocol in sorted({name.upper() for name in server.texts("protocols") or DEFAULT}):
        yield hourly(f"{protocol} protocol enabled", f"aws/transfer/protocol/{protocol.lower()}")
