"""Tags that a resource does not pass on to what it starts: instances of a group, tasks of a service, disks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from finops_guard.model import Resource
from finops_guard.values import Unknown

Finder = Callable[[Resource, Sequence[str]], "str | Unknown | None"]


def not_passed_on(resource: Resource, names: Sequence[str]) -> str | Unknown | None:
    """What is wrong with passing the tags `names` on; None when all is well or the type starts nothing."""
    find = _FINDERS.get(resource.type)
    return find(resource, names) if find else None


def _group(resource: Resource, names: Sequence[str]) -> str | Unknown | None:
    """Autoscaling group: each `tag` block says whether instances get the tag. Default tags are never passed on."""
    blocks = resource.attributes.get("tag")
    if isinstance(blocks, Unknown) and not blocks.computed:
        return blocks
    passed = {
        str(block.get("key"))
        for block in _maps(blocks)
        if str(block.get("propagate_at_launch")).lower() == "true"
    }  # fmt: skip
    return _missing(names, passed, "instances")


def _service(resource: Resource, names: Sequence[str]) -> str | Unknown | None:
    """ECS service: `propagate_tags` names the source of its tasks' tags; without it they have none."""
    source = resource.attributes.get("propagate_tags")
    if isinstance(source, Unknown) and not source.computed:
        return source
    return None if source in ("SERVICE", "TASK_DEFINITION") else "propagate_tags is not set, so tasks get no tags"


def _template(resource: Resource, names: Sequence[str]) -> str | Unknown | None:
    """Launch template: instances get the tags of `tag_specifications`, never those of the template."""
    blocks = resource.attributes.get("tag_specifications")
    if isinstance(blocks, Unknown) and not blocks.computed:
        return blocks
    passed: set[str] = set()
    for block in _maps(blocks):
        if block.get("resource_type") == "instance":
            if isinstance(block.get("tags"), Unknown):
                unknown: Unknown = block["tags"]
                return unknown
            passed.update(block.get("tags") or {})
    return _missing(names, passed, "instances")


def _instance(resource: Resource, names: Sequence[str]) -> str | Unknown | None:
    """Instance: its disks get `volume_tags`, or the tags of their block; the provider's default tags only with one."""
    tags = resource.attributes.get("volume_tags")
    if isinstance(tags, Unknown) and not tags.computed:
        return tags
    passed = set(tags) if isinstance(tags, Mapping) else set()
    for block in _maps(resource.attributes.get("root_block_device")):
        passed.update(block.get("tags") or {} if not isinstance(block.get("tags"), Unknown) else {})
    return _missing(names, passed, "volumes")


def _missing(names: Sequence[str], passed: set[str], what: str) -> str | None:
    missing = [name for name in names if name not in passed]
    return f"{what} do not get {', '.join(missing)}" if missing else None


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping))


_FINDERS: Mapping[str, Finder] = {
    "aws_autoscaling_group": _group,
    "aws_ecs_service": _service,
    "aws_launch_template": _template,
    "aws_instance": _instance,
}
