"""The tree of documents as a file system, with a virtual ``x.py`` beside each ``x.py.md``."""

from moonlight.fs.info import Info
from moonlight.fs.tree import MoonlightFS
from moonlight.guard import FileSystemError

__all__ = ["FileSystemError", "Info", "MoonlightFS"]
