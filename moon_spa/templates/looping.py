"""Loops of templates in the browser: the items that they go through, and the types of the names they bind."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from moon_spa.templates.nodes import For
from moon_spa.types import ANY, BOOL, FLOAT, INT, NONE, ListOf, TupleOf, Type

LOOP: tuple[tuple[str, Type], ...] = (
    *(("index", INT), ("index0", INT), ("first", BOOL), ("last", BOOL), ("length", INT)),
)
"""The keys of `loop`."""

SINGLE: frozenset[Type] = frozenset((BOOL, FLOAT, INT, NONE))
"""Types of values that several names cannot be bound to."""


def gone_through(node: ast.expr) -> ast.expr:
    """The items of a loop; those of `enumerate`, `range` and `zip` as a list of their own."""
    match node:
        case ast.Call(func=ast.Name(id="enumerate" | "range" | "zip" as function), args=given):
            count = {"enumerate": 2, "range": 1}.get(function, len(given))
            names = [f"one{at}" for at in range(count)]
            loaded, stored = (
                ast.Tuple([ast.Name(name, context()) for name in names], context())
                if function != "range"
                else ast.Name("one", context())
                for context in (ast.Load, ast.Store)
            )
            found = ast.ListComp(loaded, [ast.comprehension(stored, node, [], 0)])
            return ast.fix_missing_locations(ast.copy_location(found, node))
    return node


def remedy(node: For, items: object = None, item: object = None) -> str:
    """What to write where an item is no pair for the two names of a loop; "" where that is not known."""
    if len(node.targets) != 2 or isinstance(item, list | tuple):
        return ""
    if isinstance(items, Mapping):
        return f"write `{node.items.text}.items()` for keys and values"
    shown = f"write `enumerate({node.items.text})` for numbers and items, the number first"
    return f"{shown}, or take it from `loop.index`"


def unpacked(item: Type, count: int) -> list[Type]:
    """The types of the names that a loop binds."""
    if count == 1:
        return [item]
    if isinstance(item, TupleOf) and len(item.items) == count:
        return list(item.items)
    return [item.item if isinstance(item, ListOf) else ANY] * count
