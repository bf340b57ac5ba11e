"""Functions inside an action: local helpers, and actions that it calls; they share its draft of the state."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from moon_spa.analysis.body import Body, Line, Local, Unit
from moon_spa.analysis.convert import constant, to_slot
from moon_spa.analysis.names import Scan, parameters, place
from moon_spa.analysis.unprovable import Unprovable
from moon_spa.analysis.values import ASSIGN, Value
from moon_spa.spec import PATCH, Binding, Function
from moon_spa.types import ANY, NEVER, NONE, DictOf, Record, Type, members

DEEPEST = 40
"""Functions that call each other may do so to this depth."""


DEEPEST_CALL = 500
"""A function that calls itself more often goes on on the server, where Python's own limit holds."""


@dataclass(frozen=True)
class Callee:
    """A function that is called: its source, and where its names are looked up."""

    key: Hashable
    name: str
    node: Function
    resolve: Callable[[str], Binding]
    outer: Body | None = None


def own_parameters(node: Function, resolve: Callable[[str], Binding]) -> list[ast.arg]:
    """Parameters but for `self`."""
    found = parameters(node.args)
    return found[1:] if found and resolve(found[0].arg).kind == "self" else found


def call_function(c: Body, callee: Callee, node: ast.Call) -> Value:
    """A call of a function that becomes part of the action."""
    values = _arguments(c, callee, node)
    _check_captured(c, callee, node)
    texts = []
    for one in own_parameters(callee.node, callee.resolve):
        value = values[one.arg]
        slot = c.store.learn(("parameter", c.unit.key, callee.key, one.arg), value.type)
        texts.append(to_slot(c, value, slot).at(ASSIGN))
    js = _compiled(c, callee, node)
    c.forget_state()
    if c.store.noted(("changes", c.unit.key, callee.key)):
        c.unit.changes += 1
    result = c.store.known(("result", c.unit.key, callee.key))
    return Value(f"{js}({', '.join(texts)})", result)


def _arguments(c: Body, callee: Callee, node: ast.Call) -> dict[str, Value]:
    """The values of all parameters, evaluated as Python does."""
    arguments = callee.node.args
    if arguments.vararg or arguments.kwarg:
        raise c.refuse(f"`*` in the parameters of `{callee.name}`", node)
    names = own_parameters(callee.node, callee.resolve)
    positional = [one for one in names if one not in arguments.kwonlyargs]
    if any(isinstance(one, ast.Starred) for one in node.args) or len(node.args) > len(positional):
        raise c.refuse(f"a call of `{callee.name}` with these arguments", node)
    given = {one.arg: c.expression(value) for one, value in zip(positional, node.args, strict=False)}
    for keyword in node.keywords:
        known = any(keyword.arg == one.arg for one in names if one not in arguments.posonlyargs)
        if keyword.arg is None or keyword.arg in given or not known:
            raise c.refuse(f"a call of `{callee.name}` with these arguments", node)
        given[keyword.arg] = c.expression(keyword.value)
    order = [one.arg for one in names if one.arg in given]
    if order != list(given) and not all(value.pure for value in given.values()):
        raise c.refuse(f"arguments of `{callee.name}` in another order than its parameters", node)
    defaults = default_values(c, callee)
    for one in names:
        if one.arg not in given and one.arg not in defaults:
            raise c.refuse(f"a call of `{callee.name}` without `{one.arg}`", node)
    return {one.arg: given.get(one.arg) or defaults[one.arg] for one in names}


