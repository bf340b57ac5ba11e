"""Functions given as arguments: `key=lambda item: item.price`, `key=str.lower`, `map(int, items)`."""

from __future__ import annotations

import ast
from typing import TypeVar

from moon_spa.analysis.body import Body
from moon_spa.analysis.state import binding_of, field_of, is_local
from moon_spa.analysis.values import ASSIGN, Value
from moon_spa.types import Type

Made = TypeVar("Made", bound=ast.expr)


def key_function(c: Body, node: ast.expr, item: Type) -> str:
    """A JavaScript function of one item, for sorts and extremes."""
    return arrow(c, node, item)[0]


def arrow(c: Body, node: ast.expr, item: Type) -> tuple[str, Value]:
    """``(item) => …`` and the value that it gives."""
    function = as_lambda(c, node)
    name, body = _one_item(c, function)
    kept_scope, kept_env, changes = c.scoped, c.env, c.unit.changes
    js = c.unit.names.fresh(name)
    c.scoped = {**c.scoped, name: (f"{name}#{js}", js)}
    c.set(f"{name}#{js}", item)
    value = c.expression(body)
    c.scoped = kept_scope
    c.env = kept_env
    if changes != c.unit.changes:
        raise c.refuse("a key function that changes something", node)
    result = f"({value.js})" if value.js.startswith("{") else value.at(ASSIGN)
    return f"({js}) => {result}", value


def as_lambda(c: Body, node: ast.expr) -> ast.Lambda:
    """The lambda that does what a named function does."""
    if isinstance(node, ast.Lambda):
        return node
    item = ast.Name("item", ast.Load())
    called: ast.expr
    if isinstance(node, ast.Name) and (
        is_local(c, node.id) or binding_of(c, node).kind in ("builtin", "helper", "math")
    ):
        called = ast.Call(node, [item], [])
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "str":
        called = ast.Call(ast.Attribute(item, node.attr, ast.Load()), [], [])
    elif isinstance(node, ast.Attribute) and (
        _is_variable(c, node.value) or field_of(c, node.value) or binding_of(c, node).kind == "math"
    ):
        called = ast.Call(node, [item], [])
    else:
        raise c.refuse("a function that is computed", node)
    arguments = ast.arguments([], [ast.arg("item")], None, [], [], None, [])
    return _placed(ast.Lambda(arguments, called), node)


def _is_variable(c: Body, node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (is_local(c, node.id) or binding_of(c, node).kind == "value")


def as_generator(c: Body, node: ast.expr) -> ast.GeneratorExp | None:
    """A generator, or the one that `map(f, items)` and `filter(f, items)` are; None for anything else."""
    if isinstance(node, ast.GeneratorExp):
        return _unstopped(c, node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        return None
    if node.func.id not in ("map", "filter") or binding_of(c, node.func).kind != "builtin":
        return None
    if len(node.args) != 2 or any(isinstance(one, ast.Starred) for one in node.args):
        return None
    function, items = node.args
    name, result = "item", function
    if node.func.id == "filter" and isinstance(function, ast.Constant) and function.value is None:
        result = ast.Name(name, ast.Load())
    else:
        name, result = _one_item(c, as_lambda(c, function))
    item, target = ast.Name(name, ast.Load()), ast.Name(name, ast.Store())
    is_map = node.func.id == "map"
    loop = ast.comprehension(target, items, [] if is_map else [result], 0)
    return _unstopped(c, _placed(ast.GeneratorExp(result if is_map else item, [loop]), node))


def as_iterator(c: Body, node: ast.expr) -> ast.GeneratorExp | None:
    """What `next` takes the first item of: a generator, `iter(items)` and its like; None for all else."""
    match node:
        case ast.Call(func=ast.Name(id="iter" | "enumerate" | "reversed" | "zip" as name) as func):
            if binding_of(c, func).kind != "builtin":
                return None
            if name == "iter" and len(node.args) == 1 and as_generator(c, node.args[0]) is not None:
                return as_generator(c, node.args[0])
            loop = ast.comprehension(ast.Name("item", ast.Store()), node, [], 0)
            return _placed(ast.GeneratorExp(ast.Name("item", ast.Load()), [loop]), node)
    return as_generator(c, node)


def note_stop(c: Body) -> None:
    """The action may raise StopIteration."""
    c.store.note(("stops", c.unit.key))


def _unstopped(c: Body, node: ast.GeneratorExp) -> ast.GeneratorExp:
    """A generator in which nothing raises StopIteration: Python makes another error of it, or the end."""
    if c.store.noted(("stops", c.unit.key)):
        first = node.generators[0]
        inside = [node.elt, first.target, *first.ifs, *node.generators[1:]]
        if any(isinstance(one, ast.Call) for part in inside for one in ast.walk(part)):
            raise c.refuse("a call in a generator, where StopIteration may be raised", node)
    return node


def _one_item(c: Body, function: ast.Lambda) -> tuple[str, ast.expr]:
    """The only parameter of a function, and what it returns."""
    arguments = function.args
    names = [one.arg for one in arguments.args]
    others = (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.posonlyargs)
    if len(names) != 1 or any(others):
        raise c.refuse("a function of anything but one item", function)
    return names[0], function.body


def _placed(made: Made, node: ast.AST) -> Made:
    """A made-up node where the one stands that it is for."""
    ast.copy_location(made, node)
    for one in ast.walk(made):
        if not hasattr(one, "lineno") and "lineno" in one._attributes:
            ast.copy_location(one, node)
    return made
