"""Every real plan in a folder gives a report, or a clear message and exit 2; the resources seen are those counted.

.ci/plans.py FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

STATUSES = ("priced", "partly_priced", "usage_dependent", "unpriced", "free", "unsupported")


def main() -> int:
    failures = 0
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        command = [sys.executable, "-m", "finops_guard", str(path), "--format", "json", "--config", "none"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 2 and done.stderr.count("\n") <= 4 and "Traceback" not in done.stderr:
            print(f"message  {path.name}: {done.stderr.strip()}")
            continue
        if done.returncode not in (0, 1, 3):
            print(f"FAILED   {path.name}: exit {done.returncode}\n{done.stderr}")
            failures += 1
            continue
        totals = json.loads(done.stdout)["totals"]
        counted = sum(totals[status] for status in STATUSES)
        seen = sum(len(project["resources"]) for project in json.loads(done.stdout)["projects"])
        good = counted == totals["resources"] == seen
        failures += not good
        shown = " ".join(f"{status}={totals[status]}" for status in STATUSES if totals[status])
        print(f"{'report ' if good else 'FAILED '}  {path.name}: {seen} resources, {shown}")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
