"""The command `check`: findings in Markdown lines, from us and from ruff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moonlight.check import find_ruff
from moonlight.commands import check as command_module
from moonlight.commands.check import check
from moonlight.commands.export import export
from tests.moonlight.conftest import Write

needs_ruff = pytest.mark.skipif(find_ruff() is None, reason="ruff is not here")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(check, list(map(str, arguments)))


def codes(result: Result) -> list[tuple[str, int]]:
    return [(one["code"], one["line"]) for one in json.loads(result.stdout)["diagnostics"]]


def test_good_document_has_no_findings(write: Write) -> None:
    result = invoke(write("x = 1", "print(x)"))
    assert (result.exit_code, result.output) == (0, "")


def test_syntax_order_and_the_documents_own_diagnostics_are_told(write: Write) -> None:
    raw = "> ```python\n> x\n> ```\n\n```python\ny = late\n```\n\n"
    raw += "```python\nlate = 1\n```\n\n```python\nx = = 1\n```\n"
    result = invoke(write(raw=raw), "--json", "--no-ruff")
    assert codes(result) == [("quoted-block", 1), ("order", 5), ("syntax", 14)]
    assert result.exit_code == 1


def test_warnings_are_no_failure(write: Write) -> None:
    result = invoke(write("y = late", "late = 1"), "--no-ruff")
    assert (result.exit_code, "warning: block 1 reads `late`" in result.stderr) == (0, True)


@needs_ruff
def test_ruff_speaks_in_lines_and_columns_of_the_markdown(write: Write) -> None:
    raw = "1. item\n\n   ```python\n   import os\n\n   x = undefined\n   ```\n"
    found = json.loads(invoke(write(raw=raw), "--json").stdout)["diagnostics"]
    assert [(one["code"], one["line"], one["column"], one["severity"]) for one in found] == [
        ("F401", 4, 11, "warning"),
        ("F821", 6, 8, "error"),
    ]


@needs_ruff
def test_what_documents_do_by_nature_is_no_finding(write: Write) -> None:
    result = invoke(
        write("x = 1\nx", "import os\nos.getcwd()", "%time x\nfiles = !ls\nfiles?", "%%bash\nls $(")
    )
    assert (result.exit_code, result.output) == (0, "")


@needs_ruff
def test_settings_of_the_folder_hold(write: Write, tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('lint.select = ["N"]\n')
    result = invoke(write("def BadName(): pass\nimport os"), "--json")
    assert codes(result) == [("N802", 6)]


@needs_ruff
def test_syntax_error_is_told_once(write: Write) -> None:
    assert codes(invoke(write("x = = 1"), "--json")) == [("syntax", 6)]


def test_without_ruff_one_line_says_what_to_install(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "find_ruff", lambda: None)
    result = invoke(write("x = 1"))
    assert (result.exit_code, result.stderr.count("\n"), "pip install ruff" in result.stderr) == (0, 1, True)


def test_ruff_that_does_not_work_hinders_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_module, "find_ruff", lambda: "/no/such/ruff")
    assert codes(invoke(write("x = = 1"), "--json")) == [("syntax", 6)]


def test_file_in_the_shadow_of_a_document_is_a_warning(write: Write, tmp_path: Path) -> None:
    path = write("x = 1")
    (tmp_path / "doc.py").write_text("x = 2\n")
    result = invoke(path, "--no-ruff")
    assert "`doc.py` beside this document is never imported" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "options", [[], ["--sparse"], ["--instrument"], ["--instrument", "--lines"], ["--module"]]
)
def test_up_to_date_export_is_no_shadowed_file(write: Write, tmp_path: Path, options: list[str]) -> None:
    path = write(raw="```python skip=import\ny = 1\n```\n\n```python\nx = 1\n```\n")
    assert CliRunner().invoke(export, [str(path), "-o", str(tmp_path / "doc.py"), *options]).exit_code == 0
    assert invoke(path, "--no-ruff").output == ""
    write("x = 2")
    assert "shadowed" in invoke(path, "--no-ruff", "--json").stdout


def test_folder_is_checked_without_what_is_hidden(write: Write, tmp_path: Path) -> None:
    for name in ("a.py.md", "sub/b.py.md", ".hidden/c.py.md", "sub/.ipynb_checkpoints/d.py.md"):
        write("x = = 1", name=name)
    (tmp_path / "latin.py.md").write_bytes(b"\xe9")
    result = invoke(tmp_path, "--json", "--no-ruff")
    assert codes(result) == [("syntax", 6), ("not-utf8", 1), ("syntax", 6)]


def test_checking_runs_nothing(write: Write, tmp_path: Path) -> None:
    invoke(write(f"open({str(tmp_path / 'ran')!r}, 'w')"))
    assert not (tmp_path / "ran").exists()


@needs_ruff
def test_names_that_every_notebook_has_are_not_missed(write: Write) -> None:
    result = invoke(write("display(get_ipython())\nundefined"), "--json")
    found = json.loads(result.stdout)["diagnostics"]
    assert [one["message"] for one in found if one["code"] == "F821"] == ["Undefined name `undefined` (F821)"]
