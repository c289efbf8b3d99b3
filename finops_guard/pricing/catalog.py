"""The price book as pricing sees it: product key + region -> Price. Read only.

A price is never taken from another region in silence: it is the region's own, one that holds everywhere ("any"), one that
a named rule derives (kind `derived`), or there is none.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.model import PriceKind
from finops_guard.pricing.facts import Machine

PACKAGE = Path(__file__).parent.parent
ANY = "any"
CHINA = "cn-"
OVERLAY = "overlay.sqlite"
OVERLAY_VARIABLE = "FINOPS_GUARD_OVERLAY"


@dataclass(frozen=True, slots=True)
class Price:
    """USD per unit, by volume tier: `tiers` is ((from units a month, USD per unit), ...), ascending."""

    product: str
    region: str
    unit: str
    tiers: tuple[tuple[Decimal, Decimal], ...]
    kind: PriceKind
    as_of: date
    source: str

    @property
    def first(self) -> Decimal:
        """The price of the first paid tier: allowances that are shared by a whole account are not subtracted."""
        price = self.tiers[0][1]
        return price if price else next((usd for _, usd in self.tiers if usd), price)


@dataclass
class Catalog:
    """Look-ups in one catalog file, each made once. `overrides` are the user's own prices by product key."""

    connection: sqlite3.Connection
    overrides: Mapping[str, Decimal] = field(default_factory=dict)
    override_source: str = "prices.local.yaml"
    today: date = field(default_factory=date.today)
    oldest_used: date | None = None
    _prices: dict[tuple[str, str], Price | None] = field(default_factory=dict)
    _machines: dict[str, Machine | None] = field(default_factory=dict)
    _products: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """sha256 of the text facts that the catalog was built from; of those and the overlay where there is one."""
        return self._meta("digest")

    @property
    def base_digest(self) -> str:
        """sha256 of the text facts of the shipped book, without an overlay."""
        return self._maybe("base_digest") or self.digest

    @property
    def overlay(self) -> dict[str, str] | None:
        """The overlay of `catalog update` that stands over the shipped book: its day and digest; None without one."""
        as_of, digest = self._maybe("overlay_as_of"), self._maybe("overlay_digest")
        return {"as_of": as_of, "digest": digest} if as_of and digest else None

    @property
    def as_of(self) -> date:
        """The day of the book: half of its prices are of that day or newer."""
        return date.fromisoformat(self._meta("as_of"))

    def price(self, product: str, region: str | None) -> Price | None:
        """The price of a product in a region, or None when the book has none. The oldest date used is remembered."""
        place = region or ANY
        if (product, place) not in self._prices:
            self._prices[product, place] = self._find(product, place)
        return self._prices[product, place]

    def used(self, price: Price) -> None:
        """Note that a figure rests on `price`."""
        if price.kind != "private" and (self.oldest_used is None or price.as_of < self.oldest_used):
            self.oldest_used = price.as_of

    def machine(self, name: str) -> Machine | None:
        """The size of an instance class, by its EC2 name or with a service's prefix (`db.`, `cache.`, `ml.`)."""
        if name not in self._machines:
            self._machines[name] = self._find_machine(name)
        return self._machines[name]

    def products(self, prefix: str) -> tuple[str, ...]:
        """The product keys that start with `prefix`, in order."""
        if prefix not in self._products:
            rows = self.connection.execute(
                "SELECT name FROM product WHERE name >= ? AND name < ? ORDER BY name", (prefix, f"{prefix}\U0010ffff")
            )
            self._products[prefix] = tuple(str(name) for (name,) in rows)
        return self._products[prefix]

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _meta(self, key: str) -> str:
        value = self._maybe(key)
        if value is None:
            raise PricingError(f"the catalog lacks {key}", hint="run `finops-guard catalog build`")
        return value

    def _maybe(self, key: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _find(self, product: str, region: str) -> Price | None:
        own = self.overrides.get(f"{product}@{region}") or self.overrides.get(product)
        if own is not None:
            unit = self._unit(product) or "unit"
            return Price(product, region, unit, ((Decimal(0), own),), "private", self.today, self.override_source)
        if region.startswith(CHINA):  # prices there are in CNY and of another partition: no global price holds
            return self._stored(product, region)
        return self._stored(product, region) or (self._stored(product, ANY) if region != ANY else None)

    def _unit(self, product: str) -> str | None:
        row = self.connection.execute("SELECT unit FROM product WHERE name = ?", (product,)).fetchone()
        return row[0] if row else None

    def _stored(self, product: str, region: str) -> Price | None:
        rows = self.connection.execute(
            "SELECT price.start, price.usd, product.unit, source.kind, source.as_of, source.text"
            " FROM product JOIN price ON price.product = product.id JOIN region ON region.id = price.region"
            " JOIN source ON source.id = price.source WHERE product.name = ? AND region.name = ?",
            (product, region),
        ).fetchall()
        if not rows:
            return None
        tiers = tuple(sorted((Decimal(start), Decimal(usd)) for start, usd, *_ in rows))
        _, _, unit, kind, as_of, source = rows[0]
        return Price(product, region, unit, tiers, kind, date.fromisoformat(as_of), source)

    def _find_machine(self, name: str) -> Machine | None:
        prefix, _, rest = name.partition(".")
        plain = rest if prefix in ("db", "cache", "ml", "kafka", "dms") and "." in rest else name
        plain = plain.removesuffix(".search").removesuffix(".elasticsearch")
        row = self.connection.execute(
            "SELECT name, vcpus, memory_gib, gpus, gpu_model, accelerators, accelerator_model, architecture, burstable,"
            " current_generation FROM machine WHERE name = ?",
            (plain,),
        ).fetchone()
        return Machine(*row) if row else None


def open_catalog(path: str | None = None, overrides: Mapping[str, Decimal] | None = None) -> Catalog:
    """Open the catalog: a given file, else the one of this checkout's `prices/` (rebuilt when they changed), else the package's.

    An overlay of `catalog update` stands over the latter two.
    """
    file = Path(path) if path else book_path(overlay_path())
    if not file.is_file():
        raise PricingError(
            f"there is no price book at {file}", hint="install the package again, or run `finops-guard catalog build`"
        )
    connection = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("SELECT 1 FROM price LIMIT 1")
    except sqlite3.DatabaseError:
        raise PricingError(f"{file} is not a price book", hint="run `finops-guard catalog build`") from None
    return Catalog(connection, overrides or {})


def overlay_path() -> Path | None:
    """The overlay: the file that FINOPS_GUARD_OVERLAY names ("none": no overlay), else the one in the user's cache, if any."""
    named = os.environ.get(OVERLAY_VARIABLE)
    if named == "none":
        return None
    if named and not Path(named).is_file():
        raise PricingError(
            f"there is no overlay at {named}", hint=f"{OVERLAY_VARIABLE}=none: use the shipped book alone"
        )
    usual = Path(named) if named else cache_folder() / OVERLAY
    return usual if usual.is_file() else None


def book_path(overlay: Path | None) -> Path:
    """The book that pricing reads: the shipped one, with the prices of the overlay in place of its own."""
    base = catalog_path()
    if overlay is None or not base.is_file():
        return base
    from finops_guard.pricebook.overlay import merge

    stamp = hashlib.sha256()
    for path in (base, overlay):
        status = path.stat()
        stamp.update(f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}".encode())
    place = hashlib.sha256(f"{base.parent}|{overlay.resolve()}".encode()).hexdigest()[:8]
    target = cache_folder() / f"merged-{place}-{stamp.hexdigest()[:16]}.sqlite"
    if not target.is_file():
        merge(base, overlay, target)
        _remove_others(target, f"merged-{place}-*.sqlite")
    return target


def _remove_others(kept: Path, pattern: str) -> None:
    for old in kept.parent.glob(pattern):
        if old != kept:
            old.unlink(missing_ok=True)


def catalog_path() -> Path:
    """Where the catalog is: built from the checkout's `prices/` into the user's cache, or shipped in the package."""
    prices = PACKAGE.parent / "prices"
    if (prices / "sources.csv").is_file():
        return _built_from(prices)
    return PACKAGE / "catalog.sqlite"


def _built_from(prices: Path) -> Path:
    """The catalog of the price files as they are now; an edited file gives another name, so nothing stale is read."""
    from finops_guard.pricebook.build import SCHEMA_VERSION, build

    place = hashlib.sha256(str(prices).encode()).hexdigest()[:8]
    stamp = hashlib.sha256(SCHEMA_VERSION.encode())
    for path in sorted(prices.rglob("*.csv")):
        status = path.stat()
        stamp.update(f"{path}|{status.st_size}|{status.st_mtime_ns}".encode())
    folder = cache_folder()
    target = folder / f"catalog-{place}-{stamp.hexdigest()[:16]}.sqlite"
    if not target.is_file():
        build(prices, target)
        _remove_others(target, f"catalog-{place}-*.sqlite")
    return target


def cache_folder() -> Path:
    """The user's cache folder for finops-guard; the system's temporary folder when that cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(base) / "finops-guard"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = Path(tempfile.gettempdir()) / f"finops-guard-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
