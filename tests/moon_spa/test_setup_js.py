"""The generated `setup()` runs in Node: in hosts that set at once or at the end, from old handles too."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moon_spa import CompiledComponent, compile, runtime_path  # noqa: A004
from moon_spa.javascript import literal
from moon_spa.types import ANY
from tests.moon_spa.node import Node, encode, same
from tests.moon_spa.recursive import recursive

HELPERS = runtime_path().parent / "helpers.mjs"

HOST = """
// A host with hooks. "draft": setters change a draft, which is committed at the end of an action.
// "immediate": a setter changes the value and renders at once. "late": all setters wait for the end.
const calls = [];
const build = new Function("__serverCall", "__moon", "return (" + input.js + ")");
const setup = build((...call) => { calls.push(call); }, modules.helpers.helpers);
const values = [];
let draft = null;
let waiting = [];
let handle = null;
const useState = (initial) => {
  const at = useState.next++;
  if (at >= values.length) values.push(initial);
  const apply = (to, value) => {
    to[at] = typeof value === "function" ? value(at in to ? to[at] : values[at]) : value;
  };
  return [values[at], (value) => {
    if (input.host === "immediate") { apply(values, value); render(); }
    else if (input.host === "draft") apply(draft, value);
    else waiting.push(() => apply(values, value));
  }];
};
function render() {
  useState.next = 0;
  handle = setup({ useState, props: tools.decode(input.props), componentName: "C" });
}
function act(target, name, args) {
  draft = {};
  target(name, args.map(tools.decode));
  for (const [at, value] of Object.entries(draft)) values[at] = value;
  for (const run of waiting) run();
  waiting = [];
  render();
}
render();
const first = handle;
for (const [kind, name, args] of input.steps) {
  const from = input.old ? first : handle;
  act((n, a) => (kind === "hook" ? from.lifecycle[n](...a) : from.actions[n](...a)), name, args);
}
return { state: tools.encode(handle.state), calls: calls.map(tools.encode) };
"""

HOSTS = ("immediate", "draft", "late")


def run(
    node: Node,
    made: CompiledComponent,
    steps: list[tuple[str, str, list[Any]]],
    host: str = "draft",
    old: bool = False,
    props: dict[str, Any] | None = None,
) -> dict[str, Any]:
    argument = {
        "js": made.setup_js,
        "host": host,
        "old": old,
        "props": encode(props or {}, boxed=True),
        "steps": [(kind, name, [encode(one, boxed=True) for one in args]) for kind, name, args in steps],
    }
    found: dict[str, Any] = node.call(HOST, argument, {"helpers": HELPERS})
    return found


COUNTER = """
class Counter(Component):
    def setup(self, props):
        state = {"count": 8, "two words": 0, "constructor": False}
        step = props.get("step", 1)
        actions = {
            "guarded": {"op": "add", "state": "count", "value": 1, "cond": self.state.count < 10},
            "plain": self.add("count", 1),
            "stepped": self.add("count", step),
            "two words": self.sub("two words", -2),
            "class": self.toggle("constructor"),
            "toString": self.set("constructor", "</script><!--\\u2028"),
        }
        def limited():
            if state["count"] < 10:
                state["count"] += 1
        def twice():
            state["count"] += 1
            state["count"] += 1
        def created():
            state["count"] = 3
        def save(name):
            open(name)
        lifecycle = {"mounted": "plain"}
