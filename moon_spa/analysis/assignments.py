"""Assignments: of names, fields, items, several at once, in place."""

from __future__ import annotations

import ast
from dataclasses import replace

from moon_spa.analysis.arguments import NUMERIC
from moon_spa.analysis.body import Body
from moon_spa.analysis.comprehensions import comprehension
from moon_spa.analysis.convert import to_any
from moon_spa.analysis.data import dropped
from moon_spa.analysis.dispatch import keep_table
from moon_spa.analysis.iteration import Source, is_series, iteration, series
from moon_spa.analysis.keys import as_generator
from moon_spa.analysis.methods import change_set, extend
from moon_spa.analysis.names import place, stored_name
from moon_spa.analysis.operators import SET_HELPERS, SIGNS, operate
from moon_spa.analysis.state import binding_of, field_of, key_of, write_field
from moon_spa.analysis.store import Ref
from moon_spa.analysis.subscripts import item, refuse_sections, set_item, set_slice
from moon_spa.analysis.values import Missing, Value, call
from moon_spa.analysis.variables import assign, declare, hoist, receive
from moon_spa.source import all_nodes
from moon_spa.types import (
    ANY,
    NEVER,
    NONE,
    STR,
    DefaultOf,
    DictOf,
    ListOf,
    Record,
    SetOf,
    TupleOf,
    Type,
)


def assign_node(c: Body, node: ast.Assign) -> None:
    """`a = value`, `a = b = value`, `a, b = value`."""
    if len(node.targets) == 1:
        _assign_one(c, node.targets[0], node.value, node)
        return
    value = c.expression(node.value)
    if any(map(_has_effects, node.targets)) and value.constant is Missing:
        value = replace(value, simple=False)
    value = held(c, value, "value")
    for target in node.targets:
        store(c, target, value, node)


def ann_assign(c: Body, node: ast.AnnAssign) -> None:
    """`a: int = value`; the annotation says nothing that holds."""
    if node.value is not None:
        _assign_one(c, node.target, node.value, node)


