"""The seed, row by row and excerpt by excerpt; generated code is compared token by token."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest

from moon_spa import CompiledComponent, compile  # noqa: A004 - the public name
from moon_spa.scope import load_python_scope, resolve_component_callables
from moon_spa.trace import _TraceState

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w$]+|=>|[=!<>]=|\?\?|\|\||\.\.\.|\S')
_COMMENT = re.compile(r"//.*")


def tokens(js: str) -> list[str]:
    """JavaScript without blanks and comments."""
    return _TOKEN.findall(_COMMENT.sub("", js))


def holds(js: str, excerpt: str) -> bool:
    """Whether the tokens of an excerpt stand in a script, one behind the other."""
    whole, part = tokens(js), tokens(excerpt)
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def component(sections: str, mode: Any = "auto") -> CompiledComponent:
    """A component whose setup returns these sections."""
    body = dedent(sections).strip().replace("\n", "\n        ")
    return compile(f"class Counter(Component):\n    def setup(self, props):\n        {body}\n", mode=mode)


def actions(state: str, entries: str, mode: Any = "auto") -> CompiledComponent:
    text = (
        f'return {{"props": props, "state": {state}, "data": {{}}, "actions": {entries}, "lifecycle": {{}}}}'
    )
    return component(text, mode)


CARD = """
class Card(Component):
    def setup(self, props):
        price = props.get("price", 0)
        props = {**props}
        state = {}
        data = {
            "display": f"${price:.2f}",
            "is_cheap": price < 10,
        }
        # Optional: The server can infer this return automatically.
        return {
            "props": props,
            "state": state,
            "data": data,
            "actions": {},
            "lifecycle": {},
        }
"""

GAME = """
class Game(Component):
    def setup(self, props):
        state = {"score": 5, "lives": 1, "game_over": True}
    def restart(self):
        self.state.score = 0
        self.state.lives = 3
        self.state.game_over = False
"""
GUARD = """
class Counter(Component):
    def setup(self, props):
        state = {"x": 0}
    def act(self):
        if self.state.x < 5:
            self.state.x += 1
