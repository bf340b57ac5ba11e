"""MoonlightFS: the seed's three methods, virtual files, what is listed, walked and found."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import moonlight
from moonlight.document import parse
from moonlight.fs import FileSystemError, MoonlightFS
from moonlight.fs.virtual import VirtualFiles
from moonlight.guard import CODES, checked
from moonlight.instrument import instrumented
from moonlight.program import linear, sparse
from moonlight.source import SourceError

INTRO = "# Intro\n\n```python\nx = 2 + 2\n```\n\nMore.\n\n```python\ndef square(n):\n    return n * n\n```\n"
INTRO_PY = (
    "# --- Block 1 from intro.py.md: line 3 ---\nx = 2 + 2\n\n"
    "# --- Block 2 from intro.py.md: line 9 ---\ndef square(n):\n    return n * n\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "notebooks").mkdir(parents=True)
    (root / "docs" / ".git").mkdir(parents=True)
    (root / "docs" / "__pycache__").mkdir()
    (root / "notebooks" / "intro.py.md").write_text(INTRO)
    (root / "docs" / "architecture.md").write_text("# Architecture\n")
    (root / "app.py").write_text("print('app')\n")
    (root / "data.bin").write_bytes(bytes(range(256)))
    (root / ".env").write_text("TOKEN=1")
    return root


@pytest.fixture
def tree(root: Path) -> MoonlightFS:
    return MoonlightFS(root)


def code_of(error: pytest.ExceptionInfo[FileSystemError]) -> str:
    return error.value.code


def test_the_seeds_three_methods_show_real_and_virtual_files(tree: MoonlightFS) -> None:
    assert tree.listdir("") == ["app.py", "data.bin", "docs", "notebooks"]
    assert tree.listdir("notebooks") == ["intro.py", "intro.py.md"]
    assert tree.isfile("notebooks/intro.py")
    assert tree.isfile("notebooks/intro.py.md")
    assert not tree.isfile("notebooks")
    assert tree.read("notebooks/intro.py") == INTRO_PY
    assert tree.read("notebooks/intro.py.md") == INTRO
    assert tree.read("app.py") == "print('app')\n"


def test_tree_is_offered_by_the_package() -> None:
    assert moonlight.MoonlightFS is MoonlightFS


def test_virtual_file_is_the_linear_program(tree: MoonlightFS) -> None:
    assert tree.read("notebooks/intro.py") == linear(parse(INTRO, "intro.py.md")).text


def test_virtual_file_follows_its_document_whatever_the_clock_says(tree: MoonlightFS, root: Path) -> None:
    document = root / "notebooks" / "intro.py.md"
    before = document.stat()
    assert "2 + 2" in tree.read("notebooks/intro.py")
    document.write_text(INTRO.replace("2 + 2", "3 + 3"))
    os.utime(document, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "3 + 3" in tree.read("notebooks/intro.py")


def test_package_document_makes_a_virtual_init(tree: MoonlightFS, root: Path) -> None:
    (root / "notebooks" / "__init__.py.md").write_text("```python\na = 1\n```\n")
    assert tree.listdir("notebooks")[0] == "__init__.py"
    assert tree.read("notebooks/__init__.py").endswith("a = 1\n")


def test_plain_markdown_and_other_endings_make_nothing(tree: MoonlightFS, root: Path) -> None:
    (root / "docs" / "x.PY.MD").write_text(INTRO)
    assert tree.listdir("docs") == ["architecture.md", "x.PY.MD"]
    assert not tree.exists("docs/architecture")


def test_folder_named_like_a_document_makes_nothing(tree: MoonlightFS, root: Path) -> None:
    (root / "docs" / "x.py.md").mkdir()
    assert tree.listdir("docs") == ["architecture.md", "x.py.md"]
    assert not tree.exists("docs/x.py")


def test_folder_wins_over_the_virtual_file_of_its_name(tree: MoonlightFS, root: Path) -> None:
    (root / "docs" / "x.py").mkdir()
    (root / "docs" / "x.py" / "inner.md").write_text("inner")
    (root / "docs" / "x.py.md").write_text(INTRO)
    assert tree.isdir("docs/x.py")
    assert tree.read("docs/x.py/inner.md") == "inner"


@pytest.mark.parametrize(
    "name", [".env", "docs/.git", "docs/__pycache__", "../root/app.py", "nope", "app.py/x"]
)
def test_what_is_refused_is_neither_file_nor_folder(tree: MoonlightFS, name: str) -> None:
    assert not tree.isfile(name)
    assert not tree.isdir(name)
    assert not tree.exists(name)


def test_every_reader_refuses_what_leaves_the_root(tree: MoonlightFS, root: Path) -> None:
    (root.parent / "secret.py.md").write_text(INTRO)
    (root / "out.py.md").symlink_to("../secret.py.md")
    assert tree.listdir("") == ["app.py", "data.bin", "docs", "notebooks"]
    for call in (
        tree.read,
        tree.read_bytes,
        tree.stat,
        tree.listdir,
        tree.entries,
        tree.hash,
        tree.diagnostics,
    ):
        for name in ("../secret.py", "../secret.py.md", "/etc/passwd", "C:\\x"):
            with pytest.raises(FileSystemError) as caught:
                call(name)
            assert code_of(caught) == "outside-root"
    with pytest.raises(FileSystemError) as caught:
        tree.read("out.py.md")
    assert code_of(caught) == "outside-root"
    with pytest.raises(FileSystemError) as caught:
        tree.read("out.py")
    assert code_of(caught) == "not-found"


def test_messages_hold_no_path_of_the_host(tree: MoonlightFS, root: Path) -> None:
    for name in ("nope.md", "notebooks", "app.py/x", "..", ".env", "nope/nope.py"):
        with pytest.raises(FileSystemError) as caught:
            tree.read(name)
        assert str(root) not in str(caught.value)
        assert str(root) not in repr(caught.value)


def test_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileSystemError) as caught:
        MoonlightFS(tmp_path / "nope")
    assert code_of(caught) == "not-found"


def test_root_that_vanishes_is_not_found(tree: MoonlightFS, root: Path) -> None:
    root.rename(root.parent / "moved")
    with pytest.raises(FileNotFoundError):
        tree.listdir("")


# What cannot be read as text.


def test_every_character_of_a_text_is_kept(tree: MoonlightFS, root: Path) -> None:
    text = "\ufeff# T\r\n\r\n```python\r\nx = 1\r\n```\rend\x0c\u2028"
    (root / "crlf.py.md").write_bytes(text.encode())
    assert tree.read("crlf.py.md") == text
    assert tree.read("crlf.py") == "# --- Block 1 from crlf.py.md: line 3 ---\nx = 1\n"


def test_document_that_is_not_utf8_is_listed_and_refused_with_its_line(tree: MoonlightFS, root: Path) -> None:
    (root / "bad.py.md").write_bytes(b"# T\n\xff\n")
    assert "bad.py" in tree.listdir("")
    assert tree.stat("bad.py").size is None
    assert tree.read_bytes("bad.py.md") == b"# T\n\xff\n"
    for name in ("bad.py", "bad.py.md"):
        with pytest.raises(SourceError) as caught:
            tree.read(name)
        assert caught.value.code == "not-utf8"
        assert caught.value.diagnostic.span.line == 2


def test_binary_file_is_read_as_bytes(tree: MoonlightFS) -> None:
    assert tree.read_bytes("data.bin") == bytes(range(256))
    with pytest.raises(SourceError):
        tree.read("data.bin")


def test_too_large_document_is_refused(tree: MoonlightFS, root: Path) -> None:
    with open(root / "big.py.md", "wb") as file:
        file.truncate(17 * 2**20)
    for name in ("big.py", "big.py.md"):
        with pytest.raises(SourceError) as caught:
            tree.read(name)
        assert caught.value.code == "too-large"


# A real x.py beside x.py.md.


def shadows(tree: MoonlightFS, name: str) -> list[str]:
    return [d.code for d in tree.diagnostics(name)]


def test_document_wins_over_a_real_file_and_says_so(tree: MoonlightFS, root: Path) -> None:
    (root / "notebooks" / "intro.py").write_text("print('other')\n")
    assert tree.listdir("notebooks") == ["intro.py", "intro.py.md"]
    assert tree.read("notebooks/intro.py") == INTRO_PY
    for name in ("notebooks/intro.py", "notebooks/intro.py.md", "notebooks"):
        (diagnostic,) = tree.diagnostics(name)
        assert (diagnostic.code, diagnostic.severity) == ("shadowed-py", "warning")
        assert diagnostic.span.path == "notebooks/intro.py.md"


@pytest.mark.parametrize("form", ["linear", "sparse", "instrumented", "lines", "crlf"])
def test_our_export_beside_a_document_is_no_shadow(tree: MoonlightFS, root: Path, form: str) -> None:
    document = parse(INTRO, "notebooks/intro.py.md")
    text = {
        "linear": linear(document).text,
        "sparse": sparse(document).text,
        "instrumented": instrumented(document),
        "lines": instrumented(document, lines=True),
        "crlf": linear(document).text.replace("\n", "\r\n"),
    }[form]
    (root / "notebooks" / "intro.py").write_bytes(text.encode())
    assert shadows(tree, "notebooks") == shadows(tree, "notebooks/intro.py") == []
    (root / "notebooks" / "intro.py.md").write_text(INTRO.replace("2 + 2", "5"))
    assert shadows(tree, "notebooks") == ["shadowed-py"]


def test_diagnostics_of_a_document_are_those_of_its_text(tree: MoonlightFS, root: Path) -> None:
    (root / "open.py.md").write_text("```python\nx = 1\n")
    assert shadows(tree, "open.py") == ["unclosed-fence"]
    assert shadows(tree, "app.py") == []


def test_diagnostics_of_a_folder_name_what_is_not_served(tree: MoonlightFS, root: Path) -> None:
    (root / "docs" / "a:b.md").write_text("x")
    (root / "docs" / "aux.md").write_text("x")
    (root / "docs" / "out").symlink_to("../../secret")
    os.mkfifo(root / "docs" / "pipe")
    Path(os.fsdecode(os.fsencode(root / "docs") + b"/\xff.md")).write_text("x")
    found = {d.span.path: d.code for d in tree.diagnostics("docs")}
    assert found == {
        "docs/a:b.md": "bad-name",
        "docs/aux.md": "bad-name",
        "docs/out": "outside-root",
        "docs/pipe": "not-a-file",
        "docs/\\udcff.md": "bad-name",
    }
    assert tree.listdir("docs") == ["architecture.md"]


# Info.


def test_stat_of_a_virtual_file_has_its_size_and_its_documents_times(tree: MoonlightFS, root: Path) -> None:
    os.utime(root / "notebooks" / "intro.py.md", (5, 7))
    info = tree.stat("notebooks/intro.py")
    assert (info.name, info.kind, info.size) == ("notebooks/intro.py", "file", len(INTRO_PY))
    assert (info.modified, info.virtual, info.document) == (7, True, "notebooks/intro.py.md")
    assert not info.writable
    assert tree.stat("notebooks/intro.py.md").writable
    assert tree.stat("").kind == tree.stat("docs").kind == "folder"


def test_hash_is_of_the_bytes(tree: MoonlightFS) -> None:
    assert tree.hash("notebooks/intro.py.md") == moonlight.source.text_hash(INTRO)
    assert tree.hash("notebooks/intro.py") == moonlight.source.text_hash(INTRO_PY)


# Walk and glob.


def test_walk_is_like_os_walk_with_virtual_files_and_without_hidden_ones(tree: MoonlightFS) -> None:
    assert list(tree.walk()) == [
        ("", ["docs", "notebooks"], ["app.py", "data.bin"]),
        ("docs", [], ["architecture.md"]),
        ("notebooks", [], ["intro.py", "intro.py.md"]),
    ]
    assert [folder for folder, _, _ in tree.walk("docs")] == ["docs"]


def test_folder_that_is_taken_out_of_the_list_is_not_entered(tree: MoonlightFS) -> None:
    seen = []
    for folder, folders, _ in tree.walk():
        seen.append(folder)
        if "docs" in folders:
            folders.remove("docs")
    assert seen == ["", "notebooks"]


def test_folder_that_vanishes_during_a_walk_is_reported_and_left_out(tree: MoonlightFS, root: Path) -> None:
    errors: list[FileSystemError] = []
    seen = []
    for folder, _, _ in tree.walk("", errors.append):
        seen.append(folder)
        if folder == "":
            (root / "notebooks" / "intro.py.md").unlink()
            (root / "notebooks").rmdir()
    assert seen == ["", "docs"]
    assert [(e.code, e.diagnostic.span.path) for e in errors] == [("not-found", "notebooks")]


def test_file_that_vanishes_during_a_listing_is_left_out(
    tree: MoonlightFS, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    @contextmanager
    def scanning(where: int) -> Iterator[list[os.DirEntry[str]]]:
        with real(where) as entries:
            found = list(entries)
        (root / "app.py").unlink(missing_ok=True)
        yield found

    monkeypatch.setattr(os, "scandir", scanning)
    assert tree.listdir("") == ["data.bin", "docs", "notebooks"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ["app.py"]),
        ("**/*.py", ["app.py", "notebooks/intro.py"]),
        ("**/*.md", ["docs/architecture.md", "notebooks/intro.py.md"]),
        ("notebooks/*", ["notebooks/intro.py", "notebooks/intro.py.md"]),
        ("notebooks/intro.py", ["notebooks/intro.py"]),
        ("n*/i???o.[pq]y", ["notebooks/intro.py"]),
        ("*", ["app.py", "data.bin", "docs", "notebooks"]),
        ("nope/*", []),
        ("**/.env", []),
        ("N*/*", []),
    ],
)
def test_glob_finds_real_and_virtual_names(tree: MoonlightFS, pattern: str, found: list[str]) -> None:
    assert tree.glob(pattern) == found


def test_glob_with_double_stars_matches_everything_once(tree: MoonlightFS) -> None:
    assert tree.glob("**/**") == tree.glob("**")
    assert "notebooks/intro.py" in tree.glob("**")


@pytest.mark.parametrize("pattern", ["../*", "a/../*", "/etc/*", "", "a//b", "x" * 2000])
def test_pattern_that_no_name_can_match_is_refused(tree: MoonlightFS, pattern: str) -> None:
    with pytest.raises(FileSystemError):
        tree.glob(pattern)


def test_pattern_made_to_be_slow_is_not(tree: MoonlightFS, root: Path) -> None:
    deep = root.joinpath(*["a"] * 40)
    deep.mkdir(parents=True)
    (deep / ("a" * 200)).write_text("x")
    start = time.process_time()
    assert tree.glob("/".join(["**", "*a*"] * 20) + "/b") == []
    assert tree.glob("**/" + "a*" * 60 + "b") == []
    assert time.process_time() - start < 5


# Size, permissions, threads.


@pytest.mark.slow
def test_ten_thousand_files_are_listed_and_walked_in_a_few_seconds(tmp_path: Path) -> None:
    for number in range(5000):
        (tmp_path / f"n{number:04}.py.md").write_bytes(b"```python\nx = 1\n```\n")
        (tmp_path / f"n{number:04}.txt").write_bytes(b"")
    tree = MoonlightFS(tmp_path)
    start = time.process_time()
    assert len(tree.listdir("")) == 15000
    assert sum(len(files) for _, _, files in tree.walk()) == 15000
    assert len(tree.glob("**/*.py")) == 5000
    assert time.process_time() - start < 10


def test_deepest_folders_end_a_walk_and_not_the_program(tmp_path: Path) -> None:
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(700):  # beyond the longest name
            os.mkdir("a")
            os.chdir("a")
    finally:
        os.chdir(here)
    folders = [folder for folder, _, _ in MoonlightFS(tmp_path).walk()]
    assert len(folders) == 1 + len(checked("/".join(["a"] * 512)))


UNREADABLE = """
import os, sys
from moonlight.fs import MoonlightFS, FileSystemError
if os.getuid() == 0:
    os.setuid(65534)
