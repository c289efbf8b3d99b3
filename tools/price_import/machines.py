"""Sizes of instance classes (vCPU, memory, GPUs): prices/machines/<provider>.csv."""

from __future__ import annotations

import csv
from pathlib import Path

from price_import.tables import Tables

COLUMNS = (
    "name", "vcpus", "memory_gib", "gpus", "gpu_model", "accelerators", "accelerator_model", "architecture", "burstable",
    "current_generation",
)  # fmt: skip


def write(tables: Tables, folder: Path) -> None:
    """Write the AWS machines."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = sorted(
        (
            row["instance_type"], int(row["vcpu"]), float(row["mem_gib"]), int(row["gpu_count"] or 0), row["gpu_model"],
            int(row["accelerator_count"] or 0), row["accelerator_model"], row["arch"], int(row["burstable"] == "True"),
            int(row["current_generation"] == "True"),
        )
        for row in tables.plain("aws_ec2_specs")
    )  # fmt: skip
    with (folder / "aws.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
