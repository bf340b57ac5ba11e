"""Operations in the seed's JavaScript: ``__set_state_0(function (value) { return value + 1; });``.

The plain operators are used where they mean what Python means: both sides are numbers, or both are text.
Anything else goes through a helper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moon_spa.constants import as_any, constant, constant_as, helper
from moon_spa.spec import Condition, Expr, Field, Operation
from moon_spa.types import ANY, BOOL, INT, NONE, NUMBERS, STR, ListOf, Type

_PRIMITIVES = (BOOL, INT, STR, NONE)


@dataclass(frozen=True)
class Body:
    """Statements, and the helpers that they call."""

    js: str
    helpers: frozenset[str] = frozenset()


def operations_body(
    operations: Iterable[Operation], fields: Iterable[Field], types: Mapping[str, Type]
) -> Body:
    """The statements of an action that is declared as operations; `types` are the fields' final ones."""
    index = {field.name: field.index for field in fields}
    lines: list[str] = []
    helpers: set[str] = set()
    operations = tuple(operations)
    exact = _to_and_fro(operations)
    for operation in operations:
        at = index[operation.state]
        update = _update(operation, types[operation.state], operation.state in exact)
        text = f"__set_state_{at}(function ({update.param}) {{ return {update.expr.js}; }});"
        helpers |= update.expr.uses
        if operation.cond is None:
            lines.append(text)
            continue
        guard = _guard(operation.cond, index, types)
        helpers |= guard.uses
        lines += [f"if ({guard.js}) {{", f"  {text}", "}"]
    return Body("\n".join(lines), frozenset(helpers))


@dataclass(frozen=True)
class _Update:
    param: str
    expr: Expr


def _to_and_fro(operations: Iterable[Operation]) -> set[str]:
    """Fields that may leave the range of exact numbers, and come back into it, within one action."""
    ways: dict[str, list[bool | None]] = {}
    for one in operations:
        if one.op in ("add", "sub"):
            is_up = (one.value >= 0) == (one.op == "add") if isinstance(one.value, int | float) else None
            ways.setdefault(one.state, []).append(is_up)
    return {name for name, found in ways.items() if len(found) > 1 and (None in found or len({*found}) > 1)}


def _update(operation: Operation, kind: Type, exact: bool) -> _Update:
    """The new value of a field, from its old one; `exact` also beyond what it may hold in the end."""
    if operation.op == "set":
        return _Update("", written(operation.value, kind))
    if operation.op == "toggle":
        value = Expr("value", kind)
        if kind in _PRIMITIVES:
            return _Update("value", Expr("!value", BOOL))
        call = helper("truth", value)
        return _Update("value", Expr(f"!{call.js}", BOOL, call.uses))
    sign = "+" if operation.op == "add" else "-"
    other = written(operation.value, None)
    numbers = kind in NUMBERS and other.type in NUMBERS
    if exact and kind is INT and other.type is INT:
        return _Update("value", helper(operation.op, Expr("value"), other))
    if numbers or (sign == "+" and kind is STR and other.type is STR):
        return _Update("value", Expr(f"value {sign} {_operand(other)}", kind, other.uses))
    if sign == "+" and isinstance(kind, ListOf) and isinstance(other.type, ListOf):
        return _Update("value", helper("concat", Expr("value"), written(operation.value, kind)))
    name = "add_a" if sign == "+" else "sub_a"
    return _Update("value", helper(name, as_any(Expr("value", kind)), written(operation.value, ANY)))


def written(value: Any, kind: Type | None) -> Expr:
    """A constant, or an expression, for a place of type `kind`; None stands for its own type."""
    if isinstance(value, Expr):
        return as_any(value) if kind is ANY else value
    return constant(value) if kind is None else constant_as(value, kind)


def _operand(expr: Expr) -> str:
    return f"({expr.js})" if expr.js.startswith("-") else expr.js


def _guard(cond: Condition, index: Mapping[str, int], types: Mapping[str, Type]) -> Expr:
    """The test of a condition."""
    kind = types[cond.left]
    left = Expr(f"__state_{index[cond.left]}", kind)
    right = written(cond.right, None)
    numbers = kind in NUMBERS and right.type in NUMBERS
    equality = cond.op in ("==", "!=")
    if numbers or (equality and kind == right.type and kind in _PRIMITIVES):
        return Expr(f"{left.js} {cond.op} {right.js}", BOOL, right.uses)
    name = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "eq"}[cond.op]
    call = helper(name, as_any(left), written(cond.right, ANY))
    return Expr(f"!{call.js}" if cond.op == "!=" else call.js, BOOL, call.uses)
