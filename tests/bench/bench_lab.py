"""Opening 1000 cells in a real JupyterLab: a `.py.md` beside the same notebook as `.ipynb`, in pairs.

Workload: 500 Markdown and 500 code cells. A sample is the time from the command that opens the file to
all cell widgets made and the first code cell on screen. Run by pytest with `-s`.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from jupyter_ext.format import read_plain
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.e2e import driver
from tests.e2e.server import find_chromium, running_lab

PAIRS = 8
CELLS = 500
NAMES = ("big.py.md", "big.ipynb")

OPENED = """count => {
    const widget = window.jupyterapp.shell.currentWidget;
    if (!widget?.context?.isReady || widget.content?.widgets?.length !== count) return false;
    return widget.node.querySelector('.jp-CodeCell .cm-content') !== null;
}"""


def text() -> str:
    """The document: a heading with a sentence and a block, many times."""
    return "".join(
        f"## Part {n}\n\nWords about part {n}, *some* of them set off.\n\n"
        f"```python\nx_{n} = {n}\nprint(x_{n})\n```\n\n"
        for n in range(CELLS)
    )


def notebook() -> str:
    """The same cells as nbformat JSON, for the stock viewer."""
    plain = read_plain(text())
    for cell in plain["cells"]:
        cell["metadata"].pop("moon")
    plain["metadata"].pop("moon")
    return json.dumps(plain)


def test_opening_a_thousand_cells_beside_ipynb(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "root"
    home.mkdir()
    root.mkdir()
    (root / NAMES[0]).write_text(text(), encoding="utf-8")
    (root / NAMES[1]).write_text(notebook(), encoding="utf-8")
    samples: dict[str, list[float]] = {name: [] for name in NAMES}
    with running_lab(home, root) as lab, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        for turn in range(PAIRS + 1):
            for name in NAMES if turn % 2 else reversed(NAMES):
                page = browser.new_page()
                driver.open_lab(page, lab)
                start = time.perf_counter()
                page.evaluate(
                    "path => { window.jupyterapp.commands.execute('docmanager:open', {path}); }", name
                )
                page.wait_for_function(OPENED, arg=2 * CELLS, timeout=60_000)
                if turn:  # the first pair warms up
                    samples[name].append(time.perf_counter() - start)
                driver.leave(page)
                page.close()
        browser.close()
    medians = {name: statistics.median(found) for name, found in samples.items()}
    ratios = [ours / theirs for ours, theirs in zip(*samples.values(), strict=True)]
    print(f"\nopening {2 * CELLS} cells in JupyterLab, {PAIRS} interleaved pairs, order alternating")
    for name, found in samples.items():
        print(f"  {name:<10} median {medians[name]:.2f} s   min {min(found):.2f}   max {max(found):.2f}")
    print(f"  ratio .py.md / .ipynb: median of pairs {statistics.median(ratios):.2f}")
