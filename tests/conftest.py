"""Settings of the whole test suite."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A slow or busy machine is no failure: no deadlines, and slow generation is accepted.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
os.environ["FINOPS_GUARD_OVERLAY"] = (
    "none"  # what a developer's `catalog update` brought is not what the tests are about
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes the expected documents anew; read the difference before you commit it."""
    parser.addoption("--update", action="store_true", default=False, help="write the expected documents anew")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """True when expected documents are to be written anew."""
    return bool(request.config.getoption("--update"))
