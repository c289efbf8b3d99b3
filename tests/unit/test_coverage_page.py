"""docs/coverage.md is what the registry says, and every registered function can be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from finops_guard.pricing.registry import PRICED, pricing_function

ROOT = Path(__file__).parent.parent.parent


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "write_coverage.py"), "--check"], check=False)
    assert done.returncode == 0, "run tools/write_coverage.py"


def test_every_registered_function_exists_and_says_what_is_charged() -> None:
    for kind in PRICED:
        function = pricing_function(kind)
        assert function is not None and function.__doc__, kind
