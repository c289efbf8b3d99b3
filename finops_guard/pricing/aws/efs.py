"""Amazon EFS: file systems by storage class and throughput mode (https://aws.amazon.com/efs/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

GB_PER_INCLUDED_MIB = 20  # each GB in the Standard class comes with 50 KiB/s


def file_system(system: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """File system: stored GB by class, access to the colder classes, and what the throughput mode charges."""
    mode = (system.text("throughput_mode") or "bursting").lower()
    one_zone = system.text("availability_zone_name") is not None
    standard = "one-zone" if one_zone else "standard"
    label = "one zone" if one_zone else "standard"
    yield per_gb(f"Storage ({label})", usage.number("storage_gb"), f"aws/efs/{standard}/storage")
    yield from settled("Infrequent access and archive", _colder_classes(system, usage, one_zone, mode))
    if mode == "elastic":
        yield per_gb(
            "Elastic throughput, reads", usage.number("monthly_elastic_read_gb"), "aws/efs/elastic-throughput/read"
        )
        yield per_gb(
            "Elastic throughput, writes", usage.number("monthly_elastic_write_gb"), "aws/efs/elastic-throughput/write"
        )
    elif mode == "provisioned":
        yield from settled("Provisioned throughput", _provisioned_throughput(system, usage))


def _colder_classes(system: Resource, usage: Usage, one_zone: bool, mode: str) -> Iterator[CostComponent]:
    """Infrequent Access and Archive, where a lifecycle policy moves files or the usage file has a quantity for them."""
    policies = system.blocks("lifecycle_policy")
    if any(policy.text("transition_to_ia") for policy in policies) or "infrequent_access_storage_gb" in usage:
        yield from _infrequent_access(usage, one_zone, mode)
    if any(policy.text("transition_to_archive") for policy in policies) or "archive_storage_gb" in usage:
        yield per_gb("Storage (archive)", usage.number("archive_storage_gb"), "aws/efs/archive/storage")
        yield per_gb("Archive reads", usage.number("monthly_archive_read_gb"), "aws/efs/archive/read")
        yield per_gb("Archive writes", usage.number("monthly_archive_write_gb"), "aws/efs/archive/write")


def _infrequent_access(usage: Usage, one_zone: bool, mode: str) -> Iterator[CostComponent]:
    """Regional file systems pay less for Infrequent Access storage with elastic throughput."""
    product = "aws/efs/one-zone-ia/storage" if one_zone else "aws/efs/standard-ia/storage"
    if mode == "elastic" and not one_zone:
        product += "-elastic"
    yield per_gb("Storage (infrequent access)", usage.number("infrequent_access_storage_gb"), product)
    reads, writes = (usage.number(f"monthly_infrequent_access_{way}_gb") for way in ("read", "write"))
    yield per_gb("Infrequent access reads", reads, "aws/efs/infrequent-access/read")
    yield per_gb("Infrequent access writes", writes, "aws/efs/infrequent-access/write")


def _provisioned_throughput(system: Resource, usage: Usage) -> Iterator[CostComponent]:
    """Charged for what goes beyond the throughput that the stored data comes with."""
    name, product, unit = "Provisioned throughput", "aws/efs/provisioned-throughput", "MiB/s"
    provisioned = system.number("provisioned_throughput_in_mibps")
    if provisioned is None:
        yield unpriced(name, "provisioned_throughput_in_mibps is not stated", unit)
        return
    stored = usage.number("storage_gb")
    if stored.value is None:
        assumed = "no stored data counted: every 20 GB in the Standard class include 1 MiB/s of throughput"
        yield monthly(name, product, amount(provisioned, assume=assumed), unit)
        return
    yield monthly(f"{name} (above what the storage includes)", product, _beyond_included(provisioned, stored), unit)


def _beyond_included(provisioned: Decimal, stored: Quantity) -> Quantity:
    """More data leaves less to pay: the low bound of the storage gives the high bound here."""

    def beyond(gb: Decimal | None) -> Decimal | None:
        return None if gb is None else max(Decimal(0), provisioned - gb / GB_PER_INCLUDED_MIB)

    return Quantity(beyond(stored.value), stored.basis, beyond(stored.high), beyond(stored.low), source=stored.source)
