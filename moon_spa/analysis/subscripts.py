"""Items and slices: read, assigned, deleted."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant, may_be, taken_as, to_any, to_slot
from moon_spa.analysis.iteration import item_of_either
from moon_spa.analysis.names import place
from moon_spa.analysis.state import binding_of, field_of, key_of, read_field, read_prop
from moon_spa.analysis.store import Ref
from moon_spa.analysis.values import Missing, Value, call
from moon_spa.javascript import member
from moon_spa.types import (
    ANY,
    BOOL,
    INT,
    NEVER,
    NONE,
    STR,
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
    is_key,
    members,
    parts_of,
)


def subscript(c: Body, node: ast.Subscript) -> Value:
    """`a[i]`, `a[i:j:k]`; `state["x"]` and `props["x"]`."""
    found = field_of(c, node)
    if found is not None:
        return read_field(c, found)
    if (prop := key_of(c, node, "props")) is not None:
        return read_prop(c, prop, node)
    refuse_sections(c, node.value, node)
    target = c.expression(node.value)
    if isinstance(node.slice, ast.Slice):
        return _slice(c, target, node.slice, node)
    return item(c, target, c.expression(node.slice), node)


def refuse_sections(c: Body, value: ast.expr, node: ast.AST) -> None:
    """Parts of `state` and `data` that cannot be read here."""
    binding = binding_of(c, value)
    if binding.kind == "data":
        raise c.refuse("`data`, which is the server's", node)
    if binding.kind == "state":
        raise c.refuse(f"{_named(node)}, which is not declared", node)


def _named(node: ast.AST) -> str:
    """The state field that a statement or an expression names."""
    for one in ast.walk(node):
        match one:
            case ast.Subscript(slice=ast.Constant(str(name))):
                return f"the state field `{name}`"
            case ast.Attribute(attr=name) if name != "state":
                return f"the state field `{name}`"
    return "a state field"


def item(c: Body, target: Value, index: Value, node: ast.AST) -> Value:
    """`target[index]`."""
    if NEVER in (target.type, index.type):
        return Value(f"{target.js}[{index.js}]", NEVER)
    shape = c.store.outline(target.type)
    if isinstance(shape, Record | DictOf) and not _is_field(shape, index):
        return _dict_item(c, target, index, node)
    shape = c.store.shape(target.type)
    if target.type is ANY:
        return call(c.helper("at_a"), target, to_any(c, index), result=ANY)
    either = item_of_either(c, target.type) if isinstance(target.type, Union) else None
    if target.type is STR or isinstance(shape, ListOf | TupleOf | LongTuple) or either is not None:
        index = taken_as(c, index, INT)
    if index.type in (INT, BOOL):
        if isinstance(shape, ListOf):
            return call(c.helper("at"), target, index, result=shape.item)
        if target.type is STR:
            return call(c.helper("at_s"), target, index, result=STR)
        if isinstance(shape, TupleOf) and isinstance(index.constant, int):
            number = index.constant + (len(shape.items) if index.constant < 0 else 0)
            if 0 <= number < len(shape.items):
                return Value(f"{target.at(20)}[{number}]", shape.items[number], pure=target.pure)
        if either is not None:
            return call(c.helper("at_either"), target, index, result=either)
        if isinstance(shape, LongTuple):
            return call(c.helper("at"), target, index, '"tuple"', result=shape.item)
        if isinstance(shape, TupleOf) and len(set(shape.items)) == 1:
            return call(c.helper("at"), target, index, '"tuple"', result=shape.items[0])
    if isinstance(shape, Record) and isinstance(index.constant, str):
        found = dict(shape.fields)[index.constant]
        return Value(member(target.at(20), index.constant), found, pure=target.pure)
    raise c.refuse(f"an item of {c.store.describe(target.type)}", node)


def _is_field(shape: Type, index: Value) -> bool:
    """Whether an index is the name of a record's field."""
    return isinstance(shape, Record) and any(key == index.constant for key, _ in shape.fields)


def _default_item(c: Body, target: Value, shape: DefaultOf, index: Value, node: ast.AST) -> Value:
    """An item of a `defaultdict`, which has it from now on; of a `Counter` 0 where there is none."""
    if shape.first == "Counter":
        found = _as_dict(c, target)
        check_key(c, found, index, node)
        return call(c.helper("dict_get"), target, index, "0", result=found.value)
    c.mutate(target.type, node)
    empty: Mapping[str, tuple[Type, str]] = {
        "[]": (ListOf(NEVER), "[]"),
        "set()": (SetOf(NEVER), "new Set()"),
        "{}": (DictOf(NEVER, NEVER), "{}"),
    }
    if shape.first in empty:
        kind, js = empty[shape.first]
        made = c.store.site(("first", place(node)), kind)
        shape_of = c.store.shape(made)
        is_map = isinstance(shape_of, DictOf) and shape_of.key not in (STR, NEVER)
        first = Value("new Map()" if is_map else js, made)
    else:
        first = constant(ast.literal_eval(shape.first))
    found = as_dict(c, target, index.type, first.type)
    check_key(c, found, index, node)
    return call(
        c.helper("dict_setdefault"), target, index, to_slot(c, first, found.value), result=found.value
    )


