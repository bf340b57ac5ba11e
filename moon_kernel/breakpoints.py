"""The breakpoints of a debug session: what was asked for, by cell or document, and what was set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
                        line = item["line"] + first - 1
                        found.setdefault(line, {**item, "line": line})
        return [found[line] for line in sorted(found)]
