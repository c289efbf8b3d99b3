"""Amazon SNS: requests, deliveries by protocol, FIFO topics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, draft

MILLION = 10**6
PAGE = {
    "HTTP 0 to 100000": Line("aws/sns/notifications/http", "notifications"),
    "HTTP 100000 to Inf": Line("aws/sns/notifications/http", "notifications", 100_000),
    "SMTP 0 to 1000": Line("aws/sns/notifications/email", "notifications"),
    "SMTP 1000 to Inf": Line("aws/sns/notifications/email", "notifications", 1_000),
    "Amazon Kinesis Data Firehose Messages": Line("aws/sns/notifications/firehose", "notifications"),
    "Apple Push Notification Service APNS iOS Notifications": Line(
        "aws/sns/notifications/mobile-push", "notifications"
    ),
    "Apple Push Notification Service APNS Mac OS Notifications": Line("aws/sns/notifications/macos", "notifications"),
    "Amazon SNS Standard Payload Scanned Filtered per GB": Line("aws/sns/payload-filtering", "GB"),
    "Amazon SNS FIFO API Requests per Requests": Line("aws/sns/fifo/requests", "requests"),
    "SNS FIFO Publish Payload per GB": Line("aws/sns/fifo/payload-in", "GB"),
    "Amazon SNS FIFO Subscription Messages per Messages": Line("aws/sns/fifo/subscription-messages", "messages"),
    "Amazon SNS FIFO Subscription Messages Payload per GB": Line("aws/sns/fifo/payload-out", "GB"),
}
WITHOUT_FREE_TIER = {"SMTP 0 to Inf": Line("aws/sns/notifications/email", "notifications")}
REQUESTS = "Amazon SNS API Requests"
ABOVE_FREE_MILLION = ".VNJQCFJPS4"  # how the rate codes end whose price starts after the free requests


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025. GovCloud has no free requests and no free e-mails."""
    page = list(tables.read("aws_other", "sns"))
    yield from from_page(page, PAGE)
    yield from from_page(page, WITHOUT_FREE_TIER)
    for row in page:
        if row.sku == REQUESTS:
            free = row.attributes["rate_code"].endswith(ABOVE_FREE_MILLION)
            if free:
                yield draft(replace(row, usd=Decimal(0)), "aws/sns/requests", "requests")
            yield draft(row, "aws/sns/requests", "requests", start=MILLION if free else 0)
