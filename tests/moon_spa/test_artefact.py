"""The ES module of a component: alone in Node, and as a widget in a real browser with a way to the server."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

import moon_spa
from moon_spa import bridge, wire
from moon_spa.artefact import Origin, Part, descriptor, esm, shared
from moon_spa.types import ANY, FLOAT, INT, NONE, NUM, STR, DictOf, ListOf, LongTuple, Record, TupleOf, join

SHOP = """
<python>
class Line(Component):
    def setup(self, props):
        state = {"n": 1}

        @server
        def more():
            state["n"] += 1

class Shop(Component):
    def setup(self, props):
        state = {
            "count": 0,
            "price": 2.0,
            "qty": StateField(from_prop="qty", default=1, cast="int"),
            "note": "",
        }

        def add():
            state["count"] += 1

        def halve():
            state["price"] = state["price"] // 2

        @server
        def save(what: str):
            print("on the server")
            state["note"] = f"{what}: {state['count']} at {state['price']}"
            state["price"] = state["price"] + 1

        @server
        def fail():
            state["count"] = 99
            raise ValueError("no stock")
</python>
<template>
<p id="state">{{ count }} {{ price }} {{ qty }} {{ note }}</p>
<button id="add" @click="add">add</button>
<button id="halve" @click="halve">halve</button>
<button id="save" @click="save('box')">save</button>
<button id="fail" @click="fail">fail</button>
</template>
"""
COUNTER = '''
class Counter(Component):
    template = """<button @click="increment">+1</button><button @click="reset">reset</button>
