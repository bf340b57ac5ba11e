"""Opening what lies beneath a folder, and nothing else (SECURITY P1).

A name is walked segment by segment, each opened in the folder before it and never through a link, so a
link that somebody swaps in meanwhile cannot lead out. Then the descriptor is asked where it is. Systems
without the calls for that (Windows) open first and ask then: `moonlight.openask`.

Links, decided: a link to a regular file in the tree is followed, its target walked like any other name;
all others are refused. Folders are never reached through links, so a tree is finite and each folder has one
name. Hard links and mounts are what they show.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from moonlight.guard import FileSystemError, check_segment, checked, is_hidden, refusal, translated
from moonlight.handles import location, segments_below

MAX_LINKS = 8
"""Links that are followed one after another for one name."""

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NOFOLLOW
_PASSING = _FOLDER | getattr(os, "O_PATH", 0)  # a folder that may be entered but not listed
_FILE = os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)

_REPLACED = frozenset((errno.EINVAL, errno.ELOOP, errno.EMLINK))  # from readlink; from open, also of a BSD

Kind = Literal["file", "folder"]


@dataclass(frozen=True)
class Found:
    """A real entry of a folder; `refused` says why one is not part of the tree."""

    name: str
    kind: Kind = "file"
    status: os.stat_result | None = None
    linked: bool = False
    refused: FileSystemError | None = None


class Opener(Protocol):
    """Reaches files and folders beneath one root; every method raises FileSystemError for what it refuses."""

    root: str
    relative: bool
    """Whether names are opened in the descriptor of their folder, or by their path."""

    def folder(self, parts: tuple[str, ...]) -> AbstractContextManager[int]:
        """A descriptor of the folder, for listing it and for writing into it."""

    def open_file(self, parts: tuple[str, ...]) -> int:
        """A descriptor of a regular file, for reading; the caller closes it."""

    def status(self, parts: tuple[str, ...]) -> os.stat_result:
        """Status of a file or folder."""

    def entries(self, parts: tuple[str, ...]) -> list[Found]:
        """The entries of a folder by name; hidden ones are left out, refused ones are marked."""


class Beneath:
    """The opener for systems that open relative to a folder's descriptor (Linux, macOS, BSD)."""

    relative = True

    def __init__(self, root: str) -> None:
        self.root = root

    @contextmanager
    def folder(self, parts: tuple[str, ...], flags: int = _FOLDER) -> Iterator[int]:
        """A descriptor of the folder; `flags` are for the last one of the walk."""
        name = "/".join(parts)
        descriptor = self._open_root(flags if not parts else _PASSING & ~_NOFOLLOW)
        try:
            base = location(descriptor)
            for depth, part in enumerate(parts, 1):
                opened = _open_folder(part, descriptor, flags if depth == len(parts) else _PASSING, name)
                descriptor, passed = opened, descriptor
                os.close(passed)
            _ask(descriptor, base, name)
            yield descriptor
        finally:
            os.close(descriptor)

    def open_file(self, parts: tuple[str, ...]) -> int:
        name = "/".join(parts)
        for _ in range(MAX_LINKS):
            if not parts:
                raise refusal("not-a-file", "it is a folder", name)
            with self.folder(parts[:-1], _PASSING) as parent:
                opened = _open_regular(parts[-1], parent, name)
            if isinstance(opened, int):
                with _closing_on_error(opened):
                    self._ask_file(opened, name)
                return opened
            if opened is not None:
                parts = link_target(parts[:-1], opened, name)
        raise refusal("link", "too many links, one to another, or a link that keeps changing", name)

    def status(self, parts: tuple[str, ...]) -> os.stat_result:
        name = "/".join(parts)
        with self.folder(parts[:-1], _PASSING) as parent:
            if not parts:
                return os.fstat(parent)
            status = _status(parts[-1], parent, name)
        if stat.S_ISLNK(status.st_mode):
            descriptor = self.open_file(parts)
            try:
                return os.fstat(descriptor)
            finally:
                os.close(descriptor)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise refusal("not-a-file", "not a regular file", name)
        return status

    def entries(self, parts: tuple[str, ...]) -> list[Found]:
        name = "/".join(parts)
        with self.folder(parts) as descriptor:
            try:
                with os.scandir(descriptor) as scanned:
                    found = [self._found(entry, parts) for entry in scanned if not is_hidden(entry.name)]
            except OSError as error:
                raise translated(error, name) from None
        return sorted((entry for entry in found if entry is not None), key=lambda entry: entry.name)

    def _found(self, entry: os.DirEntry[str], parent: tuple[str, ...]) -> Found | None:
        """An entry of a folder; None for one that is gone by now."""
        parts = (*parent, entry.name)
        try:
            check_segment(entry.name, "/".join(parts))
            status = entry.stat(follow_symlinks=False)
            linked = stat.S_ISLNK(status.st_mode)
            if linked:
                status = self.status(parts)
        except FileSystemError as error:
            return Found(entry.name, refused=error)
        except OSError:
            return None
        return found_from(entry.name, status, linked, parent)

    def _open_root(self, flags: int) -> int:
        try:
            return os.open(self.root, flags & ~_NOFOLLOW)
        except OSError as error:
            raise translated(error, "") from None

    def _ask_file(self, descriptor: int, name: str) -> None:
        with self.folder((), _PASSING) as root:
            _ask(descriptor, location(root), name)


