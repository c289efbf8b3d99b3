"""Runs a month of schedule expressions: 730 hours, 30.41 days."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finops_guard.pricing.aws.schedules import runs_per_month

DAYS = Decimal(730) / 24


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(1 minute)", Decimal(43800)),
        ("rate(2 hours)", Decimal(365)),
        ("rate(1 day)", DAYS),
        ("cron(0 12 * * ? *)", DAYS),
        ("cron(0/10 8-17 ? * MON-FRI *)", 60 * DAYS * 5 / 7),
        ("cron(0,30 * * * ? *)", 48 * DAYS),
        ("cron(0 0 L * ? *)", Decimal(1)),
        ("cron(0 0 ? * 6L *)", Decimal(1)),
        ("cron(0 0 ? * MON#2 *)", Decimal(1)),
        ("cron(0 0 1,15 1-6 ? *)", Decimal(1)),
    ],
)
def test_runs(expression: str, runs: Decimal) -> None:
    assert runs_per_month(expression) == pytest.approx(runs)


@pytest.mark.parametrize(
    "expression",
    [
        "", "rate(0 minutes)", "rate(1 week)", "cron(0 12 * * ?)", "cron(0 12 * * ? 2027)", "cron(61 * * * ? *)",
        "cron(x * * * ? *)", "cron(5-1 * * * ? *)", "cron(0/0 * * * ? *)", "at(2027-01-01T00:00:00)",
    ],
)  # fmt: skip
def test_what_cannot_be_told(expression: str) -> None:
    assert runs_per_month(expression) is None
