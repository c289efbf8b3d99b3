"""Amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finops_guard.formats.json_ import number as json_number
from finops_guard.formats.money import MINUS, money, number, percent, signed, unit_price


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "$0.00"),
        ("0.005", "$0.01"),
        ("0.004", "<$0.01"),
        ("1234.565", "$1,234.57"),
        ("-12", "-$12.00"),
        ("-0.001", "-<$0.01"),
        ("1E+15", "$1,000,000,000,000,000.00"),
        ("2.675", "$2.68"),
    ],
)
def test_money(value: str, text: str) -> None:
    assert money(Decimal(value)) == text


def test_signs() -> None:
    assert [signed(Decimal(value)) for value in ("12", "-12", "0")] == ["+$12.00", "-$12.00", "$0.00"]
    assert signed(Decimal(-12), MINUS) == "−$12.00"
    assert percent(Decimal("-7.04"), MINUS, sign=True) == "−7.0 %"
    assert percent(Decimal("310"), sign=True) == "+310.0 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.0000002", "$0.0000002"),
        ("0.192", "$0.192"),
        ("98.32", "$98.32"),
        ("1E-7", "$0.0000001"),
        ("0", "$0"),
        ("5", "$5"),
    ],
)
def test_unit_prices_are_shown_in_full(value: str, text: str) -> None:
    assert unit_price(Decimal(value)) == text


def test_numbers() -> None:
    assert number(Decimal("1234567.100")) == "1,234,567.1"
    assert number(2.5) == "2.5"
    assert number(Decimal("1E+3")) == "1,000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("730", 730),
        ("0.192", 0.192),
        ("140.1600001", 140.16),
        ("0.0000002", 2e-7),
        ("0.00001666667", 0.0000166667),
        ("0", 0),
        ("-1.5", -1.5),
    ],
)
def test_json_numbers_lose_no_small_price(value: str, expected: float) -> None:
    assert json_number(Decimal(value)) == expected
    assert isinstance(json_number(Decimal(value)), type(expected))
