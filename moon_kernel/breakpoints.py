"""The breakpoints of a debug session: what was asked for, by cell or document, and what was set."""

from __future__ import annotations

import ast
import dis
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from moon_kernel.lineview import LineView

Breakpoint = dict[str, Any]
Places = Callable[[str], list[tuple[LineView, int]]]


@dataclass
class Breakpoints:
    """`sources`: the dumped cells by Lab's path. `asked`: by path, in the lines of that path's text.
    `sent`: what debugpy knows, by document."""

    sources: dict[str, str] = field(default_factory=dict)
    asked: dict[str, list[Breakpoint]] = field(default_factory=dict)
    sent: dict[str, list[Breakpoint]] = field(default_factory=dict)

    def of_document(self, view: LineView, places: Places) -> list[Breakpoint]:
        """All breakpoints of a document, one per line: its own, and those of the cells in it."""
        path = view.file.path
        found = {item["line"]: item for item in self.asked.get(path, [])}
        for source, asked in self.asked.items():
            if source == path or not asked:
                continue
            for place, first in places(source):
                if place is view:
                    for item in asked:
                        line = self.stop_line(source, item["line"]) + first - 1
                        found.setdefault(line, {**item, "line": line})
        return [found[line] for line in sorted(found)]

    def stop_line(self, source: str, line: int) -> int:
        """Where a breakpoint on this line of a cell stops: there, or at the code before it.

        debugpy moves breakpoints so, but it looks at the file, and a document is no Python.
        """
        lines = code_lines(self.sources.get(source, ""))
        before = bisect_right(lines, line)
        return lines[before - 1] if before else line


@lru_cache(maxsize=1024)
def code_lines(source: str) -> tuple[int, ...]:
    """The lines of a cell on which Python can stop; none for a cell that is not plain Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compile(source, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ()
    return tuple(sorted(set(_starts(code)) - {0}))


def _starts(code: CodeType) -> Iterator[int]:
    # From Python 3.13 on, code that belongs to no line has the line None.
    yield from (line or 0 for _, line in dis.findlinestarts(code))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _starts(constant)
