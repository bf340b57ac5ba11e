"""Notebook to text: onto the text it came from, so that only what was edited changes.

1. Each cell of the notebook is reduced to what the text keeps and matched with a cell of the old text.
2. A cell that is as it was is its old bytes; the others are written, in the old place's style.
3. Between two cells that were neighbours stands what stood there; elsewhere one empty line.
4. The result is read again and compared with the notebook. A cell that does not read back is written
   in a safer form (prose in a region, a fence at the margin); if nothing helps, nothing is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from jupyter_ext import attachments as attached
from jupyter_ext import bodies
from jupyter_ext import metadata as kept
from jupyter_ext.bodies import Style, Wanted
from jupyter_ext.cells import Cell, CellType, Layout, layout, trimmed
from jupyter_ext.matching import Candidate, match, ordinal_of
from moonlight import frontmatter
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import UNNAMED, Document, parse
from moonlight.source import normalize, text_hash

_TYPES: tuple[CellType, ...] = ("code", "markdown", "raw")
_ATTEMPTS = 30


class FormatError(MoonlightError):
    """A notebook cannot be written as a document without loss."""


@dataclass(frozen=True)
class Written:
    """The text, and for each cell of the notebook its `moon` metadata there (None: not written).

    `files` are attachments, name to bytes, for the folder ``NAME.files/``.
    """

    text: str
    cells: list[dict[str, Any] | None]
    head: int
    newline: str
    diagnostics: tuple[Diagnostic, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)


def write(notebook: Mapping[str, Any], onto: str | None, path: str | None) -> Written:
    """Text of `notebook`, as an edit of `onto`. With `path`, attachments become files beside it.

    Raises FormatError ``not-a-notebook``, ``not-python`` or ``not-representable``.
    """
    return _Writer(notebook, onto, path).written()


class _Writer:
    def __init__(self, notebook: Mapping[str, Any], onto: str | None, path: str | None) -> None:
        self.path = path or UNNAMED  # reading an unnamed text gave it this name too: it is parsed once
        self.folder = attached.folder_name(path) if path else None
        self.files: dict[str, bytes] = {}
        self.document: Document = parse(onto or "", self.path)
        self.base: Layout = layout(self.document)
        self.onto = onto
        self.metadata = notebook.get("metadata")
        cells = notebook.get("cells")
        if not isinstance(cells, Sequence) or isinstance(cells, str):
            raise self.refusal("not-a-notebook", "there is no list of cells in it")
        self.refuse_other_languages()
        self.style = Style(self.document.source.newline, _usual_info(self.document), self.document.policy)
        self.wanted = self.with_front_matter(self.reduced(cells))

    def written(self) -> Written:
        """Write, read back, compare; mend what differs and try again."""
        wanted = [(number, cell) for number, cell in self.wanted if not cell.empty]
        cells = [cell for _, cell in wanted]
        everything = set(range(len(cells)))
        safe: set[int] = set()
        wrong: int | None = None
        for attempt in range(_ATTEMPTS):
            text = self.joined(cells, safe)
            document = parse(text, self.path)
            wrong = _first_difference(cells, layout(document).cells)
            if wrong is None:
                return self.result(text, document, [number for number, _ in wanted])
            if safe >= everything:
                break
            added = next((index for index in (wrong, wrong - 1) if index not in safe), -1)
            last_try = attempt == _ATTEMPTS - 2
            safe = everything if last_try or added < 0 else safe | {added}
        assert wrong is not None
        number = wanted[wrong][0] + 1 if wrong < len(wanted) else len(wanted)
        raise self.refusal("not-representable", f"cell {number} cannot be written without loss")

    def result(self, text: str, document: Document, numbers: list[int]) -> Written:
        cells = layout(document)
        places: list[dict[str, Any] | None] = [None] * self.cell_count
        for ordinal, (number, cell) in enumerate(zip(numbers, cells.cells, strict=True)):
            if number >= 0:
                places[number] = cell.layout(ordinal)
        head = normalize(cells.head).count("\n")
        return Written(text, places, head, document.source.newline, document.diagnostics, self.files)

    # -- the notebook's cells, reduced ---------------------------------------------------------------

    def reduced(self, cells: Sequence[Any]) -> list[tuple[int, Wanted]]:
        self.cell_count = len(cells)
        usable = [(number, cell) for number, cell in enumerate(cells) if isinstance(cell, Mapping)]
        fresh = self.is_base_current()
        sources = [self.source_and_attachments(cell) for _, cell in usable]
        candidates = [
            Candidate(
                str(cell.get("id", "")),
                _type(cell),
                source,
                ordinal_of(cell) if fresh else None,
            )
            for (_, cell), (source, _) in zip(usable, sources, strict=True)
        ]
        matches = match(candidates, self.base.cells)
        return [
            (number, self.wanted_cell(cell, source, left, there))
            for (number, cell), (source, left), there in zip(usable, sources, matches, strict=True)
        ]

    def is_base_current(self) -> bool:
        """Whether the ordinals in the cells' metadata are about the text that is written onto."""
        moon = self.metadata.get("moon") if isinstance(self.metadata, Mapping) else None
        if not isinstance(moon, Mapping) or self.onto is None:
            return False
        return moon.get("base") == text_hash(self.onto)

    def source_and_attachments(self, cell: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        source = _source(cell)
        if _type(cell) != "markdown":
            return source, {}
        source = trimmed(source)
        found = cell.get("attachments")
        found = kept.plain(found) if isinstance(found, Mapping) else {}
        if self.folder and found:
            return attached.to_files(source, found, self.folder, self.files)
        return source, found

    def wanted_cell(
        self, cell: Mapping[str, Any], source: str, left: dict[str, Any], there: Cell | None
    ) -> Wanted:
        kind = _type(cell)
        shown = None
        if self.onto is not None:
            shown = there.metadata if there is not None and there.type == kind else {}
        return Wanted(kind, source, kept.of_cell(cell, shown), there, left)

    # -- notebook metadata and front matter ----------------------------------------------------------

    def refuse_other_languages(self) -> None:
        spec = self.metadata.get("kernelspec") if isinstance(self.metadata, Mapping) else None
        language = spec.get("language") if isinstance(spec, Mapping) else None
        if isinstance(language, str) and language and language.lower() not in ("python", "ipython"):
            raise self.refusal("not-python", f"this is a notebook for {language}, not for Python")

    def with_front_matter(self, cells: list[tuple[int, Wanted]]) -> list[tuple[int, Wanted]]:
        """The notebook's own metadata goes to the front matter, the first raw cell, when it changed."""
        metadata = kept.of_notebook(self.metadata)
        cells = _with_plain_front_matter(cells)
        if self.onto is not None and metadata == notebook_metadata(self.document):
            return cells
        first = cells[0][1] if cells else None
        has_front = first is not None and is_front_matter(first.type, first.source, first.metadata)
        front = first.source if first is not None and has_front else ""
        there = parse(front)
        if metadata == notebook_metadata(there):
            return cells
        entry = kept.beside(there.metadata.get("jupyter"), metadata)
        text = kept.with_notebook_metadata(front, entry)
        if has_front and first is not None:
            return [(cells[0][0], replace(first, source=text)), *cells[1:]]
        return [(-1, Wanted("raw", text, {})), *cells] if text else cells

    # -- text ----------------------------------------------------------------------------------------

    def joined(self, wanted: list[Wanted], safe: set[int]) -> str:
        newline = self.style.newline
        pieces = [self.head(wanted[0], newline) if wanted else self.base.head]
        for index, cell in enumerate(wanted):
            before = wanted[index - 1] if index else None
            body = self.body(cell, before, index in safe, self.base_precedes(before, cell))
            last = index == len(wanted) - 1
            gap = self.end(cell) if last else self.gap(cell, wanted[index + 1])
            if not last or gap:
                body = body if body.endswith(("\n", "\r")) else body + newline
            elif not self.ends_with_newline():
                body = body.removesuffix("\n").removesuffix("\r")
            pieces += [body, gap]
        return "".join(pieces)

    def head(self, first: Wanted, newline: str) -> str:
        """The blank lines before the first cell; blanks that were the whole text end their line now.

        Front matter must be the first line."""
        head = self.base.head
        if is_front_matter(first.type, first.source, first.metadata):
            return head[:1] if head.startswith("\ufeff") else ""
        whole_lines = head.removeprefix("\ufeff") == "" or head.endswith(("\n", "\r"))
        return head if whole_lines else head + newline

    def ends_with_newline(self) -> bool:
        text = self.document.source.text
        return not text or text.endswith(("\n", "\r"))

    def body(self, cell: Wanted, before: Wanted | None, safe: bool, settled: bool) -> str:
        """Bytes of a cell; `settled`: the cell before it is the one that was there, of the same type."""
        base = cell.base
        if cell.unchanged and base is not None and not safe:
            joins = cell.type == "markdown" and not settled and self.would_join(cell, before)
            movable = base.block is None or not base.block.indent or settled
            if movable and not joins:
                return base.raw
            if joins:
                return f"<!-- cell -->{self.style.newline}{base.raw}"
        if cell.type == "markdown":
            return bodies.prose(cell, self.style, self.needs_marker(cell, before, settled), safe)
        if is_front_matter(cell.type, cell.source, cell.metadata) and before is None and not safe:
            return cell.source.replace("\n", self.style.newline) + self.style.newline
        indent = self.indent_after(before)
        plain = safe or (base is not None and not settled and _indent(base) != "")
        return bodies.fenced(cell, self.style, indent, plain)

    def base_precedes(self, before: Wanted | None, cell: Wanted) -> bool:
        """Whether the cell stands behind the same cell as in the old text, and both kept their type."""
        if cell.base is None or cell.base.type != cell.type:
            return False
        index = self.index[id(cell.base)]
        if before is None:
            return index == 0
        if before.base is None or before.base.type != before.type:
            return False
        return self.index[id(before.base)] == index - 1

    @cached_property
    def index(self) -> dict[int, int]:
        return {id(cell): number for number, cell in enumerate(self.base.cells)}

    def would_join(self, cell: Wanted, before: Wanted | None) -> bool:
        """Whether unchanged prose would become part of the prose before it."""
        base = cell.base
        if before is None or before.type != "markdown" or base is None:
            return False
        return not (base.marked or starts_cell(cell.source, self.style))

    def needs_marker(self, cell: Wanted, before: Wanted | None, settled: bool) -> bool:
        """Whether written prose needs a marker: it had one, or it would join the prose before it."""
        had = cell.base is not None and cell.base.marked and not cell.base.region and settled
        if had and cell.base is not None and not cell.base.metadata and before is not None:
            had = before.type == "markdown"
        joins = before is not None and before.type == "markdown" and not _closes_region(before)
        return had or (joins and not starts_cell(cell.source, self.style))

    def indent_after(self, before: Wanted | None) -> str:
        """A new code cell behind a code cell of a list item belongs to that item."""
        if before is None or before.type != "code" or before.base is None:
            return ""
        return _indent(before.base)

    def gap(self, cell: Wanted, after: Wanted) -> str:
        base = cell.base
        if base is not None and self.base_precedes(cell, after):
            return base.gap
        if base is not None and base.gap and base is not self.base.cells[-1]:
            return base.gap
        return self.style.newline

    def end(self, cell: Wanted) -> str:
        """What follows the last cell: what followed it in the old text, if it was the last there."""
        if cell.base is not None and self.base.cells and cell.base is self.base.cells[-1]:
            return cell.base.gap
        return ""

    def refusal(self, code: str, message: str) -> FormatError:
        hint = {
            "not-a-notebook": "give a notebook in nbformat 4",
            "not-python": "keep it as .ipynb; .py.md documents hold Python",
        }.get(code, "save it as .ipynb and report the cell")
        return FormatError(Diagnostic(code, message, Span(self.path, 1, 1), hint))


def _with_plain_front_matter(cells: list[tuple[int, Wanted]]) -> list[tuple[int, Wanted]]:
    """Front matter that got a tag in the browser stays front matter; as a fence it would say nothing."""
    if not cells or cells[0][1].base is None or not cells[0][1].base.front_matter:
        return cells
    number, first = cells[0]
    plain = replace(first, metadata={}) if is_front_matter(first.type, first.source, {}) else first
    return [(number, plain), *cells[1:]]


def is_front_matter(kind: CellType, source: str, metadata: Mapping[str, Any]) -> bool:
    """Whether a first raw cell is front matter: YAML between ``---`` lines, and no metadata."""
    return kind == "raw" and not metadata and frontmatter.is_front_matter(source)


def notebook_metadata(document: Document) -> dict[str, Any]:
    """The notebook metadata that a document's front matter holds under ``jupyter``."""
    return kept.of_notebook(document.metadata.get("jupyter"))


def starts_cell(source: str, style: Style) -> bool:
    """Whether prose begins a cell by itself: with a heading of the outermost level."""
    return _may_head(source) and bodies.starts_with_heading(source, style.policy)


def _may_head(source: str) -> bool:
    return bool(re.match(r" {0,3}#{1,6}(?:[ \t]|$)", source, re.M)) or bool(
        re.search(r"^ {0,3}(?:=+|-+)[ \t]*$", source, re.M)
    )


def _closes_region(cell: Wanted) -> bool:
    return cell.unchanged and cell.base is not None and cell.base.region


def _indent(cell: Cell) -> str:
    return cell.block.indent if cell.block is not None else ""


def _type(cell: Mapping[str, Any]) -> CellType:
    kind = cell.get("cell_type")
    return kind if kind in _TYPES else "markdown"


def _source(cell: Mapping[str, Any]) -> str:
    """Source with ``\\n`` line ends; a list of lines is joined, as in files; anything else is no text."""
    source = cell.get("source", "")
    if isinstance(source, Sequence) and not isinstance(source, str):
        source = "".join(line for line in source if isinstance(line, str))
    return normalize(source) if isinstance(source, str) else ""


def _usual_info(document: Document) -> str:
    """How this document writes Python fences: the commonest language part of its info strings."""
    heads = Counter(head for block in document.code_blocks if (head := bodies.info_head(block.info)))
    return heads.most_common(1)[0][0] if heads else "python"


def _first_difference(wanted: Sequence[Wanted], cells: Sequence[Cell]) -> int | None:
    """Index of the first cell that does not read back as it should; None where all do."""
    for index, (want, cell) in enumerate(zip(wanted, cells, strict=False)):
        same = (want.type, want.source, want.metadata, want.attachments) == (
            cell.type,
            cell.source,
            cell.metadata,
            cell.attachments,
        )
        if not same:
            return index
    return None if len(wanted) == len(cells) else min(len(wanted), len(cells))
