"""Saves that the disk or a signal stops: the old text stays whole, and the same save works later."""

from __future__ import annotations

import builtins
import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tornado.web import HTTPError

from jupyter_ext.saving import STALE_SECONDS
from tests.jupyter_ext.managers import TEXT, Desk, code_cells, temporaries

ROOT = Path(__file__).parents[2]

STATUS = {
    errno.ENOSPC: 507,
    errno.EDQUOT: 507,
    errno.EIO: 503,
    errno.EROFS: 403,
    errno.EACCES: 403,
}


class _Torn:
    """A file that takes half of what is written, then no more."""

    def __init__(self, file: Any, code: int) -> None:
        self.file, self.code = file, code

    def __enter__(self) -> _Torn:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> int:
        self.file.write(data[: len(data) // 2])
        raise OSError(self.code, os.strerror(self.code))


def fault(monkeypatch: pytest.MonkeyPatch, step: str, code: int) -> None:
    """Let one step of writing a temporary file fail."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(code, os.strerror(code), "/secret/host/path")

    there = builtins.open

    def opened(name: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode != "xb":
            return there(name, mode, *args, **kwargs)
        return fail() if step == "open" else _Torn(there(name, mode, *args, **kwargs), code)

    if step in ("open", "write"):
        monkeypatch.setattr(builtins, "open", opened)
    else:
        monkeypatch.setattr(os, step, fail)


@pytest.mark.parametrize("code", STATUS, ids=errno.errorcode.get)
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("kind", ["notebook", "file"])
def test_a_disk_that_refuses_leaves_the_old_text_and_the_save_can_be_repeated(
    default_desk: Desk, kind: str, step: str, code: int
) -> None:
    desk = default_desk
    desk.write("a.py.md")
    notebook = desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    now = TEXT.replace("x = 1", "x = 2")
    model = {"type": "notebook", "format": "json", "content": notebook}
    if kind == "file":
        model = {"type": "file", "format": "text", "content": now}
    with pytest.MonkeyPatch.context() as patch:
        fault(patch, step, code)
        with pytest.raises(HTTPError) as caught:
            desk.call("save", dict(model), "a.py.md")
    assert caught.value.status_code == STATUS[code]
    message = str(caught.value.log_message)
    assert message.startswith("a.py.md: ")
    assert message.endswith("The file was not changed.")
    assert "secret" not in message
    assert desk.read("a.py.md") == TEXT
    assert temporaries(desk.root) == []
    desk.call("save", dict(model), "a.py.md")
    assert desk.read("a.py.md") == now


def test_a_new_document_that_the_disk_refuses_leaves_nothing(default_desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fault(patch, "fsync", errno.ENOSPC)
        with pytest.raises(HTTPError):
            default_desk.call("new_untitled", ext=".py.md")
    assert list(default_desk.root.iterdir()) == []


def test_attachments_of_a_save_that_failed_are_taken_back(default_desk: Desk) -> None:
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![](attachment:pic.png)",
        "attachments": {"pic.png": {"image/png": "iVBORw0KGgo="}},
    }
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    with pytest.MonkeyPatch.context() as patch:
        fault(patch, "fsync", errno.ENOSPC)
        with pytest.raises(HTTPError):
            default_desk.save("x.py.md", notebook)
    assert list(default_desk.root.iterdir()) == []


def test_a_file_that_is_read_only_is_not_replaced(
    default_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = default_desk.write("a.py.md")
    notebook = default_desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    access = os.access  # root may write everything: say what the system would say to others
    monkeypatch.setattr(os, "access", lambda p, mode, **kw: access(p, mode, **kw) and str(p) != str(path))
    error = default_desk.refused_save("a.py.md", notebook)
    assert error.status_code == 403
    assert default_desk.read("a.py.md") == TEXT


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_refuses_the_save(default_desk: Desk) -> None:
    default_desk.write("a.py.md")
    notebook = default_desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    default_desk.root.chmod(0o500)
    try:
        assert default_desk.refused_save("a.py.md", notebook).status_code == 403
        assert default_desk.read("a.py.md") == TEXT
    finally:
        default_desk.root.chmod(0o700)


def test_what_killed_writers_left_behind_is_swept_by_the_next_save(default_desk: Desk) -> None:
    default_desk.write("a.py.md")
    old = default_desk.write(".~a.py.md-0123456789ab.tmp", "half")
    young = default_desk.write(".~a.py.md-ba9876543210.tmp", "half")
    past = time.time() - STALE_SECONDS - 1
    os.utime(old, (past, past))
    notebook = default_desk.open("a.py.md")
    code_cells(notebook)[0]["source"] = "x = 2"
    default_desk.save("a.py.md", notebook)
    assert temporaries(default_desk.root) == [young.name]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_saves_killed_at_any_moment_leave_a_whole_text(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.jupyter_ext.killed_saves", str(tmp_path), "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 5
