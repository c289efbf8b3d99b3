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
    "aws_ec2_capacity_block_reservation": "aws.capacity_blocks:capacity_block",
    "aws_ec2_host": "aws.ec2:dedicated_host",
    "aws_ebs_volume": "aws.ebs:volume",
    "aws_ebs_snapshot": "aws.ebs:snapshot",
    "aws_ebs_snapshot_copy": "aws.ebs:snapshot",
    "aws_eip": "aws.elastic_ip:elastic_ip",
    # Amazon EKS
    "aws_eks_cluster": "aws.eks:cluster",
    "aws_eks_node_group": "aws.eks:node_group",
    "aws_eks_fargate_profile": "aws.eks:fargate_profile",
    "aws_eks_capability": "aws.eks:capability",
    # Amazon RDS and Aurora
    "aws_db_instance": "aws.rds:db_instance",
    "aws_rds_cluster": "aws.aurora:cluster",
    "aws_rds_cluster_instance": "aws.aurora:cluster_instance",
    "aws_db_proxy": "aws.rds_extras:proxy",
    "aws_db_snapshot": "aws.rds_extras:instance_snapshot",
    "aws_db_snapshot_copy": "aws.rds_extras:instance_snapshot",
    "aws_db_instance_automated_backups_replication": "aws.rds_extras:instance_snapshot",
    "aws_db_cluster_snapshot": "aws.rds_extras:cluster_snapshot",
    # Amazon DocumentDB and Neptune
    "aws_docdb_cluster": "aws.docdb:cluster",
    "aws_docdb_cluster_instance": "aws.docdb:cluster_instance",
    "aws_docdb_cluster_snapshot": "aws.docdb:snapshot",
    "aws_docdbelastic_cluster": "aws.docdb:elastic_cluster",
    "aws_neptune_cluster": "aws.neptune:cluster",
    "aws_neptune_cluster_instance": "aws.neptune:cluster_instance",
    "aws_neptune_cluster_snapshot": "aws.neptune:snapshot",
    # AWS Database Migration Service
    "aws_dms_replication_instance": "aws.dms:replication_instance",
    "aws_dms_replication_config": "aws.dms:replication_config",
    # Amazon MemoryDB, DAX, Timestream
    "aws_memorydb_cluster": "aws.memorydb:cluster",
    "aws_dax_cluster": "aws.dax:cluster",
    "aws_timestreamwrite_table": "aws.timestream:table",
    "aws_timestreaminfluxdb_db_instance": "aws.timestream:influxdb_instance",
    # Amazon ElastiCache
    "aws_elasticache_cluster": "aws.elasticache:cluster",
    "aws_elasticache_replication_group": "aws.elasticache:replication_group",
    "aws_elasticache_serverless_cache": "aws.elasticache_serverless:cache",
    # Amazon OpenSearch Service
    "aws_opensearch_domain": "aws.opensearch:domain",
    "aws_elasticsearch_domain": "aws.opensearch:domain",
    "aws_opensearchserverless_collection": "aws.opensearch_serverless:collection",
    # Amazon Redshift
    "aws_redshift_cluster": "aws.redshift:cluster",
    "aws_redshiftserverless_workgroup": "aws.redshift_serverless:workgroup",
    # Amazon MSK
    "aws_msk_cluster": "aws.msk:cluster",
    "aws_msk_serverless_cluster": "aws.msk_serverless:cluster",
    # Amazon DynamoDB
    "aws_dynamodb_table": "aws.dynamodb:table",
    "aws_dynamodb_table_replica": "aws.dynamodb:table_replica",
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
    "aws_sagemaker_app": "aws.sagemaker_studio:app",
    "aws_sagemaker_cluster": "aws.sagemaker_studio:cluster",
    "aws_sagemaker_domain": "aws.sagemaker_studio:domain",
    "aws_sagemaker_feature_group": "aws.sagemaker_studio:feature_group",
    "aws_sagemaker_flow_definition": "aws.sagemaker_studio:flow_definition",
    "aws_sagemaker_mlflow_tracking_server": "aws.sagemaker_studio:tracking_server",
    "aws_sagemaker_monitoring_schedule": "aws.sagemaker_studio:monitoring_schedule",
    "aws_sagemaker_pipeline": "aws.sagemaker_studio:pipeline",
    "aws_sagemaker_project": "aws.sagemaker_studio:pipeline",
    "aws_sagemaker_space": "aws.sagemaker_studio:space",
    # Language models by the token, declared in the usage file
    "llm_usage": "llm:llm_usage",
    # Amazon Bedrock
    "aws_bedrock_provisioned_model_throughput": "aws.bedrock:provisioned_throughput",
    "aws_bedrock_custom_model": "aws.bedrock_use:custom_model",
    "aws_bedrock_guardrail": "aws.bedrock_use:guardrail",
    "aws_bedrock_inference_profile": "aws.bedrock_use:inference_profile",
    "aws_bedrockagent_agent": "aws.bedrock_use:agent",
    "aws_bedrockagent_flow": "aws.bedrock_use:flow",
    "aws_bedrockagent_knowledge_base": "aws.bedrock_use:knowledge_base",
    "aws_bedrockagent_prompt": "aws.bedrock_use:prompt",
    "aws_bedrockagentcore_agent_runtime": "aws.bedrock_use:agent_runtime",
    "aws_bedrockagentcore_browser": "aws.bedrock_use:agent_runtime",
    "aws_bedrockagentcore_code_interpreter": "aws.bedrock_use:agent_runtime",
    "aws_bedrockagentcore_gateway": "aws.bedrock_use:gateway",
    "aws_bedrockagentcore_memory": "aws.bedrock_use:memory",
    # AWS Batch, Amazon EMR, EC2 Fleet, App Runner
    "aws_batch_compute_environment": "aws.batch:compute_environment",
    "aws_emr_cluster": "aws.emr:cluster",
    "aws_emr_instance_fleet": "aws.emr:instance_fleet",
    "aws_emr_instance_group": "aws.emr:instance_group",
    "aws_emrcontainers_virtual_cluster": "aws.emr:virtual_cluster",
    "aws_emrserverless_application": "aws.emr:serverless",
    "aws_ec2_fleet": "aws.fleets:ec2_fleet",
    "aws_spot_fleet_request": "aws.fleets:spot_fleet",
    "aws_apprunner_service": "aws.apprunner:service",
    "aws_lambda_capacity_provider": "aws.fleets:lambda_capacity_provider",
    # Kendra, Q Business, Lex, Comprehend, Rekognition
    "aws_comprehend_document_classifier": "aws.ml_services:document_classifier",
    "aws_comprehend_entity_recognizer": "aws.ml_services:entity_recognizer",
    "aws_kendra_data_source": "aws.ml_services:kendra_data_source",
    "aws_kendra_index": "aws.ml_services:kendra_index",
    "aws_lex_bot": "aws.ml_services:lex_bot",
    "aws_lexv2models_bot": "aws.ml_services:lex_bot",
    "aws_qbusiness_application": "aws.ml_services:q_application",
    "aws_rekognition_collection": "aws.ml_services:rekognition_collection",
    "aws_rekognition_project": "aws.ml_services:rekognition_project",
    "aws_rekognition_stream_processor": "aws.ml_services:rekognition_stream",
    # Free unless an option is chosen
    "aws_accessanalyzer_analyzer": "aws.free_unless:access_analyzer",
    "aws_lambda_event_source_mapping": "aws.free_unless:event_source_mapping",
    # Amazon S3
    "aws_s3_bucket": "aws.s3:bucket",
    "aws_s3_directory_bucket": "aws.s3:directory_bucket",
    "aws_s3_bucket_analytics_configuration": "aws.s3:analytics",
    "aws_s3_bucket_inventory": "aws.s3:inventory",
    "aws_s3_bucket_replication_configuration": "aws.s3_features:replication",
    "aws_s3_bucket_accelerate_configuration": "aws.s3_features:acceleration",
    "aws_s3_bucket_metric": "aws.s3_features:request_metrics",
    "aws_s3_bucket_metadata_configuration": "aws.s3_features:metadata",
    "aws_s3control_object_lambda_access_point": "aws.s3_features:object_lambda",
    "aws_s3tables_table_bucket": "aws.s3_features:table_bucket",
    "aws_s3vectors_index": "aws.s3_features:vectors",
    # Amazon EFS
    "aws_efs_file_system": "aws.efs:file_system",
    # Amazon FSx
    "aws_fsx_windows_file_system": "aws.fsx:windows",
    "aws_fsx_openzfs_file_system": "aws.fsx:openzfs",
    "aws_fsx_lustre_file_system": "aws.fsx:lustre",
    "aws_fsx_ontap_file_system": "aws.fsx:ontap",
    # AWS DataSync
    "aws_datasync_task": "aws.datasync:task",
    # Amazon ECS
    "aws_ecs_service": "aws.ecs:service",
    # Amazon ECR
    "aws_ecr_repository": "aws.ecr:repository",
    # Amazon Lightsail
    "aws_lightsail_instance": "aws.lightsail:instance",
    "aws_lightsail_database": "aws.lightsail:database",
    "aws_lightsail_lb": "aws.lightsail:load_balancer",
    "aws_lightsail_disk": "aws.lightsail:disk",
    "aws_lightsail_container_service": "aws.lightsail:container_service",
    # AWS Elastic Beanstalk
    "aws_elastic_beanstalk_environment": "aws.beanstalk:environment",
    # AWS Glue
    "aws_glue_job": "aws.glue:job",
    "aws_glue_crawler": "aws.glue:crawler",
    "aws_glue_catalog_database": "aws.glue:catalog_database",
    "aws_glue_dev_endpoint": "aws.glue:development_endpoint",
    "aws_glue_catalog_table_optimizer": "aws.glue:table_optimizer",
    # Amazon Athena
    "aws_athena_workgroup": "aws.athena:workgroup",
    "aws_athena_capacity_reservation": "aws.athena:capacity_reservation",
    # Amazon QuickSight
    "aws_quicksight_user": "aws.quicksight:user",
    # Amazon Data Firehose, Managed Service for Apache Flink
    "aws_kinesis_firehose_delivery_stream": "aws.firehose:delivery_stream",
    "aws_kinesis_analytics_application": "aws.kinesis_analytics:sql_application",
    "aws_kinesisanalyticsv2_application": "aws.kinesis_analytics:application",
    "aws_kinesisanalyticsv2_application_snapshot": "aws.kinesis_analytics:snapshot",
    # Amazon MQ
    "aws_mq_broker": "aws.mq:broker",
    # Amazon MWAA
    "aws_mwaa_environment": "aws.mwaa:environment",
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
    # Amazon CloudFront Functions
    "aws_cloudfront_function": "aws.cloudfront:function",
    # AWS Certificate Manager and Private CA
    "aws_acm_certificate": "aws.certificates:acm_certificate",
    "aws_acmpca_certificate": "aws.certificates:private_certificate",
    "aws_acmpca_certificate_authority": "aws.certificates:certificate_authority",
    # AWS Backup
    "aws_backup_vault": "aws.backup:vault",
    # AWS CloudFormation
    "aws_cloudformation_stack": "aws.cloudformation:stack",
    "aws_cloudformation_stack_set": "aws.cloudformation:stack",
    # AWS CloudHSM
    "aws_cloudhsm_v2_hsm": "aws.cloudhsm:hsm",
    # AWS CloudTrail
    "aws_cloudtrail": "aws.cloudtrail:trail",
    "aws_cloudtrail_event_data_store": "aws.cloudtrail:event_data_store",
    # AWS CodeBuild
    "aws_codebuild_project": "aws.codebuild:project",
    # AWS Config
    "aws_config_config_rule": "aws.config:rule",
    "aws_config_organization_custom_rule": "aws.config:rule",
    "aws_config_organization_custom_policy_rule": "aws.config:rule",
    "aws_config_organization_managed_rule": "aws.config:rule",
    "aws_config_conformance_pack": "aws.config:conformance_pack",
    "aws_config_organization_conformance_pack": "aws.config:conformance_pack",
    "aws_config_configuration_recorder": "aws.config:recorder",
    # AWS Directory Service
    "aws_directory_service_directory": "aws.directory:directory",
    # AWS Direct Connect
    "aws_dx_connection": "aws.directconnect:connection",
    "aws_dx_gateway_association": "aws.networking:direct_connect_association",
    # AWS Transit Gateway, VPN, traffic mirroring, IPAM
    "aws_ec2_transit_gateway_vpc_attachment": "aws.networking:transit_gateway_attachment",
    "aws_ec2_transit_gateway_peering_attachment": "aws.networking:transit_gateway_peering",
    "aws_ec2_transit_gateway_peering_attachment_accepter": "aws.networking:transit_gateway_peering",
    "aws_ec2_transit_gateway_connect": "aws.networking:transit_gateway_connect",
    "aws_vpn_connection": "aws.networking:vpn_connection",
    "aws_ec2_client_vpn_endpoint": "aws.networking:client_vpn_endpoint",
    "aws_ec2_client_vpn_network_association": "aws.networking:client_vpn_association",
    "aws_ec2_traffic_mirror_session": "aws.networking:mirror_session",
    "aws_vpc_ipam": "aws.networking:ipam",
    # Amazon VPC Lattice
    "aws_vpclattice_service": "aws.lattice:service",
    # AWS Network Firewall
    "aws_networkfirewall_firewall": "aws.networkfirewall:firewall",
    # Amazon Route 53 Resolver
    "aws_route53_resolver_endpoint": "aws.resolver:endpoint",
    "aws_route53_resolver_firewall_domain_list": "aws.resolver:firewall_domains",
    "aws_route53_resolver_firewall_rule_group_association": "aws.resolver:firewall_association",
    # AWS Systems Manager
    "aws_ssm_parameter": "aws.ssm:parameter",
    "aws_ssm_activation": "aws.ssm:activation",
    # AWS Transfer Family
    "aws_transfer_server": "aws.transfer:server",
    # AWS WAF
    "aws_waf_web_acl": "aws.waf:classic_web_acl",
    "aws_wafregional_web_acl": "aws.waf:classic_web_acl",
    "aws_wafv2_web_acl": "aws.waf:web_acl",
    "aws_wafv2_web_acl_rule_group_association": "aws.waf:rule_group_association",
    # AWS Global Accelerator
    "aws_globalaccelerator_accelerator": "aws.globalaccelerator:accelerator",
    "aws_globalaccelerator_custom_routing_accelerator": "aws.globalaccelerator:accelerator",
    "aws_globalaccelerator_endpoint_group": "aws.globalaccelerator:endpoint_group",
    "aws_globalaccelerator_custom_routing_endpoint_group": "aws.globalaccelerator:endpoint_group",
    # Amazon EventBridge
    "aws_cloudwatch_event_bus": "aws.eventbridge:event_bus",
    "aws_cloudwatch_event_archive": "aws.eventbridge:archive",
    "aws_cloudwatch_event_api_destination": "aws.eventbridge:api_destination",
    "aws_schemas_discoverer": "aws.eventbridge:schema_discoverer",
    "aws_scheduler_schedule": "aws.eventbridge:schedule",
    "aws_pipes_pipe": "aws.eventbridge:pipe",
    # Managed Grafana and Prometheus, CloudWatch Synthetics, metric streams and filters
    "aws_grafana_workspace": "aws.monitoring:grafana_workspace",
    "aws_prometheus_workspace": "aws.monitoring:prometheus_workspace",
    "aws_prometheus_scraper": "aws.monitoring:prometheus_scraper",
    "aws_cloudwatch_metric_stream": "aws.monitoring:metric_stream",
    "aws_cloudwatch_log_metric_filter": "aws.monitoring:metric_filter",
    "aws_synthetics_canary": "aws.monitoring:canary",
    # Amazon GuardDuty, AWS Shield, Amazon Cognito
    "aws_guardduty_detector": "aws.guardduty:detector",
    "aws_guardduty_detector_feature": "aws.guardduty:feature",
    "aws_guardduty_malware_protection_plan": "aws.guardduty:malware_protection_plan",
    "aws_shield_subscription": "aws.shield:subscription",
    "aws_shield_protection": "aws.shield:protection",
    "aws_cognito_user_pool": "aws.cognito:user_pool",
    # AWS AppSync, Amplify, IoT, Cloud Map
    "aws_appsync_graphql_api": "aws.appservices:graphql_api",
    "aws_amplify_app": "aws.appservices:amplify_app",
    "aws_iot_topic_rule": "aws.appservices:topic_rule",
    "aws_service_discovery_private_dns_namespace": "aws.appservices:dns_namespace",
    "aws_service_discovery_public_dns_namespace": "aws.appservices:dns_namespace",
    "aws_service_discovery_service": "aws.appservices:discovery_service",
    "aws_service_discovery_instance": "aws.appservices:discovery_instance",
    # Data transfer, declared by the usage file
    "aws_data_transfer": "aws.datatransfer:transfer",
}


@cache
def pricing_function(resource_type: str) -> PricingFunction | None:
    """The function that prices `resource_type`, or None when it is free or unsupported."""
    target = PRICED.get(resource_type)
    if target is None and resource_type in charged_types():
        target = "no_price:charged"
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


@lru_cache(maxsize=1)
def charged_types() -> dict[str, str]:
    """Types that cost money and have no prices in the book, with what is charged (data/charged_types.csv)."""
    with (DATA / "charged_types.csv").open(newline="", encoding="utf-8") as file:
        return {row["type"]: row["charged_for"] for row in csv.DictReader(file)}
