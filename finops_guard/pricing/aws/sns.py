"""Amazon SNS: topics and subscriptions (https://aws.amazon.com/sns/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.messages import billed_requests
from finops_guard.pricing.component import group, monthly, per_gb, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

KB_PER_GB = 1024 * 1024
# Usage key of the number of subscriptions -> what a delivery is called and its product; SQS and Lambda are free.
DELIVERIES = {
    "http_subscriptions": ("HTTP notifications", "http"),
    "email_subscriptions": ("Email notifications", "email"),
    "kinesis_subscriptions": ("Firehose notifications", "firehose"),
    "mobile_push_subscriptions": ("Mobile push notifications", "mobile-push"),
    "macos_subscriptions": ("macOS notifications", "macos"),
}
PROTOCOLS = {
    "http": "http_subscriptions",
    "https": "http_subscriptions",
    "email": "email_subscriptions",
    "email-json": "email_subscriptions",
    "firehose": "kinesis_subscriptions",
    "application": "mobile_push_subscriptions",
}


def topic(topic: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Topic: charged per request; deliveries where the usage file states how many subscriptions there are."""
    yield from (_fifo_topic(usage) if topic.flag("fifo_topic") else _standard_topic(usage))


def _standard_topic(usage: Usage) -> Iterator[CostComponent]:
    requests = billed_requests(usage)
    yield tiered("API requests", requests, "aws/sns/requests", "requests")
    for key, (name, product) in DELIVERIES.items():
        if key in usage:
            notifications = requests * usage.number(key)
            yield tiered(name, notifications, f"aws/sns/notifications/{product}", "notifications")
    if "sms_subscriptions" in usage:
        yield _sms(requests * usage.number("sms_subscriptions"), usage)


def _sms(notifications: Quantity, usage: Usage) -> CostComponent:
    """A text message costs what the country and carrier of its receiver make it: only the user can say."""
    price = usage.value("sms_notification_price")
    if price is None:
        return unpriced(
            "SMS notifications", "the price depends on the country: set sms_notification_price", "notifications"
        )
    return monthly("SMS notifications", None, notifications, "notifications", fixed_price=price, source=usage.where)


def _fifo_topic(usage: Usage) -> Iterator[CostComponent]:
    """A FIFO topic pays for messages and for their GB, in and out; a message is one request whatever its size."""
    messages = usage.number("monthly_requests")
    payload = messages * usage.number("request_size_kb") / KB_PER_GB
    yield monthly("FIFO publish requests", "aws/sns/fifo/requests", messages, "requests")
    yield per_gb("FIFO publish payload", payload, "aws/sns/fifo/payload-in")
    if "fifo_subscriptions" in usage:
        subscriptions = usage.number("fifo_subscriptions")
        lines = (
            monthly("Messages", "aws/sns/fifo/subscription-messages", messages, "messages"),
            per_gb("Payload", payload, "aws/sns/fifo/payload-out"),
        )
        yield from group("FIFO subscriptions", lines, times=subscriptions)


def subscription(subscription: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Subscription: charged per delivery by its protocol; deliveries to SQS and Lambda are free."""
    protocol = (subscription.text("protocol") or "").lower()
    if protocol in ("sqs", "lambda"):
        return
    if protocol == "sms":
        yield _sms(billed_requests(usage), usage)
    elif protocol in PROTOCOLS:
        name, product = DELIVERIES[PROTOCOLS[protocol]]
        yield tiered(name, billed_requests(usage), f"aws/sns/notifications/{product}", "notifications")
    else:
        yield unpriced("Notifications", f"the protocol is {protocol or 'not stated'}", "notifications")
