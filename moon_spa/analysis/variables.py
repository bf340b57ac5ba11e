"""Variables of functions: reading and assigning them."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import to_slot
from moon_spa.analysis.named import named_part
from moon_spa.analysis.state import binding_of, bound, field_of, key_of, read_field, read_prop
from moon_spa.analysis.store import Caught
from moon_spa.analysis.subscripts import refuse_sections
from moon_spa.analysis.values import ASSIGN, Value
from moon_spa.types import ANY, INT, NUM, NUMBERS, STR, Type


def name(c: Body, node: ast.Name) -> Value:
    """A variable, or what the surroundings of the function give a name."""
    if node.id in c.scoped:
        key, js = c.scoped[node.id]
        known = c.get(key)
        assert known is not None
        return Value(js, known.type, span=known.span, pure=True, simple=True)
    body: Body | None = c
    while body is not None:
        if node.id in body.locals:
            return _variable(c, body, node)
        body = body.outer
    return bound(c, c.resolve(node.id), node.id, node)


def _variable(c: Body, owner: Body, node: ast.Name) -> Value:
    if node.id in owner.nested:
        raise c.refuse("a function that is kept", node)
    js = owner.locals[node.id]
    known = owner.get(node.id)
    if known is None or known.maybe:
        raise c.refuse(f"the variable `{node.id}`, which may have no value", node)
    if owner is c and node.id not in c.shared:
        return Value(js, known.type, span=known.span, pure=True, simple=True, boxed=known.boxed)
    return Value(js, c.store.known(("variable", owner.key, node.id)), pure=True, simple=True)


def attribute(c: Body, node: ast.Attribute) -> Value:
    """`state.x`, `props.x`, and `e.args` of nothing else."""
    found = field_of(c, node)
    if found is not None:
        return read_field(c, found)
    if (prop := key_of(c, node, "props")) is not None:
        return read_prop(c, prop, node)
    refuse_sections(c, node.value, node)
    binding = binding_of(c, node)
    if binding.kind == "value":
        return bound(c, binding, binding.name, node)
    if binding.why:
        raise c.refuse(binding.why, node)
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type"), args=[inner]), attr="__name__"):
            value = c.expression(inner)
            if isinstance(value.type, Caught):
                return Value(f"{c.helper('error_name')}({value.js})", STR)
    inner = node.value
    if isinstance(inner, ast.Call | ast.Subscript) or (
        isinstance(inner, ast.Name) and _has_value(c, inner.id)
    ):
        part = named_part(c, c.expression(inner), node.attr)
        if part is not None:
            return part
    raise c.refuse(f"the attribute `.{node.attr}`", node)


def _has_value(c: Body, name: str) -> bool:
    """Whether a name is a variable here, and no function."""
    body: Body | None = c
    while body is not None and name not in body.locals:
        body = body.outer
    return name in c.scoped or (body is not None and name not in body.nested and name not in body.callables)


def assign(c: Body, target: str, value: Value, node: ast.AST) -> Value:
    """The assignment of a variable; its value is the value assigned."""
    if target not in c.locals:
        return _assign_outside(c, target, value, node)
    if target in c.nested:
        raise c.refuse(f"assigning `{target}`", node)
    if value.type is NUM and value.boxed:
        c.store.note(("boxed", c.key, target))
    if target in c.shared:
        value = to_slot(c, value, c.store.learn(("variable", c.key, target), value.type))
    elif c.store.noted(("boxed", c.key, target)) and value.type in NUMBERS:
        value = to_slot(c, value, ANY)
    c.set(target, value.type, value.span if value.type is INT else None)
    return Value(f"{c.locals[target]} = {value.js}", value.type, ASSIGN, value.span)


def _assign_outside(c: Body, target: str, value: Value, node: ast.AST) -> Value:
    """The assignment of a variable of a function around this one, by `nonlocal`."""
    owner = c.outer
    while owner is not None and target not in owner.locals:
        owner = owner.outer
    if owner is None or target not in owner.shared or target in owner.nested or target in owner.callables:
        raise c.refuse(f"assigning `{target}`", node)
    value = to_slot(c, value, c.store.learn(("variable", owner.key, target), value.type))
    return Value(f"{owner.locals[target]} = {value.js}", value.type, ASSIGN, value.span)


def receive(c: Body, target: str, found: Type, span: tuple[int, int] | None, node: ast.AST) -> None:
    """A variable gets a value from a JavaScript pattern, which converts nothing."""
    if target not in c.locals:
        raise c.refuse(f"`{target}` of a function around this one in a pattern or loop", node)
    if assign(c, target, Value("", found, span=span), node).js != f"{c.locals[target]} = ":
        raise c.refuse(f"ints and floats in `{target}`", node)


def declare(c: Body, target: str, js: str) -> str:
    """`let x` before the first assignment of a variable where that stands outside of any block."""
    if target in c.declared or target not in c.locals:
        return js
    if c.depth == 0 and not c.loops and not c.guards and target not in c.shared:
        c.declared.add(target)
        return f"let {js}"
    hoist(c, target)
    return js


def hoist(c: Body, target: str) -> None:
    """Declare a variable at the top of its function."""
    if target not in c.declared and target in c.locals:
        c.declared.add(target)
        c.hoisted[c.locals[target]] = None


def named(c: Body, node: ast.NamedExpr) -> Value:
    """`(x := value)`."""
    value = c.expression(node.value)
    assert isinstance(node.target, ast.Name)
    hoist(c, node.target.id)
    return assign(c, node.target.id, value, node)
