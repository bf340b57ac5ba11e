"""MoonlightFS: a folder as a tree of names, real and virtual."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock

from moonlight.beneath import Found
from moonlight.diagnostic import Diagnostic
from moonlight.document import parse
from moonlight.fs.info import Info, joined, real_info, virtual_info
from moonlight.fs.patterns import Pattern
from moonlight.fs.virtual import VirtualFiles, document_name, read_bounded, shadowed, virtual_name
from moonlight.guard import FileSystemError, NotAFileError, NotFoundError, checked, refusal
from moonlight.openask import opener
from moonlight.replacing import replace
from moonlight.source import SourceError, decode, encode

OnError = Callable[[FileSystemError], None]
Parts = tuple[str, ...]

_NOT_SERVED = frozenset(("not-found", "not-a-file", "outside-root", "link", "hidden", "bad-name"))


class MoonlightFS:
    """The files below `root`, and a virtual ``x.py`` beside each ``x.py.md``: its linear program.

    Names are relative, with ``/``; ``""`` is the root. A document wins over a real ``x.py`` beside it, a
    folder of that name over both. Hidden files are neither listed nor read. Whatever is refused raises
    FileSystemError. Nothing is remembered but virtual texts, by their content. Threads may share it.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        """Raises FileSystemError ``not-found`` where `root` is no folder."""
        self.root = os.path.realpath(root)
        if not os.path.isdir(self.root):
            raise refusal("not-found", "no such folder", os.fspath(root))
        self._opener = opener(self.root)
        self._virtual = VirtualFiles()
        self._writing = Lock()

    # -- the seed's three ---------------------------------------------------------------------------

    def listdir(self, path: str = "") -> list[str]:
        """Names in a folder, real and virtual, sorted."""
        return [info.basename for info in self.entries(path)]

    def isfile(self, path: str) -> bool:
        """Whether `path` can be read as a file; False for every name that is refused."""
        return self._kind(path) == "file"

    def read(self, path: str) -> str:
        """Text of a file; of a virtual one the linear program. Every character is kept, a BOM too.

        Raises FileSystemError, or SourceError ``not-utf8`` and ``too-large``.
        """
        with self.open(path) as file:
            return decode(read_bounded(file), path)

    # -- reading ------------------------------------------------------------------------------------

    def isdir(self, path: str) -> bool:
        """Whether `path` is a folder of the tree."""
        return self._kind(path) == "folder"

    def exists(self, path: str) -> bool:
        """Whether `path` is a file or folder of the tree."""
        return self._kind(path) is not None

    def read_bytes(self, path: str) -> bytes:
        """Bytes of a file, real or virtual."""
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> io.BufferedReader | io.BytesIO:
        """A file for reading, real or virtual; the caller closes it."""
        parts = checked(path)
        document = self._document_of(parts)
        if document is None:
            return os.fdopen(self._opener.open_file(parts), "rb")
        return io.BytesIO(self._made(document))

    def stat(self, path: str) -> Info:
        """Kind, size and times of a name; the size of a virtual file is that of its text.

        It is None where the document has no text: not UTF-8, too large. Reading says which.
        """
        parts = checked(path)
        document = self._document_of(parts)
        if document is None:
            return real_info("/".join(parts), self._opener.status(parts))
        real = real_info("/".join(document), self._opener.status(document))
        size = None
        with suppress(SourceError):
            size = len(self._made(document))
        return virtual_info(path, real, size)

    def entries(self, path: str = "") -> list[Info]:
        """The entries of a folder, real and virtual, sorted by name."""
        parts = checked(path)
        return self._merged(parts, self._opener.entries(parts))

    def walk(
        self, path: str = "", on_error: OnError | None = None
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        """``(folder, folders, files)`` for each folder from `path` down, in order of names, as `os.walk`.

        A folder that cannot be read, or is gone when its turn comes, is left out and given to `on_error`;
        only for `path` itself the error is raised. Folders removed from the list are not entered.
        """
        pending = [path if checked(path) else ""]
        first = True
        while pending:
            folder = pending.pop()
            try:
                found = self.entries(folder)
            except FileSystemError as error:
                if first:
                    raise
                if on_error is not None:
                    on_error(error)
                continue
            first = False
            folders = [info.basename for info in found if info.kind == "folder"]
            files = [info.basename for info in found if info.kind == "file"]
            yield folder, folders, files
            pending += [joined(folder, name) for name in reversed(folders)]

    def glob(self, pattern: str) -> list[str]:
        """Names of files and folders that match, sorted; ``**`` stands for any number of folders."""
        wanted = Pattern(pattern)
        start = "/".join(wanted.fixed)
        if not self.isdir(start):
            return []
        matches = []
        for folder, folders, files in self.walk(start):
            names = [joined(folder, name) for name in (*folders, *files)]
            matches += [name for name in names if wanted.matches(name.split("/"))]
            if wanted.depth is not None and (folder.count("/") + bool(folder)) + 1 >= wanted.depth:
                folders.clear()
        return sorted(matches)

    def hash(self, path: str) -> str:
        """SHA-256 of a file's bytes in hex; for Markdown the version that `write` compares with."""
        with self.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def diagnostics(self, path: str = "") -> list[Diagnostic]:
        """What is to be said about a name.

        For a document (or its virtual file): what parsing it found, and ``shadowed-py``. For a folder: the
        entries that are not served, with the code that says why, and its documents' ``shadowed-py``.
        """
        parts = checked(path)
        document = self._document_of(parts) or parts
        if self.isdir(path):
            found = self._opener.entries(parts)
            refused = [entry.refused.diagnostic for entry in found if entry.refused is not None]
            names = {entry.name for entry in found if entry.kind == "file" and entry.refused is None}
            pairs = sorted(name for name in names if virtual_name(name) in names)
            return [*refused, *(d for name in pairs for d in self._shadowed((*parts, name)))]
        name = "/".join(document)
        text = self.read(name)
        own = parse(text, name).diagnostics if name.endswith(".md") else ()
        return [*own, *self._shadowed(document)]

    # -- writing ------------------------------------------------------------------------------------

    def write(self, path: str, text: str, if_match: str | None = None) -> str:
        """Replace or create a Markdown file, byte for byte the text as UTF-8; returns its hash.

        `if_match` is the hash of the text that the writer started from: when the file has another one,
        nothing is written and FileSystemError ``stale`` is raised. ``""`` means that there must be no file
        yet (``exists``), None that whatever is there is replaced.
        """
        parts = checked(path)
        self.check_writable(path)
        data = encode(text, path)
        decode(data, path)  # refuses what could not be read again: too large

        def compare(present: bytes | None) -> None:
            _compare(present, if_match, path)

        with self._writing:
            replace(self._opener, parts, data, compare)
        return hashlib.sha256(data).hexdigest()

    def check_writable(self, path: str) -> None:
        """Raise FileSystemError ``read-only`` for what is not written through the tree: all but Markdown."""
        parts = checked(path)
        if path.endswith(".md"):
            return
        document = self._document_of(parts)
        if document is not None:
            name = "/".join(document)
            raise refusal("read-only", f"it is made from {name}", path, f"write {name}")
        raise refusal("read-only", "only Markdown (.md) is written here", path)

    # -- inside -------------------------------------------------------------------------------------

    def _kind(self, path: str) -> str | None:
        with suppress(FileSystemError):
            parts = checked(path)
            if self._document_of(parts) is not None:
                return "file"
            return real_info(path, self._opener.status(parts)).kind
        return None

    def _document_of(self, parts: Parts) -> Parts | None:
        """The document that a name is virtual for; None for real and missing ones."""
        name = document_name(parts[-1]) if parts else None
        if name is None:
            return None
        document = (*parts[:-1], name)
        try:
            checked("/".join(document))
            if stat.S_ISDIR(self._opener.status(document).st_mode):
                return None
        except FileSystemError as error:
            if error.code in _NOT_SERVED:
                return None
            raise
        with suppress(FileSystemError):
            if stat.S_ISDIR(self._opener.status(parts).st_mode):
                return None
        return document

    def _made(self, document: Parts) -> bytes:
        name = "/".join(document)
        with os.fdopen(self._opener.open_file(document), "rb") as file:
            return self._virtual.text(read_bounded(file), name)

    def _merged(self, parent: Parts, found: list[Found]) -> list[Info]:
        """Real entries and the virtual ones that they bring."""
        folder = "/".join(parent)
        infos = {
            entry.name: real_info(joined(folder, entry.name), entry.status, entry.linked)
            for entry in found
            if entry.status is not None
        }
        for name, info in list(infos.items()):
            virtual = virtual_name(name)
            if virtual is None or info.kind == "folder":
                continue
            beside = infos.get(virtual)
            if beside is None or beside.kind == "file":
                infos[virtual] = virtual_info(joined(folder, virtual), info, None)
        return [infos[name] for name in sorted(infos)]

    def _shadowed(self, document: Parts) -> list[Diagnostic]:
        virtual = virtual_name(document[-1]) if document else None
        if virtual is None:
            return []
        with suppress(NotFoundError, NotAFileError, SourceError):
            with os.fdopen(self._opener.open_file((*document[:-1], virtual)), "rb") as file:
                beside = read_bounded(file)
            with os.fdopen(self._opener.open_file(document), "rb") as file:
                found = shadowed(read_bounded(file), beside, "/".join(document))
            return [found] if found is not None else []
        return []


def _compare(present: bytes | None, if_match: str | None, name: str) -> None:
    """Refuse to replace a text that the writer has not seen."""
    if if_match is None:
        return
    if if_match == "":
        if present is not None:
            raise refusal("exists", "there is a file of that name already", name)
    elif present is None:
        raise refusal("stale", "the file is gone", name, "write it as a new one")
    elif hashlib.sha256(present).hexdigest() != if_match:
        raise refusal("stale", "the file has changed since it was read", name, "read it again")
