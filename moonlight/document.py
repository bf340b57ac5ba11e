"""A Markdown text as a document: blocks that join to the text again, metadata, diagnostics.

The rules, after NOTEBOOKS.md ("The document"):

1. The blocks are a partition: their `raw` texts, joined, are the text, whatever the text is.
2. Front matter is a first line ``---`` up to the next line ``---`` or ``...``.
3. A fence at the outermost level or in a list item is a block of its own; in a block quote it is prose.
4. A fence is executable when its info string says Python, or when it has none and the policy is
   ``lenient`` and its text looks like Python. Executable fences are numbered from 1.
5. Prose is cut before each heading of the outermost level and at each line ``<!-- cell -->``.
6. From a line ``<!-- cell -->`` to a line ``<!-- /cell -->`` everything is prose, fences included.
7. Parsing never raises: what is odd becomes a diagnostic.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from moonlight import info as infos
from moonlight.diagnostic import Diagnostic, Severity, Span
from moonlight.frontmatter import read_front_matter
from moonlight.markdown import outline
from moonlight.outline import CellMarker, Fence, Outline
from moonlight.policy import POLICIES, Policy, looks_like_python
from moonlight.source import Source, normalize

UNNAMED = "<text>"
"""Path of a text that comes from no file."""

Kind = Literal["front-matter", "prose", "code", "raw"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document.

    `raw` is its text, byte for byte; `text` is what it says with ``\\n`` line ends: the code between the
    fences without their indent, prose without cell markers, front matter as it is. `index` counts executable
    blocks from 1 and is None for all others. `span` holds the fences' lines too.
    """

    index: int | None
    kind: Kind
    raw: str
    text: str
    span: Span
    info: str = ""
    lang: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    indent: str = ""
    executable: bool = False
    fence: str = ""
    closed: bool = True
    starts_cell: bool = False
    region: bool = False

    @property
    def code_line(self) -> int:
        """Line of the first code line; a fence's own line plus one."""
        return self.span.line + 1


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed text. `policy` is the one in force: the caller's, else the front matter's, else ``strict``."""

    source: Source
    blocks: tuple[Block, ...]
    metadata: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...]
    policy: Policy = "strict"

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def code_blocks(self) -> tuple[Block, ...]:
        """The executable blocks; the one with index n is ``code_blocks[n - 1]``."""
        return tuple(block for block in self.blocks if block.executable)

    @cached_property
    def fences(self) -> tuple[Block, ...]:
        """Every fence that is a block, executable or not."""
        return tuple(block for block in self.blocks if block.kind in ("code", "raw"))

    def block_at(self, line: int) -> Block | None:
        """The block that holds the 1-based line; None behind the end."""
        for block in self.blocks:
            if block.span.line <= line <= block.span.end_line:
                return block
        return None


def parse(text: str, path: str = UNNAMED, policy: Policy | None = None) -> Document:
    """Parse any text; never raises, the result is shared between callers and immutable in use.

    Recently parsed texts are kept, keyed by their content: opening, saving and verifying see one text.
    """
    return _parse(text, path, policy)


@lru_cache(maxsize=32)
def _parse(text: str, path: str, policy: Policy | None) -> Document:
    return _Parser(Source(path, text), policy).document()


class _Parser:
    """One pass over one text: outline, then the partition in the order of the lines."""

    def __init__(self, source: Source, policy: Policy | None) -> None:
        self.source = source
        self.wanted = policy
        self.blocks: list[Block] = []
        self.diagnostics: list[Diagnostic] = []
        self.count = 0
        self.next_line = 1
        self.cell_starts = False

    def document(self) -> Document:
        text = normalize(self.source.text)
        front = read_front_matter(text)
        metadata: dict[str, Any] = {}
        if front is not None:
            metadata = front.metadata
            for message, line in front.problems:
                self.note("front-matter", message, line, severity="warning", hint=front.hint)
            self.front_matter(front.end_line)
        self.policy = self.chosen_policy(metadata)
        body = text[self.body_offset(text) :]
        self.lay_out(outline(body, self.next_line))
        self.diagnostics.sort(key=lambda diagnostic: diagnostic.span.line)
        return Document(self.source, tuple(self.blocks), metadata, tuple(self.diagnostics), self.policy)

    def body_offset(self, text: str) -> int:
        """Where the text behind the front matter, or behind a BOM, begins."""
        if self.next_line == 1:
            return 1 if text.startswith("\ufeff") else 0
        offset = 0
        for _ in range(self.next_line - 1):
            offset = text.index("\n", offset) + 1 if "\n" in text[offset:] else len(text)
        return offset

    def chosen_policy(self, metadata: dict[str, Any]) -> Policy:
        settings = metadata.get("moonlight")
        named = settings.get("policy") if isinstance(settings, dict) else None
        if named is not None and named not in POLICIES:
            choices = " or ".join(POLICIES)
            self.note("unknown-policy", f"unknown policy {named!r}", 1, "warning", f"write {choices}")
            named = None
        return self.wanted or named or "strict"

    def front_matter(self, end_line: int) -> None:
        raw = self.source.slice(1, end_line)
        self.blocks.append(Block(None, "front-matter", raw, normalize(raw), self.span(1, end_line)))
        self.next_line = end_line + 1

    def lay_out(self, found: Outline) -> None:
        """Cut the lines into blocks: fences and cell regions as they come, prose between them."""
        for line, info in found.quoted:
            if infos.language(info) == "python":
                hint = "take the fence out of the quote to run it"
                self.note("quoted-block", "a Python fence in a block quote is prose", line, "info", hint)
        for line, info in found.ambiguous:
            if infos.language(info) == "python":
                hint = "move the fence out of the list, or indent it evenly"
                message = "a Python fence in this list cannot be located with certainty and does not run"
                self.note("ambiguous-fence", message, line, "warning", hint)
        cuts = sorted({*found.headings, *(marker.line for marker in found.markers)})
        markers = {marker.line: marker for marker in found.markers}
        events: list[tuple[int, Fence | None]] = [(line, None) for line in cuts]
        events += [(fence.line, fence) for fence in found.fences]
        events.sort(key=lambda event: event[0])
        for line, fence in events:
            if line < self.next_line:
                continue
            self.prose(line - 1)
            if fence is not None:
                self.fence(fence)
            else:
                self.cell_starts = True
                marker = markers.get(line)
                if marker is not None:
                    self.marker(marker)
        self.prose(self.last_line())

    def last_line(self) -> int:
        """Number of the last line that holds a character."""
        starts = self.source.starts
        return len(starts) if starts[-1] < len(self.source.text) else len(starts) - 1

    def prose(self, end_line: int) -> None:
        """A prose block from the next line to `end_line`, if that is anything."""
        if end_line < self.next_line:
            return
        raw = self.source.slice(self.next_line, end_line)
        span = self.span(self.next_line, end_line)
        self.blocks.append(Block(None, "prose", raw, normalize(raw), span, starts_cell=self.cell_starts))
        self.cell_starts = False
        self.next_line = end_line + 1

    def marker(self, marker: CellMarker) -> None:
        """A cell marker: alone it is the first line of the prose behind it, closed it is a block."""
        options = self.marker_options(marker)
        if not marker.end_line:
            raw = self.source.slice(marker.line, marker.line)
            span = self.span(marker.line, marker.line)
            self.blocks.append(Block(None, "prose", raw, "", span, options=options, starts_cell=True))
            self.cell_starts = False
            self.next_line = marker.line + 1
            return
        raw = self.source.slice(marker.line, marker.end_line)
        text = normalize(self.source.slice(marker.line + 1, marker.end_line - 1))
        span = self.span(marker.line, marker.end_line)
        block = Block(None, "prose", raw, text, span, options=options, starts_cell=True, region=True)
        self.blocks.append(block)
        self.cell_starts = False
        self.next_line = marker.end_line + 1

    def marker_options(self, marker: CellMarker) -> dict[str, Any]:
        if not marker.json:
            return {}
        try:
            return dict(json.loads(marker.json))
        except (ValueError, TypeError, RecursionError):
            hint = 'write <!-- cell {"key": "value"} --> on one line'
            self.note(
                "cell-metadata",
                "the metadata of this cell is not JSON",
                marker.line,
                "warning",
                hint,
            )
            return {}

    def fence(self, fence: Fence) -> None:
        lang = infos.language(fence.info)
        raw_format = infos.raw_format(fence.info)
        executable = lang == "python"
        if not fence.info and self.policy == "lenient":
            executable = looks_like_python(fence.code)
            lang = "python" if executable else ""
        if executable:
            self.count += 1
        if not fence.closed:
            self.unclosed(fence)
        self.blocks.append(
            Block(
                self.count if executable else None,
                "code" if raw_format is None else "raw",
                self.source.slice(fence.line, fence.end_line),
                fence.code,
                self.span(fence.line, fence.end_line),
                fence.info,
                lang,
                infos.options(fence.info),
                fence.indent,
                executable,
                fence.marker,
                fence.closed,
            )
        )
        self.next_line = fence.end_line + 1

    def unclosed(self, fence: Fence) -> None:
        where = "the end of the list item" if fence.container else "the end of the document"
        message = f"this fence is never closed: its block reaches to {where}"
        self.note("unclosed-fence", message, fence.line, "warning", f"close it with {fence.marker}")

    def span(self, line: int, end_line: int) -> Span:
        return Span(self.source.path, line, end_line)

    def note(self, code: str, message: str, line: int, severity: Severity = "error", hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, self.span(line, line), hint, severity))
