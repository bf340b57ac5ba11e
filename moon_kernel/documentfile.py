"""The document on disk as the kernel sees it: read when asked, read again when it changed."""

from __future__ import annotations

import os
from collections import defaultdict

from moonlight.document import Block, Document, parse
from moonlight.source import SourceError, read_source

SUFFIX = ".py.md"


class DocumentFile:
    """One path, and the newest document found there."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._document: Document | None = None
        self._blocks: dict[str, list[Block]] = {}
        self._matched: set[int] = set()
        self._last = 0

    def document(self) -> Document | None:
        """The document as it is now; None while it cannot be read."""
        stamp = self._stat()
        if stamp is None or stamp != self._stamp:
            self._read()
            self._stamp = stamp
        return self._document

    def find(self, code: str, hint: int | None) -> Block | None:
        """The block that says `code`. Of equal ones the hinted, else the next one in order that did not run."""
        if self.document() is None:
            return None
        blocks = self._blocks.get(code, [])
        by_index = {block.index: block for block in blocks if block.index is not None}
        if not by_index:
            return None
        return by_index[
            hint if hint in by_index and hint is not None else self._next(list(by_index))
        ]

    def note_run(self, index: int | None) -> None:
        """The block ran: later look-ups prefer those behind it."""
        if index is not None:
            self._matched.add(index)
            self._last = index

    def _next(self, indices: list[int]) -> int:
        behind = [index for index in indices if index > self._last]
        for candidates in (behind, indices):
            fresh = [index for index in candidates if index not in self._matched]
            if fresh:
                return fresh[0]
        return (behind or indices)[0]

    def _stat(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self.path)
        except (OSError, ValueError):
            return None
        return status.st_mtime_ns, status.st_size

    def _read(self) -> None:
        try:
            source = read_source(self.path)
        except (OSError, ValueError, SourceError):
            self._document, self._blocks = None, {}
            return
        document = parse(source.text, self.path)
        if document is self._document:
            return
        self._document = document
        self._matched.clear()
        blocks: dict[str, list[Block]] = defaultdict(list)
        for block in document.code_blocks:
            blocks[cell_source(block)].append(block)
        self._blocks = dict(blocks)


def cell_source(block: Block) -> str:
    """The source of the notebook cell that shows `block`."""
    return block.text.removesuffix("\n")


def is_document(path: str | None) -> bool:
    """Whether the name is a document's; nothing is looked up."""
    return path is not None and path.endswith(SUFFIX) and "\0" not in path


def resolve(path: str, known: str | None = None) -> str:
    """An absolute path for what a client calls the document.

    `path` may be absolute, relative to the kernel's folder, or relative to the server's root, which the
    kernel does not know: then it is looked for from the folders above `known`, the path until now.
    """
    if os.path.isabs(path):
        return os.path.normpath(path)
    local = os.path.abspath(path)
    folders = _folders_above(known) if known is not None else [os.getcwd()]
    candidates = [local, *(os.path.join(folder, path) for folder in folders)]
    beside = os.path.join(folders[0], os.path.basename(path))
    for candidate in (*candidates, beside):
        if os.path.isfile(candidate):
            return os.path.normpath(candidate)
    return os.path.normpath(beside)


def _folders_above(path: str) -> list[str]:
    folders = [os.path.dirname(path)]
    while os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return folders
