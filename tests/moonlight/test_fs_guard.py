"""Names beneath a root: what is refused as text, and what no race, link or pipe gets past the openers."""

from __future__ import annotations

import ntpath
import os
import pickle
import posixpath
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonlight import guard
from moonlight.beneath import Beneath, Opener
from moonlight.guard import FileSystemError, NotFoundError, checked, shown
from moonlight.handles import location, segments_below
from moonlight.openask import OpenThenAsk

SECRET = b"outside"
ROUNDS = 3000

HOSTILE = {
    "outside-root": [
        *("..", "../x", "a/../../x", "a/..", "/etc/passwd", "/", "//host/share", "\\\\host\\share\\x"),
        *("\\\\?\\C:\\x", "\\\\.\\pipe\\x", "C:", "C:x", "c:/x", "C:\\x", "\\x", "/proc/self/environ"),
    ],
    "bad-name": [
        *(
            "a\\b",
            "a\\..\\b",
            "..\\x",
            "a//b",
            "a/",
            "./a",
            "a/.",
            "a/./b",
            "\0",
            "a\0b",
            "a\nb",
            "a\tb",
            "\x7f",
        ),
        *("a\x1b[2J", "\x85", "a\u2028b", "a\u2029b", "\ud800", "a\udcffb", "x\u202egnp.md", "\u2066a"),
        *(
            "ab:c",
            "a.md:stream",
            "a.md::$DATA",
            "a.",
            "a ",
            "a/b. /c",
            "a...",
            "con",
            "CON",
            "nul.md",
            "aux.py.md",
        ),
        *("a/PRN/b", "com1", "COM9.txt", "lpt\u00b9", "Com0", "conin$", "CONOUT$.x", "nul .txt", "clock$"),
        *("x" * 256, "é" * 128, "a/" + "x" * 300, "a/" * 600 + "a", "x/" * 10**6),
    ],
    "hidden": [
        *(".git", ".git/config", "a/.env", ".a", "...a", "a/..b/c", "__pycache__", "a/__pycache__/x.pyc"),
        *("__PYCACHE__/x", ".py.md", "a/.ipynb_checkpoints/x"),
    ],
}


@pytest.mark.parametrize(("code", "name"), [(c, n) for c, names in HOSTILE.items() for n in names])
def test_hostile_name_is_refused_by_its_text(code: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for call in ("open", "stat", "lstat", "scandir", "readlink"):
        monkeypatch.delattr(os, call)  # no file call is made
    with pytest.raises(FileSystemError) as caught:
        checked(name)
    monkeypatch.undo()
    assert caught.value.code == code


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a",
            "a/b.md",
            "x.py.md",
            "with space/é.md",
            "日本語/ノート.py.md",
            "a..b",
            "a.b.c",
            "~",
            "-rf",
            "$HOME",
        ),
        *("console", "nully.md", "com", "com10", "lpt", "auxiliary/con1", "👩\u200d💻.md", "*?[", "x" * 255),
    ],
)
def test_ordinary_name_is_accepted(name: str) -> None:
    assert checked(name) == tuple(name.split("/"))


@pytest.mark.parametrize("name", ["", "."])
def test_root_has_two_names(name: str) -> None:
    assert checked(name) == ()


pieces = st.sampled_from(
    [
        "..",
        ".",
        "/",
        "\\",
        ":",
        "a",
        "B",
        "C:",
        " ",
        "\0",
        "\n",
        "con",
        "nul",
        "~1",
        ".git",
        "\ud800",
        "é",
        "//",
    ]
)
names = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=8).map("".join))


def refusal_of(name: str) -> FileSystemError | None:
    try:
        checked(name)
    except FileSystemError as error:
        return error
    return None


@given(names)
def test_no_accepted_name_leads_out_of_the_root_on_any_system(name: str) -> None:
    if refusal_of(name) is not None:
        return
    parts = checked(name)
    for system, root in ((posixpath, "/srv/root"), (ntpath, "C:\\srv\\root")):
        full = system.normpath(system.join(root, *parts))
        assert full == root or full.startswith(root + system.sep)
        assert full == system.sep.join([root, *parts])
    assert not any(part.startswith(".") for part in parts)
    assert len("/".join(parts).encode()) <= guard.MAX_NAME


