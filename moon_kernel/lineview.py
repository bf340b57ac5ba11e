"""What linecache shows of a document: line n is line n, the code that ran where it ran, no prose."""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from moon_kernel.documentfile import DocumentFile, cell_source


@dataclass(slots=True)
class Piece:
    """Code that was compiled at these lines. `raw` is the cell as the user sees it, `lines` what Python saw."""

    line: int
    raw: str
    lines: list[str]
    block: int | None
    valid: bool = True

    @property
    def end(self) -> int:
        """The line behind the last one."""
        return self.line + len(self.lines)


class LineView(Sequence[str]):
    """The lines of a document, made when somebody reads them.

    Readers such as `inspect` parse the whole view: it holds only blocks that are Python by themselves.
    Code that ran stays on the lines it was compiled for while the file changes; it goes when its cell runs
    again or when other code runs on its lines.
    """

    def __init__(self, file: DocumentFile) -> None:
        self.file = file
        self._pieces: dict[Hashable, Piece] = {}
        self._lines: list[str] | None = None

    def put(self, key: Hashable, piece: Piece) -> None:
        """The cell called `key` is about to run `piece`."""
        for other, old in list(self._pieces.items()):
            overlaps = old.line < piece.end and piece.line < old.end
            if other == key or overlaps or not old.valid:
                del self._pieces[other]
        self._pieces[key] = piece
        self._lines = None
        self._install()

    def piece_at(self, line: int) -> Piece | None:
        """The code that ran at this line."""
        for piece in self._pieces.values():
            if piece.line <= line < piece.end:
                return piece
        return None

    def pieces(self) -> list[Piece]:
        """The code that ran, in the order in which it ran."""
        return list(self._pieces.values())

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

    def _made(self) -> list[str]:
        if self._lines is None:
            self._lines = self._make()
        return self._lines

    def _make(self) -> list[str]:
        pieces = list(self._pieces.values())
        lines = self._base({piece.block for piece in pieces}, {piece.raw for piece in pieces})
        for piece in pieces:
            lines += ["\n"] * (piece.end - 1 - len(lines))
            # Blocks of the file that reach into the piece would end in the middle of a statement.
            lines[piece.line - 1 : piece.end - 1] = piece.lines
        return lines

    def _base(self, ran: set[int | None], sources: set[str]) -> list[str]:
        """The file's blocks that did not run, on their lines."""
        document = self.file.document()
        if document is None:
            return []
        lines = ["\n"] * document.source.line_count
        taken = [(piece.line, piece.end) for piece in self._pieces.values()]
        for block in document.code_blocks:
            code = block.text.split("\n")[:-1]
            start, end = block.code_line, block.code_line + len(code)
            free = all(end <= first or last <= start for first, last in taken)
            ran_already = block.index in ran or cell_source(block) in sources
            if free and not ran_already and _is_python(block.text):
                lines[start - 1 : end - 1] = [line + "\n" for line in code]
        return lines


def _is_python(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
