"""Feeds damaged at random: an error of ours or a book, never a traceback, and never half a file taken for a whole."""

from __future__ import annotations

import io
import random
from datetime import date
from pathlib import Path

import pytest

from finops_guard.errors import FeedError
from finops_guard.pricebook.feeds import aws_bulk, azure, google
from finops_guard.pricebook.feeds.aws_products import Products
from finops_guard.pricebook.feeds.origin import Folder
from finops_guard.pricebook.staging import Staging
from tests.pricebook.feeds import azure_item, azure_page, csv_text, ec2, google_page, google_sku, json_text

TODAY = date(2026, 11, 21)
TERMS = frozenset(("OnDemand", "Reserved"))
ITEMS = [ec2(f"m{number}.large", "0.1") for number in range(5, 9)]
PIECES = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff\xfe",
    b"{",
    b"}",
    b"[]",
    b"null",
    b"1e999",
    b"NaN",
    b"-5",
    b"Infinity",
    b"",
)


def damaged(text: str, seed: int) -> bytes:
    """The text with one to four pieces put in, taken out or cut off."""
    chance, data = random.Random(seed), bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        data[at : at + chance.choice((0, 1, 5))] = chance.choice(PIECES)
    return bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_said(tmp_path: Path, seed: int) -> None:
    staging = Staging(tmp_path / "staging.sqlite")
    wanted = aws_bulk.Wanted(("AmazonEC2",), (), TERMS, TODAY)
    item = aws_bulk.PriceList("AmazonEC2", "us-east-1", "/x/index.json")

    def from_csv() -> None:
        text = csv_text("AmazonEC2", "us-east-1", ITEMS)
        aws_bulk._from_csv(io.BytesIO(damaged(text, seed)), "x.csv", item, wanted, staging)

    def from_json() -> None:
        pytest.importorskip("ijson")
        text = json_text("AmazonEC2", "us-east-1", ITEMS)
        Products("AmazonEC2", "us-east-1", TERMS, TODAY).from_bulk(io.BytesIO(damaged(text, seed)), "x.json", staging)

    def from_azure() -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "page.json").write_bytes(damaged(azure_page([azure_item("Standard_D2_v9", 0.1)]), seed))
        azure.read(Folder(tmp_path / "a"), (), TODAY, staging, print)

    def from_google() -> None:
        (tmp_path / "g").mkdir()
        page = google_page([google_sku("N2 Instance Core running in Americas", "CPU", "0", 31611000)])
        (tmp_path / "g" / "page.json").write_bytes(damaged(page, seed))
        google.read(Folder(tmp_path / "g"), (), TODAY, staging, print)

    for read in (from_csv, from_json, from_azure, from_google):
        try:
            read()
        except FeedError:
            continue
    prices = [float(usd) for (usd,) in staging.connection.execute("SELECT usd FROM price")]
    assert all(0 <= usd < 10_000_000 for usd in prices)
    staging.close()


def test_a_price_list_cut_off_anywhere_inside_a_line_gives_nothing(tmp_path: Path) -> None:
    text = csv_text("AmazonEC2", "us-east-1", ITEMS).encode()
    wanted = aws_bulk.Wanted(("AmazonEC2",), (), TERMS, TODAY)
    item = aws_bulk.PriceList("AmazonEC2", "us-east-1", "/x/index.json")
    staging = Staging(tmp_path / "staging.sqlite")
    for end in range(text.rindex(b"\n", 0, -1) + 2, len(text) - 2, 7):
        with pytest.raises(FeedError):
            aws_bulk._from_csv(io.BytesIO(text[:end]), "x.csv", item, wanted, staging)
    assert staging.connection.execute("SELECT count(*) FROM price").fetchone() == (0,)
    assert list(staging.counts()) == []
    staging.close()
