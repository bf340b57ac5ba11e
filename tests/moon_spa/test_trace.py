"""Values from props: one script for all props, equal to what Python's setup makes of them, or an error."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from moon_spa import CompiledComponent, ComponentError, compile  # noqa: A004
from moon_spa.casts import cast_props, prop_casts
from moon_spa.types import ANY, ListOf
from tests.moon_spa.node import Node, encode, same

HELPERS = Path(__file__).parents[2] / "moon_spa" / "browser" / "helpers"
FIRST_STATE = """
const setup = new Function("__serverCall", "__moon", `return (${input.js})`)(null, modules.helpers.helpers);
return input.props.map((props) => tools.attempt(() => {
  const useState = (first) => [typeof first === "function" ? first() : first, null];
  const seen = setup({ useState, props: tools.decode(props), componentName: "C" });
  return { state: seen.state, props: seen.props };
}));
"""


PRELUDE = """
from datetime import date
G = 1
SHARED = []
def pick_global():
    return G
def pick_shared():
    return SHARED[0] if SHARED else 0
def read(component):
    return len(component.props)
def counted(function):
    def wrapper(*given):
        return len(given[0].props)
    return wrapper
class Base(Component):
    def setup(self, props):
        pass
    SIZE, ROWS = 3, [1]
    def _secret(self):
        return len(self.props)
    def _apply(self, one):
        return self._secret() + one
    def _deep(self):
        return self._apply(1)
    def _rows(self):
        return self.ROWS
    def _stored(this):
        return this.count
    @property
    def extent(self):
        return len(self.props)
    def _today(self):
        return str(date.today())
    @counted
    def _wrapped(self, one):
        return one
    def _row(self, value):
        return [self._none()] * self.SIZE + [value]
    @staticmethod
    def _none():
        return 0
    @property
    def label(self):
        return f"size {self.SIZE}"
    @classmethod
    def _many(cls):
        return cls.SIZE * 2
"""


def component(body: str) -> CompiledComponent:
    text = PRELUDE + "class C(Base):\n    def setup(self, props):\n"
    return compile(text + indent(body, " " * 8), name="C")


def refused(body: str) -> ComponentError:
    with pytest.raises(ComponentError) as caught:
        component(body)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        'props.get("n", 1)',
        'props.get("n")',
        'props.get("n", 1) + 1',
        '2 - props.get("n", 1) * 3',
        '2.0 - int(props.get("n", 1))',
        '2.5 < int(props.get("n", 1))',
        'int(props.get("n", 1)) // 2 + int(props.get("m", 7)) % 4',
        'str(props.get("n", 1)) + "!"',
        "f\"n is {props.get('n', 1)}, m is {props.get('m', 2.0)}\"",
        'props.get("n", 1) < 5',
        'props.get("n", 1) == props.get("m", 1)',
        '[props.get("n", 1), {"m": props.get("m", 2.5), "k": 1}]',
        '-props.get("n", 1)',
        'bool(props.get("n", 0))',
        'float(props.get("n", 2))',
        'props.get("constructor", 4)',
        'props.get("list", [1, 2])',
        '{**props, "n": 5}["n"]',
        '{"m": 3, **props}["m"]',
        'dict(props, m=4)["m"]',
        'str([props.get("n", 1), 2])',
        "f\"{[props.get('n', 1), {'k': 2}]}\"",
        'bool([props.get("n", 0)])',
        '[props.get("n", 1)] * 2',
        "self.n + len(self.rows)",
        "self._row(2)",
        "self.label + str(self._many() + self._none())",
        'StateField(from_prop="n", default=3)',
        'StateField(from_prop="n", default=3, cast="int")',
        'StateField(from_prop="n", default="a", cast="str")',
    ],
)
def test_the_first_state_is_the_same_on_both_sides(value: str, node: Node) -> None:
    attributes = 'self.n, rows = props.get("n", 1), [1]\nself.rows = rows\n' if "self." in value else ""
    check_first_states(component(f'{attributes}state = {{"value": {value}}}'), node)


@pytest.mark.parametrize(
    "fill",
    [
        'state["value"] = props.get("n", 1) + 1',
        'state.update(value=props.get("n", 1), other=2)',
        'state.update({"value": props.get("n", 1)}, other=props.get("m", 2))',
        'state.update({"other": [props.get("n", 1)]}, **{"value": 7})',
        'more = {"value": 3}\nstate.update(more)\nstate.update([("b", 2)])',
        'for name in ("value", "other"):\n    state.update({name: 4})',
    ],
)
def test_a_state_that_is_filled_step_by_step_is_the_same_on_both_sides(fill: str, node: Node) -> None:
    body = 'state = {"first": props.get("first", "a")}\n' + fill
    check_first_states(component(body), node)


def check_first_states(made: CompiledComponent, node: Node) -> None:
    given: list[dict[str, Any]] = [
        {},
        {"n": 4},
        {"n": 4, "m": 9},
        {"n": None},
        {"n": -3, "list": ["x"]},
        {"n": True},
    ]
    results = node.call(FIRST_STATE, argument(made, given), {"helpers": runtime()})
    for props, result in zip(given, results, strict=True):
        raised = error_of(made, props)
        if raised:
            assert result.get("error", "nothing") in raised, (props, result)
            continue
        got = dict(dict(result["value"]["d"])["state"]["d"])["value"]
        kind = made.types["value"]
        boxed = kind is ANY or kind == ListOf(ANY)
        assert same(made.context(props)["state"]["value"], got, boxed), (props, got)


def error_of(made: CompiledComponent, props: dict[str, Any]) -> str:
    """What Python's setup raises with these props; "" for nothing."""
    try:
        made.context(props)
    except ComponentError as error:
        return str(error)
    return ""


