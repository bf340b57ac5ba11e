"""Source text: decoding, lines as Python and CommonMark count them, hashes, atomic replacement."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import zlib
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from moonlight.diagnostic import Diagnostic, MoonlightError, Span

MAX_BYTES = 16 * 2**20
"""Largest document in bytes that is read; larger ones are refused (SECURITY P3)."""

_LINE_END = re.compile(r"\r\n|\n|\r")


class SourceError(MoonlightError):
    """A file cannot be read as a document: it is too large, not a file, or not UTF-8."""


@dataclass(frozen=True)
class Source:
    """A text and the path it came from; the path is a label and need not exist."""

    path: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """Offsets at which the lines begin; ``\\n``, ``\\r\\n`` and ``\\r`` end a line, nothing else does."""
        if "\r" in self.text:
            starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        else:
            starts = [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))][:-1]
        if len(starts) > 1 and starts[-1] == len(self.text):
            starts.pop()
        return starts

    @property
    def line_count(self) -> int:
        """Number of lines; an empty text has one."""
        return len(self.starts)

    def offset(self, line: int) -> int:
        """Offset of 1-based `line`; the end of the text for the line after the last one."""
        return self.starts[line - 1] if line <= len(self.starts) else len(self.text)

    def line_at(self, offset: int) -> int:
        """1-based line that holds `offset`."""
        return bisect_right(self.starts, offset)

    def slice(self, line: int, end_line: int) -> str:
        """Text of the 1-based lines `line` to `end_line`, both included, line ends included."""
        return self.text[self.offset(line) : self.offset(end_line + 1)]

    @cached_property
    def newline(self) -> str:
        """The line end that is used most, ``"\\n"`` where there is none."""
        crlf = self.text.count("\r\n")
        counts = {
            "\n": self.text.count("\n") - crlf,
            "\r\n": crlf,
            "\r": self.text.count("\r") - crlf,
        }
        return max(counts, key=lambda end: counts[end])


def normalize(text: str) -> str:
    """`text` with every line end written as ``\\n``; the number of lines stays."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def text_hash(text: str) -> str:
    """SHA-256 of the text as UTF-8, in hex: the version of a document."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def source_hash(source: str) -> str:
    """Short hash of a cell's source, ``crc32-length``; the browser computes the same one."""
    try:
        data = source.encode()
    except UnicodeEncodeError:
        data = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return f"{zlib.crc32(data):08x}-{len(data):x}"


def decode(data: bytes, path: str) -> str:
    """Bytes of a document as text, every byte kept (a BOM stays as U+FEFF).

    Raises SourceError ``too-large`` or ``not-utf8``, the latter with the line of the bad byte.
    """
    if len(data) > MAX_BYTES:
        raise _refusal(
            "too-large",
            f"more than {MAX_BYTES // 2**20} MB; documents of up to that size are read",
            path,
            hint="split the document, or keep data in a file of its own",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(data[: error.start].decode("latin-1"))) + 1
        raise _refusal(
            "not-utf8",
            f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8",
            path,
            line,
            hint="save the file as UTF-8",
        ) from None


def read_source(path: str | os.PathLike[str]) -> Source:
    """Read a document from disk.

    Raises SourceError ``not-a-file``, ``too-large`` or ``not-utf8``; OSError where the system refuses.
    """
    name = os.fspath(path)
    if not os.path.isfile(name):
        missing = not os.path.exists(name)
        message = "no such file" if missing else "not a regular file"
        raise _refusal("not-a-file", message, name)
    with open(name, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, MAX_BYTES) + 1)
    return Source(name, decode(data, name))


def write_atomic(path: str | os.PathLike[str], text: str) -> None:
    """Replace a file in one step: temporary file beside it, fsync, rename.

    Text that has no UTF-8 form (a lone surrogate) raises SourceError ``not-encodable`` before anything
    is written. A reader sees the old bytes or the new ones, never a mixture.
    """
    target = Path(os.path.realpath(path))
    data = encode(text, os.fspath(path))
    name = target.parent / f".~{_stem(target)}-{secrets.token_hex(6)}.tmp"
    try:
        with open(name, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            name.chmod(target.stat().st_mode & 0o7777)
        os.replace(name, target)
    except BaseException as error:
        with suppress(OSError):
            name.unlink()
        if isinstance(error, OSError):
            error.filename, error.filename2 = os.fspath(path), None  # not the temporary one
        raise
    _sync_folder(target.parent)


def sweep_temporaries(path: str | os.PathLike[str], older_than: float) -> int:
    """Remove what killed writers of `path` left behind; `older_than` is a time in Unix seconds.

    Returns the number of files removed.
    """
    target = Path(os.path.realpath(path))
    removed = 0
    for stale in target.parent.glob(f".~{_glob_escape(_stem(target))}-*.tmp"):
        with suppress(OSError):
            if stale.stat().st_mtime < older_than:
                stale.unlink()
                removed += 1
    return removed


def encode(text: str, path: str) -> bytes:
    """Text as UTF-8; SourceError ``not-encodable`` names the line of a lone surrogate."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = len(_LINE_END.findall(text[: error.start])) + 1
        raise _refusal(
            "not-encodable",
            f"the character U+{ord(text[error.start]):04X} has no UTF-8 form",
            path,
            line,
            hint="remove the lone surrogate",
        ) from None


def _refusal(code: str, message: str, path: str, line: int = 1, hint: str = "") -> SourceError:
    return SourceError(Diagnostic(code, message, Span(path, line, line), hint))


def _sync_folder(folder: Path) -> None:
    """Make the rename durable where folders can be synced (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _stem(target: Path) -> str:
    """Beginning of a temporary file's name: of the target's, short enough in bytes for every file system."""
    return target.name.encode(errors="ignore")[:64].decode(errors="ignore")


def _glob_escape(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