tree = MoonlightFS(sys.argv[1])
errors = []
print(list(tree.walk("", errors.append)))
print([e.code for e in errors])
for call in (tree.listdir, tree.read):
    for name in ("closed", "closed/x.md", "locked.py.md", "locked.py"):
        try:
            call(name)
        except FileSystemError as error:
            print(call.__name__, name, error.code)
try:
    tree.write("closed/new.md", "x")
except FileSystemError as error:
    print(error.code)
try:
    tree.write("readonly/new.md", "x")
except FileSystemError as error:
    print(error.code)
print(tree.read("passing/x.md"))
"""


def test_unreadable_folders_and_files_are_told_and_the_rest_is_served() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for folder, mode in (("closed", 0), ("passing", 0o711), ("readonly", 0o755)):
            (root / folder).mkdir()
            (root / folder / "x.md").write_text("x")
            (root / folder).chmod(mode)
        (root / "locked.py.md").write_text("x")
        (root / "locked.py.md").chmod(0)
        run = subprocess.run(
            [sys.executable, "-c", UNREADABLE, name], capture_output=True, text=True, check=False
        )
        (root / "closed").chmod(stat.S_IRWXU)
    assert not run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == str(
        [("", ["closed", "passing", "readonly"], ["locked.py", "locked.py.md"]), ("readonly", [], ["x.md"])]
    )
    assert lines[1] == "['unreadable', 'unreadable']"
    assert "listdir closed unreadable" in lines
    assert "read closed/x.md unreadable" in lines
    assert "read locked.py unreadable" in lines
    assert lines[-3:] == ["unreadable", "unwritable", "x"]


def test_kept_texts_are_bounded_by_their_size() -> None:
    kept = VirtualFiles(kept_bytes=5000)
    for number in range(200):
        kept.text(f"```python\nx = {number}\n```\n".encode(), "a.py.md")
    assert 0 < len(kept._kept) <= 25
    assert kept._size <= 5000


def test_same_text_in_two_documents_names_each(tree: MoonlightFS, root: Path) -> None:
    (root / "other.py.md").write_text(INTRO)
    assert "from other.py.md" in tree.read("other.py")
    assert "from intro.py.md" in tree.read("notebooks/intro.py")


def test_names_differ_by_case_where_the_system_lets_them(tree: MoonlightFS, root: Path) -> None:
    """Where case does not matter (macOS, Windows) both names open one file; listings show the stored one."""
    (root / "Case.py.md").write_text("```python\nx = 'upper'\n```\n")
    insensitive = (root / "case.py.md").exists()
    assert tree.isfile("case.py") == insensitive
    assert "Case.py" in tree.listdir("")
    assert "case.py" not in tree.listdir("")


# The manual.

PAGE = Path(__file__).parents[2] / "notebooks" / "filesystem.py.md"


def test_manual_page_runs() -> None:
    command = [sys.executable, "-m", "moonlight", "run", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert INTRO_PY in done.stdout
    for code in CODES:
        assert code in done.stdout


def test_manual_page_names_every_public_method() -> None:
    text = PAGE.read_text(encoding="utf-8")
    methods = [name for name in vars(MoonlightFS) if not name.startswith("_") and name != "check_writable"]
    assert [name for name in methods if f"{name}(" not in text] == []
