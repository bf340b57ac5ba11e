"""`raise`, `try`, `assert`."""

from __future__ import annotations

import ast
import builtins

from moon_spa.analysis.body import Body, Env
from moon_spa.analysis.functions import leave
from moon_spa.analysis.keys import note_stop
from moon_spa.analysis.names import stored_name
from moon_spa.analysis.narrowing import narrowed
from moon_spa.analysis.operators import condition
from moon_spa.analysis.state import binding_of, is_local
from moon_spa.analysis.store import Caught
from moon_spa.analysis.values import negated
from moon_spa.javascript import text as quote
from moon_spa.source import all_nodes
from moon_spa.types import BOOL, INT, NEVER, NONE, STR

JUMPS = (ast.Return, ast.Break, ast.Continue)


def exception_name(c: Body, node: ast.expr) -> str:
    """The name of a builtin exception."""
    if isinstance(node, ast.Name) and not is_local(c, node.id) and binding_of(c, node).kind == "builtin":
        found = getattr(builtins, node.id, None)
        if isinstance(found, type) and issubclass(found, Exception):
            if found is StopIteration:
                note_stop(c)
            return found.__name__
    raise c.refuse(f"the exception `{ast.unparse(node)}`", node)


def raise_node(c: Body, node: ast.Raise) -> None:
    """`raise ValueError("text")`, and `raise` in a handler."""
    if node.cause is not None and not (isinstance(node.cause, ast.Constant) and node.cause.value is None):
        raise c.refuse("`raise … from`", node)
    if node.exc is None:
        if not c.caught:
            raise c.refuse("`raise` outside of a handler", node)
        c.write(f"throw {c.caught[-1]};")
    elif isinstance(node.exc, ast.Name) and is_local(c, node.exc.id):
        value = c.expression(node.exc)
        if not isinstance(value.type, Caught):
            raise c.refuse("`raise` of a variable", node)
        c.write(f"throw {value.js};")
    else:
        c.write(f"throw {_raised(c, node.exc)};")
    c.env = None


def _raised(c: Body, node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return f"{c.helper('error')}({quote(exception_name(c, node))})"
    if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
        raise c.refuse("an exception with these arguments", node)
    name = exception_name(c, node.func)
    return _error(c, name, node.args)


def _error(c: Body, name: str, arguments: list[ast.expr]) -> str:
    values = [c.expression(one) for one in arguments]
    if any(one.type not in (STR, INT, BOOL, NONE, NEVER) for one in values):
        raise c.refuse("an exception with arguments that are no texts or ints", arguments[0])
    return f"{c.helper('error')}({', '.join([quote(name), *(one.js for one in values)])})"


def assert_node(c: Body, node: ast.Assert) -> None:
    """`assert test, message`."""
    test = negated(condition(c, node.test))
    start = c.env
    c.env = narrowed(c, start, node.test, False)
    error = _error(c, "AssertionError", [node.msg] if node.msg else [])
    c.env = narrowed(c, start, node.test, True)
    c.write(f"if ({test.js}) throw {error};")


def try_node(c: Body, node: ast.Try) -> None:
    """`try: … except … else: … finally: …`."""
    if not node.finalbody:
        _handled(c, node)
        return
    for part in node.finalbody:
        if any(isinstance(one, JUMPS) for one in all_nodes(part)):
            raise c.refuse("`return`, `break` or `continue` in `finally`", part)
    seen: list[Env] = [c.env] if c.env is not None else []
    c.guards.append(seen)
    c.write("try {")
    with c.indented():
        _handled(c, node)
    c.guards.pop()
    c.write("} finally {")
    normal = c.env
    general = normal
    for env in seen:
        general = c.merge(general, env)
    c.env = general
    with c.indented():
        c.block(node.finalbody)
    c.write("}")
    if normal is None or c.env is None or general is None:
        c.env = None
        return
    after = {}
    for name, known in c.env.items():
        kept = general.get(name) == known
        if not kept:
            after[name] = known
        elif name in normal:
            after[name] = normal[name]
    c.env = after


def _handled(c: Body, node: ast.Try) -> None:
    """The part of a `try` before its `finally`."""
    if not node.handlers:
        c.block([*node.body, *node.orelse])
        return
    flag = c.temporary("passed") if node.orelse else ""
    if flag:
        c.write(f"{flag} = false;")
    seen: list[Env] = [c.env] if c.env is not None else []
    c.guards.append(seen)
    c.write("try {")
    with c.indented():
        c.block(node.body)
        if flag and c.env is not None:
            c.write(f"{flag} = true;")
    c.guards.pop()
    passed = c.env
    error = c.unit.names.fresh("error")
    c.write(f"}} catch ({error}) {{")
    with c.indented():
        ends = _handlers(c, node.handlers, error, seen)
    c.write("}")
    c.env = passed
    if flag and passed is not None:
        c.write(f"if ({flag}) {{")
        with c.indented():
            c.block(node.orelse)
        c.write("}")
    for end in ends:
        c.env = c.merge(c.env, end)


def _handlers(c: Body, handlers: list[ast.ExceptHandler], error: str, seen: list[Env]) -> list[Env | None]:
    """The handlers one after the other; what none of them takes is thrown on."""
    start: Env | None = None
    for env in seen:
        start = c.merge(start, env)
    ends: list[Env | None] = []
    around = c.line
    for i, handler in enumerate(handlers):
        c.line = handler.lineno
        names = _names(c, handler)
        test = f"{c.helper('caught')}({error}, [{', '.join(map(quote, names))}])"
        c.write(f"{'} else ' if i else ''}if ({test}) {{")
        with c.indented():
            c.env = start
            _handler(c, handler, error)
        ends.append(c.env)
    c.line = around
    c.write("} else {")
    with c.indented():
        c.write(f"throw {error};")
    c.write("}")
    return ends


def _names(c: Body, handler: ast.ExceptHandler) -> list[str]:
    if handler.type is None:
        return ["BaseException"]
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [exception_name(c, one) for one in nodes]


def _handler(c: Body, handler: ast.ExceptHandler, error: str) -> None:
    kept = None
    if handler.name:
        if (
            handler.name in c.shared
            or handler.name not in c.locals
            or any(
                stored_name(one) == handler.name and not isinstance(one, ast.ExceptHandler)
                for one in all_nodes(c.node)
            )
        ):
            raise c.refuse(f"assigning `{handler.name}`, the name of an exception", handler)
        kept = c.scoped
        c.scoped = {**c.scoped, handler.name: (f"{handler.name}#{error}", error)}
        c.set(f"{handler.name}#{error}", Caught())
    c.caught.append(error)
    c.block(handler.body)
    c.caught.pop()
    if kept is not None:
        c.scoped = kept


def return_node(c: Body, node: ast.Return) -> None:
    """`return value`."""
    leave(c, None if node.value is None else c.expression(node.value))
    c.env = None
