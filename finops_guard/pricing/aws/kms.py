"""AWS KMS: keys of every origin (https://aws.amazon.com/kms/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SYMMETRIC = "SYMMETRIC_DEFAULT"
DATA_KEY_PAIRS = {"ecc": "ECC GenerateDataKeyPair requests", "rsa": "RSA GenerateDataKeyPair requests"}


def kms_key(key: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Key: charged from its creation until it is scheduled for deletion, each replica too; requests by kind of key.

    A rotated key costs as much again for its first and its second rotation; the figure is that of a new key.
    """
    yield monthly("Customer managed key", "aws/kms/key", 1, "keys")
    yield from settled("Requests", _requests(key, usage))


def _requests(key: Resource, usage: Usage) -> Iterator[CostComponent]:
    spec = (key.text("customer_master_key_spec") or key.text("key_spec") or SYMMETRIC).upper()
    requests = usage.number("monthly_requests")
    if spec == "RSA_2048":
        yield monthly("Requests (RSA 2048)", "aws/kms/requests/rsa-2048", requests, "requests")
    elif spec == SYMMETRIC or spec.startswith("HMAC_"):
        yield monthly("Requests", "aws/kms/requests/symmetric", requests, "requests")
    else:
        yield monthly("Requests (asymmetric)", "aws/kms/requests/asymmetric", requests, "requests")
    for kind, name in DATA_KEY_PAIRS.items():
        given = f"monthly_{kind}_data_key_pair_requests"
        if spec == SYMMETRIC and given in usage:
            yield monthly(name, f"aws/kms/requests/{kind}-data-key-pair", usage.number(given), "requests")
