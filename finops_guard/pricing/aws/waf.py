"""AWS WAF and WAF Classic (https://aws.amazon.com/waf/pricing/)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.metered import Meter, stated
from finops_guard.pricing.component import amount, group, monthly, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import BadValue, Block

REQUESTS = "aws/waf/requests"
CHALLENGES = (
    Meter("monthly_captcha_attempts", "CAPTCHA attempts", "aws/waf/captcha-attempts", "requests"),
    Meter("monthly_challenges", "Challenges served", "aws/waf/challenges", "requests"),
)
RULE_GROUPS = {  # type -> attribute that holds its rules
    "aws_wafv2_rule_group": "rule",
    "aws_waf_rule_group": "activated_rule",
    "aws_wafregional_rule_group": "activated_rule",
}
BOT_CONTROL = "AWSManagedRulesBotControlRuleSet"
FRAUD_CONTROL = {
    "AWSManagedRulesATPRuleSet": ("Account takeover prevention", "monthly_login_attempts"),
    "AWSManagedRulesACFPRuleSet": ("Account creation fraud prevention", "monthly_sign_ups"),
}
# Managed groups of AWS that have a fee for which there is no price.
OTHER_PAID = {"AWSManagedRulesAntiDDoSRuleSet": "Anti-DDoS"}


def web_acl(acl: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Web ACL: per month, per rule in it (a rule group, own or managed, is one rule), per rule of own groups, per request.

    Managed groups of AWS cost no more, but for Bot Control, Fraud Control and Anti-DDoS. The price of a request is that of web ACLs
    of up to 1,500 capacity units and bodies of the default size.
    """
    usage.number("managed_rule_group_rules")  # accepted: rules inside of managed groups are not charged
    yield monthly("Web ACL usage", "aws/waf/web-acl")
    yield from settled("Rules", _rules(acl, usage))
    yield monthly("Requests", REQUESTS, usage.number("monthly_requests"), "requests")
    yield from stated(usage, CHALLENGES)


def _rules(acl: Resource, usage: Usage) -> Iterator[CostComponent]:
    rules = acl.blocks("rule") or _rules_of_json(acl)
    if rules:
        yield monthly("Rules", "aws/waf/rule", len(rules), "rules")
    statements = [rule.block("statement") for rule in rules]
    groups = [found for statement in statements for found in statement.blocks("rule_group_reference_statement")]
    yield from _rules_of_groups(len(groups), usage, _rules_inside(acl, "rule"))
    for statement in statements:
        for managed in statement.blocks("managed_rule_group_statement"):
            yield from _managed(managed, usage)


def _rules_of_json(acl: Resource) -> list[Block]:
    """The rules that `rule_json` states in the form of the API, its names spelled as in blocks."""
    text = acl.text("rule_json")
    if text is None:
        return []
    try:
        rules = json.loads(text)
    except ValueError:
        raise BadValue("rule_json is not valid JSON") from None
    return [Block(_as_blocks(rule)) for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []


def _as_blocks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_snake(str(name)): _as_blocks(item) for name, item in value.items()}
    return [_as_blocks(item) for item in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _rules_of_groups(groups: int, usage: Usage, inside: list[int]) -> Iterator[CostComponent]:
    """Rules inside of own rule groups: of the usage file, else of the groups' own resources if all of them are at hand."""
    if not groups and "rule_group_rules" not in usage:
        return
    rules = usage.number("rule_group_rules")
    if rules.value is None and len(inside) == groups:
        rules = amount(sum(inside))
    yield monthly("Rules in rule groups", "aws/waf/rule", rules, "rules")


def _rules_inside(acl: Resource, attribute: str) -> list[int]:
    """How many rules each rule group has that `attribute` refers to."""
    groups = [found for found in acl.related(attribute) if found.type in RULE_GROUPS]
    return [group.count_of(RULE_GROUPS[group.type]) or 0 for group in groups]


def _managed(managed: Block, usage: Usage) -> Iterator[CostComponent]:
    name = managed.text("name") or ""
    if (managed.text("vendor_name") or "AWS").upper() != "AWS":
        yield unpriced(f"Managed rule group {name}", "the seller's fee on AWS Marketplace is not known", "months")
    elif name == BOT_CONTROL:
        yield from group("Bot Control", _bot_control(managed, usage))
    elif name in FRAUD_CONTROL:
        title, key = FRAUD_CONTROL[name]
        yield from group(title, _fraud_control(usage.number(key)))
    elif name in OTHER_PAID:
        yield unpriced(OTHER_PAID[name], f"no price for the managed rule group {name} in the price book", "months")


def _bot_control(managed: Block, usage: Usage) -> Iterator[CostComponent]:
    levels = {
        (block.text("inspection_level") or "").upper()
        for config in managed.blocks("managed_rule_group_configs")
        for block in config.blocks("aws_managed_rules_bot_control_rule_set")
    }
    level = "targeted" if "TARGETED" in levels else "common"
    requests = usage.number("monthly_bot_control_requests")
    yield monthly("Managed rule group", "aws/waf/bot-control/group", 1, "groups")
    yield tiered(f"Requests ({level})", requests, f"aws/waf/bot-control/{level}-requests", "requests")


def _fraud_control(requests: Quantity) -> Iterator[CostComponent]:
    yield monthly("Managed rule group", "aws/waf/fraud-control/group", 1, "groups")
    yield tiered("Requests", requests, "aws/waf/fraud-control/requests", "requests")


def rule_group_association(association: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """A rule group that is put into a web ACL from outside: one rule more, and the rules inside of it if it is an own one."""
    yield monthly("Rule", "aws/waf/rule", 1, "rules")
    if association.blocks("rule_group_reference"):
        yield from _rules_of_groups(1, usage, _rules_inside(association, "rule_group_reference"))


def classic_web_acl(acl: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Web ACL of WAF Classic, global or regional: per month, per rule and rule group in it, per rule of groups, per request."""
    yield monthly("Web ACL usage", "aws/waf/web-acl")
    yield from settled("Rules", _classic_rules(acl, usage))
    yield monthly("Requests", REQUESTS, usage.number("monthly_requests"), "requests")


def _classic_rules(acl: Resource, usage: Usage) -> Iterator[CostComponent]:
    attribute = "rules" if acl.blocks("rules") else "rule"
    rules = acl.blocks(attribute)
    groups = sum((rule.text("type") or "REGULAR").upper() == "GROUP" for rule in rules)
    if len(rules) > groups:
        yield monthly("Rules", "aws/waf/rule", len(rules) - groups, "rules")
    if groups:
        yield monthly("Rule groups", "aws/waf/rule", groups, "groups")
    yield from _rules_of_groups(groups, usage, _rules_inside(acl, attribute))