@given(names)
def test_message_of_a_refusal_is_printable_and_stays_one_line(name: str) -> None:
    error = refusal_of(name)
    if error is None:
        return
    first, *rest = str(error).split("\n")
    assert all(line.isprintable() for line in (first, *rest))
    assert len(rest) <= 1
    assert len(first) < 1800
    assert error.code in guard.CODES


def test_error_is_the_oserror_that_python_has_for_it_and_survives_pickling() -> None:
    error = guard.refusal("not-found", "no such file or folder", "a.md")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, NotFoundError)
    assert isinstance(again, FileNotFoundError)
    assert (again.code, str(again), again.errno) == (error.code, str(error), 2)


def test_unprintable_characters_are_shown_escaped() -> None:
    assert shown("a\x1b[2J\ud800") == "a\\x1b[2J\\ud800"


# The openers, on a real tree.


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere" / "x.md").write_bytes(SECRET)
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "x.md").write_bytes(b"inside")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_bytes(SECRET)
    return root


@pytest.fixture(params=[Beneath, OpenThenAsk])
def opener(request: pytest.FixtureRequest, root: Path) -> Opener:
    made: Opener = request.param(str(root))
    return made


def content(opener: Opener, name: str) -> bytes:
    with os.fdopen(opener.open_file(checked(name)), "rb") as file:
        return file.read()


def code_of(opener: Opener, name: str) -> str:
    with pytest.raises(FileSystemError) as caught:
        content(opener, name)
    assert str(opener.root) not in str(caught.value)
    return caught.value.code


def test_file_is_opened_where_it_is(opener: Opener, root: Path) -> None:
    descriptor = opener.open_file(("a", "x.md"))
    assert location(descriptor) in (None, str(root / "a" / "x.md"))
    os.close(descriptor)


def test_missing_names_and_folders_are_told_apart(opener: Opener) -> None:
    assert code_of(opener, "nope.md") == "not-found"
    assert code_of(opener, "nope/x.md") == "not-found"
    assert code_of(opener, "a") == "not-a-file"
    assert code_of(opener, "") == "not-a-file"
    assert code_of(opener, "a/x.md/y") in ("not-found", "not-a-folder")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        *(("../secret", "outside-root"), ("../nothing", "outside-root"), ("/etc/passwd", "outside-root")),
        *(
            ("/etc/nothing", "outside-root"),
            ("a/../../secret", "outside-root"),
            ("../elsewhere/x.md", "outside-root"),
        ),
        *((".git/config", "hidden"), ("nothing.md", "not-found"), ("link", "link"), ("a", "not-a-file")),
    ],
)
def test_link_that_leaves_or_leads_nowhere_is_refused(
    opener: Opener, root: Path, target: str, code: str
) -> None:
    (root / "link").symlink_to(target)
    assert code_of(opener, "link") == code


def test_link_out_tells_nothing_of_what_is_there(opener: Opener, root: Path) -> None:
    messages = set()
    for target in ("../secret", "../nothing", "../elsewhere", "../elsewhere/deep/nothing"):
        link = root / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        with pytest.raises(FileSystemError) as caught:
            opener.open_file(("link",))
        messages.add(str(caught.value))
        (entry,) = [e for e in opener.entries(()) if e.name == "link"]
        messages.add(str(entry.refused))
    assert len(messages) == 1


def test_link_to_a_file_in_the_tree_is_followed(opener: Opener, root: Path) -> None:
    (root / "one").symlink_to("a/b/../x.md")
    (root / "a" / "b" / "two").symlink_to("../../one")
    assert content(opener, "a/b/two") == b"inside"


def test_folders_are_not_reached_through_links(root: Path) -> None:
    opener = Beneath(str(root))
    (root / "again").symlink_to("a")
    (root / "out").symlink_to("../elsewhere")
    assert code_of(opener, "again/x.md") == "link"
    assert code_of(opener, "out/x.md") == "link"
    assert code_of(OpenThenAsk(str(root)), "out/x.md") == "outside-root"


def test_listing_leaves_folder_links_out_so_a_tree_is_finite(opener: Opener, root: Path) -> None:
    (root / "a" / "loop").symlink_to("..")
    assert [e.name for e in opener.entries(("a",)) if e.refused is None] == ["b", "x.md"]