<p l-if="count > 3">many: {{ count }}</p><p l-else>{{ count }}</p>
<ul><li l-for="n in seen" :key="n">{{ n }}</li></ul>"""

    def setup(self, props):
        state = {"count": 0, "seen": [0]}

        def increment():
            state["count"] += 1
            state["seen"].append(state["count"])

        def reset():
            state["count"] = 0
            state["seen"] = [0]
'''
PLAIN = """
class Counter(Component):
    def setup(self, props):
        state = {"count": 0, "text": "</script><!--\\u2028'\\"`${1}"}

        def increment():
            state["count"] += 1

        @server
        def save():
            state["count"] = 0
"""


@pytest.fixture(scope="module")
def shop() -> moon_spa.CompiledComponent:
    return moon_spa.compile(SHOP, name="Shop", path="shop.html")


def in_node(module: str, script: str) -> Any:
    """What a script prints that has imported the module as `m`, from a data URL."""
    url = f"data:text/javascript;base64,{base64.b64encode(module.encode()).decode()}"
    code = f"import * as m from {json.dumps(url)};\n{script}"
    command = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_a_module_without_template_exports_its_setup() -> None:
    found = in_node(
        moon_spa.compile(PLAIN).esm,
        """
        const useState = (first) => [first, () => 0];
        const calls = [];
        const live = m.bind((...call) => calls.push(call))({ useState, props: {}, componentName: "Counter" });
        live.actions.save();
        let message = "";
        try { m.setup({ useState, props: {} }).actions.save(); } catch (error) { message = error.message; }
        const names = Object.keys(m).sort();
        console.log(JSON.stringify({ names, calls, message, state: live.state, fields: m.component.fields }));
        """,
    )
    assert found["names"] == ["bind", "component", "default", "setup"]
    assert found["calls"] == [["action", "save"]]
    assert found["message"] == "Counter: action save runs on the server, and none is connected"
    assert found["state"] == {"count": 0, "text": "</script><!--\u2028'\"`${1}"}
    assert found["fields"] == [["count", "i"], ["text", "s"]]


def test_a_module_may_stand_in_a_script_element(shop: moon_spa.CompiledComponent) -> None:
    for text in (shop.esm, moon_spa.compile(PLAIN).esm):
        assert not any(part in text.lower() for part in ("</script", "<!--", "\u2028"))


def test_a_module_that_is_shared_is_made_once(shop: moon_spa.CompiledComponent) -> None:
    text = shared(shop.esm)
    assert max(text) <= "\xff", "a page keeps it with two bytes a character"
    before, after = (module.split("\n").index("  origin: Error().stack,") for module in (shop.esm, text))
    assert before == after
    again = json.dumps(f"data:text/javascript;base64,{base64.b64encode(f'{text} '.encode()).decode()}")
    found = in_node(
        text,
        f"""
        const other = await import({again});
        const [one, two] = [m.default.render, other.default.render];
        console.log(JSON.stringify([typeof one, one === two, globalThis[Symbol.for("moon_spa")].size]));
        """,
    )
    assert found == ["function", True, 1]


def test_a_small_component_is_a_small_module() -> None:
    counter = PLAIN[: PLAIN.index("        @server")].replace(
        PLAIN[PLAIN.index(', "text"') : PLAIN.index("}\n")], ""
    )
    module = moon_spa.compile(counter)
    assert len(gzip.compress(module.setup_js.encode())) < 500
    assert "const __moon = {};" in module.esm


def size(component: moon_spa.CompiledComponent) -> int:
    """Bytes of a module after gzip. Its source map, with the Python in it, is for developers."""
    return len(gzip.compress(component.esm.partition("//# sourceMappingURL")[0].encode(), 9))


def test_a_module_brings_only_what_its_component_needs(shop: moon_spa.CompiledComponent) -> None:
    counter = moon_spa.compile(COUNTER)
    assert size(counter) < 7_000
    assert size(counter) * 1.4 < size(shop)
    for part in (
        "moon.call",
        "$moon",
        "is running",
        "ServerUnavailable",
        "adoptedStyleSheets",
        "compositionstart",
    ):
        assert part not in counter.esm


def test_the_same_source_gives_the_same_bytes(shop: moon_spa.CompiledComponent) -> None:
    assert moon_spa.compile(SHOP, name="Shop", path="shop.html").esm == shop.esm


def test_names_that_javascript_knows_are_only_names() -> None:
    part = Part(
        "constructor", "function setup() { return 1; }", [("__proto__", INT)], casts={"__proto__": "int"}
    )
    script = "console.log(JSON.stringify([m.component.fields, Object.keys(m.component.casts), m.setup()]));"
    assert in_node(esm([part], Origin("a.py")), script) == [[["__proto__", "i"]], ["__proto__"], 1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ListOf(INT), ["l", "i"]),
        (DictOf(STR, ListOf(FLOAT)), ["d", "s", ["l", "f"]]),
        (Record((("a", NUM),)), ["r", {"a": "u"}]),
        (TupleOf((STR, NONE)), ["t", "s", "n"]),
        (LongTuple(STR), ["T", "s"]),
        (join(STR, NONE), ["o", "s"]),
        (join(STR, INT), "a"),
        (ANY, "a"),
    ],
    ids=str,
)
def test_types_have_the_names_of_the_helpers(kind: Any, expected: Any) -> None:
    assert descriptor(kind) == expected


MODEL = """
window.makeModel = (values, call) => {
  const handlers = {};
  const model = {
    values, handlers,
    get: (name) => values[name],
    on: (name, handler) => (handlers[name] ??= new Set()).add(handler),
    off: (name, handler) => handlers[name]?.delete(handler),
    tell: (name, ...args) => handlers[name]?.forEach((handler) => handler(...args)),
  };
  if (call) {
    model.send = async ({ type, id, request }) => {
      const reply = await call(request);
      if (type === "moon.call") model.tell("msg:custom", { type: "moon.reply", id, reply });
    };
  }
  return model;
};
window.show = async (text, values, connected) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  window.host = document.body.appendChild(document.createElement("div"));
  window.model = makeModel(values, connected && window.callServer);
  window.dispose = widget.render({ model, el: host });
};
"""


class Widget:
    """A component in a page, with a bridge to this process."""

    def __init__(self, page: Page, shop: moon_spa.CompiledComponent) -> None:
        self.page = page
        self.shop = shop
        self.requests: list[Any] = []
        page.goto("about:blank")
        page.expose_function("callServer", self.answer)
        page.evaluate(f"() => {{ {MODEL} }}")

    def answer(self, text: str) -> str:
        self.requests.append(wire.loads(text))
        return bridge.call_text(self.shop, text)

    def show(self, connected: bool = True, **values: Any) -> None:
        self.page.evaluate(
            "([text, values, on]) => show(text, values, on)", [self.shop.esm, values, connected]
        )

    def click(self, name: str) -> None:
        self.page.locator(f"#{name}").click()

    def expect(self, text: str) -> None:
        self.page.wait_for_function("(text) => host.querySelector('#state').textContent === text", arg=text)


