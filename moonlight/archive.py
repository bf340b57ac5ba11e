"""A tree as ZIP archive, made while it is read: constant memory, and the same bytes for the same tree."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace as with_changes

from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.fs.info import joined
from moonlight.fs.tree import MoonlightFS

CHUNK = 256 * 1024
"""Bytes that are read at once; an archive comes in pieces of about that size."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every entry, the first that the format has."""

LEVEL = 6
"""Deflate level. Python and zlib being the same, so are the bytes."""

_FILE_MODE = 0o100644 << 16
_FOLDER_MODE = (0o040755 << 16) | 0x10
_UNIX = 3
_ERRORS = frozenset(("unreadable", "io-error", "busy"))

Report = Callable[[Diagnostic], None]


def zip_chunks(
    tree: MoonlightFS,
    report: Report | None = None,
    leave_out: Collection[str] = (),
    on_entry: Callable[[str], None] | None = None,
) -> Iterator[bytes]:
    """The whole tree as the bytes of a ZIP archive, piece by piece.

    It holds every file of the tree, virtual ones too, and empty folders, sorted. What is left out is given to
    `report`: entries that the tree does not serve, documents without a virtual file, as warnings; what cannot
    be read, as errors. `leave_out` are names that do not belong in it, such as the archive itself; `on_entry`
    gets each name as it is begun. A file is taken with the size that it has when it is opened.
    """
    tell = report or _ignore
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name in _names(tree, tell):
            if name in leave_out:
                continue
            if on_entry is not None:
                on_entry(name)
            try:
                yield from _entry(archive, sink, tree, name)
            except _NotOpened as reason:
                tell(_graded(reason.error.diagnostic, name))
    yield from sink.taken(0)


class _NotOpened(Exception):
    """A file could not be opened; nothing of it is in the archive."""

    def __init__(self, error: MoonlightError) -> None:
        super().__init__(str(error))
        self.error = error


class _Sink:
    """A file for ZipFile to write on, which cannot seek and is emptied after each piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what is written is taken."""

    def close(self) -> None:
        """Nothing to do."""

    def taken(self, least: int = CHUNK) -> Iterator[bytes]:
        """What was written since, once it is as much as `least` bytes."""
        if self._size and self._size >= least:
            whole = b"".join(self._pieces)
            self._pieces, self._size = [], 0
            yield whole


def _names(tree: MoonlightFS, tell: Report) -> Iterator[str]:
    """Names of all files, folder by folder, and of empty folders with a slash at their end."""

    def failed(error: MoonlightError) -> None:
        tell(_graded(error.diagnostic, error.diagnostic.span.path))

    for folder, folders, files in tree.walk("", failed):
        with suppress(MoonlightError):  # the folder may be gone since it was listed
            for diagnostic in tree.diagnostics(folder):
                tell(_graded(diagnostic, diagnostic.span.path))
        if folder and not folders and not files:
            yield folder + "/"
        for name in files:
            yield joined(folder, name)


def _entry(archive: zipfile.ZipFile, sink: _Sink, tree: MoonlightFS, name: str) -> Iterator[bytes]:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = _UNIX
    if name.endswith("/"):
        info.external_attr = _FOLDER_MODE
        archive.writestr(info, b"")
        return
    info.external_attr = _FILE_MODE
    info.compress_type = zipfile.ZIP_DEFLATED
    try:
        file = tree.open(name)
    except MoonlightError as error:
        raise _NotOpened(error) from None
    with file:
        info.file_size = left = _size(file)
        with archive.open(info, "w") as entry:
            while left > 0 and (data := file.read(min(CHUNK, left))):
                left -= len(data)
                entry.write(data)
                yield from sink.taken()
    yield from sink.taken()


def _size(file: io.BufferedReader | io.BytesIO) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


def _graded(diagnostic: Diagnostic, name: str) -> Diagnostic:
    """The diagnostic as the archive's: what could not be read is an error, the rest is not of the tree."""
    if diagnostic.code == "shadowed-py":
        return diagnostic
    message = f"{name} is left out of the archive: {diagnostic.message}"
    return with_changes(
        diagnostic, message=message, severity="error" if diagnostic.code in _ERRORS else "warning"
    )


def _ignore(diagnostic: Diagnostic) -> None:
    """The caller does not want to know."""
