"""The seed's operation lists: found in the source of an action, and written in the seed's exact form."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from moon_spa.analysis.body import Body, Line
from moon_spa.analysis.convert import RAW_TRUTH, constant, same_text
from moon_spa.analysis.data import dropped
from moon_spa.analysis.operators import SIGNS
from moon_spa.analysis.state import binding_of, field_of, write_field
from moon_spa.analysis.store import Store, is_number
from moon_spa.analysis.values import Value
from moon_spa.forms import operations_body
from moon_spa.javascript import UnwritableError, literal
from moon_spa.spec import CONDITIONS, ComponentSpec, Condition, Expr, Operation
from moon_spa.types import ANY, BOOL, FLOAT, INT, NEVER, STR, Type, members, type_of

_SCALARS = (type(None), bool, int, float, str)


@dataclass(frozen=True)
class Step:
    """Operations that stand in one guard, or one operation without; `line` is Python's."""

    operations: tuple[Operation, ...]
    line: int


def find(c: Body) -> list[Step] | None:
    """The operations of an action, None where it does anything else; see `fit`."""
    node = c.node
    if isinstance(node, ast.Lambda):
        one = _operation(c, ast.copy_location(ast.Expr(node.body), node.body))
        return None if one is None else [Step((one,), node.lineno)]
    if not isinstance(node, ast.FunctionDef):
        return None
    steps: list[Step] = []
    for statement in node.body:
        if _is_nothing(c, statement):
            continue
        found = _step(c, statement)
        if found is None:
            return None
        steps.append(found)
    return steps or None


def learn(c: Body, steps: Sequence[Step]) -> bool:
    """Learn what the steps write, where it is plain to see and no field has to be looked at first."""
    operations = [one for step in steps for one in step.operations]
    if c.store.noted(("open",)) or not all(isinstance(one.value, _SCALARS) for one in operations):
        return False
    for one in operations:
        if one.op == "set":
            write_field(c, one.state, constant(one.value), c.node)
        else:
            found = BOOL if one.op == "toggle" else c.store.known(("field", one.state))
            write_field(c, one.state, Value("", found), c.node)
    return True


def _is_nothing(c: Body, node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return dropped(c, node.targets[0], node.value)
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Pass)


def _step(c: Body, node: ast.stmt) -> Step | None:
    if not isinstance(node, ast.If):
        one = _operation(c, node)
        return None if one is None else Step((one,), node.lineno)
    condition = _condition(c, node.test)
    if condition is None or node.orelse:
        return None
    inner = [_operation(c, one) for one in node.body if not _is_nothing(c, one)]
    found = [replace(one, cond=condition) for one in inner if one is not None]
    return Step(tuple(found), node.lineno) if found and len(found) == len(inner) else None


def _condition(c: Body, node: ast.expr) -> Condition | None:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    left, sign = field_of(c, node.left), SIGNS[type(node.ops[0])]
    right = _value(c, node.comparators[0])
    if left is None or sign not in CONDITIONS or right is None:
        return None
    return Condition(left, sign, right[0])


def _value(c: Body, node: ast.expr) -> tuple[object] | None:
    """A constant, or an expression from props, in a tuple of one; None for anything else."""
    if isinstance(node, ast.Name):
        binding = binding_of(c, node)
        if binding.kind != "value":
            return None
        return (binding.value if binding.expr is None else binding.expr,)
    try:
        value = ast.literal_eval(node)
        literal(value)
    except (ValueError, UnwritableError):
        return None
    return None if isinstance(value, tuple | set) else (value,)


def _operation(c: Body, node: ast.stmt) -> Operation | None:
    match node:
        case ast.AugAssign(target=target, op=ast.Add() | ast.Sub() as op, value=value):
            return _made(c, "add" if isinstance(op, ast.Add) else "sub", field_of(c, target), value)
        case ast.Assign(targets=[target], value=ast.UnaryOp(op=ast.Not(), operand=operand)):
            field = field_of(c, target)
            return _made(c, "toggle", field, None) if field == field_of(c, operand) else None
        case ast.Assign(targets=[target], value=value):
            return _made(c, "set", field_of(c, target), value)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as func, args=args, keywords=keywords)):
            if binding_of(c, func.value).kind != "self" or binding_of(c, func).kind in ("action", "helper"):
                return None
            values = [*args[1:], *(one.value for one in keywords if one.arg == "value")]
            if not args or len(values) > 1 or len(keywords) > len(values):
                return None
            named = args[0].value if isinstance(args[0], ast.Constant) else None
            default = ast.copy_location(ast.Constant(1), node) if func.attr in ("add", "sub") else None
            if func.attr == "toggle" and values:
                return None
            return _made(c, func.attr, str(named), values[0] if values else default)
    return None


def _made(c: Body, op: str, field: str | None, node: ast.expr | None) -> Operation | None:
    if field is None or field not in c.unit.fields or op not in ("add", "sub", "set", "toggle"):
        return None
    if op == "toggle":
        return Operation("toggle", field)
    value = None if node is None else _value(c, node)
    return None if value is None else Operation(op, field, value[0])  # type: ignore[arg-type]


def fit(c: Body, steps: Sequence[Step]) -> bool:
    """Whether what the seed writes for the steps is what Python does."""
    written: set[str] = set()
    for step in steps:
        guard = step.operations[0].cond
        if guard is not None and (guard.left in written or not _fits_guard(c.store, guard)):
            return False
        for one in step.operations:
            if not _fits(c.store, one):
                return False
            written.add(one.state)
    return True


def value_type(value: object) -> Type:
    """The type of an operation's value."""
    return value.type if isinstance(value, Expr) else type_of(value)


def _fits(store: Store, one: Operation) -> bool:
    field, value = store.known(("field", one.state)), value_type(one.value)
    if one.op == "toggle":
        return all(part in RAW_TRUTH for part in members(field))
    if one.op == "set":
        return field is not ANY or value in (ANY, BOOL, INT, STR) or one.value is None
    if field is INT:
        return value is INT
    if field is FLOAT:
        return value in (INT, FLOAT)
    return field is STR and value is STR and one.op == "add"


def _fits_guard(store: Store, guard: Condition) -> bool:
    field, value = store.known(("field", guard.left)), value_type(guard.right)
    if guard.op in ("==", "!="):
        return same_text(field, value) and value not in (ANY, NEVER)
    return is_number(field) and is_number(value)


def write(spec: ComponentSpec, store: Store, steps: Sequence[Step]) -> tuple[list[Line], frozenset[str]]:
    """The steps as the seed writes them, and the helpers they call."""
    types = {field.name: store.plain(store.known(("field", field.name))) for field in spec.fields}
    lines: list[Line] = []
    helpers: frozenset[str] = frozenset()
    for step in steps:
        body = operations_body(step.operations, spec.fields, types)
        lines += [Line(0, js, step.line) for js in body.js.split("\n")]
        helpers |= body.helpers
    return lines, helpers