def runtime() -> Path:
    return HELPERS.parent / "helpers.mjs"


def argument(made: CompiledComponent, given: list[dict[str, Any]]) -> dict[str, Any]:
    casts = prop_casts(made.spec.fields)
    props = [encode(cast_props(casts, one)[0], boxed=True) for one in given]
    return {"js": made.setup_js, "props": props}


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("props = {**props}", {"a": 1}),
        ('props = {"size": 2, **props}', {"size": 2, "a": 1}),
        ('props = {**props, "a": props.get("a", 5)}', {"a": 1}),
        ('props = {**props, "a": 9}', {"a": 9}),
        ('props = {**props, "twice": props.get("a", 5) * 2}', {"a": 1, "twice": 2}),
        ('props = {"b": props.get("b", 5)}', {"a": 1, "b": 5}),
        ('props["b"] = 3', {"a": 1, "b": 3}),
    ],
)
def test_the_props_section_says_the_same_on_both_sides(
    section: str, expected: dict[str, Any], node: Node
) -> None:
    made = component(section)
    assert made.context({"a": 1})["props"] == expected
    (result,) = node.call(FIRST_STATE, argument(made, [{"a": 1}]), {"helpers": runtime()})
    assert same(expected, sorted_like(dict(result["value"]["d"])["props"], expected))


def sorted_like(got: Any, expected: dict[str, Any]) -> Any:
    order = list(expected)
    return {"d": sorted(got["d"], key=lambda pair: order.index(pair[0]))}


