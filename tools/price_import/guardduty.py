"""Amazon GuardDuty: what its foundational and optional protections analyse, in volume tiers."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

MILLION = 1_000_000
FLOWS, LAMBDA = "aws/guardduty/flow-and-dns-logs", "aws/guardduty/lambda-flow-logs"
S3, AUDIT, RUNTIME = "aws/guardduty/s3-events", "aws/guardduty/eks-audit-events", "aws/guardduty/runtime-monitoring"
PAGE = {
    "CloudTrail Events Processed per Events": Line("aws/guardduty/cloudtrail-events", "events"),
    "VPC Flow Log and DNS Processed per First 500 GB": Line(FLOWS, "GB"),
    "VPC Flow Log and DNS Processed per Next 2000 GB": Line(FLOWS, "GB", 500),
    "VPC Flow Log and DNS Processed per Next 7500 GB": Line(FLOWS, "GB", 2_500),
    "VPC Flow Log and DNS Processed per Over 10000 GB": Line(FLOWS, "GB", 10_000),
    "Lambda VPC Flow Log and DNS Processed per First 500 GB": Line(LAMBDA, "GB"),
    "Lambda VPC Flow Log and DNS Processed per Next 2000 GB": Line(LAMBDA, "GB", 500),
    "Lambda VPC Flow Log and DNS Processed per Next 7500 GB": Line(LAMBDA, "GB", 2_500),
    "Lambda VPC Flow Log and DNS Processed per Over 10000 GB": Line(LAMBDA, "GB", 10_000),
    "S3 VPC Flow Log and DNS Processed per First 500000000 Events": Line(S3, "events"),
    "S3 VPC Flow Log and DNS Processed per Next 4500000000 Events": Line(S3, "events", 500 * MILLION),
    "S3 VPC Flow Log and DNS Processed per Over 5000000000 Events": Line(S3, "events", 5_000 * MILLION),
    "Kubernetes Audit Logs Events Processed per First 100000000 Events": Line(AUDIT, "events"),
    "Kubernetes Audit Logs Events Processed per Next 200000000 Events": Line(AUDIT, "events", 100 * MILLION),
    "Kubernetes Audit Logs Events Processed per Over 200000000 Events": Line(AUDIT, "events", 300 * MILLION),
    "Malware Protection EBS Data Scanned per GB": Line("aws/guardduty/malware/ebs", "GB"),
    "EC2 vCPU Monitored per First 500 vCPU Months": Line(RUNTIME, "vCPUs"),
    "EC2 vCPU Monitored per 500 upto 5000 vCPU Months": Line(RUNTIME, "vCPUs", 500),
    "EC2 vCPU Monitored per 5000 upto Inf vCPU Months": Line(RUNTIME, "vCPUs", 5_000),
    "RDS vCPU Monitored CreateDBInstance 0002 per vCPU-Months": Line("aws/guardduty/rds-vcpus", "vCPUs"),
    "Malware Protection S3 Data Scanned per 1 upto Inf GB": Line("aws/guardduty/malware/s3", "GB"),
    "Malware Protection S3 Request Monitored per 1000 upto Inf Events": Line(
        "aws/guardduty/malware/s3-objects", "objects"
    ),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "guardduty"), PAGE)
