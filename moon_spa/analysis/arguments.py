"""Arguments of calls."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.values import Value
from moon_spa.types import (
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NUM,
)

INTS = (INT, BOOL)


NUMERIC = (INT, BOOL, FLOAT, NUM)


class Arguments:
    """The arguments of a call, evaluated from left to right, by position and by name."""

    def __init__(self, c: Body, node: ast.Call, names: tuple[str, ...] = ()) -> None:
        self.c, self.node = c, node
        if any(isinstance(one, ast.Starred) for one in node.args):
            raise c.refuse("`*` in a call", node)
        self.args = node.args
        self.named = {one.arg: one.value for one in node.keywords if one.arg is not None}
        if any(one.arg not in names for one in node.keywords):
            raise c.refuse(f"{describe(node)} with these arguments", node)

    def count(self, least: int, most: int) -> None:
        """Refuse another number of positional arguments."""
        if not least <= len(self.args) <= most:
            raise self.c.refuse(f"{describe(self.node)} with these arguments", self.node)

    def value(self, place: int, name: str = "") -> Value | None:
        """The argument at a place, or of a name; None where it is not given."""
        if place < len(self.args):
            return self.c.expression(self.args[place])
        return self.c.expression(self.named[name]) if name in self.named else None


def describe(node: ast.Call) -> str:
    """A call in words: ``len()``, ``.upper()``."""
    return (
        f"`.{node.func.attr}()`" if isinstance(node.func, ast.Attribute) else f"`{ast.unparse(node.func)}()`"
    )


def one_value(c: Body, node: ast.Call) -> Value:
    """The only argument of a call."""
    given = Arguments(c, node)
    given.count(1, 1)
    return c.expression(given.args[0])


def refused(c: Body, node: ast.Call, value: Value) -> Value:
    if value.type is NEVER:
        return value
    raise c.refuse(f"{describe(node)} of {c.store.describe(value.type)}", node)
