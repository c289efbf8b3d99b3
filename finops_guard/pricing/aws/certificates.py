"""AWS Certificate Manager and AWS Private CA (aws.amazon.com/certificate-manager/pricing/, /private-ca/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, monthly, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SHORT_LIVED = "SHORT_LIVED_CERTIFICATE"
ISSUED = "issued this month; nothing is charged again until it is renewed"


def acm_certificate(certificate: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Certificate of ACM: public ones are free of charge, private ones cost what their authority's certificates do."""
    if "certificate_authority_arn" in certificate:
        yield _issued(certificate)
    elif (certificate.block("options").text("export") or "").upper() == "ENABLED":
        reason = "exportable public certificates are charged when issued and renewed: no price in the price book"
        yield unpriced("Exportable public certificate", reason, "certificates")


def private_certificate(certificate: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Certificate of a private authority: charged once, when it is issued."""
    yield _issued(certificate)


def _issued(certificate: Resource) -> CostComponent:
    short_lived = any(
        (authority.text("usage_mode") or "").upper() == SHORT_LIVED
        for authority in certificate.related("certificate_authority_arn")
    )
    kind = "short-lived" if short_lived else "general-purpose"
    product = f"aws/acmpca/certificate/{kind}"
    return tiered("Private certificate", amount(1, assume=ISSUED), product, "certificates")


def certificate_authority(authority: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Private CA: per month by its mode, also while it is disabled; certificates that it issues, in volume tiers."""
    certificates = usage.number("monthly_requests")
    if (authority.text("usage_mode") or "").upper() == SHORT_LIVED:
        name = "Private certificate authority (short-lived certificate mode)"
        yield monthly(name, "aws/acmpca/authority/short-lived")
        yield monthly("Certificates (short-lived)", "aws/acmpca/certificate/short-lived", certificates, "certificates")
        return
    yield monthly("Private certificate authority", "aws/acmpca/authority/general-purpose")
    yield tiered("Certificates", certificates, "aws/acmpca/certificate/general-purpose", "certificates")
