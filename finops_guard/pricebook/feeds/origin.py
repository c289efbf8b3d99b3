"""Where feeds are read from: a folder with a mirror of a vendor's files, or a URL.

From a URL each file is fetched whole to disk first: what was fetched before an interruption is kept and the rest asked for
(Range, only while the server says it is the same file), and a length or checksum that does not fit is an error.
A mirror may hold a file as NAME.gz, and SHA256SUMS at its root, which then every file must fit.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, Protocol, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from finops_guard import __version__
from finops_guard.errors import FeedError

CHUNK = 1 << 18
MEBIBYTE = 1 << 20
SMALL = 64 * MEBIBYTE  # the most that an index or a page may have: it is read into memory
SUMS = "SHA256SUMS"
MISSING = (403, 404, 410)  # S3 answers 403 for what is not there
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
Progress = Callable[[str, int, int | None], None]  # what, bytes so far, bytes in all


class NotThere(FeedError):
    """The origin has no such file."""


class Origin(Protocol):
    """Files of a feed by their path ("/offers/v1.0/aws/index.json"), as the vendor names them."""

    @property
    def name(self) -> str: ...

    def open(self, path: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...


def origin_of(
    place: str, downloads: Path, progress: Progress, headers: dict[str, str] | None = None, sums: bool = False
) -> Origin:
    """The origin that a flag names: an http(s) URL or a folder. `sums`: SHA256SUMS must be there and fit."""
    if re.match(r"https?://", place):
        web = Web(place.rstrip("/"), downloads, progress, headers or {})
        if not sums:
            return web
        with web.open(f"/{SUMS}") as stream:
            return replace(web, sums=read_sums(stream.read(SMALL).decode("utf-8", "replace")))
    if "://" in place:
        raise FeedError(f"{place}: only http, https or a folder", hint="--from https://HOST/PATH or --from FOLDER")
    if not Path(place).is_dir():
        raise FeedError(f"there is no folder {place}")
    if sums and not (Path(place) / SUMS).is_file():
        raise FeedError(f"there is no {SUMS} in {place}")
    return Folder(Path(place))


def read_json(origin: Origin, path: str) -> dict[str, Any]:
    """A small JSON object (an index, a page). Raises FeedError when it is too large, damaged or something else."""
    with origin.open(path) as stream:
        text = stream.read(SMALL + 1)
    if len(text) > SMALL:
        raise FeedError(f"{origin.name}{path} has more than {SMALL // MEBIBYTE} MiB")
    try:
        value = json.loads(text, parse_float=str)  # prices stay as written
    except ValueError as problem:
        start = text[:40].decode("utf-8", "replace").strip()
        raise FeedError(f"{origin.name}{path} is not JSON ({problem}); it starts with {start!r}") from None
    if not isinstance(value, dict):
        raise FeedError(f"{origin.name}{path} is not a JSON object")
    return value


@dataclass(frozen=True)
class Folder:
    """A mirror on disk; files are read where they are."""

    root: Path

    @property
    def name(self) -> str:
        return str(self.root)

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The bytes of a file, checked against SHA256SUMS when the mirror has one."""
        file = self._inside(path)
        packed = file.with_name(file.name + ".gz")
        found = file if file.is_file() else packed
        if not found.is_file():
            raise NotThere(f"{file} is not there")
        self._check_sum(found)
        try:
            with found.open("rb") as raw:
                yield cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if found == packed else raw
        except (EOFError, gzip.BadGzipFile) as problem:
            raise FeedError(f"{found}: {problem}") from None

    def files(self, pattern: str) -> list[str]:
        """The paths of the files that fit a glob pattern, sorted."""
        return sorted(f"/{file.relative_to(self.root).as_posix()}" for file in self.root.glob(pattern))

    def _inside(self, path: str) -> Path:
        file = (self.root / path.lstrip("/")).resolve()
        if not file.is_relative_to(self.root.resolve()):
            raise FeedError(f"{path} lies outside {self.root}")
        return file

    def _check_sum(self, file: Path) -> None:
        sums = self.root / SUMS
        if not sums.is_file():
            return
        name = file.relative_to(self.root.resolve()).as_posix()
        wanted = read_sums(sums.read_text(encoding="utf-8")).get(name)
        if wanted is None:
            raise FeedError(f"{name} is not in {sums}")
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != wanted:
            raise FeedError(f"{file} has the checksum {found}, and {sums} says {wanted}")


def read_sums(text: str) -> dict[str, str]:
    """The lines of `sha256sum`: name -> checksum."""
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return {pair[1].lstrip("*").removeprefix("./"): pair[0].lower() for pair in pairs if len(pair) == 2}


PUBLIC_HEADERS = {"User-agent", "Accept-encoding", "Range", "If-range"}  # as urllib spells them


