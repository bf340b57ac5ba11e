"""Where an open file really is: the descriptor is asked, not the name it was opened by."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "darwin":
    import fcntl


def location(descriptor: int) -> str | None:
    """Path of what `descriptor` has open now; None where the system cannot say (a BSD, no /proc)."""
    if sys.platform == "win32":
        return _final_path(descriptor)
    if sys.platform == "darwin":
        answer = fcntl.fcntl(descriptor, fcntl.F_GETPATH, b"\0" * 1024)
        return os.fsdecode(answer.partition(b"\0")[0])
    try:
        answer = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None
    return answer if answer.startswith("/") else None


def segments_below(root: str, path: str) -> tuple[str, ...] | None:
    """Segments of `path` below `root`, both as `location` gives them; None where it is not below."""
    base = os.path.normcase(root).rstrip(os.sep) + os.sep
    if os.path.normcase(path) == os.path.normcase(root):
        return ()
    if not os.path.normcase(path).startswith(base):
        return None
    return tuple(path[len(base) :].split(os.sep))


@contextmanager
def held_folder(path: str) -> Iterator[int]:
    """A descriptor of the folder `path`; while it is open Windows lets nobody move or replace the folder."""
    descriptor = _open_folder(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
    _LIST, _SHARE_READ_WRITE, _OPEN_EXISTING, _BACKUP_SEMANTICS = 1, 3, 3, 0x02000000

    def _open_folder(path: str) -> int:
        create = _KERNEL.CreateFileW
        create.restype = wintypes.HANDLE
        create.argtypes = [
            *(wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID),
            *(wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE),
        ]
        handle = create(path, _LIST, _SHARE_READ_WRITE, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None)
        if handle in (None, wintypes.HANDLE(-1).value):
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_RDONLY)

    def _final_path(descriptor: int) -> str | None:
        ask = _KERNEL.GetFinalPathNameByHandleW
        ask.restype = wintypes.DWORD
        ask.argtypes = [wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD]
        answer = ctypes.create_unicode_buffer(32768)
        if not ask(msvcrt.get_osfhandle(descriptor), answer, len(answer), 0):
            return None
        return answer.value

else:

    def _open_folder(path: str) -> int:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY)
