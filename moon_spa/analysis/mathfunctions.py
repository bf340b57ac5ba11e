"""Functions of the module `math`: those whose result is the same wherever Python runs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from moon_spa.analysis.arguments import INTS, Arguments, one_value, refused
from moon_spa.analysis.body import Body
from moon_spa.analysis.comprehensions import unordered_items
from moon_spa.analysis.convert import as_float, constant, number, taken_as
from moon_spa.analysis.values import Value, call
from moon_spa.types import ANY, BOOL, FLOAT, INT, NEVER, NUM

MathFunction = Callable[[Body, ast.Call], Value]


def math_call(c: Body, name: str, node: ast.Call) -> Value:
    """`math.name(…)`, where it is one that is listed."""
    if name in FUNCTIONS:
        return FUNCTIONS[name](c, node)
    why = ", whose last digit is not the same everywhere" if name in ROUNDED else ""
    raise c.refuse(f"`math.{name}()`{why}", node)


def _real(c: Body, node: ast.Call, value: Value) -> Value:
    """An argument as a number."""
    value = number(value)
    if value.type is ANY:
        return call(c.helper("real_a"), value, result=NUM)
    return value if value.type in (INT, FLOAT, NUM) else refused(c, node, value)


def _float(c: Body, node: ast.Call, value: Value) -> Value:
    """An argument as a float."""
    found = _real(c, node, value)
    return found if found.type is NEVER else as_float(c, found)


def _whole(helper: str) -> MathFunction:
    """The int beside a number."""

    def compile_it(c: Body, node: ast.Call) -> Value:
        value = _real(c, node, one_value(c, node))
        return value if value.type in (INT, NEVER) else call(c.helper(helper), value, result=INT)

    return compile_it


def _floats(name: str, count: int = 1, result: object = FLOAT, pure: bool = True) -> MathFunction:
    """A function of floats: a helper, or one of JavaScript's own where there is a dot in its name."""

    def compile_it(c: Body, node: ast.Call) -> Value:
        given = Arguments(c, node)
        given.count(count, count)
        values = [_float(c, node, c.expression(one)) for one in given.args]
        is_pure = pure and all(one.pure for one in values)
        return call(name if "." in name else c.helper(name), *values, result=result, pure=is_pure)  # type: ignore[arg-type]

    return compile_it


def _ints(helper: str, least: int, most: int) -> MathFunction:
    """A function of ints."""

    def compile_it(c: Body, node: ast.Call) -> Value:
        given = Arguments(c, node)
        given.count(least, most)
        values = [number(taken_as(c, c.expression(one), INT)) for one in given.args]
        for one in values:
            if one.type is not INT:
                return refused(c, node, one)
        return call(c.helper(helper), *values, result=INT)

    return compile_it


def _isclose(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node, ("rel_tol", "abs_tol"))
    given.count(2, 2)
    values = [_float(c, node, c.expression(one)) for one in given.args]
    named = {name: _float(c, node, c.expression(one)) for name, one in given.named.items()}
    relative = named.get("rel_tol", constant(1e-9))
    absolute = named.get("abs_tol", constant(0.0))
    if list(named) == ["abs_tol", "rel_tol"] and not (relative.pure and absolute.pure):
        raise c.refuse("tolerances that have effects", node)
    return call(c.helper("isclose"), *values, *([relative, absolute] if named else []), result=BOOL)


def _prod(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node, ("start",))
    given.count(1, 1)
    items = unordered_items(c, given.args[0])
    start = number(c.expression(given.named["start"])) if "start" in given.named else constant(1)
    if items.item in (*INTS, NEVER) and start.type is INT:
        return call(c.helper("prod"), items.js, start, result=INT)
    raise c.refuse(f"`math.prod()` of {c.store.describe(items.item)}", node)


FUNCTIONS: Mapping[str, MathFunction] = {
    "ceil": _whole("ceil"),
    "comb": _ints("comb", 2, 2),
    "copysign": _floats("copysign", 2, pure=False),
    "degrees": _floats("degrees"),
    "fabs": _floats("Math.abs"),
    "factorial": _ints("factorial", 1, 1),
    "floor": _whole("floor"),
    "fmod": _floats("fmod", 2, pure=False),
    "gcd": _ints("gcd", 0, 20),
    "isclose": _isclose,
    "isfinite": _floats("Number.isFinite", result=BOOL),
    "isinf": _floats("isinf", result=BOOL),
    "isnan": _floats("Number.isNaN", result=BOOL),
    "isqrt": _ints("isqrt", 1, 1),
    "lcm": _ints("lcm", 0, 20),
    "perm": _ints("perm", 1, 2),
    "prod": _prod,
    "radians": _floats("radians"),
    "sqrt": _floats("sqrt", pure=False),
    "trunc": _whole("trunc"),
}
ROUNDED = frozenset(
    {
        *(
            "acos",
            "acosh",
            "asin",
            "asinh",
            "atan",
            "atan2",
            "atanh",
            "cos",
            "cosh",
            "sin",
            "sinh",
            "tan",
            "tanh",
        ),
        *("cbrt", "dist", "exp", "exp2", "expm1", "hypot", "log", "log10", "log1p", "log2", "pow"),
        *("erf", "erfc", "gamma", "lgamma"),
    }
)
"""Functions that the C library of a platform rounds in its own way."""
