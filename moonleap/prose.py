"""What of a Markdown text is read: headings, paragraphs and list items, each with its line.

Where fences and headings are is decided by the Markdown parser of the house; code, HTML, comments, link
definitions and rules between paragraphs are passed over here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from moonlight.markdown import outline

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:(?:^|[ \t]+)#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-+*]|(\d{1,9})[.)])(?:[ \t]+(.*)|[ \t]*$)")
_QUOTE = re.compile(r" {0,3}>[ \t]?(?: {0,3}>[ \t]?)*")
_RULE = re.compile(r"[ \t]*(?:\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?|[*_][*_ \t]+)[ \t]*$")
_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:[ \t]*\S+")
_INDENTED = re.compile(r"(?: {4}| {0,3}\t)")
_HTML_ENDS = (
    (re.compile(r" {0,3}<!--"), re.compile("-->")),
    (re.compile(r" {0,3}<\?"), re.compile(r"\?>")),
    (
        re.compile(r" {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)", re.I),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r" {0,3}<![A-Za-z]"), re.compile(">")),
    (
        re.compile(
            r" {0,3}</?(?:address|article|aside|blockquote|body|center|dd|details|dialog|div|dl|dt|fieldset"
            r"|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|nav|ol"
            r"|option|p|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul)(?:[\s/>]|$)",
            re.I,
        ),
        None,
    ),
)
"""How an HTML block begins, and what ends it on the same or a later line; None: a blank line."""
_LONE_TAG = re.compile(r" {0,3}</?[A-Za-z][\w-]*(?:[ \t][^<>]*)?/?>[ \t]*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its first and last line, its level and its text as it is written."""

    line: int
    end_line: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or list item that begins at `line`; `text` keeps its line ends."""

    line: int
    text: str
    is_item: bool = False


def read_prose(text: str) -> list[Heading | Passage]:
    """Headings and passages of `text`, whose line ends are all ``\\n``, in order; never raises."""
    found = outline(text)
    lines = text.split("\n")
    skipped = {n for fence in found.fences for n in range(fence.line, fence.end_line + 1)}
    reader = _Reader()
    headings = {line: _heading(lines, line) for line in found.headings}
    last = 0
    for number, line in enumerate(lines, 1):
        if number in headings:
            reader.heading(headings[number])
            last = headings[number].end_line
        elif number in skipped:
            reader.close()
        elif number > last:
            reader.line(number, line)
    reader.close()
    return reader.parts


def _heading(lines: list[str], line: int) -> Heading:
    atx = _ATX.match(lines[line - 1])
    if atx:
        return Heading(line, line, len(atx[1]), atx[2].strip())
    end = line
    while end < len(lines) and not _UNDERLINE.match(lines[end]):
        end += 1
    level = 1 if end < len(lines) and "=" in lines[end] else 2
    return Heading(line, end + 1, level, " ".join(part.strip() for part in lines[line - 1 : end]))


class _Reader:
    """Collects passages line by line."""

    def __init__(self) -> None:
        self.parts: list[Heading | Passage] = []
        self.open: list[str] = []
        self.start = 0
        self.is_item = False
        self.in_list = False
        self.html: re.Pattern[str] | None = None
        self.in_html = False

    def heading(self, heading: Heading) -> None:
        self.close()
        self.in_list = self.in_html = False
        self.parts.append(heading)

    def close(self) -> None:
        if self.open:
            self.parts.append(Passage(self.start, "\n".join(self.open), self.is_item))
            self.open = []

    def line(self, number: int, line: str) -> None:
        if self.in_html:
            self.in_html = bool(line.strip()) if self.html is None else not self.html.search(line)
        elif not line.strip():
            self.close()
        elif not self.open and not self.in_list and _INDENTED.match(line):
            pass  # indented code
        elif self.begins_html(line) or _RULE.match(line):
            self.close()
        elif self.open or not _DEFINITION.match(line):
            self.text(number, line)

    def begins_html(self, line: str) -> bool:
        if not line.lstrip().startswith("<"):
            return False
        for opening, ending in _HTML_ENDS:
            begin = opening.match(line)
            if begin:
                self.html = ending
                self.in_html = ending is None or not ending.search(line, begin.end())
                return True
        if not self.open and _LONE_TAG.match(line):
            self.html, self.in_html = None, True
        return self.in_html

    def text(self, number: int, line: str) -> None:
        line = _QUOTE.sub("", line, count=1) if ">" in line[:4] else line
        item = _ITEM.match(line)
        if item and not (item[1] and int(item[1]) != 1 and self.open and not self.is_item):
            self.close()
            self.start, self.is_item, self.in_list = number, True, True
            line = item[2] or ""
        elif not self.open:
            self.in_list = self.in_list and line[:1] in " \t"
            self.start, self.is_item = number, False
        self.open.append(line)
