"""Elastic Load Balancing: load balancer hours, capacity units, data of classic load balancers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.tables import Draft, Tables, draft, estimated, quoted

KINDS = {"ALB": "application", "NLB": "network", "GWLB": "gateway", "CLB": "classic"}
LIST_ROWS = {"application-load-balancer-hour": "hours", "application-load-balancer-lcu": "lcu"}
BILLED = {
    "per Application LoadBalancer-hour": ("application", "hours"),
    "per LoadBalancer-hour": ("classic", "hours"),
}
UNITS = {"hours": "hours", "lcu": "LCU-hours"}
# Network by application load balancer, as in both regions where both are known (N. Virginia, Seoul).
NETWORK_RATIO = {"hours": Decimal(1), "lcu": Decimal("0.75")}


def rows(tables: Tables) -> Iterator[Draft]:
    """Known prices, then network load balancers of regions where only application load balancers have a price."""
    known = list(_known(tables))
    yield from known
    for price in known:
        _, _, kind, what = price.product.split("/")
        if kind == "application":
            ratio = NETWORK_RATIO[what]
            text = f"{price.source}; price of application load balancers x {ratio}, as in N. Virginia and Seoul"
            yield replace(price, product=f"aws/elb/network/{what}", usd=price.usd * ratio, kind="derived", source=text)


def _known(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the older quotes, then unit prices seen in bills, then price pages and estimates."""
    for row in tables.read("aws_facts_2026", "elb"):
        kind, what = row.sku.split(" ")
        yield draft(row, f"aws/elb/{KINDS[kind]}/{what.lower()}", UNITS[what.lower()])
    for row in tables.read("aws_rds_storage_elb_facts", "elb"):
        if row.sku in LIST_ROWS:
            what = LIST_ROWS[row.sku]
            yield draft(row, f"aws/elb/application/{what}", UNITS[what], kind="relayed")
    for row in tables.read("focus_list_unit_prices", "Elastic Load Balancing"):
        for text, (kind, what) in BILLED.items():
            if text in row.sku:
                yield draft(row, f"aws/elb/{kind}/{what}", UNITS[what], kind="relayed")
    yield from quoted("aws/elb/")
    yield from _estimated(tables)


def _estimated(tables: Tables) -> Iterator[Draft]:
    """Classic load balancers, of which only published estimates show the data price."""
    for row in tables.reference("aws_elb"):
        product = {"Classic load balancer": ("hours", "hours"), "Data processed": ("data-processed", "GB")}
        what, unit = product[row["component_text"]]
        yield estimated(row, f"aws/elb/classic/{what}", unit)
