"""Literals, and the containers they make."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant, to_slot
from moon_spa.analysis.iteration import iteration, series, uniform
from moon_spa.analysis.keys import as_generator
from moon_spa.analysis.names import place
from moon_spa.analysis.store import Ref, is_plain_key
from moon_spa.analysis.values import ASSIGN, Value, call
from moon_spa.javascript import key as property_name
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
    is_key,
)


def literal(c: Body, node: ast.Constant) -> Value:
    """`1`, `"a"`, `None`."""
    if isinstance(node.value, bool | int | float | str | None):
        return constant(node.value)
    raise c.refuse(f"a {type(node.value).__name__}", node)


def list_literal(c: Body, node: ast.List) -> Value:
    """`[a, b, *c]`."""
    items: list[Value] = []
    spread: list[bool] = []
    found: Type = NEVER
    for one in node.elts:
        items.append(_spread(c, one) if isinstance(one, ast.Starred) else c.expression(one))
        spread.append(isinstance(one, ast.Starred))
        found = c.store.join(found, items[-1].type, slot=True)
    ref = c.store.site(("list", place(node)), ListOf(found), written=True)
    if not items:
        return Value("[]", ref, pure=True)
    slot = c.store.shape(ref)
    assert isinstance(slot, ListOf)
    texts = [
        f"...{value.at(ASSIGN)}" if starred else to_slot(c, value, slot.item).at(ASSIGN)
        for value, starred in zip(items, spread, strict=True)
    ]
    for value, starred in zip(items, spread, strict=True):
        if starred and slot.item is ANY and c.store.has_float(value.type):
            raise c.refuse("floats among values of unknown type", node)
    return Value(f"[{', '.join(texts)}]", ref, pure=all(value.pure for value in items))


def _spread(c: Body, node: ast.Starred, ordered: bool = True) -> Value:
    """What is spread by `*items`: as a series, with the type of its items."""
    generator = as_generator(c, node.value)
    if generator is not None:
        made = ast.copy_location(ast.ListComp(generator.elt, generator.generators), generator)
        found = series(c, c.expression(made), node)
    else:
        found = iteration(c, node.value, ordered)
    return Value(found.js, found.item, ASSIGN, pure=found.pure)


def tuple_literal(c: Body, node: ast.Tuple) -> Value:
    """`(a, b)`, `(a, *rest)`."""
    if any(isinstance(one, ast.Starred) for one in node.elts):
        parts = [_spread(c, one) if isinstance(one, ast.Starred) else c.expression(one) for one in node.elts]
        pairs = zip(node.elts, parts, strict=True)
        texts = [f"{'...' if isinstance(one, ast.Starred) else ''}{part.at(ASSIGN)}" for one, part in pairs]
        return Value(f"[{', '.join(texts)}]", LongTuple(c.store.join_all(part.type for part in parts)))
    items = [c.expression(one) for one in node.elts]
    js = f"[{', '.join(one.at(ASSIGN) for one in items)}]"
    return Value(js, TupleOf(tuple(one.type for one in items)), pure=all(one.pure for one in items))


def set_literal(c: Body, node: ast.Set) -> Value:
    """`{a, b}`."""
    texts, types = [], []
    for one in node.elts:
        is_spread = isinstance(one, ast.Starred)
        item = _spread(c, one, ordered=False) if isinstance(one, ast.Starred) else c.expression(one)
        texts.append(f"{'...' if is_spread else ''}{item.at(ASSIGN)}")
        types.append(item.type)
    ref = c.store.site(("set", place(node)), SetOf(set_item_type(c, types, node)))
    return Value(set_of(c, f"[{', '.join(texts)}]", ref), ref)


def set_of(c: Body, items: str, made: Type) -> str:
    """A new set; of tuples those that are equal are one."""
    shape = c.store.shape(made)
    has_tuples = isinstance(shape, SetOf) and isinstance(shape.item, TupleOf | LongTuple)
    return f"{c.helper('set_new')}({items})" if has_tuples else f"new Set({items})"


def set_item_type(c: Body, types: list[Type], node: ast.AST) -> Type:
    """The one primitive type of a set's items."""
    found: Type = NEVER
    for one in types:
        found = c.store.join(found, one)
    if found not in (NEVER, INT, STR, BOOL) and not is_key(found):
        raise c.refuse(f"a set of {c.store.describe(found)}", node)
    return found