@pytest.fixture
def widget(page: Page, shop: moon_spa.CompiledComponent) -> Iterator[Widget]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Widget(page, shop)
    assert not errors


@pytest.mark.e2e
def test_a_widget_runs_actions_on_both_sides(widget: Widget) -> None:
    widget.show(props={"qty": "7"})
    widget.expect("0 2.0 7 ")
    widget.click("add")
    widget.click("halve")
    widget.expect("1 1.0 7 ")
    assert not widget.requests
    widget.click("save")
    widget.expect("1 2.0 7 box: 1 at 1.0")
    (request,) = widget.requests
    assert {key: request[key] for key in ("component", "kind", "name", "args")} == {
        "component": "Shop",
        "kind": "action",
        "name": "save",
        "args": ["box"],
    }


@pytest.mark.e2e
def test_an_error_of_the_server_is_shown_and_changes_nothing(widget: Widget) -> None:
    widget.show()
    widget.click("fail")
    notice = widget.page.locator("[role=alert]")
    notice.wait_for()
    assert "ValueError: no stock" in notice.inner_text()
    widget.click("add")
    widget.expect("1 2.0 1 ")


@pytest.mark.e2e
def test_without_a_server_local_actions_work_and_others_say_so(widget: Widget) -> None:
    widget.show(connected=False)
    widget.click("add")
    widget.click("save")
    widget.expect("1 2.0 1 ")
    notice = widget.page.locator("[role=alert]")
    assert "this page has no server" in notice.inner_text()


@pytest.mark.e2e
def test_a_prop_that_is_refused_is_told_and_its_default_is_used(widget: Widget) -> None:
    widget.show(props={"qty": "7.9"})
    widget.expect("0 2.0 1 ")
    assert "qty" in widget.page.locator("[role=alert]").inner_text()


@pytest.mark.e2e
def test_a_closed_widget_lets_go_of_its_model(widget: Widget) -> None:
    widget.show(props={"qty": 2})
    left = widget.page.evaluate(
        "() => { dispose(); return [host.innerHTML, Object.values(model.handlers).map((one) => one.size)]; }"
    )
    assert left[0] == ""
    assert len(left[1]) > 1
    assert not any(left[1])


@pytest.mark.e2e
def test_a_small_module_shares_its_state_with_its_model(page: Page) -> None:
    page.goto("about:blank")
    page.evaluate(f"() => {{ {MODEL} }}")
    page.evaluate(
        """async ([text]) => {
          const fields = { count: "count", seen: "seen" };
          const values = { count: 2, seen: [5, 6], fields, payload: { state: {} } };
          const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
          const { default: widget } = await import(url);
          window.saved = 0;
          window.model = Object.assign(makeModel(values), {
            set: (name, value) => (values[name] = value),
            save_changes: () => (saved += 1),
            write: (name, value) => ((values[name] = value), model.tell(`change:${name}`)),
          });
          window.host = document.body.appendChild(document.createElement("div"));
          window.dispose = widget.render({ model, el: host });
        }""",
        [moon_spa.compile(COUNTER).esm],
    )
    shown = "() => [host.querySelector('p').textContent, host.querySelector('ul').textContent]"
    assert page.evaluate(shown) == ["2", "56"]
    page.click("button >> nth=0")
    assert page.evaluate(shown) == ["3", "563"]
    assert page.evaluate("() => [model.get('count'), model.get('seen'), saved]") == [3, [5, 6, 3], 1]
    page.evaluate("() => { window.given = [9, 1]; model.write('seen', given); model.write('count', 7); }")
    page.wait_for_function("() => host.querySelector('p').textContent === 'many: 7'")
    page.click("button >> nth=0")
    assert page.evaluate(shown) == ["many: 8", "918"]
    assert page.evaluate("() => [given, model.get('seen')]") == [[9, 1], [9, 1, 8]]
    page.evaluate("() => dispose()")
    assert page.evaluate("() => host.innerHTML") == ""