@pytest.mark.parametrize(
    "body",
    [
        'state = {"n": "a" in props}',
        'state = {"n": "%d" % props.get("a", 1)}',
        'n = 1\nif props.get("big"):\n    n = 2\nstate = {"n": n}',
        'n = 1\nfor item in props.get("items", []):\n    n = 2\nstate = {"n": n}',
        'n = 1\nwhile props.get("a", 0):\n    n = 2\nstate = {"n": n}',
        'try:\n    n = int(props.get("a", "x"))\nexcept ValueError:\n    n = 1\nstate = {"n": n}',
        'match props.get("a", 1):\n    case 1:\n        n = 1\n    case _:\n        n = 2\nstate = {"n": n}',
        'def pick(a):\n    return 1 if a else 2\nstate = {"n": pick(props.get("a", 0))}',
        'def pick():\n    return 1 if props.get("a", 0) else 2\nstate = {"n": pick()}',
        'found = []\nfound.append(len(props))\nstate = {"n": found}',
        'a = []\nb = a\nb.append(len(props))\nstate = {"n": a}',
        'self.size = len(props)\nstate = {"n": self.size}',
        'a, b = len(props), 2\nstate = {"n": a}',
        'state = {"n": 1}\nstate["n"] += len(props)',
        'state = {"n": 1}\nif props.get("x"):\n    state["m"] = 2',
        'state = {"n": 1}\nif props.get("x"):\n    state.update(n=2)',
        'state = {"n": 1}\nif props.get("x"):\n    state.update({"m": 2})',
        'state = {"n": 1}\nmore = {"n": 2}\nif props.get("x"):\n    state.update(more)',
        'state = {"n": 1}\nstate.update({props.get("x", "n"): 2})',
        'state = {"n": 1}\nstate.update({"n": len(props)})',
        'state = {"n": 1}\nstate.update(n=1, **{"n": len(props)} if 0 else {"m": len(props)})',
        'more = {"n": len(props)}\nstate = {"n": 1}\nstate.update(more)',
        'state = {"n": 1}\nother = state\nother.update(n=len(props))',
        'state = {"n": 1}\nif props.get("x"):\n    return {"state": {"n": 2}}',
        'if props.get("x"):\n    return {"state": {"n": 2}}\nreturn {"state": {"n": 1}}',
        'state = {}\nif props.get("x"):\n    def more():\n        pass',
        'state = {"n": 1}\nactions = {}\nif props.get("x"):\n    actions["a"] = self.toggle("n")',
        'state = {"n": 1}\nactions = {"set": {"op": "set", "state": "n", "value": len(props)}}',
        'if props.get("n", 1) < 0:\n    raise ValueError\nstate = {"n": 1}',
        'global G\nG = len(props)\nstate = {"n": pick_global()}',
        'SHARED.append(len(props))\nstate = {"n": SHARED[-1]}',
        'SHARED[:] = [len(props)]\nstate = {"n": pick_shared()}',
        'state = {"n": read(self)}',
        'me = self\nstate = {"n": me._secret()}',
        'state = {"n": self.extent}',
        'state = {"n": self._deep()}',
        'state = {"n": self._wrapped(1)}',
        'state = {"n": self._rows()}',
        'state = {"n": self._today()}',
        'secret = self._secret\nstate = {"n": secret()}',
        'state = {"n": [*map(self._apply, [1])]}',
        'state = {"n": self._apply(props.get("a", 1))}',
        'self.count = len(props)\nstate = {"n": self._stored()}',
        'state = {"n": super()._secret()}',
        'state = {"n": self._secret()}',
        'def pick():\n    return self._secret()\nstate = {"n": pick()}',
        'def pick(x=len(props)):\n    return x\nstate = {"n": pick()}',
        'state = {"n": [self.props for _ in range(2)]}',
        'state = {"n": (lambda: props.get("n", 1))()}',
        'state = {"n": list(map(lambda x: props.get("n", 1), [1]))}',
        'class Inner:\n    size = len(props)\nstate = {"n": Inner.size}',
        'with open("/dev/null") as f:\n    n = len(props)\nstate = {"n": n}',
        'state = {"n": 1}\nassert props.get("ok", True)',
        'a = []\nif props.get("x"):\n    a.append(1)\nstate = {"n": a}',
        'a = [1]\nif props.get("x"):\n    del a[0]\nstate = {"n": a}',
        'a, b = props.get("pair", [1, 2])\nstate = {"n": a}',
        'a = props.get("list", [1])\na[0] = 5\nstate = {"n": a}',
        'a = props.get("list", [1])\na += [2]\nstate = {"n": a}',
        'a = [1]\na += props.get("list", [2])\nstate = {"n": a}',
        'state = {"n": {props.get("a", 1)}}',
        'state = {"n": dict(props.get("d", {}))}',
        'state = {"n": {**props.get("d", {}), "k": 1}}',
        'more = props.get("more", {})\nprops = props | more\nstate = {"n": props.get("a", 1)}',
        'props.update(props.get("more", {}))\nstate = {"n": props.get("a", 1)}',
        'props |= props.get("more", {})\nstate = {"n": props.get("a", 1)}',
        'state = {"n": 1} | props.get("more", {})',
        'state = {"n": 1} if props.get("a", 1) else {"n": 2}',
        'return {"state": {"n": 1}} if props.get("a", 1) else {"state": {"n": 2}}',
        'return {"state": {"n": 1}, **props.get("more", {})}',
        'rows = [1]\nx = rows if props.get("a", 1) else [2]\nx.append(3)\nstate = {"n": rows}',
        'rows = [1]\nx = rows if props.get("a", 1) else [2]\nrows.append(3)\nstate = {"n": x}',
        'rows = [1]\nx = [rows, props.get("a", 1)]\nx[0].append(3)\nstate = {"n": rows}',
        'a = [1]\nx = [a] if props.get("a", 1) else []\nfor row in x:\n    row.append(3)\nstate = {"n": a}',
        'rows = [1]\nprops.get("x", 0) and rows.append(3)\nstate = {"n": rows}',
        'rows = [1]\nrows.append(3) if props.get("x", 0) else None\nstate = {"n": rows}',
        'rows = [1]\n[rows.append(3) for _ in range(props.get("x", 0))]\nstate = {"n": rows}',
        'rows = [1]\n[row.append(3) for row in ([rows] if props.get("x", 0) else [])]\nstate = {"n": rows}',
        'rows = [1]\n(rows if props.get("x", 0) else [2]).append(3)\nstate = {"n": rows}',
        'rows = [1]\na, b = (rows, 1) if props.get("x", 0) else ([], 2)\na.append(3)\nstate = {"n": rows}',
        'a = [1]\nd = {}\nd["k"] = a\nx = d["k"] if props.get("x") else []\nx.append(3)\nstate = {"n": a}',
        'a = [1]\nd = {}\nd.update(k=a)\nif props.get("x", 0):\n    d["k"].append(3)\nstate = {"n": a}',
        'a = [1]\ndef _f():\n    a.append(3)\n_f()\nx = _f() if props.get("x", 0) else 0\nstate = {"n": a}',
        'd = {"q": 0}\nx = d if props.get("a", 1) else {}\nx["q"] = props.get("b", 1)\nstate = {"n": d["q"]}',
        'x = props.get("a", rows := [1])\nrows.append(2)\nstate = {"n": x}',
        'rows = props.get("rows", [[1]])\nfor row in rows:\n    row.append(2)\nstate = {"n": rows}',
        'def pick(x=len(props.get("rows", []))):\n    return x\nstate = {"n": pick()}',
        'state = {"n": (lambda x=len(props.get("rows", [])): x)()}',
        'pick = lambda x=len(props.get("rows", [])): x\nstate = {"n": pick()}',
        'len = max\nstate = {"n": len(props.get("rows", [1]))}',
        'self, props = self, props\nstate = {"n": not props.get("a", 1)}',
        'state = {"n": locals()["props"].get("n", 1) > 0}',
        'if (n := props.get("n", 1)) > 2:\n    n = 2\nstate = {"n": n}',
        'self.p = props.get("list", [1])\nself.p[0] = 5\nstate = {"n": self.p}',
        'rows = [1]\nself.rows = rows\nself.rows[0] = len(props)\nstate = {"n": rows}',
        'rows = []\nself.rows = rows\nself.rows.append(len(props))\nstate = {"n": rows}',
        'self.a = []\nself.b = self.a\nself.b.append(len(props))\nstate = {"n": self.a}',
        'a = b = [1]\na.append(len(props))\nstate = {"n": b}',
        'self.a = b = [1]\nself.a += [len(props)]\nstate = {"n": b}',
        'a = [1]\nb = a\nb += [len(props)]\nstate = {"n": a}',
        'self.a = 1\nif props.get("x"):\n    self.a = 2\nstate = {"n": self.a}',
    ],
)
def test_what_props_decide_is_never_written_as_a_constant(body: str) -> None:
    assert refused(body).code == "depends-on-props"


