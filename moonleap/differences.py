"""Which lines of two texts belong together, and the unified diff that follows from it.

Lines are bytes with their ends, so every file can be compared. Lines that are unique on both sides are
matched first (patience), the gaps between them by the shortest edit script as long as that is short. Both
steps are bounded: a large file that has nothing in common with the other costs little more than reading it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

MAX_EDITS = 300
"""Longest edit script that is looked for in a gap; its cost grows with the square."""
MAX_DEPTH = 24
"""How often a gap is divided at unique lines."""
CONTEXT = 3
"""Unchanged lines around a change in a diff."""

COLOURS = MappingProxyType({"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"})
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"

_VISIBLE = MappingProxyType({**{code: 0x2400 + code for code in range(32) if code != 9}, 0x7F: 0x2421})

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `[start, end)` of the old text become lines `[new_start, new_end)` of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def split_lines(data: bytes) -> list[bytes]:
    r"""Lines with their ends; only ``\n`` ends a line, as for Git."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [*(line + b"\n" for line in lines), *([last] if last else [])]


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text: they hold a NUL, also those of UTF-16."""
    return b"\0" in data


def match_lines(old: Sequence[bytes], new: Sequence[bytes]) -> list[int]:
    """For each old line the index of the new line it is, -1 where it is gone; indexes increase."""
    numbers: dict[bytes, int] = {}
    left = [numbers.setdefault(line, len(numbers)) for line in old]
    right = [numbers.setdefault(line, len(numbers)) for line in new]
    found = [-1] * len(left)
    gaps = [(0, len(left), 0, len(right), 0)]
    while gaps:
        start, end, other, other_end, depth = gaps.pop()
        while start < end and other < other_end and left[start] == right[other]:
            found[start] = other
            start, other = start + 1, other + 1
        while start < end and other < other_end and left[end - 1] == right[other_end - 1]:
            end, other_end = end - 1, other_end - 1
            found[end] = other_end
        if start == end or other == other_end:
            continue
        a, b = left[start:end], right[other:other_end]
        pairs = _unique_pairs(a, b) if depth < MAX_DEPTH else []
        if not pairs:
            for i, j in _shortest(a, b):
                found[start + i] = other + j
            continue
        for i, j in pairs:
            found[start + i] = other + j
        gaps += _between(pairs, start, end, other, other_end, depth + 1)
    return found


def _between(
    pairs: Pairs, start: int, end: int, other: int, other_end: int, depth: int
) -> Iterator[tuple[int, int, int, int, int]]:
    """The gaps before, between and behind matched lines."""
    i, j = 0, 0
    for at, there in [*pairs, (end - start, other_end - other)]:
        yield (start + i, start + at, other + j, other + there, depth)
        i, j = at + 1, there + 1


def _unique_pairs(a: Sequence[int], b: Sequence[int]) -> Pairs:
    """The longest run, in the order of both, of lines that each side has once."""
    times, times_there = Counter(a), Counter(b)
    where = {line: j for j, line in enumerate(b) if times_there[line] == 1}
    return _increasing([(i, where[line]) for i, line in enumerate(a) if times[line] == 1 and line in where])


def _counted_pairs(a: Sequence[int], b: Sequence[int]) -> Pairs:
    """As `_unique_pairs`, the n-th occurrence of a line standing for the n-th one of the other side."""
    return _unique_pairs(*_numbered(a, b))


def _numbered(*sides: Sequence[int]) -> list[list[int]]:
    names: dict[tuple[int, int], int] = {}
    numbered = []
    for side in sides:
        seen: Counter[int] = Counter()
        row = []
        for line in side:
            seen[line] += 1
            row.append(names.setdefault((line, seen[line]), len(names)))
        numbered.append(row)
    return numbered


def _increasing(pairs: Pairs) -> Pairs:
    """The longest increasing part of pairs that are sorted by their first number (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before = [-1] * len(pairs)
    for at, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before[at] = piles[pile - 1] if pile else -1
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [at]
    chain = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _shortest(a: Sequence[int], b: Sequence[int]) -> Pairs:
    """Matches of a shortest edit script (Myers 1986); of a good one where it would be long."""
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(MAX_EDITS, len(a) + len(b)) + 1):
        trace.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
            x = reached[k + 1] if down else reached[k - 1] + 1
            while x < len(a) and 0 <= x - k < len(b) and a[x] == b[x - k]:
                x += 1
            reached[k] = x
            if x >= len(a) and x - k >= len(b):
                return _walked_back(trace, len(a), len(b))
    return _counted_pairs(a, b)


