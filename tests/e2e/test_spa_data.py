"""Charts in JupyterLab: components that draw what Python gives them, alone and inside of another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

CHART = '''\
import time

from moon_spa import Component


def bars(rows):
    """Where the bar of each row stands, in a picture of 300 by 100."""
    top = max((row["sold"] for row in rows), default=1)
    width = 300 / max(len(rows), 1)
    return [
        {**row, "x": number * width, "width": width - 4, "height": 100 * row["sold"] / top}
        for number, row in enumerate(rows)
    ]


class Chart(Component):
    template = """<svg viewBox="0 0 300 112" role="img" :aria-label="title">
      <g l-for="bar in bars" :key="bar['month']" @click="pick(bar)"
         :class="{'bar': True, 'picked': bar['month'] == picked}">
        <rect :x="bar['x']" :y="100 - bar['height']" :width="bar['width']" :height="bar['height']" />
        <text :x="bar['x'] + bar['width'] / 2" y="110">{{ bar['month'] }}</text>
      </g>
    </svg><b>{{ title }}: {{ len(bars) }}</b> <i>{{ picked }} {{ note }}</i>"""
    style = """svg { display: block; width: 480px; max-width: 100% } text { font-size: 9px;
    text-anchor: middle; fill: currentColor } rect { fill: steelblue } .picked rect { fill: darkorange }"""

    def setup(self, props):
        props = {"title": "", "rows": [], **props}
        data = {"bars": bars(props["rows"])}
        state = {"picked": "", "note": ""}

        def pick(bar):
            state["picked"] = bar["month"]
            state["note"] = f"{bar['sold']:.1f}"
'''
REPORT = '''\
class Report(Component):
    template = """<form @submit.prevent="load"><input l-model="word"> <button>Load</button></form>
    <Chart :title="word" :rows="rows" />"""

    def setup(self, props):
        state = {"word": "", "rows": [{"month": "Jan", "sold": 1}]}

        def load():
            time.sleep(1)
            state["word"] = "loaded " + state["word"]
            state["rows"] = [{"month": month, "sold": len(month)} for month in ("May", "June", "July")]
'''
SHOWN = """\
sales = [{"month": month, "sold": sold} for month, sold in zip(["Jan", "Feb", "<i>"], [30, 60, 45.5])]
c = %spa Chart title="Sales" rows=sales
"""


@pytest.fixture
def opened(page: Page, lab: Lab, document: Callable[[str, str], str]) -> Page:
    """A document with the two components and one chart, run."""
    blocks = "\n\n".join(f"```python\n{code}```" for code in (CHART, REPORT, SHOWN))
    driver.open_lab(page, lab)
    driver.open_document(page, document("chart.py.md", f"{blocks}\n"))
    driver.run_all(page)
    return page


def run(page: Page, code: str) -> Locator:
    """Run a new cell at the end: its output."""
    index = len(driver.cells(page))
    driver.insert_cell(page, index, code)
    driver.run_cell(page, index)
    return driver.cell(page, index).locator(".jp-OutputArea-output")


def heights(shown: Locator) -> list[float]:
    """The heights of the bars, as the browser draws them."""
    found: list[float] = shown.locator("rect").evaluate_all("all => all.map(one => one.getBBox().height)")
    return found


def test_a_chart_follows_the_data_that_python_gives_it(opened: Page) -> None:
    shown = driver.cell(opened, 2).locator(".jp-OutputArea-output")
    expect(shown.locator("b")).to_have_text("Sales: 3")
    assert heights(shown) == pytest.approx([50, 100, 75.8], abs=0.1)
    assert shown.locator("text").all_text_contents() == ["Jan", "Feb", "<i>"]

    shown.locator("rect").nth(2).click()
    expect(shown.locator("i")).to_have_text("<i> 45.5")
    expect(shown.locator(".picked text")).to_have_text("<i>")
    run(opened, "c.state.picked = 'Jan'")
    expect(shown.locator(".picked text")).to_have_text("Jan")

    first = shown.locator("g").first.element_handle()
    run(opened, "c.props = {'title': 'Now', 'rows': [*sales[:2], {'month': 'Dec', 'sold': 120}]}")
    expect(shown.locator("b")).to_have_text("Now: 3")
    expect(shown.locator("text")).to_have_text(["Jan", "Feb", "Dec"])
    assert heights(shown) == pytest.approx([25, 50, 100], abs=0.1)
    expect(shown.locator(".picked text")).to_have_text("Jan")
    assert shown.locator("g").first.evaluate("(now, before) => now === before", first)
    run(opened, "c.props = {}")
    expect(shown.locator("g")).to_have_count(0)


def test_a_chart_inside_of_a_form_follows_it_while_an_action_is_slow(opened: Page) -> None:
    shown = run(opened, "r = %spa Report")
    expect(shown.locator("b")).to_have_text(": 1")
    shown.locator("input").fill("shop")
    expect(shown.locator("b")).to_have_text("shop: 1")
    shown.locator("rect").click()
    shown.locator("button").click()
    shown.locator("input").press("End")
    shown.locator("input").press_sequentially(" two", delay=20)
    expect(shown.get_by_text("load is running")).to_be_visible()
    expect(shown.locator("b")).to_have_text("shop two: 3")
    expect(shown.locator("input")).to_have_value("shop two")
    assert heights(shown) == pytest.approx([75, 100, 100], abs=0.1)
    expect(shown.locator("i")).to_have_text("Jan 1.0")
