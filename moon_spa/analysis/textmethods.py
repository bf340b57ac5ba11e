"""Methods of texts: a written list."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from moon_spa.analysis.arguments import Arguments, describe
from moon_spa.analysis.body import Body
from moon_spa.analysis.comprehensions import items_of
from moon_spa.analysis.convert import taken_as
from moon_spa.analysis.formatting import format_method
from moon_spa.analysis.iteration import length_span
from moon_spa.analysis.names import place
from moon_spa.analysis.values import Value, call
from moon_spa.types import (
    ANY,
    BOOL,
    INT,
    NEVER,
    NONE,
    STR,
    ListOf,
    TupleOf,
    Type,
)

TEXT = (STR,)


MAYBE_TEXT = (STR, NONE)


WHOLE = (INT,)


MAYBE_WHOLE = (INT, NONE)


FLAG = (BOOL, INT)


@dataclass(frozen=True)
class Method:
    """A method of a text: the helper has its name and takes the arguments in this order."""

    result: Type | None
    accepts: tuple[tuple[Type, ...], ...] = ()
    needed: int = 0
    names: tuple[str, ...] = ()
    helper: str = ""


RANGE = (TEXT, MAYBE_WHOLE, MAYBE_WHOLE)


FILL = (WHOLE, TEXT)


LIST_OF_TEXT = None


TEXT_METHODS: Mapping[str, Method] = {
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "swapcase", "casefold"), Method(STR)),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), Method(STR, (MAYBE_TEXT,))),
    **dict.fromkeys(("isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace"), Method(BOOL)),
    **dict.fromkeys(("isupper", "islower", "istitle", "isascii", "isidentifier"), Method(BOOL)),
    **dict.fromkeys(("split", "rsplit"), Method(LIST_OF_TEXT, (MAYBE_TEXT, WHOLE), 0, ("sep", "maxsplit"))),
    **dict.fromkeys(("find", "rfind", "index", "rindex"), Method(INT, RANGE, 1)),
    **dict.fromkeys(("startswith", "endswith"), Method(BOOL, RANGE, 1)),
    **dict.fromkeys(("center", "ljust", "rjust"), Method(STR, FILL, 1)),
    **dict.fromkeys(("partition", "rpartition"), Method(TupleOf((STR, STR, STR)), (TEXT,), 1)),
    **dict.fromkeys(("removeprefix", "removesuffix"), Method(STR, (TEXT,), 1)),
    "splitlines": Method(LIST_OF_TEXT, (FLAG,), 0, ("keepends",)),
    "replace": Method(STR, (TEXT, TEXT, WHOLE), 2),
    "count": Method(INT, RANGE, 1, helper="count_s"),
    "zfill": Method(STR, (WHOLE,), 1),
    "expandtabs": Method(STR, (WHOLE,), 0, ("tabsize",)),
}

ONLY_OF_TEXTS = frozenset({*TEXT_METHODS, "join", "format"} - {"count", "index"})
"""Methods that nothing else has: what is asked for one is taken for a text."""


def text_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a text."""
    if name == "join":
        return _join(c, target, node)
    if name == "format":
        args = [c.expression(one) for one in node.args if not isinstance(one, ast.Starred)]
        named = {one.arg: c.expression(one.value) for one in node.keywords if one.arg}
        if len(args) + len(named) != len(node.args) + len(node.keywords):
            raise c.refuse("`*` in a call", node)
        return format_method(c, target, args, named, node)
    method = TEXT_METHODS.get(name)
    if method is None:
        raise c.refuse(f"{describe(node)} of a text", node)
    given = Arguments(c, node, method.names)
    given.count(0, len(method.accepts))
    values: list[Value | str] = []
    for i, accepted in enumerate(method.accepts):
        value = given.value(i, method.names[i] if i < len(method.names) else "")
        if value is None:
            if i < method.needed:
                raise c.refuse(f"{describe(node)} with these arguments", node)
            values.append("undefined")
            continue
        if accepted in (TEXT, WHOLE):
            value = taken_as(c, value, accepted[0])
        if value.type not in (*accepted, NEVER) and not _prefixes(name, i, value):
            raise c.refuse(f"{describe(node)} with an argument that is {c.store.describe(value.type)}", node)
        values.append(value)
    while values and values[-1] == "undefined":
        values.pop()
    result = method.result
    if result is LIST_OF_TEXT:
        result = c.store.site(("split", place(node)), ListOf(STR))
    assert result is not None
    span = (-1, length_span()[1]) if result is INT else None
    return call(c.helper(method.helper or name), target, *values, result=result, span=span)


def _prefixes(name: str, position: int, value: Value) -> bool:
    """`startswith` takes a tuple of texts too."""
    if name not in ("startswith", "endswith") or position or not isinstance(value.type, TupleOf):
        return False
    return all(one is STR for one in value.type.items)


def _join(c: Body, target: Value, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(1, 1)
    source = items_of(c, given.args[0])
    if source.item in (STR, NEVER):
        return call(c.helper("join"), target, source.js, result=STR)
    if source.item is ANY:
        return call(c.helper("join_a"), target, source.js, result=STR)
    raise c.refuse(f"`.join()` of {c.store.describe(source.item)}", node)
