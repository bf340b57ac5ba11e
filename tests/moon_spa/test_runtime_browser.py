"""The runtime over time: lines of errors, data of nested components that is asked for, memory that stays."""

from __future__ import annotations

import gc
import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

import moon_spa
from moon_spa import bridge, wire
from moon_spa.page import page as page_of
from moon_spa.page import piece
from tests.moon_spa.pages import Made, Stage

pytestmark = pytest.mark.e2e

WRONG = '''
class Bad(Component):
    template = """<p>
      {{ names[n] }}
    </p>"""

    def setup(self, props):
        props = {"n": 0, **props}
        return {"props": props, "state": {"names": ["a"]}, "data": {}, "actions": {}, "lifecycle": {}}


class Page(Component):
    template = """<b>{{ n }}</b><Bad :n="n"/><hr><Bad :n="start"/>
    <button id="more" @click="more">more</button><button id="fail" @click="fail">fail</button>
    <button id="grow" @click="grow">grow</button><button id="pick" @click="pick(
      names[n])">pick</button>"""

    def setup(self, props):
        props = {"start": 0, **props}
        state = {"n": 0, "l": [1], "names": ["x"]}

        def more():
            state["n"] += 1

        def fail():
            if state["n"] > 0:
                state["n"] = state["l"][7]
            raise ValueError("zero")

        def grow():
            state["n"] = 2**52
            state["n"] *= 4

        def pick(name: str):
            state["names"] = [name]

        actions = {"more": more, "fail": fail, "grow": grow, "pick": pick}
        return {"props": props, "state": state, "data": {}, "actions": actions, "lifecycle": {}}
'''


def line_of(text: str, source: str = WRONG) -> int:
    return source[: source.index(text)].count("\n") + 1


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(5_000)
    yield page
    page.close()


def alerts(tab: Page) -> list[str]:
    found: list[str] = tab.eval_on_selector_all(
        "[role=alert]", "all => all.map((one) => one.lastChild.textContent)"
    )
    return found


@pytest.mark.parametrize("document", [False, True])
def test_errors_in_a_page_name_the_line_of_the_document(tab: Page, tmp_path: Path, document: bool) -> None:
    before = "# Title\n\n```python\n" if document else ""
    source, shift = f"{before}{WRONG}```\n" if document else WRONG, before.count("\n")
    made = moon_spa.compile(source, name="Page", path="page.py.md" if document else "page.py")
    file = tmp_path / "page.html"
    file.write_text(page_of([piece(made, {"start": 5}), piece(made, {"start": -1})]), encoding="utf-8")
    tab.goto(file.as_uri())
    wrong = f"Bad: IndexError: list index out of range (line {line_of('{{ names[n] }}') + shift})"
    assert alerts(tab) == [wrong]
    for name in ("fail", "grow", "more", "fail", "pick"):
        tab.click(f"#{name} >> nth=1")
    line = {
        name: line_of(text) + shift
        for name, text in {
            "raise": 'raise ValueError("zero")',
            "grow": 'state["n"] *= 4',
            "at": '["l"][7]',
            "argument": '@click="pick(',
        }.items()
    }
    assert alerts(tab)[1:] == [
        wrong,
        f"Page: ValueError: zero (line {line['raise']})",
        f"Page: OverflowError: state holds whole numbers up to 2**53 - 1 (line {line['grow']})",
        f"Page: IndexError: list index out of range (line {line['at']})",
        f"Page: IndexError: list index out of range (line {line['argument']})",
    ]
    assert tab.inner_text("b >> nth=1") == "1"
    assert wrong in made.render({"start": 7}).html


