"""Amazon FSx: Windows File Server and OpenZFS as far as published estimates show them, Lustre from single quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables, draft, quoted

WINDOWS = {
    "Throughput capacity": Line("aws/fsx/windows/throughput/multi-az", "MBps"),
    "SSD storage": Line("aws/fsx/windows/storage/ssd/multi-az", "GB"),
    "HDD storage": Line("aws/fsx/windows/storage/hdd/multi-az", "GB"),
    "Backup storage": Line("aws/fsx/windows/backup/multi-az", "GB"),
}
OPENZFS = {
    "Throughput capacity": Line("aws/fsx/openzfs/throughput/single-az-1", "MBps"),
    "SSD storage": Line("aws/fsx/openzfs/storage/single-az-1", "GB"),
    "Provisioned IOPS": Line("aws/fsx/openzfs/iops/single-az-1", "IOPS"),
    "Backup storage": Line("aws/fsx/openzfs/backup", "GB"),
}
PERSISTENT_1 = re.compile(r"^Lustre Persistent_1 SSD (\d+) MB/s/TiB$")
SCRATCH = {"Lustre Scratch_2 SSD": "scratch-2"}


def rows(tables: Tables) -> Iterator[Draft]:
    """Quotes of 2026 for Lustre, then what follows from published estimates."""
    yield from quoted("aws/fsx/")
    for row in tables.read("aws_facts_2026", "fsx"):
        if match := PERSISTENT_1.match(row.sku):
            yield draft(row, f"aws/fsx/lustre/storage/persistent-1-ssd/{match[1]}", "GB")
        elif row.sku in SCRATCH:
            yield draft(row, f"aws/fsx/lustre/storage/{SCRATCH[row.sku]}", "GB")
    yield from by_component(tables, "aws_fsx_windows_file_system", WINDOWS, deployment_type="MULTI_AZ_1")
    yield from by_component(tables, "aws_fsx_openzfs_file_system", OPENZFS, deployment_type="SINGLE_AZ_1")
