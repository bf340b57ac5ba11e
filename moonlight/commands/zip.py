"""Command `zip`: the whole tree, virtual files too, as one archive."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from moonlight.archive import zip_chunks
from moonlight.commandline import StatusLine, show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.fs.tree import MoonlightFS


class ZipError(MoonlightError):
    """An archive was not written: a file is in the way, or its place cannot be written."""


@click.command("zip")
@click.argument("folder", metavar="DIR")
@click.option("-o", "--output", metavar="OUT", required=True, help="The archive; - for standard output.")
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
def zip_(folder: str, output: str, force: bool) -> None:
    """Write a folder as ZIP archive: its files, and a .py for each .py.md.

    Hidden files and links out of the folder are not in it. The same folder gives the same bytes, whatever
    the times of its files. What could not be read is named, and the exit code is 1.
    """
    if output == "-" and sys.stdout.isatty():
        raise click.UsageError("an archive is not for a terminal: redirect it, or name a file with -o.")
    tree = MoonlightFS(folder)
    target = None if output == "-" else Path(output)
    if target is not None:
        _check_free(target, force)
    found: list[Diagnostic] = []
    progress = Progress()
    leave_out = _inside(tree, target)
    chunks = zip_chunks(tree, found.append, leave_out, progress.entry)
    try:
        if target is None:
            for chunk in progress.counting(chunks):
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        else:
            write_archive(target, progress.counting(chunks), force)
    finally:
        progress.done()
    if show_diagnostics(found):
        sys.exit(1)


def write_archive(target: Path, chunks: Iterable[bytes], force: bool = False) -> None:
    """Write an archive in one step: until it is whole there is only a temporary file, which always goes.

    An existing file is replaced when forced, a link is replaced and not followed. Raises ZipError
    ``exists`` or ``unwritable``.
    """
    temporary = target.parent / f".~{secrets.token_hex(8)}.zip.tmp"
    try:
        with open(temporary, "xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        _put(temporary, target, force)
    except OSError as error:
        if isinstance(error, MoonlightError):
            raise
        raise _refusal("unwritable", error.strerror or type(error).__name__, target) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def _put(temporary: Path, target: Path, force: bool) -> None:
    """Give the archive its name; where it is not forced, a file that came meanwhile is kept."""
    if force:
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _in_the_way(target) from None
    except OSError:  # a file system without hard links
        _check_free(target, force)
        os.replace(temporary, target)


def _check_free(target: Path, force: bool) -> None:
    if target.is_dir() and not target.is_symlink():
        raise _refusal("not-a-file", "it is a folder", target, "name a file with -o")
    if os.path.lexists(target) and not force:
        raise _in_the_way(target)


def _in_the_way(target: Path) -> ZipError:
    return _refusal("exists", "the file exists already", target, "--force replaces it")


def _refusal(code: str, message: str, target: Path, hint: str = "") -> ZipError:
    return ZipError(Diagnostic(code, message, Span(str(target), 1, 1), hint))


def _inside(tree: MoonlightFS, target: Path | None) -> list[str]:
    """Name of the archive in the tree, when it is put there: an old one is no part of the new one."""
    if target is None:
        return []
    folder = os.path.realpath(target.parent)
    if folder != tree.root and not folder.startswith(tree.root.rstrip(os.sep) + os.sep):
        return []
    return [Path(folder, target.name).relative_to(tree.root).as_posix()]


class Progress:
    """Counts what goes into the archive, and shows it."""

    def __init__(self) -> None:
        self._line = StatusLine()
        self._entries = 0
        self._bytes = 0

    def entry(self, name: str) -> None:
        """A file is begun."""
        self._entries += 1
        self._draw()

    def counting(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """The chunks, counted as they pass."""
        for chunk in chunks:
            self._bytes += len(chunk)
            self._draw()
            yield chunk

    def done(self) -> None:
        """Clear the line."""
        self._line.clear()

    def _draw(self) -> None:
        self._line.show(f"{self._entries:,} files, {self._bytes / 1e6:,.1f} MB")
