"""The fsspec protocol `moonlight`: fsspec's own abstract GET suite, and what is ours."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.tests.abstract import AbstractFixtures
from fsspec.tests.abstract.get import AbstractGetTests

from moonlight.fs import FileSystemError
from moonlight.fs.spec import MoonlightFileSystem
from moonlight.source import SourceError, text_hash

INTRO = "```python\nx = 1\n```\n"
INTRO_PY = "# --- Block 1 from intro.py.md: line 1 ---\nx = 1\n"


class Prepared(MoonlightFileSystem):
    """With hands for the suite's fixtures: what they make goes straight to the disk."""

    protocol = "moonlight"

    def _at(self, path: str) -> Path:
        return Path(self.moonlight.root, self._strip_protocol(path))

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:
        self._at(path).mkdir(parents=create_parents)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self._at(path).mkdir(parents=True, exist_ok=exist_ok)

    def touch(self, path: str, truncate: bool = True, **kwargs: Any) -> None:
        self.pipe(path, b"")

    def pipe(self, path: Any, value: bytes | None = None, **kwargs: Any) -> None:
        self._at(path).parent.mkdir(parents=True, exist_ok=True)
        self._at(path).write_bytes(value or b"")

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        shutil.rmtree(self._at(path))


class TestGet(AbstractGetTests, AbstractFixtures):
    """fsspec's abstract GET suite."""

    @pytest.fixture
    def fs(self, tmp_path: Path) -> MoonlightFileSystem:
        (tmp_path / "tree" / "suite").mkdir(parents=True)
        return Prepared(tmp_path / "tree")

    @pytest.fixture
    def fs_join(self) -> Callable[..., str]:
        return lambda *parts: "/".join(str(part) for part in parts if part)

    @pytest.fixture
    def fs_path(self) -> str:
        return "suite"  # fsspec takes a folder of the top level for its contents when the target exists


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / "intro.py.md").write_text(INTRO)
    (root / "readme.md").write_text("# Read me\n")
    (root / ".hidden").write_text("x")
    return root


@pytest.fixture
def fs(root: Path) -> MoonlightFileSystem:
    return MoonlightFileSystem(root=str(root))


def test_protocol_is_known_to_fsspec_and_its_urls_open(root: Path) -> None:
    with fsspec.open("moonlight://notebooks/intro.py", "rt", root=str(root)) as file:
        assert file.read() == INTRO_PY


def test_root_is_required() -> None:
    with pytest.raises(TypeError):
        MoonlightFileSystem()  # type: ignore[call-arg]


@pytest.mark.parametrize("spelling", ["moonlight://notebooks", "/notebooks", "notebooks/", "notebooks"])
def test_spellings_of_a_name_are_one(fs: Any, spelling: str) -> None:
    assert fs.ls(spelling, detail=False) == ["notebooks/intro.py", "notebooks/intro.py.md"]


def test_listing_has_the_exact_sizes_of_virtual_files(fs: Any) -> None:
    for entry in fs.ls("notebooks"):
        assert entry["type"] == "file"
        assert entry["size"] == len(fs.cat(entry["name"]))
        assert entry == fs.info(entry["name"])
    assert [(e["name"], e["type"]) for e in fs.ls("")] == [("notebooks", "directory"), ("readme.md", "file")]
    assert fs.ls("readme.md", detail=False) == ["readme.md"]


def test_find_glob_walk_and_du_see_the_virtual_tree(fs: Any) -> None:
    assert fs.find("") == ["notebooks/intro.py", "notebooks/intro.py.md", "readme.md"]
    assert fs.glob("**/*.py") == ["notebooks/intro.py"]
    assert [folder for folder, _, _ in fs.walk("")] == ["", "notebooks"]
    assert fs.du("") == len(INTRO) + len(INTRO_PY) + len("# Read me\n")
    assert fs.cat(["readme.md", "notebooks/intro.py"])["notebooks/intro.py"] == INTRO_PY.encode()


def test_ranges_are_read(fs: Any) -> None:
    assert fs.cat_file("readme.md", start=2, end=6) == b"Read"
    assert fs.tail("readme.md", 3) == b"me\n"
    assert fs.cat_ranges(["readme.md"], [0], [1]) == [b"#"]


def test_times_are_those_of_the_document(fs: Any, root: Path) -> None:
    os.utime(root / "notebooks" / "intro.py.md", (1, 86400))
    assert fs.modified("notebooks/intro.py") == datetime(1970, 1, 2, tzinfo=UTC)
    assert fs.created("readme.md").tzinfo is UTC


def test_checksum_changes_with_the_content_only(fs: Any, root: Path) -> None:
    before = fs.checksum("notebooks/intro.py")
    os.utime(root / "notebooks" / "intro.py.md", (1, 1))
    assert fs.checksum("notebooks/intro.py") == before
    (root / "notebooks" / "intro.py.md").write_text(INTRO.replace("1", "2"))
    assert fs.checksum("notebooks/intro.py") != before
    assert fs.ukey("readme.md") == text_hash("# Read me\n")


