"""Expressions of templates in JavaScript: the one place where templates use the compiler of actions."""

from __future__ import annotations

import ast
import builtins
import json
from collections.abc import Callable, Mapping

from moon_spa import artefact
from moon_spa.analysis.body import Body, Tables, Unit
from moon_spa.analysis.calls import call_node, method
from moon_spa.analysis.convert import SCALARS, descriptor, to_slot
from moon_spa.analysis.names import Names, place
from moon_spa.analysis.store import Store
from moon_spa.analysis.tables import EXPRESSIONS, STATEMENTS
from moon_spa.analysis.unprovable import Clash, Unprovable
from moon_spa.analysis.values import Value, call
from moon_spa.javascript import text
from moon_spa.spec import Binding, ComponentSpec, Expr
from moon_spa.templates.expressions import FUNCTIONS, METHODS
from moon_spa.types import ANY, FLOAT, NUM, STR, ListOf, TupleOf, Type, mapped

PASSES = 10
"""How often an expression is compiled until its types no longer grow."""

VIEWS: Mapping[str, Type] = {"items": TupleOf((ANY, ANY)), "keys": ANY, "values": ANY}
"""Methods of a dict that give its parts, with the type of one part where nothing is known of the dict."""

TEXT_METHODS = METHODS - {*VIEWS, "count", "get", "index", "is_integer"}
"""Methods that texts have alone."""

_RESERVED = ("s", "l", "e", "$")


class NotCompiledError(Exception):
    """An expression whose value in the browser cannot be shown to equal Python's."""


class Emitter:
    """Compiles the expressions of one template; `helpers` are those that it has called."""

    def __init__(self) -> None:
        self.helpers: set[str] = set()

    def emit(self, node: ast.expr, names: Mapping[str, Expr], boxed: bool = False) -> Expr:
        """An expression; `boxed` as a value of any type. Raises NotCompiledError."""
        try:
            found = _compiled(node, names, boxed)
        except (Unprovable, Clash) as first:
            try:
                found = _compiled(node, _loose(names), boxed)
            except (Unprovable, Clash):
                raise NotCompiledError(str(first)) from first
        self.helpers |= found.uses
        return found


def _compiled(node: ast.expr, names: Mapping[str, Expr], boxed: bool) -> Expr:
    """The expression, with the types that the names have."""
    store = Store()
    for _ in range(PASSES):
        reads = store.watch()
        body = _body(node, names, store)
        value = body.expression(node)
        if boxed:
            value = _boxed(body, value)
        if not store.stale(reads):
            break
    return Expr(_function(body, value), store.plain(value.type), frozenset(body.unit.helpers))


def _loose(names: Mapping[str, Expr]) -> dict[str, Expr]:
    """The names as values of any type: what they are is looked at when the page runs."""
    found = {}
    for name, known in names.items():
        kind = json.dumps(artefact.descriptor(known.type))
        uses = known.uses | {"to_any"}
        found[name] = known if known.type is ANY else Expr(f"__moon.to_any({known.js}, {kind})", ANY, uses)
    return found


def _body(node: ast.expr, names: Mapping[str, Expr], store: Store) -> Body:
    """A function that consists of the expression."""
    unit = Unit("template", ComponentSpec("template", ""), store, _tables(), Names(_RESERVED))
    return Body(unit, _resolver(names), node, "template")


def _resolver(names: Mapping[str, Expr]) -> Callable[[str], Binding]:
    def resolve(name: str) -> Binding:
        if name in names:
            return Binding("value", expr=names[name], name=name)
        if name in FUNCTIONS:
            return Binding("builtin", getattr(builtins, name), name=name)
        return Binding("unknown", name=name, why=f"`{name}`")

    return resolve


def _boxed(body: Body, value: Value) -> Value:
    """A value where any value may be: floats that are whole numbers say that they are floats."""
    if value.type in SCALARS:
        return to_slot(body, value, ANY)
    if not _has_float(body.store.plain(value.type)):
        return value.typed(ANY)
    return call(body.helper("to_any"), value, descriptor(body, value.type), result=ANY)


def _has_float(found: Type) -> bool:
    parts: list[Type] = []

    def note(part: Type) -> Type:
        parts.append(part)
        return part

    mapped(found, note)
    return found in (FLOAT, NUM) or any(map(_has_float, parts))


def _call(c: Body, node: ast.Call) -> Value:
    """A call; methods that only texts or only dicts have say of what type a value has to be."""
    if not isinstance(node.func, ast.Attribute):
        return call_node(c, node)
    name = node.func.attr
    target = c.expression(node.func.value)
    if target.type is not ANY:
        return method(c, target, name, node)
    if name in VIEWS and not node.args and not node.keywords:
        owner = call(c.helper("dict_a"), target, text(name), result=ANY)
        found = c.store.intern(("view", place(node)), ListOf(VIEWS[name]), constant=True)
        return call(c.helper(f"dict_{name}"), owner, result=found)
    if name in TEXT_METHODS:
        target = call(c.helper("text_a"), target, text(name), result=STR)
    return method(c, target, name, node)


def _tables() -> Tables:
    handlers: dict[type[ast.expr], Callable[..., Value]] = {**EXPRESSIONS, ast.Call: _call}
    return Tables(handlers, STATEMENTS)


def _function(body: Body, value: Value) -> str:
    """The text of the value, with the variables and lines that it needs."""
    if not body.hoisted and not body.lines:
        return value.js
    declared = f"let {', '.join(body.hoisted)}; " if body.hoisted else ""
    lines = "".join(f"{line.text} " for line in body.lines)
    return f"(() => {{ {declared}{lines}return {value.js}; }})()"
