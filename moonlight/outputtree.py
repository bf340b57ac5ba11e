"""Files beneath an output folder, reached name by name and never through a link (SECURITY P9).

Folders are opened one in the other, so a link that somebody swaps in leads nowhere. Where the system has no
such calls (Windows), each folder on the way is looked at before a path is used. OUT itself may be a link.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from moonlight.diagnostic import Diagnostic, MoonlightError, Span

MAX_OPEN = 16
"""Folders that are kept open."""

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NOFOLLOW
_READ = os.O_RDONLY | _NOFOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY
_RELATIVE = os.open in os.supports_dir_fd and os.link in os.supports_dir_fd
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES)


class BlockedPath(MoonlightError):
    """A link, a folder or something else stands where a file or a folder is needed."""

    def __init__(self, path: str, what: str, shown: str) -> None:
        hint = "move it away, or give the output another name"
        super().__init__(Diagnostic("blocked-path", what, Span(shown, 1, 1), hint))
        self.path = path


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: its bytes, and its permissions."""

    data: bytes
    mode: int

    @property
    def executable(self) -> bool:
        """Whether its owner may run it."""
        return bool(self.mode & stat.S_IXUSR)


class OutputTree:
    """The files below `out`; paths are relative, with "/", and already proven to stay inside.

    A link, or something else than the file or folder that is needed, raises BlockedPath; what the system
    refuses is an OSError with the file's name.
    """

    def __init__(self, out: str | os.PathLike[str]) -> None:
        self.out = os.fspath(out)
        self.root = os.path.realpath(self.out)
        self._folders: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def shown(self, path: str) -> str:
        """`path` as messages name it."""
        return os.path.join(self.out, path)

    def read(self, path: str) -> Found | None:
        """A file; None where there is nothing."""
        try:
            with self._at(path) as (name, folder):
                descriptor = os.open(name, _READ, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO) or os.path.isdir(self._real(path)):
                raise self._blocked(path) from None
            raise
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise self._blocked(path)
            data = b"".join(iter(lambda: os.read(descriptor, status.st_size + 1), b""))
            return Found(data, stat.S_IMODE(status.st_mode))
        finally:
            os.close(descriptor)

    def exists(self, path: str) -> bool:
        """Whether the name is taken, also by a folder or a link."""
        try:
            with self._at(path) as (name, folder):
                os.stat(name, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this name; what else stands there raises BlockedPath."""
        try:
            with self._at(f"{path}/."):
                return True
        except FileNotFoundError:
            return False

    def names(self, folder: str) -> list[str]:
        """Names in a folder, none where it is not there."""
        try:
            with self._at(f"{folder}/.") as (name, descriptor):
                return sorted(os.listdir(os.path.dirname(name) if descriptor is None else descriptor))
        except FileNotFoundError:
            return []

    def create(self, path: str, data: bytes, mode: int, exact: bool = False) -> int:
        """Write a new file and return its descriptor, which the caller syncs and closes.

        The system takes from `mode` what new files shall not have, unless it is `exact`.
        """
        with self._at(path) as (name, folder):
            descriptor = os.open(name, _CREATE, mode, dir_fd=folder)
            try:
                with os.fdopen(os.dup(descriptor), "wb") as file:
                    file.write(data)
                if exact and hasattr(os, "fchmod"):
                    os.fchmod(descriptor, mode)
            except BaseException:
                os.close(descriptor)
                raise
            return descriptor

    def replace(self, source: str, target: str) -> None:
        """Rename a file; the target's old file is gone, and errors name the target."""
        with self._at(target) as (new, folder), self._at(source) as (old, old_folder):
            os.replace(old, new, src_dir_fd=old_folder, dst_dir_fd=folder)

    def keep(self, source: str, second: str) -> None:
        """Give a file a second name; where there are no hard links, copy it with its times."""
        try:
            with self._at(source) as (old, old_folder), self._at(second) as (new, folder):
                os.link(old, new, src_dir_fd=old_folder, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._copy(source, second)

    def _copy(self, source: str, second: str) -> None:
        found = self.read(source)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.shown(source))
        with self._at(source) as (name, folder):
            times = os.stat(name, dir_fd=folder, follow_symlinks=False)
        os.close(self.create(second, found.data, found.mode, exact=True))
        with self._at(second) as (name, folder):
            os.utime(name, ns=(times.st_atime_ns, times.st_mtime_ns), dir_fd=folder)

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        with suppress(FileNotFoundError), self._at(path) as (name, folder):
            os.unlink(name, dir_fd=folder)

    def make_folder(self, path: str) -> None:
        """Make a folder, unless it is there."""
        try:
            with self._at(path) as (name, folder):
                os.mkdir(name, dir_fd=folder)
        except FileExistsError:
            with self._at(f"{path}/."):
                pass

    def make_parents(self, path: str) -> list[str]:
        """Make the folders on the way to a file; returns those that were made, from the outside inwards."""
        made = []
        for end in (at for at, character in enumerate(path) if character == "/"):
            if not self.is_folder(path[:end]):
                self.make_folder(path[:end])
                made.append(path[:end])
        return made

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        self._forget()
        with self._at(path) as (name, folder):
            os.rmdir(name, dir_fd=folder)

    def sync_folder(self, path: str) -> None:
        """Make renames in a folder durable, where folders can be synced."""
        with suppress(OSError), self._at(f"{path}/." if path else ".") as (_, folder):
            if folder is not None:
                os.fsync(folder)

    def open_again(self, path: str) -> int:
        """A descriptor of a file that is there, for locking it."""
        with self._at(path) as (name, folder):
            return os.open(name, os.O_RDWR | _NOFOLLOW | _BINARY, dir_fd=folder)

    def is_still(self, path: str, descriptor: int) -> bool:
        """Whether `path` still names the file that is open."""
        try:
            with self._at(path) as (name, folder):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return os.path.samestat(status, os.fstat(descriptor))

    @contextmanager
    def _at(self, path: str) -> Iterator[tuple[str, int | None]]:
        """The name and the open folder to give to a call; errors of the call name the file."""
        folder, _, name = path.rpartition("/")
        try:
            if _RELATIVE:
                yield name, self._folder(folder)
            else:
                self._check_folders(folder)
                yield os.path.join(self.root, path), None
        except OSError as error:
            error.filename, error.filename2 = self.shown(path), None
            raise

    def _folder(self, path: str) -> int:
        """The open folder; of those that were used before, the last ones are still open."""
        opened = self._folders.pop(path, None)
        if opened is None:
            opened = self._open(path)
        self._folders[path] = opened
        if len(self._folders) > MAX_OPEN:
            os.close(self._folders.pop(next(iter(self._folders))))
        return opened

    def _open(self, path: str) -> int:
        opened = os.open(self.root, _FOLDER)
        walked: list[str] = []
        for name in path.split("/") if path else ():
            walked.append(name)
            above = opened
            try:
                opened = os.open(name, _FOLDER, dir_fd=above)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
                    raise self._blocked("/".join(walked)) from None
                raise
            finally:
                os.close(above)
        return opened

    def _check_folders(self, path: str) -> None:
        names = path.split("/") if path else []
        for count in range(1, len(names) + 1):
            above = "/".join(names[:count])
            status = os.lstat(self._real(above))
            is_junction = bool(getattr(status, "st_file_attributes", 0) & 0x400)
            if not stat.S_ISDIR(status.st_mode) or is_junction:
                raise self._blocked(above)

    def _forget(self) -> None:
        for descriptor in self._folders.values():
            os.close(descriptor)
        self._folders.clear()

    def _real(self, path: str) -> str:
        return os.path.join(self.root, path)

    def _blocked(self, path: str) -> BlockedPath:
        mode = os.lstat(self._real(path)).st_mode if os.path.lexists(self._real(path)) else 0
        if stat.S_ISLNK(mode):
            what = "it is a link, and nothing is written through links"
        elif stat.S_ISDIR(mode):
            what = "it is a folder where a file is needed"
        elif stat.S_ISREG(mode):
            what = "it is a file where a folder is needed"
        else:
            what = "it is no regular file"
        return BlockedPath(path, what, self.shown(path))
