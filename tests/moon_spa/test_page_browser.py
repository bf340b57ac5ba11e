"""Whole components in a real browser: a page from disk, anywidget's contract, calls through the bridge."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

import moon_spa
from moon_spa import bridge, shaking, wire
from moon_spa.bundling import bundle
from moon_spa.page import page as page_of
from moon_spa.page import piece

TITLE = "</script><script>window.__canary = 1</script>"

SHOP = '''
class Row(Component):
    template = """<li :class="{'many': n > 2}">{{ name }} × {{ n }} = {{ py.price }} {{ children }}
      <button class="more" @click="more">+</button>
      <button class="send" @click="send(event.type)">send</button></li>"""

    def setup(self, props):
        props = {"name": "", **props}
        state = {"n": 1, "sent": 0.0}
        data = {"price": f"{len(props['name']) * 1.5:.2f}"}

        def more():
            state["n"] += 1

        def send(kind: str):
            state["n"] *= 10
            data["price"] = kind

        actions = {"more": more, "send": send}
        return {"props": props, "state": state, "data": data, "actions": actions, "lifecycle": {}}


class Shop(Component):
    template = """
    <h1>{{ title }} {{ total / 2 }}</h1>
    <form @submit.prevent="add(text)"><input l-model="text"></form>
    <ul><Row l-for="name in names" :key="name" :name="name"><i>{{ loop.index }}</i></Row></ul>
    <button id="fail" @click="fail">fail</button>
    <style>h1 { color: rgb(1, 2, 3) }</style>
    """

    def setup(self, props):
        props = {"title": "Shop", **props}
        state = {"names": ["tea", "milk"], "text": "", "total": 4}

        def add(name: str):
            state["names"] = [name] + [one for one in state["names"] if one != name]
            state["total"] += 1
            state["text"] = ""

        def fail():
            open("/nowhere/at/all")

        actions = {"add": add, "fail": fail}
        return {"props": props, "state": state, "data": {}, "actions": actions, "lifecycle": {}}
'''


@pytest.fixture(scope="module")
def shop() -> moon_spa.CompiledComponent:
    return moon_spa.compile(SHOP, name="Shop", path="shop.py")


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(5_000)
    yield page
    page.close()


@pytest.mark.e2e
def test_a_page_from_disk_works_without_a_network(
    shop: moon_spa.CompiledComponent, tab: Page, tmp_path: Path
) -> None:
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    file = tmp_path / "shop.html"
    file.write_text(page_of([piece(shop, {"title": TITLE})]), encoding="utf-8")
    tab.goto(file.as_uri())
    assert said == []
    assert tab.inner_text("h1") == f"{TITLE} 2.0"
    assert tab.eval_on_selector("h1", "(h1) => getComputedStyle(h1).color") == "rgb(1, 2, 3)"
    tab.click(".more >> nth=1")
    tab.fill("input", "milk")
    tab.press("input", "Enter")
    assert [" ".join(text.split()) for text in tab.locator("h1 ~ ul li").all_inner_texts()] == [
        "milk × 2 = 6.00 1 + send",
        "tea × 1 = 4.50 2 + send",
    ]
    assert tab.inner_text("h1").endswith(" 2.5")
    tab.click("#fail")
    assert "ServerUnavailable: action fail" in tab.inner_text("[role=alert]")
    assert tab.evaluate("() => window.__canary === undefined")
    assert asked == [file.as_uri()]


@pytest.mark.e2e
def test_the_module_is_an_anywidget_and_calls_reach_the_bridge(
    shop: moon_spa.CompiledComponent, tab: Page
) -> None:
    tab.expose_function("ask", lambda text: bridge.call_text(shop, text))
    tab.set_content("<!doctype html><div id=here></div>")
    tab.evaluate(
        """async ([esm, data]) => {
          const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
          const widget = (await import(url)).default;
          const heard = new Set();
          const model = {
            get: (name) => JSON.parse(data)[name],
            on: (name, call) => name === "msg:custom" && heard.add(call),
            off: (name, call) => heard.delete(call),
            send: async ({ id, request }) => {
              const reply = await ask(request);
              for (const call of heard) call({ type: "moon.reply", id, reply });
            },
          };
          window.heard = heard;
          window.close_it = widget.render({ model, el: document.getElementById("here") });
        }""",
        [shop.esm, wire.dumps({"props": {}, "payload": shop.payload()})],
    )
    tab.click(".more >> nth=0")
    tab.click(".send >> nth=0")
    tab.wait_for_function("() => document.querySelector('li').textContent.includes('20')")
    assert " ".join(tab.locator("li").first.inner_text().split()).startswith("tea × 20 = click")
    tab.click("#fail")
    tab.wait_for_selector("[role=alert]")
    line = next(at for at, text in enumerate(SHOP.split("\n"), 1) if "/nowhere" in text)
    assert "Shop: FileNotFoundError: " in tab.inner_text("[role=alert]")
    assert f"(line {line})" in tab.inner_text("[role=alert]")
    tab.evaluate("() => close_it()")
    assert tab.evaluate("() => [document.getElementById('here').innerHTML, heard.size]") == ["", 0]


def test_warnings_and_errors_of_a_template_are_those_of_the_component() -> None:
    wrong = SHOP.replace("{{ total / 2 }}", "{{ total / }}")
    with pytest.raises(moon_spa.ComponentError) as caught:
        moon_spa.compile(wrong, name="Shop", path="shop.py")
    (found,) = caught.value.diagnostics
    line = next(at for at, text in enumerate(wrong.split("\n"), 1) if "total / }}" in text)
    assert (found.span.path, found.span.line) == ("shop.py", line)
    assert wrong.split("\n")[line - 1][found.span.column - 1 :].startswith(" }}")


@pytest.mark.parametrize(("name", "limit"), [("mount", 7 * 1024), ("page", 10_500)])
def test_the_runtime_is_small(name: str, limit: int) -> None:
    """As it is shipped: `mount` alone, and with all that a page needs of wire form and casts."""
    made = bundle(name)
    assert len(gzip.compress((shaking.helpers_text(made.helpers) + made.js).encode(), 9)) < limit
