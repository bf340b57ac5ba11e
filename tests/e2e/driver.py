"""What a user does in JupyterLab, as functions of a page; results are read from Lab's own model.

Commands instead of menus, Lab's promises instead of pauses. Every function acts on the document
that is in front.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.e2e.server import Lab

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
"""The notebook in front."""

_READY = """async widget => {
    await widget.context.ready;
    await widget.sessionContext.ready;
}"""

_IDLE = """() => {
    const widget = window.jupyterapp.shell.currentWidget;
    const kernel = widget?.sessionContext?.session?.kernel;
    const cells = Array.from(widget?.content?.model?.cells ?? []);
    return kernel?.status === 'idle' && !cells.some(cell => cell.executionState === 'running');
}"""

_FORGET = """async () => {
    const app = window.jupyterapp;
    if (!app) return;
    for (const widget of app.shell.widgets('main'))
        if (widget.context?.model) widget.context.model.dirty = false;
    await app.serviceManager.sessions.shutdownAll();
}"""


def open_lab(page: Page, lab: Lab, path: str = "/lab", *, reset: bool = True) -> None:
    """Load JupyterLab (or `/tree`, Notebook 7), by default with an empty workspace."""
    page.goto(lab.address(path, reset="1") if reset else lab.address(path))
    wait_restored(page)


def wait_restored(page: Page) -> None:
    """Wait until the application has put its last layout back."""
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")


def reload(page: Page) -> None:
    """Reload the page as a user would; the open documents come back."""
    page.reload()
    wait_restored(page)


def command(page: Page, name: str, arguments: dict[str, Any] | None = None) -> None:
    """Execute one of Lab's commands and wait for it."""
    page.evaluate(
        "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }",
        [name, arguments or {}],
    )


def open_document(page: Page, path: str, factory: str | None = None) -> None:
    """Open a file with its default viewer or another; wait for the document and an idle kernel."""
    page.evaluate(
        f"""async ([path, factory]) => {{
            const args = factory ? {{path, factory}} : {{path}};
            const widget = await window.jupyterapp.commands.execute('docmanager:open', args);
            await ({_READY})(widget);
        }}""",
        [path, factory],
    )
    wait_idle(page)


def double_click(page: Page, name: str) -> None:
    """Double click a name in the file browser's present folder; a notebook is waited for."""
    page.locator(".jp-DirListing-item").filter(has_text=name).first.dblclick()
    page.locator(PANEL).wait_for()
    wait_ready(page)


def wait_ready(page: Page) -> None:
    """Wait until the document in front is loaded and its kernel idle."""
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.isReady")
    page.evaluate(f"async () => ({_READY})(window.jupyterapp.shell.currentWidget)")
    wait_idle(page)


def wait_idle(page: Page, seconds: float = 60) -> None:
    """Wait until the kernel is idle and no cell runs."""
    page.wait_for_function(_IDLE, timeout=seconds * 1000)


def run_all(page: Page) -> None:
    """Run all cells and wait for the last one."""
    command(page, "notebook:run-all-cells")
    wait_idle(page)


def run_cell(page: Page, index: int) -> None:
    """Select the cell at `index` (from 0, all types count), run it and wait for it."""
    select_cell(page, index)
    command(page, "notebook:run-cell")
    wait_idle(page)


def select_cell(page: Page, index: int) -> None:
    """Make the cell at `index` the active one, in view."""
    page.evaluate(
        """index => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.activeCellIndex = index;
            content.scrollToItem(index, 'smart').catch(() => undefined);
        }""",
        index,
    )


def set_source(page: Page, index: int, source: str) -> None:
    """Replace the text of the cell at `index`, as an edit that can be undone."""
    page.evaluate(
        """([index, source]) => {
            const model = window.jupyterapp.shell.currentWidget.content.model;
            model.cells.get(index).sharedModel.setSource(source);
        }""",
        [index, source],
    )


def insert_cell(page: Page, index: int, source: str, kind: str = "code") -> None:
    """Insert a new cell, which then stands at `index`."""
    page.evaluate(
        """([index, source, kind]) => {
            const model = window.jupyterapp.shell.currentWidget.content.model;
            model.sharedModel.insertCell(index, {cell_type: kind, source, metadata: {}});
        }""",
        [index, source, kind],
    )


def save(page: Page) -> None:
    """Save the document in front and wait until Lab calls it clean."""
    command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def notebook(page: Page) -> dict[str, Any]:
    """The whole model as nbformat JSON, outputs included."""
    model: dict[str, Any] = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()"
    )
    return model


def cells(page: Page) -> list[dict[str, Any]]:
    """The cells of the model as nbformat JSON, those outside the window too."""
    found: list[dict[str, Any]] = notebook(page)["cells"]
    return found


def text_output(cell: dict[str, Any]) -> str:
    """What a cell has printed, shown as plain text and raised, joined."""
    parts = []
    for output in cell.get("outputs", ()):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        parts.append("".join(text) if isinstance(text, list) else text)
        parts.append("\n".join(output.get("traceback", ())))
    return "".join(parts)


def is_dirty(page: Page) -> bool:
    """Whether Lab believes that the document in front has unsaved edits."""
    return bool(page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty"))


def current_path(page: Page) -> str:
    """Server path of the document in front."""
    return str(page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path"))


def cell(page: Page, index: int) -> Locator:
    """The cell at `index` on the page; it must be in the window."""
    return page.locator(f"{PANEL} .jp-Cell[data-windowed-list-index='{index}']")


def leave(page: Page) -> None:
    """Forget unsaved edits and end the kernels, so that the page closes without a question."""
    if not page.is_closed():
        page.evaluate(_FORGET)
