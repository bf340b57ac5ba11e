"""Three-way merge of bytes: what you and what the generator changed since the last generated version.

Line ends and a byte order mark are merged apart from the lines, so an editor that turns all line ends into
CRLF makes no conflict. Conflicts have Git's standard markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from moonleap.differences import is_binary, match_lines, split_lines

YOURS, GENERATED = "yours", "generated"
"""Labels of the two sides of a conflict."""

BOM = b"\xef\xbb\xbf"

_OPEN = re.compile(rb"^(?:<{7,} yours|>{7,} generated)\r?$", re.M)
_LIKE_A_MARKER = re.compile(rb"(<{7,}|={7,}|>{7,})(?: .*)?\r?\n?\Z", re.S)


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged bytes; `binary` where they are yours because bytes that are no text cannot be merged."""

    data: bytes
    conflicts: int = 0
    binary: bool = False


def merge(base: bytes | None, ours: bytes, theirs: bytes) -> Merged:
    """Join two versions of `base`; no line of either is lost.

    Without a base (None) the lines that both have stand for it: nothing is deleted, and what differs at
    one place is a conflict.
    """
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    if any(map(is_binary, filter(None, (base, ours, theirs)))):
        return Merged(ours, 1, True)
    if base is None:
        base = _common(ours, theirs)
    bom = _chosen(*(data.startswith(BOM) for data in (base, ours, theirs)))
    sides = [split_lines(data.removeprefix(BOM)) for data in (base, ours, theirs)]
    newline = _newline(sides)
    if newline:
        sides = [[_with_end(line, newline) for line in side] for side in sides]
    lines, conflicts = _merge_lines(sides, newline or _style(sides[1]) or b"\n")
    return Merged((BOM if bom else b"") + b"".join(lines), conflicts)


def open_conflicts(data: bytes, generated: bytes | None) -> int:
    """Line of the first marker of an earlier merge that nobody resolved, 0 where there is none.

    Markers that the generator itself writes do not count.
    """
    found = list(_OPEN.finditer(data))
    if len(found) <= len(_OPEN.findall(generated or b"")):
        return 0
    return data.count(b"\n", 0, found[0].start()) + 1


def _common(ours: bytes, theirs: bytes) -> bytes:
    lines = split_lines(ours)
    matches = match_lines(lines, split_lines(theirs))
    return b"".join(line for line, there in zip(lines, matches, strict=True) if there >= 0)


def _chosen(base: bool, ours: bool, theirs: bool) -> bool:
    return theirs if ours == base else ours


def _newline(sides: Sequence[Sequence[bytes]]) -> bytes:
    """The line end that one side changed all lines to; b"" where the lines can be compared as they are."""
    base, ours, theirs = map(_style, sides)
    if not base or ours == theirs == base:
        return b""
    if ours and ours != base:
        return ours
    return theirs if theirs and theirs != base else b""


def _style(lines: Sequence[bytes]) -> bytes:
    """The one line end of a text; b"" where there is none or a mixture."""
    ended = [line for line in lines if line.endswith(b"\n")]
    crlf = sum(line.endswith(b"\r\n") for line in ended)
    if not ended or crlf not in (0, len(ended)):
        return b""
    return b"\r\n" if crlf else b"\n"


def _with_end(line: bytes, newline: bytes) -> bytes:
    if not line.endswith(b"\n"):
        return line
    return line.removesuffix(b"\n").removesuffix(b"\r") + newline


def _merge_lines(sides: Sequence[list[bytes]], newline: bytes) -> tuple[list[bytes], int]:
    """Khanna, Kunal and Pierce's diff3: stable lines, and between them what one side or both changed."""
    base, ours, theirs = sides
    merged: list[list[bytes] | tuple[list[bytes], list[bytes]]] = []
    at = mine = other = 0
    for stable, here, there in _stable(base, ours, theirs):
        old, a, b = base[at:stable], ours[mine:here], theirs[other:there]
        merged += _resolved(old, a, b)
        merged.append(base[stable : stable + 1])
        at, mine, other = stable + 1, here + 1, there + 1
    conflicts = [part for part in merged if isinstance(part, tuple)]
    size = _marker_size(line for part in conflicts for side in part for line in side)
    lines: list[bytes] = []
    for part in merged:
        lines += part if isinstance(part, list) else _marked(*part, size, newline)
    return _ended(lines, newline), len(conflicts)


def _stable(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Indexes of the lines that all three have, and the ends of all three."""
    for at, (here, there) in enumerate(zip(match_lines(base, ours), match_lines(base, theirs), strict=True)):
        if here >= 0 and there >= 0:
            yield at, here, there
    yield len(base), len(ours), len(theirs)


def _resolved(
    old: list[bytes], ours: list[bytes], theirs: list[bytes]
) -> list[list[bytes] | tuple[list[bytes], list[bytes]]]:
    if old == ours or ours == theirs:
        return [theirs]
    if old == theirs:
        return [ours]
    start = 0
    while start < min(len(ours), len(theirs)) and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < min(len(ours), len(theirs)) - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    conflict = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    return [ours[:start], conflict, ours[len(ours) - end :]]


def _marker_size(lines: Iterable[bytes]) -> int:
    """Seven, as for Git; longer where a line of a conflict looks like a marker itself."""
    taken = {len(match[1]) for line in lines if (match := _LIKE_A_MARKER.match(line))}
    return next(size for size in range(7, 8 + len(taken)) if size not in taken)


def _marked(ours: list[bytes], theirs: list[bytes], size: int, newline: bytes) -> Iterator[bytes]:
    yield b"<" * size + f" {YOURS}".encode() + newline
    yield from ours
    yield b"=" * size + newline
    yield from theirs
    yield b">" * size + f" {GENERATED}".encode() + newline


def _ended(lines: list[bytes], newline: bytes) -> list[bytes]:
    """Lines that each end, but for the last one: the last line of a side may stand before a marker."""
    return [line if line.endswith(b"\n") else line + newline for line in lines[:-1]] + lines[-1:]
