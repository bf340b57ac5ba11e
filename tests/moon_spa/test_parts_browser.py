"""State of components inside of a live one: shared by all views, kept by path, gone with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

import moon_spa
from moon_spa import bridge
from moon_spa.page import page, piece
from moon_spa.present import Part, Present

pytestmark = pytest.mark.e2e

SOURCE = '''\
import time


class Star(Component):
    template = "<em @click='more'>{{ stars }}{{ note }}</em><u @click='save'>save</u>"

    def setup(self, props):
        state = {"stars": 0, "note": "", "many": [1.5]}

        def more():
            state["stars"] += 1

        def save():
            state["note"] = state["note"] + "!" if time else ""


class Panel(Component):
    template = "<section>{{ children }}<Star /></section>"

    def setup(self, props):
        state = {}


class Board(Component):
    template = """<Star /><p l-for="row in rows" :key="row"><Star /></p><i l-for="n in range(2)"><Star /></i>
    <div l-if="open"><Panel><Star /></Panel></div><button id="open" @click="turn">o</button>
    <button id="add" @click="add">a</button><button id="drop" @click="drop">d</button>"""

    def setup(self, props):
        state = {"rows": ["a/b", 'q"]'], "open": True}

        def turn():
            state["open"] = not state["open"]

        def add():
            state["rows"] = ["new"] + state["rows"]

        def drop():
            state["rows"] = state["rows"][1:]
'''
PATHS = ["Star", 'Star.2["a/b"]', 'Star.2["q\\"]"]', "Star.3[0]", "Star.3[1]", "Panel/*/Star.4", "Panel/Star"]

MODEL = """
class Model {
  listeners = [];
  saved = [];
  constructor(state) { this.state = state; }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (JSON.stringify(this.state[name]) === JSON.stringify(value)) return;
    this.state[name] = value;
    this.changed = { ...this.changed, [name]: value };
    for (const [event, call] of [...this.listeners]) if (event === `change:${name}`) call();
  }
  on(event, call) { this.listeners.push([event, call]); }
  off(event, call) {
    this.listeners = this.listeners.filter(([one, other]) => one !== event || other !== call);
  }
  save_changes() { if (this.changed) this.saved.push(this.changed); this.changed = null; }
  async send({ id, request }) {
    const reply = await ask(request);
    const message = { type: "moon.reply", id, reply };
    const answer = () => this.listeners.forEach(([event, call]) => event === "msg:custom" && call(message));
    window.hold ? window.held.push(answer) : answer();
  }
}
window.held = [];
window.open_view = async (name) => {
  const el = document.body.appendChild(Object.assign(document.createElement("article"), { id: name }));
  window[`close_${name}`] = widget.render({ model, el });
};
window.stars = (name) => [...document.querySelectorAll(`#${name} em`)].map((one) => one.textContent);
window.parts = () => {
  const all = Object.entries(model.get("parts"));
  return Object.fromEntries(all.map(([path, { name, state }]) => [path, name + state.stars + state.note]));
};
"""


@pytest.fixture(scope="module")
def board() -> moon_spa.CompiledComponent:
    return moon_spa.compile(SOURCE, name="Board", path="board.py")


@pytest.fixture
def tab(context: BrowserContext, board: moon_spa.CompiledComponent) -> Iterator[Page]:
    """A page with a model and two views of it, `one` and `two`."""
    tab = context.new_page()
    tab.set_default_timeout(5_000)
    tab.expose_function("ask", lambda text: bridge.call_text(board, text))
    tab.set_content("<!doctype html><body></body>")
    tab.add_script_tag(content=MODEL)
    opened(tab, board, {})
    yield tab
    tab.close()


def opened(tab: Page, board: moon_spa.CompiledComponent, parts: Any) -> None:
    """Make the model anew, with two views."""
    names = [field.name for field in board.spec.fields]
    state = {
        "payload": piece(board).payload,
        "fields": {name: name for name in names},
        "patched": {},
        "parts": parts,
        **board.render_context({})["state"],
    }
    tab.evaluate(
        """async ([esm, state]) => {
          const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
          window.widget = (await import(url)).default;
          window.model = new Model(JSON.parse(state));
          document.body.replaceChildren();
          for (const name of ["one", "two"]) await open_view(name);
        }""",
        [board.esm, json.dumps(state)],
    )


def stars(tab: Page, view: str) -> list[str]:
    """What the components inside show."""
    found: list[str] = tab.evaluate(f"() => Promise.resolve().then(() => stars('{view}'))")
    return found


def parts(tab: Page) -> dict[str, str]:
    """What the model holds of them."""
    found: dict[str, str] = tab.evaluate("() => Promise.resolve().then(parts)")
    return found


def test_each_component_inside_has_a_path_and_all_views_share_its_state(tab: Page) -> None:
    for at in range(len(PATHS)):
        for _ in range(at + 1):
            tab.locator("#one em").nth(at).click()
    shown = [str(at + 1) for at in range(len(PATHS))]
    assert stars(tab, "one") == stars(tab, "two") == shown
    assert parts(tab) == {path: f"Star{at + 1}" for at, path in enumerate(PATHS)}
    assert tab.evaluate("() => model.saved.length") == sum(range(len(PATHS) + 1))
    tab.evaluate("() => open_view('three')")
    tab.locator("#two em").first.click()
    assert stars(tab, "three") == stars(tab, "one") == ["2", *shown[1:]]


def test_state_goes_with_its_place_and_stays_when_a_view_is_closed(tab: Page) -> None:
    for at in (1, 5, 6):
        tab.locator("#one em").nth(at).click()
    tab.click("#two #add")
    assert stars(tab, "one") == stars(tab, "two") == ["0", "0", "1", "0", "0", "0", "1", "1"]
    tab.click("#one #open")
    assert parts(tab) == {'Star.2["a/b"]': "Star1"}
    tab.click("#one #open")
    assert stars(tab, "one") == stars(tab, "two") == ["0", "0", "1", "0", "0", "0", "0", "0"]
    tab.locator("#two em").nth(7).click()
    tab.evaluate("() => { close_one(); close_two(); }")
    assert parts(tab) == {'Star.2["a/b"]': "Star1", "Panel/Star": "Star1"}
    tab.evaluate("() => open_view('three')")
    assert stars(tab, "three") == ["0", "0", "1", "0", "0", "0", "0", "1"]
    tab.click("#three #drop")
    tab.click("#three #drop")
    assert parts(tab) == {"Panel/Star": "Star1"}


def test_one_that_goes_and_comes_at_once_begins_anew_in_every_view(tab: Page) -> None:
    tab.locator("#one em").nth(6).click()
    tab.evaluate("() => { const o = document.querySelector('#one #open'); o.click(); o.click(); }")
    assert stars(tab, "one") == stars(tab, "two") == ["0"] * 7
    assert parts(tab) == {}


def test_what_the_kernel_says_is_taken_and_what_has_no_place_is_forgotten(
    tab: Page, board: moon_spa.CompiledComponent
) -> None:
    def star(count: int) -> dict[str, Any]:
        return {"name": "Star", "state": {"stars": count, "note": "", "many": [1.5]}}

    opened(tab, board, {"Star": star(4), "Star.9": star(1), "Star.3[1]": star(5), "Panel": star(7)})
    assert stars(tab, "one") == stars(tab, "two") == ["4", "0", "0", "0", "5", "0", "0"]
    assert parts(tab) == {"Star": "Star4", "Star.3[1]": "Star5", "Panel": "Star7"}
    tab.evaluate("(parts) => model.set('parts', parts)", {"Star.3[0]": star(6), "Star.3[1]": star(5)})
    assert stars(tab, "one") == stars(tab, "two") == ["0", "0", "0", "6", "5", "0", "0"]
    assert tab.evaluate("() => model.saved.length") == 1
    hostile = {"__proto__": 1, "Star": 5, "Panel/Star": {"name": "Star"}}
    tab.evaluate("(parts) => model.set('parts', JSON.parse(parts))", json.dumps(hostile))
    tab.locator("#one em").first.click()
    assert stars(tab, "two")[0] == "1"


def test_a_late_reply_keeps_what_was_done_in_another_view(tab: Page) -> None:
    tab.evaluate("() => { window.hold = true; }")
    tab.locator("#one u").first.click()
    tab.wait_for_function("() => held.length === 1")
    tab.locator("#two em").first.click()
    assert stars(tab, "one")[0] == "1"
    tab.evaluate("() => held.pop()()")
    tab.wait_for_function("() => stars('one')[0] === '1!' && stars('two')[0] === '1!'")
    assert parts(tab) == {"Star": "Star1!"}
    tab.locator("#one em").nth(6).click()
    tab.locator("#one u").nth(6).click()
    tab.wait_for_function("() => held.length === 1")
    tab.evaluate("() => { const o = document.querySelector('#two #open'); o.click(); o.click(); }")
    tab.evaluate("() => { held.pop()(); return new Promise(requestAnimationFrame); }")
    assert stars(tab, "one")[6] == stars(tab, "two")[6] == "0"


def test_a_page_begins_with_the_state_of_this_moment(
    context: BrowserContext, board: moon_spa.CompiledComponent
) -> None:
    kept = {path: Part("Star", {"stars": at + 1, "note": "<b>"}) for at, path in enumerate(PATHS)}
    state = {"rows": ["a/b", 'q"]'], "open": True}
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    html = page([piece(board, {}, Present(state, {}, kept))])
    tab.set_content(html.partition("<script>")[0])
    server = tab.locator("em").all_inner_texts()
    tab.set_content(html)
    assert server == tab.locator("em").all_inner_texts() == [f"{at + 1}<b>" for at in range(len(PATHS))]
    assert said == []
    tab.locator("em").last.click()
    assert tab.locator("em").last.inner_text() == f"{len(PATHS) + 1}<b>"
    tab.close()


def test_paths_of_both_sides_are_the_same_for_keys_of_every_kind(context: BrowserContext) -> None:
    keys: list[Any] = ["", "a'b\"\\\n\u2028é\x7f", 7, -1, True, None, 10**15]
    source = """\
