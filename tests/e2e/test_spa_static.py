"""Components whose kernel is gone, in JupyterLab and Notebook 7: restarted, reloaded, opened, exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import moon_spa
from moon_spa.page import COMPONENT_MIME, mimebundle
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

RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
BUSY = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
ON_ITS_OWN = "[data-moon-without]"
"""A component that its page has made alive, without a widget."""


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
    expect(shown.locator(".moon-component")).to_have_count(0)
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
    expect(shown.locator("[role=alert]")).to_contain_text("it needs the kernel: run the cell; it runs there")

    exported = page_of(folder / "again.py.md", trust=True).html
    assert 'class="moon-component"' in exported
    assert "script-src 'sha256-" in exported


@pytest.mark.parametrize("application", ["lab", "notebooks"])
def test_a_restart_stops_no_local_action_and_a_run_makes_all_live(
    page: Page, lab: Lab, document: Callable[[str, str], str], application: str
) -> None:
    path = document(
        f"{application}.py.md", f"```python\n{COUNTER}```\n\n```python\n%spa Counter start=5\n```\n"
    )
    driver.open_lab(page, lab, f"/{application}/{'tree/' * (application == 'lab')}{path}", reset=False)
    driver.wait_ready(page)
    driver.run_all(page)
    shown = page.locator(f"{driver.PANEL} .jp-OutputArea-output")
    shown.locator(".up").click()
    page.evaluate(RESTART)
    driver.wait_idle(page)
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("7")
    shown.locator(".save").click()
    expect(shown.locator("[role=alert]")).to_contain_text("the kernel of this notebook is gone; run the cell")
    driver.save(page)

    driver.reload(page)
    driver.wait_ready(page)
    expect(shown.locator(ON_ITS_OWN)).to_have_count(1)
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("6")
    shown.locator(".save").click()
    expect(shown.locator("[role=alert]")).to_contain_text("it needs the kernel: run the cell")
    expect(shown.locator("summary")).to_have_text("One action needs a server: run the cell")
    expect(shown.get_by_text("Error displaying widget")).to_be_hidden()

    driver.run_all(page)
    shown.locator(".save").click()
    expect(shown.locator("b")).to_have_text("100")
    expect(shown.locator(ON_ITS_OWN)).to_have_count(0)


def test_a_page_that_is_reloaded_while_a_cell_runs_works_and_has_the_widget_in_the_end(
    page: Page, lab: Lab, folder: Path, document: Callable[[str, str], str]
) -> None:
    busy = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)"
    blocks = (COUNTER, "c = %spa Counter\n", f"{busy}\n")
    path = document("busy.py.md", "\n\n".join(f"```python\n{code}```" for code in blocks))
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    driver.run_cell(page, 0)
    driver.run_cell(page, 1)
    shown = driver.cell(page, 1).locator(".jp-OutputArea-output")
    shown.locator(".up").click()
    driver.save(page)
    driver.select_cell(page, 2)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.wait_for_function(BUSY)

    driver.reload(page)
    expect(shown.locator(ON_ITS_OWN)).to_have_count(1, timeout=20_000)
    shown.locator(".up").click()
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("2")
    (folder / "go").touch()
    expect(shown.locator(".moon-component")).to_have_count(0, timeout=30_000)
    expect(shown.locator("b")).to_have_text("1")


def test_an_output_that_is_not_trusted_is_shown_and_runs_nothing(page: Page, lab: Lab, folder: Path) -> None:
    bundle = mimebundle(moon_spa.compile(COUNTER), {"start": 4})
    bundle["text/html"] += "<img src=x onerror='window.canary=1'><script>window.canary=2</script>"
    view = {"version_major": 2, "version_minor": 0, "model_id": "of-a-kernel-that-is-gone"}
    bundle["application/vnd.jupyter.widget-view+json"] = view
    cell = {"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {}, "source": "%spa Counter"}
    outputs = [{"output_type": "display_data", "data": bundle, "metadata": {}}]
    metadata = {"kernelspec": {"name": "moon", "display_name": "Moonlight", "language": "python"}}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [cell | {"outputs": outputs}],
    }
    (folder / "theirs.ipynb").write_text(json.dumps(notebook))
    driver.open_lab(page, lab)
    driver.open_document(page, f"{folder.name}/theirs.ipynb")
    shown = page.locator(f"{driver.PANEL} .jp-OutputArea-output")
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("4")
    cleaned = page.evaluate(
        """async ([mime, data]) => {
            const { rendermime } = window.jupyterapp.shell.currentWidget.content;
            const renderer = rendermime.createRenderer(mime);
            await renderer.renderModel({ data, metadata: {}, trusted: false });
            document.body.append(renderer.node);
            return renderer.node.innerHTML;
        }""",
        [COMPONENT_MIME, bundle],
    )
    assert '<button class="up">' in cleaned
    assert "onerror" not in cleaned
    assert "<script" not in cleaned
    assert page.evaluate("() => window.canary === undefined")

    page.evaluate(
        "() => { for (const cell of window.jupyterapp.shell.currentWidget.content.model.cells)"
        " cell.trusted = true; }"
    )
    expect(shown.locator(ON_ITS_OWN)).to_have_count(1)
    shown.locator(".up").click()
    expect(shown.locator("b")).to_have_text("5")
    assert page.evaluate("() => window.canary") == 2
