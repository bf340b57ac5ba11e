"""Props are read in one way: at compile time, on the server and in the browser."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest

from moon_spa import CompiledComponent, ComponentError, bridge, compile  # noqa: A004 - the public name
from tests.moon_spa.node import Node
from tests.moon_spa.test_trace import HELPERS

INCREMENT = """
return {"props": props, "state": {"count": 0}, "actions": {"add": self.add("count", props.start + 1)}}
"""
WITH_DEFAULT = [
    'props = {"start": 2, "name": "default", **props}',
    'props = {"start": 2} | props',
    'props = {**props}\nprops.setdefault("start", 2)',
    'props = dict({"start": 2, **props})',
    'props = {"start": 2, **props}.copy()',
    'props = dict({"start": 2}, **props)',
    'props = dict(**{"start": 2, **props})',
    'props = {"start": 2, **props} | {"other": 1}',
]
WITHOUT_DEFAULT = [
    "pass",
    'props = {"name": "default", **props}',
    "props = {**props}",
    "props = dict(props, other=1)",
    "props = dict(**props)",
    'props = props | {"other": 1}',
    'props |= {"other": 1}',
]
FIXED = [
    'props = props | {"start": 6}',
    'props |= {"start": 6}',
    "props.update(start=6)",
    'props.update({"start": 6})',
    'props["start"] = 6',
    "props = dict(props, start=6)",
    'props = {**props, "start": 6}',
]


def component(body: str, end: str = INCREMENT) -> CompiledComponent:
    text = "class C(Component):\n    def setup(self, props):\n"
    return compile(text + indent(body + end, " " * 8), path="c.py")


def on_the_server(made: CompiledComponent, props: dict[str, Any]) -> Any:
    request = {"component": "C", "instance": "1", "seq": 1, "kind": "action", "name": "add", "props": props}
    reply = bridge.call(made, {**request, "state": {"count": 0}})
    return reply["patch"]["state"].get("count") if reply["ok"] else reply["error"]


def in_the_browser(node: Node, made: CompiledComponent, props: dict[str, Any]) -> Any:
    return node.call(
        CLICK, {"js": made.setup_js, "props": props}, {"helpers": HELPERS / ".." / "helpers.mjs"}
    )


CLICK = """
const setup = new Function("__serverCall", "__moon", `return (${input.js})`)(null, modules.helpers.helpers);
const values = [];
const useState = (first) => {
  const at = values.push(first) - 1;
  return [first, (next) => { values[at] = typeof next === "function" ? next(values[at]) : next; }];
};
const handle = setup({ useState, props: input.props, componentName: "C" });
try { handle.actions.add(); } catch (error) { return error.name; }
return [values[0], handle.props.start];
"""


@pytest.mark.parametrize("body", WITH_DEFAULT)
@pytest.mark.parametrize(("props", "start"), [({}, 2), ({"start": 4}, 4)])
def test_an_attribute_of_props_with_a_default_is_the_same_everywhere(
    node: Node, body: str, props: dict[str, Any], start: int
) -> None:
    made = component(body)
    assert made.render_context(props)["props"]["start"] == start
    assert on_the_server(made, props) == start + 1
    assert in_the_browser(node, made, props) == [start + 1, start]


@pytest.mark.parametrize("body", WITHOUT_DEFAULT)
def test_a_prop_that_is_missing_is_told_everywhere(node: Node, body: str) -> None:
    made = component(body)
    assert on_the_server(made, {"start": 4}) == 5
    assert in_the_browser(node, made, {"start": 4}) == [5, 4]
    with pytest.raises(ComponentError) as caught:
        made.render_context({})
    found = caught.value.diagnostics[0]
    assert (found.code, found.span.line) == ("missing-prop", body.count("\n") + 4)
    assert "`props.get('start', default)`" in found.hint
    error = on_the_server(made, {})
    assert (error["type"], error["line"]) == ("KeyError", body.count("\n") + 4)
    assert "`props.get('start', default)`" in error["message"]
    assert in_the_browser(node, made, {}) == "KeyError"


@pytest.mark.parametrize("body", FIXED)
def test_a_prop_that_setup_fixes_is_fixed_everywhere(node: Node, body: str) -> None:
    made = component(body)
    for props in ({}, {"start": 4}):
        assert made.render_context(props)["props"]["start"] == 6
        assert on_the_server(made, props) == 7
        assert in_the_browser(node, made, props) == [7, 6]


@pytest.mark.parametrize(
    "made",
    [
        *("dict(other=1, **props)", "dict(props.items())", "{key: props[key] for key in props}"),
        *("ChainMap(props)", "copy(props)", "type(props)(props)", "(lambda **more: more)(**props)"),
    ],
)
def test_props_that_tracing_cannot_follow_are_refused(made: str) -> None:
    body = f"from collections import ChainMap\nfrom copy import copy\nmore = {made}\n"
    with pytest.raises(ComponentError) as caught:
        component(body, 'return {"state": {"count": more.get("start", 1)}}\n')
    assert caught.value.code == "depends-on-props"


@pytest.mark.parametrize("body", ['props.pop("start", 0)', 'del props["start"]', "props.clear()"])
def test_a_prop_that_is_taken_away_is_refused(body: str) -> None:
    with pytest.raises(ComponentError, match="a prop cannot be taken away"):
        component(body)


def test_self_props_of_an_action_are_the_section() -> None:
    end = '\nstate = {"count": 0}\ndef add():\n    state["count"] += self.props["start"]\n'
    kept = component('props = {"start": 2, **props}', end)
    assert (kept.placement, on_the_server(kept, {})) == ({"add": "client"}, 2)
    changed = component('props = {**props, "start": props.get("other", 3) * 2}', end)
    assert (changed.placement, on_the_server(changed, {})) == ({"add": "server"}, 6)


def test_a_first_value_that_a_browser_would_round_is_refused_on_the_server() -> None:
    made = component('props = {"start": 1, **props}\n', 'return {"state": {"count": props.start * 2**40}}\n')
    assert made.render_context({"start": 3})["state"] == {"count": 3 * 2**40}
    with pytest.raises(ComponentError, match="first value of count has an int past 2") as caught:
        made.render_context({"start": 2**20})
    assert caught.value.code == "overflow"


BARS = """
def bars(rows):
    found = []
    for row in rows:
        found.append(row * 2)
    return found


