"""AppSync, Amplify Hosting, IoT rules, Cloud Map (aws.amazon.com/appsync/pricing/, /amplify/, /iot-core/, /cloud-map/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

REQUESTS = Meter("monthly_requests", "Query and data modification operations", "aws/appsync/requests", "requests")
REAL_TIME = (
    Meter("monthly_real_time_updates", "Real-time updates", "aws/appsync/real-time-updates", "updates"),
    Meter("monthly_connection_mins", "Connection minutes", "aws/appsync/connection-minutes", "minutes"),
)
AMPLIFY = (
    Meter("monthly_build_mins", "Build minutes", "aws/amplify/build-minutes", "minutes"),
    Meter("storage_gb", "Storage", "aws/amplify/storage", "GB"),
    Meter("monthly_data_served_gb", "Data served", "aws/amplify/data-served", "GB"),
)
CLOUD_MAP = (
    Meter("registered_resources", "Registered resources", "aws/cloudmap/registered-resources", "resources"),
    Meter("monthly_discovery_requests", "Discovery requests", "aws/cloudmap/discovery-requests", "requests"),
)
# Attributes of an IoT rule that are no actions.
RULE_SETTINGS = {
    "description",
    "enabled",
    "name",
    "sql",
    "sql_version",
    "tags",
    "tags_all",
    "error_action",
    "arn",
    "id",
    "region",
}


def graphql_api(api: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """GraphQL API: operations; updates and connection minutes of subscriptions when the usage file states them."""
    yield from metered(usage, [REQUESTS])
    yield from stated(usage, REAL_TIME)


def amplify_app(app: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Amplify application: build minutes, GB stored and served; server-side rendering by requests and duration."""
    yield from metered(usage, AMPLIFY)
    if (app.text("platform") or "WEB").upper() in ("WEB_COMPUTE", "WEB_DYNAMIC"):
        reason = "server-side rendering is charged by requests and duration: no price in the price book"
        yield unpriced("Server-side rendering", reason, "requests")


def topic_rule(rule: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """IoT rule: each time it is triggered, and each action that it then executes (at least one is charged)."""
    triggered = usage.number("monthly_rules_triggered")
    actions = sum(
        rule.count_of(name) or 0 for name in rule.attributes if name not in RULE_SETTINGS and not rule.computed(name)
    )
    yield monthly("Rules triggered", "aws/iot/rules-triggered", triggered, "rules")
    yield monthly("Actions executed", "aws/iot/actions", triggered * max(actions, 1), "actions")


def dns_namespace(namespace: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cloud Map namespace with DNS: the hosted zone that it creates."""
    yield monthly("Hosted zone", "aws/route53/hosted-zone", 1, "zones")


def discovery_service(service: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cloud Map service: resources registered with it (those that ECS registers are free) and discovery requests."""
    yield from metered(usage, CLOUD_MAP)


def discovery_instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """An instance registered with a Cloud Map service: per month. Leave it out of the service's registered_resources."""
    yield monthly("Registered resource", CLOUD_MAP[0].product, 1, "resources")
