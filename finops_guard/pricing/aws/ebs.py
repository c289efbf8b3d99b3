"""Amazon EBS: volumes, disks of instances, snapshots (https://aws.amazon.com/ebs/pricing/).

Usage keys: `monthly_standard_io_requests` of magnetic volumes (for the disks of an instance below `root_block_device`
and `ebs_block_device[0]`); of snapshots `storage_gb`, `fast_snapshot_restore_hours` (DSU-hours) and
`monthly_list_block_requests`, `monthly_get_block_requests`, `monthly_put_block_requests`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.places import local_zone
from finops_guard.pricing.component import amount, key, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Values

LABELS = {
    "gp2": "general purpose SSD, gp2",
    "gp3": "general purpose SSD, gp3",
    "io1": "provisioned IOPS SSD, io1",
    "io2": "provisioned IOPS SSD, io2",
    "st1": "throughput optimized HDD, st1",
    "sc1": "cold HDD, sc1",
    "standard": "magnetic",
}
GP3_INCLUDED_IOPS = Decimal(3000)  # at any size
GP3_INCLUDED_THROUGHPUT = Decimal(125)  # MiB/s, at any size
IO2_STEPS = ((0, "iops"), (32_000, "iops-above-32000"), (64_000, "iops-above-64000"))  # IOPS of one volume
SNAPSHOT_REQUESTS = ("list", "get", "put")


def volume(volume: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EBS volume: the provisioned GB, and what its type charges for IOPS and throughput; used or not."""
    size, reason = _volume_size(volume), "the size is not stated"
    if size is None and "snapshot_id" in volume:
        reason = "the size is that of the snapshot, which is not known here"
    region = local_zone(volume.text("availability_zone"))
    yield from disk(volume.text("type", "gp2"), size, volume, usage, reason, region)


def _volume_size(volume: Resource) -> Decimal | None:
    size = volume.number("size")
    if size is not None:
        return size
    for snapshot in volume.related("snapshot_id"):
        if snapshot.type in ("aws_ebs_snapshot", "aws_ebs_snapshot_copy"):
            return _snapshot_size(snapshot)
    return None


def disk(
    kind: str,
    size: Quantity | Decimal | None,
    values: Values,
    usage: Usage,
    no_size: str = "the size is not stated",
    region: str | None = None,
) -> Iterator[CostComponent]:
    """The lines of one volume of type `kind` with `size` GB; IOPS and throughput (MiB/s) are read from `values`.

    `region` is a Local or Wavelength Zone when the volume lies in one: those have prices of their own.
    """
    kind = kind.lower()
    product = key("aws/ebs", kind)
    name = f"Storage ({LABELS.get(kind, kind)})"
    if size is None:
        yield unpriced(name, no_size, "GB")
    else:
        yield per_gb(name, size, f"{product}/storage", region=region)
    if kind in ("io1", "io2"):
        yield from settled("Provisioned IOPS", _provisioned_iops(kind, values, region))
    elif kind == "gp3":
        yield from settled("Provisioned IOPS (above 3,000)", _gp3_iops(values, region))
        yield from settled("Provisioned throughput (above 125 MiB/s)", _gp3_throughput(values, region))
    elif kind == "standard":
        requests = usage.number("monthly_standard_io_requests")
        yield monthly("I/O requests", f"{product}/io-requests", requests, "requests", region=region)


def _provisioned_iops(kind: str, values: Values, region: str | None) -> Iterator[CostComponent]:
    """io1 has one price for an IOPS; io2 three, counted in each volume by itself."""
    iops = values.number("iops")
    if iops is None:
        yield unpriced("Provisioned IOPS", "iops is not stated", "IOPS")
        return
    steps = IO2_STEPS if kind == "io2" else IO2_STEPS[:1]
    ends = [Decimal(start) for start, _ in steps[1:]] + [iops]
    for (start, part), end in zip(steps, ends, strict=True):
        within = min(iops, end) - start
        if within > 0:
            name = "Provisioned IOPS" if start == 0 else f"Provisioned IOPS (above {start:,})"
            yield monthly(name, key("aws/ebs", kind, part), within, "IOPS", region=region)


def _gp3_iops(values: Values, region: str | None) -> Iterator[CostComponent]:
    above = values.number("iops", GP3_INCLUDED_IOPS) - GP3_INCLUDED_IOPS
    if above > 0:
        yield monthly("Provisioned IOPS (above 3,000)", "aws/ebs/gp3/iops", above, "IOPS", region=region)


def _gp3_throughput(values: Values, region: str | None) -> Iterator[CostComponent]:
    above = values.number("throughput", GP3_INCLUDED_THROUGHPUT) - GP3_INCLUDED_THROUGHPUT
    if above > 0:
        name = "Provisioned throughput (above 125 MiB/s)"
        yield monthly(name, "aws/ebs/gp3/throughput", above, "MiB/s", region=region)


def snapshot(snapshot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EBS snapshot: charged for the blocks stored, at most the size of its volume; archived ones are full copies."""
    yield from settled("Snapshot storage", _snapshot_storage(snapshot, usage))
    if "fast_snapshot_restore_hours" in usage:
        hours = usage.number("fast_snapshot_restore_hours")
        yield monthly("Fast snapshot restore", "aws/ebs/snapshot/fast-restore", hours, "DSU-hours")
    for request in SNAPSHOT_REQUESTS:
        name = f"monthly_{request}_block_requests"
        if name in usage:
            product = f"aws/ebs/snapshot/{request}-requests"
            yield monthly(f"{request.capitalize()} block requests", product, usage.number(name), "requests")


def _snapshot_storage(snapshot: Resource, usage: Usage) -> Iterator[CostComponent]:
    archived = snapshot.text("storage_tier", "standard") == "archive"
    product = "aws/ebs/snapshot-archive/storage" if archived else "aws/ebs/snapshot/storage"
    name = "Snapshot storage (archive)" if archived else "Snapshot storage"
    if "storage_gb" in usage:
        yield per_gb(name, usage.number("storage_gb"), product)
        return
    size = _snapshot_size(snapshot)
    if size is None:
        yield unpriced(name, "depends on usage: set storage_gb; the size of the volume is not known here", "GB")
        return
    assume = None if archived else f"{size:f} GB, the whole volume: at most that, a snapshot holds the blocks in use"
    yield per_gb(name, amount(size, assume=assume), product)


def _snapshot_size(snapshot: Resource) -> Decimal | None:
    """GB of the volume that a snapshot, or the snapshot that it copies, was taken of."""
    size = snapshot.number("volume_size")
    if size is not None:
        return size
    for origin in (*snapshot.related("volume_id"), *snapshot.related("source_snapshot_id")):
        if origin.type == "aws_ebs_volume":
            return origin.number("size")
        if origin.type == "aws_ebs_snapshot":
            return _snapshot_size(origin)
    return None
