"""Components in pages without a server: one page, fragments in a notebook, stored pieces, a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

import moon_spa
from moon_spa.compiler import CompiledComponent
from moon_spa.page import (
    COMPONENT_MIME,
    BadPieceError,
    fragment,
    from_json,
    mimebundle,
    page,
    piece,
    to_json,
)
from moon_spa.rendering import components

COUNTER = '''
class Row(Component):
    template = "<li><b>{{ label }}</b> {{ children }}</li>"

    def setup(self, props):
        state = {}
        data = {"label": props.get("label", "x") * 2}


class Counter(Component):
    template = """<h2>{{ title }}</h2><button class="up" @click="up">+1</button> <output>{{ count }}</output>
      <button class="save" @click="save">save</button><ul><Row l-for="n in names" :label="n">!</Row></ul>
      <style>output { color: rgb(1, 2, 3) }</style>"""

    def setup(self, props):
        state = {"count": 0, "names": props.get("names", ["a", "b"])}
        data = {"title": props.get("title", "Counter")}

        def up():
            state["count"] += 1

        def save():
            open("counts.txt", "a")
'''
HOSTILE = (
    "</script><script>window.__canary=1</script><!--<script>\u2028\"'&<img src=x onerror=window.__canary=1>"
)
BLIND = "class Blind(Component):\n    def setup(self, props):\n        state = {'x': 1}\n"

Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def counter() -> CompiledComponent:
    return moon_spa.compile(COUNTER, name="Counter")


class Tags(HTMLParser):
    """The start tags of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_same_pieces_give_the_same_page(counter: CompiledComponent) -> None:
    again = moon_spa.compile(COUNTER, name="Counter")
    assert page([piece(counter, {"title": "A"})]) == page([piece(again, {"title": "A"})])


def test_a_page_names_nothing_outside_itself(counter: CompiledComponent) -> None:
    tags = Tags(page([piece(counter)])).found
    assert not [attributes for _, attributes in tags if {"src", "href", "data"} & {*attributes}]
    assert [attributes for tag, attributes in tags if tag == "script"] == [{}]
    policy = next(a["content"] or "" for tag, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in policy


def test_many_components_share_one_runtime(counter: CompiledComponent) -> None:
    one = len(page([piece(counter)]))
    three = len(page([piece(counter, {"title": str(n)}) for n in range(3)]))
    assert three < one * 1.2


def test_what_strings_hold_ends_neither_script_nor_element(counter: CompiledComponent) -> None:
    made = page([piece(counter, {"title": HOSTILE, "names": [HOSTILE]})], title=HOSTILE)
    tags = [tag for tag, _ in Tags(made).found]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert made.count("</script>") == 1
    assert not re.search(r"<!--(?!\[|\]|,)", made)


def test_a_component_without_template_says_so() -> None:
    made = page([piece(moon_spa.compile(BLIND))])
    assert "Blind has no template" in made
    assert "<script>" not in made


def test_a_value_that_does_not_travel_is_an_error_of_the_component() -> None:
    source = (
        "class Odd(Component):\n    template = '{{ when }}'\n    def setup(self, props):\n"
        "        import datetime\n        state = {}\n        data = {'when': datetime.date(2026, 1, 1)}\n"
    )
    with pytest.raises(moon_spa.ComponentError) as caught:
        piece(moon_spa.compile(source, path="odd.py"))
    assert caught.value.code == "not-sendable"
    assert str(caught.value).startswith("odd.py:1: error: Odd: ")


def test_a_stored_piece_reads_back_equal(counter: CompiledComponent) -> None:
    made = piece(counter, {"title": HOSTILE, "names": []})
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"runtime": "of another version"},
        {"js": None},
        {"helpers": "add"},
        {"server": []},
        {"server": {"save": 1}},
    ],
)
def test_what_is_no_piece_of_this_version_is_refused(
    counter: CompiledComponent, change: dict[str, Any]
) -> None:
    data = {**to_json(piece(counter)), **change}
    with pytest.raises(BadPieceError):
        from_json(data)
    assert components([{COMPONENT_MIME: data}]).fragments == (None,)


