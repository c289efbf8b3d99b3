"""Amazon S3: storage classes, requests, retrievals, S3 Select."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, estimated, quoted

TB = 1024  # GB
FREQUENT = "Intelligent Tiering Frequent Access"


def _class(name: str, key: str) -> dict[str, Line]:
    """The lines that most classes but Standard have, by the name that the page gives the class."""
    product = f"aws/s3/{key}"
    return {
        f"PUT COPY/POST or LIST requests to {name} per Requests": Line(f"{product}/requests/tier-1", "requests"),
        f"GET and all other requests to {name} per Requests": Line(f"{product}/requests/tier-2", "requests"),
        f"Lifecycle Transition Requests into {name} per Requests": Line(f"{product}/lifecycle-transition", "requests"),
        f"Object Retrieval in {name} per GB": Line(f"{product}/retrieval", "GB"),
        **_select(name, key),
    }


def _select(name: str, key: str) -> dict[str, Line]:
    return {
        f"Data Scanned by S3 Select in {name} per GB": Line(f"aws/s3/{key}/select/scanned", "GB"),
        f"Data Returned by S3 Select in {name} per GB": Line(f"aws/s3/{key}/select/returned", "GB"),
    }


STANDARD = {
    "Standard Storage First 50 TB per GB Mo": Line("aws/s3/standard/storage", "GB"),
    "Standard Storage Next 450 TB per GB Mo": Line("aws/s3/standard/storage", "GB", 50 * TB),
    "Standard Storage Over 500 TB per GB Mo": Line("aws/s3/standard/storage", "GB", 500 * TB),
    "PUT COPY/POST or LIST requests per Requests": Line("aws/s3/standard/requests/tier-1", "requests"),
    "GET and all other requests per Requests": Line("aws/s3/standard/requests/tier-2", "requests"),
    **_select("Standard", "standard"),
    "Tags Storage per Tag Mo": Line("aws/s3/object-tags", "tags"),
    "Per object fee for objects included in Analytics": Line("aws/s3/analytics", "objects"),
    "Per object fee for objects listed in an Inventory": Line("aws/s3/inventory", "objects"),
}
INTELLIGENT = {
    f"{FREQUENT} First 50 TB per GB Mo": Line("aws/s3/intelligent-tiering/storage/frequent", "GB"),
    f"{FREQUENT} Next 450 TB per GB Mo": Line("aws/s3/intelligent-tiering/storage/frequent", "GB", 50 * TB),
    f"{FREQUENT} Over 500 TB per GB Mo": Line("aws/s3/intelligent-tiering/storage/frequent", "GB", 500 * TB),
    "Intelligent Tiering Infrequent Access per GB Mo": Line("aws/s3/intelligent-tiering/storage/infrequent", "GB"),
    "Intelligent Tiering Archive Instant Access": Line("aws/s3/intelligent-tiering/storage/archive-instant", "GB"),
    "IntelligentTieringArchiveAccess": Line("aws/s3/intelligent-tiering/storage/archive", "GB"),
    # The Deep Archive storage class has no line of its own on the page; it costs what this tier costs.
    "IntelligentTieringDeepArchiveAccess": (
        Line("aws/s3/intelligent-tiering/storage/deep-archive", "GB"),
        Line(
            "aws/s3/glacier-deep-archive/storage",
            "GB",
            derived="as the Deep Archive Access tier of Intelligent-Tiering",
        ),
    ),
    "Per object per month monitoring and automation fee for objects in Intelligent Tiering": Line(
        "aws/s3/intelligent-tiering/monitoring", "objects"
    ),
    **_class("Intelligent Tiering", "intelligent-tiering"),
}
INFREQUENT = {
    "Standard Infrequent Access Storage per GB-Mo": Line("aws/s3/standard-ia/storage", "GB"),
    **_class("Standard Infrequent Access", "standard-ia"),
    "One Zone Infrequent Access Storage Inf per GB-Mo": Line("aws/s3/one-zone-ia/storage", "GB"),
    **_class("One Zone Infrequent Access", "one-zone-ia"),
}
GLACIER = {
    "Glacier Instant Retrieval Storage": Line("aws/s3/glacier-instant-retrieval/storage", "GB"),
    **_class("Glacier Instant Retrieval", "glacier-instant-retrieval"),
    "Glacier Storage per GB Mo": Line("aws/s3/glacier-flexible-retrieval/storage", "GB"),
    "GET and all other requests to GLACIER per Requests": Line(
        "aws/s3/glacier-flexible-retrieval/requests/tier-2", "requests"
    ),
    "Lifecycle Transition Requests into Glacier per Requests": Line(
        "aws/s3/glacier-flexible-retrieval/lifecycle-transition", "requests"
    ),
    "PUT requests to Glacier per Requests": Line("aws/s3/glacier-flexible-retrieval/requests/tier-1", "requests"),
    "Fee for Standard Retrieval of data stored": Line("aws/s3/glacier-flexible-retrieval/retrieval/standard", "GB"),
    "Glacier S3 Expedited Retrieval": Line("aws/s3/glacier-flexible-retrieval/retrieval/expedited", "GB"),
    "Restore Object per Requests": Line("aws/s3/glacier-flexible-retrieval/retrieval-requests/standard", "requests"),
    "Glacier Expedited Glacier Restore Requests": Line(
        "aws/s3/glacier-flexible-retrieval/retrieval-requests/expedited", "requests"
    ),
    "GET and all other requests to GDA per Requests": Line("aws/s3/glacier-deep-archive/requests/tier-2", "requests"),
    # A PUT into Deep Archive costs what a transition into it costs; the page has a line for the transition only.
    "Lifecycle Transition Requests into Glacier Deep Archive per Requests": (
        Line("aws/s3/glacier-deep-archive/lifecycle-transition", "requests"),
        Line(
            "aws/s3/glacier-deep-archive/requests/tier-1",
            "requests",
            derived="as a lifecycle transition into the class",
        ),
    ),
    "Fee for Standard Retrieval of data stored from Glacier Deep Archive": Line(
        "aws/s3/glacier-deep-archive/retrieval/standard", "GB"
    ),
    "Fee for Bulk Retrieval of data stored from Glacier Deep Archive": Line(
        "aws/s3/glacier-deep-archive/retrieval/bulk", "GB"
    ),
}
EXPRESS = {
    "Express One Zone Storage Inf per GB Mo": Line("aws/s3/express-one-zone/storage", "GB"),
    "PUT COPY/POST or LIST requests to Express One Zone per Requests": Line(
        "aws/s3/express-one-zone/requests/tier-1", "requests"
    ),
    "GET and all other requests to Express One Zone per Requests": Line(
        "aws/s3/express-one-zone/requests/tier-2", "requests"
    ),
    "Object Upload in Express One Zone per GB": Line("aws/s3/express-one-zone/upload", "GB"),
    "Object Retrieval in Express One Zone per GB": Line("aws/s3/express-one-zone/retrieval", "GB"),
}
GLACIER_SELECT = {
    f"{speed.capitalize()}-Select-{what.capitalize()} per GB": Line(
        f"aws/s3/glacier-flexible-retrieval/select/{speed}/{what}", "GB"
    )
    for speed in ("standard", "expedited", "bulk")
    for what in ("scanned", "returned")
}
# Restore requests from Deep Archive are on no page that we have: only the published estimates have them.
DEEP_ARCHIVE_RESTORES = {"Retrieval requests (standard)": "standard", "Retrieval requests (bulk)": "bulk"}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes, the price page of 2025, Glacier Select of 2024, then restore requests of published estimates."""
    yield from quoted("aws/s3/")
    yield from from_page(tables.read("aws_other", "s3"), STANDARD | INTELLIGENT | INFREQUENT | GLACIER | EXPRESS)
    yield from from_page(tables.read("aws_other", "glacier"), GLACIER_SELECT)
    for price in tables.reference("aws_s3_bucket"):
        speed = DEEP_ARCHIVE_RESTORES.get(price["component_text"])
        if speed and "deep archive" in price["subresource_path"].lower() and price["currency"] == "USD":
            product = f"aws/s3/glacier-deep-archive/retrieval-requests/{speed}"
            yield estimated(price, product, "requests", per=1000)
