"""What linecache shows of a document: line n is line n, code that ran where it ran, no prose."""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, overload

from moon_kernel.documentfile import DocumentFile, cell_source
from moonlight.document import Block


@dataclass(slots=True)
class Piece:
    """Code that was compiled at these lines: `raw` as it was written, `lines` as Python saw it.

    `first` is the line at which `raw` begins: before `line` where this is the body of a cell magic.
    """

    owner: Hashable
    line: int
    first: int
    raw: str
    lines: list[str]
    block: int | None
    valid: bool = True

    @property
    def end(self) -> int:
        """The line behind the last one."""
        return self.line + len(self.lines)

    def holds(self, line: int) -> bool:
        """Whether the line is one of these."""
        return self.line <= line < self.end

    def replaces(self, old: Piece) -> bool:
        """Whether `old` goes when this one runs: other code ran on its lines, or its cell runs again."""
        again = old.owner == self.owner and self.line == self.first
        overlaps = old.line < self.end and self.line < old.end
        return again or overlaps or not old.valid


Watcher = Callable[["LineView"], None]
Focus = frozenset[int]

_focus: ContextVar[Mapping[str, Focus]] = ContextVar("moonlight_focus", default=MappingProxyType({}))


@contextmanager
def focused(lines: Mapping[str, Focus]) -> Iterator[None]:
    """Within, views show only the code that holds these lines, by path.

    What makes a traceback parses and indexes all that a view shows: seconds in a long document.
    """
    token = _focus.set(lines)
    try:
        yield
    finally:
        _focus.reset(token)


class LineView(Sequence[str]):
    """The lines of a document, made when somebody reads them.

    Readers such as `inspect` parse the whole view: it holds only blocks that are Python by
    themselves. Code that ran stays on the lines it was compiled for while the file changes; it goes
    when its cell runs again or when other code runs on its lines.
    """

    def __init__(self, file: DocumentFile, watchers: Sequence[Watcher] = ()) -> None:
        self.file = file
        self.watchers = watchers
        self._pieces: list[Piece] = []
        self._lines: tuple[Focus | None, list[str]] | None = None

    def put(self, piece: Piece) -> None:
        """This code is about to run."""
        self._pieces = [old for old in self._pieces if not piece.replaces(old)]
        self._pieces.append(piece)
        self._lines = None
        self._install()
        for watcher in self.watchers:
            watcher(self)

    def piece_at(self, line: int) -> Piece | None:
        """The code that ran at this line."""
        return next((piece for piece in self._pieces if piece.holds(line)), None)

    def pieces(self) -> list[Piece]:
        """The code that ran, in the order in which it ran."""
        return list(self._pieces)

    def lines_of(self, source: str) -> list[int]:
        """First lines of the places where the view has this cell's source."""
        ran = {piece.first for piece in self._pieces if piece.raw == source}
        if ran:
            return sorted(ran)
        return [block.code_line for block in self._unrun() if cell_source(block) == source]

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._made()[index]

    def __len__(self) -> int:
        return len(self._made())

    def _install(self) -> None:
        # The second member, a modification time of None, keeps linecache.checkcache() off.
        cache: dict[str, Any] = linecache.cache
        entry = cache.get(self.file.path)
        if entry is None or entry[-2:-1] != (self,):
            cache[self.file.path] = (1, None, self, self.file.path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def _made(self) -> list[str]:
        focus = _focus.get().get(self.file.path)
        if self._lines is None or self._lines[0] != focus:
            self._lines = focus, self._make(focus)
        return self._lines[1]

    def _make(self, focus: Focus | None) -> list[str]:
        pieces = self._pieces
        if focus is not None:
            pieces = [piece for piece in pieces if any(map(piece.holds, focus))]
        lines: list[str] = []
        if focus is None or not all(any(piece.holds(line) for piece in pieces) for line in focus):
            lines = self._of_file(focus)
        for piece in pieces:
            lines += ["\n"] * (piece.end - 1 - len(lines))
            lines[piece.line - 1 : piece.end - 1] = piece.lines
        return lines

    def _of_file(self, focus: Focus | None) -> list[str]:
        """Blocks of the file that did not run here; an import may have run them."""
        document = self.file.document()
        lines = ["\n"] * (document.source.line_count if document is not None else 0)
        for block in self._unrun():
            start, code = block.code_line, block.text.split("\n")[:-1]
            wanted = focus is None or any(start <= line < start + len(code) for line in focus)
            if wanted and _is_python(block.text):
                lines[start - 1 : start - 1 + len(code)] = [line + "\n" for line in code]
        return lines

    def _unrun(self) -> Iterator[Block]:
        """The file's blocks that did not run, as far as no other code ran on their lines."""
        document = self.file.document()
        if document is None:
            return
        pieces = self._pieces
        ran = {piece.block for piece in pieces}
        sources = {piece.raw for piece in pieces}
        for block in document.code_blocks:
            start, end = block.code_line, block.code_line + block.text.count("\n")
            free = all(end <= piece.line or piece.end <= start for piece in pieces)
            if free and block.index not in ran and cell_source(block) not in sources:
                yield block


def _is_python(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
