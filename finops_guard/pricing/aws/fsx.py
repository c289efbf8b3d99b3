"""Amazon FSx: file systems for Windows File Server, OpenZFS, Lustre and NetApp ONTAP (https://aws.amazon.com/fsx/).

Usage keys: `backup_storage_gb`; of OpenZFS and Lustre with Intelligent-Tiering `storage_gb`; of ONTAP
`capacity_pool_storage_gb`. What OpenZFS compression saves (`compression_savings_percent`) changes no charge.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import Amount, amount, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

IOPS_PER_GB = 3  # that come with each GB of SSD storage
THROUGHPUT_UNIT = "MBps"
TIERING = "INTELLIGENT_TIERING"
BACKUP_SIZE = "the size is that of the backup it is restored from, which is not known here"
NOT_COMPRESSED = "provisioned storage is charged in full, whatever compression saves"


def windows(system: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Windows File Server: throughput, SSD or HDD storage, SSD IOPS above 3 per GB, backups; twice in Multi-AZ."""
    deployment = "multi-az" if system.text("deployment_type", "SINGLE_AZ_1").startswith("MULTI_AZ") else "single-az"
    yield from _throughput(system, f"aws/fsx/windows/throughput/{deployment}")
    disk = system.text("storage_type", "SSD").lower()
    yield from _storage(system, f"{disk.upper()} storage", f"aws/fsx/windows/storage/{disk}/{deployment}")
    if disk == "ssd":
        yield from settled("Provisioned IOPS", _iops(system, f"aws/fsx/windows/iops/{deployment}"))
    yield from settled("Backup storage", _backups(system, usage, f"aws/fsx/windows/backup/{deployment}", kept_days=7))


