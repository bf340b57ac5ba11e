"""Opening beneath a folder where the system has no descriptors of folders to open from (Windows).

A file is opened by its path and then asked where it is; only when the answer is beneath the root is it
read. A folder is held open while it is listed, which on Windows keeps it from being moved or replaced.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moonlight.beneath import Beneath, Found, Opener, found_from
from moonlight.guard import FileSystemError, check_segment, is_hidden, refusal, translated
from moonlight.handles import held_folder, location, segments_below

_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LISTS = os.scandir in os.supports_fd
_RELATIVE = _LISTS and os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd


class OpenThenAsk:
    """The opener for systems without `openat`. A junction or link is followed as far as it stays inside."""

    relative = False

    def __init__(self, root: str) -> None:
        self.root = root

    def open_file(self, parts: tuple[str, ...]) -> int:
        name = "/".join(parts)
        path = self._path(parts)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise refusal("not-a-file", "not a regular file", name)
            descriptor = os.open(path, _FILE)
        except OSError as error:
            raise self._outside_or(error, parts) from None
        try:
            self._ask(descriptor, name)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise refusal("not-a-file", "not a regular file", name)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def status(self, parts: tuple[str, ...]) -> os.stat_result:
        try:
            with self.folder(parts) as descriptor:
                return os.fstat(descriptor)
        except FileSystemError as error:
            if error.code not in ("not-a-folder", "unreadable", "not-found"):
                raise
        descriptor = self.open_file(parts)
        try:
            return os.fstat(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def folder(self, parts: tuple[str, ...]) -> Iterator[int]:
        """A descriptor of the folder, asked where it is; it does not move while the context is open."""
        path = self._path(parts)
        with ExitStack() as stack:
            try:
                if not os.path.isdir(path):
                    code = "not-a-folder" if os.path.exists(path) else "not-found"
                    raise refusal(code, "no such folder", "/".join(parts))
                descriptor = stack.enter_context(held_folder(path))
            except OSError as error:
                raise self._outside_or(error, parts) from None
            self._ask(descriptor, "/".join(parts))
            yield descriptor

    def entries(self, parts: tuple[str, ...]) -> list[Found]:
        name = "/".join(parts)
        with self.folder(parts) as descriptor:
            try:
                with os.scandir(descriptor if _LISTS else self._path(parts)) as scanned:
                    found = [self._found(entry, parts) for entry in scanned if not is_hidden(entry.name)]
            except OSError as error:
                raise translated(error, name) from None
        return sorted((entry for entry in found if entry is not None), key=lambda entry: entry.name)

    def _found(self, entry: os.DirEntry[str], parent: tuple[str, ...]) -> Found | None:
        parts = (*parent, entry.name)
        name = "/".join(parts)
        try:
            check_segment(entry.name, name)
            linked = entry.is_symlink() or _is_junction(entry)
            status = self.status(parts) if linked else entry.stat(follow_symlinks=False)
            if linked and stat.S_ISDIR(status.st_mode):
                raise refusal("link", "folders are not reached through links", name)
        except FileSystemError as error:
            return Found(entry.name, refused=error)
        except OSError:
            return None
        return found_from(entry.name, status, linked, parent)

    def _path(self, parts: tuple[str, ...]) -> str:
        return os.path.join(self.root, *parts)

    def _ask(self, descriptor: int, name: str) -> None:
        here = location(descriptor)
        with held_folder(self.root) as root:
            base = location(root)
        segments = segments_below(base, here) if base and here else None
        if segments is None:
            raise refusal("outside-root", "it is not in the tree", name)
        if any(is_hidden(segment) for segment in segments):
            raise refusal("hidden", "hidden files are not served", name)

    def _outside_or(self, error: OSError, parts: tuple[str, ...]) -> FileSystemError:
        """Why a file did not open; for one behind a link that leaves, only that it leaves.

        Otherwise "not found" and "permission denied" would tell what exists outside.
        """
        name = "/".join(parts)
        try:
            real = os.path.realpath(self._path(parts))
        except OSError:  # a link that is being replaced
            real = ""
        if segments_below(os.path.realpath(self.root), real) is None:
            return refusal("outside-root", "it is not in the tree", name)
        return translated(error, name)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """A Windows junction; only Python 3.12 can say so directly, a reparse point tells as well."""
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0))


def opener(root: str) -> Opener:
    """The opener that this system allows."""
    return Beneath(root) if _RELATIVE else OpenThenAsk(root)
