"""Terms: words of a spec such as `main+todo:list-view`, and the punctuation around them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

PUNCTUATION = ",;.?!\"'()[]“”‘’…«»"
"""What may stand around a term or a verb without being part of it."""

WILDCARD = "x"
"""A part of this text matches every text."""


class Place(NamedTuple):
    """A line of a file; lines count from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def shown(self) -> Place:
        """The same, as messages show it."""
        return Place(shown(self.path), self.line)


def shown(path: str) -> str:
    """A path as messages show it: from the current folder on where it lies there."""
    below = os.path.join(os.getcwd(), "")
    return path.removeprefix(below).replace(os.sep, "/") if os.path.isabs(path) else path


@dataclass(frozen=True, slots=True)
class Term:
    """``name+data:tag``; terms are equal when all three parts are, case included."""

    name: str
    data: str
    tag: str

    def __str__(self) -> str:
        return f"{self.name}+{self.data}:{self.tag}" if self.name else f"{self.data}:{self.tag}"

    @property
    def is_wildcard(self) -> bool:
        """Whether a part is `x`: such a term stands for others and is no resource."""
        return WILDCARD in (self.name, self.data, self.tag)

    def covers(self, other: Term) -> bool:
        """Whether this wildcard matches `other`; a wildcard without a name matches every name."""
        return (
            self.tag in (WILDCARD, other.tag)
            and self.data in (WILDCARD, other.data)
            and self.name in ("", WILDCARD, other.name)
        )


def split_term(text: str) -> Term | None:
    """The term that `text` is, None where it is none; the last colon and the first plus split it."""
    rest, colon, tag = text.rpartition(":")
    if not colon or not tag:
        return None
    name, plus, data = rest.partition("+")
    return Term(name, data, tag) if plus else Term("", rest, tag)