def _assign_one(c: Body, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
    if dropped(c, target, value):
        return
    if isinstance(value, ast.Lambda) and isinstance(target, ast.Name):
        keep_function(c, target.id, value)
        return
    if isinstance(value, ast.Dict) and isinstance(target, ast.Name) and keep_table(c, target.id, value):
        return
    if isinstance(target, ast.Tuple | ast.List) and (is_series(c, value) or as_generator(c, value)):
        _unpack_series(c, target, value, node)
        return
    store(c, target, c.expression(value), node)


def keep_function(c: Body, name: str, node: ast.FunctionDef | ast.Lambda) -> None:
    """A function inside the action, under its only name; it is written when it is first called."""
    stores = [one for one in all_nodes(c.node) if stored_name(one) == name]
    others = len(stores) - isinstance(node, ast.Lambda)
    if c.depth or c.loops or c.guards or others or name in c.nested or name not in c.locals:
        raise c.refuse("a function that is decorated, conditional or defined twice", node)
    c.nested[name] = node


def store(c: Body, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Write the assignment of a value, which is evaluated first."""
    if isinstance(target, ast.Name):
        _store_name(c, target.id, value, node)
        return
    field = field_of(c, target)
    if field is not None:
        c.write(f"{write_field(c, field, value, node).js};")
        return
    if isinstance(target, ast.Tuple | ast.List):
        _unpack(c, target, value, node)
        return
    if key_of(c, target, "data") is not None:
        raise c.refuse("writing `data`", node)
    if key_of(c, target, "props") is not None:
        raise c.refuse("writing `props`", node)
    if not isinstance(target, ast.Subscript):
        raise c.refuse("assigning an attribute", node)
    refuse_sections(c, target.value, node)
    if _has_effects(target) and value.constant is Missing:
        value = held(c, replace(value, simple=False), "value")
    elif not value.pure or isinstance(target.slice, ast.Slice):
        value = held(c, value, "value")
    owner = c.expression(target.value)
    if isinstance(target.slice, ast.Slice):
        set_slice(c, owner, target.slice, value, node)
    else:
        set_item(c, owner, c.expression(target.slice), value, node)


def _has_effects(target: ast.expr) -> bool:
    """Whether evaluating a target may change what the value has read."""
    return any(isinstance(one, ast.Call | ast.NamedExpr) for one in all_nodes(target))


def _store_name(c: Body, target: str, value: Value, node: ast.AST) -> None:
    js = assign(c, target, value, node).js
    c.write(f"{declare(c, target, js)};")


def held(c: Body, value: Value, hint: str) -> Value:
    """The value in a constant of its own, where it has no name already."""
    if value.simple:
        return value
    name = c.unit.names.fresh(hint)
    c.write(f"const {name} = {value.js};")
    return Value(name, value.type, span=value.span, pure=True, simple=True)


def _unpack(c: Body, target: ast.Tuple | ast.List, value: Value, node: ast.AST) -> None:
    """`a, b = value`: all of the value first, then the targets from left to right."""
    stars = [i for i, one in enumerate(target.elts) if isinstance(one, ast.Starred)]
    count = len(target.elts)
    if isinstance(value.type, TupleOf) and not stars:
        if len(value.type.items) != count:
            raise c.refuse("unpacking a tuple of another length", node)
        js, types = value.js, list(value.type.items)
    else:
        source = series(c, value, node)
        if value.type is ANY:
            source = replace(source, js=call(c.helper("iter_a"), value, "true", result=ANY).js)
        js, types = _unpacked(c, source, count, stars, node)
    _unpack_parts(c, target, js, types, node)


def _unpack_series(c: Body, target: ast.Tuple | ast.List, value: ast.expr, node: ast.AST) -> None:
    """`a, b = map(int, parts)`, `xs, ys = zip(*points)`: no more is made of a series than Python makes."""
    stars = [i for i, one in enumerate(target.elts) if isinstance(one, ast.Starred)]
    count = len(target.elts)
    generator = as_generator(c, value)
    if generator is None:
        source = iteration(c, value)
    else:
        source = series(c, comprehension(c, generator, most=None if stars else count), node)
    js, types = _unpacked(c, source, count, stars, node)
    _unpack_parts(c, target, js, types, node)


def _unpack_parts(c: Body, target: ast.Tuple | ast.List, js: str, types: list[Type], node: ast.AST) -> None:
    """The parts of an array, each to its target."""
    names = [one for one in target.elts if isinstance(one, ast.Name)]
    if len(names) == len(target.elts) and not any(one.id in c.shared for one in names):
        _unpack_names(c, names, js, types, node)
        return
    items = [c.unit.names.fresh("item") for _ in target.elts]
    c.write(f"const [{', '.join(items)}] = {js};")
    for one, name, found in zip(target.elts, items, types, strict=True):
        inner = one.value if isinstance(one, ast.Starred) else one
        store(c, inner, Value(name, found, pure=True, simple=True), node)


def _unpacked(c: Body, source: Source, count: int, stars: list[int], node: ast.AST) -> tuple[str, list[Type]]:
    """A series as an array of `count` items; raises ValueError as Python does where there are others."""
    types: list[Type] = [source.item] * count
    if not stars:
        types = list(source.columns) if len(source.columns) == count else types
        return call(c.helper("unpack"), source.js, str(count), result=ANY).js, types
    before = stars[0]
    after = count - before - 1
    types[before] = c.store.site(("rest", place(node)), ListOf(source.item))
    return call(c.helper("unpack_star"), source.js, str(before), str(after), result=ANY).js, types


def _unpack_names(c: Body, names: list[ast.Name], js: str, types: list[Type], node: ast.AST) -> None:
    texts = []
    free = all(one.id not in c.declared and one.id not in c.shared for one in names)
    at_top = c.depth == 0 and not c.loops and not c.guards
    distinct = len({one.id for one in names}) == len(names)
    for one, found in zip(names, types, strict=True):
        receive(c, one.id, found, None, node)
        texts.append(c.locals[one.id])
    if free and at_top and distinct:
        c.declared.update(one.id for one in names)
        c.write(f"let [{', '.join(texts)}] = {js};")
        return
    for one in names:
        hoist(c, one.id)
    c.write(f"[{', '.join(texts)}] = {js};")


def aug_assign(c: Body, node: ast.AugAssign) -> None:
    """`a += value`: in place for lists, sets and dicts."""
    sign = SIGNS[type(node.op)]
    target = node.target
    if isinstance(target, ast.Subscript) and field_of(c, target) is None:
        _aug_item(c, target, sign, node)
        return
    if key_of(c, target, "data") is not None or key_of(c, target, "props") is not None:
        raise c.refuse("writing `data` or `props`", node)
    load = _loaded(target)
    old = c.expression(load)
    rebinds = isinstance(old.type, Ref) and _may_rebind(c, node.value)
    if rebinds:
        old = held(c, replace(old, simple=False), "target")
    value = _in_place(c, old, sign, node)
    if value is None:
        store(c, target, _augmented(c, sign, old, node), node)
        return
    c.write(f"{value.js};")
    field = field_of(c, target)
    if rebinds:
        store(c, target, old, node)
    elif field is not None:
        write_field(c, field, old, node)


def _may_rebind(c: Body, node: ast.expr) -> bool:
    """Whether evaluating an expression may give a variable or field another object."""
    for one in all_nodes(node):
        match one:
            case ast.NamedExpr():
                return True
            case ast.Call(func=ast.Attribute(value=base)) if binding_of(c, base).kind in ("self", "state"):
                return True
            case ast.Name() if _is_own_function(c, one):
                return True
            case ast.Attribute() if binding_of(c, one).kind in ("helper", "action"):
                return True
    return False


def _is_own_function(c: Body, node: ast.Name) -> bool:
    """Whether a name is a function of the component, which shares the draft of the state."""
    body: Body | None = c
    while body is not None:
        if node.id in body.nested:
            return True
        body = body.outer
    return binding_of(c, node).kind in ("helper", "action")


def _loaded(target: ast.expr) -> ast.expr:
    """The target as an expression that is read."""
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(name, ast.Load()), target)
        case ast.Attribute(value=value, attr=attr):
            return ast.copy_location(ast.Attribute(value, attr, ast.Load()), target)
        case ast.Subscript(value=value, slice=index):
            return ast.copy_location(ast.Subscript(value, index, ast.Load()), target)
    return target


def _in_place(c: Body, old: Value, sign: str, node: ast.AugAssign) -> Value | None:
    """The change of an object that `+=` and its like make; None where they make a new value."""
    shape = c.store.outline(old.type)
    if isinstance(shape, ListOf) and sign == "+":
        c.mutate(old.type, node)
        return extend(c, old, iteration(c, node.value), node)
    if isinstance(shape, ListOf) and sign == "*":
        c.mutate(old.type, node)
        return call(c.helper("extend_repeat"), old, c.expression(node.value), result=NONE)
    if isinstance(shape, SetOf) and sign in SET_HELPERS:
        return change_set(c, old, SET_HELPERS[sign], c.expression(node.value), node)
    if isinstance(shape, Record | DictOf):
        if sign != "|" or isinstance(shape, DefaultOf):
            raise c.refuse(f"`{sign}=` of {c.store.describe(old.type)}", node)
        c.mutate(old.type, node)
        other = c.expression(node.value)
        given = c.store.outline(other.type)
        if not isinstance(given, Record | DictOf) or isinstance(given, DefaultOf):
            raise c.refuse(f"`|=` of a dict with {c.store.describe(other.type)}", node)
        c.store.join(old.type, other.type)
        return call(c.helper("dict_update"), old, other, result=NONE)
    return None


def _aug_item(c: Body, target: ast.Subscript, sign: str, node: ast.AugAssign) -> None:
    refuse_sections(c, target.value, node)
    if isinstance(target.slice, ast.Slice):
        raise c.refuse("changing a slice in place", node)
    if binding_of(c, target.value).kind in ("data", "props"):
        raise c.refuse("writing `data` or `props`", node)
    owner = c.expression(target.value)
    if _may_rebind(c, target.slice):
        owner = replace(owner, simple=False)
    owner = held(c, owner, "target")
    index = held(c, c.expression(target.slice), "index")
    old = item(c, owner, index, node)
    if old.type is not NEVER and old.type is not STR and isinstance(old.type, Ref):
        change = _in_place(c, held(c, old, "item"), sign, node)
        if change is not None:
            c.write(f"{change.js};")
            return
    set_item(c, owner, index, _augmented(c, sign, old, node), node)


def _augmented(c: Body, sign: str, old: Value, node: ast.AugAssign) -> Value:
    """The new value that `+=` and its like make; one of any type is no list, which changes in place."""
    value = c.expression(node.value)
    if old.type is ANY and sign == "+" and value.type in NUMERIC:
        return call(c.helper("add_a"), old, to_any(c, value), "true", result=ANY)
    if old.type is ANY and sign in ("+", "*"):
        old = call(c.helper("no_list"), old, result=ANY)
    return operate(c, sign, old, value, node)