def _walked_back(trace: list[dict[int, int]], x: int, y: int) -> Pairs:
    pairs: Pairs = []
    for edits in range(len(trace) - 1, -1, -1):
        reached, k = trace[edits], x - y
        down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        before = k + 1 if down else k - 1
        old_x = reached[before] if edits else 0
        old_y = old_x - before if edits else 0
        while x > old_x and y > old_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = old_x, old_y
    return pairs[::-1]


def edits_of(matches: Sequence[int], length: int) -> Iterator[Edit]:
    """What changes between matched lines; `length` is that of the new text."""
    start = new_start = 0
    for at, there in enumerate([*matches, length]):
        if there < 0:
            continue
        if at > start or there > new_start:
            yield Edit(start, at, new_start, there)
        start, new_start = at + 1, there + 1


def unified_diff(
    path: str, old: bytes | None, new: bytes | None, was_executable: bool = False, executable: bool = False
) -> list[str]:
    """A diff that ``git apply`` takes, as lines without ends; None is no file.

    Bytes that are not UTF-8 are lone surrogates (``surrogateescape``).
    """
    if old is None and new is None:
        return []
    names = [_quoted(f"{side}/{path}") for side in "ab"]
    head = [f"diff --git {names[0]} {names[1]}"]
    if old is None:
        head.append(f"new file mode {_mode(executable)}")
    elif new is None:
        head.append(f"deleted file mode {_mode(was_executable)}")
    elif executable != was_executable:
        head += [f"old mode {_mode(was_executable)}", f"new mode {_mode(executable)}"]
    before, after = old or b"", new or b""
    if before == after:
        return head if len(head) > 1 else []
    if is_binary(before) or is_binary(after):
        return [*head, f"Binary files {names[0]} and {names[1]} differ"]
    shown = [name + ("\t" if " " in name else "") for name in names]
    head.append(f"--- {'/dev/null' if old is None else shown[0]}")
    head.append(f"+++ {'/dev/null' if new is None else shown[1]}")
    return [*head, *_hunks(split_lines(before), split_lines(after))]


def _mode(executable: bool) -> str:
    return "100755" if executable else "100644"


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[str]:
    for group in _groups(edits_of(match_lines(old, new), len(new))):
        start, end = max(group[0].start - CONTEXT, 0), min(group[-1].end + CONTEXT, len(old))
        new_start = group[0].new_start - (group[0].start - start)
        new_end = group[-1].new_end + (end - group[-1].end)
        yield f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@"
        at = start
        for edit in group:
            yield from _prefixed(" ", old[at : edit.start])
            yield from _prefixed("-", old[edit.start : edit.end])
            yield from _prefixed("+", new[edit.new_start : edit.new_end])
            at = edit.end
        yield from _prefixed(" ", old[at:end])


def _groups(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Edits whose contexts touch."""
    group: list[Edit] = []
    for edit in edits:
        if group and edit.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _range(start: int, end: int) -> str:
    count = end - start
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"


def _prefixed(sign: str, lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix(b"\n").decode("utf-8", "surrogateescape")
        if not line.endswith(b"\n"):
            yield "\\ No newline at end of file"


def _quoted(name: str) -> str:
    """A path as Git writes it: quoted where it has characters that would end it."""
    if not any(character < " " or character in '"\\\x7f' for character in name):
        return name
    escaped = (f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c for c in _escaped(name))
    return f'"{"".join(escaped)}"'


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def coloured(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a diff for a terminal; control characters in them are shown, not obeyed."""
    in_head = True
    for line in lines:
        in_head = line.startswith("diff ") or (in_head and not line.startswith("@@"))
        shown = line.translate(_VISIBLE)
        colour = BOLD if in_head else COLOURS.get(line[:1], "")
        yield f"{colour}{shown}{PLAIN}" if colour else shown
