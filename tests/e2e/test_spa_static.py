"""Components in documents that are opened again in JupyterLab: with their kernel, without, and exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from moonlight.webpage.page import page_of
from tests.e2e import driver
from tests.e2e.server import Lab

COUNTER = '''\
from moon_spa import Component


class Counter(Component):
    template = """<button class="up" @click="up">+</button> <b>{{ count }}</b>
    <button class="save" @click="save">s</button>"""

    def setup(self, props):
        state = {"count": props.get("start", 0)}

        def up():
            state["count"] += 1

        def save():
            open("/dev/null")
            state["count"] = 100
'''


def test_a_component_comes_back_alive_with_its_kernel_and_works_without(
    page: Page, lab: Lab, folder: Path, document: Callable[[str, str], str]
) -> None:
    path = document(
        "again.py.md", f"# Again\n\n```python\n{COUNTER}```\n\n```python\nc = %spa Counter\n```\n"
    )
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    driver.run_all(page)
    shown = page.locator(f"{driver.PANEL} .jp-OutputArea-output")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("1")
    driver.save(page)

    driver.reload(page)
    driver.wait_ready(page)
    shown.locator(".save").click()
    expect(shown.locator("b")).to_have_text("100")
    driver.save(page)

    driver.leave(page)
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    expect(shown.locator("b")).to_have_text("0")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("1")
    shown.locator(".save").click()
    expect(shown.locator("[role=alert]")).to_contain_text("it needs a server, and this page has none")

    exported = page_of(folder / "again.py.md", trust=True).html
    assert 'class="moon-component"' in exported
    assert "script-src 'sha256-" in exported
