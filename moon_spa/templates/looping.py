"""Loops of templates in the browser: the items that they go through, and the types of the names they bind."""

from __future__ import annotations

import ast

from moon_spa.types import ANY, BOOL, INT, ListOf, TupleOf, Type

LOOP: tuple[tuple[str, Type], ...] = (
    *(("index", INT), ("index0", INT), ("first", BOOL), ("last", BOOL), ("length", INT)),
)
"""The keys of `loop`."""


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


def unpacked(item: Type, count: int) -> list[Type]:
    """The types of the names that a loop binds."""
    if count == 1:
        return [item]
    if isinstance(item, TupleOf) and len(item.items) == count:
        return list(item.items)
    return [item.item if isinstance(item, ListOf) else ANY] * count
