"""Anchors of headings: the words of a heading as a name that is used once on the page."""

from __future__ import annotations

import re
from collections import Counter

MAX_LENGTH = 80
"""Longest anchor in characters, without the number of a repeated one."""

_BETWEEN = re.compile(r"[^\w]+")


class Anchors:
    """Gives each heading of a page an anchor of its own: letters, digits, `_` and `-`."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._times: Counter[str] = Counter()

    def __call__(self, heading: str) -> str:
        """The anchor of the next heading: ``two-words``, at its second place ``two-words-1``."""
        plain = _BETWEEN.sub("-", heading.lower())[:MAX_LENGTH].strip("-") or "section"
        anchor = plain
        while anchor in self._given:
            self._times[plain] += 1
            anchor = f"{plain}-{self._times[plain]}"
        self._given.add(anchor)
        return anchor
