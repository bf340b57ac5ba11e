"""Patterns of names: ``*``, ``?``, ``[…]`` within a segment, ``**`` for any folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate

from moonlight.guard import MAX_NAME, refusal

_MAGIC = re.compile(r"[*?[]")


class Pattern:
    """A pattern for names in a tree; it is matched segment by segment, case matters everywhere.

    Raises FileSystemError ``outside-root`` or ``bad-name`` for a pattern that no name could match.
    """

    def __init__(self, text: str) -> None:
        segments = text.split("/")
        if len(text) > MAX_NAME or "" in segments or "." in segments:
            raise refusal("bad-name", "not a pattern of names", text, "write it like notebooks/**/*.md")
        if ".." in segments:
            raise refusal("outside-root", "'..' in the pattern", text)
        self.fixed = _fixed(segments)
        """Leading segments that are plain names: matches are in that folder."""
        self.depth = None if "**" in segments else len(segments)
        """Number of segments of a match; None where it is any number."""
        self._rest = [_compiled(segment) for segment in _without_repeats(segments[len(self.fixed) :])]

    def matches(self, parts: Sequence[str]) -> bool:
        """Whether the segments of a name match; the time is bounded by their product."""
        if tuple(parts[: len(self.fixed)]) != self.fixed:
            return False
        reached = _beyond({0}, self._rest)
        for part in parts[len(self.fixed) :]:
            after: set[int] = set()
            for at in reached:
                if at < len(self._rest):
                    wanted = self._rest[at]
                    if wanted is None:
                        after.add(at)
                    elif wanted.match(part):
                        after.add(at + 1)
            reached = _beyond(after, self._rest)
        return len(self._rest) in reached


def _fixed(segments: list[str]) -> tuple[str, ...]:
    count = next((i for i, segment in enumerate(segments) if _MAGIC.search(segment)), len(segments) - 1)
    return tuple(segments[:count])


def _without_repeats(segments: list[str]) -> list[str]:
    return [s for i, s in enumerate(segments) if s != "**" or i == 0 or segments[i - 1] != "**"]


def _compiled(segment: str) -> re.Pattern[str] | None:
    """None stands for ``**``."""
    return None if segment == "**" else re.compile(translate(segment))


def _beyond(states: set[int], rest: Sequence[re.Pattern[str] | None]) -> set[int]:
    """States, and those reached from them where ``**`` stands for no folder."""
    return states | {at + 1 for at in states if at < len(rest) and rest[at] is None}
