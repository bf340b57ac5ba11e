"""Components alive in a real browser: directives, state, focus, errors, lifecycle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.moon_spa.pages import Made, Stage

pytestmark = pytest.mark.e2e

ADD = "(n = 1) { __set_state_0(function (value) { return value + n; }); }"


@pytest.fixture
def stage(context: BrowserContext) -> Iterator[Stage]:
    """An empty page with the runtime; nothing may have run that a value brought along."""
    page = context.new_page()
    page.set_default_timeout(5_000)
    made = Stage(page)
    yield made
    assert made.js("() => window.__canary === undefined")
    page.close()


def test_a_click_runs_an_action_and_the_page_shows_it_at_once(stage: Stage) -> None:
    template = '<button @click="act(2)">{{ count }}</button><p l-if="count > 1">many</p><p l-else>few</p>'
    stage.mount(Made("Counter", template, {"count": 0}, {"act": ADD}))
    assert stage.html() == "<button>0</button><p>few</p>"
    shown = stage.js("() => { app.el.querySelector('button').click(); return app.el.textContent; }")
    assert shown == "2many"


def test_hydration_keeps_the_nodes_of_the_server(stage: Stage) -> None:
    template = """<h1>Hi {{ name }}!</h1><ul><li l-for="n in items" :key="n">{{ n }}</li></ul>
      {{ empty }}<p l-if="items">{{ empty }}</p>
      <table><tbody><tr l-for="n in items"><td>{{ n }}</td></tr></tbody></table>
      <template l-for="n in items">{{ n }}, </template><pre>\n\na</pre>
      <button @click="act('Bo')">x</button>"""
    state = {"name": "Ann", "items": [1, 2, 3], "empty": ""}
    made = Made(
        "Page",
        template,
        state,
        {"act": "(n) { __set_state_0(n); __set_state_1([3, 1]); __set_state_2('!'); }"},
    )
    stage.hydrate(made)
    assert stage.js("() => reused")
    assert stage.said == []
    stage.page.click("button")
    assert stage.page.inner_text("h1") == "Hi Bo!"
    assert stage.js(
        "() => [...app.el.querySelectorAll('li')].map((li) => before.includes(li) && li.textContent)"
    ) == [
        "3",
        "1",
    ]
    assert "!<p>!</p>" in stage.html()


@pytest.mark.parametrize("other", ["<b>other</b>", "<h1>Hi</h1>", "", "<h1>Hi <b>x</b></h1>"])
def test_foreign_nodes_are_replaced(stage: Stage, other: str) -> None:
    made = Made("Page", "<h1>Hi {{ name }}</h1><i l-if='name'>a</i>", {"name": "Ann"})
    made.html = lambda: other  # type: ignore[method-assign]
    stage.hydrate(made)
    assert stage.html() == "<h1>Hi Ann</h1><i>a</i>"


def test_rows_keep_their_nodes_when_they_move(stage: Stage) -> None:
    template = '<ul><li l-for="n in items" :key="n">{{ loop.index }}:{{ n }}{{ loop.last }}</li></ul>'
    stage.mount(Made("Rows", template, {"items": list(range(8))}, {"act": "(v) { __set_state_0(v); }"}))
    orders = [
        [7, 1, 2, 3, 4, 5, 6, 0],
        [3, 9, 1],
        [],
        [5, 4, 3, 2, 1],
        [1, 2, 3, 4, 5],
        [1, 2, 30, 3, 4, 5],
        [4, 1],
    ]
    for order in orders:
        stage.js(
            """(order) => {
              const shown = (li) => li.textContent.match(/:(\\d+)/)[1];
              window.old = new Map([...app.el.querySelectorAll("li")].map((li) => [shown(li), li]));
              app.call("act", order);
            }""".replace("\\\\", "\\"),
            order,
        )
        shown = [f"{i}:{n}{i == len(order)}" for i, n in enumerate(order, 1)]
        assert stage.js("() => [...app.el.querySelectorAll('li')].map((li) => li.textContent)") == shown
        assert stage.js(
            """(order) => [...app.el.querySelectorAll("li")].every(
              (li, at) => !old.has(String(order[at])) || old.get(String(order[at])) === li)""",
            order,
        )


def test_a_swap_moves_two_rows_only(stage: Stage) -> None:
    template = '<ul><li l-for="n in items" :key="n">{{ n }}</li></ul>'
    stage.mount(Made("Rows", template, {"items": list(range(100))}, {"act": "(v) { __set_state_0(v); }"}))
    moved = stage.js(
        """async () => {
          const moves = [];
          new MutationObserver((all) => moves.push(...all.flatMap((one) => [...one.addedNodes]))).observe(
            app.el.querySelector("ul"), { childList: true });
          const order = [...Array(100).keys()];
          [order[1], order[98]] = [98, 1];
          app.call("act", order);
          await 0;
          return moves.length;
        }"""
    )
    assert moved == 2


def test_modifiers_of_events(stage: Stage) -> None:
    template = """<div @click="act('outer')"><a href="#x" @click.prevent.stop="act('link')">a</a>
      <button @click.once="act('once')">b</button><p @click.self="act('self')"><i>i</i></p></div>
      <input @keydown.enter="act(event.key + event.value)" @keydown.escape="act('esc')">"""
    made = Made("Page", template, {"n": 0}, {"act": "(what) { logged.push(what); }"})
    stage.mount(made)
    stage.page.click("a")
    stage.page.click("button")
    stage.page.click("button")
    stage.page.click("i")
    stage.page.fill("input", "hi")
    for key in ("Enter", "a", "Escape"):
        stage.page.press("input", key)
    composing = "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true })"
    stage.js(f"() => document.querySelector('input').dispatchEvent({composing})")
    assert stage.logged() == ["link", "once", "outer", "outer", "outer", "Enterhi", "esc"]
    assert "#x" not in stage.page.url


def test_inputs_change_state_of_their_type(stage: Stage) -> None:
    template = """<input id="s" l-model="s"><input id="i" type="number" l-model="i"><input id="f" l-model="f">
      <input id="b" type="checkbox" l-model="b"><textarea l-model="s"></textarea>
      <input type="radio" name="r" value="x" l-model="r"><input type="radio" name="r" value="y" l-model="r">
      <select id="one" l-model="r"><option>x</option><option>y</option></select>
      <select id="many" multiple l-model="m"><option>x</option><option>y</option></select>"""
    state: dict[str, Any] = {"s": "a", "i": 1, "f": 0.5, "b": False, "r": "x", "m": ["y"]}
    stage.hydrate(Made("Form", template, state))
    assert stage.js("() => reused")
    page = stage.page
    assert page.eval_on_selector_all("option", "all => all.map((o) => o.selected)") == [
        True,
        False,
        False,
        True,
    ]
    page.fill("#s", "b")
    page.fill("#i", "12")
    page.fill("#f", "2.5e1")
    page.check("#b")
    page.check("input[value=y]")
    page.select_option("#many", ["x", "y"])
    assert stage.js("() => app.state") == {"s": "b", "i": 12, "f": 25, "b": True, "r": "y", "m": ["x", "y"]}
    assert page.input_value("textarea") == "b"
    assert page.input_value("#one") == "y"
    page.fill("#f", "no number")
    assert page.get_attribute("#f", "aria-invalid") == "true"
    assert stage.js("() => app.state.f") == 25


def test_typing_and_selection_survive_renders(stage: Stage) -> None:
    template = """<p l-if="n > 0">more</p>
      <ul><li l-for="k in order" :key="k"><input :id="k" l-model="s"></li></ul>"""
    made = Made(
        "Page",
        template,
        {"n": 0, "order": ["a", "b", "c"], "s": "hello"},
        {"act": "(o) { __set_state_0(1); __set_state_1(o); }"},
    )
    stage.mount(made)
    stage.page.click("#b")
    stage.js("() => document.getElementById('b').setSelectionRange(1, 3)")
    for order in (["c", "b", "a"], ["b", "a", "c"], ["a", "c", "b"]):
        stage.js("(order) => app.call('act', order)", order)
        assert stage.js(
            "() => { const a = document.activeElement; return [a.id, a.selectionStart, a.selectionEnd]; }"
        ) == ["b", 1, 3]
    stage.page.keyboard.type("XY")
    assert stage.js("() => app.state.s") == "hXYlo"
    assert stage.js("() => document.activeElement.selectionStart") == 3


SERVER = """transport: (request) => new Promise((answer) => {
  (window.requests ??= []).push(request);
  const common = { seq: request.seq, ok: true, stdout: "", error: null, patch: {} };
  (window.answers ??= []).push((reply) => answer({ ...common, ...reply }));
})"""


def test_a_late_reply_leaves_what_was_typed_since(stage: Stage) -> None:
    template = '<input l-model="s"><b>{{ n }}</b><i>{{ total }}</i><button @click="act">x</button>'
    made = Made(
        "Page", template, {"s": "", "n": 0}, {"act": "() { __serverCall('action', 'act'); }"}, py={"total": 1}
    )
    stage.hydrate(made, SERVER)
    stage.page.fill("input", "before")
    stage.page.click("button")
    stage.page.focus("input")
    stage.page.keyboard.type("!")
    (request,) = stage.js("() => requests")
    assert {key: request[key] for key in ("component", "kind", "name", "args", "state")} == {
        "component": "Page",
        "kind": "action",
        "name": "act",
        "args": [],
        "state": {"s": "before", "n": 0},
    }
    stage.js("() => answers[0]({ patch: { state: { s: 'server', n: 5 }, props: { total: 2 } } })")
    assert stage.page.inner_text("b") == "5"
    assert stage.page.inner_text("i") == "2"
    assert stage.page.input_value("input") == "before!"
    assert stage.js("() => document.activeElement.tagName") == "INPUT"
    stage.page.click("button")
    assert stage.js("() => requests[1].state") == {"s": "before!", "n": 5}
    assert stage.js("() => requests[1].props.total") == 2


def test_calls_of_the_server_wait_for_each_other(stage: Stage) -> None:
    made = Made(
        "Page",
        '<b>{{ n }}</b><button @click="act">x</button>',
        {"n": 0},
        {"act": "() { __serverCall('action', 'act'); }"},
    )
    stage.mount(made, SERVER)
    for _ in range(3):
        stage.page.click("button")
    for n in range(3):
        assert stage.js("() => requests.length") == n + 1
        assert stage.js("() => requests.at(-1).state.n") == n
        stage.js("(n) => answers[n]({ patch: { state: { n: n + 1 } } })", n)
    assert stage.page.inner_text("b") == "3"


def test_errors_are_said_with_pythons_name_and_line(stage: Stage) -> None:
    actions = {
        "act": "() { __set_state_0(7); throw Object.assign(new Error('no'), { name: 'ValueError' }); }",
        "pick": "() { __serverCall('action', 'pick'); }",
        "wrong": "() { __set_state_0('text'); }",
        "large": "() { __set_state_0(2 ** 53); }",
    }
    made = Made(
        "Page",
        '<b>{{ n }}</b><button id="a" @click="act">a</button><button id="b" @click="pick">b</button>',
        {"n": 0},
        actions,
    )
    stage.mount(made, SERVER)
    stage.page.click("#a")
    stage.page.click("#b")
    stage.js("() => answers[0]({ ok: false, error: { type: 'KeyError', message: 'x', line: 42 } })")
    stage.js("() => { app.call('wrong'); app.call('large'); }")
    texts = stage.page.eval_on_selector_all("[role=alert]", "all => all.map((one) => one.lastChild.data)")
    assert texts == [
        "Page: ValueError: no",
        "Page: KeyError: x (line 42)",
        "Page: TypeError: state n: a value of another type",
        "Page: OverflowError: state n: an int past 2**53 - 1",
    ]
    assert stage.page.inner_text("b") == "0"
    stage.page.click("[role=alert] button >> nth=0")
    assert stage.page.locator("[role=alert]").count() == 3


def test_a_first_value_that_would_be_rounded_is_said(stage: Stage) -> None:
    stage.mount(Made("Page", "<b>{{ n }}</b>", {"n": 2**60}))
    assert "Page: OverflowError: state n: an int past 2**53 - 1" in stage.html()


def test_without_a_server_its_actions_say_so_and_others_work(stage: Stage) -> None:
    actions = {"act": ADD, "pick": "() { __serverCall('action', 'pick'); }"}
    stage.mount(Made("Page", "<b>{{ n }}</b>", {"n": 0}, actions))
    stage.js("() => { app.call('pick'); app.call('act'); }")
    assert stage.page.inner_text("[role=alert]").endswith(
        "Page: ServerUnavailable: action pick: this page has no server"
    )
    assert stage.page.inner_text("b") == "1"


def test_an_action_that_bails_runs_on_the_server(stage: Stage) -> None:
    body = "(x) { __set_state_0(9); throw Object.assign(new Error('why'), { name: 'Bail' }); }"
    stage.mount(Made("Page", "<b>{{ n }}</b>", {"n": 0}, {"act": body}), SERVER)
    stage.js("() => app.call('act', 5)")
    (request,) = stage.js("() => requests")
    assert (request["name"], request["args"], request["state"]) == ("act", [5], {"n": 0})
    assert stage.page.inner_text("b") == "0"


def test_a_component_that_raises_is_a_box_and_the_rest_lives(stage: Stage) -> None:
    bad = Made("Bad", "<p>{{ items[n] }}</p>", {"items": ["a"]}, props={"n": 0})
    page = Made("Page", '<b>{{ n }}</b><Bad :n="n"/><i>after</i>', {"n": 0}, {"act": ADD}, parts=(bad,))
    stage.hydrate(page)
    assert stage.js("() => reused")
    stage.js("() => app.call('act')")
    assert stage.html() == (
        '<b>1</b><div class="moon-error" role="alert">'
        "Bad: IndexError: list index out of range</div><i>after</i>"
    )
    stage.js("() => app.call('act', -1)")
    assert stage.html() == "<b>0</b><p>a</p><i>after</i>"


def test_the_order_of_the_hooks(stage: Stage) -> None:
    hooks = {
        hook: f"logged.push(componentName + ' {hook}');"
        for hook in ("created", "mounted", "updated", "unmounted")
    }
    hooks["created"] += "__set_state_0(1);"
    child = Made("Child", "<i>{{ n }}</i>", {"n": 0}, {}, hooks)
    page = Made("Page", '<b>{{ n }}</b><Child l-if="n < 5"/>', {"n": 0}, {"act": ADD}, hooks, parts=(child,))
    stage.mount(page)
    assert stage.html() == "<b>1</b><i>1</i>"
    assert stage.logged() == ["Page created", "Child created", "Child mounted", "Page mounted"]
    stage.js("() => { logged.length = 0; app.call('act'); app.call('act', 9); }")
    assert stage.logged() == ["Page updated", "Child unmounted", "Page updated"]
    stage.js("() => { logged.length = 0; app.unmount(); app.call('act'); }")
    assert stage.logged() == ["Page unmounted"]
    assert stage.js("() => app.el.innerHTML") == ""


def test_a_hook_that_never_comes_to_rest_is_stopped(stage: Stage) -> None:
    stage.mount(Made("Page", "<b>{{ n }}</b>", {"n": 0}, {"act": ADD}, {"updated": "actions.act();"}))
    stage.js("() => app.call('act')")
    assert "RecursionError" in stage.page.inner_text("[role=alert]")


def test_children_follow_their_owner(stage: Stage) -> None:
    card = Made(
        "Card",
        '<section><h2>{{ title }} {{ n }}</h2><div l-if="n < 2">{{ children }}</div></section>',
        {"n": 0},
        {"act": ADD},
        props={"title": ""},
    )
    template = """<Card l-for="k in items" :key="k" title="no {{ k }}"
      ><button @click="act(k)">{{ sum }} {{ k }}</button></Card>"""
    made = Made("Page", template, {"sum": 0, "items": [1, 2]}, {"act": ADD}, parts=(card,))
    stage.hydrate(made)
    assert stage.js("() => reused")
    stage.page.click("button >> nth=1")
    assert stage.page.locator("button").all_inner_texts() == ["2 1", "2 2"]
    assert stage.page.locator("h2").all_inner_texts() == ["no 1 0", "no 2 0"]


def test_data_of_a_nested_component_is_never_taken_from_other_props(stage: Stage) -> None:
    card = Made("Card", "<b>{{ n }} {{ big }}</b>", {}, py={"big": "small"}, props={"n": 0})
    made = Made("Page", '<Card :n="n"/>', {"n": 0}, {"act": ADD}, parts=(card,))
    stage.hydrate(made)
    assert stage.html() == "<b>0 small</b>"
    stage.js("() => app.call('act')")
    assert "Card: RuntimeError: its data is computed on the server, and not for these props" in stage.html()
    stage.js("() => app.call('act', -1)")
    assert stage.html() == "<b>0 small</b>"


HOSTILE = [
    "<script>window.__canary = 1</script>",
    "<img src=x onerror='window.__canary = 1'>",
    "\"><img src=x onerror='window.__canary = 1'>",
    "javascript:window.__canary=1",
    "java\nscript:window.__canary=1",
    "url(javascript:window.__canary=1)",
    "red; background: url(x)",
    "</textarea><img src=x onerror='window.__canary=1'>",
    "<!--]--><img src=x onerror='window.__canary=1'><!--[-->",
    "constructor",
    "__proto__",
    "a\0\u2028\r\n",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_the_same_text_on_both_sides(stage: Stage, value: str) -> None:
    template = """<p :title="v" :class="[v]" :style="{'color': v}" :data-x="v">{{ v }}</p>
      <a :href="v" id="l">l</a><textarea l-model="v"></textarea><input l-model="v"><img :src="v">
      <b l-for="k, x in d.items()" :key="k">{{ k }}{{ x }}</b>"""
    made = Made(
        "Page", template, {"v": value, "d": {value: value}}, {"act": "() { __set_state_0((v) => v + ' '); }"}
    )
    stage.hydrate(made)
    server = stage.js("() => shape(app.el)")
    assert stage.js("() => reused"), stage.said
    stage.mount(made)
    assert stage.js("() => shape(app.el)") == server
    stage.js("() => app.call('act')")
    stage.js(
        "() => document.getElementById('l').href.includes('script:') && document.getElementById('l').click()"
    )
    stage.page.wait_for_timeout(30)


def test_two_hundred_instances_live_on_one_page_and_leave_nothing(stage: Stage) -> None:
    made = Made(
        "Counter",
        '<button @click="act">{{ n }}</button><style>button { color: red }</style>',
        {"n": 0},
        {"act": ADD},
    )
    stage.js(
        f"""() => {{
          const component = {made.js()};
          window.apps = Array.from({{ length: 200 }}, () => mount(host(), component, {{ moon }}));
        }}"""
    )
    stage.js(
        """() => document.querySelectorAll("button").forEach((button, at) => {
          for (let i = 0; i < at % 3; i++) button.click();
        })"""
    )
    assert stage.page.locator("button").all_inner_texts() == [str(n % 3) for n in range(200)]
    assert stage.js("() => document.adoptedStyleSheets.length") == 1
    assert stage.js("() => getComputedStyle(document.querySelector('button')).color") == "rgb(255, 0, 0)"
    stage.js("() => apps.forEach((app) => app.unmount())")
    assert stage.js(
        "() => [document.querySelectorAll('button').length, document.adoptedStyleSheets.length]"
    ) == [0, 0]


SAME = [
    ("<p>{{ a }} and {{ b }}</p>", {"a": 1, "b": "x"}),
    (
        "<p>{{ f }} {{ n }} {{ t }} {{ d }} {{ l }}</p>",
        {"f": 7.0, "n": None, "t": True, "d": {"a": 1.0}, "l": ["'", 2.5]},
    ),
    (
        '<i :title="n" :hidden="t" :lang="a" :aria-hidden="t" :data-x="n" :data-y="f"></i>',
        {"n": None, "t": False, "a": "", "f": 1.0},
    ),
    ("<i class='a b' :class=\"{'on': a > 1, 'off': a < 1}\"></i>", {"a": 2}),
    (
        "<i style='top: 0' :style=\"{'color': c, 'width': w, 'left': n}\"></i>",
        {"c": "red", "w": "2px", "n": None},
    ),
    (
        '<svg viewBox="0 0 2 2"><circle :r="r" cx="1"/><g l-if="r"><path :d="d"/></g></svg>',
        {"r": 1, "d": "M0 0"},
    ),
    ('<select><option l-for="o in os" :key="o" :value="o">{{ o }}</option></select>', {"os": ["a", "b"]}),
    (
        """<svg viewbox="0 0 9 9"><lineargradient id="g"><stop offset="0"/></lineargradient><foreignobject
          ><p l-if="r">{{ r }}</p></foreignobject><text l-for="n in [1, r]">{{ n }}</text></svg
          ><math><mi l-if="r">x</mi></math>""",
        {"r": 2},
    ),
    (
        """<select>\n <!-- none --> <optgroup label="a"><option l-for="o in os">{{ o }}</option></optgroup>
          <option l-if="os" selected>last</option></select>""",
        {"os": ["a", "b"]},
    ),
    ("a<!-- b -->{{ a }}<!-- c --> {{ b }}\n<!-- d -->\n<b>c</b> {{ a }}{{ b }}", {"a": "x", "b": ""}),
    (
        "<pre>{{ a }}</pre><pre><b l-if='a'>\nx</b></pre><pre>\n</pre><textarea>\n\n</textarea>",
        {"a": "\n\ny"},
    ),
    ("<p>{{ a }}</p><i :title='a'>\r\n</i>", {"a": "1\r\n2\r3"}),
    (
        "<ul><li>a<ul><li l-for='n in l'>{{ n }}</li></ul></li></ul><p><button><i>x</i></button></p>",
        {"l": [1, 2]},
    ),
    (
        """<table><caption>{{ a }}</caption><colgroup><col></colgroup>
          <thead><tr><th l-for="n in l">{{ n }}</th></tr></thead>
          <tbody><template l-for="n in l"><tr l-if="n > 1"><td>{{ n }}</td></tr><tr><td></td></tr></template>
          </tbody></table>""",
        {"a": "c", "l": [1, 2]},
    ),
    (
        '<dl><template l-for="k, v in d.items()"><dt>{{ k }}</dt><dd>{{ v }}</dd></template></dl>',
        {"d": {"10": 1, "9": 2, "a": 3}},
    ),
    ('<template l-if="a">t{{ a }}</template><template l-else>e</template>u', {"a": ""}),
    ('x<template l-for="n in l">{{ n }}</template>{{ e }}y', {"l": ["", "a"], "e": ""}),
    ("<pre>\n\n{{ a }}</pre><textarea>\n{{ a }}</textarea>", {"a": "\n"}),
    ("<p>&lt;&amp;&nbsp;&copy; {{ a }}</p>", {"a": "&amp;"}),
    (
        """<p l-for="row in rows" :key="row.id"
          ><i l-for="c in row.cells">{{ c }}{{ loop.index }}</i>{{ loop.last }}</p>""",
        {"rows": [{"id": 1, "cells": [1, 2]}, {"id": 2, "cells": []}]},
    ),
]


@pytest.mark.parametrize("several", [["b", "a"], {"a", "b"}], ids=["list", "set"])
def test_a_group_of_checkboxes_changes_a_list_or_set(stage: Stage, several: Any) -> None:
    template = """<label l-for="name in names"><input type="checkbox" :value="name" l-model="several">
      {{ name }}</label><input type="checkbox" value="z" l-model="form.tags">{{ len(several) }}"""
    state = {"several": several, "names": ["a", "b", "c"], "form": {"tags": ["y"]}}
    stage.hydrate(Made("Page", template, state, {"act": "() { __set_state_1(['b', 'c', 'd']); }"}))
    assert stage.js("() => reused")
    boxes = stage.page.locator("input")
    checked = "all => all.map((one) => one.checked)"
    assert boxes.evaluate_all(checked) == [True, True, False, False]
    for at in (2, 1, 3):
        boxes.nth(at).click()
    shown = "() => [...app.state.several, ...app.state.form.tags, app.state.several instanceof Set]"
    assert stage.js(shown) == ["a", "c", "y", "z", isinstance(several, set)]
    boxes.nth(1).click()
    boxes.nth(3).click()
    assert stage.js(shown) == ["a", "c", "b", "y", isinstance(several, set)]
    stage.js("() => app.call('act')")
    assert boxes.evaluate_all(checked) == [True, True, False, False]
    assert stage.said == []


@pytest.mark.parametrize(("template", "values"), SAME)
def test_server_and_browser_make_the_same_page(stage: Stage, template: str, values: dict[str, Any]) -> None:
    for made in (
        Made("Page", template, values),
        Made("Page", template, {}, py=values),
        Made("Page", template, props=values),
    ):
        stage.hydrate(made)
        assert stage.js("() => reused || before.length === 0"), stage.said
        server = stage.js(
            "(html) => { const el = host(); el.innerHTML = html; return shape(el); }", made.html()
        )
        assert stage.js("() => shape(app.el)") == server
        stage.mount(made)
        assert stage.js("() => shape(app.el)") == server
        assert stage.said == []
