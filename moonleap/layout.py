"""Layered layout of a graph: boxes in columns from left to right, bundles of lines with a label between them.

Columns of boxes and columns of labels alternate. A bundle is one source, one label and several targets: its
line leaves the source once, passes the label, and branches column by column, so labels never meet and no line
crosses a box. The steps are those of Sugiyama: break rings, choose columns, order them, choose heights.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

SWEEPS, WORK = 8, 30_000
"""How often the columns are put in order, and then moved to their neighbours; fewer times for many items."""
GAP_BOX, GAP_LINE = 14.0, 5.0
"""Room between boxes, and between lines of one column."""
GAP_LEAST, GAP_MOST, STEEP = 18.0, 64.0, 0.12
"""Room between columns, and how much of it a line needs for each step up or down."""
STRAIGHT = 4.0
"""How much more the height of a passing line counts than that of a box."""


class Size(NamedTuple):
    """Width and height of a box or a label."""

    width: float
    height: float


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """Lines from one box to others, with one label."""

    source: int
    targets: tuple[int, ...]
    label: Size


@dataclass(frozen=True, slots=True)
class Strand:
    """A piece of a bundle's line between two columns; `arrow` where it ends at a target."""

    start: Point
    end: Point
    arrow: bool = False


@dataclass(slots=True)
class Layout:
    """Left edges and middle heights of the boxes; middles of the labels and strands of each bundle."""

    width: float
    height: float
    boxes: list[Point]
    labels: dict[int, list[Point]] = field(default_factory=lambda: defaultdict(list))
    strands: dict[int, list[Strand]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class _Item:
    """What stands in a column: a box, a label, or a line that passes (then the width is 0)."""

    column: int
    size: Size
    bundle: int = -1
    label: bool = False
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    y: float = 0.0


class _Join(NamedTuple):
    """Two items of neighbouring columns that a bundle joins, in the direction of its arrow."""

    bundle: int
    start: int
    end: int
    arrow: bool


def lay_out(boxes: Sequence[Size], bundles: Sequence[Bundle]) -> Layout:
    """Places for all boxes; a function of its arguments."""
    ranks = _ranks(len(boxes), bundles)
    items = [_Item(2 * rank, size) for rank, size in zip(ranks, boxes, strict=True)]
    joins: list[_Join] = []
    for number, bundle in enumerate(bundles):
        ahead = [target for target in bundle.targets if ranks[target] > ranks[bundle.source]]
        behind = [target for target in bundle.targets if ranks[target] < ranks[bundle.source]]
        _trunk(items, joins, number, bundle, ahead, 1)
        _trunk(items, joins, number, bundle, behind, -1)
    for join in joins:
        left, right = sorted((join.start, join.end), key=lambda index: items[index].column)
        items[left].right.append(right)
        items[right].left.append(left)
    sweeps = max(2, min(SWEEPS, WORK // max(1, len(items))))
    columns = _ordered(items, sweeps)
    _heights(items, columns, sweeps)
    return _drawn(items, columns, joins, len(boxes))


def _ranks(count: int, bundles: Sequence[Bundle]) -> list[int]:
    """Columns of boxes: the longest way from a box that nothing points at; rings are cut where they close."""
    targets: list[list[int]] = [[] for _ in range(count)]
    for bundle in bundles:
        targets[bundle.source] += [target for target in bundle.targets if target != bundle.source]
    order, forward = _without_rings(targets)
    ranks = [0] * count
    for source in order:
        for target in forward[source]:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    pointed_at = {target for found in forward for target in found}
    for source in order:
        if source not in pointed_at and forward[source]:
            ranks[source] = min(ranks[target] for target in forward[source]) - 1
    return ranks


def _without_rings(targets: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """Boxes in topological order, and the targets of each that do not close a ring."""
    state = [0] * len(targets)  # 1 on the way, 2 done
    forward: list[list[int]] = [[] for _ in targets]
    done: list[int] = []
    for root in range(len(targets)):
        stack = [(root, iter(targets[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            at, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                state[at] = 2
                done.append(at)
            elif state[target] != 1:
                forward[at].append(target)
                if not state[target]:
                    state[target] = 1
                    stack.append((target, iter(targets[target])))
    return done[::-1], forward


def _trunk(
    items: list[_Item], joins: list[_Join], number: int, bundle: Bundle, targets: list[int], step: int
) -> None:
    """The label beside the source, and the line that passes column by column until the last target."""
    if not targets:
        return
    column = items[bundle.source].column + step
    at = bundle.source
    waiting = sorted(targets, key=lambda target: (step * items[target].column, target))
    while waiting:
        label = at == bundle.source
        size = bundle.label if label else Size(0, 0)
        items.append(_Item(column, size, number, label))
        joins.append(_Join(number, at, len(items) - 1, False))
        at = len(items) - 1
        column += step
        while waiting and items[waiting[0]].column == column:
            joins.append(_Join(number, at, waiting.pop(0), True))


# -- order of the items in each column ------------------------------------------------------------------


def _ordered(items: list[_Item], sweeps: int) -> list[list[int]]:
    """Columns with few crossings: sorted by the middle of the neighbours, to and fro; the best one counts."""
    columns: list[list[int]] = [[] for _ in range(max((item.column for item in items), default=-1) + 1)]
    for index in _visited(items):
        columns[items[index].column].append(index)
    best, fewest = [list(column) for column in columns], _crossings(items, columns)
    for sweep in range(sweeps):
        if not fewest:
            break
        rightward = sweep % 2 == 0
        order = range(1, len(columns)) if rightward else range(len(columns) - 2, -1, -1)
        for number in order:
            beside = columns[number - 1 if rightward else number + 1]
            position = {index: place for place, index in enumerate(beside)}
            columns[number] = _sorted(items, columns[number], position, rightward)
        crossings = _crossings(items, columns)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    return best


def _visited(items: list[_Item]) -> list[int]:
    """All items, neighbours soon after each other."""
    seen = [False] * len(items)
    found: list[int] = []
    for root in range(len(items)):
        stack = [] if seen[root] else [root]
        while stack:
            index = stack.pop()
            if not seen[index]:
                seen[index] = True
                found.append(index)
                item = items[index]
                stack += [other for other in (*reversed(item.right), *item.left) if not seen[other]]
    return found


def _sorted(items: list[_Item], column: list[int], position: dict[int, int], rightward: bool) -> list[int]:
    """A column by the mean position of its neighbours; what has none stays where it is."""
    keys: dict[int, float] = {}
    for place, index in enumerate(column):
        beside = items[index].left if rightward else items[index].right
        keys[index] = sum(position[other] for other in beside) / len(beside) if beside else float(place)
    return sorted(column, key=keys.__getitem__)


def _crossings(items: list[_Item], columns: list[list[int]]) -> int:
    count = 0
    for left, right in pairwise(columns):
        position = {index: place for place, index in enumerate(right)}
        seen: list[int] = []
        for index in left:
            ends = sorted(position[other] for other in items[index].right)
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


# -- heights ----------------------------------------------------------------------------------------------


def _heights(items: list[_Item], columns: list[list[int]], sweeps: int) -> None:
    """Every item as near to its neighbours as the order and the room between the items allow."""
    for column in columns:
        _settle(items, column, [0.0] * len(column))
    for sweep in range(sweeps + 1):
        rightward = sweep % 2 == 0
        for column in columns if rightward else reversed(columns):
            wanted = []
            for index in column:
                item = items[index]
                beside = [*item.left, *item.right] if sweep >= sweeps - 1 else (
                    item.left if rightward else item.right
                )  # fmt: skip
                near = [items[other].y for other in beside]
                wanted.append(sum(near) / len(near) if near else item.y)
            _settle(items, column, wanted)


def _settle(items: list[_Item], column: list[int], wanted: list[float]) -> None:
    """Heights in order, with room between them, at the least distance from the wanted ones.

    Without the room taken up so far this is a rising sequence nearest to another: neighbours that are out
    of order are pooled at their mean.
    """
    offsets, offset = [], 0.0
    for place, index in enumerate(column):
        if place:
            offset += _room(items[column[place - 1]], items[index])
        offsets.append(offset)
    pools: list[tuple[float, float, int]] = []
    for index, want, offset in zip(column, wanted, offsets, strict=True):
        passing = items[index].bundle >= 0 and not items[index].label
        mean, weight, count = want - offset, STRAIGHT if passing else 1.0, 1
        while pools and pools[-1][0] > mean:
            before, heavy, number = pools.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, count = heavy + weight, number + count
        pools.append((mean, weight, count))
    heights = [mean for mean, _, count in pools for _ in range(count)]
    for index, height, offset in zip(column, heights, offsets, strict=True):
        items[index].y = height + offset


def _room(above: _Item, below: _Item) -> float:
    box = above.bundle < 0 or below.bundle < 0
    return (above.size.height + below.size.height) / 2 + (GAP_BOX if box else GAP_LINE)


# -- places -----------------------------------------------------------------------------------------------


def _drawn(items: list[_Item], columns: list[list[int]], joins: list[_Join], boxes: int) -> Layout:
    widths = [max((items[index].size.width for index in column), default=0.0) for column in columns]
    lefts, x, gap = [], 0.0, 0.0
    for width, column in zip(widths, columns, strict=True):
        lefts.append(x)
        steps = (abs(items[index].y - items[other].y) for index in column for other in items[index].right)
        gap = min(GAP_MOST, GAP_LEAST + STEEP * max(steps, default=0.0))
        x += width + gap
    top = min((item.y - item.size.height / 2 for item in items), default=0.0)
    bottom = max((item.y + item.size.height / 2 for item in items), default=0.0)
    for item in items:
        item.y -= top
    places = [Point(lefts[item.column], item.y) for item in items[:boxes]]
    layout = Layout(max(0.0, x - gap), bottom - top, places)
    for item in items[boxes:]:
        left, width = lefts[item.column], widths[item.column]
        if item.label:
            layout.labels[item.bundle].append(Point(left + width / 2, item.y))
        elif width:
            across = Strand(Point(left, item.y), Point(left + width, item.y))
            layout.strands[item.bundle].append(across)
    for join in joins:
        start, end = items[join.start], items[join.end]
        layout.strands[join.bundle] += _strands(start, end, lefts, widths, join.arrow)
    return layout


def _strands(start: _Item, end: _Item, lefts: list[float], widths: list[float], arrow: bool) -> list[Strand]:
    """From the edge of an item to the edge of its column, and on to the item in the next column."""
    rightward = end.column > start.column
    from_edge, from_column = _edge(start, lefts, widths, rightward)
    to_edge, to_column = _edge(end, lefts, widths, not rightward)
    found = [Strand(Point(from_column, start.y), Point(to_column, end.y), arrow and to_edge == to_column)]
    if from_edge != from_column:
        found.insert(0, Strand(Point(from_edge, start.y), Point(from_column, start.y)))
    if to_edge != to_column:
        found.append(Strand(Point(to_column, end.y), Point(to_edge, end.y), arrow))
    return found


def _edge(item: _Item, lefts: list[float], widths: list[float], right: bool) -> tuple[float, float]:
    """The item's own edge on one side, and that of its column: boxes stand left, labels in the middle."""
    left, width = lefts[item.column], widths[item.column]
    column = left + width if right else left
    if item.bundle >= 0 and not item.label:
        return column, column
    shift = (width - item.size.width) / 2 if item.label else 0.0
    return (left + shift + item.size.width if right else left + shift), column
