"""AWS Private CA: authorities and certificates. Unit prices of published estimates: nothing better is known."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

GENERAL = "aws/acmpca/certificate/general-purpose"
LINES = {
    "Private certificate authority": Line("aws/acmpca/authority/general-purpose", "months"),
    "Private certificate authority (short-lived certificate mode)": Line("aws/acmpca/authority/short-lived", "months"),
    "Certificates (first 1K)": Line(GENERAL, "certificates"),
    "Certificates (next 9K)": Line(GENERAL, "certificates", 1_000),
    "Certificates (over 10K)": Line(GENERAL, "certificates", 10_000),
    "Certificates (short-lived)": Line("aws/acmpca/certificate/short-lived", "certificates"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates."""
    yield from by_component(tables, "aws_acmpca_certificate_authority", LINES)