def default_values(c: Body, callee: Callee) -> dict[str, Value]:
    """Defaults of parameters, which are constants."""
    arguments = callee.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    pairs += [
        (one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value
    ]
    found = {}
    for one, value in pairs:
        try:
            known = ast.literal_eval(value)
        except ValueError:
            known = Ellipsis
        if not isinstance(known, bool | int | float | str | None):
            raise c.refuse(f"the default of `{one.arg}`", value)
        found[one.arg] = constant(known)
    return found


def _check_captured(c: Body, callee: Callee, node: ast.AST) -> None:
    """The variables that a nested function reads must have values when it is called."""
    owner = callee.outer
    pending, seen = [callee.node], set()
    while owner is not None and pending:
        function = pending.pop()
        own = owned(c.store.scans.of(function))
        for one in ast.walk(function):
            if not isinstance(one, ast.Name) or one.id in seen or (one.id in c.locals and owner is not c):
                continue
            seen.add(one.id)
            if one.id in owner.callables:
                pending += [part for part in owner.callables[one.id].values if isinstance(part, ast.Lambda)]
            elif one.id in owner.nested:
                pending.append(owner.nested[one.id])
            elif one.id in owner.shared and one.id in owner.locals and one.id not in own:
                known = owner.get(one.id)
                inner = any(one.id == parameter.arg for parameter in parameters(function.args))
                if not inner and (known is None or known.maybe):
                    raise c.refuse(f"the variable `{one.id}`, which may have no value", node)


def _compiled(c: Body, callee: Callee, node: ast.AST) -> str:
    """The JavaScript name of a function, which is compiled once per pass."""
    unit = c.unit
    if callee.key in unit.open:
        unit.store.note(("recursive", unit.key, callee.key))
    if callee.key in unit.functions:
        return unit.functions[callee.key]
    if isinstance(callee.node, ast.AsyncFunctionDef):
        raise c.refuse("an async function", node)
    if unit.depth > DEEPEST:
        raise c.refuse("functions that call each other this deeply", node)
    js = unit.functions[callee.key] = unit.names.fresh(callee.name)
    unit.depth += 1
    unit.open.add(callee.key)
    changes = unit.changes
    body = open_body(unit, callee)
    names = own_parameters(callee.node, callee.resolve)
    for one in names:
        found = c.store.known(("parameter", unit.key, callee.key, one.arg))
        body.env = {**(body.env or {}), one.arg: Local(found)}
        if one.arg in body.shared:
            c.store.learn(("variable", body.key, one.arg), found)
        body.declared.add(one.arg)
    run(body)
    if changes != unit.changes:
        c.store.note(("changes", unit.key, callee.key))
    head = f"function {js}({', '.join(body.locals[one.arg] for one in names)}) {{"
    line = callee.node.lineno
    lines = finished(body)
    if unit.store.noted(("recursive", unit.key, callee.key)):
        lines = _counted(unit, lines, line)
    written = unit.written if callee.outer is None else callee.outer.functions
    written += [Line(0, head, line), *map(indent, lines), Line(0, "}", line)]
    unit.depth -= 1
    unit.open.discard(callee.key)
    return js


def _counted(unit: Unit, lines: list[Line], source: int) -> list[Line]:
    """A function that calls itself: how deep Python would go is for Python to say."""
    unit.counter = unit.counter or unit.names.fresh("depth")
    unit.helpers.add("bail")
    check = f'if (++{unit.counter} > {DEEPEST_CALL}) __moon.bail("a recursion this deep");'
    return [
        Line(0, "try {", source),
        Line(1, check, source),
        *map(indent, lines),
        Line(0, "} finally {", source),
        Line(1, f"{unit.counter}--;", source),
        Line(0, "}", source),
    ]


def open_body(unit: Unit, callee: Callee, entry: bool = False) -> Body:
    """A function before its first statement."""
    node = callee.node
    known = unit.store.scans.of(node)
    outside = _outside(callee, known)
    names = (
        [one.arg for one in parameters(node.args)] if isinstance(node, ast.Lambda | ast.FunctionDef) else []
    )
    variables = dict.fromkeys([*names, *(name for name in known.assigned if name not in outside)])
    found = {name: unit.names.fresh(name) for name in variables if callee.resolve(name).kind != "self"}
    return Body(
        unit,
        callee.resolve,
        node,
        (callee.key, place(node)),
        outer=callee.outer,
        locals=found,
        shared=known.shared,
        entry=entry,
        result=("result", unit.key, callee.key),
    )


def owned(known: Scan) -> set[str]:
    """The variables of a function that are its own."""
    outer = [one for one in known.own if isinstance(one, ast.Nonlocal)] if known.outer is not None else []
    return {*known.assigned}.difference(*(one.names for one in outer))


def _outside(callee: Callee, known: Scan) -> frozenset[str]:
    """The variables of functions around it that a function assigns; of `setup`, and globals, none are."""
    found: set[str] = set()
    for one in known.own if known.outer is not None else ():
        if isinstance(one, ast.Nonlocal) and all(_owner(callee.outer, name) for name in one.names):
            found.update(one.names)
        elif isinstance(one, ast.Global | ast.Nonlocal):
            raise Unprovable(f"`{type(one).__name__.lower()}`", one.lineno)
    return frozenset(found)


def _owner(body: Body | None, name: str) -> Body | None:
    """The function whose variable a name is."""
    while body is not None and name not in body.locals:
        body = body.outer
    return body


def run(body: Body) -> None:
    """Compile all statements of a function."""
    node = body.node
    if isinstance(node, ast.Lambda):
        leave(body, body.effect(node.body))
        return
    assert isinstance(node, ast.FunctionDef)
    body.block(node.body)
    if body.env is not None and not body.entry:
        body.store.learn(body.result, NONE)
        body.write("return null;")


def leave(body: Body, value: Value | None) -> None:
    """Write a return; that of the action itself only ends it."""
    found: Type = NONE if value is None else value.type
    if body.entry:
        _leave_action(body, value, found)
        return
    slot = body.store.learn(body.result, found)
    if value is not None and value.void:
        body.write(f"{value.js};")
    js = "null" if value is None or value.void else to_slot(body, value, slot).js
    body.write(f"return {js};")


def _leave_action(body: Body, value: Value | None, found: Type) -> None:
    if found is not NONE:
        is_result = all(map(_may_be_result, members(body.store.plain(found))))
        returned, remedy = "", ""
        if not is_result:
            returned, remedy = body.store.describe(found), " (the name of a helper begins with `_`)"
        raise Unprovable(f"a value that the action returns{remedy}", body.line or body.start, returned)
    if value is not None and not value.simple:
        body.write(f"{value.js};")
    if isinstance(body.node, ast.Lambda):
        return
    if any(body.store.noted(("drafted", body.unit.key, name)) for name in body.unit.fields):
        body.exits = True
        body.write("break done;")
    else:
        body.write("return;")


def _may_be_result(found: Type) -> bool:
    """Whether the bridge may take a value for what an action returns: nothing, or a patch."""
    if isinstance(found, Record):
        return PATCH.issuperset(key for key, _ in found.fields)
    return found in (ANY, NEVER, NONE) or isinstance(found, DictOf)


def finished(body: Body) -> list[Line]:
    """The lines of a function, with the variables that are declared at its top."""
    declared = [Line(0, f"let {', '.join(body.hoisted)};", body.start)] if body.hoisted else []
    return [*declared, *body.functions, *body.lines]


def indent(line: Line) -> Line:
    """The line one step deeper."""
    return Line(line.depth + 1, line.text, line.source)
