"""Amazon S3: buckets by storage class, directory buckets, analytics, inventories (https://aws.amazon.com/s3/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import group, monthly, settled, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Values


@dataclass(frozen=True, slots=True)
class Line:
    """One billed line of a storage class: its name, the usage key of the quantity, the end of its product key."""

    name: str
    usage: str
    product: str
    unit: str = "GB"
    only_if_given: bool = False  # rare: no line without a quantity in the usage file


@dataclass(frozen=True, slots=True)
class StorageClass:
    """A storage class: its key in the usage file, its title, its product keys, its name in lifecycle rules."""

    usage: str
    title: str
    product: str
    transition: str | None
    lines: tuple[Line, ...]


STORAGE = Line("Storage", "storage_gb", "storage")
REQUESTS = (
    Line("PUT, COPY, POST, LIST requests", "monthly_tier_1_requests", "requests/tier-1", "requests"),
    Line("GET, SELECT and all other requests", "monthly_tier_2_requests", "requests/tier-2", "requests"),
)
TRANSITION = Line("Lifecycle transitions", "monthly_lifecycle_transition_requests", "lifecycle-transition", "requests")
RETRIEVAL = Line("Retrievals", "monthly_data_retrieval_gb", "retrieval")
SELECT = (
    Line("Select data scanned", "monthly_select_data_scanned_gb", "select/scanned", only_if_given=True),
    Line("Select data returned", "monthly_select_data_returned_gb", "select/returned", only_if_given=True),
)


def _early_delete(days: int) -> Line:
    """What is deleted before the minimum storage time is charged as storage for the rest of it, in GB-months."""
    return Line(f"Early delete (within {days} days)", "early_delete_gb", "storage", only_if_given=True)


def _restores(speed: str, optional: bool = False) -> tuple[Line, ...]:
    requests, data = f"monthly_{speed}_data_retrieval_requests", f"monthly_{speed}_data_retrieval_gb"
    return (
        Line(f"Retrieval requests ({speed})", requests, f"retrieval-requests/{speed}", "requests", optional),
        Line(f"Retrievals ({speed})", data, f"retrieval/{speed}", only_if_given=optional),
    )


def _glacier_select(speed: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            f"Select data {what} ({speed})",
            f"monthly_{speed}_select_data_{what}_gb",
            f"select/{speed}/{what}",
            only_if_given=True,
        )
        for what in ("scanned", "returned")
    )


STANDARD = StorageClass("standard", "Standard", "standard", None, (STORAGE, *REQUESTS, *SELECT))
OTHER_CLASSES = (
    StorageClass(
        "intelligent_tiering",
        "Intelligent tiering",
        "intelligent-tiering",
        "INTELLIGENT_TIERING",
        (
            Line("Storage (frequent access)", "frequent_access_storage_gb", "storage/frequent"),
            Line("Storage (infrequent access)", "infrequent_access_storage_gb", "storage/infrequent"),
            Line(
                "Storage (archive instant access)",
                "archive_instant_access_storage_gb",
                "storage/archive-instant",
                only_if_given=True,
            ),
            Line("Storage (archive access)", "archive_access_storage_gb", "storage/archive", only_if_given=True),
            Line(
                "Storage (deep archive access)",
                "deep_archive_access_storage_gb",
                "storage/deep-archive",
                only_if_given=True,
            ),
            Line("Monitoring and automation", "monitored_objects", "monitoring", "objects"),
            *REQUESTS,
            TRANSITION,
            *SELECT,
        ),
    ),
    StorageClass(
        "standard_infrequent_access",
        "Standard - infrequent access",
        "standard-ia",
        "STANDARD_IA",
        (STORAGE, *REQUESTS, TRANSITION, RETRIEVAL, *SELECT, _early_delete(30)),
    ),
    StorageClass(
        "one_zone_infrequent_access",
        "One zone - infrequent access",
        "one-zone-ia",
        "ONEZONE_IA",
        (STORAGE, *REQUESTS, TRANSITION, RETRIEVAL, *SELECT, _early_delete(30)),
    ),
    StorageClass(
        "glacier_instant_retrieval",
        "Glacier instant retrieval",
        "glacier-instant-retrieval",
        "GLACIER_IR",
        (STORAGE, *REQUESTS, TRANSITION, RETRIEVAL, *SELECT, _early_delete(90)),
    ),
    StorageClass(
        "glacier_flexible_retrieval",
        "Glacier flexible retrieval",
        "glacier-flexible-retrieval",
        "GLACIER",
        (
            STORAGE,
            *REQUESTS,
            TRANSITION,
            *_restores("standard"),
            *_restores("expedited", optional=True),
            *_glacier_select("standard"),
            *_glacier_select("expedited"),
            *_glacier_select("bulk"),
            _early_delete(90),
        ),
    ),
    StorageClass(
        "glacier_deep_archive",
        "Glacier deep archive",
        "glacier-deep-archive",
        "DEEP_ARCHIVE",
        (STORAGE, *REQUESTS, TRANSITION, *_restores("standard"), *_restores("bulk", optional=True), _early_delete(180)),
    ),
)


def bucket(bucket: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Bucket: storage, requests and retrievals of Standard, and of the classes that usage or lifecycle rules name."""
    yield from settled("Object tagging", _object_tags(bucket, usage))
    yield from _class_lines(STANDARD, usage)
    with_usage = [one for one in OTHER_CLASSES if one.usage in usage or usage.nested(one.usage).values]
    for storage_class in with_usage:
        yield from _class_lines(storage_class, usage)
    others = [one for one in OTHER_CLASSES if one not in with_usage]
    yield from settled("Storage classes of lifecycle rules", _named_by_rules(bucket, usage, others))


