"""One expression on its own, as templates have them: its names are given with their types."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from moon_spa.analysis.body import Body, Tables, Unit
from moon_spa.analysis.calls import call_node, method
from moon_spa.analysis.convert import SCALARS, descriptor, to_slot
from moon_spa.analysis.names import Names
from moon_spa.analysis.store import Store
from moon_spa.analysis.tables import EXPRESSIONS, STATEMENTS
from moon_spa.analysis.textmethods import ONLY_OF_TEXTS
from moon_spa.analysis.unprovable import Clash, Unprovable
from moon_spa.analysis.values import Value, call
from moon_spa.javascript import text
from moon_spa.spec import Binding, ComponentSpec, Expr
from moon_spa.types import ANY, FLOAT, NUM, STR, holds

MOST_PASSES = 10
"""How often an expression is compiled until its types no longer grow."""

CallHandler = Callable[[Body, ast.Call], Value]


def compile_expression(
    node: ast.expr,
    env: Mapping[str, Expr],
    functions: Collection[str] = (),
    calls: CallHandler | None = None,
    reserved: Iterable[str] = (),
    boxed: bool = False,
    constants: Mapping[str, Binding] = MappingProxyType({}),
) -> Expr:
    """The JavaScript of a Python expression over the names of `env`, with its type and its helpers.

    `functions` are the builtins that it may call, `calls` compiles calls where they mean something else,
    `reserved` are JavaScript names that its own variables must not take. With `boxed` the value is one of any
    type. `constants` are names with a value. Raises Unprovable.
    """
    try:
        return _compiled(node, _resolver(env, functions, constants), _tables(calls), tuple(reserved), boxed)
    except Clash as clash:
        raise Unprovable(str(clash), getattr(node, "lineno", 0)) from clash


def _compiled(
    node: ast.expr, resolve: Callable[[str], Binding], tables: Tables, reserved: tuple[str, ...], boxed: bool
) -> Expr:
    store = Store()
    for _ in range(MOST_PASSES):
        reads = store.watch()
        unit = Unit("expression", ComponentSpec("expression", ""), store, tables, Names(reserved))
        body = Body(unit, resolve, node, "expression")
        value = body.expression(node)
        if boxed:
            value = _boxed(body, value)
        if not store.stale(reads):
            break
    return Expr(_text(body, value), store.plain(value.type), frozenset(unit.helpers))


def strict_call(c: Body, node: ast.Call) -> Value:
    """A call; a method that texts or dicts alone have says that a value of unknown type has to be one."""
    if not isinstance(node.func, ast.Attribute):
        return call_node(c, node)
    name, target = node.func.attr, c.expression(node.func.value)
    if target.type is ANY and name in ONLY_OF_TEXTS:
        target = call(c.helper("text_a"), target, text(name), result=STR)
    elif target.type is ANY and name == "get":
        target = call(c.helper("dict_a"), target, text(name), result=ANY)
    return method(c, target, name, node)


def _resolver(
    env: Mapping[str, Expr], functions: Collection[str], constants: Mapping[str, Binding]
) -> Callable[[str], Binding]:
    def resolve(name: str) -> Binding:
        if name in constants:
            return constants[name]
        if name in env:
            return Binding("value", expr=env[name], name=name)
        if name in functions:
            return Binding("builtin", getattr(builtins, name), name=name)
        return Binding("unknown", name=name, why=f"`{name}`")

    return resolve


def _tables(calls: CallHandler | None) -> Tables:
    handlers: dict[type[ast.expr], Callable[..., Value]] = {**EXPRESSIONS}
    if calls is not None:
        handlers[ast.Call] = calls
    return Tables(handlers, STATEMENTS)


def _boxed(body: Body, value: Value) -> Value:
    """A value where any value may be: floats that are whole numbers say that they are floats."""
    if value.type in SCALARS:
        return to_slot(body, value, ANY)
    plain = body.store.plain(value.type)
    if not holds(plain, FLOAT) and not holds(plain, NUM):
        return value.typed(ANY)
    if value.boxed:
        return Value(value.boxed, ANY)
    return call(body.helper("to_any"), value, descriptor(body, value.type), result=ANY)


def _text(body: Body, value: Value) -> str:
    """The text of the value, with the variables and lines that it needs."""
    if not body.hoisted and not body.lines:
        return value.js
    declared = f"let {', '.join(body.hoisted)}; " if body.hoisted else ""
    lines = "".join(f"{line.text} " for line in body.lines)
    return f"(() => {{ {declared}{lines}return {value.js}; }})()"
