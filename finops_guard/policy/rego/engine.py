"""Run Rego: by an `opa` binary when there is one, else by the embedded engine of the extra [rego]. Offline, timed."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from finops_guard.errors import PolicyError
from finops_guard.model import Span
from finops_guard.policy.rego.guard import calls, refuse_silent
from finops_guard.policy.rego.order import HELPERS
from finops_guard.policy.rego.text import Module
from finops_guard.policy.rego.translate import as_v1

OPA = "opa"
EMBEDDED = "regopy"
CHOICE = "FINOPS_GUARD_REGO_ENGINE"  # opa or regopy; for tests of rules against both
SECONDS = 60
OUTSIDE = ("http.send", "net.lookup_ip_addr", "opa.runtime")  # what would reach out of the run
WRONG = ("format_int", "time.parse_rfc3339_ns")  # functions that rego-cpp 1.5.2 has, and whose answers are not OPA's
QUERY = "__finops_guard_query__"
DATA = "__finops_guard__"
PLACE = re.compile(r"(?:^|[\s/])m(\d+)\.rego:(\d+)(?::(\d+))?")
EMBEDDED_PLACE = re.compile(r"\bm(\d+)\.rego:(\d+)(?::(\d+))?")
ENVIRONMENT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
    "LD_LIBRARY_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
)


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask: the values of rules (`data.` paths), once for `input`, and once for each of `resources`.

    For a resource, the input is `shared` with the resource as `resource`.
    """

    modules: Sequence[Module]
    data: Mapping[str, Any]
    run: Sequence[str] = ()
    input: Mapping[str, Any] = field(default_factory=dict)
    each: Sequence[str] = ()
    shared: Mapping[str, Any] = field(default_factory=dict)
    resources: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """For each path a list with its value, empty when it is undefined; `each` has such a row for each resource."""

    run: Sequence[Sequence[Any]] = ()
    each: Sequence[Sequence[Sequence[Any]]] = ()


def engine(first: str) -> str:
    """The engine to use: "opa" or "regopy". Raises PolicyError when there is none; `first` is a file that needs it."""
    wanted = os.environ.get(CHOICE, "")
    if wanted not in ("", OPA, EMBEDDED):
        raise PolicyError(f"{CHOICE} is {wanted!r}", hint=f"{OPA} or {EMBEDDED}")
    if wanted != EMBEDDED and opa_path() is not None:
        return OPA
    if wanted != OPA and importlib.util.find_spec(EMBEDDED) is not None:
        return EMBEDDED
    missing = {OPA: "no opa on PATH", EMBEDDED: "regopy is not installed"}.get(wanted, "no Rego engine is installed")
    raise PolicyError(
        f"{missing}, so the Rego rules cannot be judged",
        Span(first),
        "put `opa` (1.0 or newer) on PATH, or `pip install 'finops-guard[rego]'`",
    )


