"""Which function prices which resource type. Modules are imported when their first resource comes by."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

PricingFunction = Callable[[Resource, Usage, Facts], Iterator[CostComponent]]

DATA = Path(__file__).parent.parent / "data"

# type -> "module:function" below finops_guard.pricing
PRICED: dict[str, str] = {
    # Amazon EC2 and EBS
    "aws_instance": "aws.ec2:instance",
    "aws_spot_instance_request": "aws.ec2:instance",
    "aws_autoscaling_group": "aws.autoscaling:autoscaling_group",
    "aws_ec2_capacity_reservation": "aws.ec2:capacity_reservation",
    "aws_ec2_host": "aws.ec2:dedicated_host",
    "aws_ebs_volume": "aws.ebs:volume",
    "aws_ebs_snapshot": "aws.ebs:snapshot",
    "aws_ebs_snapshot_copy": "aws.ebs:snapshot",
    "aws_eip": "aws.elastic_ip:elastic_ip",
    # Amazon EKS
    "aws_eks_cluster": "aws.eks:cluster",
    "aws_eks_node_group": "aws.eks:node_group",
    "aws_eks_fargate_profile": "aws.eks:fargate_profile",
    # Amazon VPC
    "aws_nat_gateway": "aws.vpc:nat_gateway",
    "aws_vpc_endpoint": "aws.vpc:vpc_endpoint",
    # Elastic Load Balancing
    "aws_lb": "aws.elb:load_balancer",
    "aws_alb": "aws.elb:load_balancer",
    "aws_elb": "aws.elb:classic_load_balancer",
    # Amazon Route 53
    "aws_route53_zone": "aws.route53:zone",
    "aws_route53_record": "aws.route53:record",
    "aws_route53_health_check": "aws.route53:health_check",
    # Amazon CloudFront
    "aws_cloudfront_distribution": "aws.cloudfront:distribution",
    # Amazon SageMaker
    "aws_sagemaker_notebook_instance": "aws.sagemaker:notebook_instance",
    "aws_sagemaker_endpoint": "aws.sagemaker:endpoint",
    "aws_sagemaker_endpoint_configuration": "aws.sagemaker:endpoint_configuration",
    # Amazon Bedrock
    "aws_bedrock_provisioned_model_throughput": "aws.bedrock:provisioned_throughput",
}


@lru_cache(maxsize=None)
def pricing_function(resource_type: str) -> PricingFunction | None:
    """The function that prices `resource_type`, or None when it is free or unsupported."""
    target = PRICED.get(resource_type)
    if target is None:
        return None
    module, _, function = target.partition(":")
    found: PricingFunction = getattr(import_module(f"finops_guard.pricing.{module}"), function)
    return found


@lru_cache(maxsize=1)
def free_types() -> dict[str, str]:
    """Types that cost nothing by themselves, with the reason (data/free_types.csv)."""
    with (DATA / "free_types.csv").open(newline="", encoding="utf-8") as file:
        return {row["type"]: row["reason"] for row in csv.DictReader(file)}
