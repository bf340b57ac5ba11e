"""State, props and data: the spellings of a field, reads, and writes into the action's draft."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant, to_slot
from moon_spa.analysis.opening import leave_open
from moon_spa.analysis.store import Ref
from moon_spa.analysis.values import ASSIGN, ATOM, STATE_SPAN, Missing, Value
from moon_spa.component import State
from moon_spa.javascript import UnwritableError, literal, member, text
from moon_spa.spec import Binding
from moon_spa.types import (
    ANY,
    INT,
    NONE,
    DefaultOf,
    LongTuple,
    TupleOf,
    Type,
    all_parts,
    members,
    type_of,
)


def binding_of(c: Body, node: ast.expr) -> Binding:
    """What a name, or `self.name`, is bound to outside the function; `unknown` for anything else."""
    if isinstance(node, ast.Name):
        if node.id in c.scoped or is_local(c, node.id):
            return Binding("unknown")
        return c.resolve(node.id)
    if isinstance(node, ast.Attribute) and binding_of(c, node.value).kind == "self":
        if node.attr == "state":
            return Binding("state")
        if node.attr == "props" and c.unit.spec.computed:
            return Binding("unknown", name="self.props", why="`self.props`, props that setup has changed")
        if node.attr in ("props", "data"):
            return Binding("props" if node.attr == "props" else "data")
        if node.attr in c.unit.spec.actions:
            return Binding("action", name=node.attr)
        return c.resolve(f"self.{node.attr}")
    path = _path(node)
    if path and not is_local(c, path.partition(".")[0]) and path.partition(".")[0] not in c.scoped:
        return c.resolve(path)
    return Binding("unknown")


def _path(node: ast.expr) -> str:
    """`a.b.c` as text; "" for what is no such path."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) and names else ""


def is_local(c: Body, name: str) -> bool:
    """Whether a name is a variable of this function or of one around it."""
    body: Body | None = c
    while body is not None:
        if name in body.locals:
            return True
        body = body.outer
    return False


def key_of(c: Body, node: ast.expr, kind: str) -> str | None:
    """`x` of `state["x"]` and `state.x`, for the mapping of a kind."""
    if isinstance(node, ast.Subscript) and binding_of(c, node.value).kind == kind:
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.slice.value
        raise c.refuse(f"a key of the {kind} that is computed", node)
    if isinstance(node, ast.Attribute) and binding_of(c, node.value).kind == kind:
        _check_attribute(c, node, kind)
        return node.attr
    return None


def _check_attribute(c: Body, node: ast.Attribute, kind: str) -> None:
    """A section is a dict without such attributes; those of `self.state` and of props may be methods."""
    known = c.unit.fields if kind == "state" else {**c.unit.spec.props, **c.unit.spec.prop_types}
    is_dict = kind == "state" and isinstance(node.value, ast.Name)
    if node.attr in known and (is_dict or hasattr(State if kind == "state" else dict, node.attr)):
        key = f'{ast.unparse(node.value)}["{node.attr}"]'
        raise c.refuse(f"`{ast.unparse(node)}`, which is not `{key}`", node)


def field_of(c: Body, node: ast.expr) -> str | None:
    """The state field that an expression names, in any of the spellings."""
    name = key_of(c, node, "state")
    return name if name in c.unit.fields else None


def read_field(c: Body, name: str) -> Value:
    """The value of a state field: of the draft where the action changes it, else of the render."""
    js = c.unit.drafts.get(name, f"__state_{c.unit.fields[name]}")
    c.store.note(("read", c.unit.key, name))
    found = c.store.known(("field", name))
    known = c.get(f"state.{name}")
    if known is not None:
        if known.begun and name in c.unit.widened:
            c.store.outdated(("field", name))
        return Value(js, known.type, span=known.span, pure=True, simple=True)
    span = None if c.store.noted(("assigned", c.unit.key, name)) else STATE_SPAN
    return Value(js, found, span=span if found is INT else None, pure=True, simple=True)