def dict_literal(c: Body, node: ast.Dict) -> Value:
    """`{"a": 1}`: a record where all keys are known, else a dict."""
    if any(one is None for one in node.keys):
        return _merged(c, node)
    pairs = [(c.expression(k), c.expression(v)) for k, v in zip(node.keys, node.values, strict=True) if k]
    names = [k.constant for k, _ in pairs]
    pure = all(k.pure and v.pure for k, v in pairs)
    if pairs and len(set(map(str, names))) == len(names) and all(is_plain_key(name) for name in names):
        fields = tuple((str(k.constant), v.type) for k, v in pairs)
        ref = c.store.site(("dict", place(node)), Record(fields), written=True)
        slots = c.store.shape(ref)
        texts = []
        for k, v in pairs:
            slot = dict(slots.fields)[str(k.constant)] if isinstance(slots, Record) else value_of(slots)
            texts.append(f"{property_name(str(k.constant))}: {to_slot(c, v, slot).at(ASSIGN)}")
        return Value(f"{{ {', '.join(texts)} }}", ref, pure=pure)
    key: Type = NEVER
    value: Type = NEVER
    for k, v in pairs:
        if k.type is not NEVER and not is_key(k.type):
            raise c.refuse(f"a key that is {c.store.describe(k.type)}", node)
        key, value = c.store.join(key, k.type), c.store.join(value, v.type, slot=True)
    ref = c.store.site(("dict", place(node)), DictOf(key, value), written=True)
    return new_dict(
        c, ref, [(k.at(ASSIGN), to_slot(c, v, value_of(c.store.shape(ref))).at(ASSIGN)) for k, v in pairs]
    )


def new_dict(c: Body, ref: Ref, pairs: list[tuple[str, str]]) -> Value:
    """A dict from the JavaScript of its keys and values: an object, or a Map where keys are no texts."""
    shape = c.store.shape(ref)
    is_map = isinstance(shape, DictOf) and shape.key not in (STR, NEVER)
    if not pairs:
        return Value("new Map()" if is_map else "{}", ref, pure=True)
    inner = ", ".join(f"[{k}, {v}]" for k, v in pairs)
    return call(c.helper("map_new" if is_map else "dict_new"), f"[{inner}]", result=ref)


def value_of(shape: Type) -> Type:
    return shape.value if isinstance(shape, DictOf) else NEVER


def _merged(c: Body, node: ast.Dict) -> Value:
    """`{**a, "k": v}`: one dict after the other."""
    ref = c.store.site(("dict", place(node)), DictOf(NEVER, NEVER))
    parts: list[tuple[Value, Value | None]] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if key_node is None:
            value = c.expression(value_node)
            shape = c.store.shape(value.type)
            if not isinstance(shape, Record | DictOf):
                raise c.refuse(f"`**` of {c.store.describe(value.type)}", node)
            if not parts and isinstance(shape, Record):
                ref = c.store.site(("record", place(node)), shape)
            else:
                c.store.grow(ref, shape)
            parts.append((value, None))
            continue
        key, value = c.expression(key_node), c.expression(value_node)
        if key.type not in (STR, INT, NEVER):
            raise c.refuse(f"a key that is {c.store.describe(key.type)}", node)
        _grow_key(c, ref, key, value)
        parts.append((key, value))
    return _merge_parts(c, ref, parts, node)


def _grow_key(c: Body, ref: Ref, key: Value, value: Value) -> None:
    shape = c.store.shape(ref)
    if isinstance(shape, Record) and isinstance(key.constant, str):
        fields = dict(shape.fields)
        if key.constant in fields:
            fields[key.constant] = value.type
            c.store.grow(ref, Record(tuple(fields.items())))
            return
    c.store.grow(ref, DictOf(key.type, value.type))


def _merge_parts(c: Body, ref: Ref, parts: list[tuple[Value, Value | None]], node: ast.AST) -> Value:
    shape = c.store.shape(ref)
    if isinstance(shape, DictOf) and shape.key not in (STR, NEVER):
        raise c.refuse("`**` of a dict whose keys are no texts", node)
    js = "{}"
    for key, value in parts:
        if value is None:
            js = call(c.helper("dict_or"), js, key, result=ref).js
            continue
        slot = dict(shape.fields)[str(key.constant)] if isinstance(shape, Record) else value_of(shape)
        pair = f"{c.helper('dict_new')}([[{key.js}, {to_slot(c, value, slot).js}]])"
        js = call(c.helper("dict_or"), js, pair, result=ref).js
    for key, value in parts:
        if value is None:
            same_floats(c, key, shape, node)
    return Value(js, ref)


def same_floats(c: Body, part: Value, shape: Type, node: ast.AST) -> None:
    """Floats that are copied are not boxed, so the copy must hold them as they are."""
    inner = c.store.shape(part.type)
    if isinstance(inner, Record) and isinstance(shape, Record):
        pairs = zip(inner.fields, shape.fields, strict=False)
        if any(new is ANY and c.store.has_float(old) for (_, old), (_, new) in pairs):
            raise c.refuse("floats among values of unknown type", node)
        return
    assert isinstance(inner, Record | DictOf)
    old = uniform(c, part, inner).value
    if value_of(shape) is ANY and c.store.has_float(old):
        raise c.refuse("floats among values of unknown type", node)
