"""The traversal of a document as JSON, as text and as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from moonlight.document import Document
from moonlight.trace import entry, shape
from moonlight.tracking import Run, Tracker

HEADERS = ("order", "block", "line", "status", "duration", "output", "calls", "error")
MARKS = {"running": "…", "done": "✓", "failed": "✗", "interrupted": "■"}

_STYLE = (
    "border-collapse:collapse;font-family:var(--jp-code-font-family,monospace);"
    "font-size:var(--jp-code-font-size,13px);color:var(--jp-content-font-color1,inherit)"
)
_CELL = "text-align:left;padding:2px 10px;border-bottom:1px solid var(--jp-border-color2,#ccc)"
_COLOURS = {
    "running": "var(--jp-brand-color1,#1976d2)",
    "done": "var(--jp-success-color1,#388e3c)",
    "failed": "var(--jp-error-color1,#d32f2f)",
    "interrupted": "var(--jp-warn-color1,#f57c00)",
}


def to_json(tracker: Tracker, path: str | None) -> dict[str, Any]:
    """The run trace of DESIGN.md: ``{path, blocks, order, edges, lines}``.

    A notebook runs blocks again and again, so `blocks` has an entry for every run. `order` lists the blocks
    as they began, `edges` the pairs (block, block that began inside it or whose function it called).
    """
    runs = tracker.runs
    return shape(path, [entry(run.block, run) for run in runs], runs, tracker)


class Table:
    """Rows of text that show as a table in a terminal and in Lab.

    `rows` hold one text per header; `tones` names the status whose colour a row's status has.
    """

    def __init__(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        tones: Sequence[str],
        empty: str,
    ) -> None:
        self.headers = headers
        self.rows = rows
        self.tones = tones
        self.empty = empty

    def __repr__(self) -> str:
        if not self.rows:
            return self.empty
        lines = [self.headers, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.headers))]
        texts = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([texts[0], "─" * max(map(len, texts)), *texts[1:]])

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(self.empty)}</p>"
        head = "".join(f'<th style="{_CELL}">{html.escape(header)}</th>' for header in self.headers)
        body = "".join(map(self._row, self.rows, self.tones))
        return f'<table style="{_STYLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _row(self, row: Sequence[str], tone: str) -> str:
        cells = []
        for header, text in zip(self.headers, row, strict=True):
            colour = f";color:{_COLOURS[tone]}" if header == "status" and tone in _COLOURS else ""
            cells.append(f'<td style="{_CELL};white-space:pre{colour}">{html.escape(text)}</td>')
        return f"<tr>{''.join(cells)}</tr>"


def trace_table(tracker: Tracker) -> Table:
    """Every run in the order in which it began, those inside another one indented below it."""
    tree = tracker.tree()
    calls: dict[int | None, list[int]] = {}
    for block, called in sorted(tracker.calls):
        calls.setdefault(block, []).append(called)
    rows = [
        (
            f"{'  ' * depth}{run.order}",
            f"{'  ' * depth}{_what(run)}",
            "" if run.line is None else str(run.line),
            f"{MARKS[run.status]} {run.status}",
            duration(run.duration),
            size(run.kept + run.dropped),
            ", ".join(map(str, calls.get(run.block, []))),
            one_line(run.error),
        )
        for depth, run in tree
    ]
    return Table(HEADERS, rows, [run.status for _, run in tree], "Nothing has run yet.")


def _what(run: Run) -> str:
    """Number of the block; the name of another document that was imported; a dash for an anonymous cell."""
    if run.block is not None:
        return str(run.block)
    return PurePath(run.path).name if run.path is not None and run.parent is not None else "–"


def blocks_table(document: Document, tracker: Tracker, hashes: Sequence[str]) -> Table:
    """The document's blocks with the state of their last run; `hashes` say what they are now."""
    rows, tones = [], []
    for block, now in zip(document.code_blocks, hashes, strict=True):
        run = tracker.last_run(block.index or 0, document.path)
        status = "not run" if run is None else "edited since" if run.hash != now else run.status
        tones.append(status)
        rows.append(
            (
                str(block.index),
                str(block.span.line),
                f"{MARKS.get(status, '·')} {status}",
                "" if run is None else str(run.order),
                "" if run is None else duration(run.duration),
                one_line(str(block.options.get("name", "")) or block.text.strip().split("\n")[0], 60),
            )
        )
    headers = ("block", "line", "status", "order", "duration", "code")
    return Table(headers, rows, tones, "The document has no Python blocks.")


def duration(seconds: float | None) -> str:
    """``1.2 s``, ``34 ms``; empty while it runs."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 600 else f"{seconds / 60:.0f} min"


def size(characters: int) -> str:
    """``12``, ``3.4 k``, ``1.2 M`` characters; empty for none."""
    if characters < 1000:
        return str(characters) if characters else ""
    return f"{characters / 1e3:.3g} k" if characters < 1e6 else f"{characters / 1e6:.3g} M"


def one_line(text: str | None, width: int = 80) -> str:
    """The first line of a text, cut to `width`, without control characters."""
    line = (text or "").split("\n")[0]
    line = "".join(character if character.isprintable() else "�" for character in line)
    return line if len(line) <= width else line[: width - 1] + "…"
