"""Cells of a document: which blocks make a cell, where it stands, what it is called."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from jupyter_ext import metadata as kept
from moonlight.document import Block, Document
from moonlight.info import raw_format
from moonlight.source import normalize, source_hash

CellType = Literal["code", "markdown", "raw"]


MARKER_KEYS = frozenset({"end", "attachments", "metadata"})
"""Keys of a marker that are not metadata; metadata of such a name stands under ``metadata``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the text holds it.

    `raw` is its body, byte for byte, fences and marker included; `gap` the blank lines behind it. `line` is
    the body's first line, `lines` how many it has.
    """

    id: str
    type: CellType
    source: str
    metadata: dict[str, Any]
    raw: str
    gap: str
    line: int
    lines: int
    block: Block | None = None
    marked: bool = False
    region: bool = False
    heading: bool = False
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def front_matter(self) -> bool:
        return self.block is not None and self.block.kind == "front-matter"

    def layout(self, ordinal: int) -> dict[str, Any]:
        """The cell's `moon` metadata: its place in the text, which the kernel and the browser use."""
        place: dict[str, Any] = {
            "cell": ordinal,
            "line": self.line,
            "lines": self.lines,
            "gap": line_count(self.gap),
            "hash": source_hash(self.source),
        }
        if self.type == "code" and self.block is not None:
            place |= {"block": self.block.index, "code_line": self.block.code_line}
        return place


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a text: ``head + raw + gap + raw + gap …``."""

    head: str
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class _Draft:
    type: CellType
    blocks: list[Block]


@lru_cache(maxsize=16)
def layout(document: Document) -> Layout:
    """The cells of a document; kept for the documents last seen, which are shared and immutable."""
    head: list[str] = []
    cells: list[Cell] = []
    names: Counter[str] = Counter()
    for draft in _drafts(document.blocks):
        blanks, cell = _cell(draft, names)
        if cells:
            _add_gap(cells, blanks)
        else:
            head.append(blanks)
        if cell is not None:
            cells.append(cell)
    return Layout("".join(head), tuple(cells))


def trimmed(source: str) -> str:
    """A Markdown cell's source with ``\\n`` line ends and without blank lines at its edges."""
    if source and not source[0].isspace() and not source[-1].isspace():
        return normalize(source)
    lines = normalize(source).split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


def line_count(raw: str) -> int:
    """How many lines the raw text of whole lines has."""
    text = normalize(raw)
    return text.count("\n") + (1 if text and not text.endswith("\n") else 0)


def _drafts(blocks: Iterable[Block]) -> Iterator[_Draft]:
    """Blocks grouped into cells: an executable block, a raw fence and front matter stand alone."""
    group: list[Block] = []
    for block in blocks:
        alone = block.executable or block.kind in ("raw", "front-matter")
        starts = alone or (block.starts_cell and not _awaits_heading(group, block))
        if group and (starts or group[0].region):
            yield _Draft("markdown", group)
            group = []
        if alone:
            yield _Draft("code" if block.executable else "raw", [block])
        else:
            group.append(block)
    if group:
        yield _Draft("markdown", group)


def _cell(draft: _Draft, names: Counter[str]) -> tuple[str, Cell | None]:
    """``(blank text before it, cell)``; prose of nothing but blank lines is no cell."""
    if draft.type == "markdown":
        return _markdown(draft.blocks, names)
    block = draft.blocks[0]
    lead, raw = ("\ufeff", block.raw[1:]) if block.raw.startswith("\ufeff") else ("", block.raw)
    source = block.text if block.kind != "front-matter" else block.text.removeprefix("\ufeff")
    cell = Cell(
        _name(draft.type, source := source.removesuffix("\n"), names),
        draft.type,
        source,
        _metadata(block),
        raw,
        "",
        block.span.line,
        block.span.end_line - block.span.line + 1,
        block,
    )
    return lead, cell


def _metadata(block: Block) -> dict[str, Any]:
    if block.kind == "front-matter":
        return {}
    found = kept.from_options(block.options)
    if block.kind == "raw":
        mimetype = raw_format(block.info)
        return {"raw_mimetype": mimetype, **found} if mimetype else found
    return found


def _markdown(blocks: list[Block], names: Counter[str]) -> tuple[str, Cell | None]:
    first = blocks[0]
    text = "".join(block.raw for block in blocks)
    marked = _has_marker(first)
    bom = "\ufeff" if first.span.line == 1 and text.startswith("\ufeff") else ""
    before = bom if marked else bom + _leading_blanks(text[len(bom) :])
    body = text[len(before) :]
    raw = body[: len(body) - len(_trailing_blanks(body))]
    if not raw:
        return text, None
    line = first.span.line + line_count(before[len(bom) :])
    if first.region:
        source = trimmed(first.text)
    elif marked:
        source = trimmed("".join(block.raw for block in blocks[1:]))
    else:
        source = trimmed(raw)
    options = dict(first.options) if marked else {}
    attachments = options.get("attachments")
    nested = options.get("metadata")
    options = {key: value for key, value in options.items() if key not in MARKER_KEYS}
    options |= nested if isinstance(nested, dict) else {}
    cell = Cell(
        _name("markdown", source, names),
        "markdown",
        source,
        kept.from_options(options),
        raw,
        body[len(raw) :],
        line,
        line_count(raw),
        marked=marked,
        region=first.region,
        heading=first.starts_cell and not marked,
        attachments=attachments if isinstance(attachments, dict) else {},
    )
    return before, cell


def _awaits_heading(group: list[Block], block: Block) -> bool:
    """Whether `block` is the heading right behind a cell marker: the marker is about its cell."""
    if not group or not _has_marker(group[0]) or group[0].region or _has_marker(block):
        return False
    return not any(other.text.strip() for other in group)


def _has_marker(block: Block) -> bool:
    """Whether the block that starts a cell does so by a marker line, not by a heading."""
    return block.region or (block.starts_cell and not block.text)


def _leading_blanks(text: str) -> str:
    """The blank lines at the start of a raw text."""
    stripped = text.lstrip()
    if not stripped:
        return text
    head = text[: len(text) - len(stripped)]
    return text[: max(head.rfind("\n"), head.rfind("\r")) + 1]


def _trailing_blanks(text: str) -> str:
    """The blank lines at the end of a raw text, without the line end of the last line that is not blank."""
    stripped = text.rstrip()
    tail = text[len(stripped) :]
    for index, char in enumerate(tail):
        if char in "\r\n":
            end = index + (2 if tail[index : index + 2] == "\r\n" else 1)
            return tail[end:]
    return ""


def _add_gap(cells: list[Cell], blanks: str) -> None:
    if blanks:
        cells[-1] = replace(cells[-1], gap=cells[-1].gap + blanks)


def _name(kind: str, source: str, names: Counter[str]) -> str:
    """An id from type, source and position among equals; valid in nbformat 4.5."""
    digest = hashlib.blake2b(f"{kind}\0{source}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    names[digest] += 1
    return digest if names[digest] == 1 else f"{digest}-{names[digest]}"