@pytest.mark.parametrize(
    "body",
    [
        'data = {"n": len(props.get("items", []))}\nif props.get("x"):\n    data["more"] = 1',
        'data = {"text": ", ".join(props.get("tags", []))}',
        'import json\ndata = {"json": json.dumps({"a": props.get("a"), "b": props.get("b", True)})}',
        'data = {"a": props.get("a").upper() if props.get("a") else None}',
    ],
)
def test_data_may_depend_on_props_in_any_way(body: str) -> None:
    made = component('state = {"n": 1}\n' + body)
    assert "useState(1)" in made.setup_js
    context = made.context({"items": [1, 2], "x": True, "tags": ["a", "b"], "a": "q", "b": None})
    assert json.dumps(context["data"])


@pytest.mark.parametrize("n", [0, 3])
def test_an_action_sees_the_values_of_setup(n: int) -> None:
    made = component(
        'limit = 10\nstep = props.get("step", 1)\nsize = len(props)\nstate = {"n": 0}\n'
        'def clean():\n    state["n"] += limit\n'
        'def traced():\n    state["n"] = step\n'
        'def opaque():\n    state["n"] += size\n'
    )
    assert made.placement == {"clean": "client", "traced": "client", "opaque": "server"}
    assert "depends on props" in made.explain[2]
    assert made.context({"step": n})["state"] == {"n": 0}


