"""Source map: lines of a generated text back to lines of the Markdown."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """`count` lines from generated line `line` on stand at Markdown line `source_line` and after it."""

    line: int
    source_line: int
    count: int
    block: int


@dataclass(frozen=True)
class SourceMap:
    """Segments in the order of the generated lines; lines between them (headers) map to nothing."""

    segments: tuple[Segment, ...]

    def segment(self, line: int) -> Segment | None:
        """The segment that holds the generated 1-based line."""
        at = bisect_right(self.segments, line, key=lambda segment: segment.line) - 1
        if at < 0 or line >= self.segments[at].line + self.segments[at].count:
            return None
        return self.segments[at]

    def source_line(self, line: int) -> int | None:
        """Markdown line of a generated line; None for lines that no block holds."""
        segment = self.segment(line)
        return None if segment is None else segment.source_line + line - segment.line

    def generated_line(self, source_line: int) -> int | None:
        """Generated line of a Markdown line; None where the Markdown line is not in the program."""
        at = bisect_right(self.segments, source_line, key=lambda segment: segment.source_line) - 1
        if at < 0:
            return None
        segment = self.segments[at]
        inside = source_line < segment.source_line + segment.count
        return segment.line + source_line - segment.source_line if inside else None