def spoil(rows):
    rows.append(9)


"""
CHART = """
props = {"title": "t", "rows": [1], **props}
rows = props["rows"]
width = 12 / max(len(rows), 1)
names = [rows, props["title"]]
data = {"bars": bars(rows), "width": width, "names": len(names), "text": str(rows)}
state = {"rows": rows, "title": props["title"]}
"""


def test_a_name_for_a_prop_is_read_as_the_prop_itself(node: Node) -> None:
    made = compile(BARS + f"class C(Component):\n    def setup(self, props):\n{indent(CHART, ' ' * 8)}")
    found = made.context({"rows": [1, 2, 3]})
    assert found["data"] == {"bars": [2, 4, 6], "width": 4.0, "names": 2, "text": "[1, 2, 3]"}
    assert found["state"] == {"rows": [1, 2, 3], "title": "t"}


@pytest.mark.parametrize(
    "call", ['spoil(props["rows"])', "spoil(rows)", "(lambda x: x.append(9))(props.rows)"]
)
def test_a_prop_that_setup_changes_in_place_is_told(call: str) -> None:
    body = CHART.replace("width =", f"{call}\nwidth =")
    made = compile(BARS + f"class C(Component):\n    def setup(self, props):\n{indent(body, ' ' * 8)}")
    for props in ({"rows": [1, 2, 3]}, {}):
        with pytest.raises(ComponentError, match="setup changes the prop rows in place") as caught:
            made.context(props)
        assert caught.value.code == "prop-changed"
