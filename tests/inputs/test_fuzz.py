"""Whatever the bytes are, the reader answers with a Project or with InputError, and with nothing else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finops_guard.errors import InputError
from finops_guard.inputs.interface import ReadOptions
from finops_guard.inputs.terraform_plan import read
from tests.plans import change, plan

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
BASE = plan(
    change(
        "module.m[0].aws_instance.a",
        {"instance_type": "m5.large", "tags": {"a": "b"}, "root_block_device": [{}]},
        {"x": 1},
    ),
    change('aws_db_instance.b["k"]', {"engine": "mysql"}, unknown={"engine_version": True}),
    references={"aws_db_instance.b": {"engine": ["var.engine"]}},
    prior_state={"values": {"root_module": {}}},
    variables={"engine": {"value": "mysql"}},
)


def survives(data: bytes) -> None:
    try:
        project = read("plan.json", data, ReadOptions())
    except InputError:
        return
    for item in project.changes:
        for side in (item.before, item.after):
            if side is not None:
                side.related("engine")
                side.referrers("aws_instance", "root_block_device")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@given(
    st.dictionaries(
        st.sampled_from(
            ["format_version", "resource_changes", "planned_values", "configuration", "values", "variables"]
        ),
        JSON,
    )
)
def test_any_json_with_the_keys_of_a_plan(document: dict[str, Any]) -> None:
    survives(json.dumps(document).encode())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in items for found in places(item, (*path, key)))]


@settings(max_examples=300)
@given(st.sampled_from(places(BASE)[1:]), JSON)
def test_any_value_anywhere_in_a_plan(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(json.dumps(BASE))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    survives(json.dumps(document).encode())


@given(st.integers(0, 3000))
def test_truncated_anywhere(length: int) -> None:
    survives(json.dumps(BASE).encode()[:length])
