"""Loops: `for`, `while`, `break`, `continue`, and `else` of loops."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from moon_spa.analysis.body import Body, Env, Loop
from moon_spa.analysis.iteration import Source, check_unchanged, iteration, moment
from moon_spa.analysis.names import mentions, own_nodes, stored_name
from moon_spa.analysis.narrowing import narrowed
from moon_spa.analysis.operators import condition
from moon_spa.analysis.unpacking import is_nested, unpacked
from moon_spa.analysis.values import Missing
from moon_spa.analysis.variables import hoist, receive
from moon_spa.source import all_nodes
from moon_spa.types import NEVER, TupleOf, Type

MOST_ROUNDS = 20
"""Types of variables that are not settled after so many rounds never are."""


def for_node(c: Body, node: ast.For) -> None:
    """`for target in items:`."""
    source = iteration(c, node.iter)
    since = moment(c)
    local = _is_local(c, node)
    whole = source
    source = unpacked(c, whole, node.target)
    if source is not whole and is_nested(node.target) and c.guards and not local:
        raise c.refuse("unpacking parts of parts inside of `try`", node)
    if not local:
        for one in ast.walk(node.target):
            if isinstance(one, ast.Name):
                hoist(c, one.id)

    def one_round() -> None:
        after: list[str] = []
        head = _head(c, node, source, local, after)
        c.write(f"{head} {{")
        with c.indented():
            for line in after:
                c.write(line)
            c.block(node.body)
        c.write("}")

    _loop(c, node, one_round, lambda env: env)
    check_unchanged(c, source, since, node)


def _head(c: Body, node: ast.For, source: Source, local: bool, after: list[str]) -> str:
    """The head of the loop; `after` gets what its body begins with."""
    target = node.target
    if local and source.limits and isinstance(target, ast.Name):
        receive(c, target.id, source.item, source.span, node)
        start, stop = source.limits
        js = c.locals[target.id]
        if stop.constant is not Missing:
            return f"for (let {js} = {start.js}; {js} < {stop.js}; {js}++)"
        end = c.unit.names.fresh("stop")
        return f"for (let {js} = {start.js}, {end} = {stop.js}; {js} < {end}; {js}++)"
    pattern = _pattern(c, target, source.item, source.span, node)
    if local:
        return f"for (const {pattern} of {source.js})"
    if isinstance(target, ast.Name) and target.id not in c.shared:
        return f"for ({pattern} of {source.js})"
    held = c.unit.names.fresh("item")
    after.append(f"{pattern} = {held};")
    return f"for (const {held} of {source.js})"


def _pattern(c: Body, target: ast.expr, found: Type, span: tuple[int, int] | None, node: ast.AST) -> str:
    """The variables of the loop as a JavaScript pattern."""
    if isinstance(target, ast.Name):
        receive(c, target.id, found, span, node)
        return c.locals[target.id]
    if isinstance(target, ast.Tuple | ast.List):
        if found is NEVER:
            found = TupleOf((NEVER,) * len(target.elts))
        if isinstance(found, TupleOf) and len(found.items) == len(target.elts):
            parts = [
                _pattern(c, one, kind, None, node) for one, kind in zip(target.elts, found.items, strict=True)
            ]
            return f"[{', '.join(parts)}]"
    raise c.refuse("unpacking in a loop", node)


def _is_local(c: Body, node: ast.For) -> bool:
    """Whether the variables of a loop live inside of it, and only the loop assigns them."""
    names = [one.id for one in all_nodes(node.target) if isinstance(one, ast.Name)]
    if len(set(names)) != len(names) or any(name in c.shared or name in c.declared for name in names):
        return False
    inside = [one for part in node.body for one in (part, *own_nodes(part))]
    if not {stored_name(one) for one in inside}.isdisjoint(names):
        return False
    within = [one for part in (node.target, *node.body) for one in all_nodes(part)]
    return mentions(c.store.scans.of(c.node).nodes, names) == mentions(within, names)


def while_node(c: Body, node: ast.While) -> None:
    """`while test:`."""
    forever = isinstance(node.test, ast.Constant) and bool(node.test.value)

    def one_round() -> None:
        test = condition(c, node.test)
        c.loops[-1].ends = None if forever else c.env
        c.env = narrowed(c, c.env, node.test, True)
        c.write(f"while ({test.js}) {{")
        with c.indented():
            c.block(node.body)
        c.write("}")

    def ended(env: Env | None) -> Env | None:
        return narrowed(c, env, node.test, False)

    _loop(c, node, one_round, ended, is_while=True)


def _loop(
    c: Body,
    node: ast.For | ast.While,
    one_round: Callable[[], None],
    ended: Callable[[Env | None], Env | None],
    is_while: bool = False,
) -> None:
    """Compile the loop again and again until one round adds nothing to what is known at its head."""
    head = c.env
    flag = _flag(c, node)
    for _ in range(MOST_ROUNDS):
        names, hoisted, helpers = c.unit.names.mark(), dict(c.hoisted), set(c.unit.helpers)
        declared, counter = set(c.declared), c.unit.counter
        functions = dict(c.unit.functions), list(c.unit.written), list(c.functions)
        loop = Loop(flag=flag)
        c.loops.append(loop)
        c.env = head
        with c.apart() as lines:
            one_round()
        c.loops.pop()
        again = c.env
        for env in loop.repeats:
            again = c.merge(again, env)
        new = _widened(head, c.merge(head, again))
        if new == head:
            break
        c.unit.names.reset(names)
        c.unit.counter = counter
        c.hoisted, c.declared, c.unit.helpers = hoisted, declared, helpers
        c.unit.functions, c.unit.written, c.functions = functions
        head = new
    else:
        raise c.refuse("a loop in which the types of variables never settle", node)
    c.lines += lines
    _after(c, node, loop, loop.ends if is_while else head, ended)


def _flag(c: Body, node: ast.For | ast.While) -> str:
    """The variable that tells whether the loop has ended by itself; only an `else` asks."""
    if not node.orelse or not any(isinstance(one, ast.Break) for one in ast.walk(node)):
        return ""
    flag = c.temporary("completed")
    c.write(f"{flag} = true;")
    return flag


def _after(
    c: Body,
    node: ast.For | ast.While,
    loop: Loop,
    end: Env | None,
    ended: Callable[[Env | None], Env | None],
) -> None:
    c.env = ended(end)
    if node.orelse and loop.flag:
        c.write(f"if ({loop.flag}) {{")
        with c.indented():
            c.block(node.orelse)
        c.write("}")
    elif node.orelse:
        c.block(node.orelse)
    for env in loop.leaves:
        c.env = c.merge(c.env, env)


def _widened(old: Env | None, new: Env | None) -> Env | None:
    """Bounds of ints that a round has moved are given up: the next round would move them again."""
    if old is None or new is None:
        return new
    found = dict(new)
    for name, known in new.items():
        before = old.get(name)
        if before is not None and before.span != known.span:
            found[name] = replace(known, span=None)
    return found


def break_node(c: Body, node: ast.Break) -> None:
    """`break`."""
    loop = c.loops[-1]
    if loop.flag:
        c.write(f"{loop.flag} = false;")
    c.write("break;")
    if c.env is not None:
        loop.leaves.append(c.env)
    c.env = None


def continue_node(c: Body, node: ast.Continue) -> None:
    """`continue`."""
    c.write("continue;")
    if c.env is not None:
        c.loops[-1].repeats.append(c.env)
    c.env = None
