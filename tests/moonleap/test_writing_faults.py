"""All or nothing: killed at any step, refused at any step, links in the way, two writers at once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moonleap.transaction import locked
from moonleap.writing import recover
from moonlight.outputtree import OutputTree
from tests.moonleap.outputs import codes, generation, kinds, planned, put, traces, tree

OLD = {"a": "1\n2\n3\n", "gone/b": "b\n", "c": "c\n", "becomes": "file\n", "kept/d": "d\n"}
EDITED = "1\n2\nmine\n"
NEW = {"a": "one\n2\n3\n", "c": "C\n", "becomes/e": "e\n", "f/g/h": "h\n", "kept/d": "d\n"}
AFTER = {**NEW, "a": "one\n2\nmine\n"}
STEPS = ("create", "replace", "keep", "remove", "make_folder", "remove_folder", "sync_folder")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    put(out, OLD)
    (out / "a").write_text(EDITED)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/b").write_text("outside")
    return out


def files(out: Path) -> dict[str, str]:
    return {path: data.decode() for path, data in tree(out).items() if data is not None}


def at_step(
    monkeypatch: pytest.MonkeyPatch, number: int, action: Callable[[], None], ever_after: bool = False
) -> list[str]:
    """Call `action` before the step of that number that a write makes on disk; returns the steps."""
    done: list[str] = []

    def watched(name: str) -> Callable[..., Any]:
        real = getattr(OutputTree, name)

        def step(self: OutputTree, *args: Any, **options: Any) -> Any:
            done.append(name)
            if len(done) == number or (ever_after and len(done) > number):
                action()
            return real(self, *args, **options)

        return step

    for name in STEPS:
        monkeypatch.setattr(OutputTree, name, watched(name))
    return done


def count_steps(out: Path, files: dict[str, str]) -> int:
    with pytest.MonkeyPatch.context() as patch:
        done = at_step(patch, 0, lambda: None)
        put(out, files)
        return len(done)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_at_any_step_the_next_run_completes(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    steps = count_steps(copy, NEW)
    assert steps > 40
    for number in range(1, steps + 1):
        again = tmp_path / f"run-{number}"
        shutil.copytree(out, again)
        child = os.fork()
        if not child:
            with pytest.MonkeyPatch.context() as patch:
                at_step(patch, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
                put(again, NEW)
            os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        if recover(again):
            assert files(again) == {**OLD, "a": EDITED}, number
        assert files(again) in ({**OLD, "a": EDITED}, AFTER)
        report = put(again, NEW)
        assert (files(again), report.failed) == (AFTER, False), number
        assert "gone" not in os.listdir(again)
        assert set(os.listdir(again / ".moonleap")) == {
            *(".gitignore", "base", "lock", "manifest.json", "spec.md"),
        }
        shutil.rmtree(again)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_while_it_takes_back_the_next_run_completes(out: Path) -> None:
    def dying(number: int) -> None:
        child = os.fork()
        if not child:
            with pytest.MonkeyPatch.context() as patch:
                at_step(patch, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
                put(out, NEW)
            os._exit(0)
        os.waitpid(child, 0)

    dying(40)
    for number in (4, 6, 8, 10, 12, 14, 16):
        dying(number)
    put(out, NEW)
    assert files(out) == AFTER


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_refused_at_any_step_the_old_files_stay(out: Path, tmp_path: Path, code: int) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    before = {name: trace for name, trace in traces(out).items() if not name.startswith(".moonleap")}
    refusals = 0
    for number in range(1, count_steps(copy, NEW) + 1):

        def refuse() -> None:
            raise OSError(code, os.strerror(code), "the file")

        with pytest.MonkeyPatch.context() as patch:
            at_step(patch, number, refuse)
            report = put(out, NEW)
        if report.failed:
            refusals += 1
            assert codes(report) == ["cannot-write"]
            assert not report.written
            now = traces(out)
            assert {name: now.get(name, ())[::2] for name in before if (out / name).is_file()} == {
                name: trace[::2] for name, trace in before.items() if (out / name).is_file()
            }
            assert files(out) == {**OLD, "a": EDITED}
        else:
            assert files(out) == AFTER
            shutil.rmtree(out)
            put(out, OLD)
            (out / "a").write_text(EDITED)
            before = {n: trace for n, trace in traces(out).items() if not n.startswith(".moonleap")}
    assert refusals > 20
    assert put(out, NEW).written


def test_a_disk_that_stays_broken_is_told_and_nothing_is_lost(out: Path) -> None:
    seen = set()
    for number in range(5, 60, 2):

        def refuse() -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        with pytest.MonkeyPatch.context() as patch:
            at_step(patch, number, refuse, ever_after=True)
            report = put(out, NEW)
        seen.update(codes(report))
        recover(out)
        if report.failed:
            assert files(out) == {**OLD, "a": EDITED}
    assert seen == {"cannot-write", "interrupted-write"}
    assert (put(out, NEW).failed, files(out)) == (False, AFTER)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_file_that_does_not_fit_stops_everything(out: Path) -> None:
    import resource

    read, write = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        os.write(write, ",".join(codes(put(out, {**NEW, "large": "x" * 200_000}))).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with open(read) as answer:
        assert answer.read() == "cannot-write"
    assert files(out) == {**OLD, "a": EDITED}
    assert not (out / ".moonleap/staging").exists()


def test_a_first_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_step(patch, 9, lambda: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")).__next__())
        report = put(tmp_path / "out", OLD)
    assert (report.written, os.listdir(tmp_path)) == (False, [])
    (found,) = report.diagnostics
    assert found.message == "it cannot be read or written: No space left"


def test_an_interrupt_leaves_the_old_files(out: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        at_step(patch, 30, interrupt)
        with pytest.raises(KeyboardInterrupt):
            put(out, NEW)
    assert files(out) == {**OLD, "a": EDITED}
    assert not recover(out)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_an_edit_after_a_kill_is_kept(out: Path, tmp_path: Path) -> None:
    for number in range(24, 64, 2):
        again = tmp_path / f"run-{number}"
        shutil.copytree(out, again)
        child = os.fork()
        if not child:
            with pytest.MonkeyPatch.context() as patch:
                at_step(patch, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
                put(again, NEW)
            os._exit(0)
        os.waitpid(child, 0)
        (again / "c").write_text("edited after the kill\n")
        unfinished = planned(again, NEW)
        if (again / ".moonleap/journal.json").exists():
            assert (codes(unfinished), unfinished.refused) == (["interrupted-write"], True)
        put(again, NEW)
        assert "edited after the kill" in (again / "c").read_text(), number


def test_two_writers_do_not_meet(out: Path) -> None:
    with OutputTree(out) as other, locked(other):
        report = put(out, NEW)
    assert (codes(report), files(out)) == (["busy-output"], {**OLD, "a": EDITED})
    assert put(out, NEW).written


@pytest.mark.parametrize(
    "link", ["gone", "gone/b", "f", ".moonleap", ".moonleap/base", ".moonleap/staging", "c"]
)
def test_nothing_is_written_through_a_link(out: Path, tmp_path: Path, link: str) -> None:
    path = out / link
    if path.exists():
        path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "outside" / ("b" if link in ("gone/b", "c") else ""))
    before = traces(tmp_path / "outside")
    for force in (False, True):
        put(out, {**NEW, "gone/b": "x\n"}, force=force)
        put(out, NEW, force=force)
    assert traces(tmp_path / "outside") == before
    assert (tmp_path / "outside/b").read_text() == "outside"
    assert path.is_symlink() or link == ".moonleap/staging"


def test_a_link_that_stands_for_a_file_is_named(out: Path, tmp_path: Path) -> None:
    (out / "c").unlink()
    (out / "c").symlink_to(tmp_path / "outside/b")
    report = put(out, NEW)
    assert (codes(report), files(out)["a"]) == (["blocked-path"], EDITED)
    assert str(report.diagnostics[0].span.path) == str(out / "c")


def test_the_output_folder_itself_may_be_a_link(out: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(out)
    assert put(tmp_path / "link", NEW).written
    assert files(out) == AFTER


@pytest.mark.parametrize("path", ["../x", "/etc/x", ".moonleap/x", "a//b", "a/../b", ".", "C:x"])
def test_paths_that_leave_are_refused(tmp_path: Path, path: str) -> None:
    report = put(tmp_path / "out", {path: "x"})
    assert (codes(report), os.listdir(tmp_path)) == (["blocked-path"], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-manifest"),
        ("[]", "bad-manifest"),
        ('{"version": 1}', "bad-manifest"),
        ('{"version": 9}', "foreign-manifest"),
        ('{"version": 1, "role": "generated", "files": {"../a": {}}, "folders": []}', "bad-manifest"),
        ('{"version": 1, "role": "generated", "files": {"a": {"hash": "1"}}, "folders": []}', "bad-manifest"),
        ('{"version": 1, "role": "generated", "files": {}, "folders": ["/tmp"]}', "bad-manifest"),
        ('{"version": 1, "role": "synced", "files": {}, "folders": []}', "foreign-manifest"),
        ('{"version": 1, "role": "generated", "files": {}, "folders": [' + "[" * 9999, "bad-manifest"),
        ("\ud800", "bad-manifest"),
    ],
)
def test_a_manifest_that_is_not_ours_loses_nothing(out: Path, text: str, code: str) -> None:
    (out / ".moonleap/manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    before = traces(out)
    for force in (False, True):
        assert codes(put(out, NEW, force=force)) == [code]
    assert traces(out) == before


@pytest.mark.parametrize("text", ["", '{"version": 2}', '{"version": 1, "steps": [{"path": "../x"}]}'])
def test_a_journal_that_is_not_ours_loses_nothing(out: Path, text: str) -> None:
    (out / ".moonleap/journal.json").write_text(text)
    assert codes(put(out, NEW)) == ["bad-journal"]
    assert files(out) == {**OLD, "a": EDITED}


@pytest.mark.parametrize("lost", ["removed", "changed"])
def test_a_lost_base_loses_no_line(out: Path, lost: str) -> None:
    for base in (out / ".moonleap/base").iterdir():
        base.unlink() if lost == "removed" else base.write_text("2\n")
    report = put(out, NEW)
    assert sorted(codes(report)) == ["lost-base", "merge-conflict"]
    text = (out / "a").read_text()
    assert text.startswith("<<<<<<< yours\n1\n=======\none\n>>>>>>> generated\n2\n<<<<<<< yours\nmine\n")


def test_without_hard_links_files_are_copied(out: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*args: Any, **options: Any) -> None:
            raise OSError(errno.EPERM, "no hard links here")

        patch.setattr(os, "link", refuse)
        assert put(out, NEW).written
    assert files(out) == AFTER


def test_files_of_others_in_our_folder_stay(out: Path) -> None:
    (out / "own").mkdir()
    (out / "own/file").write_text("mine")
    put(out, NEW)
    put(out, {})
    assert files(out) == {"a": "one\n2\nmine\n", "own/file": "mine"}
    assert kinds(planned(out, {})) == {"a": "kept"}
    assert generation({}).files == ()
