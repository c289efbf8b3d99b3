"""Settings of the whole test suite."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A slow or busy machine is no failure: no deadlines, and slow generation is accepted.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
