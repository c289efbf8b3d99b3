"""AWS WAF: web ACLs, rules, requests, and the managed rule groups that have a fee of their own."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

MILLION = 1_000_000
COMMON, TARGETED = "aws/waf/bot-control/common-requests", "aws/waf/bot-control/targeted-requests"
FRAUD = "aws/waf/fraud-control/requests"
PAGE = {
    "Web ACL Activated per Month": Line("aws/waf/web-acl", "months"),
    "Rule Activated per Month": Line("aws/waf/rule", "rules"),
    "Web Requests received per Request": Line("aws/waf/requests", "requests"),
    "AMR Bot Control Activated per Month": Line("aws/waf/bot-control/group", "groups"),
    "AMR ATP Activated per Month from 0 to Inf": Line("aws/waf/fraud-control/group", "groups"),
    "AMR Bot Control Request Processed per Request from 0 to 10000000": Line(COMMON, "requests"),
    "AMR Bot Control Request Processed per Request from 10000000 to Inf": Line(COMMON, "requests", 10 * MILLION),
    "AMR Bot Control Targeted Request Processed per Request from 0 to 1000000": Line(TARGETED, "requests"),
    "AMR Bot Control Targeted Request Processed per Request from 1000000 to Inf": Line(TARGETED, "requests", MILLION),
    "AMR Fraud Control request processed per Request from 0 to 10000": Line(FRAUD, "requests"),
    "AMR Fraud Control request processed per Request from 10000 to 2000000": Line(FRAUD, "requests", 10_000),
    "AMR Fraud Control request processed per Request from 2000000 to 5000000": Line(FRAUD, "requests", 2 * MILLION),
    "AMR Fraud Control request processed per Request from 5000000 to 15000000": Line(FRAUD, "requests", 5 * MILLION),
    "AMR Fraud Control request processed per Request from 15000000 to 30000000": Line(FRAUD, "requests", 15 * MILLION),
    "AMR Fraud Control request processed per Request from 30000000 to Inf": Line(FRAUD, "requests", 30 * MILLION),
    "Captcha Attempts processed per Request": Line("aws/waf/captcha-attempts", "requests"),
    "Challenge Served processed per Request": Line("aws/waf/challenges", "requests"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "waf"), PAGE)
