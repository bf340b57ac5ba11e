"""The command `moonleap sync`: useful parts of the shadow project, copied to the real one and merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from moonleap.cli import cli
from tests.moonleap.outputs import put, traces, tree

FIRST = {"a.py": "1\n2\n3\n4\n5\n", "src/b.py": "b\n", "src/c.py": "c\n"}


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["sync", "out", "real", *args], prog_name="moonleap")


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "out", FIRST)
    (tmp_path / "real").mkdir()
    (tmp_path / "real/own.py").write_text("mine\n")
    return tmp_path / "real"


def files(real: Path) -> dict[str, str]:
    return {path: data.decode() for path, data in tree(real).items() if data is not None}


def test_nothing_is_copied_that_was_not_asked_for(real: Path) -> None:
    before = traces(real)
    result = run("--dry-run")
    assert result.stdout == (
        "offered     a.py\noffered     src/b.py\noffered     src/c.py\nreal: 3 offered\n"
    )
    assert traces(real) == before
    assert run().exit_code == 0
    assert run("--force").exit_code == 0
    assert traces(real) == before
    assert run("--only", "src/b.py").stdout.startswith("new         src/b.py\n")
    assert run("--only", "src").stdout.startswith("new         src/c.py\n")
    assert files(real) == {"own.py": "mine\n", "src/b.py": "b\n", "src/c.py": "c\n"}
    assert run("--new").stdout == "new         a.py\nreal: 1 new, 2 unchanged\n"


def test_edits_on_both_sides_are_merged_again_and_again(real: Path) -> None:
    run("--only", "a.py")
    (real / "a.py").write_text("1\n2\n3\n4\nmine\n")
    for word in ("uno", "un"):
        put(real.parent / "out", {**FIRST, "a.py": f"{word}\n2\n3\n4\n5\n"})
        assert run("--check").exit_code == 1
        assert run().stdout.startswith("merged      a.py\n")
        assert (real / "a.py").read_text() == f"{word}\n2\n3\n4\nmine\n"
    before = traces(real)
    assert run().stdout.endswith("real: 1 edited, 2 offered\n")
    assert traces(real) == before
    (real.parent / "out/a.py").write_text("un\ndeux\n3\n4\n5\n")  # an edit in the shadow counts as well
    run()
    assert (real / "a.py").read_text() == "un\ndeux\n3\n4\nmine\n"


def test_a_file_that_the_project_has_is_merged_when_it_is_named(real: Path) -> None:
    (real / "a.py").write_text("1\n2\n3\nmine\n")
    assert run("--new").stdout.splitlines()[0] == "foreign     a.py"
    assert (real / "a.py").read_text() == "1\n2\n3\nmine\n"
    result = run("--only", "a.py")
    assert (result.exit_code, (real / "a.py").read_text()) == (
        1,
        "1\n2\n3\n<<<<<<< yours\nmine\n=======\n4\n5\n>>>>>>> generated\n",
    )
    assert run().exit_code == 1  # unresolved
    (real / "a.py").write_text("1\n2\n3\nmine\n4\n5\n")
    assert run().exit_code == 0


def test_files_that_go_are_removed_unless_they_were_edited(real: Path) -> None:
    run("--new")
    (real / "src/b.py").write_text("mine\n")
    put(real.parent / "out", {"a.py": FIRST["a.py"]})
    assert (
        run().stdout == "kept        src/b.py\nremoved     src/c.py\nreal: 1 unchanged, 1 removed, 1 kept\n"
    )
    assert set(files(real)) == {"a.py", "own.py", "src/b.py"}


def test_the_memory_is_in_the_project(real: Path) -> None:
    run("--only", "a.py")
    (real / "a.py").write_text("1\n2\n3\n4\nmine\n")
    out = real.parent / "out"
    out.rename(real.parent / "gone")
    put(out, {**FIRST, "a.py": "new\n2\n3\n4\n5\n"})
    run()
    assert (real / "a.py").read_text() == "new\n2\n3\n4\nmine\n"


def test_a_deleted_file_stays_deleted(real: Path) -> None:
    run("--new")
    (real / "a.py").unlink()
    assert run("--new").stdout == "deleted     a.py\nreal: 2 unchanged, 1 deleted\n"
    assert run("--only", "a.py").exit_code == 0
    assert (real / "a.py").exists()


def test_a_shadow_with_conflicts_is_not_copied(real: Path) -> None:
    run("--new")
    (real.parent / "out/a.py").write_text("<<<<<<< yours\nx\n=======\ny\n>>>>>>> generated\n")
    before = traces(real)
    result = run()
    assert (result.exit_code, traces(real)) == (1, before)
    assert "out/a.py:1: error: this file has an unresolved conflict" in result.stderr
    assert run("--only", "src").exit_code == 0


def test_output_folder_and_project_are_not_mixed_up(real: Path) -> None:
    run("--new")
    back = CliRunner().invoke(cli, ["sync", "real", "out"])
    assert back.exit_code == 1
    assert "is no output folder" in back.stderr or "synced" in back.stderr
    report = put(real, FIRST)
    assert [found.code for found in report.diagnostics] == ["foreign-manifest"]


def test_json_of_a_sync(real: Path) -> None:
    document = json.loads(run("--json", "--only", "a.py").stdout)
    assert [file["status"] for file in document["files"]] == ["new", "skipped", "skipped"]
    assert (document["out"], document["written"]) == ("real", True)
