"""A session with a `.py.md` in a real JupyterLab: open, run, edit, save, reload, err, meet another writer."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import driver
from tests.e2e.server import Lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TEXT = """\
# Title

```python
x = 20
print("x is", x)
```

Between.

```python name=second
print(x * 2 + 2)
```

* Sterne
* in einer Liste

```python
def fail():
    return x / 0
```
"""


def marks(page: Page) -> Locator:
    """The marks of the document in front, in order."""
    return page.locator(f"{driver.PANEL} .moon-mark")


def mark(page: Page, block: int) -> Locator:
    """The mark of one block."""
    return page.locator(f"{driver.PANEL} .moon-mark[data-block='{block}']")


def git(folder: Path, *words: str) -> str:
    """Output of a Git command in the folder."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def opened(page: Page, lab: Lab, document: Callable[[str, str], str], folder: Path) -> Path:
    """A small document, open with an idle kernel; its file."""
    path = document("small.py.md", TEXT)
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    return folder / "small.py.md"


def test_double_click_on_the_tour_opens_runs_and_saves_only_the_edited_cell(
    page: Page, lab: Lab, folder: Path
) -> None:
    for source in NOTEBOOKS.glob("*.py.md"):
        shutil.copy(source, folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "as shipped")
    driver.open_lab(page, lab)
    driver.command(page, "filebrowser:go-to-path", {"path": folder.name})
    driver.double_click(page, "tour.py.md")
    assert not driver.is_dirty(page)
    driver.run_all(page)
    cells = driver.cells(page)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert "4 moons" in driver.text_output(code[0])
    assert "shapes.py.md says" in "".join(map(driver.text_output, code))
    failed = [cell["source"] for cell in code if "Traceback" in driver.text_output(cell)]
    assert not failed
    driver.select_cell(page, cells.index(code[0]))
    expect(mark(page, 1)).to_have_attribute("data-state", "done")
    expect(mark(page, 1)).to_have_attribute("data-order", "1")
    index = next(n for n, cell in enumerate(cells) if "mean(moons" in cell["source"])
    driver.set_source(page, index, cells[index]["source"].replace("days", "d"))
    driver.select_cell(page, index)
    expect(mark(page, 1)).to_have_attribute("data-state", "edited")
    driver.save(page)
    changed = git(folder, "diff", "-U0", "--", "tour.py.md").splitlines()[4:]
    assert [line[0] for line in changed] == ["@", "-", "+"]
    assert changed[2].endswith('mean period {mean(moons.values()):.2f} d")')
    assert git(folder, "status", "--porcelain", "--untracked-files=no").split() == ["M", "tour.py.md"]


def test_outputs_and_marks_are_there_again_after_a_reload(page: Page, opened: Path) -> None:
    driver.run_all(page)
    driver.set_source(page, 3, "print('changed')")
    driver.save(page)
    driver.reload(page)
    driver.wait_ready(page)
    assert driver.text_output(driver.cells(page)[1]) == "x is 20\n"
    expect(mark(page, 1)).to_have_attribute("data-state", "done")
    expect(mark(page, 2)).to_have_attribute("data-state", "edited")
    assert not driver.is_dirty(page)
    assert "print('changed')" in opened.read_text(encoding="utf-8")


def test_an_error_names_document_and_line_also_after_an_unsaved_edit_above(page: Page, opened: Path) -> None:
    before = opened.read_bytes()
    driver.run_all(page)
    driver.set_source(page, 1, "x = 20\n\n\n\nprint('x is', x)")
    driver.insert_cell(page, 2, "y = 1", "code")
    last = len(driver.cells(page)) - 1
    driver.set_source(page, last, "def fail():\n    return x / 0\n\nfail()")
    driver.run_cell(page, 2)
    driver.run_cell(page, last)
    text = re.sub(r"\x1b\[[0-9;]*m", "", driver.text_output(driver.cells(page)[last]))
    line = TEXT.split("\n").index("    return x / 0") + 1 + 3 + 4
    assert "small.py.md" in text
    assert f"----> {line}" in text or f"---> {line}" in text
    assert "ZeroDivisionError" in text
    assert opened.read_bytes() == before
    driver.save(page)
    written = opened.read_text(encoding="utf-8").split("\n")
    assert written[line - 1] == "    return x / 0"


def test_a_file_that_changed_meanwhile_is_never_overwritten_unasked(page: Page, opened: Path) -> None:
    theirs = TEXT + "\nWritten by another program.\n"
    driver.set_source(page, 1, "x = 'mine'")
    opened.write_text(theirs, encoding="utf-8")
    driver_save = page.evaluate_handle("() => { window.jupyterapp.commands.execute('docmanager:save'); }")
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_be_visible()
    assert opened.read_text(encoding="utf-8") == theirs
    dialog.get_by_role("button", name="Save mine as a copy").click()
    copy = opened.with_name("small-copy.py.md")
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert opened.read_text(encoding="utf-8") == theirs
    assert "x = 'mine'" in copy.read_text(encoding="utf-8")
    driver_save.dispose()


def test_a_new_document_comes_from_the_menu_and_runs(page: Page, lab: Lab, folder: Path) -> None:
    driver.open_lab(page, lab)
    driver.command(page, "filebrowser:go-to-path", {"path": folder.name})
    driver.command(page, "moonlight:create-new", {"cwd": folder.name})
    driver.wait_ready(page)
    assert driver.current_path(page).endswith("untitled.py.md")
    driver.insert_cell(page, 1, "print('new')")
    driver.run_cell(page, 1)
    assert driver.text_output(driver.cells(page)[1]) == "new\n"
    driver.save(page)
    text = (folder / "untitled.py.md").read_text(encoding="utf-8")
    assert "```python\nprint('new')\n```" in text


def test_plain_markdown_stays_in_the_editor(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    path = document("plain.md", TEXT)
    driver.open_lab(page, lab)
    page.evaluate("path => window.jupyterapp.commands.execute('docmanager:open', {path})", path)
    expect(page.locator(".jp-FileEditor")).to_be_visible()
    expect(page.locator(".jp-NotebookPanel")).to_have_count(0)


def test_a_run_by_another_client_of_the_kernel_marks_the_block(page: Page, opened: Path) -> None:
    expect(mark(page, 1)).to_have_attribute("data-state", "not-run")
    page.evaluate(
        """async code => {
            const app = window.jupyterapp;
            const model = app.shell.currentWidget.sessionContext.session.kernel.model;
            const other = app.serviceManager.kernels.connectTo({model});
            await other.requestExecute({code}).done;
            other.dispose();
        }""",
        'x = 20\nprint("x is", x)',
    )
    expect(mark(page, 1)).to_have_attribute("data-state", "done")
    assert driver.cells(page)[1]["outputs"] == []


def test_the_document_runs_on_the_stock_kernel_too(
    page: Page, lab: Lab, document: Callable[[str, str], str]
) -> None:
    path = document("stock.py.md", TEXT)
    driver.open_lab(page, lab)
    driver.open_document(page, path)
    page.evaluate(
        """async () => {
            await window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({name: 'python3'});
        }"""
    )
    driver.wait_ready(page)
    driver.run_all(page)
    assert driver.text_output(driver.cells(page)[1]) == "x is 20\n"
    driver.save(page)
    assert (lab.root / path).read_text(encoding="utf-8") == TEXT
