"""Which function prices which resource type. Modules are imported when their first resource comes by."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
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
    "aws_ec2_capacity_block_reservation": "aws.ec2:capacity_block",
    "aws_ec2_host": "aws.ec2:dedicated_host",
    "aws_ebs_volume": "aws.ebs:volume",
    "aws_ebs_snapshot": "aws.ebs:snapshot",
    "aws_ebs_snapshot_copy": "aws.ebs:snapshot",
    "aws_eip": "aws.elastic_ip:elastic_ip",
    # Amazon EKS
    "aws_eks_cluster": "aws.eks:cluster",
    "aws_eks_node_group": "aws.eks:node_group",
    "aws_eks_fargate_profile": "aws.eks:fargate_profile",
    # Amazon RDS and Aurora
    "aws_db_instance": "aws.rds:db_instance",
    "aws_rds_cluster": "aws.aurora:cluster",
    "aws_rds_cluster_instance": "aws.aurora:cluster_instance",
    # Amazon ElastiCache
    "aws_elasticache_cluster": "aws.elasticache:cluster",
    "aws_elasticache_replication_group": "aws.elasticache:replication_group",
    # Amazon OpenSearch Service
    "aws_opensearch_domain": "aws.opensearch:domain",
    "aws_elasticsearch_domain": "aws.opensearch:domain",
    # Amazon Redshift
    "aws_redshift_cluster": "aws.redshift:cluster",
    # Amazon MSK
    "aws_msk_cluster": "aws.msk:cluster",
    # Amazon DynamoDB
    "aws_dynamodb_table": "aws.dynamodb:table",
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
    # Free unless an option is chosen
    "aws_accessanalyzer_analyzer": "aws.free_unless:access_analyzer",
    "aws_lambda_event_source_mapping": "aws.free_unless:event_source_mapping",
    # Amazon S3
    "aws_s3_bucket": "aws.s3:bucket",
    "aws_s3_directory_bucket": "aws.s3:directory_bucket",
    "aws_s3_bucket_analytics_configuration": "aws.s3:analytics",
    "aws_s3_bucket_inventory": "aws.s3:inventory",
    # Amazon EFS
    "aws_efs_file_system": "aws.efs:file_system",
    # Amazon ECS
    "aws_ecs_service": "aws.ecs:service",
    # AWS Lambda
    "aws_lambda_function": "aws.lambda_functions:function",
    "aws_lambda_provisioned_concurrency_config": "aws.lambda_functions:provisioned_concurrency",
    # Amazon CloudWatch
    "aws_cloudwatch_log_group": "aws.cloudwatch:log_group",
    "aws_cloudwatch_metric_alarm": "aws.cloudwatch:metric_alarm",
    "aws_cloudwatch_composite_alarm": "aws.cloudwatch:composite_alarm",
    "aws_cloudwatch_dashboard": "aws.cloudwatch:dashboard",
    # AWS KMS
    "aws_kms_key": "aws.kms:kms_key",
    "aws_kms_external_key": "aws.kms:kms_key",
    "aws_kms_replica_key": "aws.kms:kms_key",
    "aws_kms_replica_external_key": "aws.kms:kms_key",
    # AWS Secrets Manager
    "aws_secretsmanager_secret": "aws.secretsmanager:secret",
    # Amazon SQS and SNS
    "aws_sqs_queue": "aws.sqs:queue",
    "aws_sns_topic": "aws.sns:topic",
    "aws_sns_topic_subscription": "aws.sns:subscription",
    # Amazon Kinesis Data Streams
    "aws_kinesis_stream": "aws.kinesis:stream",
    "aws_kinesis_stream_consumer": "aws.kinesis:stream_consumer",
    # AWS Step Functions
    "aws_sfn_state_machine": "aws.stepfunctions:state_machine",
    # Amazon API Gateway
    "aws_api_gateway_rest_api": "aws.apigateway:rest_api",
    "aws_api_gateway_stage": "aws.apigateway:stage",
    "aws_apigatewayv2_api": "aws.apigateway:api_v2",
}


@cache
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
