"""Builtin functions of numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from moon_spa.analysis.arguments import INTS, NUMERIC, Arguments, one_value, refused
from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import as_float, constant, number, taken_as
from moon_spa.analysis.values import SAFE, Missing, Value, call
from moon_spa.types import (
    ANY,
    FLOAT,
    INT,
    NONE,
    NUM,
    STR,
    TupleOf,
    Type,
)


def int_call(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(0, 2)
    value = given.value(0)
    base = given.value(1)
    if value is None:
        return constant(0)
    if value.type is STR:
        if base is not None and base.type is not INT:
            raise c.refuse("`int()` with this base", node)
        return call(c.helper("int_s"), value, *([base] if base else []), result=INT)
    if base is not None:
        raise c.refuse("`int()` with a base", node)
    if value.type in INTS:
        return number(value)
    if value.type in (FLOAT, NUM):
        return call(c.helper("trunc"), value, result=INT)
    if value.type is ANY:
        return call(c.helper("int_a"), value, result=INT)
    return refused(c, node, value)


def float_call(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(0, 1)
    value = given.value(0)
    if value is None:
        return constant(0.0)
    if value.type is STR:
        return call(c.helper("float_s"), value, result=FLOAT)
    if value.type in NUMERIC:
        if isinstance(value.constant, int | float) and abs(value.constant) <= SAFE:
            return constant(float(value.constant))
        return replace(as_float(c, number(value)), type=FLOAT, span=None, constant=Missing, boxed="")
    if value.type is ANY:
        return call(c.helper("float_a"), value, result=FLOAT)
    return refused(c, node, value)


def abs_call(c: Body, node: ast.Call) -> Value:
    value = number(one_value(c, node))
    if value.type is FLOAT:
        return call("Math.abs", value, result=FLOAT, pure=value.pure)
    if value.type is INT and value.span:
        high = max(map(abs, value.span))
        return call("Math.abs", value, result=INT, span=(0, high), pure=value.pure)
    names: Mapping[Type, str] = {INT: "abs", NUM: "abs_n", ANY: "abs_a"}
    if value.type in names:
        return call(c.helper(names[value.type]), value, result=value.type)
    return refused(c, node, value)


def round_call(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node, ("ndigits",))
    given.count(1, 2)
    value = number(c.expression(given.args[0]))
    digits = given.value(1, "ndigits")
    if digits is None or digits.type is NONE:
        if value.type is INT:
            return value
        if value.type in (FLOAT, NUM):
            return call(c.helper("round"), value, result=INT)
        if value.type is ANY:
            return call(c.helper("round_a"), value, result=INT)
        return refused(c, node, value)
    if digits.type is not INT:
        raise c.refuse("`round()` to digits that are no int", node)
    if value.type is INT:
        return call(c.helper("round_i"), value, digits, result=INT)
    if value.type is FLOAT:
        return call(c.helper("round_f"), value, digits, result=FLOAT)
    if value.type is NUM and isinstance(digits.constant, int) and digits.constant >= 0:
        return call(c.helper("round_f"), as_float(c, value), digits, result=NUM)
    if value.type is ANY:
        return call(c.helper("round_a"), value, digits, result=ANY)
    return refused(c, node, value)


def divmod_call(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(2, 2)
    a, b = (number(c.expression(one)) for one in given.args)
    if a.type is INT and b.type is INT:
        return call(c.helper("divmod"), a, b, result=TupleOf((INT, INT)))
    if FLOAT in (a.type, b.type) and {a.type, b.type} <= {INT, FLOAT}:
        made = TupleOf((FLOAT, FLOAT))
        return call(c.helper("divmod_f"), as_float(c, a), as_float(c, b), result=made)
    return refused(c, node, a)


def pow_call(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(2, 3)
    values = [c.expression(one) for one in given.args]
    if any(one.type not in INTS for one in values):
        raise c.refuse("`pow()` of what is no int", node)
    return call(c.helper("pow" if len(values) == 2 else "pow_mod"), *values, result=INT)


def ord_call(c: Body, node: ast.Call) -> Value:
    value = one_value(c, node)
    if value.type is not STR:
        return refused(c, node, value)
    return call(c.helper("ord"), value, result=INT, span=(0, 0x10FFFF))


def chr_call(c: Body, node: ast.Call) -> Value:
    value = taken_as(c, one_value(c, node), INT)
    return call(c.helper("chr"), value, result=STR) if value.type is INT else refused(c, node, value)


def in_base(helper: str) -> Callable[[Body, ast.Call], Value]:
    def compile_it(c: Body, node: ast.Call) -> Value:
        value = one_value(c, node)
        return call(c.helper(helper), value, result=STR) if value.type in INTS else refused(c, node, value)

    return compile_it
