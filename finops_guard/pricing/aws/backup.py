"""AWS Backup (https://aws.amazon.com/backup/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

METERS = (
    Meter("monthly_efs_warm_backup_gb", "EFS backup (warm)", "aws/backup/efs/warm-storage", "GB"),
    Meter("monthly_efs_cold_backup_gb", "EFS backup (cold)", "aws/backup/efs/cold-storage", "GB"),
    Meter("monthly_efs_warm_restore_gb", "EFS restore (warm)", "aws/backup/efs/warm-restore", "GB"),
    Meter("monthly_efs_cold_restore_gb", "EFS restore (cold)", "aws/backup/efs/cold-restore", "GB"),
    Meter("monthly_efs_item_restore_requests", "EFS restore (item-level)", "aws/backup/efs/item-restore", "requests"),
    Meter("monthly_ebs_snapshot_gb", "EBS snapshot", "aws/ebs/snapshot/storage", "GB"),
    Meter("monthly_rds_snapshot_gb", "RDS snapshot", "aws/backup/rds/storage", "GB"),
    Meter("monthly_dynamodb_backup_gb", "DynamoDB backup", "aws/dynamodb/backup/on-demand", "GB"),
    Meter("monthly_dynamodb_restore_gb", "DynamoDB restore", "aws/dynamodb/restore", "GB"),
    Meter("monthly_aurora_snapshot_gb", "Aurora snapshot", "aws/backup/aurora/storage", "GB"),
    Meter("monthly_fsx_windows_backup_gb", "FSx for Windows backup", "aws/backup/fsx-windows/storage", "GB"),
    Meter("monthly_fsx_lustre_backup_gb", "FSx for Lustre backup", "aws/backup/fsx-lustre/storage", "GB"),
)


def vault(vault: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Backup vault: free itself; what it holds and what is restored is charged by the service that it comes from.

    A vault holds what some plans select: once the usage file states what, the other kinds are taken not to be in it.
    """
    stated = [meter for meter in METERS if meter.key in usage]
    yield from metered(usage, stated or METERS)
