"""The command `export`: linear, sparse, instrumented; folders; committed exports; files of others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moonlight.commands.export import export
from moonlight.document import parse
from moonlight.program import linear, sparse
from tests.moonlight.conftest import Write

LINEAR = (
    "# --- Block 1 from doc.py.md: line 5 ---\nx = 1\n\n# --- Block 2 from doc.py.md: line 11 ---\ny = 2\n"
)


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(export, list(map(str, arguments)))


def test_document_is_printed_as_linear_program(write: Write) -> None:
    result = invoke(write("x = 1", "y = 2"))
    assert (result.exit_code, result.stdout) == (0, LINEAR)


def test_sparse_program_keeps_the_lines(write: Write) -> None:
    lines = invoke("--sparse", write("x = 1", "y = 2")).stdout.split("\n")
    assert (lines[5], lines[11], len([line for line in lines if line])) == ("x = 1", "y = 2", 2)


def test_source_map_leads_back_from_every_linear_line() -> None:
    text = "---\na: 1\n---\n\n1. x\n\n   ```python\n   x = 1\n\n   y = 2\n   ```\n\n"
    text += "```python\nfrom __future__ import annotations\nz = 3\n```\n"
    program = linear(parse(text, "d.py.md"))
    rows, markdown = program.text.split("\n"), text.split("\n")
    for number, row in enumerate(rows, start=1):
        line = program.source_map.source_line(number)
        if line is None:
            assert not row or row.startswith(("# --- Block", "from __future__"))
        elif row != "pass":
            assert markdown[line - 1].strip() == row
            assert program.source_map.generated_line(line) == number
    assert sparse(parse(text, "d.py.md")).text.split("\n")[0] == "from __future__ import annotations"
    compile(program.text, "d.py", "exec", dont_inherit=True)


def test_file_and_folder_are_places_for_an_export(write: Write, tmp_path: Path) -> None:
    path = write("x = 1", "y = 2")
    assert invoke(path, "-o", tmp_path / "new" / "deep.py").exit_code == 0
    assert (tmp_path / "new" / "deep.py").read_text() == LINEAR
    assert invoke(path, "-o", tmp_path / "new").exit_code == 0
    assert (tmp_path / "new" / "doc.py").read_text() == LINEAR


def test_folder_is_exported_beside_its_documents_or_elsewhere(write: Write, tmp_path: Path) -> None:
    write("x = 1", name="src/a.py.md")
    write("", name="src/pkg/__init__.py.md")
    write("y = 2", name="src/.hidden/b.py.md")
    write("z", name="src/prose.md")
    assert invoke(tmp_path / "src").exit_code == 0
    exported = sorted(str(p.relative_to(tmp_path / "src")) for p in (tmp_path / "src").rglob("*.py"))
    assert exported == ["a.py", "pkg/__init__.py"]
    assert invoke(tmp_path / "src", "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "pkg" / "__init__.py").is_file()
    assert invoke(tmp_path / "src", "--check").exit_code == 0
    assert invoke(tmp_path / "src", "-o", tmp_path / "out", "--check").exit_code == 0


def test_check_tells_missing_and_stale_exports_and_writes_nothing(write: Write, tmp_path: Path) -> None:
    write("x = 1", name="src/a.py.md")
    missing = invoke(tmp_path / "src", "--check")
    assert (missing.exit_code, "a.py:1: error: the export is missing" in missing.stderr) == (1, True)
    invoke(tmp_path / "src")
    write("x = 2", name="src/a.py.md")
    stale = invoke(tmp_path / "src", "--check")
    assert (stale.exit_code, "a.py:1: error: the export is stale" in stale.stderr) == (1, True)
    assert "hint: run: moonlight export" in stale.stderr
    assert "x = 1" in (tmp_path / "src" / "a.py").read_text()


def test_same_export_is_not_written_again(write: Write, tmp_path: Path) -> None:
    path, out = write("x = 1"), tmp_path / "out.py"
    invoke(path, "-o", out)
    os.utime(out, ns=(1, 1))
    invoke(path, "-o", out)
    assert out.stat().st_mtime_ns == 1


def test_file_of_somebody_else_is_kept_unless_forced(write: Write, tmp_path: Path) -> None:
    path, mine = write("x = 1"), tmp_path / "mine.py"
    for content in (b"precious = 1\n", b"\xff\xfe binary"):
        mine.write_bytes(content)
        result = invoke(path, "-o", mine)
        assert result.exit_code == 1
        assert getattr(result.exception, "code", None) == "not-an-export"
        assert mine.read_bytes() == content
    assert invoke(path, "-o", mine, "--force").exit_code == 0
    assert "x = 1" in mine.read_text()


def test_empty_file_may_be_written(write: Write, tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    assert invoke(write("x = 1"), "-o", tmp_path / "empty.py").exit_code == 0


def test_mode_of_an_export_stays(write: Write, tmp_path: Path) -> None:
    path, out = write("x = 1"), tmp_path / "tool.py"
    invoke(path, "-o", out)
    out.chmod(0o755)
    write("x = 2")
    invoke(path, "-o", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o755


def test_syntax_errors_are_told_and_the_text_is_exported_all_the_same(write: Write) -> None:
    result = invoke(write("x = = 1"))
    assert result.exit_code == 1
    assert "doc.py.md:6: error: invalid syntax" in result.stderr
    assert "x = = 1" in result.stdout


@pytest.mark.parametrize("arguments", [["--lines"], ["--sparse", "--instrument"]])
def test_options_that_do_not_go_together_are_refused(write: Write, arguments: list[str]) -> None:
    assert invoke(write("x = 1"), *arguments).exit_code == 2


def test_instrumented_export_is_one_that_may_be_replaced(write: Write, tmp_path: Path) -> None:
    path, out = write("x = 1"), tmp_path / "out.py"
    assert invoke(path, "--instrument", "-o", out).exit_code == 0
    assert invoke(path, "--instrument", "-o", out, "--check").exit_code == 0
    assert invoke(path, "-o", out).exit_code == 0


def test_link_in_the_place_of_an_export_is_followed_only_to_exports(write: Write, tmp_path: Path) -> None:
    (tmp_path / "target.py").write_text("precious\n")
    (tmp_path / "link.py").symlink_to(tmp_path / "target.py")
    assert invoke(write("x = 1"), "-o", tmp_path / "link.py").exit_code == 1
    assert (tmp_path / "target.py").read_text() == "precious\n"
