"""The command `hook`: a start file in the environment, and what it does at the start of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from moonlight.commands import hook as module
from moonlight.commands.hook import LINE, NAME, HookError, hook
from tests.moonlight.conftest import Run, Write


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(module, "start_file", lambda: folder / NAME)
    return folder


def test_hook_is_enabled_and_disabled_and_told(site: Path) -> None:
    for option, words, there in (
        ([], "not enabled", False),
        (["--enable"], "is enabled", True),
        (["--enable"], "is enabled", True),
        ([], "is enabled", True),
        (["--disable"], "not enabled", False),
        (["--disable"], "not enabled", False),
    ):
        result = CliRunner().invoke(hook, option)
        assert (result.exit_code, words in result.output) == (0, True)
        assert (site / NAME).is_file() is there


def test_unwritable_environment_is_one_error(site: Path) -> None:
    (site / NAME).mkdir()
    result = CliRunner().invoke(hook, ["--enable"])
    assert isinstance(result.exception, HookError)
    assert (result.exception.code, bool(result.exception.diagnostic.hint)) == ("hook", True)


def started(folder: Path, tmp_path: Path, code: str, path: str) -> subprocess.CompletedProcess[str]:
    """A Python that reads the start files of `folder`, as it does those of its environment."""
    start = f"import site; site.addsitedir({str(folder)!r}); {code}"
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-I" if not path else "-s", "-c", start]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_every_python_of_the_environment_imports_documents(site: Path, write: Write, tmp_path: Path) -> None:
    write("x = 7", name="hooked_doc.py.md")
    (site / NAME).write_text(LINE)
    root = str(Path(__file__).parent.parent.parent)
    done = started(site, tmp_path, "import hooked_doc; print(hooked_doc.x)", root)
    assert (done.stdout, done.stderr) == ("7\n", "")


def test_moonlight_that_is_gone_does_not_hinder_the_start(site: Path, tmp_path: Path) -> None:
    (site / NAME).write_text(LINE.replace("moonlight.importer", "moonlight_that_is_gone.importer"))
    done = started(site, tmp_path, "print('started')", "")
    assert done.stdout == "started\n"
    assert "moonlight hook: No module named" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_start_file_is_one_line(python: Run) -> None:
    assert LINE.count("\n") == 1
    assert LINE.startswith("import ")


def test_start_file_lies_in_the_environment() -> None:
    assert module.start_file().name == NAME
    assert str(module.start_file()).startswith(sys.prefix)


def test_hook_loads_neither_parser_nor_compiler(python: Run) -> None:
    code = "import sys, moonlight.importer as m; m.install_hook(); print(*sys.modules)"
    loaded = set(python("-c", code).stdout.split())
    assert {name for name in loaded if name.startswith("moonlight")} == {"moonlight", "moonlight.importer"}
    assert not loaded & {"ast", "inspect", "mistune", "yaml", "importlib.resources", "tempfile"}
