"""Values of resolved expressions on the server: a small interpreter that knows no attributes of objects.

Only mapping keys, list items, the functions and the methods of the allow-list are reachable (SECURITY P10).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_REPEAT = 1_000_000
"""Longest result of a repetition, and longest `range`, that a template makes."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_OWNERS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("items", "keys", "values", "get"), (dict,)),
    **dict.fromkeys(("count", "index"), (str, list, tuple)),
    "is_integer": (float, int),
}
"""The types whose methods these are; other methods of the allow-list are those of `str`."""
_WIDTHS = frozenset({"ljust", "rjust", "zfill"})
_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


@dataclass(frozen=True)
class Scope:
    """What the names of a template stand for: the render context, and the loops around a node."""

    spaces: Mapping[str, Mapping[str, Any]]
    local: Mapping[str, Any]

    def inside(self, values: Mapping[str, Any]) -> Scope:
        """This scope with loop values added."""
        return Scope(self.spaces, {**self.local, **values})

    def name(self, name: str) -> Any:
        """The value of a resolved name."""
        space, dot, key = name.partition(".")
        if not dot:
            return self.local[name] if name in self.local else self.spaces[name]
        if key not in self.spaces[space]:
            raise NameError(f"name '{key}' is not defined")
        return self.spaces[space][key]


def evaluate(node: ast.expr, scope: Scope) -> Any:
    """The value of a resolved expression. Raises what Python raises for it."""
    match node:
        case ast.Name(id=name):
            return scope.name(name)
        case ast.Constant(value=value):
            return value
        case ast.Subscript(value=value, slice=index):
            return _item(evaluate(value, scope), index, scope)
        case ast.BoolOp(op=op, values=values):
            return _bool_op(isinstance(op, ast.And), values, scope)
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](evaluate(operand, scope))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, evaluate(left, scope), evaluate(right, scope))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compare(evaluate(left, scope), ops, others, scope)
        case ast.IfExp(test=test, body=body, orelse=other):
            return evaluate(body if evaluate(test, scope) else other, scope)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            called = _called(function, scope)
            given = [evaluate(argument, scope) for argument in arguments]
            named = {keyword.arg or "": evaluate(keyword.value, scope) for keyword in keywords}
            if isinstance(function, ast.Attribute) and function.attr in _WIDTHS and given:
                _check_size(given[0] if isinstance(given[0], int) else 0)
            return called(*given, **named)
        case ast.JoinedStr(values=values):
            return "".join(str(evaluate(value, scope)) for value in values)
        case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
            return _formatted(evaluate(value, scope), conversion, evaluate(spec, scope) if spec else "")
        case _:
            return _collection(node, scope)


def _collection(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.List(elts=items):
            return [evaluate(item, scope) for item in items]
        case ast.Tuple(elts=items):
            return tuple(evaluate(item, scope) for item in items)
        case ast.Set(elts=items):
            return {evaluate(item, scope) for item in items}
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {evaluate(key, scope): evaluate(value, scope) for key, value in pairs if key}
        case ast.ListComp(elt=item, generators=generators):
            return [evaluate(item, inner) for inner in _scopes(generators, scope)]
        case ast.GeneratorExp(elt=item, generators=generators):
            return (evaluate(item, inner) for inner in _scopes(generators, scope))
    raise TypeError(f"templates have no {type(node).__name__}")


def _scopes(generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope]:
    """The scope of each round of the loops of a comprehension."""
    if not generators:
        yield scope
        return
    first, *rest = generators
    for value in evaluate(first.iter, scope):
        inner = scope.inside(_bound(first.target, value))
        if all(evaluate(test, inner) for test in first.ifs):
            yield from _scopes(rest, inner)


def _bound(target: ast.expr, value: Any) -> dict[str, Any]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    assert isinstance(target, ast.Tuple)
    bound: dict[str, Any] = {}
    for part, item in zip(target.elts, unpack(value, len(target.elts)), strict=True):
        bound |= _bound(part, item)
    return bound


def unpack(value: Any, count: int) -> list[Any]:
    """`value` as `count` items. Raises ValueError as an assignment to that many names does."""
    items = list(value)
    if len(items) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
    if len(items) > count:
        raise ValueError(f"too many values to unpack (expected {count})")
    return items


def _item(value: Any, index: ast.expr, scope: Scope) -> Any:
    if isinstance(index, ast.Slice):
        bounds = (index.lower, index.upper, index.step)
        key: Any = slice(*(evaluate(bound, scope) if bound else None for bound in bounds))
    else:
        key = evaluate(index, scope)
    if not isinstance(value, dict | list | tuple | str | range | Mapping):
        raise TypeError(f"'{type(value).__name__}' object is not subscriptable")
    return value[key]


def _bool_op(is_and: bool, values: list[ast.expr], scope: Scope) -> Any:
    value: Any = None
    for node in values:
        value = evaluate(node, scope)
        if bool(value) is not is_and:
            return value
    return value


def _compare(left: Any, ops: list[ast.cmpop], others: list[ast.expr], scope: Scope) -> Any:
    result: Any = True
    for op, other in zip(ops, others, strict=True):
        right = evaluate(other, scope)
        result = _COMPARE[type(op)](left, right)
        if not result:
            return result
        left = right
    return result


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    match op:
        case ast.Mult():
            for sequence, count in ((left, right), (right, left)):
                if isinstance(sequence, str | list | tuple) and isinstance(count, int):
                    _check_size(len(sequence) * count)
            return left * right
        case ast.Pow() if isinstance(left, int) and isinstance(right, int):
            _check_size(left.bit_length() * right)
            return left**right
        case ast.Pow():
            return left**right
        case ast.LShift():
            _check_size(right)
            return left << right
        case ast.Mod() if isinstance(left, str):
            raise TypeError("templates have no `%` for texts: use an f-string")
        case ast.Mod():
            return left % right
    return _BINARY[type(op)](left, right)


def _check_size(size: int) -> None:
    if size > MAX_REPEAT:
        raise OverflowError(f"a template makes nothing larger than {MAX_REPEAT}")


def _called(function: ast.expr, scope: Scope) -> Callable[..., Any]:
    """A function, or the method of a value that has it."""
    if isinstance(function, ast.Name):
        return _FUNCTIONS[function.id]
    assert isinstance(function, ast.Attribute)
    owner = evaluate(function.value, scope)
    if not isinstance(owner, _OWNERS.get(function.attr, (str,))):
        raise AttributeError(f"'{type(owner).__name__}' object has no attribute '{function.attr}'")
    found: Callable[..., Any] = getattr(owner, function.attr)
    return found


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if found and abs((found[-1] - found[0]) // found.step) >= MAX_REPEAT:
        raise OverflowError(f"a template loops at most {MAX_REPEAT} times")
    return found


def _formatted(value: Any, conversion: int, spec: str) -> str:
    if conversion != -1:
        value = _CONVERSIONS[conversion](value)
    if not isinstance(value, str | int | float | list | tuple | dict | set | None):
        raise TypeError(f"unsupported format for {type(value).__name__}")
    digits = [int(number) for number in "".join(c if c.isdecimal() else " " for c in spec).split()]
    _check_size(max(digits, default=0))
    return format(value, spec)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f.__name__: f for f in (abs, all, any, divmod, len, max, min, repr, round, sorted, sum)},
    **{t.__name__: t for t in (bool, dict, enumerate, float, int, list, reversed, set, str, tuple, zip)},
    "range": _range,
}
"""The functions that templates call; the resolver lets no other name through."""
