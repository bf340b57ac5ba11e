"""The Python in a document as one text: linear, as the seed shows it, or sparse, line for line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from moonlight.document import Block, Document
from moonlight.futures import hoisted
from moonlight.sourcemap import Segment, SourceMap

Purpose = Literal["run", "import"]


@dataclass(frozen=True)
class Program:
    """A Python text made from a document, and the way back from its lines."""

    text: str
    source_map: SourceMap
    document: Document


def selected(document: Document, purpose: Purpose = "run") -> Iterator[Block]:
    """The executable blocks that take part: without ``skip``, and without ``skip=PURPOSE``."""
    for block in document.code_blocks:
        if block.options.get("skip") not in (True, purpose):
            yield block


def sparse(document: Document, purpose: Purpose = "run") -> Program:
    """The program in which line n is line n of the Markdown; all other lines are empty.

    Tracebacks, debuggers, coverage and profilers need no map. Indented fences stand without their indent.
    ``from __future__`` may stand in any block: it moves to line 1, which never holds code, or behind the
    docstring.
    """
    lines = [""] * document.source.line_count
    segments = []
    for block in selected(document, purpose):
        code = block.text.split("\n")[:-1]
        start = block.code_line
        lines[start - 1 : start - 1 + len(code)] = code
        if code:
            segments.append(Segment(start, start, len(code), block.index or 0))
    text, _ = hoisted("\n".join(lines) + "\n")
    return Program(text, SourceMap(tuple(segments)), document)


def linear(document: Document, purpose: Purpose = "run") -> Program:
    """The blocks one after another, each below ``# --- Block 1 from intro.py.md: line 42 ---``.

    The header's line is the opening fence's; an empty line separates blocks (the seed's linear program).
    A ``from __future__`` that Python would refuse in its place moves to the top.
    """
    name = PurePath(document.path).name
    lines: list[str] = []
    segments = []
    for block in selected(document, purpose):
        if lines:
            lines.append("")
        lines.append(f"# --- Block {block.index} from {name}: line {block.span.line} ---")
        code = block.text.split("\n")[:-1]
        if code:
            segments.append(Segment(len(lines) + 1, block.code_line, len(code), block.index or 0))
        lines += code
    text, added = hoisted("".join(line + "\n" for line in lines), new_line=True)
    if added:
        segments = [replace(segment, line=segment.line + 1) for segment in segments]
    return Program(text, SourceMap(tuple(segments)), document)
