"""``%spa`` in JupyterLab: components that are alive, with the kernel free, busy and gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

pytestmark = pytest.mark.e2e

COUNTER = """\
import time

from moon_spa import Component


class Counter(Component):
    template = '''<button class="up" @click="up">+{{ step }}</button> <b>{{ count }}</b>
    <button class="save" @click="save">save</button> <button class="fail" @click="fail">fail</button>
    <input l-model="note"> <i>{{ note }}</i>'''
    style = "b { color: teal }"

    def setup(self, props):
        props = {"step": 1, "start": 0, **props}
        state = {"count": StateField(default=0, cast="int", from_prop="start"), "note": ""}

        def up():
            state["count"] += 1

        def save():
            time.sleep(0.6)
            print("kept", state["count"])
            state["note"] = f"kept {state['count']}"

        def fail():
            open("/nowhere/at/all")
"""
LIST = """\
class Item(Component):
    template = '<span>{{ label }}</span> <em @click="more">{{ stars }}</em>'

    def setup(self, props):
        props = {"label": "", **props}
        state = {"stars": 0}

        def more():
            state["stars"] += 1


class Todo(Component):
    template = '''<input l-model="text"> <button @click="add">Add</button>
    <ul><li l-for="one in rows" :key="one"><Item :label="one" /></li></ul><p>{{ len(rows) }} rows</p>'''

    def setup(self, props):
        state = {"text": "", "rows": ["first"]}

        def add():
            if state["text"]:
                state["rows"] = state["rows"] + [state["text"]]
                state["text"] = ""
"""
BROKEN = """\
class Broken(Component):
    template = '<button @click="down">{{ 10 // n }}</button>'

    def setup(self, props):
        state = {"n": 1}

        def down():
            state["n"] -= 1
"""


class Notebook:
    """One open document; each test shows something in a cell of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.numbers = count(1)
        self.define()

    def define(self) -> None:
        """Run the cells that define components."""
        driver.run_all(self.page)

    def show(self, code: str) -> Locator:
        """Run a new cell at the end: its output."""
        index = len(driver.cells(self.page))
        driver.insert_cell(self.page, index, code)
        driver.run_cell(self.page, index)
        return self.output(index)

    def output(self, index: int) -> Locator:
        """What the cell at `index` shows."""
        return driver.cell(self.page, index).locator(".jp-OutputArea-output")

    def run(self, code: str) -> str:
        """Run a new cell at the end: what it prints or raises."""
        self.show(code)
        text = driver.text_output(driver.cells(self.page)[-1])
        return text.strip()

    def start(self, code: str) -> None:
        """Run a new cell at the end, and do not wait for it."""
        index = len(driver.cells(self.page))
        driver.insert_cell(self.page, index, code)
        driver.select_cell(self.page, index)
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
        )


