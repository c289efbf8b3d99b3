"""Amazon Neptune: instances, serverless capacity, storage, I/O, backups, CPU credits."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.published import by_component
from price_import.tables import Draft, Tables, draft

PAGE = {
    "Storage Rate": Line("aws/neptune/storage/standard", "GB"),
    "IO optimized Storage Rate General Purpose-Aurora": Line("aws/neptune/storage/io-optimized", "GB"),
    "IO Rate": Line("aws/neptune/io-requests", "requests"),
    "Storage Snapshot Rate": Line("aws/neptune/backup", "GB"),
    "Serverless": Line("aws/neptune/serverless/standard", "NCU-hours"),
    "IO optimized Serverless General Purpose-Aurora": Line("aws/neptune/serverless/io-optimized", "NCU-hours"),
    "Neptune ReplicatedWrite": Line("aws/neptune/replicated-writes", "requests"),
}
PUBLISHED = {"CPU credits": Line("aws/neptune/cpu-credits/t3", "vCPU-hours")}
IO_OPTIMIZED = "Neptune IO optimized"


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10; CPU credits as far as a published estimate shows them."""
    for row in tables.read("aws_neptune"):
        variant = "io-optimized" if str(row.attributes["set"]).startswith(IO_OPTIMIZED) else "standard"
        yield draft(row, f"aws/neptune/instance/{row.sku}/{variant}", "hours")
    yield from from_page(tables.read("aws_other", "neptune"), PAGE)
    yield from by_component(tables, "aws_neptune_cluster_instance", PUBLISHED, instance_class="db.t3.medium")
