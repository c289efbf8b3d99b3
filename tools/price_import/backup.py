"""AWS Backup: what is stored and restored, by the service that it belongs to. Unit prices of published estimates.

Snapshots of volumes and backups of DynamoDB tables have the prices of their own services.
"""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

LINES = {
    "EFS backup (warm)": Line("aws/backup/efs/warm-storage", "GB"),
    "EFS backup (cold)": Line("aws/backup/efs/cold-storage", "GB"),
    "EFS restore (warm)": Line("aws/backup/efs/warm-restore", "GB"),
    "EFS restore (cold)": Line("aws/backup/efs/cold-restore", "GB"),
    "EFS restore (item-level)": Line("aws/backup/efs/item-restore", "requests"),
    "RDS snapshot": Line("aws/backup/rds/storage", "GB"),
    "Aurora snapshot": Line("aws/backup/aurora/storage", "GB"),
    "FSx for Windows backup": Line("aws/backup/fsx-windows/storage", "GB"),
    "FSx for Lustre backup": Line("aws/backup/fsx-lustre/storage", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates."""
    yield from by_component(tables, "aws_backup_vault", LINES)
