"""Amazon GuardDuty (https://aws.amazon.com/guardduty/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

GUARDDUTY = "aws/guardduty"
FOUNDATION = (
    Meter("monthly_cloudtrail_events", "CloudTrail management events", f"{GUARDDUTY}/cloudtrail-events", "events"),
    Meter("monthly_flow_and_dns_logs_gb", "VPC flow and DNS logs", f"{GUARDDUTY}/flow-and-dns-logs", "GB", tiered=True),
)
S3 = Meter("monthly_s3_events", "S3 data events", f"{GUARDDUTY}/s3-events", "events", tiered=True)
EKS = Meter("monthly_eks_audit_events", "EKS audit events", f"{GUARDDUTY}/eks-audit-events", "events", tiered=True)
EBS = Meter("monthly_malware_scanned_gb", "Malware protection for EC2", f"{GUARDDUTY}/malware/ebs", "GB")
RDS = Meter("monitored_rds_vcpus", "RDS protection", f"{GUARDDUTY}/rds-vcpus", "vCPUs")
LAMBDA = Meter("monthly_lambda_logs_gb", "Lambda protection", f"{GUARDDUTY}/lambda-flow-logs", "GB", tiered=True)
RUNTIME = Meter("monitored_vcpus", "Runtime monitoring", f"{GUARDDUTY}/runtime-monitoring", "vCPUs", tiered=True)
FEATURES = {  # name of a detector feature -> what it is charged by
    "S3_DATA_EVENTS": S3,
    "EKS_AUDIT_LOGS": EKS,
    "EBS_MALWARE_PROTECTION": EBS,
    "RDS_LOGIN_EVENTS": RDS,
    "LAMBDA_NETWORK_LOGS": LAMBDA,
    "EKS_RUNTIME_MONITORING": RUNTIME,
    "RUNTIME_MONITORING": RUNTIME,
}
MALWARE_S3 = (
    Meter("monthly_scanned_gb", "Objects scanned", f"{GUARDDUTY}/malware/s3", "GB"),
    Meter("monthly_scanned_objects", "Objects evaluated", f"{GUARDDUTY}/malware/s3-objects", "objects"),
)


def detector(detector: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Detector: what its foundation analyses; optional protections when the usage file states their amounts.

    A suspended detector costs nothing. The features of a detector are resources of their own, free by themselves.
    """
    if not detector.flag("enable", True):
        return
    yield from metered(usage, FOUNDATION)
    yield from stated(usage, dict.fromkeys((S3, EKS, EBS, RDS, LAMBDA, RUNTIME)))


def feature(feature: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """An optional protection that is switched on: what it analyses."""
    if (feature.text("status") or "ENABLED").upper() == "ENABLED":
        name = (feature.text("name") or "").upper()
        if name in FEATURES:
            yield from metered(usage, [FEATURES[name]])
        else:
            yield unpriced("Protection", f"no price model for the GuardDuty feature {name or 'that is not named'}")


def malware_protection_plan(plan: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Malware protection of a bucket: per GB and per object that is scanned."""
    yield from metered(usage, MALWARE_S3)
