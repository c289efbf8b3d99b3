"""Amazon MWAA: environments, additional workers and schedulers, the metadata database, from published estimates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from price_import.published import tight_rows
from price_import.tables import Draft, Tables, estimated, quoted

SIZED = re.compile(r"^(Environment|Worker|Scheduler) \((Small|Medium|Large)\)$")


def rows(tables: Tables) -> Iterator[Draft]:
    """N. Virginia, three classes."""
    yield from quoted("aws/mwaa/")
    for row, _, _ in tight_rows(tables, "aws_mwaa_environment"):
        if match := SIZED.match(row["component_text"]):
            yield estimated(row, f"aws/mwaa/{match[1].lower()}/mw1.{match[2].lower()}", "hours")
        elif row["component_text"] == "Meta database":
            yield estimated(row, "aws/mwaa/metadata-storage", "GB")
