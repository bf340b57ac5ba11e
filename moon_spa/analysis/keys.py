"""Functions given as arguments: `key=lambda item: item.price`, `key=len`, `key=str.lower`."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.state import binding_of, is_local
from moon_spa.analysis.values import ASSIGN, Value
from moon_spa.types import Type


def key_function(c: Body, node: ast.expr, item: Type) -> str:
    """A JavaScript function of one item, for sorts and extremes."""
    return arrow(c, node, item)[0]


def arrow(c: Body, node: ast.expr, item: Type) -> tuple[str, Value]:
    """``(item) => …`` and the value that it gives."""
    function = as_lambda(c, node)
    arguments = function.args
    names = [one.arg for one in arguments.args]
    if (
        len(names) != 1
        or arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.posonlyargs
    ):
        raise c.refuse("a function of anything but one item", node)
    kept_scope, kept_env, changes = c.scoped, c.env, c.unit.changes
    js = c.unit.names.fresh(names[0])
    c.scoped = {**c.scoped, names[0]: (f"{names[0]}#{js}", js)}
    c.set(f"{names[0]}#{js}", item)
    value = c.expression(function.body)
    c.scoped = kept_scope
    c.env = kept_env
    if changes != c.unit.changes:
        raise c.refuse("a key function that changes something", node)
    body = f"({value.js})" if value.js.startswith("{") else value.at(ASSIGN)
    return f"({js}) => {body}", value


def as_lambda(c: Body, node: ast.expr) -> ast.Lambda:
    """The lambda that does what a named function does."""
    if isinstance(node, ast.Lambda):
        return node
    item = ast.Name("item", ast.Load())
    called: ast.expr
    if isinstance(node, ast.Name) and (
        is_local(c, node.id) or binding_of(c, node).kind in ("builtin", "helper")
    ):
        called = ast.Call(node, [item], [])
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "str":
        called = ast.Call(ast.Attribute(item, node.attr, ast.Load()), [], [])
    else:
        raise c.refuse("a function that is computed", node)
    arguments = ast.arguments([], [ast.arg("item")], None, [], [], None, [])
    made = ast.copy_location(ast.Lambda(arguments, called), node)
    for one in ast.walk(made):
        if not hasattr(one, "lineno") and "lineno" in one._attributes:
            ast.copy_location(one, node)
    return made
