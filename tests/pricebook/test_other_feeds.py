"""The Price List Query API, Azure Retail Prices and Google's billing catalog."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import Result

from finops_guard.errors import ConfigError, FeedError
from finops_guard.pricebook import job
from finops_guard.pricebook.feeds import aws_products
from finops_guard.pricing import catalog
from tests.pricebook.conftest import Server
from tests.pricebook.feeds import azure_item, azure_page, ec2, google_page, google_sku, put, query_item

Run, Serve = Callable[..., Result], Callable[[Path], Server]
SIZE = "azure/vm/instance/standard_d2als_v7"


def price(product: str, region: str) -> str | None:
    found = catalog.open_catalog().price(product, region)
    return f"{found.first.normalize():f}" if found else None


class Client:
    """Answers like boto3's pricing client, page by page."""

    def __init__(self, pages: list[list[str]]) -> None:
        self.pages, self.asked = pages, []  # type: ignore[var-annotated]

    def get_products(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(dict(asked))
        number = int(asked.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"FormatVersion": "aws_v1", "PriceList": self.pages[number], **more}


def test_query_api(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [ec2("m5.large", "0.1"), ec2("m9.large", "0.2"), ec2("m9.large", "9", tenancy="Host")]
    client = Client([[query_item("AmazonEC2", "us-east-1", item)] for item in items])
    monkeypatch.setattr(aws_products, "pricing_client", lambda: client)
    run("update", "--query-api", "--service", "AmazonEC2", "--region", "us-east-1")
    assert price("aws/ec2/instance/m9.large/linux/shared", "us-east-1") == "0.2"
    assert len(client.asked) == 3
    assert client.asked[0]["Filters"] == [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"}]


@pytest.mark.parametrize(
    "pages",
    [
        [["no json"]],
        [['{"product": {}}']],
        [[json.dumps({"terms": {"OnDemand": {"x": {}}}, "product": {"attributes": {"regionCode": "us-east-1"}}})]],
    ],
)
def test_query_api_answers_that_are_none(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch, pages: Any) -> None:
    monkeypatch.setattr(aws_products, "pricing_client", lambda: Client(pages))
    with pytest.raises(FeedError):
        run("update", "--query-api", "--service", "AmazonEC2", "--region", "us-east-1")


AZURE = [
    azure_item("Standard_D2als_v7", 0.0804),
    azure_item("Standard_D2als_v7", 416.0, type="Reservation", reservationTerm="1 Year"),
    azure_item("Standard_D2als_v7", 0.0156, skuName="D2als v7 Spot", meterName="D2als v7 Spot"),
    azure_item("Standard_D2als_v7", 0.03, skuName="D2als v7 Low Priority", meterName="D2als v7 Low Priority"),
    azure_item("Standard_D2als_v7", 0.172, productName="Virtual Machines Test Series Windows"),
    azure_item("Standard_D2als_v7", 0.0804, type="DevTestConsumption"),
    azure_item("Standard_D2als_v7", 0.5, isPrimaryMeterRegion=False),
    azure_item("Standard_D2als_v7", 0.0001, armRegionName="Global"),
]


def test_azure_follows_its_pages(home: Path, run: Run, serve: Serve) -> None:
    """The pages name the vendor's host: the next one is asked of the mirror."""
    server = serve(home)

    def answer(path: str) -> bytes | None:
        asked = parse_qs(urlsplit(path).query)
        assert "serviceName eq 'Virtual Machines'" in asked["$filter"][0]
        if "$skip" in asked:
            return azure_page([azure_item("Standard_E2_v9", 0.2)]).encode()
        return azure_page(AZURE, f"https://prices.azure.com:443{path}&$skip=1000").encode()

    server.answer = answer
    run("update", "--provider", "azure", "--from", server.url, "--region", "westeurope")
    assert len(server.asked) == 2
    assert [price(f"{SIZE}/{system}", "westeurope") for system in ("linux", "windows")] == ["0.0804", "0.172"]
    assert price("azure/vm/spot/standard_d2als_v7/linux", "westeurope") == "0.0156"
    assert price("azure/vm/instance/standard_e2_v9/linux", "westeurope") == "0.2"
    assert price(f"{SIZE}/linux", "Global") is None


def test_azure_goes_on_at_the_page_where_it_stopped(home: Path, run: Run, serve: Serve) -> None:
    server = serve(home)
    broken = [True]

    def answer(path: str) -> bytes | None:
        if "$skip" in path:
            return b"{" if broken else azure_page([azure_item("Standard_E2_v9", 0.2)]).encode()
        return azure_page(AZURE, f"https://prices.azure.com{path}&$skip=1000").encode()

    server.answer = answer
    with pytest.raises(FeedError, match="not JSON"):
        run("update", "--provider", "azure", "--from", server.url)
    assert price(f"{SIZE}/linux", "westeurope") is None
    broken.clear()
    server.asked.clear()
    run("update", "--provider", "azure", "--from", server.url)
    assert len(server.asked) == 1 and price(f"{SIZE}/linux", "westeurope") == "0.0804"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (azure_page(AZURE, Count=3), "instead of 3"),
        (azure_page(AZURE, BillingCurrency="EUR"), "in EUR"),
        ("{}", "no answer of Azure"),
        ("[]", "not a JSON object"),
        (azure_page(AZURE, "https://prices.azure.com/api/retail/prices?$skip=1"), "last page is missing"),
    ],
)
def test_azure_pages_that_are_none(home: Path, run: Run, text: str, message: str) -> None:
    put(home / "m", "page1.json", text)
    with pytest.raises(FeedError, match=message):
        run("update", "--provider", "azure", "--from", home / "m")


def test_azure_pages_from_a_folder(home: Path, run: Run) -> None:
    put(home / "m", "page1.json", azure_page(AZURE, "https://prices.azure.com/api/retail/prices?$skip=1000"))
    put(home / "m", "page2.json", azure_page([azure_item("Standard_E2_v9", 0.2)]))
    run("update", "--provider", "azure", "--from", home / "m", "--region", "westeurope")
    assert price(f"{SIZE}/linux", "westeurope") == "0.0804"


def test_a_chain_of_pages_that_bites_its_tail_ends(home: Path, run: Run, serve: Serve) -> None:
    server = serve(home)
    server.answer = lambda path: azure_page(AZURE, "https://prices.azure.com/api/retail/prices?x=1").encode()
    with pytest.raises(FeedError, match="came twice"):
        run("update", "--provider", "azure", "--from", server.url)


GOOGLE = [
    google_sku("N2 Instance Core running in Americas", "CPU", "0", 31611000),
    google_sku("N2 Instance Ram running in Americas", "RAM", "0", 4237000, "GiBy.h"),
    google_sku("Spot Preemptible N2 Instance Core running in Americas", "CPU", "0", 7650000, usage="Preemptible"),
    google_sku("Commitment v1: N2 Cpu in Americas for 1 Year", "CPU", "0", 19000000, usage="Commit1Yr"),
    google_sku("N2 Sole Tenancy Instance Core running in Americas", "CPU", "0", 99000000),
    google_sku("Nvidia Tesla A100 GPU running in Americas", "GPU", "2", 933908000),
    google_sku("C3 Instance Core running in Americas", "CPU", "0", 5, "mo"),
]


def test_google_follows_its_pages_and_keeps_its_key(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(home)
    server.answer = lambda path: (
        google_page(GOOGLE[4:]) if "pageToken=more" in path else google_page(GOOGLE[:4], "more")
    ).encode()
    monkeypatch.setenv(job.GOOGLE_KEY, "the-key")
    output = run("update", "--provider", "google", "--from", server.url).output
    assert [headers["X-Goog-Api-Key"] for _, headers in server.asked if "X-Goog-Api-Key" in headers] == ["the-key"] * 2
    assert "the-key" not in output and not any("the-key" in path for path in server.paths())
    wanted = {
        "google/compute/n2/core/on-demand": "0.031611", "google/compute/n2/ram/on-demand": "0.004237",
        "google/compute/n2/core/spot": "0.00765", "google/compute/gpu/nvidia-tesla-a100/on-demand": "2.933908",
        "google/compute/c3/core/on-demand": None,
    }  # fmt: skip
    assert {product: price(product, "us-east1") for product in wanted} == wanted


def test_the_key_does_not_follow_to_another_host(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = serve(home), serve(home)
    second.answer = lambda path: google_page(GOOGLE).encode()
    first.faults["/v1/services/6F81-5844-456A/skus"] = [second.url]
    monkeypatch.setenv(job.GOOGLE_KEY, "the-key")
    run("update", "--provider", "google", "--from", first.url)
    assert len(second.asked) == 1 and "X-Goog-Api-Key" not in second.asked[0][1]
    assert "X-Goog-Api-Key" in {name.title() for name in first.asked[0][1]}


def test_google_needs_a_key_or_a_mirror(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(job.GOOGLE_KEY, raising=False)
    with pytest.raises(ConfigError, match="API key"):
        run("update", "--provider", "google")


@pytest.mark.parametrize("text", ["{}", '{"skus": [{}]}', google_page(GOOGLE, "more")])
def test_google_pages_that_are_none(home: Path, run: Run, text: str) -> None:
    put(home / "m", "page.json", text)
    with pytest.raises(FeedError):
        run("update", "--provider", "google", "--from", home / "m")


def test_the_newest_price_in_force_holds() -> None:
    from finops_guard.pricebook.feeds.google import _in_force

    infos = [{"effectiveTime": f"{day}T00:00:00Z"} for day in ("2026-01-01", "2026-06-01", "2099-01-01")]
    assert _in_force(infos, date(2026, 11, 21)) == infos[1]