"""


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("host", HOSTS)
def test_actions_see_the_latest_state_from_any_handle(host: str, old: bool, node: Node) -> None:
    made = compile(COUNTER)
    for name in ("guarded", "limited"):
        found = run(node, made, [("action", name, [])] * 5, host, old)
        assert same({"count": 10, "two words": 0, "constructor": False}, found["state"])
    found = run(node, made, [("action", name, []) for name in ("twice", "two words", "class")], host, old)
    assert same({"count": 10, "two words": 2, "constructor": True}, found["state"])


@pytest.mark.parametrize("host", HOSTS)
def test_an_operation_takes_its_value_from_the_props(host: str, node: Node) -> None:
    made = compile(COUNTER)
    for props, count in (({}, 10), ({"step": 5}, 18)):
        found = run(node, made, [("action", "stepped", [])] * 2, host, props=props)
        assert dict(found["state"]["d"])["count"] == {"n": str(count)}


def test_hooks_call_actions_and_run_functions(node: Node) -> None:
    made = compile(COUNTER)
    found = run(node, made, [("hook", "created", []), ("hook", "mounted", []), ("hook", "updated", [])])
    assert dict(found["state"]["d"])["count"] == {"n": "4"}


def test_a_server_action_sends_its_name_and_its_arguments(node: Node) -> None:
    found = run(node, compile(COUNTER), [("action", "save", ["a.txt"])])
    assert found["calls"] == [["action", "save", ["a.txt"]]]
    found = run(node, compile(COUNTER, mode="server"), [("action", "limited", [])])
    assert found["calls"] == [["action", "limited"]]


LEAVING = """
class Text(Component):
    def setup(self, props):
        state = {"text": "\\u0391\\u03a3", "number": 1, "size": 0}
        def lower():
            state["size"] = len(state["text"])
            state["text"] = state["text"].lower()
        def power(base: int, exponent: int = -1):
            state["number"] = base ** exponent
        def mounted():
            lower()
"""


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("host", HOSTS)
def test_where_pythons_answer_is_not_known_the_server_is_asked(host: str, old: bool, node: Node) -> None:
    made = compile(LEAVING)
    assert made.placement == {"lower": "client", "power": "client"}
    steps: list[tuple[str, str, list[Any]]] = [
        *(("action", "lower", [given]) for given in ("an event",)),
        *(("action", "power", given) for given in ([2], [2, -3], [2, 3])),
        ("hook", "mounted", []),
    ]
    found = run(node, made, steps, host, old)
    calls = [["action", "lower"], ["action", "power", [2]], ["action", "power", [2, -3]]]
    assert same([*calls, ["lifecycle", "mounted"]], found["calls"])
    assert same({"text": "\u0391\u03a3", "number": 8, "size": 0}, found["state"])


LARGE = """
class Large(Component):
    def setup(self, props):
        state = {"n": 2**53 - 1, "m": 0, "rows": [{"n": 1}], "first": props.get("first", 1) * 2}
        def grow(by: int):
            state["m"] = 7
            state["n"] = state["n"] + by
        def row(by: int):
            state["m"] = 7
            state["rows"].append({"n": 2**52 * by})
