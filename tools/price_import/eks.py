"""EKS clusters: the hour of the control plane, and what extended support adds to it."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted

FACTS = {
    "Cluster": "aws/eks/cluster/hours",
    "Cluster extended support surcharge": "aws/eks/cluster/extended-support",
}
PAGES = {
    "Compute per Hours": "aws/eks/cluster/hours",
    "Compute ExtendedSupport per Hours": "aws/eks/cluster/extended-support",
    "Fargate perCPU per hours": "aws/eks/fargate/vcpu-hours",
    "Fargate perGB per hours": "aws/eks/fargate/gb-hours",
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price pages of 2025."""
    for table, products in (("aws_facts_2026", FACTS), ("aws_other", PAGES)):
        for row in tables.read(table, "eks"):
            if row.sku in products:
                yield draft(row, products[row.sku], "GB-hours" if products[row.sku].endswith("gb-hours") else "hours")
    yield from quoted("aws/eks/")
