"""Generated price feeds of the true shape: AWS bulk files, Query API answers, Azure pages, Google pages.

All SKUs and prices are made up unless a test says otherwise.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION, PUBLISHED = "20261118093000", "2026-11-18T09:30:00Z"
START = ("SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange", "EndingRange",
         "Unit", "PricePerUnit", "Currency", "RelatedTo", "LeaseContractLength", "PurchaseOption", "OfferingClass",
         "Product Family", "serviceCode", "Location", "Location Type")  # fmt: skip
END = ("usageType", "operation", "Region Code", "serviceName")
# attribute in the JSON form -> column of the CSV form
COLUMNS = {
    "instanceType": "Instance Type", "operatingSystem": "Operating System", "tenancy": "Tenancy",
    "preInstalledSw": "Pre Installed S/W", "capacitystatus": "CapacityStatus", "licenseModel": "License Model",
    "marketoption": "MarketOption", "databaseEngine": "Database Engine", "databaseEdition": "Database Edition",
    "deploymentOption": "Deployment Option", "group": "Group", "cacheEngine": "Cache Engine", "volumeApiName": "Volume API Name",
}  # fmt: skip


@dataclass
class Item:
    """One product with its prices: ((start, USD), ...) on demand, or of a reservation."""

    family: str
    usage: str
    unit: str
    tiers: tuple[tuple[str, str], ...]
    attributes: dict[str, str] = field(default_factory=dict)
    term: str = "OnDemand"
    offer: dict[str, str] = field(default_factory=dict)
    currency: str = "USD"
    effective: str = "2026-11-01"
    place: str = "AWS Region"

    @property
    def sku(self) -> str:
        text = f"{self.family}|{self.usage}|{sorted(self.attributes.items())}|{self.place}"
        return hashlib.sha256(text.encode()).hexdigest()[:16].upper()


def ec2(kind: str, usd: str, system: str = "Linux", tenancy: str = "Shared", **more: Any) -> Item:
    """An EC2 instance hour."""
    own = {
        "instanceType": kind, "operatingSystem": system, "tenancy": tenancy, "preInstalledSw": "NA",
        "capacitystatus": "Used", "licenseModel": "No License required", "marketoption": "OnDemand",
    }  # fmt: skip
    own |= more.pop("attributes", {})
    return Item("Compute Instance", f"BoxUsage:{kind}", "Hrs", (("0", usd),), own, **more)


def csv_text(service: str, region: str, items: Iterable[Item], version: str = VERSION) -> str:
    """The CSV form of a price list."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("FormatVersion", "v1.0"), ("Disclaimer", "This price list is made up, for tests"),
                      ("Publication Date", PUBLISHED), ("Version", version), ("OfferCode", service)])  # fmt: skip
    header = [*START, *COLUMNS.values(), *END]
    writer.writerow(header)
    for item in items:
        for start, usd in item.tiers:
            row = dict.fromkeys(header, "") | {COLUMNS[name]: value for name, value in item.attributes.items()}
            row |= {
                "SKU": item.sku, "OfferTermCode": "JRTCKXETXF", "RateCode": f"{item.sku}.JRTCKXETXF.{start}",
                "TermType": item.term, "EffectiveDate": item.effective, "StartingRange": start, "EndingRange": "Inf",
                "Unit": item.unit, "PricePerUnit": usd, "Currency": item.currency, "Product Family": item.family,
                "serviceCode": service, "Location": f"Place {region}", "Location Type": item.place,
                "usageType": item.usage, "operation": "Run", "Region Code": region, "serviceName": service,
                **item.offer,
            }  # fmt: skip
            writer.writerow([row[name] for name in header])
    return out.getvalue()


def product(service: str, region: str, item: Item) -> dict[str, Any]:
    """The product part of the JSON forms."""
    attributes = {
        "servicecode": service, "location": f"Place {region}", "locationType": item.place, "regionCode": region,
        "usagetype": item.usage, "operation": "Run", **item.attributes,
    }  # fmt: skip
    return {"sku": item.sku, "productFamily": item.family, "attributes": attributes}


def offers(item: Item) -> dict[str, Any]:
    """The offers of one product under one term."""
    code = f"{item.sku}.JRTCKXETXF"
    lower = {name[0].lower() + name[1:]: value for name, value in item.offer.items()}
    dimensions = {
        f"{code}.{start}": {
            "rateCode": f"{code}.{start}", "description": "made up", "beginRange": start, "endRange": "Inf",
            "unit": item.unit, "pricePerUnit": {item.currency: usd}, "appliesTo": [],
        }
        for start, usd in item.tiers
    }  # fmt: skip
    offer = {"offerTermCode": "JRTCKXETXF", "sku": item.sku, "effectiveDate": f"{item.effective}T00:00:00Z",
             "priceDimensions": dimensions, "termAttributes": lower}  # fmt: skip
    return {code: offer}


