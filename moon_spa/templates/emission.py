"""Expressions of templates in JavaScript: the one place where templates use the compiler of actions."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping

from moon_spa import artefact
from moon_spa.analysis import Unprovable, compile_expression
from moon_spa.analysis.body import Body
from moon_spa.analysis.calls import call_node, method
from moon_spa.analysis.names import place
from moon_spa.analysis.values import Value, call
from moon_spa.javascript import text
from moon_spa.spec import Expr
from moon_spa.templates.expressions import FUNCTIONS, METHODS
from moon_spa.types import ANY, STR, ListOf, TupleOf, Type

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
        except Unprovable as first:
            try:
                found = _compiled(node, _loose(names), boxed)
            except Unprovable:
                raise NotCompiledError(first.construct) from first
        self.helpers |= found.uses
        return found


def _compiled(node: ast.expr, names: Mapping[str, Expr], boxed: bool) -> Expr:
    """The expression, with the types that the names have."""
    return compile_expression(node, names, FUNCTIONS, _call, _RESERVED, boxed)


def _loose(names: Mapping[str, Expr]) -> dict[str, Expr]:
    """The names as values of any type: what they are is looked at when the page runs."""
    found = {}
    for name, known in names.items():
        kind = json.dumps(artefact.descriptor(known.type))
        uses = known.uses | {"to_any"}
        found[name] = known if known.type is ANY else Expr(f"__moon.to_any({known.js}, {kind})", ANY, uses)
    return found


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
