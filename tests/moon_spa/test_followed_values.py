"""First values as people write them: Python's for all props, or an error with Python's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import indent
from typing import Any

import pytest

from moon_spa import CompiledComponent, ComponentError, compile  # noqa: A004 - the public name
from moon_spa.types import accepts
from tests.moon_spa.followed_programs import Expressions
from tests.moon_spa.node import Node
from tests.moon_spa.test_props import CLICK
from tests.moon_spa.test_setup_programs import matches
from tests.moon_spa.test_trace import FIRST_STATE, argument, error_of, runtime

PROGRAMS = 250
JSON: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -7,
        2**53,
        0.0,
        1.0,
        2.5,
        -0.125,
        1e300,
        "",
        "x",
        " Ab c ",
        "7",
        "Straße",
        "😀,é",
    ),
    *([], [1], [0, 2, 1], [1, 2.5], ["b", "a"], [None, True], [[1], [2]], [{"n": 1}, {"n": 0}], {}, {"n": 1}),
    *({"name": "Ada", "n": 2.0}, {"a": {"b": [3]}}, {"1": 1, "constructor": None}),
)
FORMS = (
    *(
        "len(props.x)",
        "list(props.x)",
        "sorted(props.x)",
        "sorted(props.x, reverse=True)[:2]",
        "max(1, props.x)",
    ),
    *(
        "min(props.x, 2.0, props.get('y', 1))",
        "max(props.x)",
        "sum(props.x)",
        "any(props.x)",
        "round(props.x)",
    ),
    *(
        "round(props.x, 1)",
        "abs(props.x)",
        "len(props.x) / 2",
        "[len(props.x), not props.x]",
        "int(props.x or 0)",
    ),
    *(
        "props.x.strip().lower()",
        "props.x.title().replace('a', 'b')",
        "props.x.split()",
        "', '.join(props.x)",
    ),
    *(
        "f'{props.x:.2f}'",
        "f'<{props.x:>6}>'",
        "f'{props.x!r}'",
        "format(props.x, ',')",
        "'%s' % str(props.x)",
    ),
    *(
        "1 if props.x else 2.0",
        "props.x if props.x else 'none'",
        "props.x or 'none'",
        "props.x and 1",
        "not props.x",
    ),
    *(
        "props.x is None",
        "props.x is not None",
        "props.x in (1, 'x', None)",
        "'a' in props.x",
        "1 not in props.x",
    ),
    *(
        "0 < props.x < 5",
        "props.x['name']",
        "props.x['a']['b'][0]",
        "props.x[0]",
        "props.x[-1]",
        "props.x[1:]",
    ),
    *("props.x.get('name', 'nobody')", "(props.x or {}).get('n')", "(props.get('y') or [1])[0] == props.x"),
    *(
        "[row['n'] for row in props.x]",
        "sum(row['n'] for row in props.x)",
        "[v for k, v in props.x.items() if v]",
    ),
    *("[0, *props.x]", "props.x == []", "[props.x, 1] == [1, 1]", "next((r for r in props.x if r), None)"),
    *("len(props.x) * 2 * str(props.get('y', 1))", "-len(props.x) + props.get('y', 1.5)"),
    *("sorted(props.x, key=lambda row: row['n'])", "props.x[0] if props.x and props.x[0] else props.x"),
    *("{'n': len(props.x), 'is_long': len(props.x) > 2}", "f'{len(props.x)} of {props.get(\"y\", 3)}'"),
)


def component(body: str) -> CompiledComponent:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))
    return compile(f"class C(Component):\n    def setup(self, props):\n{lines}")


@pytest.mark.parametrize("value", FORMS)
def test_a_first_value_is_pythons_whatever_json_carries(value: str, node: Node) -> None:
    made = component(f"state = {{'f0': {value}}}")
    given: list[dict[str, Any]] = [{"x": one} for one in JSON]
    compared, _ = compare(made, [*given, {}, {"x": 2, "y": 2.0}], node)
    assert compared


def test_first_values_of_random_expressions_are_pythons(node: Node) -> None:
    expressions = Expressions(31)
    compared = left = 0
    for _ in range(PROGRAMS):
        try:
            made = compile(expressions.source())
        except ComponentError:
            continue
        done, bailed = compare(made, [expressions.props() for _ in range(6)], node)
        compared, left = compared + done, left + bailed
    assert compared > PROGRAMS
    assert left < compared / 20


@pytest.mark.parametrize("rows", ["list(props.rows)", "sorted(props.rows)", "[row for row in props.rows]"])
def test_an_action_that_changes_a_copy_leaves_the_prop_as_it_is(rows: str, node: Node) -> None:
    act = 'def add():\n    state["rows"].append(9)'
    made = component(f'state = {{"rows": {rows}}}\n{act}')
    assert made.placement == {"add": "client"}
    sent = {"js": made.setup_js, "props": {"rows": [1, 2]}}
    read = CLICK.replace("handle.props.start", "input.props.rows")
    assert node.call(read, sent, {"helpers": runtime()}) == [[1, 2, 9], [1, 2]]


def test_a_list_that_a_prop_may_choose_is_not_followed_once_it_is_changed() -> None:
    chosen = 'one = [1]\nrows = one if props.get("x") else [2]\nrows.append(3)\n'
    for field in ("one", "rows"):
        with pytest.raises(ComponentError) as caught:
            component(f'{chosen}state = {{"f0": {field}}}')
        assert caught.value.code == "depends-on-props"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if True:", ""),
        ("try:\n    pass\nfinally:", ""),
        ("for _ in range(1):", ""),
        ("def made():", "    return C\nC = made()"),
        ("class Outer:", "C = Outer.C"),
    ],
)
def test_a_setup_is_followed_wherever_its_class_stands(before: str, after: str, node: Node) -> None:
    body = 'state = {"f0": [2.5 < int(props.get("x", 1)), len(props.get("y", []))]}'
    text = f"class C(Component):\n    def setup(self, props):\n        {body}"
    made = compile(f"{before}\n{indent(text, '    ')}\n{after}", name="C")
    assert compare(made, [{}, {"x": 3}, {"x": 2, "y": [1]}], node) == (3, 0)


def test_data_is_computed_from_props_in_any_way() -> None:
    body = 'import json\nflag = not props.get("open", False)\n'
    made = component(
        f'{body}data = {{"sent": json.dumps({{"flag": flag}})}}\nstate = {{"f0": props.get("x", 1)}}'
    )
    assert made.context({"open": True, "x": 2})["data"] == {"sent": '{"flag": false}'}
    assert made.context({"open": True, "x": 2})["state"] == {"f0": 2}


def compare(made: CompiledComponent, given: Sequence[dict[str, Any]], node: Node) -> tuple[int, int]:
    """How many first values are the same on both sides, and how many JavaScript leaves to the server."""
    same = left = 0
    results = node.call(FIRST_STATE, argument(made, [*given]), {"helpers": runtime()})
    for props, result in zip(given, results, strict=True):
        about = (made.spec.block, props, result)
        raised = error_of(made, props).replace("is not given", "KeyError")
        error = result.get("error", "")
        if error == "Bail":
            left += 1
        elif raised:
            assert_refused(made, raised, error, about)
        else:
            assert not error, about
            expected = made.context(props)["state"]["f0"]
            got = dict(dict(result["value"]["d"])["state"]["d"])["f0"]
            kind = made.types["f0"]
            assert accepts(kind, expected), about
            assert matches(kind, expected, got), (*about, expected)
            same += 1
    return same, left


def assert_refused(made: CompiledComponent, raised: str, error: str, about: Any) -> None:
    """JavaScript fails as Python does; a variable that no first value reads is Python's alone."""
    *lines, _ = made.spec.block.splitlines()
    if len(lines) > 2 and "state =" not in made.spec.block.splitlines()[line_of(raised) - 1]:
        return
    if "past 2**53" in raised:
        return
    assert error, about
    assert error in raised or len(lines) > 2, about


def line_of(error: str) -> int:
    found = re.search(r":(\d+): error", error)
    assert found
    return int(found[1])
