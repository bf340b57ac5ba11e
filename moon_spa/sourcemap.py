"""Source maps, version 3: which line of the document a line of generated JavaScript comes from."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def source_map(lines: Iterable[tuple[int, int]], source: str, text: str | None = None) -> dict[str, Any]:
    """The map of pairs (generated line, line of `source`), both counted from 1.

    A generated line without a pair belongs to no line of the source. `text` puts the source into the map,
    for a page that cannot fetch it.
    """
    found: dict[str, Any] = {"version": 3, "sources": [source], "names": []}
    if text is not None:
        found["sourcesContent"] = [text]
    found["mappings"] = _mappings(dict(lines))
    return found


def comment(found: dict[str, Any]) -> str:
    """The map as the comment that ends a script."""
    data = json.dumps(found, separators=(",", ":")).encode("ascii")
    return f"//# sourceMappingURL=data:application/json;base64,{base64.b64encode(data).decode('ascii')}\n"


def excerpt(text: str, lines: Collection[int]) -> str:
    """The text with these lines, from 1, alone: the others are empty, and none stands behind the last."""
    rows = text.split("\n")[: max(lines, default=0)]
    return "\n".join(row if number in lines else "" for number, row in enumerate(rows, 1))


def shifted(lines: Iterable[tuple[int, int]], by: int) -> list[tuple[int, int]]:
    """The pairs of a text that stands `by` lines further down."""
    return [(generated + by, line) for generated, line in lines]


def decode_mappings(mappings: str) -> list[tuple[int, int]]:
    """The pairs of a map that `source_map` made."""
    found = []
    line = 0
    for number, segment in enumerate(mappings.split(";"), 1):
        if not segment:
            continue
        fields = list(_decoded(segment))
        if len(fields) > 1:
            line += fields[2]
            found.append((number, line + 1))
    return found


def _mappings(lines: dict[int, int]) -> str:
    """One segment at column 0 of every line: [column, source, line, column], all but the first relative."""
    rows = []
    before = 0
    mapped = False
    for number in range(1, max(lines, default=0) + 2):
        line = lines.get(number)
        if line is None:
            rows.append(_encoded(0) if mapped else "")  # without it the line above would go on
        else:
            rows.append(_encoded(0) + _encoded(0) + _encoded(line - 1 - before) + _encoded(0))
            before = line - 1
        mapped = line is not None
    return ";".join(rows)


def _encoded(value: int) -> str:
    """One number in base 64, five bits a digit, the sign in the lowest bit."""
    rest = (abs(value) << 1) | (value < 0)
    digits = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        digits += _DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return digits


def _decoded(segment: str) -> Iterator[int]:
    value = shift = 0
    for letter in segment:
        digit = _DIGITS.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