def openzfs(system: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """OpenZFS: throughput, provisioned storage, IOPS above 3 per GB, backups, each by deployment type."""
    deployment = system.text("deployment_type", "SINGLE_AZ_1").lower().replace("_", "-")
    yield from _throughput(system, f"aws/fsx/openzfs/throughput/{deployment}")
    compression = usage.number("compression_savings_percent")
    if system.text("storage_type", "SSD") == TIERING:
        yield per_gb("Storage (Intelligent-Tiering)", usage.number("storage_gb"), "aws/fsx/openzfs/storage/tiered")
        yield from settled("SSD read cache", _read_cache(system, f"aws/fsx/openzfs/read-cache/{deployment}"))
    else:
        assume = NOT_COMPRESSED if compression.value is not None else None
        product = f"aws/fsx/openzfs/storage/{deployment}"
        yield from _storage(system, "SSD storage", product, assume)
        yield from settled("Provisioned IOPS", _iops(system, f"aws/fsx/openzfs/iops/{deployment}"))
    yield from settled("Backup storage", _backups(system, usage, "aws/fsx/openzfs/backup", kept_days=0))


def lustre(system: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Lustre: storage at the price of its deployment type and throughput per unit, metadata IOPS, backups."""
    deployment = system.text("deployment_type", "SCRATCH_1").lower().replace("_", "-")
    disk = system.text("storage_type", "SSD")
    if disk == TIERING:
        yield from _throughput(system, "aws/fsx/lustre/throughput/tiered")
        yield per_gb("Storage (Intelligent-Tiering)", usage.number("storage_gb"), "aws/fsx/lustre/storage/tiered")
        yield from settled("SSD read cache", _read_cache(system, "aws/fsx/lustre/read-cache"))
    else:
        yield from settled("Storage", _lustre_storage(system, deployment, disk.lower()))
    metadata = system.block("metadata_configuration")
    if metadata.text("mode") == "USER_PROVISIONED":
        iops = metadata.number("iops")
        if iops is None:
            yield unpriced("Metadata IOPS", "iops is not stated", "IOPS")
        else:
            yield monthly("Metadata IOPS", "aws/fsx/lustre/metadata-iops", iops, "IOPS")
    if deployment.startswith("persistent"):
        yield from settled("Backup storage", _backups(system, usage, "aws/fsx/lustre/backup", kept_days=0))


def _lustre_storage(system: Resource, deployment: str, disk: str) -> Iterator[CostComponent]:
    if deployment.startswith("scratch"):
        yield from _storage(system, f"SSD storage ({deployment})", f"aws/fsx/lustre/storage/{deployment}")
        return
    throughput = system.number("per_unit_storage_throughput")
    if throughput is None:
        yield unpriced("Storage", "per_unit_storage_throughput is not stated, and the price goes by it", "GB")
        return
    name = f"{disk.upper()} storage ({deployment}, {throughput:f} MB/s per TiB)"
    yield from _storage(system, name, f"aws/fsx/lustre/storage/{deployment}-{disk}/{throughput:f}")
    if system.text("drive_cache_type") == "READ":
        size = system.number("storage_capacity")
        if size is not None:  # an SSD cache of a fifth of the HDD storage
            yield per_gb("SSD read cache", size / 5, "aws/fsx/lustre/hdd-read-cache")


def ontap(system: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """NetApp ONTAP: SSD storage, throughput of every HA pair, SSD IOPS above 3 per GB, capacity pool, backups."""
    deployment = system.text("deployment_type", "MULTI_AZ_1").lower().replace("_", "-")
    yield from settled("Throughput capacity", _ontap_throughput(system, f"aws/fsx/ontap/throughput/{deployment}"))
    yield from _storage(system, "SSD storage", f"aws/fsx/ontap/storage/{deployment}")
    yield from settled("Provisioned IOPS", _iops(system, f"aws/fsx/ontap/iops/{deployment}"))
    pool = usage.number("capacity_pool_storage_gb")
    yield per_gb("Capacity pool storage", pool, f"aws/fsx/ontap/capacity-pool/{deployment}")
    yield from settled("Backup storage", _backups(system, usage, "aws/fsx/ontap/backup", kept_days=0))


def _ontap_throughput(system: Resource, product: str) -> Iterator[CostComponent]:
    """Stated for the whole file system, or for each of its HA pairs."""
    per_pair = system.number("throughput_capacity_per_ha_pair")
    if per_pair is None:
        yield from _stated_throughput(system, product)
    else:
        yield monthly("Throughput capacity", product, per_pair * system.number("ha_pairs", 1), THROUGHPUT_UNIT)


def _throughput(system: Resource, product: str) -> Iterator[CostComponent]:
    yield from settled("Throughput capacity", _stated_throughput(system, product))


def _stated_throughput(system: Resource, product: str) -> Iterator[CostComponent]:
    capacity = system.number("throughput_capacity")
    if capacity is None:
        yield unpriced("Throughput capacity", "throughput_capacity is not stated", THROUGHPUT_UNIT)
    else:
        yield monthly("Throughput capacity", product, capacity, THROUGHPUT_UNIT)


def _storage(system: Resource, name: str, product: str, note: str | None = None) -> Iterator[CostComponent]:
    yield from settled(name, _stated_storage(system, name, product, note))


def _stated_storage(system: Resource, name: str, product: str, note: str | None) -> Iterator[CostComponent]:
    size = system.number("storage_capacity")
    if size is None:
        restored = system.get("backup_id") is not None
        yield unpriced(name, BACKUP_SIZE if restored else "storage_capacity is not stated", "GB")
    else:
        yield per_gb(name, Quantity(size, assumption=note) if note else amount(size), product)


def _iops(system: Resource, product: str) -> Iterator[CostComponent]:
    """IOPS that are provisioned beyond those that come with the storage."""
    wanted = system.block("disk_iops_configuration")
    if wanted.text("mode", "AUTOMATIC") != "USER_PROVISIONED":
        return
    iops, size = wanted.number("iops"), system.number("storage_capacity")
    if iops is None or size is None:
        yield unpriced("Provisioned IOPS", "iops or storage_capacity is not stated", "IOPS")
        return
    above = iops - size * IOPS_PER_GB
    if above > 0:
        yield monthly(f"Provisioned IOPS (above {IOPS_PER_GB} per GB)", product, above, "IOPS")


def _read_cache(system: Resource, product: str) -> Iterator[CostComponent]:
    cache = system.block("read_cache_configuration")
    if not cache:
        cache = system.block("data_read_cache_configuration")
    mode, size = cache.text("sizing_mode", ""), cache.number("size")
    if mode == "NO_CACHE":
        return
    if size is None:
        yield unpriced("SSD read cache", "its size is proportional to the throughput and not stated", "GB")
    else:
        yield per_gb("SSD read cache", size, product)


def _backups(system: Resource, usage: Usage, product: str, kept_days: int) -> Iterator[CostComponent]:
    """Backups, when they are kept (`kept_days` is the provider's default) or the usage file knows of some."""
    stored: Amount = usage.number("backup_storage_gb")
    kept = system.number("automatic_backup_retention_days", Decimal(kept_days))
    if kept > 0 or "backup_storage_gb" in usage:
        yield per_gb("Backup storage", stored, product)
