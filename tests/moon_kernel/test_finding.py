"""How a cell finds its block."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from moon_kernel.documentfile import DocumentFile, resolve
from tests.moon_kernel.client import Client, cell
from tests.moon_kernel.test_lines import document
from tests.moon_kernel.test_tracking import trace

SAME = document("x = 0", "x += 1", "y = 1", "x += 1", "x += 1")


def indices(path: Path, *codes: str) -> list[int | None]:
    file = DocumentFile(str(path))
    found = []
    for code in codes:
        block = file.find(code, None)
        found.append(block.index if block else None)
        file.note_run(block.index if block else None)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "same.py.md"
    file.write_text(SAME, encoding="utf-8")
    return file


def test_equal_blocks_are_taken_in_order(path: Path) -> None:
    assert indices(path, "x = 0", "x += 1", "y = 1", "x += 1", "x += 1") == [1, 2, 3, 4, 5]


def test_equal_blocks_are_taken_in_order_again_in_a_second_round(path: Path) -> None:
    codes = ("x = 0", "x += 1", "y = 1", "x += 1", "x += 1")
    assert indices(path, *codes, *codes) == [1, 2, 3, 4, 5] * 2


def test_an_equal_block_behind_the_last_run_is_preferred(path: Path) -> None:
    assert indices(path, "y = 1", "x += 1", "x += 1", "x += 1") == [3, 4, 5, 2]


def test_the_index_in_the_metadata_chooses_between_equal_blocks(path: Path) -> None:
    block = DocumentFile(str(path)).find("x += 1", 4)
    assert block is not None
    assert block.index == 4


def test_a_hint_at_another_block_is_ignored(path: Path) -> None:
    block = DocumentFile(str(path)).find("y = 1", 4)
    assert block is not None
    assert block.index == 3


def test_the_file_is_read_again_when_it_changed(path: Path) -> None:
    file = DocumentFile(str(path))
    assert file.find("new = 1", None) is None
    path.write_text(document("new = 1"), encoding="utf-8")
    assert file.find("new = 1", None) is not None
    path.unlink()
    assert file.find("new = 1", None) is None


def test_a_file_that_is_no_text_has_no_blocks(path: Path) -> None:
    path.write_bytes(b"\xff\xfe```python\n1\n```")
    assert DocumentFile(str(path)).find("1", None) is None
    path.unlink()
    path.mkdir()
    assert DocumentFile(str(path)).find("1", None) is None


def test_a_renamed_document_is_found_from_the_servers_root(tmp_path: Path) -> None:
    folder = tmp_path / "root" / "sub"
    folder.mkdir(parents=True)
    (folder / "new.py.md").write_text("x", encoding="utf-8")
    old = str(folder / "old.py.md")
    assert resolve("sub/new.py.md", old) == str(folder / "new.py.md")
    assert resolve("new.py.md", old) == str(folder / "new.py.md")
    assert resolve("sub/gone.py.md", old) == str(folder / "gone.py.md")
    assert resolve(str(folder / "a" / ".." / "b.py.md"), old) == str(folder / "b.py.md")


def test_equal_cells_of_a_notebook_are_told_apart_by_metadata(kernel: Client) -> None:
    kernel.write(SAME)
    for index in (5, 2, 4):
        kernel.block(SAME, index)
    assert trace(kernel)["order"][-4:] == [5, 2, 4, None]


@pytest.mark.slow
def test_nbclient_runs_a_document_without_metadata(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    text = SAME + "\n" + document("%moon trace", head="")
    path = tmp_path / "same.py.md"
    path.write_text(text, encoding="utf-8")
    notebook = nbformat.v4.new_notebook()
    for index in range(1, 7):
        notebook.cells.append(nbformat.v4.new_code_cell(cell(text, index)[0]))
    environment = {**os.environ, "MOONLIGHT_DOCUMENT": str(path)}
    nbclient.NotebookClient(notebook, kernel_name="moon", timeout=60).execute(
        env=environment, cwd=str(tmp_path)
    )
    lines = notebook.cells[-1].outputs[0].data["text/plain"].split("\n")[2:]
    assert [line.split()[1] for line in lines] == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.slow
def test_the_stock_kernel_runs_a_document_too(tmp_path: Path) -> None:
    client = Client(tmp_path, "python3")
    try:
        text = document("x = 1\nx")
        client.write(text)
        assert client.block(text, 1).text == "1"
    finally:
        client.close()