def _object_tags(bucket: Resource, usage: Usage) -> Iterator[CostComponent]:
    """Tags are charged by the month; without a quantity they are worth a line only where a rule goes by them."""
    if "object_tags" in usage or any(_goes_by_tags(rule) for rule in _lifecycle_rules(bucket)):
        yield monthly("Object tagging", "aws/s3/object-tags", usage.number("object_tags"), "tags")


def _class_lines(storage_class: StorageClass, usage: Usage) -> Iterator[CostComponent]:
    part = usage.nested(storage_class.usage)
    if storage_class.transition == "INTELLIGENT_TIERING":
        part.number("early_delete_gb")  # a known key, but since September 2021 the class has no minimum storage time
    lines = [line for line in storage_class.lines if line.usage in part or not line.only_if_given]
    components = (
        tiered(line.name, part.number(line.usage), f"aws/s3/{storage_class.product}/{line.product}", line.unit)
        for line in lines
    )
    yield from group(storage_class.title, components)


def _named_by_rules(bucket: Resource, usage: Usage, classes: list[StorageClass]) -> Iterator[CostComponent]:
    names = {name for rule in _lifecycle_rules(bucket) for name in _transitions(rule)}
    for storage_class in classes:
        if storage_class.transition in names:
            yield from _class_lines(storage_class, usage)


def _lifecycle_rules(bucket: Resource) -> Iterator[Values]:
    """The rules that are in force: of the bucket itself, and of the separate resource that newer providers want."""
    for rule in bucket.blocks("lifecycle_rule"):
        if rule.flag("enabled", True):
            yield rule
    for configuration in bucket.referrers("aws_s3_bucket_lifecycle_configuration", "bucket"):
        for rule in configuration.blocks("rule"):
            if rule.text("status", "Enabled") == "Enabled":
                yield rule


def _transitions(rule: Values) -> Iterator[str]:
    for name in ("transition", "noncurrent_version_transition"):
        for transition in rule.blocks(name):
            yield transition.text("storage_class", "")


def _goes_by_tags(rule: Values) -> bool:
    if rule.known("tags"):
        return True
    filters = rule.blocks("filter")
    return any(one.blocks("tag") or any(both.known("tags") for both in one.blocks("and")) for one in filters)


def directory_bucket(bucket: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Directory bucket (Express One Zone): storage, requests, and each GB of an upload or retrieval."""
    part = usage.nested("express_one_zone")
    lines = (
        STORAGE,
        *REQUESTS,
        Line("Uploads", "monthly_data_upload_gb", "upload"),
        RETRIEVAL,
    )
    for line in lines:
        yield monthly(line.name, f"aws/s3/express-one-zone/{line.product}", part.number(line.usage), line.unit)


def analytics(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Storage class analysis: charged by the objects that it watches."""
    yield monthly("Objects monitored", "aws/s3/analytics", usage.number("monthly_monitored_objects"), "objects")


def inventory(configuration: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Inventory: charged by the objects that it lists."""
    yield monthly("Objects listed", "aws/s3/inventory", usage.number("monthly_listed_objects"), "objects")
