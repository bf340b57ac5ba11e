"""Which cell of a notebook is which cell of the text it was read from."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_ext.cells import Cell, CellType


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a notebook's cell says of itself: `ordinal` is its number in the base text, where it has one."""

    id: str
    type: CellType
    source: str
    ordinal: int | None


def match(cells: Sequence[Candidate], base: Sequence[Cell]) -> list[Cell | None]:
    """For each cell of the notebook its cell of the base text; each base cell is given once at most.

    In this order: by the ordinal in the cell's metadata, by id, by equal text, by position between two
    neighbours that are known already (an edited cell of a foreign notebook).
    """
    found: list[int | None] = [None] * len(cells)
    free = dict.fromkeys(range(len(base)))
    _claim(found, free, _by_ordinal(cells, base))
    ids = {cell.id: index for index, cell in enumerate(base)}
    _claim(found, free, [ids.get(cell.id) for cell in cells])
    _by_text(cells, base, found, free)
    _by_neighbours(cells, base, found, free)
    return [None if index is None else base[index] for index in found]


def ordinal_of(cell: Mapping[str, Any]) -> int | None:
    """The ordinal in a notebook cell's `moon` metadata; None for anything that is no number."""
    metadata = cell.get("metadata")
    moon = metadata.get("moon") if isinstance(metadata, Mapping) else None
    value = moon.get("cell") if isinstance(moon, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _by_ordinal(cells: Sequence[Candidate], base: Sequence[Cell]) -> list[int | None]:
    """Wishes by ordinal; of several cells with one ordinal (a pasted copy) the equal one has it, else the
    one whose id is the base's, else the first."""
    claims: dict[int, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        if cell.ordinal is not None and 0 <= cell.ordinal < len(base):
            claims[cell.ordinal].append(index)
    wishes: list[int | None] = [None] * len(cells)
    for ordinal, claimants in claims.items():
        there = base[ordinal]
        equal = [i for i in claimants if (cells[i].type, cells[i].source) == (there.type, there.source)]
        same_id = [i for i in claimants if cells[i].id == there.id]
        wishes[(same_id or equal or claimants)[0]] = ordinal
    return wishes


def _claim(found: list[int | None], free: dict[int, None], wishes: Sequence[int | None]) -> None:
    for index, wish in enumerate(wishes):
        if found[index] is None and wish is not None and wish in free:
            found[index] = wish
            del free[wish]


def _by_text(
    cells: Sequence[Candidate], base: Sequence[Cell], found: list[int | None], free: dict[int, None]
) -> None:
    queues: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index in free:
        queues[base[index].type, base[index].source].append(index)
    for index, cell in enumerate(cells):
        queue = queues.get((cell.type, cell.source))
        if found[index] is None and queue:
            found[index] = queue.popleft()
            del free[found[index]]  # type: ignore[arg-type]


def _by_neighbours(
    cells: Sequence[Candidate], base: Sequence[Cell], found: list[int | None], free: dict[int, None]
) -> None:
    """Between two known neighbours, the unknown cells are edits of the free base cells there, in order."""
    left: dict[str, list[int]] = defaultdict(list)
    for index in sorted(free):
        left[base[index].type].append(index)
    following = _following(found, len(base))
    previous = -1
    for index, cell in enumerate(cells):
        known = found[index]
        if known is not None:
            previous = known
            continue
        same_type = left[cell.type]
        at = bisect_right(same_type, previous)
        if at < len(same_type) and same_type[at] < following[index]:
            found[index] = previous = same_type.pop(at)
            del free[previous]


def _following(found: Sequence[int | None], end: int) -> list[int]:
    """For each cell the base cell of the next known cell behind it."""
    following = []
    for known in reversed(found):
        following.append(end)
        end = end if known is None else known
    return following[::-1]
