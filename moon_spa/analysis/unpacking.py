"""Items that a loop takes apart: lists and texts as well as tuples; their length is checked as they come."""

from __future__ import annotations

import ast
from dataclasses import replace

from moon_spa.analysis.body import Body
from moon_spa.analysis.iteration import Source
from moon_spa.types import NEVER, STR, ListOf, LongTuple, TupleOf, Type

Shape = int | list["Shape"]
"""What `unpack_as` takes apart: a list has the shapes of the parts, 0 is what stays as it is."""


def unpacked(c: Body, source: Source, target: ast.expr) -> Source:
    """A series whose items are tuples as long as the target has parts."""
    if not isinstance(target, ast.Tuple | ast.List) or source.item is NEVER:
        return source
    item, shape = _apart(c, target, source.item)
    if not shape:
        return source
    js = f"{c.helper('unpacked')}({source.js}, {shape})"
    return replace(source, js=js, item=item, is_array=False, pure=False, limits=None)


def is_nested(target: ast.expr) -> bool:
    """Whether a target has parts that are taken apart themselves."""
    return isinstance(target, ast.Tuple | ast.List) and any(
        not isinstance(one, ast.Name) for one in target.elts
    )


def _apart(c: Body, target: ast.expr, item: Type) -> tuple[Type, Shape]:
    """The type of an item once it is taken apart, and its shape where that takes a helper."""
    if not isinstance(target, ast.Tuple | ast.List) or item is NEVER:
        return item, 0
    found = c.store.shape(item)
    count = len(target.elts)
    if any(isinstance(one, ast.Starred) for one in target.elts):
        raise c.refuse("`*` in the target of a loop", target)
    if isinstance(found, TupleOf) and len(found.items) == count:
        kinds = found.items
    elif isinstance(found, ListOf | LongTuple):
        kinds = (found.item,) * count
    elif found is STR:
        kinds = (STR,) * count
    else:
        raise c.refuse(f"unpacking {c.store.describe(item)} in a loop", target)
    parts = [_apart(c, one, kind) for one, kind in zip(target.elts, kinds, strict=True)]
    shapes = [shape for _, shape in parts]
    needed = not isinstance(found, TupleOf) or any(shapes)
    return TupleOf(tuple(kind for kind, _ in parts)), shapes if needed else 0
