"""Run as a program: saves a document in child processes that are killed at any moment.

``python -m tests.jupyter_ext.killed_saves FOLDER TIMES`` prints how many saves were cut off, and fails
when the document is ever anything but one of the texts that were saved.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from moonlight import store
from tests.jupyter_ext.managers import STREAM, Desk, code_cells

CELLS = 6
FILLER = "y = 'some code that takes room'\n" * 200


def text_of(version: int) -> str:
    blocks = [f"# Part {n}\n\n```python\nversion = {version}\n{FILLER}```\n" for n in range(CELLS)]
    return "\n".join(blocks)


def is_whole(text: str) -> bool:
    version = text.partition("version = ")[2].partition("\n")[0]
    return version.isdigit() and text == text_of(int(version))


def save_for_ever(desk: Desk) -> None:
    """Save one version after the other, telling each start on standard output."""
    notebook: Any = desk.open("a.py.md")
    version = int(desk.read("a.py.md").partition("version = ")[2].partition("\n")[0])
    while True:
        version += 1
        for cell in code_cells(notebook):
            cell["source"] = f"version = {version}\n{FILLER}".rstrip("\n")
            cell["outputs"], cell["execution_count"] = [STREAM], version
        notebook.metadata.moon.base = desk.save("a.py.md", notebook)["moon"]["base"]


def main(folder: Path, times: int) -> None:
    desk = Desk(folder / "root", "sync")
    desk.write("a.py.md", text_of(0))
    desk.open("a.py.md")
    versions = set()
    for _ in range(times):
        child = os.fork()
        if child == 0:
            save_for_ever(desk)
        time.sleep(random.uniform(0.05, 0.25))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, "a save failed"
        text = desk.read("a.py.md")
        assert is_whole(text), "the document is torn"
        store.load(desk.root / "a.py.md")
        desk.open("a.py.md")
        versions.add(text)
    desk.close()
    left = sum(path.name.startswith(".~") for path in desk.root.iterdir())
    print(f"{len(versions)} versions, {left} cut off while writing")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
