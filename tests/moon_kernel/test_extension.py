"""``%load_ext moon_kernel`` in a stock kernel and in a terminal, and what the package imports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.moon_kernel.client import Client, cell
from tests.moon_kernel.test_channel import Page
from tests.moon_kernel.test_lines import document

TEXT = document("x = 1\nprint('hello')\nx", "1/0")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(tmp_path_factory.mktemp("stock"), "python3")
    client.write(TEXT)
    assert client.run("%load_ext moon_kernel").ok
    yield client
    client.close()


def test_a_stock_kernel_records_blocks(stock: Client) -> None:
    stock.block(TEXT, 1, "cell-a")
    stock.run(cell(TEXT, 2)[0])
    found = json.loads(stock.run("%moon trace --json").text)
    first, second = found["blocks"][-3:-1]
    assert (first["index"], first["status"]) == (1, "done")
    assert first["outputs"] == [
        {"stream": "stdout", "text": "hello\n"},
        {"stream": "result", "text": "1\n"},
    ]
    assert (second["index"], second["status"]) == (2, "failed")


def test_a_stock_kernel_keeps_its_names_for_cells(stock: Client) -> None:
    assert "Cell In[" in stock.block(TEXT, 2).traceback


def test_a_stock_kernel_answers_the_comm(stock: Client) -> None:
    assert Page(stock).hears("snapshot")["path"] == str(stock.path)
    assert stock.run("pass").ok


def test_loading_twice_and_unloading_work(stock: Client) -> None:
    assert stock.run("%load_ext moon_kernel").ok
    assert stock.run("%reload_ext moon_kernel").ok
    count = len(json.loads(stock.run("%moon trace --json").text)["blocks"])
    assert stock.run("%unload_ext moon_kernel").ok
    assert stock.run("1 + 1").text == "2"
    assert count == 1, "a reload begins anew"
    assert stock.run("%load_ext moon_kernel").ok


def test_a_terminal_records_runs_and_their_output(tmp_path: Path) -> None:
    script = tmp_path / "session.ipy"
    script.write_text("", encoding="utf-8")
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'moon_kernel')\n"
        "shell.run_cell('print(\"hello\")\\n40 + 2', store_history=True)\n"
        "shell.run_cell('1/0', store_history=True)\n"
        "shell.run_cell('%moon trace --json', store_history=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path), "PATH": ""},
    )
    found = json.loads(done.stdout.strip().split("\n")[-1])
    first, second, _ = found["blocks"]
    assert [item["text"] for item in first["outputs"]] == ["hello\n", "42\n"]
    assert second["status"] == "failed"


def test_the_kernel_imports_no_notebook_format() -> None:
    code = (
        "import sys, moon_kernel.kernel, moon_kernel.debugger, moon_kernel.extension\n"
        "slow = {'nbformat', 'jupytext', 'jsonschema', 'mistune', 'yaml', 'jupyter_ext', 'moonleap'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_module_beside_the_document_does_not_shadow_ours(tmp_path: Path) -> None:
    for name in ("moonlight", "traitlets", "random", "moon_kernel"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    (tmp_path / "moon_kernel.py").unlink()
    client = Client(tmp_path)
    try:
        assert client.run("1 + 1").text == "2"
        assert client.run("import sys; '' in sys.path").text == "True"
    finally:
        client.close()
