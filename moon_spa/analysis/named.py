"""Named tuples inside of an action: made, their parts read by name; in all else they are tuples.

The state holds none, and what their text would be is the server's.
"""

from __future__ import annotations

import ast
from typing import Any

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant
from moon_spa.analysis.values import ASSIGN, ATOM, Value
from moon_spa.types import NEVER, NamedOf


def make_named(c: Body, cls: Any, node: ast.Call) -> Value:
    """`Point(1, y=2)`."""
    fields: tuple[str, ...] = cls._fields
    if any(isinstance(one, ast.Starred) for one in node.args) or len(node.args) > len(fields):
        raise c.refuse(f"`{cls.__name__}()` with these arguments", node)
    given = {name: c.expression(one) for name, one in zip(fields, node.args, strict=False)}
    for keyword in node.keywords:
        if keyword.arg not in fields or keyword.arg in given:
            raise c.refuse(f"`{cls.__name__}()` with these arguments", node)
        given[keyword.arg] = c.expression(keyword.value)
    if list(given) != [name for name in fields if name in given] and not all(
        one.pure for one in given.values()
    ):
        raise c.refuse(f"arguments of `{cls.__name__}()` in another order than its fields", node)
    values = {**{name: constant(one) for name, one in cls._field_defaults.items()}, **given}
    if len(values) < len(fields):
        raise c.refuse(f"`{cls.__name__}()` with these arguments", node)
    parts = [values[name] for name in fields]
    js = f"[{', '.join(one.at(ASSIGN) for one in parts)}]"
    kind = NamedOf(tuple(one.type for one in parts), fields, cls.__qualname__)
    return Value(js, kind, pure=all(one.pure for one in parts))


def named_part(c: Body, value: Value, name: str) -> Value | None:
    """`point.x`; None where a value is no named tuple, or has no such part."""
    if value.type is NEVER:
        return value
    if not isinstance(value.type, NamedOf) or name not in value.type.names:
        return None
    place = value.type.names.index(name)
    return Value(f"{value.at(ATOM)}[{place}]", value.type.items[place], pure=value.pure)


def replaced(c: Body, value: Value, node: ast.Call) -> Value:
    """`point._replace(x=1)`."""
    kind = value.type
    assert isinstance(kind, NamedOf)
    names = [one.arg for one in node.keywords]
    if node.args or not set(names) <= set(kind.names):
        raise c.refuse("`._replace()` with these arguments", node)
    held = c.temporary("named")
    given = {one.arg: c.expression(one.value) for one in node.keywords}
    if names != [name for name in kind.names if name in given] and not all(
        one.pure for one in given.values()
    ):
        raise c.refuse("parts in another order than those of the named tuple", node)
    old = {
        name: Value(f"{held}[{i}]", one)
        for i, (name, one) in enumerate(zip(kind.names, kind.items, strict=True))
    }
    parts = [given.get(name, old[name]) for name in kind.names]
    js = f"({held} = {value.at(ASSIGN)}, [{', '.join(one.at(ASSIGN) for one in parts)}])"
    return Value(js, NamedOf(tuple(one.type for one in parts), kind.names, kind.title))