def opa_path() -> str | None:
    """The opa binary on PATH; a relative entry of PATH is not searched, for it may be under review."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return shutil.which(OPA, path=os.pathsep.join(folders))


def answer(job: Job) -> Answers:
    """Run a job. Raises PolicyError with file and line for what the engine does not take."""
    for name, (module, token) in calls(job.modules).items():
        if name in OUTSIDE:
            place = module.span(token.line, token.column)
            raise PolicyError(f"{name} is not allowed: a check is offline and tells the rules no secrets", place)
    if not job.run and not (job.each and job.resources):
        return Answers((), [[] for _ in job.resources])
    return _opa(job) if engine(job.modules[0].path) == OPA else _embedded(job)


def _run(command: Sequence[str], job: Job, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run an engine. What rules print (their `print`, and nothing else) is passed on to standard error."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603  # the engine, with arguments of ours
            command, input=text, capture_output=True, encoding="utf-8", timeout=SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise PolicyError(
            f"the Rego rules took more than {SECONDS} s", Span(job.modules[0].path), "look for a loop over all pairs"
        ) from None
    except OSError as problem:
        raise PolicyError(f"the Rego engine does not start: {problem}", Span(job.modules[0].path)) from None


def _opa(job: Job) -> Answers:
    opa = opa_path()
    assert opa is not None
    with tempfile.TemporaryDirectory(prefix="finops-guard-") as folder:
        _write_bundle(folder, job)
        capabilities = _capabilities(opa, folder, job)
        done = _run(
            [
                opa, "eval", "--format", "json", "--bundle", os.path.join(folder, "bundle"), "--capabilities", capabilities,
                "--input", os.path.join(folder, "input.json"), f"data.{QUERY}.answer",
            ],
            job,
        )  # fmt: skip
    try:
        said = json.loads(done.stdout)
    except ValueError:
        _fail(job, f"opa: {(done.stderr or done.stdout).strip()[:500] or f'exit code {done.returncode}'}")
    if said.get("errors"):
        _opa_errors(job, said["errors"])
    sys.stderr.write(done.stderr)
    value = said["result"][0]["expressions"][0]["value"]
    return Answers(value["run"], value["each"])


def _write_bundle(folder: str, job: Job) -> None:
    """The rules as a bundle: each file in its own dialect, the data, and a module that asks."""
    bundle = os.path.join(folder, "bundle")
    os.mkdir(bundle)
    old = {f"/m{index}.rego": 0 for index, module in enumerate(job.modules) if module.is_v0}
    _write(bundle, ".manifest", json.dumps({"rego_version": 1, "file_rego_versions": old}))
    for index, module in enumerate(job.modules):
        _write(bundle, f"m{index}.rego", module.text)
    _write(bundle, "query.rego", _query_module(job))
    _write(
        bundle, "data.json",
        json.dumps({**job.data, DATA: {"shared": job.shared, "resources": job.resources}}),
    )  # fmt: skip
    _write(folder, "input.json", json.dumps(job.input))


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _query_module(job: Job) -> str:
    """`with input as` a small new document: with a part of the large one, opa would copy the whole each time."""
    run = ",\n".join(f"[v | v := {path}]" for path in job.run)
    each = ",\n".join(f"[v | v := {path} with input as one]" for path in job.each)
    return (
        f"package {QUERY}\n\n"
        f'answer := {{"run": run, "each": each}}\n\n'
        f"run := [{run}]\n\n"
        f"each := [row | some resource in data.{DATA}.resources\n"
        f'one := object.union(data.{DATA}.shared, {{"resource": resource}})\n'
        f"row := [{each}]]\n"
    )


def _capabilities(opa: str, folder: str, job: Job) -> str:
    """A file that takes from opa what would reach out of the run, and forbids the network."""
    done = _run([opa, "capabilities", "--current"], job)
    try:
        known = json.loads(done.stdout)
    except ValueError:
        _fail(job, f"{opa} is too old or is no opa: it does not know its capabilities")
    known["builtins"] = [one for one in known["builtins"] if one["name"] not in OUTSIDE]
    known["allow_net"] = []
    _write(folder, "capabilities.json", json.dumps(known))
    return os.path.join(folder, "capabilities.json")


def _opa_errors(job: Job, errors: Sequence[Mapping[str, Any]]) -> NoReturn:
    first = errors[0]
    place = first.get("location") or {}
    match = PLACE.search(f"/{os.path.basename(place.get('file', ''))}:{place.get('row', 0)}:{place.get('col', 0)}")
    message = str(first.get("message", "opa found an error"))
    match = match or PLACE.search(message)
    more = f"and {len(errors) - 1} more" if len(errors) > 1 else None
    text = message.split("rego_parse_error: ", 1)[-1].split("\n", 1)[0] if "rego_parse_error" in message else message
    _fail(job, text, match, more)


def _embedded(job: Job) -> Answers:
    refuse_silent(job.modules)
    called = calls(job.modules)
    request = {
        "modules": [*((f"m{index}.rego", as_v1(module)) for index, module in enumerate(job.modules)), ("helpers.rego", HELPERS)],
        "data": job.data, "calls": list(called), "run": job.run, "input": job.input, "each": job.each,
        "shared": job.shared, "resources": job.resources,
    }  # fmt: skip
    child = os.path.join(os.path.dirname(os.path.abspath(__file__)), "embedded.py")
    done = _run([sys.executable, "-P", child], job, json.dumps(request))
    try:
        said = json.loads(done.stdout)
    except ValueError:
        _fail(job, f"the embedded Rego engine failed: {done.stderr.strip()[-500:]}")
    for name in (*said.get("unknown", ()), *(name for name in called if name in WRONG)):
        module, token = called[name]
        place = module.span(token.line, token.column)
        raise PolicyError(
            f"the embedded Rego engine does not have {name}, or not as it should be", place, "install opa"
        )
    if "error" in said:
        _embedded_error(job, done.stderr if len(done.stderr) > 1 else said["error"], said["error"])
    sys.stderr.write(done.stderr)
    return Answers(said["run"], said["each"])


def _embedded_error(job: Job, text: str, error: str) -> NoReturn:
    match = EMBEDDED_PLACE.search(text) or EMBEDDED_PLACE.search(error)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("Errors", "--", "~"))]
    _fail(job, lines[0][:300] if lines else error[:300], match)


def _fail(job: Job, message: str, place: re.Match[str] | None = None, hint: str | None = None) -> NoReturn:
    span = Span(job.modules[0].path)
    if place is not None and int(place[1]) < len(job.modules):
        span = job.modules[int(place[1])].span(int(place[2]), int(place[3]) if place[3] else None)
    raise PolicyError(f"Rego: {message}", span, hint)