def write_field(c: Body, name: str, value: Value, node: ast.AST) -> Value:
    """The assignment of a field of the draft; like Python's it has no value."""
    check_storable(c, value.type, node)
    if c.unit.tolerant and value.type is ANY:
        leave_open(c.store, "vague", name)
        return value
    known = c.store.first_known(("field", name))
    slot = c.store.learn(("field", name), value.type)
    if slot != known:
        c.unit.widened.add(name)
    if slot is ANY and c.store.noted(("raw", name)):
        raise c.refuse(f"a value of unknown type in the float field `{name}`", node)
    converted = to_slot(c, value, slot)
    c.store.note(("drafted", c.unit.key, name))
    c.store.note(("assigned", c.unit.key, name))
    js = c.unit.drafts.get(name, f"__state_{c.unit.fields[name]}")
    c.set(f"state.{name}", converted.type, converted.span)
    return Value(f"{js} = {converted.js}", NONE, ASSIGN, void=True)


def check_storable(c: Body, found: Type, node: ast.AST) -> None:
    """The state holds no tuples: they would come back from the wire as lists."""
    if any(isinstance(part, TupleOf | LongTuple) for part in members(found)):
        raise c.refuse("a tuple in the state", node)
    if isinstance(c.store.outline(found), DefaultOf):
        raise c.refuse(f"a {c.store.describe(found).partition('[')[0]} in the state; write `dict(…)`", node)


def read_prop(c: Body, name: str, node: ast.AST) -> Value:
    """`props["x"]` of a prop that is declared."""
    if name not in c.unit.spec.props and name not in c.unit.spec.prop_types:
        raise c.refuse(f"the prop `{name}`, which may be missing", node)
    found = c.unit.spec.prop_types.get(name, ANY)
    js = member("resolvedProps", name)
    typed = c.store.intern(("prop", name), found, constant=True)
    return Value(js, typed, pure=True, simple=True)


def props_get(c: Body, node: ast.Call) -> Value:
    """`props.get("x", default)`."""
    match node.args, node.keywords:
        case [ast.Constant(value=str(name))], []:
            default = constant(None)
        case [ast.Constant(value=str(name)), other], []:
            default = c.expression(other)
        case _:
            raise c.refuse("a prop whose name is computed", node)
    if name in c.unit.spec.props:
        return read_prop(c, name, node)
    given = member("resolvedProps", name)
    default = to_slot(c, default, ANY)
    js = f"(Object.hasOwn(resolvedProps, {text(name)}) ? {given} : {default.js})"
    return Value(js, ANY, pure=default.pure)


def bound(c: Body, binding: Binding, name: str, node: ast.AST) -> Value:
    """A constant of setup, or an expression from props."""
    if binding.kind == "value" and binding.expr is not None:
        c.unit.helpers.update(binding.expr.uses)
        found = c.store.intern(("bound", name, binding.expr.js), binding.expr.type, constant=True)
        js = binding.expr.js
        is_atom = js.translate(str.maketrans("", "", "._[]")).isalnum()
        return Value(js if is_atom else f"({js})", found, ATOM, pure=is_atom, simple=is_atom)
    if binding.kind == "value":
        found = type_of(binding.value)
        if isinstance(binding.value, bool | int | float | str | None):
            return constant(binding.value)
        try:
            js = literal(binding.value)
        except UnwritableError as error:
            raise c.refuse(f"`{name}`, whose value has no form in JavaScript", node) from error
        interned = c.store.intern(("value", name, js), found, constant=True)
        if isinstance(interned, Ref) and ANY in (found, *all_parts(found)):
            raise c.refuse(f"`{name}`, whose value has no form in JavaScript", node)
        return Value(js, interned, pure=True, constant=Missing)
    raise c.refuse(binding.why or f"`{name}`", node)