class _OnlySafeRedirects(HTTPRedirectHandler):
    """Follows redirects, but never from https to something else, and with no key to another host."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme not in ("https", urlsplit(req.full_url).scheme):
            raise FeedError(f"{_plain(req.full_url)} sends on to {_plain(newurl)}, which is not https")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            for name in set(following.headers) - PUBLIC_HEADERS:  # a key is for the host that it was meant for
                following.remove_header(name)
        return following


@dataclass(frozen=True)
class Web:
    """Files below a URL, fetched to `downloads` and removed once they were read."""

    base: str
    downloads: Path
    progress: Progress
    headers: dict[str, str]
    tries: int = 5
    pause: float = 1.0  # seconds before the second try; doubles
    timeout: float = 60.0
    sums: dict[str, str] | None = None
    opener: OpenerDirector = field(default_factory=lambda: build_opener(_OnlySafeRedirects))

    @property
    def name(self) -> str:
        return self.base

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The bytes of a file that was fetched whole. It is kept on disk when reading it fails."""
        part = self._fetched(self.base + path)
        if self.sums is not None:
            self._check_sum(part, path.partition("?")[0].lstrip("/"), self.sums)
        with part.file.open("rb") as stream:
            yield stream
        part.forget()

    def _check_sum(self, part: _Part, name: str, sums: dict[str, str]) -> None:
        with part.file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sums.get(name):
            part.forget()
            raise FeedError(f"{part.url} has the checksum {found}, and {SUMS} says {sums.get(name, 'nothing of it')}")

    def _fetched(self, url: str) -> _Part:
        self.downloads.mkdir(parents=True, exist_ok=True)
        part = _Part(self.downloads / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.part", _plain(url))
        for attempt in range(1, self.tries + 1):
            try:
                self._fetch(url, part)
                return part
            except HTTPError as problem:
                if problem.code in MISSING:
                    raise NotThere(f"{_plain(url)} is not there (HTTP {problem.code})") from None
                if problem.code == 416:  # there is nothing after what we have
                    if part.is_whole():
                        return part
                    part.forget()
                elif problem.code not in TRANSIENT:
                    raise FeedError(f"{_plain(url)}: HTTP {problem.code} {problem.reason}") from None
                reason = f"HTTP {problem.code}"
            except (URLError, HTTPException, OSError, _Short) as problem:
                reason = str(getattr(problem, "reason", "") or problem)
            if attempt < self.tries:
                time.sleep(self.pause * 2 ** (attempt - 1))
        raise FeedError(
            f"{_plain(url)} could not be fetched in {self.tries} tries: {reason}",
            hint="run the same command again: it goes on where it stopped",
        )

    def _fetch(self, url: str, part: _Part) -> None:
        """One request: the whole file, or the rest of it."""
        headers = {"User-Agent": f"finops-guard/{__version__}", "Accept-Encoding": "identity", **self.headers}
        request = Request(url, headers=headers | part.resume_headers())  # noqa: S310 (origin_of allows http(s) only)
        with self.opener.open(request, timeout=self.timeout) as answer:
            total = part.begin(answer.status, answer.headers)
            with part.file.open("ab") as out:
                while data := answer.read(CHUNK):
                    out.write(data)
                    self.progress(part.url, out.tell(), total)
        size = part.file.stat().st_size
        if total is not None and size < total:
            raise _Short(f"it ends after {size:,} of {total:,} bytes")
        if total is not None and size > total:
            part.forget()
            raise _Short(f"{size:,} bytes came instead of {total:,}")
        part.check_sum(answer.headers)


class _Short(Exception):
    """A transfer that did not bring the whole file."""


def _plain(url: str) -> str:
    """A URL for messages: without query and credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


# header -> (algorithm, what the checksum looks like in it); base64
CHECKSUM_HEADERS = (
    ("x-amz-checksum-sha256", "sha256", r"^(.+)$"),
    ("repr-digest", "sha256", r"sha-256=:([^:]+):"),
    ("digest", "sha256", r"(?i:sha-256)=([^,]+)"),
    ("content-md5", "md5", r"^(.+)$"),
    ("x-goog-hash", "md5", r"md5=([^,]+)"),
)


@dataclass(frozen=True)
class _Part:
    """A file on its way, and beside it what the server said of it."""

    file: Path
    url: str

    @property
    def note(self) -> Path:
        return self.file.with_suffix(".json")

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def is_whole(self) -> bool:
        """True when an earlier run fetched and checked all of it. (A server that has another version sends it instead.)"""
        return self.file.is_file() and bool(self._noted().get("whole"))

    def _noted(self) -> dict[str, Any]:
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def resume_headers(self) -> dict[str, str]:
        """Ask for the rest, if there is a part and the server named its version."""
        size = self.file.stat().st_size if self.file.is_file() else 0
        version = self._noted().get("version") if size else None
        return {"Range": f"bytes={size}-", "If-Range": version} if version else {}

    def begin(self, status: int, headers: HTTPMessage) -> int | None:
        """Prepare for an answer: keep the part when the rest comes, else start anew. Returns the size of the whole file."""
        if status == 206:
            match = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
            if match is None or int(match[1]) != self.file.stat().st_size:
                self.forget()
                raise _Short(f"the server sent {headers.get('Content-Range')!r} for the rest of the file")
            return int(match[2])
        self.forget()
        self.file.touch()
        version = headers.get("ETag") or headers.get("Last-Modified")
        if version and not version.startswith("W/"):
            self.note.write_text(json.dumps({"version": version}), encoding="utf-8")
        length = headers.get("Content-Length")
        return int(length) if length else None

    def check_sum(self, headers: HTTPMessage) -> None:
        """Compare the file with the checksums that the server sent; a file that does not fit is dropped."""
        for name, algorithm, pattern in CHECKSUM_HEADERS:
            match = re.search(pattern, ", ".join(headers.get_all(name, [])))
            if match is None or "-" in match[1].rstrip("="):  # S3 marks sums of several parts with "-N"
                continue
            with self.file.open("rb") as stream:
                found = hashlib.file_digest(stream, algorithm)  # md5 here tells damage, not malice
            if base64.b64encode(found.digest()).decode() != match[1].strip():
                self.forget()
                raise _Short(f"it does not fit the checksum in {name}")
        if self.note.is_file():
            self.note.write_text(json.dumps(self._noted() | {"whole": True}), encoding="utf-8")
