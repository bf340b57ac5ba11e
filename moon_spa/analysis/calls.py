"""Calls: of builtins, of methods, of functions and actions, and of the state's own methods."""

from __future__ import annotations

import ast

from moon_spa.analysis.arguments import Arguments, describe
from moon_spa.analysis.body import Body
from moon_spa.analysis.builtins import BUILTINS, fromkeys
from moon_spa.analysis.convert import constant, may_be, taken_as, test
from moon_spa.analysis.counting import counter_method, make
from moon_spa.analysis.dispatch import call_entry
from moon_spa.analysis.functions import Callee, call_function
from moon_spa.analysis.laziness import check_order
from moon_spa.analysis.mathfunctions import math_call
from moon_spa.analysis.methods import (
    any_method,
    dict_method,
    float_method,
    list_method,
    set_method,
    tuple_method,
)
from moon_spa.analysis.named import make_named, replaced
from moon_spa.analysis.operators import operate
from moon_spa.analysis.state import binding_of, props_get, read_field, write_field
from moon_spa.analysis.textmethods import ONLY_OF_TEXTS, text_method
from moon_spa.analysis.values import ASSIGN, Value, negated
from moon_spa.spec import Binding
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUM,
    STR,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    NamedOf,
    Record,
    SetOf,
    TupleOf,
)

OPERATIONS = ("add", "sub", "set", "toggle")


def call_node(c: Body, node: ast.Call) -> Value:
    """`f(…)`, by what `f` is."""
    if any(one.arg is None for one in node.keywords):
        raise c.refuse("`**` in a call", node)
    check_order(c, node)
    func = node.func
    if isinstance(func, ast.Name):
        return _call_name(c, func, node)
    if isinstance(func, ast.Attribute):
        return _call_attribute(c, func, node)
    if isinstance(func, ast.Subscript):
        return call_entry(c, func, node, _call_binding)
    raise c.refuse("a call of a function that is computed", node)


def _call_name(c: Body, func: ast.Name, node: ast.Call) -> Value:
    body: Body | None = c
    while body is not None:
        if func.id in body.nested:
            inner = body.nested[func.id]
            return call_function(c, Callee((body.key, func.id), func.id, inner, body.resolve, body), node)
        if func.id in body.locals:
            raise c.refuse(f"a call of the variable `{func.id}`", node)
        body = body.outer
    return _call_binding(c, c.resolve(func.id), func.id, node)


def _call_binding(c: Body, binding: Binding, name: str, node: ast.Call) -> Value:
    if binding.kind == "builtin":
        handler = BUILTINS.get(binding.name or name)
        if handler is None:
            raise c.refuse(f"`{name}()`", node)
        return handler(c, node)
    if binding.kind == "math":
        return math_call(c, binding.name, node)
    if binding.kind == "collections":
        return make(c, binding.name, node)
    if binding.kind == "named":
        return make_named(c, binding.value, node)
    if binding.kind == "helper" and binding.node is not None and binding.resolve is not None:
        key = ("helper", name, binding.node.lineno, binding.node.col_offset)
        return call_function(c, Callee(key, name, binding.node, binding.resolve), node)
    if binding.kind == "action":
        return _call_action(c, binding.name or name, node)
    raise c.refuse(binding.why or f"a call of `{name}`", node)


def _call_action(c: Body, name: str, node: ast.Call) -> Value:
    """Another action, as a part of this one."""
    callback = c.unit.spec.actions.get(name)
    if callback is None or callback.node is None:
        raise c.refuse(f"a call of the action `{name}`", node)
    if callback.side == "server":
        raise c.refuse(f"a call of the action `{name}`, which is marked for the server", node)
    return call_function(c, Callee(("action", name), name, callback.node, callback.resolve), node)


def _call_attribute(c: Body, func: ast.Attribute, node: ast.Call) -> Value:
    base = binding_of(c, func.value)
    if base.kind == "self":
        binding = binding_of(c, func)
        if func.attr in OPERATIONS and binding.kind not in ("action", "helper"):
            return _operation(c, func.attr, node)
        return _call_binding(c, binding, func.attr, node)
    if base.kind == "state":
        return _state_method(c, func.attr, node)
    if base.kind == "props" and func.attr == "get":
        return props_get(c, node)
    if base.kind == "data":
        raise c.refuse("`data`", node)
    if isinstance(func.value, ast.Name) and base.kind == "builtin":
        return _unbound(c, func, node)
    if base.kind == "unknown" and base.why and isinstance(func.value, ast.Name):
        binding = binding_of(c, func)
        if binding.kind in ("math", "collections"):
            return _call_binding(c, binding, func.attr, node)
        raise c.refuse(base.why, node)
    return method(c, c.expression(func.value), func.attr, node)


