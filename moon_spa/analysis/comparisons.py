"""Comparisons: order, equality, identity, membership."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant, number, same_text, to_any
from moon_spa.analysis.dispatch import keys_of_table
from moon_spa.analysis.iteration import Source, view
from moon_spa.analysis.operators import SIGNS
from moon_spa.analysis.state import binding_of
from moon_spa.analysis.values import (
    AND,
    ASSIGN,
    EQUAL,
    LESS,
    Missing,
    Value,
    binary,
    call,
    negated,
)
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUM,
    STR,
    Basic,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    Union,
    are_keys,
    as_dict,
    is_key,
    mapped,
    members,
    parts_of,
)

TUPLES = (TupleOf, LongTuple)
ORDER: Mapping[str, str] = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def compare(c: Body, node: ast.Compare) -> Value:
    """`a < b`, `a < b < c` with the middle evaluated once, `in`, `is`."""
    left = c.expression(node.left)
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and left.type is INT:
        found = _in_range(c, left, node.comparators[0])
        if found is not None:
            return found if isinstance(node.ops[0], ast.In) else negated(found)
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        series = view(c, node.comparators[0])
        if series is not None:
            found = _in_view(c, left, series, node)
            return found if isinstance(node.ops[0], ast.In) else negated(found)
        keys = keys_of_table(c, node.comparators[0])
        if keys is not None and left.type is STR:
            found = call(c.helper("in_l"), left, keys, result=BOOL)
            return found if isinstance(node.ops[0], ast.In) else negated(found)
    parts: list[Value] = []
    before = None
    for number_of, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
        right = c.expression(right_node)
        before = c.env if number_of == 0 else before
        is_last = number_of == len(node.ops) - 1
        if is_last or right.simple:
            parts.append(_pair(c, SIGNS[type(op)], left, right, node))
            left = right
            continue
        name = c.temporary()
        held = Value(f"{name} = {right.js}", right.type, ASSIGN, right.span)
        parts.append(_pair(c, SIGNS[type(op)], left, held, node))
        left = Value(name, right.type, span=right.span, pure=True, simple=True)
    if len(parts) == 1:
        return parts[0]
    c.env = c.merge(before, c.env)
    pure = all(part.pure for part in parts)
    return Value(" && ".join(part.at(AND + 1) for part in parts), BOOL, AND, pure=pure)


def _in_view(c: Body, item: Value, series: Source, node: ast.Compare) -> Value:
    """`item in d.values()`; what cannot be a key is an error in Python."""
    call_node = node.comparators[0]
    assert isinstance(call_node, ast.Call)
    assert isinstance(call_node.func, ast.Attribute)
    name = call_node.func.attr
    parts = item.type.items if isinstance(item.type, TupleOf) and name == "items" else (item.type,)
    hashable = name == "values" or is_key(parts[0])
    if not hashable or (name == "items") != (len(parts) == 2) or not tuples_agree(c, item.type, series.item):
        raise c.refuse(f"`in` of `.{name}()` with {c.store.describe(item.type)}", node)
    return call(c.helper("in_l"), item, f"[...{series.js}]", result=BOOL)


def _in_range(c: Body, item: Value, node: ast.expr) -> Value | None:
    """`item in range(a, b, 2)`; None where the container is anything else."""
    match node:
        case ast.Call(func=ast.Name(id="range") as func, args=args, keywords=[]) if 1 <= len(args) <= 3:
            if binding_of(c, func).kind != "builtin":
                return None
        case _:
            return None
    values = [c.expression(one) for one in args]
    if any(one.type is not INT for one in values) or (len(values) == 3 and not values[2].constant):
        raise c.refuse("`in` of such a range", node)
    if len(values) == 3 and values[2].constant is Missing:
        raise c.refuse("`in` of a range whose step is computed", node)
    given = [constant(0), *values] if len(values) == 1 else values
    return call(c.helper("in_range"), item, *given, result=BOOL)


def _pair(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    if NEVER in (a.type, b.type) and sign not in ("in", "not in"):
        return Value(f"{a.at(EQUAL)} === {b.at(EQUAL + 1)}", BOOL, EQUAL)
    if sign in ("is", "is not"):
        return _identical(c, sign, a, b, node)
    if sign in ("in", "not in"):
        found = contains(c, a, b, node)
        return found if sign == "in" else negated(found)
    if sign in ("==", "!="):
        return _equal(c, sign, a, b, node)
    return _ordered(c, sign, a, b, node)


def equal(c: Body, a: Value, b: Value, node: ast.AST) -> Value:
    """`a == b`, both compiled already."""
    return _pair(c, "==", a, b, node)


def _identical(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    """`is None`; with True and False too, which JavaScript has one of as well."""
    if b.type is not NONE and not (b.type is BOOL and b.constant is not Missing):
        raise c.refuse(f"`{sign}` with anything but None, True or False", node)
    return binary(a, "===" if sign == "is" else "!==", b, EQUAL, BOOL)


def _equal(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    if same_text(a.type, b.type) and not _mixed_ints(a, b):
        return binary(a, "===" if sign == "==" else "!==", b, EQUAL, BOOL)
    if not tuples_agree(c, a.type, b.type):
        raise c.refuse("`==` of a tuple, or a counter, with something else", node)
    found = call(c.helper("eq"), a, b, result=BOOL)
    return found if sign == "==" else negated(found)


def _mixed_ints(a: Value, b: Value) -> bool:
    """An int that may be a BigInt beside a float."""
    floats = any(one.type in (FLOAT, NUM) for one in (a, b))
    return floats and any(one.type in (INT, NUM) and one.span is None for one in (a, b))


def tuples_agree(c: Body, a: Type, b: Type) -> bool:
    """Whether tuples stand in both types at the same places: in JavaScript they look like lists."""
    return _agree(c.store.plain(a), c.store.plain(b))


def _agree(a: Type, b: Type) -> bool:
    if not _has_tuple(a) and not _has_tuple(b):
        return True
    if isinstance(a, Union) or isinstance(b, Union):
        return all(_agree(one, other) for one in members(a) for other in members(b))
    match a, b:
        case (Basic(), _) | (_, Basic()):
            return ANY not in (a, b)
        case (TupleOf(one), TupleOf(other)):
            return len(one) != len(other) or all(map(_agree, one, other))
        case (LongTuple(), LongTuple() | TupleOf()) | (TupleOf(), LongTuple()):
            return all(_agree(one, other) for one in parts_of(a) for other in parts_of(b))
        case (ListOf(one), ListOf(other)) | (SetOf(one), SetOf(other)):
            return _agree(one, other)
        case (Record() | DictOf(), Record() | DictOf()) if not (_is_counter(a) or _is_counter(b)):
            return _agree(as_dict(a).value, as_dict(b).value)
    return False


def _is_counter(a: Type) -> bool:
    """Whether a value may be equal to one that has other keys: a counter has 0 for them."""
    return isinstance(a, DefaultOf) and a.first == "Counter"


def _has_tuple(a: Type) -> bool:
    found = [isinstance(a, TUPLES) or _is_counter(a)]

    def note(part: Type) -> Type:
        found.append(_has_tuple(part))
        return part

    mapped(a, note)
    return any(found)


def _ordered(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    numbers = (BOOL, INT, FLOAT, NUM)
    if a.type in numbers and b.type in numbers:
        return binary(number(a), sign, number(b), LESS, BOOL)
    if a.type is STR and b.type is STR:
        turned = sign in (">", "<=") and a.pure and b.pure
        if sign in ("<", ">=") or turned:
            found = call(c.helper("lt_s"), *((b, a) if turned else (a, b)), result=BOOL)
            return negated(found) if sign in ("<=", ">=") else found
        return call(c.helper(ORDER[sign]), a, b, result=BOOL)
    one, two = c.store.shape(a.type), c.store.shape(b.type)
    if isinstance(one, SetOf) and isinstance(two, SetOf) and tuples_agree(c, a.type, b.type):
        return _subset(c, sign, a, b, node)
    alike = any(isinstance(one, kind) and isinstance(two, kind) for kind in (ListOf, TUPLES))
    if (ANY in (a.type, b.type) or alike) and tuples_agree(c, a.type, b.type):
        return call(c.helper(ORDER[sign]), a, b, result=BOOL)
    raise c.refuse(f"`{sign}` of {c.store.describe(a.type)} and {c.store.describe(b.type)}", node)


def _subset(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    """`a <= b` of sets."""
    turned = sign in (">", ">=")
    if turned and not (a.pure and b.pure):
        raise c.refuse(f"`{sign}` of sets whose parts have effects", node)
    return call(c.helper("set_le" if "=" in sign else "set_lt"), *((b, a) if turned else (a, b)), result=BOOL)


def contains(c: Body, item: Value, container: Value, node: ast.AST) -> Value:
    """`item in container`."""
    match c.store.shape(container.type):
        case ListOf() | TupleOf() | LongTuple() as series:
            parts = parts_of(series)
            if not all(tuples_agree(c, item.type, part) for part in parts):
                raise c.refuse("`in` with tuples beside lists", node)
            return call(c.helper("in_l"), item, container, result=BOOL)
        case SetOf(kind) if item.type == kind or kind is NEVER or are_keys(item.type, kind):
            return call(c.helper("set_in"), item, container, result=BOOL)
        case Record():
            if item.type is STR:
                return call(c.helper("dict_in"), item, container, result=BOOL)
        case DictOf(key, _) if item.type == key or key is NEVER or are_keys(item.type, key):
            return call(c.helper("dict_in"), item, container, result=BOOL)
    if container.type is STR and item.type is STR:
        return call(c.helper("in_s"), item, container, result=BOOL)
    if container.type is ANY:
        return call(c.helper("in_a"), to_any(c, item), container, result=BOOL)
    raise c.refuse(f"`in` {c.store.describe(container.type)}", node)
