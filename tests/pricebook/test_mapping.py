"""The mapping of feed rows to product keys, as data: sound, in the book's words, and of the book's units."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

import pytest

from finops_guard.errors import PricingError
from finops_guard.pricebook import facts
from finops_guard.pricebook.feeds import mapping

PRICES = Path(__file__).parents[2] / "prices"


@lru_cache(maxsize=1)
def book() -> dict[str, str]:
    """product -> unit of the shipped book."""
    return {row[0]: row[4] for path in facts.price_files(PRICES) for row in facts.read_prices(path)}


@pytest.mark.parametrize("rule", mapping.load_rules("aws"), ids=lambda rule: rule.key_pattern())
def test_a_rule_gives_keys_and_units_of_the_book(rule: mapping.Rule) -> None:
    """A key that pricing never asks for, or a price per another unit, would be worse than none."""
    pattern = re.compile(rule.key_pattern())
    units = {unit for product, unit in book().items() if pattern.fullmatch(product)}
    assert rule.unit in units
    assert len(units) == 1 or "/[^/]+" in rule.key_pattern()  # `ml.` classes and the word `storage` stand in one place


def test_every_vocabulary_is_used() -> None:
    used = {
        spec for name in ("aws", "azure", "google") for rule in mapping.load_rules(name) for _, _, spec in rule.product
    }
    assert set(mapping.words()) <= used


def test_the_services_that_must_be_there() -> None:
    wanted = {
        "AmazonEC2",
        "AmazonRDS",
        "AmazonElastiCache",
        "AWSLambda",
        "AWSELB",
        "AmazonEKS",
        "AmazonS3",
        "AmazonSageMaker",
    }
    assert wanted <= set(mapping.services("aws"))
    assert mapping.services("azure") == ["Virtual Machines"] and mapping.services("google") == ["Compute Engine"]


def test_the_region_prefix_is_no_part_of_a_name() -> None:
    prefix = re.compile(mapping.REGION_PREFIX + "LoadBalancerUsage")
    names = ["LoadBalancerUsage", "EU-LoadBalancerUsage", "USW2-LoadBalancerUsage", "UGW1-LoadBalancerUsage"]
    assert all(prefix.fullmatch(name) for name in names)
    others = ("TS-LoadBalancerUsage", "EU-TS-LoadBalancerUsage", "Outposts-LoadBalancerUsage")
    assert not any(prefix.fullmatch(name) for name in others)


BAD = [
    {"conditions": "usagetype ~ ("},
    {"conditions": "usagetype like x"},
    {"product": "aws/{x:nowhere}"},
    {"per": "many"},
]


@pytest.mark.parametrize("change", BAD)
def test_a_bad_line_names_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]) -> None:
    good = {
        "service": "S", "family": "", "term": "", "conditions": "a = b", "units": "Hrs", "product": "aws/x/y", "unit": "hours",
        "per": "1",
    }  # fmt: skip
    with (tmp_path / "aws.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, good.keys())
        writer.writeheader()
        writer.writerow(good | change)
    monkeypatch.setattr(mapping, "FOLDER", tmp_path)
    (tmp_path / "words.csv").write_text("vocabulary,word,ours\n")
    mapping.load_rules.cache_clear()
    mapping.words.cache_clear()
    try:
        with pytest.raises(PricingError, match=r"aws\.csv:2"):
            mapping.load_rules("aws")
    finally:
        mapping.load_rules.cache_clear()
        mapping.words.cache_clear()
