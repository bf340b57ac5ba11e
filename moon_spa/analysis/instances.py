"""`isinstance`, and what else asks for the class of a value."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from moon_spa.analysis.arguments import Arguments
from moon_spa.analysis.body import Body
from moon_spa.analysis.convert import constant
from moon_spa.analysis.values import Value
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUM,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    TupleOf,
    Type,
    members,
)

CHECKS: Mapping[str, tuple[Type, ...]] = {
    "str": (STR,),
    "bool": (BOOL,),
    "int": (INT, BOOL),
    "float": (FLOAT,),
}
CLASSES = frozenset({*CHECKS, "dict", "list", "tuple"})
"""Classes that are asked for."""


def isinstance_call(c: Body, node: ast.Call) -> Value:
    """`isinstance(value, (int, str))`."""
    given = Arguments(c, node)
    given.count(2, 2)
    value = c.expression(given.args[0])
    named = given.args[1].elts if isinstance(given.args[1], ast.Tuple) else [given.args[1]]
    names = [one.id for one in named if isinstance(one, ast.Name) and c.resolve(one.id).kind == "builtin"]
    if len(names) != len(named) or not CLASSES.issuperset(names):
        raise c.refuse("`isinstance()` with this class", node)
    if value.type is ANY and value.simple:
        checks = any_checks(c, value.js, names, node)
        return Value(f"({' || '.join(checks)})" if len(checks) > 1 else checks[0], BOOL)
    answers = {is_instance(c, part, names) for part in members(value.type)}
    if len(answers) == 1 and value.pure and None not in answers:
        return constant(answers.pop())
    raise c.refuse(f"`isinstance()` of {c.store.describe(value.type)}", node)


def any_checks(c: Body, js: str, names: list[str], node: ast.AST) -> list[str]:
    """The tests, one of which holds where a value of unknown type is of one of these classes."""
    if "tuple" in names:
        raise c.refuse("whether a value of unknown type is a tuple", node)
    letters: Mapping[Type, str] = {STR: '"s"', BOOL: '"b"', INT: '"i"', FLOAT: '"f"'}
    wanted = dict.fromkeys(kind for name in names for kind in CHECKS.get(name, ()))
    found = [f"{c.helper('is_type')}({js}, {letters[kind]})" for kind in wanted]
    found += [f"Array.isArray({js})"] if "list" in names else []
    return [*found, f"{c.helper('is_dict')}({js})"] if "dict" in names else found


def is_instance(c: Body, part: Type, names: list[str]) -> bool | None:
    """Whether a value of a type, no union, is of one of these classes; None where that is not known."""
    if part in (ANY, NEVER) or (part is NUM and ("int" in names) != ("float" in names)):
        return None
    kinds: dict[Type, tuple[str, ...]] = {NUM: ("float",), NONE: ()}
    for name, types in CHECKS.items():
        if part in types:
            kinds[part] = (*kinds.get(part, ()), name)
    shape = c.store.shape(part)
    if isinstance(shape, ListOf):
        return "list" in names
    if isinstance(shape, Record | DictOf):
        return "dict" in names
    if isinstance(shape, TupleOf | LongTuple):
        return "tuple" in names
    return any(name in names for name in kinds.get(part, ()))
