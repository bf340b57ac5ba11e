"""Operators: arithmetic, comparison, membership, logic."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import as_float, constant, number, test, to_any, to_slot, truth
from moon_spa.analysis.formatting import percent
from moon_spa.analysis.names import place
from moon_spa.analysis.narrowing import narrowed
from moon_spa.analysis.store import arithmetic, is_number
from moon_spa.analysis.values import (
    AND,
    ASSIGN,
    ATOM,
    CHOICE,
    EQUAL,
    OR,
    PLUS,
    SAFE,
    TIMES,
    UNARY,
    Missing,
    Value,
    binary,
    call,
    negated,
)
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NUM,
    STR,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    parts_of,
)

SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
HELPERS: Mapping[str, str] = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "&": "bit_and",
    "|": "bit_or",
    "^": "bit_xor",
    "<<": "lshift",
    ">>": "rshift",
}
SET_HELPERS: Mapping[str, str] = {"|": "set_or", "&": "set_and", "-": "set_minus", "^": "set_xor"}


def bin_op(c: Body, node: ast.BinOp) -> Value:
    """`a + b` and its like."""
    a = c.expression(node.left)
    changes = c.unit.changes
    b = c.expression(node.right)
    if a.type is STR and isinstance(b.type, TupleOf) and changes != c.unit.changes:
        raise c.refuse("`%` with values that change others", node)
    return operate(c, SIGNS[type(node.op)], a, b, node)


def operate(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    """The value of `a sign b`, both compiled already."""
    if NEVER in (a.type, b.type):
        return Value(f"[{a.at(ASSIGN)}, {b.at(ASSIGN)}]", NEVER)
    if a.type in (BOOL, INT, FLOAT, NUM) and b.type in (BOOL, INT, FLOAT, NUM):
        return _numbers(c, sign, a, b, node)
    if a.type is STR and sign == "%":
        return percent(c, a, b, node)
    if ANY in (a.type, b.type):
        if sign not in ("+", "-", "*", "/", "//", "%", "**"):
            raise c.refuse(f"`{sign}` of a value whose type is not known", node)
        return call(c.helper(f"{HELPERS[sign]}_a"), to_any(c, a), to_any(c, b), result=ANY)
    found = _sequences(c, sign, a, b, node) or _collections(c, sign, a, b, node)
    if found is None:
        raise c.refuse(f"`{sign}` of {c.store.describe(a.type)} and {c.store.describe(b.type)}", node)
    return found


def _numbers(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value:
    if sign == "/":
        return _divide(c, a, b)
    if sign in ("&", "|", "^") and a.type is BOOL and b.type is BOOL:
        if sign == "^":
            return binary(a, "!==", b, EQUAL, BOOL)
        return Value(f"Boolean({a.at(TIMES)} {sign} {b.at(TIMES)})", BOOL, pure=a.pure and b.pure)
    a, b = number(a), number(b)
    found = arithmetic(a.type, b.type)
    if found is INT:
        return _ints(c, sign, a, b)
    if sign in ("+", "-", "*") and found is FLOAT:
        a, b = as_float(c, a), as_float(c, b)
        return binary(a, sign, b, TIMES if sign == "*" else PLUS, FLOAT)
    if sign in ("//", "%", "**") and found is FLOAT:
        return call(c.helper(f"{HELPERS[sign]}_f"), as_float(c, a), as_float(c, b), result=FLOAT)
    if sign in ("+", "-", "*", "//", "%"):
        boxed = ""
        if all(one.boxed or one.type is not NUM for one in (a, b)):
            boxed = call(
                c.helper(f"{HELPERS[sign]}_a"), to_slot(c, a, ANY), to_slot(c, b, ANY), result=ANY
            ).js
        return call(c.helper(f"{HELPERS[sign]}_n"), a, b, result=NUM, boxed=boxed)
    raise c.refuse(f"`{sign}` of {c.store.describe(a.type)} and {c.store.describe(b.type)}", node)


def _ints(c: Body, sign: str, a: Value, b: Value) -> Value:
    """Exact arithmetic of ints; plain JavaScript where no result can leave the safe range or be -0."""
    span = _span(sign, a.span, b.span)
    pure = a.pure and b.pure
    if span is not None:
        raw = binary(a, sign, b, TIMES if sign in "*%" else PLUS, INT)
        return Value(raw.js, INT, raw.level, span, pure=pure)
    return call(c.helper(HELPERS[sign]), a, b, result=INT, pure=pure and sign in "+-*")


def _span(sign: str, a: tuple[int, int] | None, b: tuple[int, int] | None) -> tuple[int, int] | None:
    """Bounds of the result, where JavaScript's operator gives it exactly."""
    if a is None or b is None:
        return None
    if sign == "+":
        low, high = a[0] + b[0], a[1] + b[1]
    elif sign == "-":
        low, high = a[0] - b[1], a[1] - b[0]
    elif sign == "*" and a[0] >= 0 and b[0] >= 0:
        low, high = a[0] * b[0], a[1] * b[1]
    elif sign == "%" and a[0] >= 0 and b[0] > 0:
        low, high = 0, min(a[1], b[1] - 1)
    else:
        return None
    return (low, high) if low >= -SAFE and high <= SAFE else None