def _unbound(c: Body, func: ast.Attribute, node: ast.Call) -> Value:
    """`str.upper(text)`, `dict.fromkeys(…)`."""
    if isinstance(func.value, ast.Name) and func.value.id == "str" and node.args:
        target = c.expression(node.args[0])
        if target.type is STR:
            rest = ast.Call(func, node.args[1:], node.keywords)
            return text_method(c, target, func.attr, ast.copy_location(rest, node))
    if isinstance(func.value, ast.Name) and (func.value.id, func.attr) == ("dict", "fromkeys"):
        return fromkeys(c, node)
    raise c.refuse(f"`{ast.unparse(func)}()`", node)


def method(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    """A method of a value, by the type of the value."""
    if target.type is NEVER:
        return target
    if target.type is STR:
        return text_method(c, target, name, node)
    if name in ONLY_OF_TEXTS and may_be(target.type, STR):
        return text_method(c, taken_as(c, target, STR), name, node)
    if target.type is ANY:
        return any_method(c, target, name, node)
    if target.type in (FLOAT, INT, NUM, BOOL, NONE):
        return float_method(c, target, name, node)
    match c.store.outline(target.type):
        case ListOf():
            return list_method(c, target, name, node)
        case Record() | DictOf():
            return _dict(c, target, name, node)
        case NamedOf() if name == "_replace":
            return replaced(c, target, node)
        case TupleOf() | LongTuple():
            return tuple_method(c, target, name, node)
        case SetOf():
            return set_method(c, target, name, node)
    raise c.refuse(f"{describe(node)} of {c.store.describe(target.type)}", node)


def _dict(c: Body, target: Value, name: str, node: ast.Call) -> Value:
    if name in ("keys", "values", "items"):
        raise c.refuse(f"{describe(node)} that is kept", node)
    if isinstance(c.store.outline(target.type), DefaultOf):
        found = counter_method(c, target, name, node)
        if found is not None:
            return found
    return dict_method(c, target, name, node)


def _operation(c: Body, name: str, node: ast.Call) -> Value:
    """`self.add("count", 2)` and its like: what they do to the field."""
    given = Arguments(c, node, ("value",) if name != "toggle" else ())
    given.count(1, 1 if name == "toggle" else 2)
    first = given.args[0]
    field = first.value if isinstance(first, ast.Constant) else None
    if not isinstance(field, str) or field not in c.unit.fields:
        which = f"`{field}`, which is not declared" if isinstance(field, str) else "a field that is computed"
        raise c.refuse(f"{describe(node)} of {which}", node)
    if name == "set":
        value = given.value(1, "value")
        if value is None:
            raise c.refuse("`.set()` without a value", node)
        return write_field(c, field, value, node)
    if name == "toggle":
        return write_field(c, field, negated(test(c, read_field(c, field))), node)
    value = given.value(1, "value") or constant(1)
    if not value.pure:
        raise c.refuse(f"{describe(node)} with a value that has effects", node)
    old = read_field(c, field)
    if old.type not in (BOOL, INT, FLOAT, NUM, STR, NEVER):
        raise c.refuse(f"{describe(node)} of {c.store.describe(old.type)}", node)
    return write_field(c, field, operate(c, "+" if name == "add" else "-", old, value, node), node)


def _state_method(c: Body, name: str, node: ast.Call) -> Value:
    constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
    if name == "get" and constants and len(constants) == len(node.args) and not node.keywords:
        field = constants[0]
        if isinstance(field, str) and field in c.unit.fields:
            return read_field(c, field)
    if name == "update":
        return _update(c, node)
    raise c.refuse(f"`state.{name}()`", node)


def _update(c: Body, node: ast.Call) -> Value:
    """`state.update({"a": 1}, b=2)`: all values first, then all fields."""
    pairs: list[tuple[object, ast.expr]] = []
    for one in node.args:
        if not isinstance(one, ast.Dict) or not all(isinstance(k, ast.Constant) for k in one.keys):
            raise c.refuse("`state.update()` with a dict that is not written out", node)
        names = [k.value for k in one.keys if isinstance(k, ast.Constant)]
        pairs += zip(names, one.values, strict=True)
    pairs += [(one.arg, one.value) for one in node.keywords]
    if len(node.args) > 1 or any(name not in c.unit.fields for name, _ in pairs):
        raise c.refuse("`state.update()` of a field that is not declared", node)
    texts: list[str] = []
    values: list[Value] = []
    for _, expression in pairs:
        value = c.expression(expression)
        if len(pairs) > 1 and value.js != constant_js(value):
            held = c.temporary()
            texts.append(f"{held} = {value.at(ASSIGN)}")
            value = Value(held, value.type, span=value.span, pure=True, simple=True)
        values.append(value)
    for (name, _), value in zip(pairs, values, strict=True):
        texts.append(write_field(c, str(name), value, node).js)
    return Value(", ".join(texts) or "null", NONE, ASSIGN - 1, void=True)


def constant_js(value: Value) -> str | None:
    """The text of a literal; None for what is computed."""
    return value.js if value.simple and isinstance(value.constant, bool | int | float | str | None) else None
