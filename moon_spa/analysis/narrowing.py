"""What a test says about the variables in it: `x is None`, `isinstance(x, str)`, `x`, `not …`, `… and …`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from moon_spa.analysis.body import Body, Env, Local
from moon_spa.analysis.state import field_of
from moon_spa.types import NEVER, NONE, Type, Union, members


def narrowed(c: Body, env: Env | None, node: ast.expr, holds: bool) -> Env | None:
    """The variables where the test `node` has turned out to be true (`holds`) or false."""
    if env is None:
        return None
    match node:
        case ast.UnaryOp(op=ast.Not()):
            return narrowed(c, env, node.operand, not holds)
        case ast.BoolOp(op=ast.And(), values=values) if holds:
            for value in values:
                env = narrowed(c, env, value, True)
            return env
        case ast.BoolOp(op=ast.Or(), values=values) if not holds:
            for value in values:
                env = narrowed(c, env, value, False)
            return env
        case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            return _keep(c, env, left, (lambda one: one is NONE) if holds else _some)
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[ast.Constant(value=None)]):
            return _keep(c, env, left, _some if holds else (lambda one: one is NONE))
        case ast.Name() | ast.Attribute() | ast.Subscript() if holds:
            return _keep(c, env, node, _some)
        case ast.NamedExpr(target=target) if holds:
            return _keep(c, env, target, _some)
    return env


def _some(one: Type) -> bool:
    return one is not NONE


def _keep(c: Body, env: Env, node: ast.expr, wanted: Callable[[Type], bool]) -> Env:
    """Leave those alternatives of a variable's type that are `wanted`."""
    name = variable(c, node)
    if name is None:
        return env
    known = env.get(name)
    if name.startswith("state."):
        found = c.store.known(("field", name.removeprefix("state.")))
        known = known or Local(found)
    if known is None or not (isinstance(known.type, Union) or known.type is NONE):
        return env
    kept: Type = NEVER
    for one in members(known.type):
        if wanted(one):
            kept = c.store.join(kept, one)
    return {**env, name: replace(known, type=kept)}


def variable(c: Body, node: ast.expr) -> str | None:
    """The name under which the flow knows what `node` reads."""
    if isinstance(node, ast.Name):
        if node.id in c.scoped:
            return c.scoped[node.id][0]
        return node.id if node.id in c.locals and node.id not in c.shared else None
    found = field_of(c, node)
    return None if found is None else f"state.{found}"