NESTED = '''
class Price(Component):
    template = "<b>{{ name }}: {{ py.price }} {{ n }}</b><button class='one' @click='more'>+</button>"

    def setup(self, props):
        props = {"name": "", **props}
        state = {"n": 0}

        def more():
            state["n"] += 1

        data = {"price": f"{len(props.get('name')) * 1.5:.2f}", "share": 10 // (5 - len(props.get("name")))}
        return {"props": props, "state": state, "data": data, "actions": {"more": more}, "lifecycle": {}}


class Wrong(Component):
    template = "<p><Price name='wrong'/></p>"

    def setup(self, props):
        return {"props": props, "state": {}, "data": {}, "actions": {}, "lifecycle": {}}


class List(Component):
    template = """<Price l-for="name in names" :key="name" :name="name"/><i><Price :name="last"/></i>
    <input l-model="last"><button id="add" @click="add">add</button>"""

    def setup(self, props):
        state = {"names": ["tea"], "last": "tea"}

        def add():
            state["names"] = [state["last"]] + state["names"]

        return {"props": props, "state": state, "data": {}, "actions": {"add": add}, "lifecycle": {}}
'''


def test_data_for_new_props_of_nested_components_is_asked_for(tab: Page) -> None:
    made = moon_spa.compile(NESTED, name="List", path="list.py")
    tab.expose_function("ask", lambda text: bridge.call_text(made, text))
    tab.set_content("<!doctype html><div id=here></div>")
    tab.evaluate(
        """async ([esm, data]) => {
          const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
          const widget = (await import(url)).default;
          let hear = null;
          window.held = [];
          window.hold = false;
          const model = {
            get: (name) => JSON.parse(data)[name],
            on: (name, call) => name === "msg:custom" && (hear = call),
            off() {},
            send: async ({ id, request }) => {
              const reply = await ask(request);
              const answer = () => hear({ type: "moon.reply", id, reply });
              hold ? held.push(answer) : answer();
            },
          };
          widget.render({ model, el: document.getElementById("here") });
        }""",
        [made.esm, wire.dumps({"props": {}, "payload": made.payload()})],
    )
    tab.click("i .one")
    tab.fill("input", "milk")
    tab.wait_for_function("() => document.querySelector('i b').textContent === 'milk: 6.00 1'")
    tab.click("#add")
    tab.wait_for_function("() => document.querySelectorAll('b').length === 3")
    assert tab.locator("b").all_inner_texts() == ["milk: 6.00 0", "tea: 4.50 0", "milk: 6.00 1"]
    tab.evaluate("() => { window.hold = true; }")
    tab.fill("input", "x")
    assert tab.inner_text("i b") == "milk: 6.00 1"
    tab.fill("input", "xy")
    tab.wait_for_function("() => held.length === 1")
    tab.evaluate("() => { hold = false; held.pop()(); }")
    tab.wait_for_function("() => document.querySelector('i b').textContent === 'xy: 3.00 1'")
    wrong = "Price: ZeroDivisionError: integer division or modulo by zero (line {})"
    wrong = wrong.format(line_of("10 //", NESTED))
    tab.fill("input", "wrong")
    tab.wait_for_selector("i .moon-error")
    assert tab.inner_text("i") == wrong
    assert wrong in moon_spa.compile(NESTED, name="Wrong", path="list.py").render().html
    tab.fill("input", "tea")
    tab.wait_for_function("() => document.querySelector('i b').textContent === 'tea: 4.50 1'")


ROWS = """<h1 :title="n">{{ n }}</h1><ul><li l-for="k in items" :key="k" @click="act"><input l-model="text">
{{ k }} <i l-if="n % 2">odd</i><Cell :n="n">{{ k }}</Cell></li></ul><style>h1 { color: red }</style>"""


