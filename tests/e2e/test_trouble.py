"""Sessions in which something goes wrong: a file that is no text, a run that ends without a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab


def mark(page: Page, block: int) -> Locator:
    """The mark of one block."""
    return page.locator(f"{driver.PANEL} .moon-mark[data-block='{block}']")


@pytest.mark.parametrize("data", [b"# H\n\n\0\n", "# H\xe9\n".encode("latin-1")], ids=["nul", "latin-1"])
def test_a_file_that_is_no_text_gets_one_message_and_stays_as_it_is(
    page: Page, lab: Lab, folder: Path, data: bytes
) -> None:
    file = folder / "bad.py.md"
    file.write_bytes(data)
    driver.open_lab(page, lab)
    page.evaluate(
        "path => { window.jupyterapp.commands.execute('docmanager:open', {path}); }",
        f"{folder.name}/bad.py.md",
    )
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("bad.py.md")
    expect(dialog).to_contain_text("Save")
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)
    expect(dialog).to_have_count(0)
    assert file.read_bytes() == data


def test_an_output_that_another_source_made_is_called_stale_also_after_a_run(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    driver.open_lab(page, lab)
    driver.open_document(page, document("late.py.md", "```python\nprint('early')\n```\n"))
    driver.run_all(page)
    driver.set_source(page, 0, "import time\n\ntime.sleep(4)\nprint('late')")
    driver.save(page)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    expect(mark(page, 1)).to_have_attribute("data-state", "running")
    driver.reload(page)
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.isReady")
    expect(mark(page, 1)).to_have_attribute("data-state", "done")
    assert driver.text_output(driver.cells(page)[0]) == "early\n"
    expect(mark(page, 1)).to_have_attribute("data-outputs", "stale")
    driver.run_all(page)
    expect(mark(page, 1)).to_have_attribute("data-outputs", "")


def test_a_cell_that_was_out_of_sight_has_its_mark_between_input_and_the_same_output(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    text = "".join(f"```python\nprint({n})\n```\n\n" for n in range(80))
    driver.open_lab(page, lab)
    driver.open_document(page, document("long.py.md", text))
    driver.run_cell(page, 0)
    expect(mark(page, 1)).to_have_attribute("data-state", "done")
    output = f"{driver.PANEL} [data-windowed-list-index='0'] .jp-OutputArea-child"
    page.evaluate("output => { document.querySelector(output).kept = true; }", output)
    driver.select_cell(page, 40)
    for index in (79, 0):
        page.evaluate(
            "index => window.jupyterapp.shell.currentWidget.content.scrollToItem(index, 'center')", index
        )
        expect(mark(page, index + 1)).to_be_in_viewport()
    after = page.evaluate(
        "output => [document.querySelector(output).kept, document.querySelector(output)"
        ".closest('.jp-Cell').innerText.match(/block 1|^0$/gm).join()]",
        output,
    )
    assert after == [True, "block 1,0"]


def test_what_is_odd_about_the_text_is_said_once_when_it_is_opened(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    text = "---\ntitle: [x\n---\n\n```python\nx = 1\n"
    path = document("odd.py.md", text)
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    page.locator(".jp-Notification-Status").click()
    shown = page.locator(".jp-Notification-List")
    expect(shown).to_contain_text("odd.py.md:")
    expect(shown).to_contain_text("front matter is not YAML")
    expect(shown).to_contain_text("this fence is never closed")
    assert (lab.root / path).read_text(encoding="utf-8") == text
