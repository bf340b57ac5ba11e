"""Outline of a Markdown text with exact lines: fences, top-level headings, cell markers.

Only mistune's block phase runs: it decides what is a fence, a quote, a list or HTML. What mistune does
not tell, the lines, is recorded here while it parses the outermost level; fences inside list items,
whose text mistune re-indents, are looked up in the lines of their list.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mistune.block_parser import BlockParser
    from mistune.core import BlockState

Container = Literal["", "list", "quote"]

_MARKER = re.compile(r" {0,3}<!--[ \t]*cell[ \t]*(\{.*\})?[ \t]*-->[ \t]*(?=\n|\Z)")
_REGION_END = re.compile(r"^<!--[ \t]*/cell(?:[ \t]+([\w-]+))?[ \t]*-->[ \t]*$", re.M)
_PLAIN_LINES = re.compile(r"(?:[^\s\d`~#=\-_*+>\[<][^\n]*\n)+")
"""Lines whose first character begins nothing but a paragraph, whatever stands before them."""

_REGION_NAME = re.compile(r"[\w-]+\Z")
_OPENER = re.compile(
    r"(?P<prefix>[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*)(?P<marker>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$"
)
_CLOSER = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*$")
_LAST_LINE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block; `line` is its opening line, 0 where it could not be located.

    `code` is the text between the fences as Markdown sees it, without the indent, each line ended by
    ``\\n``. `end_line` is the closing fence's line, or the last line where nothing closes it.
    """

    line: int
    end_line: int
    marker: str
    info: str
    code: str
    indent: str
    container: Container
    closed: bool