def json_text(service: str, region: str, items: list[Item], version: str = VERSION) -> str:
    """The JSON form of a price list."""
    terms: dict[str, dict[str, Any]] = {}
    for item in items:
        terms.setdefault(item.term, {}).setdefault(item.sku, {}).update(offers(item))
    return json.dumps({
        "formatVersion": "v1.0", "disclaimer": "made up", "offerCode": service, "version": version,
        "publicationDate": PUBLISHED, "products": {item.sku: product(service, region, item) for item in items},
        "terms": terms,
    })  # fmt: skip


def query_item(service: str, region: str, item: Item) -> str:
    """One element of a Query API answer: text, and no SKU level under the term."""
    return json.dumps({
        "product": product(service, region, item), "serviceCode": service, "terms": {item.term: offers(item)},
        "version": VERSION, "publicationDate": PUBLISHED,
    })  # fmt: skip


def path_of(service: str, region: str, form: str = "csv", version: str = VERSION) -> str:
    return f"/offers/v1.0/aws/{service}/{version}/{region}/index.{form}"


def mirror(
    root: Path, lists: dict[tuple[str, str], list[Item]], form: str = "csv", version: str = VERSION
) -> Path:  # fmt: skip
    """A mirror of AWS's bulk price lists: offer index, region indexes, price lists by (service, region)."""
    services = sorted({service for service, _ in lists})
    codes = {
        code: {"offerCode": code, "currentVersionUrl": f"/offers/v1.0/aws/{code}/current/index.json",
               "currentRegionIndexUrl": f"/offers/v1.0/aws/{code}/current/region_index.json"}
        for code in services
    }  # fmt: skip
    head = {"formatVersion": "v1.0", "disclaimer": "made up", "publicationDate": PUBLISHED}
    put(root, "/offers/v1.0/aws/index.json", json.dumps({**head, "offers": codes}))
    for service in services:
        regions = {
            region: {"regionCode": region, "currentVersionUrl": path_of(service, region, "json", version)}
            for code, region in lists
            if code == service
        }
        put(root, codes[service]["currentRegionIndexUrl"], json.dumps({**head, "regions": regions}))
    for (service, region), items in lists.items():
        text = csv_text if form == "csv" else json_text
        put(root, path_of(service, region, form, version), text(service, region, items, version))
    return root


def put(root: Path, path: str, text: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def sums(root: Path) -> None:
    """Write SHA256SUMS for all files of a mirror."""
    files = sorted(file for file in root.rglob("*") if file.is_file() and file.name != "SHA256SUMS")
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(root).as_posix()}" for file in files)
    (root / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def azure_item(size: str, usd: float, **more: Any) -> dict[str, Any]:
    """One price of Azure Retail Prices."""
    name = size.removeprefix("Standard_").replace("_", " ")
    return {
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": usd, "unitPrice": usd, "armRegionName": "westeurope",
        "location": "EU West", "effectiveStartDate": "2026-09-01T00:00:00Z", "meterId": f"m-{name}", "meterName": name,
        "productId": "P", "skuId": "P/1", "productName": "Virtual Machines Test Series", "skuName": name,
        "serviceName": "Virtual Machines", "serviceId": "S", "serviceFamily": "Compute", "unitOfMeasure": "1 Hour",
        "type": "Consumption", "isPrimaryMeterRegion": True, "armSkuName": size, **more,
    }  # fmt: skip


def azure_page(items: list[dict[str, Any]], link: str | None = None, **more: Any) -> str:
    page = {"BillingCurrency": "USD", "CustomerEntityId": "Default", "CustomerEntityType": "Retail", "Items": items,
            "NextPageLink": link, "Count": len(items)}  # fmt: skip
    return json.dumps(page | more)


def google_sku(description: str, group: str, units: str, nanos: int, unit: str = "h", **more: Any) -> dict[str, Any]:
    """One SKU of Google's billing catalog."""
    usage = more.pop("usage", "OnDemand")
    rate = {"startUsageAmount": 0, "unitPrice": {"currencyCode": "USD", "units": units, "nanos": nanos}}
    info = {"summary": "", "effectiveTime": "2026-09-01T10:00:00Z", "currencyConversionRate": 1,
            "pricingExpression": {"usageUnit": unit, "displayQuantity": 1, "tieredRates": [rate]}}  # fmt: skip
    return {
        "name": "services/X/skus/Y", "skuId": "Y", "description": description, "serviceProviderName": "Google",
        "category": {"serviceDisplayName": "Compute Engine", "resourceFamily": "Compute", "resourceGroup": group,
                     "usageType": usage},
        "serviceRegions": ["us-central1", "us-east1"], "pricingInfo": [info], "geoTaxonomy": {"type": "MULTI_REGIONAL"}, **more,
    }  # fmt: skip


def google_page(skus: list[dict[str, Any]], token: str = "") -> str:
    return json.dumps({"skus": skus, "nextPageToken": token})