def test_an_output_holds_a_piece_and_html_that_needs_nobody(counter: CompiledComponent) -> None:
    made = mimebundle(counter, {"title": "T"})
    assert set(made) == {COMPONENT_MIME, "text/html", "text/plain"}
    assert made["text/html"] == fragment(piece(counter, {"title": "T"}))
    rendering = components([made, {COMPONENT_MIME: "broken"}, made])
    assert rendering.fragments[0] == rendering.fragments[2]
    assert rendering.fragments[1] is None
    assert rendering.script.count("class PyError") == 1


def test_the_note_names_each_action_that_needs_a_server(counter: CompiledComponent) -> None:
    made = piece(counter)
    assert list(made.server) == ["save"]
    assert "open()" in made.server["save"]
    assert re.search(r"One action needs a server.*<code>save</code>: .*open\(\)", page([made]))


@pytest.fixture
def opened(context: BrowserContext, tmp_path: Path) -> Iterator[Open]:
    """`opened(html)` opens a file with this text; whoever asks the network has lost."""
    asked: list[str] = []
    wrong: list[str] = []

    def refuse(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    context.route(re.compile("^(?!file:)"), refuse)

    def go(text: str) -> Page:
        file = tmp_path / f"page{len(context.pages)}.html"
        file.write_text(text, encoding="utf-8")
        tab = context.new_page()
        tab.set_default_timeout(5_000)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "warning" else None)
        tab.goto(file.as_uri())
        return tab

    yield go
    for tab in context.pages:
        assert tab.evaluate("window.__canary === undefined")
    assert (asked, wrong) == ([], [])


@pytest.mark.e2e
def test_local_actions_work_from_disk_and_others_tell_why_not(
    counter: CompiledComponent, opened: Open
) -> None:
    tab = opened(
        page([piece(counter, {"title": HOSTILE}), piece(counter, {"title": "B", "names": [HOSTILE]})])
    )
    assert tab.inner_text("h2 >> nth=0").strip().startswith("</script>")
    tab.click(".up >> nth=0")
    tab.click(".up >> nth=0")
    tab.click(".up >> nth=1")
    assert tab.locator("output").all_inner_texts() == ["2", "1"]
    assert tab.locator("output").first.evaluate("el => getComputedStyle(el).color") == "rgb(1, 2, 3)"
    tab.click(".save >> nth=0")
    notice = tab.inner_text(".moon-notice")
    assert "save" in notice
    assert "needs a server" in notice
    assert "open()" in notice
    tab.click(".up >> nth=0")
    assert tab.locator("output").all_inner_texts() == ["3", "1"]


@pytest.mark.e2e
def test_without_javascript_the_page_shows_the_first_state(counter: CompiledComponent, opened: Open) -> None:
    tab = opened(re.sub(r"<script>.*</script>", "", page([piece(counter, {"title": "T"})]), flags=re.DOTALL))
    assert tab.inner_text("output") == "0"
    assert tab.locator(".moon-component li").all_inner_texts() == ["aa !", "bb !"]
    assert tab.locator("output").evaluate("el => getComputedStyle(el).color") == "rgb(1, 2, 3)"
    tab.click("summary")
    assert "save: " in tab.inner_text("details li")


@pytest.mark.e2e
def test_fragments_work_alone_and_beside_each_other(counter: CompiledComponent, opened: Open) -> None:
    one, two = (fragment(piece(counter, {"title": title})) for title in ("one", "two"))
    alone = opened(f"<!doctype html><body>{one}")
    alone.click(".up")
    assert alone.inner_text("output") == "1"
    tab = opened(f"<!doctype html><body>{one}<hr>{two}<hr>{one}")
    for number in range(3):
        for _ in range(number + 1):
            tab.click(f".up >> nth={number}")
    assert tab.locator("output").all_inner_texts() == ["1", "2", "3"]