def _divide(c: Body, a: Value, b: Value) -> Value:
    if b.constant is not Missing and b.constant and (a.type is FLOAT or a.span):
        return binary(number(a), "/", number(b), TIMES, FLOAT)
    kind = ['"float "'] if FLOAT in (a.type, b.type) else ["null"] if NUM in (a.type, b.type) else []
    return call(c.helper("truediv"), a, b, *kind, result=FLOAT)


def _sequences(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value | None:
    if sign == "+" and a.type is STR and b.type is STR:
        return binary(a, "+", b, PLUS, STR)
    one, two = c.store.shape(a.type), c.store.shape(b.type)
    spread = f"[...{a.at(ASSIGN)}, ...{b.at(ASSIGN)}]"
    if sign == "+" and isinstance(one, ListOf) and isinstance(two, ListOf):
        if not b.pure:  # what is evaluated on the right may change the list on the left
            spread = f"{a.at(ATOM)}.concat({b.at(ASSIGN)})"
        return Value(spread, c.store.site(("sum", place(node)), ListOf(items_together(c, one, two, node))))
    if sign == "+" and isinstance(one, TupleOf) and isinstance(two, TupleOf):
        return Value(spread, TupleOf((*one.items, *two.items)))
    if sign == "+" and isinstance(one, TupleOf | LongTuple) and isinstance(two, TupleOf | LongTuple):
        return Value(spread, LongTuple(c.store.join_all((*parts_of(one), *parts_of(two)))))
    if sign != "*":
        return None
    if one in (INT, BOOL):
        if not (a.pure and b.pure):
            raise c.refuse("a number times a sequence whose parts have effects", node)
        a, b, one, two = b, a, two, one
    if two not in (INT, BOOL):
        return None
    if one is STR:
        return call(c.helper("repeat_s"), a, b, result=STR)
    if isinstance(one, ListOf):
        return call(c.helper("repeat"), a, b, result=c.store.site(("times", place(node)), one))
    if isinstance(one, TupleOf | LongTuple):
        return call(c.helper("repeat"), a, b, result=LongTuple(c.store.join_all(parts_of(one))))
    return None


def items_together(c: Body, one: ListOf, two: ListOf, node: ast.AST) -> Type:
    """The item type of two lists put together; floats are held in one way only."""
    item = c.store.join(one.item, two.item, slot=True)
    if item is ANY and any(c.store.has_float(part) for part in (one.item, two.item) if part is not ANY):
        raise c.refuse("floats among values of unknown type", node)
    return item


def _collections(c: Body, sign: str, a: Value, b: Value, node: ast.AST) -> Value | None:
    one, two = c.store.shape(a.type), c.store.shape(b.type)
    if isinstance(one, SetOf) and isinstance(two, SetOf) and sign in SET_HELPERS:
        item = c.store.join(one.item, two.item)
        made = c.store.site(("set", place(node)), SetOf(item))
        return call(c.helper(SET_HELPERS[sign]), a, b, result=made)
    if isinstance(one, DefaultOf) or isinstance(two, DefaultOf):
        return None
    if isinstance(one, Record | DictOf) and isinstance(two, Record | DictOf) and sign == "|":
        c.store.join(a.type, b.type)
        return call(c.helper("dict_or"), a, b, result=a.type)
    return None


def unary_op(c: Body, node: ast.UnaryOp) -> Value:
    """`-a`, `+a`, `~a`, `not a`."""
    if isinstance(node.op, ast.Not):
        value = condition(c, node.operand)
        return constant(not value.constant) if value.constant is not Missing else negated(value)
    value = number(c.expression(node.operand))
    if isinstance(node.op, ast.USub) and type(value.constant) in (int, float):
        return constant(-value.constant)  # type: ignore[operator]
    if value.type is NEVER:
        return value
    if isinstance(node.op, ast.UAdd) and is_number(value.type):
        return value
    if isinstance(node.op, ast.Invert) and value.type is INT:
        return call(c.helper("invert"), value, result=INT, pure=value.pure)
    if isinstance(node.op, ast.USub):
        if value.type is FLOAT:
            return Value(f"-{value.at(UNARY + 1)}", FLOAT, UNARY, pure=value.pure)
        names: Mapping[Type, str] = {INT: "neg", NUM: "neg_n", ANY: "neg_a"}
        if value.type in names:
            pure = value.pure and value.type is INT
            return call(c.helper(names[value.type]), value, result=value.type, pure=pure)
    raise c.refuse(f"a sign before {c.store.describe(value.type)}", node)


def bool_op(c: Body, node: ast.BoolOp) -> Value:
    """`a and b`, `a or b`: Python's values, and what the left side says holds on the right."""
    is_and = isinstance(node.op, ast.And)
    values: list[Value] = []
    ways = []
    for operand in node.values:
        if values:
            ways.append(c.env)
            c.env = narrowed(c, c.env, node.values[len(values) - 1], is_and)
        values.append(c.expression(operand))
    for way in ways:
        c.env = c.merge(c.env, way)
    found = values[-1]
    for left in reversed(values[:-1]):
        found = _choose(c, left, found, is_and)
    return found


def condition(c: Body, node: ast.expr) -> Value:
    """An expression of which only the truth counts."""
    if not isinstance(node, ast.BoolOp):
        return test(c, c.expression(node))
    is_and = isinstance(node.op, ast.And)
    parts: list[Value] = []
    ways = []
    for i, operand in enumerate(node.values):
        if i:
            ways.append(c.env)
            c.env = narrowed(c, c.env, node.values[i - 1], is_and)
        parts.append(condition(c, operand))
    for way in ways:
        c.env = c.merge(c.env, way)
    sign, level = ("&&", AND) if is_and else ("||", OR)
    texts = [
        f"({one.js})" if one.level in (AND, OR) and one.level != level else one.at(level) for one in parts
    ]
    return Value(f" {sign} ".join(texts), BOOL, level, pure=all(one.pure for one in parts))


def _choose(c: Body, left: Value, right: Value, is_and: bool) -> Value:
    both = c.store.join(left.type, right.type)
    pure = left.pure and right.pure
    if test(c, left) is left:
        sign, level = ("&&", AND) if is_and else ("||", OR)
        inner = right.at(level) if right.level == level else right.at(level + 1)
        inner = f"({right.js})" if right.level in (AND, OR) and right.level != level else inner
        outer = f"({left.js})" if left.level in (AND, OR) and left.level != level else left.at(level)
        return Value(f"{outer} {sign} {inner}", both, level, pure=pure)
    name, held = left.js, left
    if not left.simple:
        name = c.temporary()
        held = Value(f"({name} = {left.js})", left.type, pure=False)
    kept = Value(name, left.type)
    yes, no = (right, kept) if is_and else (kept, right)
    return choice(truth(c, held), yes, no, both, pure)


def choice(condition: Value, yes: Value, no: Value, found: Type, pure: bool = False) -> Value:
    """`condition ? yes : no`."""
    js = f"{condition.at(CHOICE + 1)} ? {yes.at(ASSIGN)} : {no.at(ASSIGN)}"
    span = None
    if yes.span and no.span:
        span = (min(yes.span[0], no.span[0]), max(yes.span[1], no.span[1]))
    return Value(js, found, CHOICE, span, pure=pure)


def if_exp(c: Body, node: ast.IfExp) -> Value:
    """`a if test else b`."""
    decided = condition(c, node.test)
    start = c.env
    c.env = narrowed(c, start, node.test, True)
    yes = c.expression(node.body)
    after, c.env = c.env, narrowed(c, start, node.test, False)
    no = c.expression(node.orelse)
    c.env = c.merge(after, c.env)
    return either(c, decided, yes, no)


def either(c: Body, decided: Value, yes: Value, no: Value) -> Value:
    """`yes if decided else no`, all compiled already."""
    pure = decided.pure and yes.pure and no.pure
    made = choice(decided, yes, no, c.store.join(yes.type, no.type), pure)
    if made.type is NUM and all(one.boxed or one.type is not NUM for one in (yes, no)):
        boxed = choice(decided, to_slot(c, yes, ANY), to_slot(c, no, ANY), ANY)
        return replace(made, boxed=f"({boxed.js})")
    return made
