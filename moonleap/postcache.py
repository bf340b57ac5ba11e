"""Texts by the hash of all they were made from: bounded, and safe with several writers.

A damaged entry is taken for none. The cache only saves time, so nothing it meets is an error.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 64 * 2**20
"""Size at which the oldest entries go."""
MAX_ENTRIES = 20_000
_STALE = 3600.0
"""Seconds after which a file that its writer did not rename is left over."""
_HEAD = b"moonleap-1 "


class TextCache:
    """Files of a folder, named by key; without a folder it is always empty. `frozen`: nothing is written."""

    def __init__(self, folder: Path | None, frozen: bool = False) -> None:
        self.folder = folder if folder is None or _is_own(folder) else None
        self.frozen = frozen

    def get(self, key: str) -> str | None:
        """The text of a key, None where there is none."""
        if self.folder is None:
            return None
        path = self.folder / key
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with open(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    return None
                head, _, data = file.read(MAX_BYTES).partition(b"\n")
            if head != _head(data):
                return None
            text = data.decode()
        except (OSError, UnicodeDecodeError):
            return None
        if self.frozen:
            return text
        with suppress(OSError):
            os.utime(path, ns=(time.time_ns(), os.stat(path).st_mtime_ns))  # used, but not changed
        return text

    def put(self, key: str, text: str) -> None:
        """Keep a text; a reader sees all of it or nothing."""
        if self.folder is None or self.frozen:
            return
        temporary = self.folder / f"{key}.{secrets.token_hex(6)}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            data = text.encode()
            with open(temporary, "xb") as file:
                file.write(_head(data) + b"\n" + data)
            os.replace(temporary, self.folder / key)
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    def trim(self) -> None:
        """Drop the entries that were not used for the longest time, until a quarter is free."""
        if self.folder is None or self.frozen:
            return
        entries = []
        with suppress(OSError), os.scandir(self.folder) as found:
            for entry in found:
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        entries.append((max(status.st_atime, status.st_mtime), status.st_size, entry.path))
        total, count = sum(size for _, size, _ in entries), len(entries)
        full = total > MAX_BYTES or count > MAX_ENTRIES
        for used, size, path in sorted(entries):
            too_much = full and (total > MAX_BYTES * 3 // 4 or count > MAX_ENTRIES * 3 // 4)
            if too_much or (path.endswith(".tmp") and used < time.time() - _STALE):
                with suppress(OSError):
                    os.unlink(path)
                total, count = total - size, count - 1


def key_of(*parts: str) -> str:
    """The key of all that a text depends on."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def _head(data: bytes) -> bytes:
    return _HEAD + hashlib.sha256(data).hexdigest().encode()


def _is_own(folder: Path) -> bool:
    """Whether neither the folder nor the one above it is a link to somewhere else."""
    return not any(os.path.islink(path) for path in (folder, folder.parent))
