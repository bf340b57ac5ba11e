"""`moonlight zip`: the whole virtual tree, the same bytes for the same tree, nothing else touched."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from moonlight import commandline
from moonlight.archive import zip_chunks
from moonlight.cli import cli
from moonlight.commands import zip as zip_command
from moonlight.diagnostic import Diagnostic
from moonlight.fs import MoonlightFS

INTRO = "```python\nx = 1\n```\n"
INTRO_PY = b"# --- Block 1 from intro.py.md: line 1 ---\nx = 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "notebooks" / "empty").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("secret")
    (root / "notebooks" / "intro.py.md").write_text(INTRO)
    (root / "é.md").write_text("# é\n")
    (root / "data.bin").write_bytes(os.urandom(1000))
    return root


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, ["zip", *map(str, args)])


def archive(tree: Path, **options: object) -> bytes:
    return b"".join(zip_chunks(MoonlightFS(tree), **options))  # type: ignore[arg-type]


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_archive_holds_the_whole_virtual_tree(root: Path) -> None:
    with opened(archive(root)) as found:
        assert found.testzip() is None
        assert found.namelist() == [
            *("data.bin", "é.md", "notebooks/intro.py", "notebooks/intro.py.md", "notebooks/empty/")
        ]
        assert found.read("notebooks/intro.py") == INTRO_PY
        assert found.read("notebooks/intro.py.md") == INTRO.encode()
        assert found.read("data.bin") == (root / "data.bin").read_bytes()


def test_same_tree_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    before = archive(root)
    copy = tmp_path / "copy"
    for name in ("é.md", "data.bin", "notebooks/intro.py.md"):  # another order, other times and modes
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((root / name).read_bytes())
        (copy / name).chmod(0o600)
        os.utime(copy / name, (9, 9))
    (copy / "notebooks" / "empty").mkdir()
    assert archive(copy) == before


def test_entries_have_fixed_times_and_modes(root: Path) -> None:
    with opened(archive(root)) as found:
        for info in found.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.create_system == 3
            assert info.external_attr >> 16 == (0o040755 if info.is_dir() else 0o100644)


def test_other_programs_read_the_archive(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive(root))
    code = "import sys, zipfile; zipfile.main(['-t', sys.argv[1]])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.zip")], capture_output=True, check=True
    )
    assert done.stdout == b"Done testing\n"


def test_links_out_hidden_files_and_odd_names_stay_out_and_are_told(root: Path) -> None:
    (root.parent / "secret").write_text("secret")
    (root / "out").symlink_to("../secret")
    (root / "folder-out").symlink_to("..")
    (root / "inside.md").symlink_to("é.md")
    (root / "a:b.md").write_text("x")
    os.mkfifo(root / "pipe")
    told: list[Diagnostic] = []
    with opened(archive(root, report=told.append)) as found:
        assert not {"out", "folder-out", "a:b.md", "pipe"} & set(found.namelist())
        assert not [name for name in found.namelist() if ".git" in name]
        assert found.read("inside.md") == "# é\n".encode()
        assert not any(b"secret" in found.read(name) for name in found.namelist())
    assert {d.span.path for d in told} == {"out", "folder-out", "a:b.md", "pipe"}
    assert {d.severity for d in told} == {"warning"}


def test_document_without_text_is_in_it_and_its_virtual_file_is_not(root: Path) -> None:
    (root / "bad.py.md").write_bytes(b"\xff")
    told: list[Diagnostic] = []
    with opened(archive(root, report=told.append)) as found:
        assert "bad.py.md" in found.namelist()
        assert "bad.py" not in found.namelist()
    (diagnostic,) = told
    assert (diagnostic.code, diagnostic.severity) == ("not-utf8", "warning")


def test_shadowed_file_is_told(root: Path) -> None:
    (root / "notebooks" / "intro.py").write_text("other")
    told: list[Diagnostic] = []
    with opened(archive(root, report=told.append)) as found:
        assert found.read("notebooks/intro.py") == INTRO_PY
    assert [d.code for d in told] == ["shadowed-py"]


def test_file_that_vanishes_is_told_and_the_rest_is_whole(root: Path) -> None:
    told: list[Diagnostic] = []

    def vanish(name: str) -> None:
        if name == "é.md":
            (root / "é.md").unlink()

    data = archive(root, report=told.append, on_entry=vanish)
    with opened(data) as found:
        assert found.testzip() is None
        assert "é.md" not in found.namelist()
    assert [(d.code, d.severity) for d in told] == [("not-found", "warning")]


def test_file_that_grows_is_taken_as_it_was_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moonlight.archive.CHUNK", 100)
    chunks = zip_chunks(MoonlightFS(root))
    data = next(chunks)
    with open(root / "data.bin", "ab") as file:
        file.write(b"x" * 10**6)
    with opened(data + b"".join(chunks)) as found:
        assert found.testzip() is None
        assert found.getinfo("data.bin").file_size == 1000


def test_empty_folder_gives_an_empty_archive(tmp_path: Path) -> None:
    with opened(archive(tmp_path)) as found:
        assert found.namelist() == []


def test_memory_is_constant_and_pieces_are_small(root: Path) -> None:
    with open(root / "large.bin", "wb") as file:
        for _ in range(24):
            file.write(os.urandom(2**20))
    tracemalloc.start()
    total = 0
    for chunk in zip_chunks(MoonlightFS(root)):
        assert len(chunk) < 2**20
        total += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 24 * 2**20
    assert peak < 4 * 2**20


def test_reader_that_goes_away_leaves_nothing_open(root: Path) -> None:
    (root / "a.bin").write_bytes(os.urandom(2**20))
    chunks = zip_chunks(MoonlightFS(root))
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert not any(str(root) in os.path.realpath(f"/proc/self/fd/{fd}") for fd in open_descriptors())


def open_descriptors() -> list[str]:
    return os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []


@pytest.mark.slow
def test_ten_thousand_files_are_in_the_archive(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number:05}.py.md").write_text(f"```python\nx = {number}\n```\n")
    for number in range(8000):
        (tmp_path / f"{number:05}.txt").write_bytes(b"")
    with opened(archive(tmp_path)) as found:
        assert len(found.namelist()) == 12000


# The command.


def test_command_writes_the_archive(root: Path, tmp_path: Path) -> None:
    result = run(root, "-o", tmp_path / "out.zip")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out.zip").read_bytes() == archive(root)


def test_existing_file_is_kept_unless_forced(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    out.write_text("mine")
    result = run(root, "-o", out)
    assert result.exit_code == 1
    assert result.stderr == f"{out}:1: error: the file exists already\nhint: --force replaces it\n"
    assert out.read_text() == "mine"
    assert run(root, "-o", out, "--force").exit_code == 0
    assert out.read_bytes() == archive(root)


def test_file_that_comes_while_it_is_written_is_kept(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.zip"
    real = zip_chunks

    def slow(*args: object) -> object:
        yield from real(*args)  # type: ignore[arg-type]
        out.write_text("theirs")

    monkeypatch.setattr(zip_command, "zip_chunks", slow)
    assert run(root, "-o", out).exit_code == 1
    assert out.read_text() == "theirs"
    assert not list(tmp_path.glob(".~*"))


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_link_is_never_written_through(root: Path, tmp_path: Path, force: list[str]) -> None:
    (tmp_path / "victim").write_text("victim")
    (tmp_path / "out.zip").symlink_to("victim")
    assert run(root, "-o", tmp_path / "out.zip", *force).exit_code == (0 if force else 1)
    assert (tmp_path / "victim").read_text() == "victim"


def test_archive_in_the_tree_is_no_part_of_itself(root: Path) -> None:
    out = root / "notebooks" / "out.zip"
    assert run(root, "-o", out).exit_code == 0
    first = out.read_bytes()
    assert run(root, "-o", out, "--force").exit_code == 0
    assert out.read_bytes() == first
    with opened(first) as found:
        assert "notebooks/out.zip" not in found.namelist()


@pytest.mark.parametrize("out", ["nope/out.zip", "."])
def test_place_that_cannot_be_written_is_one_line_and_code_1(
    root: Path, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(root, "-o", out)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{out}:1: error: ")
    assert "Traceback" not in result.stderr


def test_missing_folder_is_one_line_and_code_1(tmp_path: Path) -> None:
    result = run(tmp_path / "nope", "-o", tmp_path / "out.zip")
    assert result.exit_code == 1
    assert "no such folder" in result.stderr
    assert not (tmp_path / "out.zip").exists()


def test_output_must_be_named(root: Path) -> None:
    assert run(root).exit_code == 2


def test_dash_streams_to_standard_output(root: Path) -> None:
    command = [sys.executable, "-m", "moonlight", "zip", str(root), "-o", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == archive(root)
    assert done.stderr == b""


def test_warnings_go_to_standard_error_and_the_code_stays_0(root: Path, tmp_path: Path) -> None:
    (root / "out").symlink_to("/etc/passwd")
    result = run(root, "-o", tmp_path / "out.zip")
    assert result.exit_code == 0
    assert result.stderr.startswith("out:1: warning: out is left out of the archive: ")


def test_unreadable_file_is_an_error_and_the_archive_is_still_written(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def denying(path: str, *args: int, **kwargs: Any) -> int:
        if path == "é.md":
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", denying)
    result = run(root, "-o", tmp_path / "out.zip")
    monkeypatch.undo()
    assert result.exit_code == 1
    assert "é.md:1: error: é.md is left out of the archive: permission denied" in result.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as found:
        assert "data.bin" in found.namelist()


@pytest.mark.parametrize(
    ("error", "code"),
    [(OSError(28, "No space left on device"), 1), (KeyboardInterrupt(), 130)],
    ids=["full", "interrupted"],
)
def test_fault_leaves_neither_archive_nor_temporary_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def failing(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", failing)
    result = run(root, "-o", tmp_path / "out.zip")
    assert result.exit_code == code
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root"]


def test_progress_is_shown_on_a_terminal_after_a_while_and_cleared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(commandline, "QUIET", 0.0)
    progress = zip_command.Progress()
    assert list(progress.counting([b"x" * 1_500_000])) == [b"x" * 1_500_000]
    progress.done()
    assert capsys.readouterr().err == "\r\x1b[K0 files, 1.5 MB\r\x1b[K"
