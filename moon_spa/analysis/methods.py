"""Methods of texts, lists, dicts and sets: a written list, by the type they belong to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from moon_spa.analysis.arguments import Arguments, describe
from moon_spa.analysis.body import Body
from moon_spa.analysis.builtins import sort_options
from moon_spa.analysis.collections import same_floats, set_item_type
from moon_spa.analysis.comparisons import tuples_agree
from moon_spa.analysis.comprehensions import items_of
from moon_spa.analysis.convert import taken_as, to_any, to_slot
from moon_spa.analysis.iteration import Source, iteration, length_span, uniform
from moon_spa.analysis.names import place
from moon_spa.analysis.store import Ref
from moon_spa.analysis.subscripts import as_dict, check_key, is_mixed, some_field
from moon_spa.analysis.values import ASSIGN, ATOM, Value, call
from moon_spa.javascript import member
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    DictOf,
    ListOf,
    Record,
    SetOf,
    TupleOf,
    Type,
    parts_of,
)


def list_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a list."""
    handler = LIST_METHODS.get(name)
    if handler is None or not isinstance(target.type, Ref):
        raise c.refuse(f"{describe(node)} of a list", node)
    if name not in ("copy", "index", "count"):
        c.mutate(target.type, node)
    given = Arguments(c, node, ("key", "reverse") if name == "sort" else ())
    given.count(*COUNTS[name])
    return handler(c, target, given, node)


def _item_type(c: Body, target: Value) -> Type:
    shape = c.store.shape(target.type)
    assert isinstance(shape, ListOf)
    return shape.item


def _add_item(c: Body, target: Value, value: Value) -> Value:
    """A value that becomes an item."""
    assert isinstance(target.type, Ref)
    c.store.grow(target.type, ListOf(value.type))
    return to_slot(c, value, _item_type(c, target))


