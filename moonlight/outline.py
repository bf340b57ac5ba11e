"""Outline of a Markdown text: what stands on which line, fences in list items included."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

Container = Literal["", "list", "quote"]

_OPENER = re.compile(
    r"(?P<prefix>[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*)(?P<marker>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$"
)
_CLOSER = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*$")


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
class Nested:
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
class Log:
    """What one parse records; it lives in the state's environment, so the parser holds no state."""

    region_ends: list[tuple[int, int, str]]
    fences: list[tuple[int, int, Any, bool]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    markers: list[tuple[int, int, str]] = field(default_factory=list)
    containers: list[tuple[int, int, list[Nested]]] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    last: int = 0
    """Start of the block of the outermost level that mistune parses now."""
    quotes: list[int] = field(default_factory=list)
    """Depths of the states in which the quotes stand that are being parsed."""


class Locator:
    """Turns offsets into lines and finds the lines of fences inside lists."""

    def __init__(self, text: str, log: Log, first_line: int) -> None:
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

    def locate(self, start: int, end: int, nested: list[Nested], top: list[Fence]) -> list[Fence]:
        """Fences of one list, each where just as many places hold its text as mistune saw fences."""
        first = self.line(start) - self.first
        stop = bisect_left(self.starts, end)
        taken = self.taken(first, stop, top)
        lines = self.text[start:end].split("\n")
        lines = [("" if first + i in taken else line) for i, line in enumerate(lines)]
        places: dict[Any, list[tuple[int, int, str]]] = defaultdict(list)
        for index, last, prefix, key in _candidates(lines):
            places[key].append((index, last, prefix))
        wanted: dict[Any, list[Nested]] = defaultdict(list)
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
    def missing(line: int, listed: list[Nested], located: list[Fence]) -> list[tuple[int, str]]:
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


def _ended(code: str) -> str:
    return code if not code or code.endswith("\n") else code + "\n"


def _indent(prefix: str) -> str:
    """White space of the lines below a fence whose own line starts with `prefix`, list markers included."""
    return prefix if not prefix.strip() else " " * len(prefix.expandtabs(4))
