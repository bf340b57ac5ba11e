"""Commands notebook, markdown, jupytext and blocks, as a shell sees them."""

from __future__ import annotations

import base64
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

from moonlight.cli import cli

TEXT = """\
---
title: Shapes
jupyter: {"author": "A"}
---
# Shapes

```python name=area tags=["slow"]
area = 3 * 4
```

- in a list
  ```py
  print(area)
  ```

```js
area
```

```{=html}
<b>raw</b>
```
"""
PIXEL = base64.b64decode("iVBORw0KGgo=")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shapes.py.md").write_text(TEXT)
    return tmp_path


def run(*args: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, args, input=input, prog_name="moonlight")


def made(*args: str) -> Any:
    result = run(*args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def old_notebook() -> dict[str, Any]:
    """A notebook of nbformat 3, as IPython 1 wrote it."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "heading", "level": 2, "source": "Old", "metadata": {}},
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [], "metadata": {}},
    ]
    sheet = {"cells": cells, "metadata": {}}
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"}, "worksheets": [sheet]}


# -- notebook ------------------------------------------------------------------------------------------


def test_notebook_is_valid_and_holds_nothing_of_a_session(folder: Path) -> None:
    notebook = made("notebook", "shapes.py.md")
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["author"] == "A"
    assert "moon" not in notebook["metadata"]
    assert all("moon" not in cell["metadata"] for cell in notebook["cells"])


def test_notebook_has_the_cells_of_the_document(folder: Path) -> None:
    cells = made("notebook", "shapes.py.md")["cells"]
    assert [cell["cell_type"] for cell in cells] == [
        "raw",
        "markdown",
        "code",
        "markdown",
        "code",
        "markdown",
        "raw",
    ]
    assert cells[0]["source"] == "---\ntitle: Shapes\n---"
    assert cells[2]["metadata"] == {"name": "area", "tags": ["slow"]}
    assert cells[4]["source"] == "print(area)"
    assert cells[6]["metadata"] == {"raw_mimetype": "html"}


def test_notebook_is_the_same_bytes_every_time(folder: Path) -> None:
    first = run("notebook", "shapes.py.md").stdout_bytes
    assert run("notebook", "shapes.py.md").stdout_bytes == first
    assert run("notebook", "shapes.py.md", "-o", "out.ipynb").exit_code == 0
    assert (folder / "out.ipynb").read_bytes() == first


def test_notebook_stands_alone_with_its_pictures(folder: Path) -> None:
    (folder / "p.files").mkdir()
    (folder / "p.files" / "dot.png").write_bytes(PIXEL)
    (folder / "p.py.md").write_text("![dot](p.files/dot.png)\n")
    cell = made("notebook", "p.py.md")["cells"][0]
    assert cell["source"] == "![dot](attachment:dot.png)"
    assert base64.b64decode(cell["attachments"]["dot.png"]["image/png"]) == PIXEL


def test_notebook_replaces_no_file_unless_told_to(folder: Path) -> None:
    (folder / "out.ipynb").write_text("mine")
    result = run("notebook", "shapes.py.md", "-o", "out.ipynb")
    assert result.exit_code == 1
    assert result.stderr.startswith("out.ipynb:1: error: ")
    assert "--force" in result.stderr
    assert (folder / "out.ipynb").read_text() == "mine"
    assert run("notebook", "shapes.py.md", "-o", "out.ipynb", "--force").exit_code == 0
    nbformat.validate(json.loads((folder / "out.ipynb").read_text()))


# -- markdown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_markdown_onto_the_document_is_the_document(folder: Path, end: str) -> None:
    data = ("\ufeff" + TEXT.replace("\n", end).removesuffix(end)).encode()
    (folder / "shapes.py.md").write_bytes(data)
    run("notebook", "shapes.py.md", "-o", "shapes.ipynb")
    assert run("markdown", "shapes.ipynb", "--onto", "shapes.py.md").stdout_bytes == data


def test_markdown_without_onto_reads_back_as_the_same_notebook(folder: Path) -> None:
    run("notebook", "shapes.py.md", "-o", "shapes.ipynb")
    assert run("markdown", "shapes.ipynb", "-o", "again.py.md").exit_code == 0
    assert made("notebook", "again.py.md") == json.loads((folder / "shapes.ipynb").read_text())


def test_markdown_onto_changes_the_edited_cell_only(folder: Path) -> None:
    notebook = made("notebook", "shapes.py.md")
    notebook["cells"][2]["source"] = "area = 12"
    (folder / "shapes.ipynb").write_text(json.dumps(notebook))
    result = run("markdown", "shapes.ipynb", "--onto", "shapes.py.md")
    assert result.stdout == TEXT.replace("area = 3 * 4", "area = 12")


def test_old_notebooks_are_upgraded(folder: Path) -> None:
    (folder / "old.ipynb").write_text(json.dumps(old_notebook()))
    result = run("markdown", "old.ipynb")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("## Old\n\n<!-- cell -->\ntext\n\n```python\nx = 1\n```\n")


def picture() -> dict[str, Any]:
    source, data = "![d](attachment:d.png)", {"d.png": {"image/png": base64.b64encode(PIXEL).decode()}}
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": source, "attachments": data}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}


def test_attachments_become_files_beside_the_document(folder: Path) -> None:
    (folder / "p.ipynb").write_text(json.dumps(picture()))
    assert run("markdown", "p.ipynb", "-o", "q.py.md").exit_code == 0
    (file,) = (folder / "q.files").iterdir()
    assert file.read_bytes() == PIXEL
    assert (folder / "q.py.md").read_text() == f"![d](q.files/{file.name})\n"


def test_attachments_stay_in_the_text_that_is_printed(folder: Path) -> None:
    (folder / "p.ipynb").write_text(json.dumps(picture()))
    result = run("markdown", "p.ipynb")
    assert '"attachments": {"d.png"' in result.stdout
    assert not (folder / "p.files").exists()


def test_embedded_pictures_come_back_as_the_files_they_were(folder: Path) -> None:
    (folder / "p.files").mkdir()
    (folder / "p.files" / "dot.png").write_bytes(PIXEL)
    (folder / "p.py.md").write_text("![dot](p.files/dot.png)\n")
    run("notebook", "p.py.md", "-o", "p.ipynb")
    assert run("markdown", "p.ipynb", "--onto", "p.py.md").stdout == "![dot](p.files/dot.png)\n"
    assert run("markdown", "p.ipynb", "-o", "p.py.md", "--force").exit_code == 0
    assert [path.name for path in (folder / "p.files").iterdir()] == ["dot.png"]


def test_attachment_never_replaces_another_file(folder: Path) -> None:
    (folder / "p.ipynb").write_text(json.dumps(picture()))
    run("markdown", "p.ipynb", "-o", "q.py.md")
    (file,) = (folder / "q.files").iterdir()
    file.write_bytes(b"mine")
    result = run("markdown", "p.ipynb", "-o", "q.py.md", "--force")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"q.files/{file.name}:1: error: ")
    assert file.read_bytes() == b"mine"


def test_notebook_of_another_language_is_refused(folder: Path) -> None:
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": []}
    (folder / "r.ipynb").write_text(json.dumps(notebook))
    result = run("markdown", "r.ipynb")
    assert result.exit_code == 1
    assert "this is a notebook for R, not for Python" in result.stderr


NO_NOTEBOOKS = (
    *("", "[]", "{}", "null", "{", "[" * 100_000, '{"nbformat": 3}', '{"nbformat": 4}'),
    *('{"nbformat": "4", "cells": []}', '{"nbformat": 99, "cells": []}'),
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}',
    '{"nbformat": 3, "worksheets": [{"cells": [{}]}], "metadata": {}}',
)


@pytest.mark.parametrize("content", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_one_diagnostic(folder: Path, content: str) -> None:
    (folder / "bad.ipynb").write_text(content)
    result = run("markdown", "bad.ipynb")
    assert result.exit_code == 1
    assert result.stderr.startswith("bad.ipynb:1: error: ")
    assert "Traceback" not in result.output


# -- blocks --------------------------------------------------------------------------------------------


def test_blocks_json_lists_every_fence(folder: Path) -> None:
    found = made("blocks", "shapes.py.md", "--json")
    assert set(found) == {"path", "blocks", "diagnostics"}
    assert [(b["index"], b["kind"], b["lang"], b["line"], b["executable"]) for b in found["blocks"]] == [
        (1, "code", "python", 7, True),
        (2, "code", "python", 12, True),
        (None, "code", "js", 16, False),
        (None, "raw", "", 20, False),
    ]
    assert found["blocks"][0] == {
        "index": 1,
        "kind": "code",
        "lang": "python",
        "info": 'python name=area tags=["slow"]',
        "line": 7,
        "end_line": 9,
        "code_line": 8,
        "code": "area = 3 * 4\n",
        "executable": True,
        "reads": [],
        "writes": ["area"],
    }


def test_policy_of_the_command_line_wins(folder: Path) -> None:
    (folder / "u.py.md").write_text("---\nmoonlight: {policy: lenient}\n---\n```\nx = 1\n```\n")
    assert made("blocks", "u.py.md", "--json")["blocks"][0]["index"] == 1
    assert made("blocks", "u.py.md", "--json", "--policy", "strict")["blocks"][0]["index"] is None
    assert run("blocks", "u.py.md", "--policy", "sloppy").exit_code == 2


def test_blocks_in_a_pipe_are_plain_columns(folder: Path) -> None:
    lines = run("blocks", "shapes.py.md").stdout.splitlines()
    assert lines[0].split() == ["block", "lines", "kind", "language", "info", "first", "line"]
    assert lines[1].split()[:4] == ["1", "7-9", "code", "python"]
    assert lines[3].startswith("-      16-18")


def test_diagnostics_go_to_standard_error_and_into_the_json(folder: Path) -> None:
    (folder / "open.py.md").write_text("```python\nx = 1\n")
    result = run("blocks", "open.py.md", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["diagnostics"][0]["code"] == "unclosed-fence"
    assert result.stderr.startswith("open.py.md:1: warning: this fence is never closed")


# -- refused input, for all of them ----------------------------------------------------------------------

READERS = (("notebook",), ("blocks",), ("blocks", "--json"), ("markdown",))


@pytest.mark.parametrize("command", READERS)
def test_missing_file_folder_and_binary_are_one_diagnostic_each(
    folder: Path, command: tuple[str, ...]
) -> None:
    (folder / "binary").write_bytes(b"\x00\xff\xfe")
    (folder / "here").mkdir()
    for name, message in (("nothing", "no such file"), ("here", "not a regular file"), ("binary", "0xff")):
        result = run(*command, name)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{name}:1: error: ")
        assert message in result.stderr
        assert result.stdout == ""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_file_without_permission_is_one_diagnostic(folder: Path) -> None:
    (folder / "shapes.py.md").chmod(0)
    result = run("notebook", "shapes.py.md")
    assert (result.exit_code, result.stderr) == (1, "shapes.py.md:1: error: Permission denied\n")


def test_folder_that_is_not_there_is_one_diagnostic(folder: Path) -> None:
    result = run("notebook", "shapes.py.md", "-o", "nowhere/x.ipynb")
    assert result.exit_code == 1
    assert ":1: error: No such file or directory" in result.stderr


@pytest.mark.parametrize("command", ["notebook", "markdown", "blocks"])
def test_missing_argument_is_a_usage_error(command: str) -> None:
    assert run(command).exit_code == 2


# -- jupytext ------------------------------------------------------------------------------------------


def test_jupytext_shows_its_own_help_and_version() -> None:
    result = run("jupytext", "--help")
    assert result.exit_code == 0
    assert "--set-formats" in result.stdout
    assert run("jupytext", "--version").exit_code == 0


def test_wrong_option_of_jupytext_is_its_usage_error() -> None:
    assert run("jupytext", "--nonsense").exit_code == 2


@pytest.mark.parametrize(
    "args", [("nothing.py.md", "--to", "ipynb"), ("shapes.py.md",), ("--to", "zebra", "x.md")]
)
def test_what_jupytext_raises_is_one_line(folder: Path, args: tuple[str, ...]) -> None:
    result = run("jupytext", *args)
    assert result.exit_code == 1
    assert "error: " in result.stderr.lower()
    assert "Traceback" not in result.output


# -- processes -----------------------------------------------------------------------------------------

MOONLIGHT = (sys.executable, "-m", "moonlight")


def test_jupytext_reads_standard_input(folder: Path) -> None:
    command = [*MOONLIGHT, "jupytext", "--from", "py.md", "--to", "py:percent"]
    done = subprocess.run(
        command, input=b"# T\r\n\r\n```python\r\nx = 1\r\n```\r\n", capture_output=True, check=True
    )
    assert b"# %% [markdown]\n# # T\n\n# %%\nx = 1\n" in done.stdout


def test_closed_pipe_ends_quietly(folder: Path) -> None:
    (folder / "long.py.md").write_text("```python\nx = 1\n```\n" * 5000)
    command = [*MOONLIGHT, "blocks", "long.py.md", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_table_on_a_terminal_is_coloured_for_people(folder: Path) -> None:
    main, side = pty.openpty()
    with subprocess.Popen(
        [*MOONLIGHT, "blocks", "shapes.py.md"],
        stdout=side,
        stderr=side,
        env={**os.environ, "TERM": "xterm-256color"},
    ) as process:
        process.wait(30)
    os.close(side)
    shown = os.read(main, 65536).decode()
    os.close(main)
    assert "\x1b[1m" in shown
    assert "area = 3 * 4" in shown


def test_ctrl_c_ends_without_a_traceback(folder: Path) -> None:
    command = [*MOONLIGHT, "jupytext", "--from", "py.md", "--to", "ipynb"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(4)
        process.send_signal(signal.SIGINT)
        error = process.stderr.read() if process.stderr else b""
        assert process.wait(20) != 0
    assert b"Traceback" not in error
