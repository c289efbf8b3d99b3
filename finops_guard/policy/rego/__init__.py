"""Rego: files run as they do under Conftest, over the policy input. docs/rego.md."""

from finops_guard.policy.rego.tests import lint, run_tests

__all__ = ["lint", "run_tests"]
