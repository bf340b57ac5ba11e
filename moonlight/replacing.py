"""Replacing a file beneath a root: compared and swapped under a lock, in one step, durable."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, EPERM, EROFS

from moonlight.beneath import Opener
from moonlight.guard import FileSystemError, refusal, translated

if sys.platform != "win32":
    import fcntl

PATIENCE = 5.0
"""Seconds for which a writer waits for another one."""

LEFT_BEHIND = 3600.0
"""Seconds after which a temporary file belongs to a writer that was killed."""

Compare = Callable[[bytes | None], None]
"""Gets the present bytes, None where there is no file, and raises to keep them."""

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def replace(opener: Opener, parts: tuple[str, ...], data: bytes, compare: Compare) -> None:
    """Make `data` the bytes of a file, new or old; `compare` is called with the lock held.

    Two of our writers cannot pass each other: the folder is locked (`flock`; on Windows there is no such
    lock, and the caller's own must do). A reader sees the old bytes or the new ones. Links are not written.
    """
    name = "/".join(parts)
    try:
        with opener.folder(parts[:-1]) as folder, _locked(folder, name):
            prefix = "" if opener.relative else os.path.join(opener.root, *parts[:-1])
            target = _Target(parts[-1], prefix, folder if opener.relative else None)
            mode = target.mode()
            _check_kind(mode, name)
            compare(None if mode is None else target.read())
            target.sweep()
            target.swap(data, mode)
            with suppress(OSError):
                os.fsync(folder)
    except FileSystemError:
        raise
    except OSError as error:
        if error.errno in (EACCES, EPERM, EROFS):
            raise refusal("unwritable", "permission denied", name) from None
        raise translated(error, name) from None


@dataclass(frozen=True)
class _Target:
    """A name in an open folder; `prefix` is the folder's path where descriptors do not do."""

    name: str
    prefix: str
    folder: int | None

    def at(self, name: str) -> str:
        return os.path.join(self.prefix, name) if self.prefix else name

    def mode(self) -> int | None:
        """Type and permissions of what is there; None for nothing."""
        try:
            return os.stat(self.at(self.name), dir_fd=self.folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return None

    def read(self) -> bytes:
        with os.fdopen(os.open(self.at(self.name), _READ, dir_fd=self.folder), "rb") as file:
            return file.read()

    def swap(self, data: bytes, mode: int | None) -> None:
        """Temporary file beside it, fsync, rename; permissions stay."""
        stem = self.name.encode()[:64].decode(errors="ignore")
        temporary = self.at(f".~{stem}-{secrets.token_hex(6)}.tmp")
        descriptor = os.open(temporary, _CREATE, 0o666, dir_fd=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode is not None and sys.platform != "win32":
                    os.fchmod(descriptor, stat.S_IMODE(mode))
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            os.replace(temporary, self.at(self.name), src_dir_fd=self.folder, dst_dir_fd=self.folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self.folder)
            raise

    def sweep(self) -> None:
        """Remove temporary files of writers that were killed."""
        start = f".~{self.name.encode()[:64].decode(errors='ignore')}-"
        before = time.time() - LEFT_BEHIND
        for name in os.listdir(self.prefix if self.folder is None else self.folder):
            if name.startswith(start) and name.endswith(".tmp"):
                with suppress(OSError):
                    if os.stat(self.at(name), dir_fd=self.folder, follow_symlinks=False).st_mtime < before:
                        os.unlink(self.at(name), dir_fd=self.folder)


def _check_kind(mode: int | None, name: str) -> None:
    if mode is None or stat.S_ISREG(mode):
        return
    if stat.S_ISLNK(mode):
        raise refusal("link", "links are not written", name, "write the file that the link names")
    raise refusal("not-a-file", "it is a folder" if stat.S_ISDIR(mode) else "not a regular file", name)


@contextmanager
def _locked(folder: int, name: str) -> Iterator[None]:
    """Lock a folder against other writers of ours, also in other processes; closing it unlocks."""
    if sys.platform != "win32":
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise refusal("busy", "another program keeps the folder locked", name) from None
                time.sleep(0.005)
            except OSError:  # a file system without locks: the caller's own lock must do
                break
            else:
                break
    yield
