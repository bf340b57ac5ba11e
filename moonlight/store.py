"""Outputs of documents, kept beside them in ``.moonlight/outputs/`` and never trusted when read.

The outputs of ``intro.py.md`` are in ``.moonlight/outputs/intro.py.md.json`` of its own folder:

    {"version": 1, "cells": [{"hash", "occurrence", "block", "execution_count", "outputs"}, …]}

`hash` is the source hash of the code that made the outputs, `occurrence` its number among equal
sources, `block` the block index at the time. The store only saves time: it may be deleted, and one
that is damaged or foreign raises StoreError; callers report that in one line and go on without.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.outputs import MAX_DOCUMENT, Entry, dump
from moonlight.source import sweep_temporaries, write_atomic

MAX_FILE = MAX_DOCUMENT + 8 * 2**20
"""Largest store file in bytes that is read."""

MAX_NAME = 200
"""Document names of more bytes are shortened and end in their hash."""

STALE_SECONDS = 600
"""Age at which a temporary file is taken for a killed writer's."""

VERSION = 1
IGNORE = "*\n"


class StoreError(MoonlightError):
    """Stored outputs cannot be read or written; the document itself is not concerned."""


def load(document: str | os.PathLike[str]) -> list[Entry]:
    """The entries stored for `document`; none where there is no store.

    Raises StoreError for a store that is foreign, damaged, too large, or reached through a link.
    """
    with _Reported("read", Path(document)):
        path = _file(Path(document), create=False)
        if path is None:
            return []
        try:
            data = _read(path)
        except FileNotFoundError:
            return []
    return _entries(data, path)


def save(document: str | os.PathLike[str], entries: Sequence[Entry]) -> None:
    """Replace what is stored for `document`; StoreError where the folder does not take it."""
    if not entries:
        remove(document)
        return
    cells = [
        {
            "hash": entry.hash,
            "occurrence": entry.occurrence,
            "block": entry.block,
            "execution_count": entry.execution_count,
            "outputs": entry.outputs,
        }
        for entry in entries
    ]
    text = dump({"version": VERSION, "cells": cells}) + "\n"
    with _Reported("write", Path(document)):
        path = _file(Path(document), create=True)
        assert path is not None
        with suppress(OSError):
            if _read(path) == text.encode():
                return
        sweep_temporaries(path, time.time() - STALE_SECONDS)
        write_atomic(path, text)


def remove(document: str | os.PathLike[str]) -> None:
    """Forget the outputs of `document`, and the store's folder when it was the last one."""
    with _Reported("remove", Path(document)):
        path = _file(Path(document), create=False)
        if path is None:
            return
        with suppress(FileNotFoundError):
            path.unlink()
        _drop_if_empty(path.parent)


def move(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> None:
    """Outputs follow a renamed document; what the new name had before is forgotten."""
    copy(old, new)
    remove(old)


def copy(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> None:
    """A copied document gets a copy of the outputs; what the new name had before is forgotten."""
    with _Reported("copy", Path(new)):
        source = _file(Path(old), create=False)
        if source is None or not source.is_file():
            remove(new)
            return
        target = _file(Path(new), create=True)
        assert target is not None
        temporary = target.with_name(f".~{target.name[:64]}.tmp")
        shutil.copyfile(source, temporary, follow_symlinks=False)
        temporary.replace(target)


# -- files ---------------------------------------------------------------------------------------


def _file(document: Path, create: bool) -> Path | None:
    """The store file of a document; None where its folder is missing and not to be made.

    Neither the folders nor the file may be links: a cloned repository must not direct our writes.
    """
    top = document.parent / ".moonlight"
    for folder in (top, top / "outputs"):
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            if not create:
                return None
            with suppress(FileExistsError):
                folder.mkdir()
            continue
        if not stat.S_ISDIR(mode):
            raise _refusal("use", folder, "not a folder of its own")
    if create and not os.path.lexists(top / ".gitignore"):
        with suppress(FileExistsError), (top / ".gitignore").open("x", encoding="utf-8") as file:
            file.write(IGNORE)
    path = top / "outputs" / _name(document.name)
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise _refusal("use", path, "not a regular file")
    return path


def _name(document: str) -> str:
    data = os.fsencode(document)
    if len(data) <= MAX_NAME:
        return document + ".json"
    short = data[: MAX_NAME - 40].decode("utf-8", "ignore")
    return f"{short}-{hashlib.sha256(data).hexdigest()[:16]}.json"


def _read(path: Path) -> bytes:
    """Bytes of a regular file of bounded size; no link is followed, no pipe waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise OSError(errno.EFBIG, f"more than {MAX_FILE // 2**20} MB")
    return data


def _drop_if_empty(outputs: Path) -> None:
    """Remove the store's folders when nothing but our own ignore file is left in them."""
    top = outputs.parent
    ignore = top / ".gitignore"
    with suppress(OSError):
        outputs.rmdir()
        if list(top.iterdir()) == [ignore] and ignore.read_text("utf-8") == IGNORE:
            ignore.unlink()
            top.rmdir()


class _Reported:
    """Turns OSError into StoreError."""

    def __init__(self, action: str, path: Path) -> None:
        self.action, self.path = action, path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or type(error).__name__
            raise _refusal(self.action, self.path, reason) from None


# -- content -------------------------------------------------------------------------------------


def _entries(data: bytes, path: Path) -> list[Entry]:
    """Entries of a store file, whoever wrote it; StoreError for anything of another shape."""
    try:
        content = json.loads(data, parse_float=_finite, parse_constant=_no_constant)
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']!r}")
        return [_entry(cell) for cell in content["cells"]]
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
        reason = f"{type(error).__name__}: {error}"[:120]
        raise _refusal("read", path, f"not a store of outputs ({reason})") from None


def _entry(cell: dict[str, Any]) -> Entry:
    numbers = (cell["occurrence"], cell["block"])
    count = cell["execution_count"]
    outputs = cell["outputs"]
    if not isinstance(cell["hash"], str) or not all(map(_is_count, numbers)):
        raise TypeError("a cell without hash and number")
    if not isinstance(outputs, list) or not all(isinstance(output, dict) for output in outputs):
        raise TypeError("outputs that are no list of objects")
    return Entry(cell["hash"], *numbers, count if _is_count(count) else None, outputs)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number out of range")
    return value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _refusal(action: str, path: Path, reason: str) -> StoreError:
    """The path is given from the document's folder on: no path of the host in messages."""
    parts = path.parts
    start = parts.index(".moonlight") if ".moonlight" in parts else len(parts) - 1
    name = "/".join(parts[start:])
    hint = "delete .moonlight/outputs to begin anew"
    message = f"cannot {action} stored outputs: {reason}"
    return StoreError(Diagnostic("outputs-store", message, Span(name, 1, 1), hint, "warning"))
