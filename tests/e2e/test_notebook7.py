"""The same document in Notebook 7, which shows one document per page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

TEXT = "# Title\n\n```python\nprint(6 * 7)\n```\n"


def test_notebook_7_lists_a_document_as_notebook_runs_and_saves_it(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    path = document("seven.py.md", TEXT)
    driver.open_lab(page, lab, f"/tree/{path.rsplit('/', 1)[0]}", reset=False)
    item = page.locator(".jp-DirListing-item").filter(has_text="seven.py.md")
    expect(item).to_have_attribute("data-file-type", "moonlight")
    with page.context.expect_page() as opened:
        item.dblclick()
    seven = opened.value
    seven.set_default_timeout(30_000)
    try:
        driver.wait_restored(seven)
        driver.wait_ready(seven)
        assert "/notebooks/" in seven.url
        driver.run_all(seven)
        assert driver.text_output(driver.cells(seven)[1]) == "42\n"
        expect(seven.locator(".moon-mark[data-block='1']")).to_have_attribute("data-state", "done")
        driver.set_source(seven, 0, "# Another title")
        driver.save(seven)
        assert (lab.root / path).read_text(encoding="utf-8") == TEXT.replace("Title", "Another title")
    finally:
        driver.leave(seven)
        seven.close()
