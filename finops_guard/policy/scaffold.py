"""A new rule as text, with a test that it finds and one that it lets pass: what `policy new` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from finops_guard.policy.document import LISTS as LIST_FIELDS
from finops_guard.policy.kinds.operators import LISTS, NUMERIC, PATTERNS, WITHOUT_VALUE

HEAD = "# yaml-language-server: $schema=https://finops-guard.dev/schemas/policy.json\nversion: 1\npolicies:\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers from which a rule is written. `check` is one of CHECKS."""

    id: str
    name: str
    description: str
    severity: str
    action: str
    resources: Sequence[str]
    check: str
    environments: Sequence[str] = ()
    key: str = "monthly_cost"
    op: str = "gt"
    value: str = "1000"
    tags: Sequence[str] = ("Team",)


CHECKS = ("when", "tags", "cost")


def rule_text(wanted: Wanted) -> str:
    """The text of a rule file. The loader decides whether it is right: run it through `load_rules`."""
    lines = [
        f"  - id: {wanted.id}",
        f"    name: {wanted.name}",
        f"    description: {_quoted(wanted.description)}",
        f"    severity: {wanted.severity}",
        *([] if wanted.check == "cost" else [f"    action: {wanted.action}"]),
        f"    match: {_match(wanted)}",
        *{"when": _when, "tags": _tags, "cost": _cost}[wanted.check](wanted),
    ]
    return HEAD + "\n".join(lines) + "\n"


def _match(wanted: Wanted) -> str:
    names = ", ".join(map(_quoted, wanted.resources))
    places = f", environments: [{', '.join(map(_quoted, wanted.environments))}]" if wanted.environments else ""
    return f"{{resources: [{names}]{places}{', taggable: true' if wanted.check == 'tags' else ''}}}"


def _when(wanted: Wanted) -> list[str]:
    clause = f"{{key: {_quoted(wanted.key)}, op: {wanted.op}"
    clause += "}" if wanted.op in WITHOUT_VALUE else f", value: {_value(wanted)}}}"
    return [
        f"    when: {clause}",
        f'    message: "{{address}}: {{problem}}"',  # noqa: F541  the braces are those of the message
        "    remediation: Say here how to mend it.",
        "    tests:",
        "      - name: what breaks the rule",
        *_subject(wanted, True),
        f"        expect: {{action: {wanted.action}}}",
        "      - name: what keeps it",
        *_subject(wanted, False),
        "        expect: {action: allow}",
    ]


def _tags(wanted: Wanted) -> list[str]:
    required = ", ".join(f"{_quoted(name)}: {{}}" for name in wanted.tags)
    all_of_them = ", ".join(f"{_quoted(name)}: something" for name in wanted.tags)
    where = f"type: {_example(wanted)}{_place(wanted)}"
    return [
        f"    tags: {{required: {{{required}}}}}",
        '    message: "{address}: {problem}"',
        "    remediation: Add the tags, or set them once in the default tags of the provider.",
        "    tests:",
        "      - name: without tags",
        f"        resource: {{{where}, values: {{tags: {{}}}}}}",
        f"        expect: {{action: {wanted.action}, problem: {_quoted(wanted.tags[0])}}}",
        "      - name: with all of them",
        f"        resource: {{{where}, values: {{tags: {{{all_of_them}}}}}}}",
        "        expect: {action: allow}",
    ]


def _cost(wanted: Wanted) -> list[str]:
    where = f"type: {_example(wanted)}{_place(wanted)}"
    return [
        f"    cost: {{measure: delta, thresholds: [{{above: {wanted.value}, action: {wanted.action}}}]}}",
        '    message: "This change adds {delta}/month{? ({delta_percent} %)}"',
        "    remediation: Make the change smaller, or ask the owner of the cost centre.",
        "    tests:",
        "      - name: more than the limit",
        f"        resource: {{{where}, monthly_cost: {wanted.value}.01}}",
        f"        expect: {{action: {wanted.action}}}",
        "      - name: the limit itself",
        f"        resource: {{{where}, monthly_cost: {wanted.value}}}",
        "        expect: {action: allow}",
    ]


def _subject(wanted: Wanted, breaks: bool) -> list[str]:
    """The lines of a test that say what is judged: a resource with a value on the wanted side of the comparison."""
    value = _side(wanted, breaks)
    where = f"type: {_example(wanted)}{_place(wanted)}"
    first, _, rest = wanted.key.partition(".")
    if value is None:
        return [f"        resource: {{{where}}}"]
    if first == "totals":
        return [f"        resource: {{{where}}}", f"        totals: {{{rest}: {value}}}"]
    if first == "monthly_cost" and not rest:
        return [f"        resource: {{{where}, monthly_cost: {value}}}"]
    if first in LIST_FIELDS or wanted.key.endswith("[]") or wanted.op.startswith("any-"):
        value = f"[{value}]"
    if first in ("values", "tags"):
        return [f"        resource: {{{where}, {first}: {_nested(rest.replace('[]', '').split('.'), value)}}}"]
    return [f"        resource: {{{where}, given: {_nested(wanted.key.replace('[]', '').split('.'), value)}}}"]


def _nested(path: Sequence[str], value: str) -> str:
    text = value
    for name in reversed(path):
        text = f"{{{name.strip(chr(34))}: {text}}}"
    return text


def _side(wanted: Wanted, breaks: bool) -> str | None:
    """A value for which the comparison is true (or false); None: the key is left out."""
    if wanted.op in WITHOUT_VALUE:
        return None if (wanted.op == "absent") is breaks else "something"
    if wanted.op in NUMERIC:
        low = wanted.op in ("lt", "lte")
        more = breaks is not low
        try:
            return f"{Decimal(wanted.value) + (1 if more else -1):f}"
        except InvalidOperation:
            return "0"  # the value is no number: the loader says so, with the rule and the operator
    fits = wanted.value.split(",")[0].strip() if wanted.op in LISTS else wanted.value
    if wanted.op in PATTERNS:
        fits = "".join(character for character in fits if character.isalnum() or character in "._-") or "x"
    right = wanted.op not in ("ne", "not-in")
    return _plain(fits) if right is breaks else "something-else"


def _value(wanted: Wanted) -> str:
    if wanted.op in LISTS:
        return f"[{', '.join(_plain(item.strip()) for item in wanted.value.split(','))}]"
    return wanted.value if wanted.op in NUMERIC else _plain(wanted.value)


def _plain(text: str) -> str:
    """A number or a truth value as it is, all else in quotes."""
    is_number = text.lstrip("-").replace(".", "", 1).isdigit()
    return text if is_number or text in ("true", "false") else _quoted(text)


def _example(wanted: Wanted) -> str:
    """A type that the rule matches; a pattern stands for something that fits it."""
    return wanted.resources[0].replace("**", "*").replace("*", "instance").replace("?", "x")


def _place(wanted: Wanted) -> str:
    return f", environment: {_quoted(wanted.environments[0])}" if wanted.environments else ""


def _quoted(text: str) -> str:
    """A YAML scalar that means exactly this text."""
    if text.replace("_", "").replace("-", "").isalnum() and not text[0].isdigit() and text.lower() not in RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)


RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