"""


def test_the_pipeline_goes_from_a_block_over_its_scope_to_two_functions() -> None:
    scope = load_python_scope(CARD)
    assert {"Component", "StateField", "int", "float", "str", "bool", "Card"} <= set(scope)
    context_fn, client_fn = resolve_component_callables(scope)
    context = context_fn({"price": 7})
    assert context == {"props": {"price": 7}, "state": {}, "data": {"display": "$7.00", "is_cheap": True}}
    assert client_fn() == {"props": {}, "state": {}, "actions": {}, "lifecycle": {}}


@pytest.mark.parametrize(
    "block",
    [
        "def context(props):\n    return {}\n\ndef client():\n    return {}\n",
        "def setup(props):\n    return {}\n",
        "class Old(Component):\n    def context(self, props):\n        return {}\n",
        "total = 1\n",
    ],
    ids=["context-and-client", "setup", "methods", "nothing"],
)
def test_a_block_of_an_older_style_is_a_scope_whose_component_is_refused(block: str) -> None:
    scope = load_python_scope(block)
    with pytest.raises(ValueError, match="error: "):
        resolve_component_callables(scope)
    with pytest.raises(ValueError, match="load_python_scope"):
        resolve_component_callables({"Old": object})


def test_data_reaches_the_template_as_py_and_never_the_script() -> None:
    card = compile(CARD)
    expected = {"props": {"price": 7}, "state": {}, "py": {"display": "$7.00", "is_cheap": True}}
    assert card.render_context({"price": 7}) == expected
    assert "display" not in card.setup_js
    assert "is_cheap" not in card.setup_js


def test_the_return_of_the_card_is_optional() -> None:
    without = CARD[: CARD.index("        # Optional")]
    assert compile(without).render_context({"price": 7}) == compile(CARD).render_context({"price": 7})
    assert compile(without).setup_js == compile(CARD).setup_js


def test_setup_has_six_parts_in_the_order_of_the_seed() -> None:
    made = component(
        """
        def increment():
            open("log").write("x")
        def init():
            open("log").write("y")
        return {
            "props": {"name": "default"},
            "state": {"count": 0},
            "actions": {
                "increment": increment,
                "reset": {"op": "set", "state": "count", "value": 0},
                "init": init,
            },
            "lifecycle": {"mounted": "init"},
        }
        """
    )
    excerpts = [
        "function setup({ useState, props, componentName }) {",
        'const resolvedProps = Object.assign({}, { name: "default" }, props || {});',
        "const [__state_0, __set_state_0] = useState(0);",
        'const actions = { increment: function () { __serverCall("action", "increment"); },',
        "reset: function () { __set_state_0(function () { return 0; }); },",
        "function __callAction(actionName, event) {",
        'const lifecycle = { created: function () {}, mounted: function () { __callAction("init"); },',
        "updated: function () {}, unmounted: function () {}, };",
        "const state = { count: __state_0 };",
        "return { props: resolvedProps, state, actions, lifecycle }; }",
    ]
    places = []
    whole = " ".join(tokens(made.setup_js))
    for excerpt in excerpts:
        assert holds(made.setup_js, excerpt), excerpt
        places.append(whole.index(" ".join(tokens(excerpt))))
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("declaration", "spec", "js"),
    [
        ('{"count": 0}', {"default": 0}, "useState(0)"),
        ('{"name": "moon"}', {"default": "moon"}, 'useState("moon")'),
        ('[StateField("n", default=0, cast="int")]', {"default": 0, "cast": "int"}, "useState(0)"),
        (
            '[StateField("q", from_prop="qty", default=1, cast="int")]',
            {"from_prop": "qty", "default": 1, "cast": "int"},
            'useState(Number(resolvedProps["qty"] ?? 1))',
        ),
    ],
)
def test_a_state_field_is_a_hook(declaration: str, spec: dict[str, Any], js: str) -> None:
    made = actions(declaration, "{}")
    (field,) = made.spec.fields
    assert list(field.to_spec().items()) == list(spec.items())
    assert f"const [__state_0, __set_state_0] = {js};" in made.setup_js


def test_state_variables_are_numbered_in_the_order_of_the_fields() -> None:
    made = component(
        """
        props = {**props}
        state = {
            "count": 0,
            "label": "start",
        }
        data = {}
        return {
            "props": props,
            "state": state,
            "data": data,
            "actions": {},
            "lifecycle": {},
        }
        """
    )
    excerpt = """
        const [__state_0, __set_state_0] = useState(0); // count
        const [__state_1, __set_state_1] = useState("start"); // label
    """
    assert holds(made.setup_js, excerpt)
    assert holds(made.setup_js, "const state = { count: __state_0, label: __state_1 };")


@pytest.mark.parametrize(
    ("operation", "js"),
    [
        (
            {"op": "add", "state": "count", "value": 1},
            "__set_state_0(function (value) { return value + 1; });",
        ),
        (
            {"op": "sub", "state": "count", "value": 1},
            "__set_state_0(function (value) { return value - 1; });",
        ),
        ({"op": "set", "state": "flag", "value": True}, "__set_state_1(function () { return true; });"),
        ({"op": "toggle", "state": "flag"}, "__set_state_1(function (value) { return !value; });"),
    ],
)
def test_an_operation_is_a_setter(operation: dict[str, Any], js: str) -> None:
    made = actions('{"count": 0, "flag": False}', f'{{"act": {operation!r}}}')
    assert made.ops == {"act": [operation]}
    assert made.placement == {"act": "client"}
    assert holds(made.setup_js, f"act: function () {{ {js} }}")


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ('self.add("count", 2)', {"op": "add", "state": "count", "value": 2}),
        ('self.sub("count")', {"op": "sub", "state": "count", "value": 1}),
        ('self.set("flag", True)', {"op": "set", "state": "flag", "value": True}),
        ('self.toggle("flag")', {"op": "toggle", "state": "flag"}),
    ],
)
def test_the_component_makes_operations(call: str, operation: dict[str, Any]) -> None:
    assert actions('{"count": 0, "flag": False}', f'{{"act": {call}}}').ops == {"act": [operation]}


def test_a_callable_is_a_server_call_in_mode_server() -> None:
    made = actions('{"count": 0}', '{"act": lambda: None}', mode="server")
    assert made.ops == {"act": [{"op": "server_call", "kind": "action", "name": "act"}]}
    assert made.placement == {"act": "server"}
    assert holds(made.setup_js, 'act: function () { __serverCall("action", "act"); }')


def test_the_full_example_of_actions() -> None:
    made = component(
        """
        return {
            "props": props,
            "state": {"count": 0},
            "data": {},
            "actions": {
                "increment": {"op": "add", "state": "count", "value": 1},
                "reset": {"op": "set", "state": "count", "value": 0},
            },
            "lifecycle": {},
        }
        """
    )
    excerpt = """
        const [__state_0, __set_state_0] = useState(0);
        const actions = {
          increment: function () {
            __set_state_0(function (value) { return value + 1; });
          },
          reset: function () {
            __set_state_0(function () { return 0; });
          },
        };
    """
    assert holds(made.setup_js, excerpt)


def test_a_guarded_closure_is_an_operation_with_a_condition() -> None:
    made = component(
        """
        state = {"count": 0}
        data = {"limit": 10}
        def safe_increment():
            if state["count"] < 10:
                state["count"] += 1
                data["limit"] = 10
        return {
            "props": props,
            "state": state,
            "data": data,
            "actions": {"safe_increment": safe_increment},
            "lifecycle": {},
        }
        """
    )
    cond = {"left": "count", "op": "<", "right": 10}
    assert made.ops == {"safe_increment": [{"op": "add", "state": "count", "value": 1, "cond": cond}]}
    excerpt = """
        safe_increment: function () {
          if (__state_0 < 10) {
            __set_state_0(function (value) { return value + 1; });
          }
        },
    """
    assert holds(made.setup_js, excerpt)


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_a_comparison_is_a_guard(op: str) -> None:
    made = compile(GUARD.replace("<", op))
    cond = {"left": "x", "op": op, "right": 5}
    assert made.ops == {"act": [{"op": "add", "state": "x", "value": 1, "cond": cond}]}
    assert holds(made.setup_js, f"if (__state_0 {op} 5) {{")
    assert eval(f"state.x {op} 5", {"state": _TraceState()}) == cond


def test_a_declared_condition_is_the_guard_that_tracing_gives() -> None:
    entry = '{"act": {"op": "add", "state": "count", "value": 1, "cond": self.state.count < 10}}'
    made = actions('{"count": 0}', entry)
    excerpt = "if (__state_0 < 10) { __set_state_0(function (value) { return value + 1; }); }"
    assert holds(made.setup_js, excerpt)


def test_a_method_of_several_steps_is_a_list_of_operations() -> None:
    made = compile(GAME)
    assert made.ops["restart"] == [
        {"op": "set", "state": "score", "value": 0},
        {"op": "set", "state": "lives", "value": 3},
        {"op": "set", "state": "game_over", "value": False},
    ]
    excerpt = """
        restart: function () {
          __set_state_0(function () { return 0; });
          __set_state_1(function () { return 3; });
          __set_state_2(function () { return false; });
        },
    """
    assert holds(made.setup_js, excerpt)


def test_an_operation_keeps_the_expression_of_a_prop() -> None:
    made = actions('{"count": 0}', '{"more": self.add("count", props.initialCount + 1)}')
    (operation,) = made.ops["more"] or []
    js = operation["value"]["expr"]
    assert js == '__moon.add_a(__moon.at_a(resolvedProps, "initialCount"), 1)'
    assert js in made.setup_js
