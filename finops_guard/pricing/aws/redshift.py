"""Amazon Redshift clusters (https://aws.amazon.com/redshift/pricing/).

Usage keys: `managed_storage_gb`, `excess_concurrency_scaling_secs`, `spectrum_data_scanned_tb`, `backup_storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, key, monthly, per_gb, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Cluster: node hours; RA3 nodes pay for the data in managed storage besides, the older ones hold it themselves.

    A Multi-AZ cluster runs its nodes in two zones.
    """
    node_type = cluster.text("node_type")
    if node_type is None:
        yield unpriced("Nodes", "node_type is not stated", "hours")
        return
    nodes = cluster.number("number_of_nodes", 1)
    zones = 2 if cluster.flag("multi_az") else 1
    label = f"Nodes ({node_type}, in two zones)" if zones == 2 else f"Nodes ({node_type})"
    yield hourly(label, key("aws/redshift/node", node_type), nodes * zones)
    if node_type.startswith(("ra3.", "rg.")):
        yield per_gb("Managed storage", usage.number("managed_storage_gb"), "aws/redshift/managed-storage")
    if "excess_concurrency_scaling_secs" in usage:  # beyond the free hour a day; a scaling cluster has as many nodes
        seconds = usage.number("excess_concurrency_scaling_secs") * nodes
        product = key("aws/redshift/concurrency-scaling", node_type)
        yield monthly(f"Concurrency scaling ({node_type})", product, seconds, "node-seconds")
    if "spectrum_data_scanned_tb" in usage:
        yield monthly("Spectrum", "aws/redshift/spectrum", usage.number("spectrum_data_scanned_tb"), "TB")
    if "backup_storage_gb" in usage:
        yield tiered("Backup storage", usage.number("backup_storage_gb"), "aws/redshift/backup", "GB")
