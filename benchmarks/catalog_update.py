#!/usr/bin/env python3
"""`catalog update` over a generated price list of the size of EC2's: peak memory, and time against a bare read of the file.

    benchmarks/catalog_update.py [--rows 2000000] [--gate]

The file has the true shape: the columns of EC2's CSV, nine rows of reservations for each price on demand, all regions. The
mark for memory is 500 MiB. With --gate the exit code is 1 when it is missed, or when the time ratio is above its mark x 1.25.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from run import PYTHON, SLACK, peak_memory, seconds

MARKS = {"memory": 500.0, "time": 2.5}
VERSION, PUBLISHED = "20261118093000", "2026-11-18T09:30:00Z"
HEADER = [
    "SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange",
    "EndingRange", "Unit", "PricePerUnit", "Currency", "RelatedTo", "LeaseContractLength", "PurchaseOption",
    "OfferingClass", "Product Family", "serviceCode", "Location", "Location Type", "Instance Type",
    "Current Generation", "Instance Family", "vCPU", "Physical Processor", "Clock Speed", "Memory", "Storage",
    "Network Performance", "Processor Architecture", "Storage Media", "Volume Type", "Max Volume Size",
    "Max IOPS/volume", "Max IOPS Burst Performance", "Max throughput/volume", "Provisioned", "Tenancy",
    "EBS Optimized", "Operating System", "License Model", "Group", "Group Description", "Transfer Type",
    "From Location", "From Location Type", "To Location", "To Location Type", "usageType", "operation",
    "AvailabilityZone", "CapacityStatus", "ClassicNetworkingSupport", "Dedicated EBS Throughput", "ECU",
    "Elastic Graphics Type", "Enhanced Networking Supported", "From Region Code", "GPU", "GPU Memory", "Instance",
    "Instance Capacity - large", "instanceSKU", "Intel AVX Available", "Intel AVX2 Available",
    "Intel Turbo Available", "MarketOption", "Normalization Size Factor", "Physical Cores", "Pre Installed S/W",
    "Processor Features", "Product Type", "Region Code", "Resource Type", "serviceName", "SnapshotArchiveFeeType",
    "To Region Code", "Volume API Name", "VPCNetworkingSupport",
]  # fmt: skip
REGIONS = [f"{area}-{side}-{number}" for area in ("us", "eu", "ap", "ca", "sa", "me") for side in ("east", "west", "north")
           for number in (1, 2)]  # fmt: skip
SIZES = [f"{family}.{size}" for family in (f"{letter}{number}{more}" for letter in "cmrxit" for number in range(4, 9)
         for more in ("", "a", "g", "i", "gd")) for size in ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge")]  # fmt: skip
SYSTEMS = ("Linux", "Windows", "RHEL", "SUSE")
TENANCIES = ("Shared", "Dedicated", "Host")
CAPACITY = ("Used", "UnusedCapacityReservation", "AllocatedCapacityReservation")
OFFERS = [("", "", "")] + [(years, payment, offering) for years in ("1yr", "3yr") for payment in ("No Upfront", "All Upfront")
                           for offering in ("standard", "convertible")] + [("1yr", "Partial Upfront", "standard")]  # fmt: skip


def rows(count: int) -> Iterator[list[str]]:
    """Rows of the price list, `count` of them."""
    at = {name: index for index, name in enumerate(HEADER)}
    every = itertools.product(SIZES, SYSTEMS, TENANCIES, CAPACITY, REGIONS, OFFERS)
    for number, (size, system, tenancy, capacity, region, (years, payment, offering)) in enumerate(
        itertools.islice(every, count)
    ):
        sku = f"{number // len(OFFERS):016X}"
        row = [""] * len(HEADER)
        values = {
            "SKU": sku, "OfferTermCode": "JRTCKXETXF", "RateCode": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
            "TermType": "Reserved" if years else "OnDemand", "EffectiveDate": "2026-11-01", "StartingRange": "0",
            "PriceDescription": f"${number % 997 / 100} per {tenancy} {system} {size} Instance Hour", "EndingRange": "Inf",
            "Unit": "Hrs", "PricePerUnit": f"{0.01 + number % 997 / 100:.10f}", "Currency": "USD", "LeaseContractLength": years,
            "PurchaseOption": payment, "OfferingClass": offering, "Product Family": "Compute Instance",
            "serviceCode": "AmazonEC2", "Location": region, "Location Type": "AWS Region", "Instance Type": size,
            "Current Generation": "Yes", "Instance Family": "General purpose", "vCPU": "8", "Memory": "32 GiB",
            "Physical Processor": "Some Processor 8000", "Clock Speed": "3.1 GHz", "Storage": "EBS only",
            "Network Performance": "Up to 12500 Megabit", "Processor Architecture": "64-bit", "Tenancy": tenancy,
            "Operating System": system, "License Model": "No License required", "usageType": f"BoxUsage:{size}",
            "operation": "RunInstances", "CapacityStatus": capacity, "MarketOption": "OnDemand", "Pre Installed S/W": "NA",
            "Region Code": region, "serviceName": "Amazon Elastic Compute Cloud", "VPCNetworkingSupport": "true",
        }  # fmt: skip
        for name, value in values.items():
            row[at[name]] = value
        yield row


def write_mirror(root: Path, count: int) -> Path:
    """A mirror that holds one whole-service file; returns that file."""
    folder = root / "offers/v1.0/aws/AmazonEC2/current"
    folder.mkdir(parents=True)
    (root / "offers/v1.0/aws/index.json").write_text(json.dumps({"offers": {"AmazonEC2": {"offerCode": "AmazonEC2"}}}))
    file = folder / "index.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([("FormatVersion", "v1.0"), ("Disclaimer", "made up"), ("Publication Date", PUBLISHED),
                          ("Version", VERSION), ("OfferCode", "AmazonEC2"), HEADER])  # fmt: skip
        writer.writerows(rows(count))
    return file


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--gate", action="store_true")
    args = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = f"{name}/cache"
        file = write_mirror(Path(name) / "mirror", args.rows)
        print(f"{args.rows:,} rows, {file.stat().st_size / 1024**2:,.0f} MiB")
        update = [PYTHON, "-m", "finops_guard", "catalog", "update", "--from", f"{name}/mirror", "--service", "AmazonEC2",
                  "--accept", "all", "--output", f"{name}/overlay.sqlite"]  # fmt: skip
        bare = [PYTHON, "-c", "import csv, sys\nfor row in csv.reader(open(sys.argv[1], newline='')): pass", str(file)]
        seconds([PYTHON, "-m", "finops_guard", "catalog", "info"])  # builds the shipped book once
        ratios = []
        for _ in range(args.pairs):
            start = time.perf_counter()
            memory = peak_memory(update)
            ratios.append((time.perf_counter() - start) / seconds(bare))
        with sqlite3.connect(f"{name}/overlay.sqlite") as book:
            print(f"{book.execute('SELECT count(*) FROM price').fetchone()[0]:,} prices in the overlay")
        measured = {"memory": memory, "time": statistics.median(ratios)}
    print(f"memory {measured['memory']:8.1f} MiB (mark {MARKS['memory']:g})")
    print(f"time   {measured['time']:8.2f} x   of a bare csv read (mark {MARKS['time']:g})")
    missed = measured["memory"] > MARKS["memory"] or measured["time"] > MARKS["time"] * SLACK
    return int(missed and args.gate)


if __name__ == "__main__":
    sys.exit(main())
