"""Outline of a Markdown text with exact lines: fences, top-level headings, cell markers; prose as HTML.

Only mistune's block phase runs: it decides what is a fence, a quote, a list or HTML. What mistune does
not tell, the lines, is recorded here while it parses the outermost level; fences inside list items,
whose text mistune re-indents, are looked up in the lines of their list.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moonlight.outline import Locator, Log, Nested, Outline

if TYPE_CHECKING:
    from mistune.block_parser import BlockParser
    from mistune.core import BlockState


_MARKER = re.compile(r" {0,3}<!--[ \t]*cell[ \t]*(\{.*\})?[ \t]*-->[ \t]*(?=\n|\Z)")
_REGION_END = re.compile(r"^<!--[ \t]*/cell(?:[ \t]+([\w-]+))?[ \t]*-->[ \t]*$", re.M)
_PLAIN_LINES = re.compile(r"(?:[^\s\d`~#=\-_*+>\[<][^\n]*\n)+")
"""Lines whose first character begins nothing but a paragraph, whatever stands before them."""

_REGION_NAME = re.compile(r"[\w-]+\Z")
_LAST_LINE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*$")


def outline(text: str, first_line: int = 1) -> Outline:
    """Outline of `text`, whose line ends are all ``\\n``; its first line has the number `first_line`."""
    ends = _REGION_END.finditer(text) if "/cell" in text else ()
    log = Log([(m.start(), m.end(), m.group(1) or "") for m in ends])
    parser = _parser()
    state = parser.state_cls()
    state.env["moonlight"] = log
    state.process(text)
    parser.parse(state)
    return Locator(text, log, first_line).outline()


def to_html(
    texts: Sequence[str],
    picture: Callable[[str], str],
    formula: Callable[[str, bool], str],
    anchor: Callable[[str], str] | None = None,
) -> Iterator[str]:
    """Pieces of one Markdown text, whose line ends are all ``\\n``, as HTML that holds no script (P5).

    A link's address may stand in another piece. HTML in the text is shown as text, comments are left out.
    `picture` gives what stands for the address of an image: an address, or "" for the image's text alone;
    `formula` HTML for TeX, with whether it stands alone; `anchor` a name for a heading by its text.
    """
    from html import unescape

    import mistune

    class Safe(mistune.HTMLRenderer):
        def inline_html(self, html: str) -> str:
            return "" if html.startswith("<!--") else super().inline_html(html)

        def block_html(self, html: str) -> str:
            return "" if html.lstrip().startswith("<!--") else super().block_html(html)

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            if anchor is None:
                return super().heading(text, level, **attrs)
            name = anchor(unescape(mistune.util.striptags(text)))
            link = f'<a class="anchor" href="#{name}" aria-label="Link to this heading">#</a>'
            return super().heading(f"{text} {link}", level, id=name)

        def image(self, text: str, url: str, title: str | None = None) -> str:
            found = picture(url)
            attributes = {"src": found, "alt": mistune.util.striptags(text), "title": title}
            return f"<img{self.render_attrs(attributes)}>" if found else self.link(text or url, url, title)

        def inline_math(self, text: str) -> str:
            return formula(text, False)

        def block_math(self, text: str) -> str:
            return f"<p>{formula(text.strip(), True)}</p>\n"

    made = mistune.create_markdown(
        renderer=Safe(escape=True), plugins=["table", "strikethrough", "task_lists", "math"]
    )
    links: dict[str, Any] = {}
    for text in texts if any("]:" in text for text in texts) else ():
        state = made.block.state_cls()
        state.process(text)
        made.block.parse(state)
        links.update(state.env["ref_links"])
    for text in texts:
        state = made.block.state_cls()
        state.env["ref_links"] = dict(links)
        yield str(made.parse(text, state)[0])


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
            log: Log = state.env["moonlight"]
            last = state.src.rfind("\n", 0, end - 1) + 1
            closing = _LAST_LINE.match(state.src[last:end].rstrip("\n"))
            opening = m.group("fenced_2")
            closed = closing is not None and last > m.start() and _closes(closing.group(1), opening)
            token = state.tokens[-1]
            if state.parent is None:
                log.fences.append((m.start(), end, (m, token["raw"]), closed))
            else:
                info = m.group("fenced_3")
                log.nested.append(Nested(opening, info, token["raw"], closed, bool(log.quotes)))
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
            log: Log = state.env["moonlight"]
            region = _region_end(state.src, marker, log)
            end = region[1] if region else marker.end()
            log.markers.append((marker.start(), region[0] if region else -1, marker.group(1) or ""))
            state.append_token({"type": "block_html", "raw": state.src[marker.start() : end]})
            return min(end + 1, state.cursor_max)

        def parse_block_quote(self, m: re.Match[str], state: BlockState) -> int:
            log: Log = state.env["moonlight"]
            log.quotes.append(state.depth())
            try:
                return self._contained(m, state, super().parse_block_quote)
            finally:
                log.quotes.pop()

        def parse_list(self, m: re.Match[str], state: BlockState) -> int:
            # A list that ends a quote is parsed while the quote is, though it is not inside.
            log: Log = state.env["moonlight"]
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
            log: Log = state.env["moonlight"]
            outer, log.nested = log.nested, []
            end = int(parse(m, state))
            if log.nested:
                # mistune parses the block that ends a list or quote together with it
                stop = log.last if log.last > m.start() else end
                log.containers.append((m.start(), stop, log.nested))
            log.nested = outer
            return end

    return Recorder()


def _region_end(src: str, marker: re.Match[str], log: Log) -> tuple[int, int] | None:
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


def _closes(run: str, opening: str) -> bool:
    return run[0] == opening[0] and len(run) >= len(opening)
