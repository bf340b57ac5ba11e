"""What a loop goes over: lists, texts, dicts, ranges, and the functions that make one series of another."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant, taken_as
from moon_spa.analysis.laziness import check_order
from moon_spa.analysis.state import binding_of
from moon_spa.analysis.store import Ref
from moon_spa.analysis.values import ASSIGN, ATOM, SAFE, Value, call
from moon_spa.javascript import text
from moon_spa.types import (
    ANY,
    BOOL,
    INT,
    NEVER,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    Union,
    members,
    parts_of,
)

LONGEST = 2**32
"""No array is longer."""


@dataclass(frozen=True)
class Source:
    """A series of items: what `for … of` takes.

    With `ahead`, items are read before Python would, so the containers `held` must not be changed under way.
    `limits` are start and stop of a plain range, `columns` the types of the items where they differ by place.
    """

    js: str
    item: Type
    is_array: bool = False
    span: tuple[int, int] | None = None
    ahead: bool = False
    held: tuple[Type, ...] = ()
    limits: tuple[Value, Value] | None = None
    pure: bool = False
    columns: tuple[Type, ...] = ()


def iteration(c: Body, node: ast.expr, ordered: bool = True) -> Source:
    """The series that an expression stands for where it is gone through at once."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            name = node.func.id
            if name in SERIES and binding_of(c, node.func).kind == "builtin":
                check_order(c, node)
                return SERIES[name](c, node)
        found = view(c, node)
        if found is not None:
            return found
    return series(c, c.expression(node), node, ordered)


def moment(c: Body) -> tuple[int, int]:
    """How many changes of objects there were so far, for `check_unchanged`."""
    return c.unit.changes, len(c.unit.mutated)


def check_unchanged(c: Body, source: Source, since: tuple[int, int], node: ast.AST) -> None:
    """Refuse a loop that changes what was read ahead for it."""
    if not source.ahead:
        return
    changes, mutated = since
    new = c.unit.mutated[mutated:]
    held = {c.store.find(one) for one in source.held if isinstance(one, Ref)}
    unknown = c.unit.changes - changes != len(new) or len(held) < len(source.held)
    if (unknown and c.unit.changes != changes) or any(c.store.find(one) in held for one in new):
        raise c.refuse("changing objects while they are gone through", node)


