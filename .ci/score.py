"""Score our estimates against the reference estimates; the reached score is the floor.

    .ci/score.py SCORER

The suites are those whose priced types are all in LISTED (docs/coverage.md); `docs/differences.yaml` explains where we
follow the vendor's rule and the reference does not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from finops_guard.pricing.registry import PRICED  # noqa: E402

MOST_WRONG_PERCENT = 2.0


def suites(folder: Path) -> list[str]:
    """Suites of which we price every type that the reference prices."""
    names = []
    for path in sorted((folder / "aws").glob("*.json")):
        if path.name.endswith(".plan.json"):
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        priced = {item["address"] for item in document["resources"] if item["monthly_cost_usd"] is not None}
        types = {entry["type"] for address, entry in document["resource_index"].items() if address in priced}
        if types and types <= set(PRICED):
            names.append(path.stem)
    return names


def main() -> int:
    scorer = Path(sys.argv[1])
    names = suites(scorer.parent.parent / "data" / "reference_estimates")
    command = [sys.executable, str(scorer), "--cloud", "aws", "-v", "--cmd", f"{sys.executable} -m finops_guard"]
    command += ["--explained", str(ROOT / "docs" / "differences.yaml")]
    for name in names:
        command += ["--suite", name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    print(done.stdout, done.stderr)
    found = re.search(r"wrong: \d+ \(([\d.]+) %\).*crashed: (\d+)", done.stdout)
    if not found:
        return 1
    wrong, crashed = float(found[1]), int(found[2])
    print(f"{len(names)} suites, wrong {wrong} % (at most {MOST_WRONG_PERCENT} %), crashed {crashed} (none)")
    return int(wrong > MOST_WRONG_PERCENT or crashed > 0)


if __name__ == "__main__":
    sys.exit(main())