@dataclass(frozen=True, slots=True)
class CellMarker:
    """A line ``<!-- cell {…} -->``; `end_line` is the line of its ``<!-- /cell -->``, 0 without one."""

    line: int
    end_line: int
    json: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What stands where; everything is ordered by line, lines count from 1."""

    fences: tuple[Fence, ...]
    headings: tuple[int, ...]
    markers: tuple[CellMarker, ...]
    quoted: tuple[tuple[int, str], ...]
    """First line of the enclosing block and info string of each fence in a block quote."""
    ambiguous: tuple[tuple[int, str], ...]
    """First line of the enclosing list and info string of each fence that cannot be located."""


@dataclass(slots=True)
class _Nested:
    """A fence inside a list item or a quote, as mistune sees it: no place, re-indented text."""

    marker: str
    info: str
    code: str
    closed: bool
    quoted: bool

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        return self.marker, self.info.strip(), _stripped(self.code)


@dataclass(slots=True)
class _Log:
    """What one parse records; it lives in the state's environment, so the parser holds no state."""

    region_ends: list[tuple[int, int, str]]
    fences: list[tuple[int, int, Any, bool]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    markers: list[tuple[int, int, str]] = field(default_factory=list)
    containers: list[tuple[int, int, list[_Nested]]] = field(default_factory=list)
    nested: list[_Nested] = field(default_factory=list)
    last: int = 0
    """Start of the block of the outermost level that mistune parses now."""
    quotes: list[int] = field(default_factory=list)
    """Depths of the states in which the quotes stand that are being parsed."""


def outline(text: str, first_line: int = 1) -> Outline:
    """Outline of `text`, whose line ends are all ``\\n``; its first line has the number `first_line`."""
    ends = _REGION_END.finditer(text) if "/cell" in text else ()
    log = _Log([(m.start(), m.end(), m.group(1) or "") for m in ends])
    parser = _parser()
    state = parser.state_cls()
    state.env["moonlight"] = log
    state.process(text)
    parser.parse(state)
    return _Locator(text, log, first_line).outline()


@lru_cache(maxsize=1)
def _parser() -> BlockParser:
    """Our block parser; built on first use because an import answered from bytecode needs no mistune."""
    from mistune.block_parser import BlockParser

    class Recorder(BlockParser):
        """mistune's block parser which notes the places of what it parses."""

        def parse(self, state: BlockState, rules: list[str] | None = None) -> None:
            # Of what lists and quotes hold only fences matter; where a list ends does not hang on it.
            if state.parent is None or "```" in state.src or "~~~" in state.src:
                super().parse(state, rules)

        def parse_method(self, m: re.Match[str], state: BlockState) -> int | None:
            if state.parent is None:
                state.env["moonlight"].last = m.start()
            return super().parse_method(m, state)

        # Two steps that mistune takes for every line: most lines need none of them. Where mistune has
        # no methods of these names, they are never called.

        def _parse_indent_code_fast(self, state: BlockState) -> int | None:
            if state.src[state.cursor] not in " \t":
                return None
            return super()._parse_indent_code_fast(state)

        def _parse_plain_paragraph(self, state: BlockState, sc: re.Pattern[str]) -> bool:
            # Asked where no rule matches: this line is text, and so are the lines up to the next match.
            src, end = state.src, state.find_line_end()
            while end < state.cursor_max:
                lines = _PLAIN_LINES.match(src, end)
                if lines is not None:
                    end = lines.end()
                elif sc.match(src, end):
                    break
                else:
                    end = state.find_line_end_at(end)
            state.add_paragraph(src[state.cursor : end])
            state.cursor = end
            return True

        def parse_fenced_code(self, m: re.Match[str], state: BlockState) -> int | None:
            end = super().parse_fenced_code(m, state)
            if end is None:
                return None
            log: _Log = state.env["moonlight"]
            last = state.src.rfind("\n", 0, end - 1) + 1
            closing = _LAST_LINE.match(state.src[last:end].rstrip("\n"))
            opening = m.group("fenced_2")
            closed = closing is not None and last > m.start() and _closes(closing.group(1), opening)
            token = state.tokens[-1]
            if state.parent is None:
                log.fences.append((m.start(), end, (m, token["raw"]), closed))
            else:
                info = m.group("fenced_3")
                log.nested.append(_Nested(opening, info, token["raw"], closed, bool(log.quotes)))
            return end

        def parse_atx_heading(self, m: re.Match[str], state: BlockState) -> int:
            if state.parent is None:
                state.env["moonlight"].headings.append(m.start())
            return super().parse_atx_heading(m, state)

        def parse_setex_heading(self, m: re.Match[str], state: BlockState) -> int | None:
            before = state.last_token()
            paragraph = before is not None and before["type"] == "paragraph"
            end = super().parse_setex_heading(m, state)
            if paragraph and before["type"] == "heading" and state.parent is None:
                state.env["moonlight"].headings.append(m.start() - len(before["text"]))
            return end

        def parse_raw_html(self, m: re.Match[str], state: BlockState) -> int | None:
            if state.parent is None:
                marker = _MARKER.match(state.src, m.start())
                if marker:
                    return self._parse_marker(marker, state)
            return super().parse_raw_html(m, state)

        def _parse_marker(self, marker: re.Match[str], state: BlockState) -> int:
            log: _Log = state.env["moonlight"]
            region = _region_end(state.src, marker, log)
            end = region[1] if region else marker.end()
            log.markers.append((marker.start(), region[0] if region else -1, marker.group(1) or ""))
            state.append_token({"type": "block_html", "raw": state.src[marker.start() : end]})
            return min(end + 1, state.cursor_max)

        def parse_block_quote(self, m: re.Match[str], state: BlockState) -> int:
            log: _Log = state.env["moonlight"]
            log.quotes.append(state.depth())
            try:
                return self._contained(m, state, super().parse_block_quote)
            finally:
                log.quotes.pop()

        def parse_list(self, m: re.Match[str], state: BlockState) -> int:
            # A list that ends a quote is parsed while the quote is, though it is not inside.
            log: _Log = state.env["moonlight"]
            outer = log.quotes
            depth = state.depth() if outer else 0
            log.quotes = [quote for quote in outer if quote < depth]
            try:
                return self._contained(m, state, super().parse_list)
            finally:
                log.quotes = outer

        def _contained(self, m: re.Match[str], state: BlockState, parse: Any) -> int:
            if state.parent is not None:
                return int(parse(m, state))
            log: _Log = state.env["moonlight"]
            outer, log.nested = log.nested, []
            end = int(parse(m, state))
            if log.nested:
                # mistune parses the block that ends a list or quote together with it
                stop = log.last if log.last > m.start() else end
                log.containers.append((m.start(), stop, log.nested))
            log.nested = outer
            return end

    return Recorder()


def _region_end(src: str, marker: re.Match[str], log: _Log) -> tuple[int, int] | None:
    """Start and end of the line that closes the region which `marker` opens, if one does.

    A marker without an ``"end"`` id closes at the next ``<!-- /cell -->`` unless another marker comes first.
    """
    wanted = _region_name(marker.group(1) or "")
    ends = log.region_ends
    position = bisect_left(ends, (marker.end(), 0, ""))
    if not wanted:
        if position == len(ends) or ends[position][2]:
            return None
        start, end, _ = ends[position]
        between = _MARKER_LINE.search(src, marker.end(), start)
        return None if between else (start, end)
    for start, end, identifier in ends[position : position + _MAX_REGION_ENDS]:
        if identifier == wanted:
            return start, end
    return None


def _region_name(text: str) -> str:
    """The ``"end"`` of a marker's JSON, "" without one."""
    if '"end"' not in text:
        return ""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    name = data.get("end") if isinstance(data, dict) else None
    return name if isinstance(name, str) and _REGION_NAME.match(name) else ""


_MARKER_LINE = re.compile(r"^ {0,3}<!--[ \t]*cell[ \t]*(\{.*\})?[ \t]*-->[ \t]*$", re.M)
_MAX_REGION_ENDS = 1000
"""How many closing lines are looked at for a named region: keeps hostile texts linear."""


class _Locator:
    """Turns offsets into lines and finds the lines of fences inside lists."""

    def __init__(self, text: str, log: _Log, first_line: int) -> None:
        self.text = text
        self.log = log
        self.first = first_line
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))][:-1]

    def outline(self) -> Outline:
        fences = [self.top_fence(*entry) for entry in sorted(self.log.fences, key=lambda entry: entry[0])]
        quoted: list[tuple[int, str]] = []
        ambiguous: list[tuple[int, str]] = []
        for start, end, nested in self.log.containers:
            line = self.line(start)
            quoted += [(line, fence.info.strip()) for fence in nested if fence.quoted]
            listed = [fence for fence in nested if not fence.quoted]
            located = self.locate(start, end, listed, fences) if listed else []
            fences += located
            if len(located) < len(listed):
                ambiguous += self.missing(line, listed, located)
        fences.sort(key=lambda fence: fence.line)
        headings = tuple(sorted(map(self.line, self.log.headings)))
        markers = tuple(
            CellMarker(self.line(start), self.line(end) if end >= 0 else 0, json)
            for start, end, json in sorted(self.log.markers)
        )
        return Outline(tuple(fences), headings, markers, tuple(quoted), tuple(ambiguous))

    def line(self, offset: int) -> int:
        """Line number of an offset."""
        return self.first + bisect_right(self.starts, offset) - 1

    def top_fence(self, start: int, end: int, token: Any, closed: bool) -> Fence:
        match, code = token
        last = self.line(max(start, end - 1))
        indent = match.group("fenced_1")
        info = match.group("fenced_3").strip()
        return Fence(self.line(start), last, match.group("fenced_2"), info, code, indent, "", closed)

    def locate(self, start: int, end: int, nested: list[_Nested], top: list[Fence]) -> list[Fence]:
        """Fences of one list, each where just as many places hold its text as mistune saw fences."""
        first = self.line(start) - self.first
        stop = bisect_left(self.starts, end)
        taken = self.taken(first, stop, top)
        lines = self.text[start:end].split("\n")
        lines = [("" if first + i in taken else line) for i, line in enumerate(lines)]
        places: dict[Any, list[tuple[int, int, str]]] = defaultdict(list)
        for index, last, prefix, key in _candidates(lines):
            places[key].append((index, last, prefix))
        wanted: dict[Any, list[_Nested]] = defaultdict(list)
        for fence in nested:
            wanted[fence.key].append(fence)
        found = []
        for key, fences in wanted.items():
            if len(places[key]) != len(fences):
                continue
            for fence, (index, last, prefix) in zip(fences, places[key], strict=True):
                line = self.first + first + index
                code = _ended(fence.code)
                found.append(
                    Fence(
                        line,
                        self.first + first + last,
                        fence.marker,
                        fence.info.strip(),
                        code,
                        _indent(prefix),
                        "list",
                        fence.closed,
                    )
                )
        return found

    def taken(self, first: int, stop: int, top: list[Fence]) -> set[int]:
        """0-based lines of `first` to `stop` that belong to fences of the outermost level."""
        at = bisect_left(top, self.first + first, key=lambda fence: fence.line)
        lines: set[int] = set()
        while at < len(top) and top[at].container == "" and top[at].line <= self.first + stop:
            lines.update(range(top[at].line - self.first, top[at].end_line - self.first + 1))
            at += 1
        return lines

    @staticmethod
    def missing(line: int, listed: list[_Nested], located: list[Fence]) -> list[tuple[int, str]]:
        """Info strings of the fences of a list that were not located."""
        left = [fence.info.strip() for fence in listed]
        for fence in located:
            left.remove(fence.info)
        return [(line, info) for info in left]