def _dict_item(c: Body, target: Value, index: Value, node: ast.AST) -> Value:
    outline = c.store.outline(target.type)
    if isinstance(outline, DefaultOf):
        return _default_item(c, target, outline, taken_as(c, index, INT if outline.key is INT else STR), node)
    if isinstance(outline, Record) and is_mixed(outline):
        index = taken_as(c, index, STR)
        return call(c.helper("dict_at"), target, index, result=some_field(c, target, index, node))
    found = _as_dict(c, target)
    index = taken_as(c, index, INT if found.key is INT else STR)
    check_key(c, found, index, node)
    return call(c.helper("dict_at"), target, index, result=found.value)


def is_mixed(shape: Record) -> bool:
    """Whether a row has values of different types that need not become one: at most one is a list or dict."""
    types = [one for _, one in shape.fields]
    parts = [part for one in types for part in members(one)]
    objects = {part for part in parts if isinstance(part, Ref)}
    return any(one != types[0] for one in types) and (not objects or (len(objects) == 1 and ANY not in parts))


def some_field(c: Body, target: Value, index: Value, node: ast.AST) -> Type:
    """The type of `row[key]` with a key that is computed: that of any field, and the row stays as it is."""
    check_key(c, DictOf(STR, NEVER), index, node)
    shape = c.store.shape(target.type)
    assert isinstance(shape, Record)
    return c.store.join_all([one for _, one in shape.fields])


def check_key(c: Body, found: DictOf, key: Value, node: ast.AST) -> None:
    """A key is of the type of all keys: JavaScript compares no int with a text or a bool."""
    if key.type is NEVER:
        return
    if not is_key(key.type) or not (found.key is NEVER or are_keys(key.type, found.key)):
        raise c.refuse(f"a key that is {c.store.describe(key.type)}", node)


def _as_dict(c: Body, target: Value) -> DictOf:
    """The dict behind a value; from now on its keys are not fixed."""
    _loosen_keys(c, target)
    shape = c.store.shape(target.type)
    assert isinstance(shape, DictOf)
    return shape


def _loosen_keys(c: Body, target: Value) -> None:
    shape = c.store.outline(target.type)
    if isinstance(shape, Record) and isinstance(target.type, Ref):
        c.store.grow(target.type, c.store.dict_shape(shape))


def as_dict(c: Body, target: Value, key: Type = NEVER, value: Type = NEVER) -> DictOf:
    """The dict behind a value, grown to hold such keys and values."""
    _loosen_keys(c, target)
    assert isinstance(target.type, Ref)
    c.store.grow(target.type, DictOf(key, value))
    return _as_dict(c, target)


def _bounds(c: Body, node: ast.Slice) -> list[Value]:
    found = []
    for one in (node.lower, node.upper, node.step):
        value = Value("null", NONE, pure=True, simple=True) if one is None else c.expression(one)
        if may_be(value.type, INT):
            value = call(c.helper("as_type"), value, '["o", "i"]', result=INT)
        if value.type not in (INT, NONE):
            raise c.refuse(f"a slice with a bound that is {c.store.describe(value.type)}", node)
        found.append(value)
    return found


def _slice(c: Body, target: Value, node: ast.Slice, whole: ast.AST) -> Value:
    start, stop, step = _bounds(c, node)
    if target.type is STR:
        return call(c.helper("slice_s"), target, start, stop, step, result=STR)
    if target.type is ANY:
        return call(c.helper("slice_a"), target, start, stop, step, result=ANY)
    shape = c.store.shape(target.type)
    if isinstance(shape, ListOf):
        made: Type = c.store.site(("slice", place(whole)), ListOf(shape.item))
        return call(c.helper("slice"), target, start, stop, step, result=made)
    if isinstance(shape, TupleOf | LongTuple):
        made = _part_of_tuple(c, shape, [start, stop, step])
        return call(c.helper("slice"), target, start, stop, step, result=made)
    raise c.refuse(f"a slice of {c.store.describe(target.type)}", whole)