def test_pipes_sockets_and_devices_are_refused_and_never_wait(opener: Opener, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(root)
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        (root / "to-pipe").symlink_to("pipe")
        for name in ("pipe", "socket", "to-pipe"):
            assert code_of(opener, name) == "not-a-file"
        assert {e.name for e in opener.entries(()) if e.refused is None} == {"a"}


def test_pipe_is_not_opened_at_all(root: Path) -> None:
    os.mkfifo(root / "pipe")
    writer = threading.Thread(target=lambda: os.close(os.open(root / "pipe", os.O_WRONLY)), daemon=True)
    writer.start()  # waits until somebody opens the pipe for reading
    for opener in (Beneath(str(root)), OpenThenAsk(str(root))):
        assert code_of(opener, "pipe") == "not-a-file"
    writer.join(0.1)
    assert writer.is_alive()
    os.close(os.open(root / "pipe", os.O_RDONLY))
    writer.join(5)


def test_file_that_becomes_a_pipe_before_it_is_opened_does_not_block(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = Beneath(str(root))
    really_open = os.open

    def swapping(path: str, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        if path == "x.md":
            (root / "a" / "x.md").unlink(missing_ok=True)
            os.mkfifo(root / "a" / "x.md")
        return really_open(path, flags, *rest, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swapping)
    assert code_of(opener, "a/x.md") == "not-a-file"


@contextmanager
def meanwhile(step: object) -> Iterator[threading.Event]:
    """Call `step` over and over in a thread."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            step()  # type: ignore[operator]

    thread = threading.Thread(target=run)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_link_swapped_in_for_a_file_leaks_nothing(opener: Opener, root: Path) -> None:
    spare = root / "spare"

    def swap() -> None:
        spare.symlink_to("../secret")
        spare.replace(root / "f.md")
        spare.write_bytes(b"inside")
        spare.replace(root / "f.md")

    seen: dict[bytes | str, int] = {}
    with meanwhile(swap):
        for _ in range(ROUNDS):
            try:
                got: bytes | str = content(opener, "f.md")
            except FileSystemError as error:
                got = error.code
            seen[got] = seen.get(got, 0) + 1
    assert SECRET not in seen
    assert seen.get("outside-root"), "the link was never met: the test proves nothing"
    assert set(seen) <= {b"inside", b"", "outside-root", "link", "not-found"}


def test_link_swapped_in_for_a_folder_leaks_nothing(opener: Opener, root: Path) -> None:
    (root / "d").mkdir()
    (root / "d" / "x.md").write_bytes(b"inside")
    (root / "l").symlink_to("../elsewhere")

    def swap() -> None:
        os.rename(root / "d", root / "d2")
        os.rename(root / "l", root / "d")
        os.rename(root / "d", root / "l")
        os.rename(root / "d2", root / "d")

    seen: set[bytes | str] = set()
    listed: set[str] = set()
    with meanwhile(swap):
        for _ in range(ROUNDS):
            try:
                seen.add(content(opener, "d/x.md"))
                listed.update(entry.name for entry in opener.entries(("d",)))
            except FileSystemError as error:
                seen.add(error.code)
    assert SECRET not in seen
    assert listed <= {"x.md"}
    assert b"inside" in seen


def test_folder_moved_out_of_the_root_while_it_is_open_is_noticed(root: Path, tmp_path: Path) -> None:
    opener = Beneath(str(root))
    context = opener.folder(("a",))
    with context as descriptor:
        os.rename(root / "a", tmp_path / "gone")
        assert location(descriptor) in (None, str(tmp_path / "gone"))
    assert code_of(opener, "a/x.md") == "not-found"


def test_descriptors_are_all_closed(opener: Opener, root: Path) -> None:
    (root / "link").symlink_to("../secret")
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    if not before:
        pytest.skip("no /proc here")
    for name in ("a/x.md", "link", "nope", "a", "a/x.md/y", "nope/nope"):
        try:
            content(opener, name)
        except FileSystemError:
            opener.entries(("a",))
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_tree_without_proc_is_still_walked_safely(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moonlight.beneath.location", lambda descriptor: None)
    (root / "link").symlink_to("../secret")
    opener = Beneath(str(root))
    assert content(opener, "a/x.md") == b"inside"
    assert code_of(opener, "link") == "outside-root"


@pytest.mark.parametrize(
    ("root_path", "path", "below"),
    [
        ("/r", "/r/a/b", ("a", "b")),
        ("/r", "/r", ()),
        ("/", "/a", ("a",)),
        ("/r", "/rest/a", None),
        ("/r", "/", None),
    ],
)
def test_segments_below_a_root(root_path: str, path: str, below: tuple[str, ...] | None) -> None:
    assert segments_below(root_path, path) == below