@pytest.mark.parametrize("read", ['props["x"]', "list(map(str, props.x))", '{**props}["x"]'])
def test_a_prop_that_is_read_without_default_names_get(read: str) -> None:
    error = refused(f'data = {{"x": {read}}}')
    assert error.code == "missing-prop"
    assert error.diagnostics[0].span.line == PRELUDE.count("\n") + 3
    assert "props.get('x', default)" in error.diagnostics[0].hint


def test_a_prop_that_is_not_given_is_an_error_when_it_is_rendered() -> None:
    made = component('state = {"x": props.x}')
    assert made.context({"x": 3})["state"] == {"x": 3}
    with pytest.raises(ComponentError, match="the prop 'x' is not given"):
        made.context({})


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('name = props.get("name", "A")\nfirst = name.lower', "`name.lower` belongs to a prop"),
        ('first = dict(props.get("rows", []))', "a prop is unpacked"),
        (
            'first = set(props.get("rows", []))',
            "the call `set(props.get('rows', []))` gets a prop",
        ),
        (
            'first = {k: v for k, v in props.get("user", {}).items()}',
            "`{k: v for k, v in props.get('user', {…` has a key that is any value",
        ),
        ("first = len(props)", "the call `len(props)` gets a prop"),
        (
            'first = (1, 2) if props.get("a", 1) else 2',
            "`(1, 2) if props.get('a', 1) else 2` has a tuple or a set as its value",
        ),
        ("first = not max(len(props), 2)", "`not max(len(props), 2)` depends on a prop"),
    ],
)
def test_a_refusal_names_what_the_browser_cannot_follow_and_where_it_may_stand(value: str, why: str) -> None:
    error = refused(f'{value}\nstate = {{"n": first}}')
    assert error.diagnostics[0].message == f"the first value of n depends on props: {why}"
    assert error.diagnostics[0].hint.endswith("in `data`, in an action or in the hook `created`")