def is_series(c: Body, node: ast.expr) -> bool:
    """Whether an expression is a call whose result can only be gone through: `zip(…)`, `d.items()`."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.GeneratorExp)
    if isinstance(node.func, ast.Name):
        return node.func.id in SERIES and binding_of(c, node.func).kind == "builtin"
    return isinstance(node.func, ast.Attribute) and node.func.attr in VIEWS and not node.args


def series(c: Body, value: Value, node: ast.AST, ordered: bool = True) -> Source:
    """The items of a value; those of a set only where their order does not matter."""
    if value.type is NEVER:
        return Source(value.at(ASSIGN), NEVER)
    match c.store.shape(value.type):
        case ListOf(item):
            return Source(value.at(ATOM), item, is_array=True, pure=value.pure, held=(value.type,))
        case TupleOf(items):
            found: Type = NEVER
            for one in items:
                found = c.store.join(found, one)
            return Source(value.at(ATOM), found, is_array=True, pure=value.pure)
        case LongTuple(item):
            return Source(value.at(ATOM), item, is_array=True, pure=value.pure)
        case Record() | DictOf():
            key = c.store.dict_shape(c.store.shape(value.type)).key
            return Source(call(c.helper("dict_iter"), value, result=ANY).js, key)
        case SetOf(item) if not ordered:
            return Source(value.at(ATOM), item, pure=value.pure)
        case SetOf():
            raise c.refuse("the order of a set", node)
        case Union() as several if (either := item_of_either(c, several)) is not None:
            return Source(value.at(ATOM), either, is_array=True, pure=value.pure, held=several.members)
    if value.type is STR:
        return Source(value.at(ATOM), STR, pure=value.pure)
    if value.type is ANY:
        return Source(call(c.helper("iter_a"), value, result=ANY).js, ANY)
    raise c.refuse(f"a loop over {c.store.describe(value.type)}", node)


def item_of_either(c: Body, found: Type) -> Type | None:
    """The type of the items of a value that is a list or a tuple; None where it may be something else."""
    shapes = [c.store.shape(one) for one in members(found)]
    if not all(isinstance(one, ListOf | TupleOf | LongTuple) for one in shapes):
        return None
    return c.store.join_all(part for one in shapes for part in parts_of(one))


VIEWS: Mapping[str, str] = {
    "keys": "dict_iter",
    "values": "dict_iter_values",
    "items": "dict_iter_items",
}


def view(c: Body, node: ast.expr) -> Source | None:
    """What `d.items()` and its like stand for; None for anything else."""
    match node:
        case ast.Call(func=ast.Attribute(attr=attr) as func, args=[], keywords=[]) if attr in VIEWS:
            return _view(c, func)
    return None


def _view(c: Body, func: ast.Attribute) -> Source | None:
    """`d.items()` and its like; None where `d` is no dict."""
    if binding_of(c, func.value).kind in ("state", "data", "props", "self"):
        return None
    value = c.expression(func.value)
    shape = c.store.shape(value.type)
    if value.type is ANY:
        value, shape = call(c.helper("dict_a"), value, text(func.attr), result=ANY), DictOf(ANY, ANY)
    if not isinstance(shape, Record | DictOf):
        raise c.refuse(f"`.{func.attr}` of {c.store.describe(value.type)}", func)
    found = c.store.dict_shape(shape) if func.attr == "keys" else uniform(c, value, shape)
    item: Type = {"keys": found.key, "values": found.value}.get(func.attr, TupleOf((found.key, found.value)))
    return Source(call(c.helper(VIEWS[func.attr]), value, result=ANY).js, item)


def uniform(c: Body, value: Value, shape: Record | DictOf) -> DictOf:
    """A dict whose values are read as of one type: floats among others have to say what they are."""
    found = c.store.dict_shape(shape)
    floats = isinstance(shape, Record) and any(c.store.has_float(one) for _, one in shape.fields)
    if floats and found.value is ANY and isinstance(value.type, Ref):
        c.store.grow(value.type, found)
    return found


def _arguments(c: Body, node: ast.Call, most: int, named: tuple[str, ...] = ()) -> list[ast.expr]:
    starred = any(isinstance(one, ast.Starred) for one in node.args)
    if starred or not 1 <= len(node.args) <= most or any(one.arg not in named for one in node.keywords):
        raise c.refuse(f"`{ast.unparse(node.func)}` with these arguments", node)
    return node.args


def _range(c: Body, node: ast.Call) -> Source:
    values = [taken_as(c, c.expression(one), INT) for one in _arguments(c, node, 3)]
    if any(one.type not in (INT, BOOL) for one in values):
        raise c.refuse("`range` of what is no int", node)
    start, stop, step = values[0], values[0], constant(1)
    if len(values) == 1:
        start = constant(0)
    else:
        stop = values[1]
    step = values[2] if len(values) == 3 else step
    ends = [one.span for one in (start, stop)]
    span = None
    if ends[0] and ends[1]:
        span = (min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1]))
    limits = (start, stop) if step.constant == 1 and start.simple and span else None
    js = call(c.helper("range"), start, stop, step, result=ANY).js
    return Source(js, INT, span=span, limits=limits)


def _enumerate(c: Body, node: ast.Call) -> Source:
    args = _arguments(c, node, 2, ("start",))
    inner = iteration(c, args[0])
    start = constant(0)
    if len(args) == 2 or node.keywords:
        start = c.expression(args[1] if len(args) == 2 else node.keywords[0].value)
    if start.type is not INT:
        raise c.refuse("`enumerate` with a start that is no int", node)
    item = TupleOf((INT, inner.item))
    if start.constant == 0 and inner.is_array:
        return Source(f"{inner.js}.entries()", item, ahead=inner.ahead, held=inner.held, pure=inner.pure)
    js = call(c.helper("enumerate"), inner.js, start, result=ANY).js
    return Source(js, item, ahead=True, held=inner.held)


def _zip(c: Body, node: ast.Call) -> Source:
    strict = _is_strict(c, node)
    if any(isinstance(one, ast.Starred) for one in node.args):
        return _zip_rows(c, node, strict)
    sources = [iteration(c, one) for one in node.args]
    if not sources:
        raise c.refuse("`zip` of nothing", node)
    held = tuple(kind for one in sources for kind in one.held)
    item = TupleOf(tuple(one.item for one in sources))
    if strict:  # what is gone through by steps is gone through once
        arrays = [one.js if one.is_array else f"[...{one.js}]" for one in sources]
        js = f"{c.helper('zip_strict')}([{', '.join(arrays)}])"
        return Source(js, item, ahead=True, held=held)
    js = f"{c.helper('zip')}([{', '.join(one.js for one in sources)}])"
    return Source(js, item, is_array=True, ahead=True, held=held)


def _is_strict(c: Body, node: ast.Call) -> bool:
    match node.keywords:
        case []:
            return False
        case [ast.keyword(arg="strict", value=ast.Constant(value=bool(strict)))]:
            return strict
    raise c.refuse("`zip` with `strict` that is computed", node)


def _zip_rows(c: Body, node: ast.Call, strict: bool) -> Source:
    """`zip(*rows)`: the columns of rows that are alike."""
    match node.args:
        case [ast.Starred(value=inner)]:
            rows = iteration(c, inner)
        case _:
            raise c.refuse("`*` beside other arguments of `zip`", node)
    shape = c.store.shape(rows.item)
    columns = shape.items if isinstance(shape, TupleOf) else ()
    found: Type = NEVER
    if isinstance(shape, ListOf | LongTuple):
        found = shape.item
    elif shape is STR:
        found = STR
    elif isinstance(shape, TupleOf):
        found = c.store.join_all(shape.items)
    elif shape is not NEVER:
        raise c.refuse(f"`zip` of rows that are {c.store.describe(rows.item)}", node)
    js = f"{c.helper('zip_strict' if strict else 'zip')}({rows.js if rows.is_array else f'[...{rows.js}]'})"
    held = (rows.item,) if isinstance(rows.item, Ref) else ()
    made = tuple(LongTuple(one) for one in columns)
    return Source(js, LongTuple(found), is_array=not strict, ahead=True, held=held, columns=made)


def _reversed(c: Body, node: ast.Call) -> Source:
    value = c.expression(_arguments(c, node, 1)[0])
    if value.type is STR:
        return Source(f"[...{value.at(ASSIGN)}].reverse()", STR, is_array=True)
    inner = series(c, value, node)
    if not inner.is_array:
        raise c.refuse(f"`reversed` of {c.store.describe(value.type)}", node)
    return Source(
        f"{inner.js}.slice().reverse()",
        inner.item,
        is_array=True,
        ahead=True,
        held=inner.held,
        pure=inner.pure,
    )


def _iter(c: Body, node: ast.Call) -> Source:
    return iteration(c, _arguments(c, node, 1)[0])


SERIES: Mapping[str, Callable[[Body, ast.Call], Source]] = {
    "iter": _iter,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
}
"""Builtins whose result is gone through once; elsewhere they are objects that nothing here holds."""


def length_span() -> tuple[int, int]:
    """Bounds of `len`."""
    return (0, min(LONGEST, SAFE))