def test_refusals_are_the_oserrors_that_fsspec_expects(fs: Any) -> None:
    for name, kind in (
        ("nope.md", FileNotFoundError),
        ("notebooks", IsADirectoryError),
        ("../x", PermissionError),
        (".hidden", PermissionError),
    ):
        with pytest.raises(kind) as caught:
            fs.cat_file(name)
        assert isinstance(caught.value, FileSystemError)
        assert not fs.isfile(name)
    with pytest.raises(FileNotFoundError):
        fs.ls("nope")
    assert not fs.exists("../root/readme.md")
    assert fs.find("nope") == []


def test_file_system_survives_pickling(fs: Any) -> None:
    assert pickle.loads(pickle.dumps(fs)).cat("readme.md") == b"# Read me\n"


def test_relative_root_is_the_one_of_now(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert MoonlightFileSystem(root=".").isfile("readme.md")
    monkeypatch.chdir(root / "notebooks")
    assert MoonlightFileSystem(root=".").isfile("intro.py")


def test_document_without_text_has_no_size_and_hides_nothing_else(fs: Any, root: Path) -> None:
    (root / "bad.py.md").write_bytes(b"\xff")
    assert {e["name"]: e["size"] for e in fs.ls("")}["bad.py"] == 0
    assert fs.cat("bad.py.md") == b"\xff"
    with pytest.raises(SourceError):
        fs.cat("bad.py")


# Writing.


def test_markdown_is_written_when_the_file_is_closed(fs: Any, root: Path) -> None:
    with fs.open("notebooks/intro.py.md", "wb") as file:
        file.write(INTRO.replace("1", "2").encode())
        assert fs.cat("notebooks/intro.py.md") == INTRO.encode()
    assert b"x = 2" in fs.cat("notebooks/intro.py")
    fs.pipe("new.md", b"new")
    fs.write_text("text.md", "text")
    assert (root / "new.md").read_bytes() + (root / "text.md").read_bytes() == b"newtext"


def test_writer_left_by_an_exception_writes_nothing(fs: Any) -> None:
    with suppress(ZeroDivisionError), fs.open("readme.md", "wb") as file:
        file.write(b"half")
        _ = 1 / 0
    assert fs.cat("readme.md") == b"# Read me\n"


def test_forgotten_writer_writes_nothing(fs: Any) -> None:
    file = fs.open("readme.md", "wb")
    file.write(b"half")
    del file
    assert fs.cat("readme.md") == b"# Read me\n"


def test_stale_write_is_refused(fs: Any, root: Path) -> None:
    version = fs.ukey("readme.md")
    (root / "readme.md").write_text("theirs")
    file = fs.open("readme.md", "wb", if_match=version)
    file.write(b"mine")
    with pytest.raises(FileSystemError) as caught:
        file.close()
    assert caught.value.code == "stale"
    assert fs.cat("readme.md") == b"theirs"


def test_exclusive_write_is_for_new_files(fs: Any) -> None:
    with pytest.raises(FileExistsError):
        fs.open("readme.md", "xb")
    with pytest.raises(FileExistsError):
        fs.pipe_file("readme.md", b"x", mode="create")
    with fs.open("new.md", "xb") as file:
        file.write(b"x")
    assert fs.cat("new.md") == b"x"


@pytest.mark.parametrize("name", ["notebooks/intro.py", "data.csv", "notebooks"])
def test_other_files_are_not_opened_for_writing(fs: Any, name: str) -> None:
    with pytest.raises(PermissionError):
        fs.open(name, "wb")


@pytest.mark.parametrize("mode", ["ab", "r+b", "wb+"])
def test_other_modes_are_refused(fs: Any, mode: str) -> None:
    with pytest.raises(PermissionError):
        fs.open("readme.md", mode)


def test_bytes_that_are_no_text_are_refused(fs: Any) -> None:
    with pytest.raises(SourceError):
        fs.pipe("readme.md", b"\xff")
    assert fs.cat("readme.md") == b"# Read me\n"


def test_transaction_writes_at_its_end_or_not_at_all(fs: Any) -> None:
    with fs.transaction:
        with fs.open("a.md", "wb") as file:
            file.write(b"a")
        assert not fs.exists("a.md")
    assert fs.cat("a.md") == b"a"
    with suppress(ZeroDivisionError), fs.transaction:
        with fs.open("b.md", "wb") as file:
            file.write(b"b")
        _ = 1 / 0
    assert not fs.exists("b.md")


def test_removing_and_making_folders_is_refused(fs: Any, root: Path) -> None:
    for call in (fs.rm, fs.rm_file, fs.rmdir, fs.mkdir, fs.makedirs):
        with pytest.raises((PermissionError, FileExistsError)):
            call("readme.md")
    with pytest.raises(PermissionError):
        fs.mkdir("new")
    with pytest.raises(PermissionError):
        fs.mv("readme.md", "moved.md")
    fs.makedirs("notebooks", exist_ok=True)
    assert (root / "readme.md").exists()


def test_copy_and_put_take_markdown(fs: Any, tmp_path: Path) -> None:
    (tmp_path / "local.md").write_text("local")
    fs.put(str(tmp_path / "local.md"), "notebooks/local.md")
    fs.cp("notebooks/local.md", "copy.md")
    assert fs.cat("copy.md") == b"local"