def _candidates(lines: list[str]) -> Iterator[tuple[int, int, str, Any]]:
    """``(first, last, prefix, key)`` of everything in the lines of a list that could be a fence.

    From the last line to the first a stack per fence character holds the closing lines that can still be
    the next one for some length, so each opener finds its closer by bisection and the whole is linear.
    """
    found = []
    stacks: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
    content_end = len(lines)
    while content_end and not lines[content_end - 1].strip():
        content_end -= 1
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if "```" not in line and "~~~" not in line:
            continue
        opener = _OPENER.match(line)
        if opener:
            marker = opener["marker"]
            stack = stacks[marker[0]]
            at = bisect_left(stack, -len(marker) + 1, key=lambda item: -item[0]) - 1
            closer = stack[at][1] if at >= 0 else content_end
            last = closer if at >= 0 else content_end - 1
            found.append((index, closer, last, opener))
        closing = _CLOSER.match(line)
        if closing:
            run = closing.group(1)
            stack = stacks[run[0]]
            while stack and stack[-1][0] <= len(run):
                stack.pop()
            stack.append((len(run), index))
    inside = -1
    for index, closer, last, opener in reversed(found):
        # Text between two fences is never a fence of its own, unless the outer one is none: then its
        # key differs from what mistune saw, and the count tells.
        if index <= inside:
            continue
        body = "\n".join(lines[index + 1 : closer])
        info = opener["info"]
        if opener["marker"][0] == "`" and "`" in info:
            continue
        inside = last
        yield index, last, opener["prefix"], (opener["marker"], info, _stripped(body))


def _stripped(code: str) -> tuple[str, ...]:
    """The lines of a code text without what lists change: leading blanks and blank lines at the end."""
    lines = [line.strip() for line in code.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _closes(run: str, opening: str) -> bool:
    return run[0] == opening[0] and len(run) >= len(opening)


def _ended(code: str) -> str:
    return code if not code or code.endswith("\n") else code + "\n"


def _indent(prefix: str) -> str:
    """White space of the lines below a fence whose own line starts with `prefix`, list markers included."""
    return prefix if not prefix.strip() else " " * len(prefix.expandtabs(4))