@pytest.fixture(scope="module")
def opened(browser: Browser, lab: Lab) -> Iterator[Notebook]:
    blocks = "\n\n".join(f"```python\n{code}```" for code in (COUNTER, LIST, BROKEN))
    (lab.root / "spa.py.md").write_text(f"# Live\n\n{blocks}\n", encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    driver.open_lab(page, lab)
    driver.open_document(page, "spa.py.md")
    yield Notebook(page)
    driver.leave(page)
    page.close()
    context.close()


@pytest.fixture
def notebook(opened: Notebook) -> Iterator[Notebook]:
    """The document; no value may have run as script."""
    yield opened
    assert opened.page.evaluate("() => window.canary === undefined")


def test_a_click_changes_every_view_and_the_state_in_python(notebook: Notebook) -> None:
    first = notebook.show("c = %spa Counter step=2 start=5\nc")
    expect(first.locator("b")).to_have_count(1)
    again = notebook.show("c")
    first.locator(".up").click()
    expect(again.locator("b")).to_have_text("6")
    assert notebook.run("print(c.state.count, c)") == "6 Counter(count=6, note='')"
    notebook.run(
        "c.state.count = 40\nseen = []\nc.state.observe(lambda change: seen.append(change.new), 'count')"
    )
    expect(first.locator("b")).to_have_text("40")
    again.locator(".up").click()
    expect(first.locator("b")).to_have_text("41")
    assert notebook.run("print(seen)") == "[41]"
    assert "state count is 'x', not int" in notebook.run("c.state.count = 'x'")


def test_a_slider_is_linked_to_a_field(notebook: Notebook) -> None:
    shown = notebook.show(
        "from ipywidgets import HBox, IntSlider, link\nc = %spa Counter\ns = IntSlider(max=50)\n"
        "both = link((c, 'count'), (s, 'value'))\nHBox([c, s])"
    ).last
    shown.locator(".up").click()
    expect(shown.locator(".widget-readout")).to_have_text("1")
    notebook.run("s.value = 33")
    expect(shown.locator("b")).to_have_text("33")


def test_local_actions_do_not_wait_for_a_busy_kernel(notebook: Notebook) -> None:
    shown = notebook.show("c = %spa Counter")
    notebook.start("end = time.time() + 1.5\nwhile time.time() < end: pass\nprint(c.state.count)")
    for number in range(1, 6):
        shown.locator(".up").click()
        assert shown.locator("b").inner_text() == str(number)
    shown.locator(".save").click()
    expect(shown.locator("[role=status]")).to_contain_text("save is running")
    driver.wait_idle(notebook.page)
    assert driver.text_output(driver.cells(notebook.page)[-1]) == "0\n"
    expect(shown.locator("i")).to_have_text("kept 5")
    expect(shown.locator("[role=status]")).to_have_count(0)
    assert notebook.run("print(c.state.count)") == "5"


def test_a_late_reply_keeps_newer_input_and_shows_prints_and_errors(notebook: Notebook) -> None:
    shown = notebook.show("c = %spa Counter start=7")
    shown.locator(".save").click()
    shown.locator("input").press_sequentially("newer", delay=20)
    expect(shown.locator("[role=log]")).to_contain_text("kept 7")
    expect(shown.locator("input")).to_have_value("newer")
    assert notebook.run("print(c.state.note)") == "newer"
    shown.locator(".fail").click()
    alert = shown.locator("[role=alert]")
    expect(alert).to_contain_text("FileNotFoundError")
    line = 4 + COUNTER.split("\n").index('            open("/nowhere/at/all")')
    expect(alert).to_contain_text(f"(line {line})")


def test_rows_are_added_and_nested_components_keep_their_own_state(notebook: Notebook) -> None:
    shown = notebook.show("todo = %spa Todo")
    shown.locator("em").click()
    for text in ("second", "<img src=x onerror=window.canary=1>"):
        shown.locator("input").fill(text)
        shown.get_by_text("Add").click()
    expect(shown.locator("p")).to_have_text("3 rows")
    assert shown.locator("li").all_inner_texts() == [
        "first 1",
        "second 0",
        "<img src=x onerror=window.canary=1> 0",
    ]
    assert notebook.run("print(len(todo.state['rows']))") == "3"


def test_components_inside_outlive_a_run_of_the_cell_and_a_reload_of_the_page(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    """Their state is that of the model: views share it, Python reads it, a saved page begins with it."""
    cells = (f"from moon_spa import Component\n\n\n{LIST}", "todo = %spa Todo\n", "todo\n")
    path = document("inside.py.md", "\n".join(f"```python\n{cell}```\n" for cell in cells))
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    driver.run_all(page)
    shown, again = (driver.cell(page, index).locator(".jp-OutputArea-output") for index in (1, 2))
    for _ in range(2):
        shown.locator("em").click()
    expect(again.locator("em")).to_have_text("2")
    driver.run_cell(page, 1)
    expect(shown.locator("em")).to_have_text("2")
    shown.locator("em").click()
    driver.run_cell(page, 2)
    expect(again.locator("em")).to_have_text("3")
    driver.save(page)
    driver.reload(page)
    driver.open_document(page, path)  # the layout that comes back may be that of the other page
    expect(shown.locator("em")).to_have_text("3")
    shown.locator("em").click()
    expect(again.locator("em")).to_have_text("4")
    driver.insert_cell(page, 3, "print(todo.parts)\ntodo.save('inside.html')")
    driver.run_cell(page, 3)
    part = """{'Item["first"]': Part(name='Item', state={'stars': 4})}"""
    assert driver.text_output(driver.cells(page)[3]).strip() == part
    page.goto((lab.root / path).with_name("inside.html").as_uri())
    page.locator("em").click()
    expect(page.locator("li")).to_have_text("first 5")


def test_two_components_share_a_store_without_the_kernel(notebook: Notebook) -> None:
    shown = notebook.show(
        "from moon_kernel import Store\nshop = Store(count=3)\n"
        "a = %spa Counter --store shop\nb = %spa Counter step=9 --store=shop"
    )
    expect(shown.locator("b")).to_have_text(["3", "3"])
    notebook.start("time.sleep(0.8)")
    shown.nth(0).locator(".up").click()
    shown.nth(1).locator(".up").click()
    assert shown.locator("b").all_inner_texts() == ["5", "5"]
    driver.wait_idle(notebook.page)
    assert notebook.run("print(shop.count, a.state.count, b.state.count)") == "5 5 5"
    notebook.run("b.state.count = 8")
    expect(shown.locator("b")).to_have_text(["8", "8"])


def test_a_component_that_fails_leaves_the_others_alone(notebook: Notebook) -> None:
    hostile = "</script><img src=x onerror=window.canary=1>"
    shown = notebook.show(f"%spa Broken\nc = %spa Counter step='{hostile}'\nc.state.note = '{hostile}'")
    shown.nth(0).locator("button").click()
    expect(shown.nth(0).locator("[role=alert]")).to_contain_text("Broken: ZeroDivisionError")
    expect(shown.nth(0).locator("[role=alert]")).to_contain_text("(line ")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("1")
    assert shown.locator(".up").inner_text() == f"+{hostile}"
    assert shown.locator("i").inner_text() == hostile


def test_a_cell_that_runs_again_keeps_what_still_fits(notebook: Notebook) -> None:
    shown = notebook.show(COUNTER.replace("class Counter", "class Hot") + "\nhot = %spa Hot")
    index = len(driver.cells(notebook.page)) - 1
    shown.locator(".up").click()
    shown.locator("input").fill("mine")
    edited = COUNTER.replace("class Counter", "class Hot").replace(
        "<b>{{ count }}</b>", "<b>now {{ count }}</b>"
    )
    edited = edited.replace('"note": ""', '"note": 0').replace('state["note"] = f"kept', 'other = f"kept')
    driver.set_source(notebook.page, index, edited + "\nhot = %spa Hot")
    driver.run_cell(notebook.page, index)
    expect(notebook.output(index).locator("b")).to_have_text("now 1")
    assert notebook.run("print(hot.state)") == "LiveState({'count': 1, 'note': 0})"


def test_a_cell_is_a_component_file(notebook: Notebook) -> None:
    shown = notebook.show(
        "%%spa greeting='Hi <b>'\n<python>\nclass Hello(Component):\n    def setup(self, props):\n"
        "        props = {'greeting': '', **props}\n        state = {'n': 0}\n        def more():\n"
        "            state['n'] += 1\n</python>\n<template>\n"
        '<button @click="more">{{ greeting }} {{ n }}</button>\n'
        "</template>"
    )
    shown.locator("button").click()
    expect(shown.locator("button")).to_have_text("Hi <b> 1")


def test_200_components_stand_on_one_page(notebook: Notebook) -> None:
    shown = notebook.show(
        "from ipywidgets import HBox\nfrom moon_kernel import live\n"
        "many = HBox([live(Counter, start=i) for i in range(200)])\nmany.layout.flex_flow = 'wrap'\nmany"
    )
    expect(shown.locator("b")).to_have_count(200, timeout=30_000)
    shown.locator(".up").nth(199).click()
    expect(shown.locator("b").nth(199)).to_have_text("200")


def test_without_a_kernel_local_actions_go_on_and_others_say_so(notebook: Notebook) -> None:
    shown = notebook.show("%spa Counter")
    expect(shown.locator("b")).to_have_text("0")
    notebook.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("1")
    shown.locator(".save").click()
    expect(shown.locator("[role=alert]")).to_contain_text("the kernel of this notebook is gone")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("2")
