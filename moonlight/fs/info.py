"""What a tree knows of a name."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Info:
    """What is known of a name. `size` in bytes, times in Unix seconds.

    A virtual file has the times of `document`, its Markdown; its size is None in a listing, for it is made
    when it is read. `writable` says that the tree writes such files, not that the system permits it.
    """

    name: str
    kind: Literal["file", "folder"]
    size: int | None
    modified: float
    created: float
    virtual: bool = False
    document: str = ""
    writable: bool = False

    @property
    def basename(self) -> str:
        """The last segment of the name."""
        return self.name.rpartition("/")[2]


def real_info(name: str, status: os.stat_result, linked: bool = False) -> Info:
    """Info of a real file or folder; links are not written."""
    created = float(getattr(status, "st_birthtime", status.st_ctime))
    if stat.S_ISDIR(status.st_mode):
        return Info(name, "folder", 0, status.st_mtime, created)
    writable = name.endswith(".md") and not linked
    return Info(name, "file", status.st_size, status.st_mtime, created, writable=writable)


def virtual_info(name: str, document: Info, size: int | None) -> Info:
    """Info of the virtual file that `document` makes."""
    return replace(document, name=name, size=size, virtual=True, document=document.name, writable=False)


def joined(folder: str, name: str) -> str:
    """A name in a folder; the root is ``""``."""
    return f"{folder}/{name}" if folder else name
