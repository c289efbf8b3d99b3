"""Rego files are not run in this version; they are refused, never left out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from finops_guard.errors import PolicyError
from finops_guard.policy.load import has_rules, load_rules


def test_a_rego_file_among_the_rules_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tags.rego").write_text("package finops.tagging\n", encoding="utf-8")
    assert has_rules(str(tmp_path))
    with pytest.raises(PolicyError, match="does not run Rego"):
        load_rules([str(tmp_path)])