def found_from(name: str, status: os.stat_result, linked: bool, parent: tuple[str, ...]) -> Found:
    """A Found for a status; what is neither file nor folder is refused."""
    if stat.S_ISDIR(status.st_mode):
        return Found(name, "folder", status, linked)
    if stat.S_ISREG(status.st_mode):
        return Found(name, "file", status, linked)
    return Found(name, refused=refusal("not-a-file", "not a regular file", "/".join((*parent, name))))


def link_target(parent: tuple[str, ...], target: str, name: str) -> tuple[str, ...]:
    """Segments, from the root, of a link's target; links are read as text, the target need not exist."""
    leaves = refusal("outside-root", "a link that leads out of the tree", name)
    if not target or target.startswith("/"):
        raise leaves
    stack = list(parent)
    for segment in target.split("/"):
        if segment == "..":
            if not stack:
                raise leaves
            stack.pop()
        elif segment not in ("", "."):
            stack.append(segment)
    try:
        return checked("/".join(stack))
    except FileSystemError as error:
        raise refusal(
            error.code, f"a link to a name that is refused: {error.diagnostic.message}", name
        ) from None


def _open_folder(part: str, parent: int, flags: int, name: str) -> int:
    try:
        return os.open(part, flags, dir_fd=parent)
    except OSError as error:
        raise _why_no_folder(part, parent, error, name) from None


def _why_no_folder(part: str, parent: int, error: OSError, name: str) -> FileSystemError:
    """Systems answer differently for links and files that were opened as folders: look again."""
    try:
        mode = os.stat(part, dir_fd=parent, follow_symlinks=False).st_mode
    except OSError as gone:
        return translated(gone, name)
    if stat.S_ISLNK(mode):
        return refusal("link", "folders are not reached through links", name)
    if not stat.S_ISDIR(mode):
        return refusal("not-a-folder", "it is not a folder", name)
    return translated(error, name)


def _open_regular(part: str, parent: int, name: str) -> int | str | None:
    """A descriptor of a regular file, or the target of a link; None where one just became the other.

    Nothing else is opened, and nothing blocks.
    """
    mode = _status(part, parent, name).st_mode
    try:
        if stat.S_ISLNK(mode):
            return os.readlink(part, dir_fd=parent)
        if not stat.S_ISREG(mode):
            what = "it is a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise refusal("not-a-file", what, name)
        descriptor = os.open(part, _FILE, dir_fd=parent)
    except OSError as error:
        if error.errno in _REPLACED:
            return None
        raise translated(error, name) from None
    with _closing_on_error(descriptor):
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal("not-a-file", "not a regular file", name)
    return descriptor


def _status(part: str, parent: int, name: str) -> os.stat_result:
    try:
        return os.stat(part, dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        raise translated(error, name) from None


def _ask(descriptor: int, base: str | None, name: str) -> None:
    """Refuse a descriptor that is not beneath `base`: a folder of the name was moved out meanwhile."""
    here = location(descriptor)
    if base is None or here is None:
        return
    segments = segments_below(base, here)
    if segments is None:
        raise refusal("outside-root", "it is not in the tree", name)
    if any(is_hidden(segment) for segment in segments):
        raise refusal("hidden", "hidden files are not served", name)


@contextmanager
def _closing_on_error(descriptor: int) -> Iterator[None]:
    try:
        yield
    except BaseException:
        os.close(descriptor)
        raise
