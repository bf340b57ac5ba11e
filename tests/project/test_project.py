"""A small project of documents and plain modules: it runs, imports, exports; its exports are up to date."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moonlight.document import parse
from moonlight.executors import check_syntax

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TABLE = "       Io   1.77 days\n   Europa   3.55 days\n Ganymede   7.16 days\n"
DOCUMENTS = sorted(HERE.rglob("*.py.md"))


def python(*arguments: str, folder: Path = HERE) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def moonlight(*arguments: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "moonlight", *arguments)


def test_package_runs_as_a_program() -> None:
    done = moonlight("run", "-m", "orbits")
    assert (done.returncode, done.stdout, done.stderr) == (0, TABLE, "")
    assert moonlight("run", "-m", "orbits", "Io").stdout == TABLE.splitlines(keepends=True)[0]
    assert moonlight("run", "-m", "orbits", "Pluto").returncode == 1


def test_package_is_imported_where_the_hook_is_installed() -> None:
    code = "import moonlight; moonlight.install_hook(); import orbits.report as r, orbits.kepler as k;"
    code += "print(*r.rows(), k.slower.__annotations__['one'], sep='\\n')"
    done = python("-c", code)
    assert (done.stdout, done.stderr) == (TABLE + "Body\n", "")


def test_document_runs_and_its_trace_shows_the_import(tmp_path: Path) -> None:
    done = moonlight("run", "analysis.py.md", "--trace", str(tmp_path / "t.json"))
    assert (done.stdout, done.stderr) == ("16.354 = 16.354\n", "")
    assert json.loads((tmp_path / "t.json").read_text())["order"] == [1, 2, 3]


def test_named_block_runs_with_what_it_needs() -> None:
    assert moonlight("run", "analysis.py.md", "--block", "ratio", "-v").stderr.count("done") == 2


def test_committed_exports_are_up_to_date() -> None:
    done = moonlight("export", "orbits", "-o", "exported/orbits", "--module", "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_exports_run_without_moonlight(tmp_path: Path) -> None:
    shutil.copytree(HERE / "orbits", tmp_path / "orbits", ignore=shutil.ignore_patterns("*.md"))
    shutil.copytree(HERE / "exported", tmp_path, dirs_exist_ok=True)
    done = python("-m", "orbits", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, TABLE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_hold_no_errors(path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8"), path.name)
    assert not [*document.diagnostics, *check_syntax(document)]


def test_exports_are_python() -> None:
    for path in (HERE / "exported").rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
