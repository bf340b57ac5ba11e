"""Writing Markdown through the tree: lossless, in one step, compared, nowhere else."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonlight import replacing
from moonlight.fs import FileSystemError, MoonlightFS
from moonlight.openask import OpenThenAsk
from moonlight.source import SourceError, text_hash


@pytest.fixture(params=["beneath", "open-then-ask"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> MoonlightFS:
    (tmp_path / "root" / "docs").mkdir(parents=True)
    (tmp_path / "root" / "a.py.md").write_text("old\n")
    tree = MoonlightFS(tmp_path / "root")
    if request.param == "open-then-ask":
        tree._opener = OpenThenAsk(tree.root)
    return tree


def refused(tree: MoonlightFS, name: str, text: str = "new\n", if_match: str | None = None) -> str:
    with pytest.raises(FileSystemError) as caught:
        tree.write(name, text, if_match)
    assert tree.root not in str(caught.value)
    return caught.value.code


def litter(tree: MoonlightFS) -> list[str]:
    return [name for _, _, names in os.walk(tree.root) for name in names if name.startswith(".~")]


def test_document_is_replaced_and_created(tree: MoonlightFS) -> None:
    assert tree.write("a.py.md", "new\n") == text_hash("new\n") == tree.hash("a.py.md")
    assert tree.write("docs/b.md", "b") == text_hash("b")
    assert (tree.read("a.py.md"), tree.read("docs/b.md")) == ("new\n", "b")
    assert not litter(tree)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text())
def test_every_text_is_kept_byte_for_byte(tree: MoonlightFS, text: str) -> None:
    tree.write("a.py.md", text)
    assert tree.read_bytes("a.py.md") == text.encode()
    assert tree.read("a.py.md") == text


def test_text_without_utf8_form_is_refused_before_anything_is_written(tree: MoonlightFS) -> None:
    with pytest.raises(SourceError) as caught:
        tree.write("a.py.md", "ok\n\ud800")
    assert (caught.value.code, caught.value.diagnostic.span.line) == ("not-encodable", 2)
    assert tree.read("a.py.md") == "old\n"


def test_text_that_could_not_be_read_again_is_refused(tree: MoonlightFS) -> None:
    with pytest.raises(SourceError) as caught:
        tree.write("a.py.md", "x" * (16 * 2**20 + 1))
    assert caught.value.code == "too-large"
    assert tree.read("a.py.md") == "old\n"


def test_virtual_file_is_read_only_and_the_error_names_its_document(tree: MoonlightFS) -> None:
    with pytest.raises(FileSystemError) as caught:
        tree.write("a.py", "x = 1\n")
    assert caught.value.code == "read-only"
    assert "a.py.md" in str(caught.value)


@pytest.mark.parametrize("name", ["real.py", "new.py", "data.csv", "noext", "docs"])
def test_only_markdown_is_written(tree: MoonlightFS, name: str) -> None:
    Path(tree.root, "real.py").write_text("x")
    assert refused(tree, name) == "read-only"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(
            ("../x.md", "outside-root"),
            ("/tmp/x.md", "outside-root"),
            (".x.md", "hidden"),
            ("a\\b.md", "bad-name"),
        ),
        *(
            ("nope/x.md", "not-found"),
            ("con.md", "bad-name"),
            ("x.md/", "bad-name"),
            ("dir.md", "not-a-file"),
        ),
    ],
)
def test_name_that_cannot_be_written_is_refused(tree: MoonlightFS, name: str, code: str) -> None:
    Path(tree.root, "dir.md").mkdir()
    assert refused(tree, name) == code


@pytest.mark.parametrize("target", ["../secret.md", "a.py.md", "nothing.md"])
def test_link_is_not_written_nor_what_it_names(tree: MoonlightFS, target: str) -> None:
    secret = Path(tree.root).parent / "secret.md"
    secret.write_text("secret")
    Path(tree.root, "link.md").symlink_to(target)
    assert refused(tree, "link.md") == "link"
    assert Path(tree.root, "link.md").is_symlink()
    assert (secret.read_text(), tree.read("a.py.md")) == ("secret", "old\n")


def test_nothing_is_written_through_a_folder_that_links_out(tree: MoonlightFS) -> None:
    outside = Path(tree.root).parent / "outside"
    outside.mkdir()
    Path(tree.root, "out").symlink_to("../outside")
    assert refused(tree, "out/x.md") in ("link", "outside-root")
    assert not list(outside.iterdir())


def test_pipe_is_not_written(tree: MoonlightFS) -> None:
    os.mkfifo(Path(tree.root, "p.md"))
    assert refused(tree, "p.md") == "not-a-file"


# Versions.


def test_write_of_a_stale_version_is_refused_and_nothing_lost(tree: MoonlightFS) -> None:
    version = tree.hash("a.py.md")
    Path(tree.root, "a.py.md").write_text("somebody else's\n")
    assert refused(tree, "a.py.md", if_match=version) == "stale"
    assert tree.read("a.py.md") == "somebody else's\n"
    assert not litter(tree)


def test_versions_follow_one_another(tree: MoonlightFS) -> None:
    version = tree.hash("a.py.md")
    for number in range(3):
        version = tree.write("a.py.md", f"{number}\n", version)
    assert tree.read("a.py.md") == "2\n"


def test_new_file_is_wanted_with_an_empty_version(tree: MoonlightFS) -> None:
    assert refused(tree, "a.py.md", if_match="") == "exists"
    tree.write("b.md", "b", "")
    assert refused(tree, "gone.md", if_match=text_hash("x")) == "stale"


def test_of_two_writers_of_one_version_one_wins(tree: MoonlightFS) -> None:
    """Each counts up; every write that was not refused is in the number, whichever object made it."""
    tree.write("a.py.md", "0")
    other = MoonlightFS(tree.root)
    won = []

    def count(own: MoonlightFS) -> None:
        for _ in range(40):
            text = own.read("a.py.md")
            try:
                own.write("a.py.md", str(int(text) + 1), text_hash(text))
            except FileSystemError as error:
                assert error.code in ("stale", "busy")  # noqa: PT017
            else:
                won.append(1)

    threads = [threading.Thread(target=count, args=(one,)) for one in (tree, other, tree, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert int(tree.read("a.py.md")) == len(won) > 0


# Faults.


def test_permissions_stay(tree: MoonlightFS) -> None:
    path = Path(tree.root, "a.py.md")
    path.chmod(0o640)
    tree.write("a.py.md", "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "io-error"), (errno.EROFS, "unwritable"), (errno.EIO, "io-error")]
)
def test_fault_while_writing_keeps_the_old_file_and_leaves_nothing(
    tree: MoonlightFS, monkeypatch: pytest.MonkeyPatch, call: str, number: int, code: str
) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number), "/host/path")

    monkeypatch.setattr(os, call, failing)
    assert refused(tree, "a.py.md") == code
    monkeypatch.undo()
    assert tree.read("a.py.md") == "old\n"
    assert not litter(tree)


def test_folder_that_stays_locked_makes_a_writer_give_up(
    tree: MoonlightFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "PATIENCE", 0.05)
    held = os.open(tree.root, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        assert refused(tree, "a.py.md") == "busy"
    finally:
        os.close(held)
    tree.write("a.py.md", "new")


def test_longest_name_is_written(tree: MoonlightFS) -> None:
    name = "日" * 80 + ".md"
    tree.write(name, "x")
    assert tree.read(name) == "x"


def test_temporaries_of_killed_writers_are_swept_when_old(tree: MoonlightFS) -> None:
    old, young = (Path(tree.root, f".~a.py.md-{n}.tmp") for n in ("000000000000", "111111111111"))
    old.write_text("x")
    young.write_text("x")
    os.utime(old, (0, 0))
    tree.write("a.py.md", "new")
    assert (old.exists(), young.exists()) == (False, True)


WRITER = """
import sys
from moonlight.fs import MoonlightFS
tree = MoonlightFS(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in "ab":
        tree.write("a.py.md", letter * 200_000)
"""


def test_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    tree = MoonlightFS(tmp_path)
    tree.write("a.py.md", "a" * 200_000)
    for turn in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.01 + 0.007 * turn)
            writer.send_signal(signal.SIGKILL)
        text = tree.read("a.py.md")
        assert text in ("a" * 200_000, "b" * 200_000)
        tree.write("a.py.md", "a" * 200_000)