class Star(Component):
    template = "<em>{{ stars }}</em>"

    def setup(self, props):
        state = {"stars": 0}


class Keys(Component):
    template = '''<p l-for="key in keys" :key="key"><Star /></p>
    <p l-for="one, two in pairs" :key="(one, two)"><Star /></p>'''

    def setup(self, props):
        props = {"keys": [], **props}
        state = {"pairs": [[1, "a"], [2, "b"]]}
"""
    made = moon_spa.compile(source, name="Keys", path="keys.py")
    tab = context.new_page()
    tab.set_content("<!doctype html><body></body>")
    state = {"payload": piece(made, {"keys": keys}).payload, "fields": {"pairs": "pairs"}, "parts": {}}
    state["pairs"] = [[1, "a"], [2, "b"]]
    paths = tab.evaluate(
        """async ([esm, state]) => {
          const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
          const model = { get: (name) => state[name], on() {}, set() {} };
          const seen = [];
          model.get = (name) => name !== "parts" ? state[name] : new Proxy({}, {
            getOwnPropertyDescriptor: (_, path) => void seen.push(path) });
          (await import(url)).default.render({ model, el: document.body });
          return seen;
        }""",
        [made.esm, state],
    )
    parts = {path: Part("Star", {"stars": 3}) for path in paths}
    shown = made.shown({"keys": keys}, Present(parts=parts)).rendered.html
    assert shown.count("<em>3</em>") == len(keys) + 2
    tab.close()
    assert {"Star[7]", "Star[true]", 'Star["None"]'} < set(paths)
