"""From bytes to a plan or state document: encodings, wrappers around the JSON, and what is no plan at all."""

from __future__ import annotations

import re
from typing import Any

from finops_guard.errors import InputError
from finops_guard.files.text import Unread, decode, parse_json_object
from finops_guard.model import Span

SHOW_JSON = "write it with `terraform plan -out=tfplan` and `terraform show -json tfplan > plan.json`"
# Lines that the setup-terraform wrapper and CI logs put around the JSON.
KNOWN_LINE = re.compile(r"\s*(?:\[command\].*|::[a-z-]+.*::.*|::debug::.*|##\[.*|)\s*")
MOSTLY_UNREAD = ("planned_values", "prior_state")
ASSIGNMENT = re.compile(r"\s*(?:window\.|var |const |let )?[A-Za-z_][\w.]*\s*=\s*")


def parse(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object of a plan or state file. Raises InputError that says what the file is instead, and what to do."""
    if data.startswith(b"PK\x03\x04"):
        raise InputError(
            "this is a binary plan", Span(name), "give its JSON: `terraform show -json tfplan > plan.json`"
        )
    text = decode(data, name)
    if not text[:4096].strip("\x00 \t\r\n\ufeff") and not text.strip("\x00 \t\r\n\ufeff"):
        raise InputError("the file is empty", Span(name), SHOW_JSON)
    start = _start(text, name)
    if text[start] != "{":
        raise InputError("not a Terraform plan: the JSON is not an object", Span(name), SHOW_JSON)
    document, end = parse_json_object(text, start, name, MOSTLY_UNREAD)
    _check_rest(text, end, name)
    for key in MOSTLY_UNREAD:  # with resource_changes, which say it all, nobody needs these large parts
        if isinstance(document.get(key), Unread) and not isinstance(document.get("resource_changes"), list):
            document[key] = document[key].read()
    if "@level" in document or "@message" in document:
        raise InputError("this is the log of `terraform plan -json`, not a plan", Span(name), SHOW_JSON)
    return document


def _start(text: str, name: str) -> int:
    """Where the JSON object starts: at once, or behind lines that are known to be put before it."""
    position = 1 if text.startswith("\ufeff") else 0
    line = 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        content = text[position:end]
        if not KNOWN_LINE.fullmatch(content[:1000]):
            assigned = ASSIGNMENT.match(content[:1000])
            offset = assigned.end() if assigned else len(content) - len(content.lstrip())
            if content[offset : offset + 1] not in ("{", "["):
                raise InputError(f"not JSON: {content.strip()[:80]!r}", Span(name, line), SHOW_JSON)
            return position + offset
        position, line = end + 1, line + 1
    raise InputError("there is no JSON in this file", Span(name), SHOW_JSON)


def _check_rest(text: str, end: int, name: str) -> None:
    """After the object only known lines may follow: anything else could be a second, contradicting plan."""
    rest = text[end:].lstrip(" \t;\x00")
    for number, content in enumerate(rest.split("\n")):
        if not KNOWN_LINE.fullmatch(content.replace("\x00", "")):
            line = text.count("\n", 0, end) + 1 + number
            if content.lstrip().startswith('{"@level'):
                raise InputError("this is the log of `terraform plan -json`, not a plan", Span(name, line), SHOW_JSON)
            raise InputError(f"text after the end of the JSON: {content.strip()[:80]!r}", Span(name, line), SHOW_JSON)


def kind(document: dict[str, Any], name: str) -> str:
    """ "plan" or "state". Raises InputError for other JSON and for a format that is newer than we know."""
    if isinstance(document.get("resource_changes"), list) or isinstance(document.get("planned_values"), dict | Unread):
        found = "plan"
    elif isinstance(document.get("values"), dict) or (
        set(document) <= {"format_version", "terraform_version"} and document
    ):
        found = "state"
    else:
        raise InputError(f"not a Terraform plan: {_instead(document)}", Span(name), SHOW_JSON)
    version = str(document.get("format_version", "1.0"))
    if version.split(".")[0] not in ("0", "1"):
        hint = "a newer finops-guard may know it"
        raise InputError(f"format_version {version[:20]!r} is not known (0.x and 1.x are)", Span(name), hint)
    return found


def _instead(document: dict[str, Any]) -> str:
    if "Resources" in document:
        return "it looks like a CloudFormation template"
    if "lineage" in document or ("version" in document and "resources" in document):
        return "it is a raw state file; `terraform show -json` writes the form that can be read"
    if "provider_schemas" in document:
        return "it is the output of `terraform providers schema`"
    keys = ", ".join(sorted(map(str, document))[:5])
    return f"it has neither resource_changes nor planned_values (its keys: {keys[:100] or 'none'})"
