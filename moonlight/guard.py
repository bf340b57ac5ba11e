"""Names in a served tree: refused as text, before any file call (SECURITY P1).

A name is relative, written with ``/``, and means the same on every system: what Windows or macOS would
read as another file is refused on Linux too, so that a tree can move between them.
"""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from moonlight.diagnostic import Diagnostic, MoonlightError, Span

MAX_SEGMENT = 255
"""Longest segment of a name in bytes of UTF-8: what the file systems in use take."""

MAX_NAME = 1024
"""Longest whole name in bytes of UTF-8."""

DERIVED = "__pycache__"
"""A folder of bytecode; it comes and goes with imports and is no part of a tree."""

CODES: Mapping[str, str] = MappingProxyType(
    {
        "bad-name": "the name cannot be used on every system, or is too long",
        "busy": "another program keeps the folder locked",
        "exists": "a new file was wanted and there is one of that name",
        "hidden": "the name, or a folder in it, begins with a dot or is __pycache__",
        "io-error": "the system refused for another reason, which the message gives",
        "link": "a folder of the name is a link, or a link was to be written",
        "not-a-file": "it is a folder, or neither file nor folder",
        "not-a-folder": "it is a file",
        "not-found": "there is nothing of that name",
        "outside-root": "the name, or the link of that name, leads out of the tree",
        "read-only": "only Markdown is written through the tree",
        "stale": "the file has another text than the writer thinks",
        "unreadable": "the system does not let this process read it",
        "unwritable": "the system does not let this process write it",
    }
)
"""Every code of FileSystemError, with what it says."""

_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$)",
    re.IGNORECASE,
)
_DRIVE = re.compile(r"[A-Za-z]:")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CATEGORIES = frozenset(("Cc", "Cs", "Zl", "Zp"))


class FileSystemError(MoonlightError, OSError):
    """A name in a tree was refused, or what it names cannot be read or written.

    It is an OSError too, of the kind that Python has for the case (FileNotFoundError, PermissionError…).
    Its messages hold the name as given and never a path of the host.
    """

    number = errno.EIO

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.errno = self.number

    def __reduce__(self) -> tuple[type[FileSystemError], tuple[Diagnostic]]:
        return type(self), (self.diagnostic,)


class NotFoundError(FileSystemError, FileNotFoundError):
    """There is nothing of that name in the tree."""

    number = errno.ENOENT


class NotAFileError(FileSystemError, IsADirectoryError):
    """It is a folder, or neither file nor folder."""

    number = errno.EISDIR


class NotAFolderError(FileSystemError, NotADirectoryError):
    """A folder was wanted and it is a file."""

    number = errno.ENOTDIR


class ExistsError(FileSystemError, FileExistsError):
    """A new file was wanted and there is one of that name."""

    number = errno.EEXIST


class DeniedError(FileSystemError, PermissionError):
    """The name is refused, or the system denies it to this process."""

    number = errno.EACCES


_CLASSES: Mapping[str, type[FileSystemError]] = MappingProxyType(
    {
        "exists": ExistsError,
        "not-a-file": NotAFileError,
        "not-a-folder": NotAFolderError,
        "not-found": NotFoundError,
        **dict.fromkeys(("bad-name", "hidden", "link", "outside-root"), DeniedError),
        **dict.fromkeys(("read-only", "unreadable", "unwritable"), DeniedError),
    }
)

_NUMBERS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        errno.ENOENT: ("not-found", "no such file or folder"),
        errno.ENOTDIR: ("not-found", "no such file or folder"),
        errno.EISDIR: ("not-a-file", "not a regular file"),
        errno.ENXIO: ("not-a-file", "not a regular file"),
        errno.EACCES: ("unreadable", "permission denied"),
        errno.EPERM: ("unreadable", "permission denied"),
        errno.ELOOP: ("link", "it is a link"),
        errno.ENAMETOOLONG: ("bad-name", "the name is too long for this system"),
        errno.EILSEQ: ("bad-name", "this system cannot store the name"),
    }
)


def refusal(code: str, message: str, name: str, hint: str = "") -> FileSystemError:
    """The error for `name`, whose text is made harmless for terminals and logs."""
    label = shown(name) or "."
    return _CLASSES.get(code, FileSystemError)(Diagnostic(code, message, Span(label, 1, 1), hint))


def translated(error: OSError, name: str) -> FileSystemError:
    """What the system said about `name`, without the host's path."""
    if isinstance(error, FileSystemError):
        return error
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return refusal(*_NUMBERS.get(error.errno or 0, ("io-error", reason)), name)


def shown(name: str) -> str:
    """`name` for people: what cannot be printed is escaped, the end of a very long one is cut."""
    kept = name if len(name) <= 200 else name[:199] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in kept)


def checked(name: str) -> tuple[str, ...]:
    """The segments of a name; none for ``""`` and ``"."``, which are the root.

    Raises FileSystemError ``outside-root``, ``hidden`` or ``bad-name``. It looks at the text only.
    """
    if name in ("", "."):
        return ()
    if len(name) > MAX_NAME:
        raise refusal("bad-name", f"the name is longer than {MAX_NAME} bytes", name)
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        raise refusal("outside-root", "the name is absolute", name, "names are relative to the root")
    if "\\" in name:
        raise refusal("bad-name", "a backslash in the name", name, "write / between folders")
    segments = tuple(name.split("/"))
    if ".." in segments:
        raise refusal("outside-root", "'..' in the name", name, "names are relative to the root")
    for segment in segments:
        check_segment(segment, name)
    if len(name.encode()) > MAX_NAME:
        raise refusal("bad-name", f"the name is longer than {MAX_NAME} bytes", name)
    return segments


def check_segment(segment: str, name: str) -> None:
    """Refuse a segment of `name`: ``hidden``, or ``bad-name`` with the reason."""
    reason = _flaw(segment)
    if reason:
        raise refusal("bad-name", reason, name)
    if is_hidden(segment):
        raise refusal("hidden", "hidden files are not served", name)


def is_hidden(segment: str) -> bool:
    """Whether a segment begins with a dot, or is the folder of bytecode (in any case: Windows, macOS)."""
    return segment.startswith(".") or segment.casefold() == DERIVED


def _flaw(segment: str) -> str:
    """Why a segment cannot be used everywhere; "" where it can."""
    if segment in ("", "."):
        return "an empty or '.' segment in the name"
    for char in segment:
        if char in _DIRECTION or (not char.isprintable() and unicodedata.category(char) in _CATEGORIES):
            return f"the character U+{ord(char):04X} in the name"
    if "\\" in segment or "/" in segment:
        return "a slash or backslash in the name"
    if ":" in segment:
        return "a colon in the name (a drive or an alternate stream on Windows)"
    if segment[-1] in ". ":
        return "a dot or space at the end of a name (Windows drops it)"
    stem = segment.partition(".")[0].rstrip(" ")
    if _DEVICE.fullmatch(stem):
        return f"{shown(stem)!r} is a device on Windows"
    if len(segment.encode()) > MAX_SEGMENT:
        return f"a part of the name is longer than {MAX_SEGMENT} bytes"
    return ""