"""
BARE = """
const values = [];
const useState = (first) => {
  const at = values.push(first) - 1;
  return [first, (value) => { values[at] = typeof value === "function" ? value(values[at]) : value; }];
};
const build = new Function("__serverCall", "__moon", "return (" + input.js + ")");
try {
  const setup = build(null, modules.helpers.helpers);
  const handle = setup({ useState, props: input.props, componentName: "C" });
  if (input.name) handle.actions[input.name](input.by);
  return ["", values.slice(0, 4)];
} catch (error) {
  return [error.name, values.slice(0, 4)];
}
"""


@pytest.mark.parametrize(
    ("name", "by", "first", "expected"),
    [
        ("grow", 1, 1, ["OverflowError", [2**53 - 1, 0, [{"n": 1}], 2]]),
        ("row", 2, 1, ["OverflowError", [2**53 - 1, 0, [{"n": 1}], 2]]),
        ("grow", -1, 1, ["", [2**53 - 2, 7, [{"n": 1}], 2]]),
        ("row", 1, 1, ["", [2**53 - 1, 7, [{"n": 1}, {"n": 2**52}], 2]]),
        ("", 0, 2**53 - 1, ["OverflowError", [2**53 - 1, 0, [{"n": 1}]]]),
    ],
)
def test_an_int_past_2_53_never_reaches_a_host_that_has_nothing_but_state(
    node: Node, name: str, by: int, first: int, expected: list[Any]
) -> None:
    argument = {"js": compile(LARGE).setup_js, "name": name, "by": by, "props": {"first": first}}
    assert node.call(BARE, argument, {"helpers": HELPERS}) == expected


def test_values_cannot_leave_the_script(node: Node) -> None:
    made = compile(COUNTER)
    assert "</script" not in made.esm.rpartition("export default")[0]
    assert "<!--" not in made.setup_js
    assert "\u2028" not in made.setup_js
    found = run(node, made, [("action", "toString", [])])
    assert dict(found["state"]["d"])["constructor"] == "</script><!--\u2028"


@pytest.mark.parametrize(
    ("first", "operation", "expected"),
    [
        (1.5, '{"op": "add", "state": "x", "value": 2}', 3.5),
        ("a", '{"op": "add", "state": "x", "value": "b"}', "ab"),
        ([1], '{"op": "add", "state": "x", "value": [2, 3]}', [1, 2, 3]),
        ([], '{"op": "toggle", "state": "x"}', True),
        (0, '{"op": "toggle", "state": "x"}', True),
        (float("nan"), '{"op": "toggle", "state": "x"}', False),
        (5, '{"op": "sub", "state": "x", "value": -3}', 8),
        (None, '{"op": "set", "state": "x", "value": {"10": 1, "9": 2}}', {"10": 1, "9": 2}),
        (1, '{"op": "set", "state": "x", "value": 2.0, "cond": self.state.x == 1.0}', 2.0),
        ("é", '{"op": "set", "state": "x", "value": "y", "cond": self.state.x > "z"}', "y"),
        (True, '{"op": "set", "state": "x", "value": False, "cond": self.state.x == 1}', False),
    ],
)
def test_operations_do_what_python_does(first: Any, operation: str, expected: Any, node: Node) -> None:
    initial = 'float("nan")' if first != first else repr(first)
    made = compile(
        f"class C(Component):\n    def setup(self, props):\n        state = {{'x': {initial}}}\n"
        f"        actions = {{'act': {operation}}}\n"
    )
    found = run(node, made, [("action", "act", [])])
    got = dict(found["state"]["d"])["x"]
    assert same(expected, got, made.types["x"] is ANY), (got, made.setup_js)


def test_a_counter_is_small() -> None:
    made = compile(
        """
class Counter(Component):
    def setup(self, props):
        state = {"count": 0}
        def increment():
            state["count"] += 1
        def reset():
            state["count"] = 0
"""
    )
    assert made.helpers == frozenset()
    assert len(gzip.compress(made.setup_js.encode(), mtime=0)) < 500


def test_lines_of_the_script_lead_to_lines_of_the_source() -> None:
    made = compile(COUNTER, path="counter.py")
    script, source = made.setup_js.split("\n"), COUNTER.split("\n")
    pairs = {(script[js - 1].strip(), source[line - 1].strip()) for js, line in made.generated.lines}
    assert ("function setup({ useState, props, componentName }) {", "class Counter(Component):") in pairs
    assert ("limited: function () {", "def limited():") in pairs
    assert any("add" in js and python == 'state["count"] += 1' for js, python in pairs)


VALUES = recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=8)
    | st.sampled_from(["</script>", "<!--", "\u2028", "\ud800", "__proto__", "constructor", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab_\\\"'<-é\u2028", max_size=4) | st.just("__proto__"), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_every_literal_is_the_python_value_and_safe_in_a_script(node: Node, value: Any) -> None:
    js = literal(value)
    assert "<" not in js
    assert not any("\ud800" <= char <= "\udfff" or char in "\u2028\u2029" for char in js)
    assert same(value, node.call("return tools.encode(new Function(`return (${input})`)());", js))
    json.dumps(js)
