"""The document on disk as the kernel sees it: read when asked, read again when it changed."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

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
        """The block that says `code`; of equal ones the hinted, else the next that did not run."""
        if self.document() is None:
            return None
        blocks = self._blocks.get(code, [])
        by_index = {block.index: block for block in blocks if block.index is not None}
        if not by_index:
            return None
        return by_index[hint if hint in by_index and hint is not None else self._next(list(by_index))]

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
            status = Path(self.path).stat()
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
    """An absolute path for what a client calls the document; links are not followed.

    `path` may be absolute, relative to the kernel's folder, or relative to the server's root, which
    the kernel does not know: then it is looked for from the folders above `known`, the path so far.
    """
    here = Path.cwd()
    beside = Path(known).parent if known is not None else here
    wanted = Path(path).expanduser()
    candidates = [here / wanted, *(folder / wanted for folder in (beside, *beside.parents))]
    candidates.append(beside / wanted.name)
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        found = wanted if wanted.is_absolute() else candidates[-1]
    return os.path.normpath(found)
