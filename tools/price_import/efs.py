"""Amazon EFS: storage classes, access to the colder ones, throughput."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {
    "General Purpose Storage GB Mo": Line("aws/efs/standard/storage", "GB"),
    "Infrequent Access Storage GB Mo": Line("aws/efs/standard-ia/storage", "GB"),
    "Infrequent Access ET Storage GB Mo": Line("aws/efs/standard-ia/storage-elastic", "GB"),
    "Archive Storage GB Mo": Line("aws/efs/archive/storage", "GB"),
    "One Zone General Purpose Storage GB Mo": Line("aws/efs/one-zone/storage", "GB"),
    "One Zone Infrequent Access Storage GB Mo": Line("aws/efs/one-zone-ia/storage", "GB"),
    "Infrequent Access Requests Read per GB": Line("aws/efs/infrequent-access/read", "GB"),
    "Infrequent Access Requests Write per GB": Line("aws/efs/infrequent-access/write", "GB"),
    "Archive Storage Read Read GB": Line("aws/efs/archive/read", "GB"),
    "Archive Storage Write Write GB": Line("aws/efs/archive/write", "GB"),
    "EFS Storage Requests Read per GB": Line("aws/efs/elastic-throughput/read", "GB"),
    "EFS Storage Requests Write per GB": Line("aws/efs/elastic-throughput/write", "GB"),
    "Throughput Provisioned": Line("aws/efs/provisioned-throughput", "MiB/s"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "efs"), PAGE)
