"""The only place where a component meets a price: tiers, discounts, bounds, and what has no figure."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricebook.build import SCHEMA
from finops_guard.pricing.catalog import Catalog
from finops_guard.pricing.component import between, monthly, per_gb, tiered, unpriced
from finops_guard.pricing.estimate import Pricing, _summary, price_component
from finops_guard.pricing.facts import Facts

D = Decimal
RESOURCE = Resource("aws_x.y", "aws_x", "aws_x", "aws", "us-east-1", "provider", {})
PRICES = [
    ("aws/x/flat", "us-east-1", "0", "0.1"),
    ("aws/x/tiers", "us-east-1", "0", "3"),
    ("aws/x/tiers", "us-east-1", "10", "2"),
    ("aws/x/tiers", "us-east-1", "100", "1"),
    ("aws/x/free-first", "us-east-1", "0", "0"),
    ("aws/x/free-first", "us-east-1", "1000", "0.5"),
    ("aws/x/on-demand", "us-east-1", "0", "2"),
    ("aws/x/global", "any", "0", "7"),
    ("aws/x/elsewhere", "eu-west-1", "0", "7"),
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    products = list(dict.fromkeys(product for product, *_ in PRICES))
    regions = list(dict.fromkeys(region for _, region, *_ in PRICES))
    connection.execute("INSERT INTO source VALUES (1, 'list', '2026-07-01', 'test')")
    connection.executemany("INSERT INTO product VALUES (?, ?, 'GB')", list(enumerate(products)))
    connection.executemany("INSERT INTO region VALUES (?, ?)", list(enumerate(regions)))
    rows = [(products.index(product), regions.index(region), start, usd, 1) for product, region, start, usd in PRICES]
    connection.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?)", rows)
    return Catalog(connection)


def priced(
    catalog: Catalog, component: CostComponent, region: str = "us-east-1", **options: Any
) -> list[CostComponent]:
    free_tier = options.pop("free_tier", "none")
    pricing = Pricing(catalog, Facts(date(2026, 11, 20), catalog, free_tier), **options)
    resource = Resource("aws_x.y", "aws_x", "aws_x", "aws", region, "provider", {})
    return list(price_component(component, resource, pricing))


def test_quantity_times_price(catalog: Catalog) -> None:
    (line,) = priced(catalog, per_gb("Storage", 20, "aws/x/flat"))
    assert (line.monthly_cost, line.unit_price, line.price_kind, line.as_of) == (
        D(2),
        D("0.1"),
        "list",
        date(2026, 7, 1),
    )


@pytest.mark.parametrize(("quantity", "costs"), [(0, [0]), (5, [15]), (10, [30]), (11, [30, 2]), (150, [30, 180, 50])])
def test_tiers_are_walked(catalog: Catalog, quantity: int, costs: list[int]) -> None:
    assert [line.monthly_cost for line in priced(catalog, tiered("Use", quantity, "aws/x/tiers", "GB"))] == costs


@given(st.decimals(0, 10**9, places=3), st.decimals(0, 10**9, places=3))
def test_more_never_costs_less(catalog: Catalog, first: Decimal, second: Decimal) -> None:
    def total(quantity: Decimal) -> Decimal:
        return sum(
            (line.monthly_cost or D(0) for line in priced(catalog, tiered("Use", quantity, "aws/x/tiers", "GB"))), D(0)
        )

    low, high = sorted((first, second))
    assert total(low) <= total(high) <= total(low) + (high - low) * 3


def test_an_account_wide_allowance_is_not_subtracted(catalog: Catalog) -> None:
    component = tiered("Use", 3000, "aws/x/free-first", "GB")
    assert sum(line.monthly_cost or 0 for line in priced(catalog, component)) == 1500
    assert sum(line.monthly_cost or 0 for line in priced(catalog, component, free_tier="per_resource")) == 1000


def test_a_missing_price_is_never_zero(catalog: Catalog) -> None:
    for product in ("aws/x/nothing", "aws/x/elsewhere"):
        (line,) = priced(catalog, per_gb("Storage", 20, product))
        assert line.monthly_cost is None
        assert line.reason == f"no price for {product} in us-east-1 in the price book"


def test_a_global_price_holds_everywhere_but_in_china(catalog: Catalog) -> None:
    assert priced(catalog, per_gb("Use", 1, "aws/x/global"), "eu-west-3")[0].monthly_cost == 7
    assert priced(catalog, per_gb("Use", 1, "aws/x/global"), "cn-north-1")[0].monthly_cost is None


def test_an_upper_bound_is_a_bound_and_no_cost(catalog: Catalog) -> None:
    component = monthly("Spot", "aws/x/spot", 10, "hours", upper_bound_product="aws/x/on-demand")
    (line,) = priced(catalog, component)
    assert (line.monthly_cost, line.high) == (None, D(20))
    assert "at most $20.00 a month on demand" in (line.reason or "")
    assert _summary((line,)).status == "unpriced"


def test_discounts_show_list_and_effective(catalog: Catalog) -> None:
    (line,) = priced(catalog, per_gb("Storage", 20, "aws/x/flat"), discounts={"aws": D(5), "aws/x": D(10)})
    assert (line.monthly_cost, line.list_cost, line.unit_price, line.list_price) == (
        D("1.8"),
        D(2),
        D("0.09"),
        D("0.1"),
    )


def test_a_range_keeps_its_bounds(catalog: Catalog) -> None:
    (line,) = priced(catalog, per_gb("Use", between(D(1), D(2), D(5)), "aws/x/flat"))
    assert (line.low, line.monthly_cost, line.high) == (D("0.1"), D("0.2"), D("0.5"))


def test_a_negative_quantity_is_no_saving(catalog: Catalog) -> None:
    (line,) = priced(catalog, per_gb("Storage", -5, "aws/x/flat"))
    assert line.monthly_cost is None
    assert "cannot be charged for" in (line.reason or "")


def test_status_of_a_resource(catalog: Catalog) -> None:
    known = priced(catalog, per_gb("Storage", 20, "aws/x/flat"))
    usage = priced(catalog, per_gb("Data", Quantity(None, "usage", reason="set gb", needs_usage=True), "aws/x/flat"))
    missing = [unpriced("Other", "not known")]
    assert _summary(tuple(known)).status == "priced"
    assert _summary((*known, *usage)).status == "partly_priced"
    assert _summary((*known, *missing)).status == "partly_priced"
    assert _summary(tuple(usage)).status == "usage_dependent"
    assert _summary((*usage, *missing)).status == "unpriced"
    assert _summary(()).status == "free"
    assert _summary((*usage, *missing)).monthly_cost is None


def test_money_paid_once_is_no_monthly_cost(catalog: Catalog) -> None:
    once = priced(catalog, monthly("Upfront", "aws/x/flat", 100, "terms", one_time=True))
    known = priced(catalog, per_gb("Storage", 20, "aws/x/flat"))
    assert _summary((*known, *once)).monthly_cost == 2