def _append(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    value = _add_item(c, target, c.expression(given.args[0]))
    return Value(f"{target.at(ATOM)}.push({value.at(ASSIGN)})", NONE, void=True)


def _extend(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    return extend(c, target, items_of(c, given.args[0]), node)


def extend(c: Body, target: Value, source: Source, node: ast.AST) -> Value:
    """`target.extend(source)`, which `+=` does too."""
    assert isinstance(target.type, Ref)
    c.store.grow(target.type, ListOf(source.item))
    item = _item_type(c, target)
    if item is ANY and source.item is not ANY and c.store.has_float(source.item):
        raise c.refuse("floats among values of unknown type", node)
    return call(c.helper("extend"), target, source.js, result=NONE, void=True)


def _insert(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    index = _whole(c, taken_as(c, c.expression(given.args[0]), INT), node)
    value = _add_item(c, target, c.expression(given.args[1]))
    return call(c.helper("insert"), target, index, value, result=NONE, void=True)


def _whole(c: Body, value: Value, node: ast.Call) -> Value:
    if value.type not in (INT, NEVER):
        raise c.refuse(f"{describe(node)} with an index that is {c.store.describe(value.type)}", node)
    return value


def _pop(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    index = [_whole(c, taken_as(c, c.expression(one), INT), node) for one in given.args]
    return call(c.helper("pop"), target, *index, result=_item_type(c, target))


def _remove(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    return call(c.helper("remove"), target, _comparable(c, target, given, node), result=NONE, void=True)


def _comparable(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    value = c.expression(given.args[0])
    if not tuples_agree(c, value.type, _item_type(c, target)):
        raise c.refuse(f"{describe(node)} of a tuple", node)
    return value


def _index(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    value = _comparable(c, target, given, node)
    bounds = [_whole(c, c.expression(one), node) for one in given.args[1:]]
    return call(c.helper("index_l"), target, value, *bounds, result=INT, span=length_span())


def _count(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    value = _comparable(c, target, given, node)
    return call(c.helper("count_l"), target, value, result=INT, span=length_span())


def _sort(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    order = sort_options(c, given, _item_type(c, target))
    return call(c.helper("sort"), target, *order, result=NONE, void=True)


def _clear(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    return Value(f"{target.at(ATOM)}.length = 0", NONE, ASSIGN, void=True)


def _reverse(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    return Value(f"{target.at(ATOM)}.reverse()", NONE, void=True)


def _copy(c: Body, target: Value, given: Arguments, node: ast.Call) -> Value:
    made = c.store.site(("copy", place(node)), ListOf(_item_type(c, target)))
    return Value(f"{target.at(ATOM)}.slice()", made, pure=target.pure)


ListMethod = Callable[[Body, Value, Arguments, ast.Call], Value]

LIST_METHODS: Mapping[str, ListMethod] = {
    "append": _append,
    "clear": _clear,
    "copy": _copy,
    "count": _count,
    "extend": _extend,
    "index": _index,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "reverse": _reverse,
    "sort": _sort,
}
COUNTS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("append", "count", "extend", "remove"), (1, 1)),
    **dict.fromkeys(("clear", "copy", "reverse", "sort"), (0, 0)),
    "index": (1, 3),
    "insert": (2, 2),
    "pop": (0, 1),
}


def tuple_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """`count` and `index` of a tuple."""
    given = Arguments(c, node)
    given.count(1, 1)
    value = c.expression(given.args[0])
    parts = parts_of(target.type)
    if name not in ("count", "index") or not all(tuples_agree(c, value.type, one) for one in parts):
        raise c.refuse(f"{describe(node)} of a tuple", node)
    helper = "count_l" if name == "count" else "index_t"
    return call(c.helper(helper), target, value, result=INT, span=length_span())


def dict_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a dict."""
    assert isinstance(target.type, Ref)
    handler = DICT_METHODS.get(name)
    if handler is None:
        raise c.refuse(f"{describe(node)} of a dict", node)
    if name not in ("get", "copy"):
        c.mutate(target.type, node)
    return handler(c, target, target.type, node)


def _dict_key(c: Body, target: Value, ref: Ref, key: Value, node: ast.Call, value: Type = NEVER) -> DictOf:
    found = as_dict(c, target, key.type if value is not NEVER else NEVER, value)
    check_key(c, found, key, node)
    return found


def _pair(c: Body, node: ast.Call) -> tuple[Value, Value | None]:
    given = Arguments(c, node)
    given.count(1, 2)
    return c.expression(given.args[0]), given.value(1)


def _get(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    key, default = _pair(c, node)
    shape = c.store.shape(ref)
    fallback = default.type if default else NONE
    fields = dict(shape.fields) if isinstance(shape, Record) else {}
    if isinstance(key.constant, str) and key.constant in fields and (default is None or default.pure):
        return Value(member(target.at(ATOM), key.constant), fields[key.constant], pure=target.pure)
    if isinstance(shape, Record) and is_mixed(shape):
        found = some_field(c, target, key, node)
    else:
        found = _dict_key(c, target, ref, key, node).value
    if found is ANY and default is not None:
        default = to_slot(c, default, ANY)
        fallback = default.type
    made = c.store.join(found, fallback)
    return call(c.helper("dict_get"), target, key, *([default] if default else []), result=made)


def _dict_pop(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    key, default = _pair(c, node)
    found = _dict_key(c, target, ref, key, node)
    made = c.store.join(found.value, default.type) if default else found.value
    return call(c.helper("dict_pop"), target, key, *([default] if default else []), result=made)


def _setdefault(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    key, default = _pair(c, node)
    value = default or Value("null", NONE, pure=True)
    found = _dict_key(c, target, ref, key, node, value.type)
    return call(c.helper("dict_setdefault"), target, key, to_slot(c, value, found.value), result=found.value)


def _dict_clear(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    Arguments(c, node).count(0, 0)
    as_dict(c, target)
    return call(c.helper("dict_clear"), target, result=NONE, void=True)


def _dict_copy(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    Arguments(c, node).count(0, 0)
    made = c.store.site(("copy", place(node)), c.store.shape(ref))
    same_floats(c, target, c.store.shape(made), node)
    return call(c.helper("dict_copy"), target, result=made)


def _popitem(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    Arguments(c, node).count(0, 0)
    found = as_dict(c, target)
    return call(c.helper("dict_popitem"), target, result=TupleOf((found.key, found.value)))


def _update(c: Body, target: Value, ref: Ref, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(1, 1)
    other = c.expression(given.args[0])
    shape = c.store.shape(other.type)
    if not isinstance(shape, Record | DictOf):
        raise c.refuse(f"`.update()` with {c.store.describe(other.type)}", node)
    inner = uniform(c, other, shape).value
    c.store.grow(ref, c.store.shape(other.type))
    slot = c.store.dict_shape(c.store.shape(ref)).value
    if slot is ANY and inner is not ANY and c.store.has_float(inner):
        raise c.refuse("floats among values of unknown type", node)
    return call(c.helper("dict_update"), target, other, result=NONE, void=True)


DICT_METHODS: Mapping[str, Callable[[Body, Value, Ref, ast.Call], Value]] = {
    "clear": _dict_clear,
    "copy": _dict_copy,
    "get": _get,
    "pop": _dict_pop,
    "popitem": _popitem,
    "setdefault": _setdefault,
    "update": _update,
}

SET_CHANGES = ("add", "discard", "remove", "update")
SET_TESTS: Mapping[str, str] = {"issubset": "set_le", "isdisjoint": "set_isdisjoint"}
SET_PAIRS: Mapping[str, str] = {
    "union": "set_or",
    "intersection": "set_and",
    "difference": "set_minus",
    "symmetric_difference": "set_xor",
}
SET_UPDATES: Mapping[str, str] = {
    f"{name}_update": helper for name, helper in SET_PAIRS.items() if name != "union"
}


def set_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a set."""
    given = Arguments(c, node)
    assert isinstance(target.type, Ref)
    if name in ("clear", "copy"):
        given.count(0, 0)
        if name == "copy":
            made = c.store.site(("copy", place(node)), c.store.shape(target.type))
            return Value(f"new Set({target.js})", made, pure=target.pure)
        c.mutate(target.type, node)
        return Value(f"{target.at(ATOM)}.clear()", NONE, void=True)
    given.count(1, 1)
    if name in SET_CHANGES:
        return _change_set(c, target, target.type, name, given, node)
    other = c.expression(given.args[0])
    if name in SET_UPDATES:
        return change_set(c, target, SET_UPDATES[name], other, node)
    if not isinstance(c.store.shape(other.type), SetOf):
        raise c.refuse(f"{describe(node)} with {c.store.describe(other.type)}", node)
    if name in SET_TESTS:
        return call(c.helper(SET_TESTS[name]), target, other, result=BOOL)
    if name == "issuperset":
        if not (target.pure and other.pure):
            raise c.refuse(f"{describe(node)} whose parts have effects", node)
        return call(c.helper("set_le"), other, target, result=BOOL)
    if name not in SET_PAIRS:
        raise c.refuse(f"{describe(node)} of a set", node)
    made = c.store.site(("set", place(node)), c.store.shape(target.type))
    other_shape = c.store.shape(other.type)
    assert isinstance(other_shape, SetOf)
    c.store.grow(made, other_shape)
    return call(c.helper(SET_PAIRS[name]), target, other, result=made)


def change_set(c: Body, target: Value, helper: str, other: Value, node: ast.AST) -> Value:
    """A set becomes what it gives with another one: `a &= b`, `a.difference_update(b)`."""
    shape = c.store.shape(other.type)
    if not isinstance(shape, SetOf) or not isinstance(target.type, Ref):
        raise c.refuse(f"changing a set with {c.store.describe(other.type)}", node)
    c.mutate(target.type, node)
    c.store.grow(target.type, shape)
    _check_set(c, target.type, node)
    if helper == "set_or":
        return call(c.helper("set_update"), target, other, result=NONE, void=True)
    made = call(c.helper(helper), target, other, result=other.type)
    return call(c.helper("set_become"), target, made, result=NONE, void=True)


def _change_set(c: Body, target: Value, ref: Ref, name: str, given: Arguments, node: ast.Call) -> Value:
    c.mutate(ref, node)
    if name == "update":
        source = iteration(c, given.args[0], ordered=False)
        c.store.grow(ref, SetOf(set_item_type(c, [source.item], node)))
        _check_set(c, ref, node)
        return call(c.helper("set_update"), target, source.js, result=NONE, void=True)
    value = c.expression(given.args[0])
    c.store.grow(ref, SetOf(set_item_type(c, [value.type], node)))
    _check_set(c, ref, node)
    return call(c.helper(f"set_{name}"), target, value, result=NONE, void=True)


def _check_set(c: Body, ref: Ref, node: ast.AST) -> None:
    shape = c.store.shape(ref)
    assert isinstance(shape, SetOf)
    set_item_type(c, [shape.item], node)


def any_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a value whose type is not known: `get` of what should be a dict."""
    if name != "get":
        raise c.refuse(f"{describe(node)} of a value whose type is not known", node)
    key, default = _pair(c, node)
    fallback = to_any(c, default) if default else Value("null", ANY, pure=True)
    return call(c.helper("get_a"), target, to_any(c, key), fallback, result=ANY)


def float_method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """`x.is_integer()`, `n.bit_length()`."""
    if name == "bit_length" and target.type is INT and not node.args:
        return call(c.helper("bit_length"), target, result=INT, span=(0, 10_000_000_000))
    if target.type is not FLOAT or name != "is_integer" or node.args:
        raise c.refuse(f"{describe(node)} of {c.store.describe(target.type)}", node)
    return call(c.helper("is_integer"), target, result=BOOL)
