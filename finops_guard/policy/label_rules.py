"""Tag rules that other tools hold: AWS Organizations tag policies, Azure Policy, and lists of labels for Google Cloud.

Each becomes the same: the tag's spelling, the values it may have, and the types that must carry it (None: whoever may).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finops_guard.policy.shape import suggestion

Reader = Callable[[Any], "list[LabelRule]"]


class BadLabelRules(Exception):
    """A file that is not what it is said to be."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class LabelRule:
    """One tag. `types`: Terraform types on which it must be present, None: on all that are judged; (): on none."""

    name: str
    values: tuple[str, ...] = ()  # with * as wildcard
    types: tuple[str, ...] | None = None


def from_aws_tag_policy(document: Any) -> list[LabelRule]:
    """An AWS Organizations tag policy. `report_required_tag_for` names the types on which a tag must be present.

    Plain tag policies never ask for a missing tag, so without that list only the spelling and the values count.
    """
    tags = document.get("tags") if isinstance(document, Mapping) else None
    if not isinstance(tags, Mapping):
        raise BadLabelRules("no AWS tag policy: there is no `tags`", "the content of the policy, not of its target")
    return [_aws_rule(str(name), entry) for name, entry in tags.items()]


def _aws_rule(name: str, entry: Any) -> LabelRule:
    if not isinstance(entry, Mapping):
        raise BadLabelRules(f"the tag {name!r} should be a map")
    wrong = [key for key in entry if key not in ("tag_key", "tag_value", "enforced_for", "report_required_tag_for")]
    if wrong:
        known = ("tag_key", "tag_value", "enforced_for", "report_required_tag_for")
        raise BadLabelRules(f"unknown key {wrong[0]!r} of the tag {name!r}", suggestion(str(wrong[0]), known))
    spelled = _assigned(entry.get("tag_key"))
    values = tuple(str(value) for value in _listed(_assigned(entry.get("tag_value"))))
    required = [str(value) for value in _listed(_assigned(entry.get("report_required_tag_for")))]
    types = tuple(kind for value in required for kind in _aws_types(value))
    return LabelRule(str(spelled) if spelled else name, values, types)


def _assigned(value: Any) -> Any:
    """What `@@assign` holds, or `@@append`: a policy that only appends is read as far as it says."""
    if isinstance(value, Mapping):
        return value.get("@@assign", value.get("@@append"))
    return value


def _listed(value: Any) -> Iterator[Any]:
    if value is not None:
        yield from value if isinstance(value, list) else [value]


def _aws_types(name: str) -> Iterator[str]:
    """Terraform types for `logs:log-group` or `ec2:ALL_SUPPORTED` (data/aws_tag_types.csv)."""
    from finops_guard.policy.tables import aws_tag_types

    known = aws_tag_types()
    service, _, kind = name.partition(":")
    if kind in ("ALL_SUPPORTED", "*"):
        found = [kinds for other, kinds in known.items() if other.startswith(f"{service}:")]
    else:
        found = [known[name]] if name in known else []
    if not found:
        raise BadLabelRules(
            f"report_required_tag_for names {name!r}, whose Terraform types we do not know", "name it under `required`"
        )
    for kinds in found:
        yield from kinds


def from_azure_policy(document: Any) -> list[LabelRule]:
    """Azure policy definitions (one, a list, or an initiative's list) that deny or audit a missing or wrong tag."""
    items = document if isinstance(document, list) else [document]
    found: dict[str, LabelRule] = {}
    for item in items:
        body = item.get("properties", item) if isinstance(item, Mapping) else {}
        rule = body.get("policyRule")
        if not isinstance(rule, Mapping):
            raise BadLabelRules("no Azure policy definition: there is no `policyRule`")
        defaults = {name: entry.get("defaultValue") for name, entry in (body.get("parameters") or {}).items()}
        for name, values in _azure_conditions(rule.get("if"), defaults):
            before = found.get(name, LabelRule(name))
            found[name] = LabelRule(name, (*before.values, *values))
    if not found:
        raise BadLabelRules("no condition of these definitions speaks of a tag")
    return list(found.values())


def _azure_conditions(
    value: Any, defaults: Mapping[str, Any], negated: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(tag, allowed values) of each condition on a tag, at any depth. What would be read wrongly is refused."""
    if isinstance(value, list):
        for item in value:
            yield from _azure_conditions(item, defaults, negated)
    elif isinstance(value, Mapping):
        for key in ("allOf", "anyOf", "not"):
            yield from _azure_conditions(value.get(key), defaults, negated is not (key == "not"))
        if "field" not in value:
            return
        name = _azure_tag(str(value["field"]), defaults)
        if name is None:
            raise BadLabelRules(
                f"a condition on {value['field']!r} limits the definition", "only conditions on tags can be imported"
            )
        yield name, _azure_allowed(name, value, defaults, negated)


def _azure_allowed(
    name: str, condition: Mapping[str, Any], defaults: Mapping[str, Any], negated: bool
) -> tuple[str, ...]:
    """The values that a condition leaves; () when it only asks that the tag exists."""
    if str(condition.get("exists", "")).lower() == ("true" if negated else "false"):
        return ()
    for key in ("in", "equals") if negated else ("notIn", "notEquals"):
        if key in condition:
            return tuple(str(one) for one in _listed(_azure_value(condition[key], defaults)))
    words = ", ".join(key for key in condition if key != "field")
    raise BadLabelRules(f"the condition {words} on the tag {name!r} cannot be imported", "write the rule by hand")


def _azure_tag(field: str, defaults: Mapping[str, Any]) -> str | None:
    """The tag of `tags.Team`, `tags['Team']` or `[concat('tags[', parameters('tagName'), ']')]`."""
    if field.startswith("tags."):
        return field.removeprefix("tags.")
    if field.startswith("tags["):
        return field[len("tags[") :].rstrip("]").strip("'\"")
    if "'tags['" in field:
        name = _azure_value("[" + field.split(",")[1].strip() + "]", defaults)
        return str(name) if name else None
    return None


def _azure_value(value: Any, defaults: Mapping[str, Any]) -> Any:
    """A literal, or the default of the parameter that `[parameters('name')]` names."""
    if isinstance(value, str) and value.startswith("[parameters('"):
        name = value[len("[parameters('") :].split("'")[0]
        if defaults.get(name) is None:
            raise BadLabelRules(f"the parameter {name!r} has no defaultValue, so the tag is not known")
        return defaults[name]
    return value


def from_google_labels(document: Any) -> list[LabelRule]:
    """Labels for Google Cloud: `labels: {team: [web, data], env: []}`, in small letters, as Google allows them."""
    labels = document.get("labels") if isinstance(document, Mapping) else None
    if not isinstance(labels, Mapping) or not labels:
        raise BadLabelRules("no list of labels: there is no `labels`")
    rules = []
    for name, values in labels.items():
        for text in (name, *_listed(values)):
            if str(text) != str(text).lower() or ":" in str(text):
                raise BadLabelRules(f"{text!r} is no Google label: small letters, digits, - and _ only")
        rules.append(LabelRule(str(name), tuple(str(value) for value in _listed(values))))
    return rules


READERS: Mapping[str, Reader] = {
    "from_aws_tag_policy": from_aws_tag_policy,
    "from_azure_policy": from_azure_policy,
    "from_google_labels": from_google_labels,
}
