"""`catalog update` with AWS's bulk price lists: what is taken, what is not, and that nothing is ever half done."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from finops_guard.errors import ConfigError, FeedError, PricingError
from finops_guard.pricebook import facts
from finops_guard.pricing import catalog
from tests.pricebook.feeds import Item, ec2, mirror, path_of, put, sums

Run = Callable[..., Result]
M5 = "aws/ec2/instance/m5.large/linux/shared"
US = ("AmazonEC2", "us-east-1")
ONE_YEAR = {"LeaseContractLength": "1yr", "PurchaseOption": "No Upfront", "OfferingClass": "standard"}


def price(product: str, region: str = "us-east-1") -> str | None:
    found = catalog.open_catalog().price(product, region)
    return "/".join(f"{usd.normalize():f}" for _, usd in found.tiers) if found else None


def overlay(home: Path) -> Path:
    return home / "cache" / "finops-guard" / "overlay.sqlite"


def test_new_prices_stand_over_the_shipped_ones(home: Path, run: Run) -> None:
    before = catalog.open_catalog()
    mirror(home / "m", {US: [ec2("m5.large", "0.0960000000"), ec2("m9.large", "0.1230000000")]})
    result = run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert "2 prices: 1 new, 0 changed, 1 as before" in result.output
    book = catalog.open_catalog()
    found = book.price("aws/ec2/instance/m9.large/linux/shared", "us-east-1")
    assert found is not None
    assert (found.first, found.unit, found.kind, found.as_of.isoformat()) == (
        Decimal("0.123"),
        "hours",
        "list",
        "2026-11-18",
    )
    assert found.source == "AWS Price List AmazonEC2 us-east-1, version 20261118093000"
    assert price("aws/ec2/instance/m5.xlarge/linux/shared") == "0.192"  # the feed lacks it: the shipped price stays
    assert book.overlay is not None and book.overlay["as_of"] == "2026-11-18"
    assert book.digest != before.digest and book.base_digest == before.digest
    assert "sound" in run("verify").output
    assert "refreshed prices of 2026-11-18" in run("info").output


def test_only_what_the_mapping_means_is_taken(home: Path, run: Run) -> None:
    """Traps of the feed: other tenancies and capacity, pre-installed software, licences, zones of Outposts, reservations."""
    other = {"attributes": {"capacitystatus": "AllocatedCapacityReservation"}}
    rows = [
        ec2("m5.large", "0.096"),
        ec2("m5.large", "0.188", "Windows"),
        ec2("m5.large", "0.096", "Windows", attributes={"licenseModel": "Bring your own license"}),
        ec2("m5.large", "0.576", attributes={"preInstalledSw": "SQL Std"}),
        ec2("m5.large", "0.099", **other),
        ec2("m5.large", "0.000", attributes={"marketoption": "CapacityBlock"}),
        ec2("m5.large", "0.106", tenancy="Dedicated"),
        ec2("m5.large", "0.000", tenancy="Host"),
        ec2("m5.large", "0.134", "Ubuntu Pro"),
        ec2("m5.large", "0.2", place="AWS Outposts"),
        ec2("m5.large", "0.06", term="Reserved", offer=ONE_YEAR),
    ]  # fmt: skip
    mirror(home / "m", {US: rows})
    assert "3 prices:" in run("update", "--from", home / "m", "--service", "AmazonEC2").output
    assert [price(f"aws/ec2/instance/m5.large/{kind}") for kind in ("linux/shared", "windows/shared", "linux/dedicated")] == [
        "0.096", "0.188", "0.106",
    ]  # fmt: skip
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--reserved")
    assert price("aws/ec2/reserved/m5.large/linux/shared/standard/1-year/no-upfront") == "0.06"


def test_tiers_units_and_services(home: Path, run: Run) -> None:
    storage = (("0", "0.0230000000"), ("51200", "0.0220000000"), ("512000", "0.0210000000"))
    aurora = {"instanceType": "db.r6g.large", "databaseEngine": "Aurora MySQL", "deploymentOption": "Single-AZ"}
    mysql = {"instanceType": "db.m7g.2xlarge", "databaseEngine": "MySQL", "deploymentOption": "Multi-AZ"}
    mysql["licenseModel"] = "No license required"
    mariadb, custom = mysql | {"databaseEngine": "MariaDB"}, mysql | {"instanceType": "db.cv11.large"}
    mirror(home / "m", {
        ("AmazonS3", "us-west-2"): [Item("Storage", "USW2-TimedStorage-ByteHrs", "GB-Mo", storage)],
        ("AmazonEC2", "us-west-2"): [
            Item("Provisioned Throughput", "USW2-EBS:VolumeP-Throughput.gp3", "GiBps-mo", (("0", "40.9600000000"),)),
            Item("NAT Gateway", "USW2-NatGateway-Hours", "Hrs", (("0", "0.0450000000"),)),
            Item("NAT Gateway", "USW2-NatGateway-Prvd-Bytes", "GB", (("0", "0.0000000000"),)),
        ],
        ("AWSELB", "us-west-2"): [
            Item("Load Balancer-Application", "USW2-LoadBalancerUsage", "Hrs", (("0", "0.0225"),)),
            Item("Load Balancer-Application", "USW2-TS-LoadBalancerUsage", "Hrs", (("0", "0.0056"),)),
        ],
        ("AmazonRDS", "us-west-2"): [
            Item("Database Instance", "USW2-InstanceUsage:db.r6g.large", "Hrs", (("0", "0.26"),), aurora),
            Item("Database Instance", "USW2-InstanceUsageIOOptimized:db.r6g.large", "Hrs", (("0", "0.338"),), aurora),
            Item("Database Instance", "USW2-Multi-AZUsage:db.m7g.2xl", "Hrs", (("0", "1.348"),), mysql),
            Item("Database Instance", "USW2-Multi-AZUsage:db.m7g.2xl", "Hrs", (("0", "1.4"),), mariadb),
            Item("Database Instance", "USW2-InstanceUsage:db.cv11.large", "Hrs", (("0", "9"),), custom),
        ],
        ("AmazonSageMaker", "us-west-2"): [
            Item("ML Instance", "USW2-Host:ml.g5.2xlarge", "Hrs", (("0", "1.515"),)),
            Item("ML Instance", "USW2-Notebk:ml.t3.medium", "Hrs", (("0", "0.05"),)),
        ],
        ("AWSLambda", "us-west-2"): [
            Item("Serverless", "USW2-Lambda-GB-Second-ARM", "Lambda-GB-Second",
                 (("0", "0.0000133334"), ("7500000000", "0.0000120001")), {"group": "AWS-Lambda-Duration-ARM"}),
        ],
    })  # fmt: skip
    services = [
        f"--service={name}" for name in ("AmazonS3", "AmazonEC2", "AWSELB", "AmazonRDS", "AmazonSageMaker", "AWSLambda")
    ]
    run("update", "--from", home / "m", *services)
    wanted = {
        "aws/s3/standard/storage": "0.023/0.022/0.021", "aws/ebs/gp3/throughput": "0.04", "aws/vpc/nat-gateway/hours": "0.045",
        "aws/vpc/nat-gateway/data-processed": None, "aws/elb/application/hours": "0.0225",
        "aws/aurora/instance/db.r6g.large/mysql/standard": "0.26", "aws/aurora/instance/db.r6g.large/mysql/io-optimized": "0.338",
        "aws/rds/instance/db.m7g.2xlarge/mysql/multi-az": "1.348", "aws/rds/instance/db.cv11.large/mysql/multi-az": None,
        "aws/sagemaker/hosting/ml.g5.2xlarge": "1.515", "aws/sagemaker/notebook/ml.t3.medium": "0.05",
        "aws/lambda/arm/duration": "0.0000133334/0.0000120001",
    }  # fmt: skip
    assert {product: price(product, "us-west-2") for product in wanted} == wanted


def test_sql_server_whose_licence_is_a_price_of_its_own_is_left_out(home: Path, run: Run) -> None:
    """The hour of these classes is not what an instance costs: the licence per vCPU is another SKU."""
    server = {"databaseEngine": "SQL Server", "databaseEdition": "Standard", "deploymentOption": "Single-AZ",
              "licenseModel": "License included"}  # fmt: skip
    rows = [
        Item(
            "Database Instance",
            f"InstanceUsage:db.{kind}",
            "Hrs",
            (("0", "1"),),
            server | {"instanceType": f"db.{kind}"},
        )
        for kind in ("m6i.large", "m7i.large", "r7i.large")
    ]
    mirror(home / "m", {("AmazonRDS", "us-east-1"): rows})
    run("update", "--from", home / "m", "--service", "AmazonRDS")
    keys = [f"aws/rds/instance/db.{kind}.large/sqlserver-se/single-az" for kind in ("m6i", "m7i", "r7i")]
    assert [price(key) for key in keys] == ["1", None, None]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (ec2("m5.large", "0.3"), "moved from 0.096 to 0.3 (x 3.12)"),
        (ec2("m5.large", "0.0"), "a price of zero"),
        (Item(**vars(ec2("m5.large", "1")) | {"tiers": (("100", "0.09"),)}), "no price for the first unit"),
    ],
)
def test_a_price_that_cannot_be_right_is_held_back(home: Path, run: Run, item: Item, reason: str) -> None:
    mirror(home / "m", {US: [item, ec2("m9.large", "0.1")]})
    result = run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert f"held back: {M5} in us-east-1: {reason}" in result.output
    assert price(M5) == "0.096" and price("aws/ec2/instance/m9.large/linux/shared") == "0.1"


def test_a_move_is_taken_when_accepted_and_zero_never(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.3"), ec2("m9.large", "0")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--accept", "aws/ec2/instance/m5.")
    assert price(M5) == "0.3"
    assert price("aws/ec2/instance/m9.large/linux/shared") is None
    mirror(home / "m", {US: [ec2("m5.large", "0.1"), ec2("m9.large", "0")]}, version="20261119000000")
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--accept", "all")
    assert price(M5) == "0.1" and price("aws/ec2/instance/m9.large/linux/shared") is None


def test_what_was_held_back_can_be_accepted_without_reading_again(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.3")]})
    assert "the prices in use are as before" in run("update", "--from", home / "m", "--service", "AmazonEC2").output
    (home / "m" / path_of(*US).lstrip("/")).unlink()
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--accept", "all")
    assert price(M5) == "0.3"


def test_what_an_earlier_run_read_and_this_one_does_not_name_stays_out(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.3")], ("AmazonEC2", "eu-west-1"): [ec2("m9.large", "0.2")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--output", home / "first.sqlite")
    mirror(home / "m", {US: [ec2("m5.large", "0.3")]})  # the region index has one region less
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--accept", "all")
    assert price(M5) == "0.3" and price("aws/ec2/instance/m9.large/linux/shared", "eu-west-1") is None


def test_one_run_at_a_time(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    folder = home / "cache" / "finops-guard" / "update"
    folder.mkdir(parents=True)
    other = sqlite3.connect(folder / "lock.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(FeedError, match="another"):
        run("update", "--from", home / "m", "--service", "AmazonEC2")
    other.close()
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert price(M5) == "0.1"


def test_a_full_disk_is_said_and_changes_nothing(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from finops_guard.pricebook import overlay as overlays

    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    before = overlay(home).read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(overlays.os, "fsync", full)
    mirror(home / "m", {US: [ec2("m5.large", "0.11")]}, version="20261119000000")
    with pytest.raises(FeedError, match="No space left"):
        run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert overlay(home).read_bytes() == before
    assert not list(overlay(home).parent.glob(".overlay*"))


def test_two_prices_for_one_thing_are_held_back_and_the_later_one_in_force_holds(home: Path, run: Run) -> None:
    twice = [ec2("m5.large", "0.097"), ec2("m5.large", "0.098", place="AWS Local Zone")]
    later = [
        ec2("m9.large", "0.2", effective="2026-10-01"),
        ec2("m9.large", "0.1"),
        ec2("m9.large", "0.3", effective="2099-01-01"),
    ]
    mirror(home / "m", {US: [*twice, *later]})
    assert (
        "two prices in one feed: 0.097 and 0.098"
        in run("update", "--from", home / "m", "--service", "AmazonEC2").output
    )
    assert price(M5) == "0.096" and price("aws/ec2/instance/m9.large/linux/shared") == "0.1"


def test_unknown_units_and_currencies_are_counted_not_guessed(home: Path, run: Run) -> None:
    rows = [
        Item("NAT Gateway", "NatGateway-Hours", "Minutes", (("0", "0.00075"),)),
        ec2("m9.large", "0.7", currency="CNY"),
        ec2("m5.large", "0.096"),
    ]
    mirror(home / "m", {US: rows})
    output = run("update", "--from", home / "m", "--service", "AmazonEC2").output
    assert "1 x unit 'Minutes' of aws/vpc/nat-gateway: the mapping has another" in output
    assert "1 x price in CNY, not USD" in output
    assert price("aws/vpc/nat-gateway/hours") is None


def test_china_is_left_out_and_refused(home: Path, run: Run) -> None:
    mirror(
        home / "m",
        {US: [ec2("m5.large", "0.096")], ("AmazonEC2", "cn-north-1"): [ec2("m5.large", "0.7", currency="CNY")]},
    )
    assert "cn-north-1: left out" in run("update", "--from", home / "m", "--service", "AmazonEC2").output
    assert price(M5, "cn-north-1") is None
    with pytest.raises(ConfigError, match="CNY"):
        run("update", "--from", home / "m", "--region", "cn-north-1")


def test_a_feed_without_most_known_prices_is_held_back_whole(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2(f"m{number}.large", "0.1") for number in range(20, 50)]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    mirror(
        home / "m",
        {US: [ec2("m20.large", "0.1")], ("AmazonEC2", "eu-west-1"): [ec2("m5.large", "0.107")]},
        version="20261119000000",
    )
    output = run("update", "--from", home / "m", "--service", "AmazonEC2").output
    assert "held back: AmazonEC2/us-east-1 in us-east-1: has 3% of the 31 prices" in output
    assert price("aws/ec2/instance/m40.large/linux/shared") == "0.1"


def test_what_the_feed_withdraws_goes_and_other_feeds_stay(home: Path, run: Run) -> None:
    mirror(
        home / "m",
        {US: [ec2("m9.large", "0.1"), ec2("m10.large", "0.1")], ("AmazonEC2", "eu-west-1"): [ec2("m9.large", "0.2")]},
    )
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    mirror(home / "m", {US: [ec2("m9.large", "0.1")]}, version="20261119000000")
    assert (
        "1 kept from earlier updates, 1 withdrawn"
        in run("update", "--from", home / "m", "--service", "AmazonEC2").output
    )
    assert price("aws/ec2/instance/m10.large/linux/shared") is None
    assert price("aws/ec2/instance/m9.large/linux/shared", "eu-west-1") == "0.2"


def test_a_newer_shipped_price_is_not_replaced(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert price(M5) == "0.1"
    sources = home / "prices" / "sources.csv"
    sources.write_text(sources.read_text().replace("old,relayed,2026-01-01", "old,relayed,2026-11-19"))
    assert price(M5) == "0.096"


def test_the_overlay_can_be_turned_off_and_placed_elsewhere(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--output", home / "mine.sqlite")
    assert price(M5) == "0.096" and not overlay(home).exists()
    monkeypatch.setenv("FINOPS_GUARD_OVERLAY", str(home / "mine.sqlite"))
    assert price(M5) == "0.1"
    monkeypatch.setenv("FINOPS_GUARD_OVERLAY", "none")
    assert price(M5) == "0.096"
    monkeypatch.setenv("FINOPS_GUARD_OVERLAY", "gone.sqlite")
    with pytest.raises(PricingError, match=r"gone\.sqlite"):
        price(M5)


def test_a_damaged_overlay_is_said_never_passed_over(home: Path, run: Run) -> None:
    overlay(home).parent.mkdir(parents=True)
    overlay(home).write_bytes(b"not a book")
    with pytest.raises(PricingError, match="not a price book"):
        price(M5)


def test_json_where_there_is_no_csv_gives_the_same(home: Path, run: Run) -> None:
    pytest.importorskip("ijson")
    rows = [
        ec2("m5.large", "0.1"), ec2("m9.large", "0.2", "RHEL"), ec2("m9.large", "0.2", tenancy="Host"),
        ec2("m5.large", "0.06", term="Reserved", offer=ONE_YEAR),
    ]  # fmt: skip
    results = []
    for form in ("csv", "json"):
        mirror(home / form, {US: rows}, form)
        run(
            "update", "--from", home / form, "--service", "AmazonEC2", "--reserved", "--output", home / f"{form}.sqlite"
        )
        with sqlite3.connect(home / f"{form}.sqlite") as book:
            results.append(dict(book.execute("SELECT key, value FROM meta"))["digest"])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-100], "unexpected end of data"),
        (lambda text: "<html>sign in</html>", "does not start like a price list"),
        (lambda text: "", "does not start like a price list"),
        (lambda text: text.replace('"OfferCode","AmazonEC2"', '"OfferCode","AmazonRDS"'), "price list of AmazonRDS"),
        (lambda text: text.replace('"TermType"', '"Term"'), "lacks the column TermType"),
        (lambda text: text.replace("2026-11-18T", "soon"), "publication date"),
        (lambda text: "\n".join(text.splitlines()[:6]) + "\n", "has no prices"),
    ],
)
def test_wrong_content_changes_nothing(home: Path, run: Run, change: Any, message: str) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    before = overlay(home).read_bytes()
    mirror(home / "m", {US: [ec2("m5.large", "0.11"), ec2("m5.xlarge", "0.2")]}, version="20261119000000")
    file = home / "m" / path_of(*US, version="20261119000000").lstrip("/")
    file.write_text(change(file.read_text()))
    with pytest.raises(FeedError, match=message):
        run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert overlay(home).read_bytes() == before


def test_sums_and_packed_files_of_a_mirror(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    file = home / "m" / path_of(*US).lstrip("/")
    file.with_name("index.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    with pytest.raises(FeedError, match="no SHA256SUMS"):
        run("update", "--from", home / "m", "--service", "AmazonEC2", "--sums")
    sums(home / "m")
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--sums")
    assert price(M5) == "0.1"
    file.with_name("index.csv.gz").write_bytes(gzip.compress(b"changed"))
    with pytest.raises(FeedError, match="checksum"):
        run("update", "--from", home / "m", "--service", "AmazonEC2")


def test_paths_stay_inside_the_mirror(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1")]})
    index = home / "m" / "offers/v1.0/aws/AmazonEC2/current/region_index.json"
    index.write_text(index.read_text().replace("/offers/v1.0/aws/AmazonEC2/2026", "/../../other/2026"))
    with pytest.raises(FeedError, match="has the price list"):
        run("update", "--from", home / "m", "--service", "AmazonEC2")


def test_a_run_that_stops_goes_on_where_it_was(home: Path, run: Run) -> None:
    lists = {("AmazonEC2", region): [ec2("m5.large", "0.1")] for region in ("eu-west-1", "us-east-1")}
    mirror(home / "m", lists)
    broken = home / "m" / path_of(*US).lstrip("/")
    whole = broken.read_text()
    broken.write_text(whole[:-40])
    with pytest.raises(FeedError):
        run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert price(M5, "eu-west-1") == "0.107"
    (home / "m" / path_of("AmazonEC2", "eu-west-1").lstrip("/")).unlink()  # was read: not asked for again
    broken.write_text(whole)
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    assert price(M5, "eu-west-1") == "0.1" and price(M5) == "0.1"
    assert not list((home / "cache" / "finops-guard" / "update").glob("[!l]*.sqlite*"))


def test_facts_are_rewritten_and_only_days_move_the_next_time(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1"), ec2("m9.large", "0.2")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--facts", home / "prices")
    rows = list(facts.read_prices(home / "prices" / "aws" / "ec2.csv"))
    assert [(row[0].split("/")[3], row[1], row[3]) for row in rows] == [
        ("m5.large", "eu-west-1", "0.107"), ("m5.large", "us-east-1", "0.1"), ("m5.xlarge", "us-east-1", "0.192"),
        ("m9.large", "us-east-1", "0.2"),
    ]  # fmt: skip
    before = (home / "prices" / "aws" / "ec2.csv").read_bytes()
    mirror(home / "m", {US: [ec2("m5.large", "0.1"), ec2("m9.large", "0.2")]}, version="20261125000000")
    assert "0 files" in run("update", "--from", home / "m", "--service", "AmazonEC2", "--facts", home / "prices").output
    assert (home / "prices" / "aws" / "ec2.csv").read_bytes() == before
    assert "version 20261125000000" in (home / "prices" / "sources.csv").read_text()
    assert not overlay(home).exists()


def test_a_price_kept_from_an_earlier_week_keeps_its_day(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.1"), ec2("m9.large", "0.2")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--facts", home / "prices")
    mirror(home / "m", {US: [ec2("m5.large", "0.9"), ec2("m9.large", "0.2")]}, version="20261125000000")
    run("update", "--from", home / "m", "--service", "AmazonEC2", "--facts", home / "prices")
    found = catalog.open_catalog().price(M5, "us-east-1")
    assert found is not None and found.first == Decimal("0.1") and "version 20261118093000" in found.source


def test_diff_of_two_books(home: Path, run: Run) -> None:
    mirror(home / "m", {US: [ec2("m5.large", "0.12"), ec2("m9.large", "0.2")]})
    run("update", "--from", home / "m", "--service", "AmazonEC2")
    output = run("diff", home / "prices").output
    assert "changed  aws/ec2/instance/m5.large/linux/shared in us-east-1: 0.096 -> 0.12 per hours (+25.0 %)" in output
    assert "added    aws/ec2/instance/m9.large/linux/shared in us-east-1: 0.2 per hours" in output
    assert output.endswith("1 added, 0 removed, 1 changed\n")
    put(home, "x.sqlite", "nothing")
    with pytest.raises(PricingError, match="not a price book"):
        run("diff", home / "x.sqlite", home / "prices")


WRONG_FLAGS = [
    ("--max-move", "1"), ("--max-move", "x"), ("--service", "AmazonNothing"), ("--provider", "azure", "--reserved"),
    ("--from", "ftp://x"), ("--from", "/no/such/folder"), ("--query-api",),
]  # fmt: skip


@pytest.mark.parametrize("args", WRONG_FLAGS)
def test_wrong_flags_say_so(run: Run, args: tuple[str, ...]) -> None:
    with pytest.raises((ConfigError, FeedError)):
        run("update", *args)