def _part_of_tuple(c: Body, shape: TupleOf | LongTuple, bounds: list[Value]) -> Type:
    """The type of a slice: with the items that stand in it where the bounds are written out."""
    known: list[Any] = [one.constant if one.type is INT else None for one in bounds]
    if isinstance(shape, TupleOf) and Missing not in known and known[2] != 0:
        return TupleOf(shape.items[slice(*known)])
    return LongTuple(c.store.join_all(parts_of(shape)))


def set_item(c: Body, target: Value, index: Value, value: Value, node: ast.AST) -> None:
    """Write `target[index] = value`, all three evaluated in the order of the call."""
    shape = c.store.outline(target.type)
    if target.type is NEVER:
        c.write(f"{target.js}[{index.js}] = {value.js};")
        return
    c.mutate(target.type, node)
    if isinstance(shape, ListOf):
        index = taken_as(c, index, INT)
    if isinstance(shape, ListOf) and index.type in (INT, BOOL) and isinstance(target.type, Ref):
        c.store.grow(target.type, ListOf(value.type))
        slot = c.store.shape(target.type)
        assert isinstance(slot, ListOf)
        done = call(c.helper("set_at"), target, index, to_slot(c, value, slot.item), result=NONE)
        c.write(f"{done.js};")
        return
    if isinstance(shape, Record | DictOf):
        _set_key(c, target, shape, index, value, node)
        return
    raise c.refuse(f"assigning an item of {c.store.describe(target.type)}", node)


def _set_key(c: Body, target: Value, shape: Type, index: Value, value: Value, node: ast.AST) -> None:
    assert isinstance(target.type, Ref)
    if isinstance(shape, Record) and isinstance(index.constant, str):
        fields = dict(shape.fields)
        if index.constant in fields:
            fields[index.constant] = value.type
            c.store.grow(target.type, Record(tuple(fields.items())))
            grown = c.store.shape(target.type)
            if isinstance(grown, Record):
                slot = dict(grown.fields)[index.constant]
                c.write(f"{member(target.at(20), index.constant)} = {to_slot(c, value, slot).js};")
                return
    if index.type is not NEVER and not is_key(index.type):
        raise c.refuse(f"a key that is {c.store.describe(index.type)}", node)
    found = as_dict(c, target, index.type, value.type)
    check_key(c, found, index, node)
    done = call(c.helper("dict_set"), target, index, to_slot(c, value, found.value), result=NONE)
    c.write(f"{done.js};")


def delete_item(c: Body, node: ast.Subscript) -> None:
    """Write `del target[index]`."""
    if field_of(c, node) is not None:
        raise c.refuse("deleting a state field", node)
    refuse_sections(c, node.value, node)
    target = c.expression(node.value)
    shape = c.store.shape(target.type)
    c.mutate(target.type, node)
    if isinstance(node.slice, ast.Slice):
        if not isinstance(shape, ListOf):
            raise c.refuse(f"deleting a slice of {c.store.describe(target.type)}", node)
        start, stop, step = _bounds(c, node.slice)
        c.write(f"{call(c.helper('del_slice'), target, start, stop, step, result=NONE).js};")
        return
    index = c.expression(node.slice)
    if isinstance(shape, ListOf):
        index = taken_as(c, index, INT)
    if isinstance(shape, ListOf) and index.type is INT:
        c.write(f"{call(c.helper('del_at'), target, index, result=NONE).js};")
    elif isinstance(shape, DefaultOf) and shape.first == "Counter":
        raise c.refuse("deleting a key of a `Counter`", node)
    elif isinstance(shape, Record | DictOf):
        found = as_dict(c, target)
        check_key(c, found, index, node)
        c.write(f"{call(c.helper('dict_del'), target, index, result=NONE).js};")
    elif target.type is not NEVER:
        raise c.refuse(f"deleting an item of {c.store.describe(target.type)}", node)


def set_slice(c: Body, target: Value, node: ast.Slice, value: Value, whole: ast.AST) -> None:
    """Write `target[i:j] = value` of a list."""
    shape, items = c.store.shape(target.type), c.store.shape(value.type)
    if not (isinstance(shape, ListOf) and isinstance(items, ListOf) and isinstance(target.type, Ref)):
        raise c.refuse("assigning a slice", whole)
    c.mutate(target.type, whole)
    c.store.grow(target.type, ListOf(items.item))
    slot = c.store.shape(target.type)
    if isinstance(slot, ListOf) and slot.item is ANY and c.store.has_float(items.item):
        raise c.refuse("floats among values of unknown type", whole)
    start, stop, step = _bounds(c, node)
    c.write(f"{call(c.helper('set_slice'), target, start, stop, step, value, result=NONE).js};")