def test_memory_stays_over_updates_and_mounts(context: BrowserContext) -> None:
    """After the garbage of 10,000 updates and 100 mounts is collected, the heap is what it was."""
    page = context.new_page()
    stage = Stage(page)
    cell = Made("Cell", "<b>{{ n }} {{ children }}</b>", {"k": [1, 2]}, props={"n": 0})
    act = "() { __set_state_0((n) => n + 1); __set_state_1((v) => [...v.slice(1), v[0]]); }"
    made = Made("Rows", ROWS, {"n": 0, "items": [1, 2, 3, 4], "text": "a"}, {"act": act}, parts=(cell,))
    stage.js(
        f"() => {{ window.component = {made.js()}; window.app = mount(host(), component, {{ moon }}); }}"
    )
    session = context.new_cdp_session(page)

    def used() -> tuple[int, int, int]:
        session.send("HeapProfiler.collectGarbage")
        gc.collect()
        counted = session.send("Memory.getDOMCounters")
        return session.send("Runtime.getHeapUsage")["usedSize"], counted["nodes"], counted["jsEventListeners"]

    update = "(times) => { for (let i = 0; i < times; i++) app.call('act'); return app.state.n; }"
    again = """(times) => { for (let i = 0; i < times; i++) {
      app.call("act"); app.unmount(); app.el.remove(); app = mount(host(), component, { moon });
    } }"""
    stage.js(update, 500)
    stage.js(again, 10)
    before = used()
    assert stage.js(update, 10_000) == 10_000
    stage.js(again, 100)
    after = used()
    assert (after[1] <= before[1], after[2] <= before[2]) == (
        True,
        True,
    )  # less: pages of other tests end late
    assert after[0] - before[0] < 100_000, (before, after)
    page.close()


HOSTILE = """
class Inner(Component):
    template = "<q :title='text' :style=\\"{'color': text}\\">{{ text }}{{ py.more }}{{ children }}</q>"

    def setup(self, props):
        props = {"text": "", **props}
        data = {"more": str(props["text"])}
        return {"props": props, "state": {}, "data": data, "actions": {}, "lifecycle": {}}


class Outer(Component):
    template = '''<p :title="text" :class="[text]" :data-a="py.list" :id="own">{{ text }} {{ py.list }}</p>
      <a :href="text">link</a><form :action="text"><input l-model="own"></form>
      <textarea l-model="own"></textarea>
      <svg><a :xlink:href="text"><text>{{ own }}</text></a></svg><iframe :src="text"></iframe><img :src="own">
      <Inner :text="own">{{ own }}</Inner><b l-for="k, v in list.items()" :key="k">{{ k }}{{ v }}</b>
      <button @click="act(text)">act</button>CANARY'''

    def setup(self, props):
        props = {"text": "", **props}
        state = {"own": StateField("own", from_prop="text", default="")}

        def again(given: str):
            state["own"] = given + " " + state["own"]

        data = {"list": {str(props["text"]): [str(props["text"])]}}
        return {"props": props, "state": state, "data": data, "actions": {"act": again}, "lifecycle": {}}
"""
STRINGS = (
    "</script><script>window.__canary = 1</script>",
    "\"'><img src=x onerror=window.__canary=1>",
    "<!--]--><svg onload=window.__canary=1><!--[-->",
    "javascript:window.__canary=1",
    " \x01JavaScript\n:window.__canary=1",
    "</textarea></title></style><script>window.__canary=1</script>",
    "red;background:url(javascript:window.__canary=1)",
    "${window.__canary=1}`;window.__canary=1//\u2028\u2029",
    "{{ constructor.constructor('window.__canary=1')() }}",
    "__proto__",
)


@pytest.mark.parametrize("text", STRINGS)
def test_no_string_runs_wherever_it_comes_from(tab: Page, tmp_path: Path, text: str) -> None:
    shown = html.escape(text) if text.startswith(("<", '"')) else ""
    made = moon_spa.compile(HOSTILE.replace("CANARY", shown), name="Outer", path="outer.py")
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    file = tmp_path / "page.html"
    file.write_text(page_of([piece(made, {"text": text})], title=text), encoding="utf-8")
    tab.goto(file.as_uri())
    assert not [one for one in said if "is not its template" in one]
    schemes = (
        "all => all.map((one) => new URL(one.href?.baseVal ?? one.href ?? one.action, location).protocol)"
    )
    assert "javascript:" not in tab.eval_on_selector_all("a, form", schemes)
    tab.click("button")
    tab.click("button")
    wanted = ((text + " ") * 3).split()
    assert tab.locator("svg text").evaluate("(one) => one.textContent").split() == wanted
    assert tab.evaluate("() => window.__canary === undefined")
    assert tab.url == file.as_uri()
