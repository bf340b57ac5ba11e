"""Expressions of setup, followed: each has its value, and JavaScript that the compiler of actions writes.

Where props are traced, an expression that `moon_spa.followable` tells is not executed operation by operation:
what it reads is looked up, its value is CPython's for these, and its source is compiled with what they are in
JavaScript. Where the compiler does not find that both are the same for all props, the value says why.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from moon_spa.analysis import Unprovable, compile_expression, strict_call
from moon_spa.component import Component
from moon_spa.constants import SCALARS, as_any, constant_any, is_constant
from moon_spa.followable import FUNCTIONS, base_of, called_names, operands
from moon_spa.frozen import FrozenError, frozen
from moon_spa.javascript import UnwritableError
from moon_spa.overrides import OVERRIDES
from moon_spa.props import Props
from moon_spa.rewriting import OPERATORS
from moon_spa.source import PARTS, all_nodes, shallow
from moon_spa.spec import Binding, Expr
from moon_spa.statuses import words_of
from moon_spa.trace import (
    NO_VALUE,
    Later,
    Traced,
    TracedValue,
    UnfollowedError,
    expression,
    is_traced,
    missing_prop,
    operated,
    plain,
    traced,
    unfollowed,
    without_form,
    written_now,
)
from moon_spa.types import ANY, FLOAT, NUM, LongTuple, SetOf, TupleOf, all_parts, kind_of


class _UnreadError(Exception):
    """What an expression reads is nothing that can be followed; the text says why."""


class Following:
    """The expressions of one source that are followed, in the order in which they were found."""

    def __init__(self, nodes: list[ast.expr], scope: Mapping[str, Any]) -> None:
        self._nodes = nodes
        self._scope = scope

    def __call__(self, number: int, component: Any, variables: Mapping[str, Any]) -> Any:
        """The value of an expression where setup has these local variables."""
        return _Reader(self._scope, variables, component._follows).follow(self._nodes[number])


def follows(component: Any, variables: Mapping[str, Any], *names: str) -> bool:
    """Whether an expression that reads `names` is to be followed: some of them know what props they are."""
    if getattr(component, "_follows", None) is None:
        return False
    return any(map(_knows_props, (variables[name] for name in names if name in variables)))


def check_kept(component: Component) -> None:
    """Raise FrozenError where setup has changed a list or dict after it was read by what is followed."""
    for value, js in component._follows or ():
        if written_now(value) != js:
            raise FrozenError("setup changes a value that was read with one from props")


def _knows_props(value: Any) -> bool:
    return isinstance(value, Props | Component) or is_traced(value)


class _Reader:
    """Looks up what expressions read."""

    def __init__(
        self, scope: Mapping[str, Any], variables: Mapping[str, Any], kept: list[tuple[Any, str]]
    ) -> None:
        self.scope = scope
        self.variables = variables
        self.kept = kept

    def follow(self, node: ast.expr) -> Any:
        """The value of an expression, with its JavaScript where a prop has a say in it."""
        try:
            parts = [*operands(node, self._is_one)]
            values = [self._value(part) for part in parts]
            self._check_functions(node)
        except (_UnreadError, KeyError) as error:
            known = plain(self._executed(node))
            return frozen(unfollowed(known, f"{words_of(node)}: {error}", node.lineno))
        if parts and parts[0] is node:
            return values[0]
        if not any(map(is_traced, values)):
            return self._executed(node)
        self.kept += [(one, js) for one in values if (js := written_now(one))]
        return frozen(_followed(node, parts, values))

    def _is_one(self, node: ast.expr) -> bool:
        """Whether a part of something is read as one value: of props, and of a dict that setup has made."""
        base = base_of(node)
        owner = self._owner(base)
        if isinstance(owner, Props):
            return True
        match node:
            case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=key)):
                return type(owner) is dict and key in owner
        return False

    def _owner(self, base: ast.expr | None) -> Any:
        """What a name or `self.props` stands for; None for anything else."""
        if isinstance(base, ast.Name):
            return self.variables.get(base.id)
        if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name):
            owner = self.variables.get(base.value.id)
            return owner.props if isinstance(owner, Component) and base.attr == "props" else None
        return None

    def _value(self, node: ast.expr) -> Any:
        """What an operand stands for."""
        match node:
            case ast.Name(id=name):
                return self._named(name)
            case ast.Attribute(value=base, attr=name):
                return self._attribute(base, name)
            case ast.Subscript(value=base, slice=ast.Constant(value=key)):
                return self._owner(base)[key]
            case ast.Call(args=[ast.Constant(value=key), *rest]):
                return self._owner(base_of(node)).get(key, *map(self.follow, rest))
        raise _UnreadError("what it reads is not known")

    def _named(self, name: str) -> Any:
        if name in self.variables:
            value = self.variables[name]
        elif name in self.scope:
            value = self.scope[name]
        elif hasattr(builtins, name):
            value = getattr(builtins, name)
        else:
            raise _UnreadError(f"`{name}` has no value")
        if isinstance(value, Props | Component):
            raise _UnreadError(f"`{name}` is used as a whole")
        return value

    def _attribute(self, base: ast.expr, name: str) -> Any:
        owner = self._owner(base)
        if isinstance(owner, Props):
            return getattr(owner, name)
        if isinstance(owner, Component) and name in vars(owner) and name not in ("props", "state"):
            return vars(owner)[name]
        if isinstance(base, ast.Name) and isinstance(self.scope.get(base.id), ModuleType) and owner is None:
            return getattr(self.scope[base.id], name, None)
        raise _UnreadError(f"`.{name}` is an attribute")

    def _check_functions(self, node: ast.expr) -> None:
        for name in called_names(node):
            own = (getattr(builtins, name, None), OVERRIDES.get(name))
            known = self.scope.get(name, own[0])
            if name in self.variables or all(known is not one for one in own):
                raise _UnreadError(f"`{name}` is not Python's")

    def _executed(self, node: ast.expr) -> Any:
        """What Python makes of an expression as it stands."""
        return _evaluated(node, {**self.scope, **self.variables})


def _followed(node: ast.expr, parts: list[ast.expr], values: list[Any]) -> Any:
    """The value of an expression whose operands `parts` have the `values`."""
    first = {ast.dump(part): f"moon{number}" for number, part in reversed([*enumerate(parts)])}
    names = {id(part): first[ast.dump(part)] for part in parts}
    given = {names[id(part)]: value for part, value in zip(parts, values, strict=True)}
    held = [names[id(part)] for part in parts if isinstance(part, ast.Name)]
    renamed = _renamed(node, names)
    known = _computed(renamed, given)
    write = partial(_form, node, renamed, given, held)
    if all(isinstance(value, (*SCALARS, TracedValue)) for value in values):
        later = Later(write, (node, *map(_told, values)))
        return traced(known, later, missing_prop(values))
    try:  # setup may change a list or a dict later
        return traced(known, write(), missing_prop(values))
    except UnfollowedError as error:
        return without_form(known, error)


def _evaluated(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "<setup>", "eval", dont_inherit=True), names)


def _computed(node: ast.expr, given: Mapping[str, Any]) -> Any:
    """The value for what the operands are at compile time; NO_VALUE where one has none."""
    values = {name: plain(value) for name, value in given.items()}
    if any(value is NO_VALUE for value in values.values()):
        return NO_VALUE
    return _evaluated(node, values)


def _renamed(node: Any, names: Mapping[int, str]) -> Any:
    """A copy of an expression in which each operand is a name of its own."""
    if id(node) in names:
        return ast.copy_location(ast.Name(names[id(node)], ast.Load()), node)
    found = shallow(node)
    for field in PARTS[type(node)]:
        value = getattr(node, field)
        if type(value) is list:
            setattr(found, field, [part if part is None else _renamed(part, names) for part in value])
        elif value is not None:
            setattr(found, field, _renamed(value, names))
    return found


def _told(value: Any) -> Hashable:
    """What tells one operand from another."""
    return (value.expr, value.prop, value.why) if isinstance(value, Traced) else repr(value)


def _form(node: ast.expr, renamed: ast.expr, given: Mapping[str, Any], held: Iterable[str]) -> Expr:
    """The JavaScript of an expression, its floats of any type where that helps. Raises UnfollowedError."""
    try:
        return _compiled(renamed, given, held)
    except Unprovable as error:
        why = f"{words_of(node)} has {error.construct}"
    except (UnwritableError, RecursionError) as error:
        raise UnfollowedError(f"{words_of(node)}: {error}", node.lineno) from None
    try:
        return _compiled(*_loose(renamed, given), held)
    except (Unprovable, UnwritableError, RecursionError):
        if not isinstance(renamed, ast.BinOp) or isinstance(renamed.op, ast.Mod):
            raise UnfollowedError(why, node.lineno) from None
    try:
        sides = [_side(node, one, given, held) for one in (renamed.left, renamed.right)]
        return expression(operated(OPERATORS[type(renamed.op)], *sides))
    except UnwritableError:
        raise UnfollowedError(why, node.lineno) from None


def _side(node: ast.expr, side: ast.expr, given: Mapping[str, Any], held: Iterable[str]) -> Any:
    """One side of an operator, for the helper that asks for the types of its values."""
    if isinstance(side, ast.Constant):
        return side.value
    if isinstance(side, ast.Name) and not is_traced(given[side.id]):
        return given[side.id]
    return traced(NO_VALUE, _form(node, side, given, held))


def _compiled(node: ast.expr, given: Mapping[str, Any], held: Iterable[str]) -> Expr:
    """The JavaScript of an expression; the variables `held` that are computed come before it, each once."""
    known = {name: expression(value) for name, value in given.items() if is_traced(value)}
    constants = {name: _constant(value) for name, value in given.items() if name not in known}
    before = {name: known[name] for name in held if name in known and known[name].uses}
    found = _written(node, known | {name: Expr(name, one.type) for name, one in before.items()}, constants)
    if not before:
        return found
    body = f"({found.js})" if found.js.startswith("{") else found.js
    js = f"(({', '.join(before)}) => {body})({', '.join(one.js for one in before.values())})"
    return Expr(js, found.type, found.uses.union(*(one.uses for one in before.values())))


def _written(node: ast.expr, known: Mapping[str, Expr], constants: Mapping[str, Binding]) -> Expr:
    """The JavaScript of an expression, in the form that a value of its type has."""
    found = compile_expression(node, known, FUNCTIONS, strict_call, constants=constants)
    inside = {found.type, *all_parts(found.type)}
    if any(isinstance(part, TupleOf | LongTuple | SetOf) for part in inside):
        raise Unprovable("a tuple or a set as its value", node.lineno)
    if found.type is not FLOAT and inside & {FLOAT, NUM}:
        found = compile_expression(node, known, FUNCTIONS, strict_call, boxed=True, constants=constants)
        return Expr(found.js, ANY, found.uses)
    return found


def _loose(node: ast.expr, given: Mapping[str, Any]) -> tuple[ast.expr, dict[str, Any]]:
    """The same expression with its floats as values of any type: JavaScript then asks which they are."""
    floats = [
        one for one in all_nodes(node) if isinstance(one, ast.Constant) and isinstance(one.value, float)
    ]
    names = {id(one): f"float{number}" for number, one in enumerate(floats)}
    values = {**given, **{names[id(one)]: one.value for one in floats}}
    return _renamed(node, names), {name: _boxed(value) for name, value in values.items()}


def _boxed(value: Any) -> Any:
    if is_traced(value):
        known = expression(value)
        return traced(plain(value), as_any(known)) if known.type is FLOAT else value
    return traced(value, constant_any(value)) if isinstance(value, float) else value


def _constant(value: Any) -> Binding:
    if is_constant(value):
        return Binding("value", value)
    return Binding("unknown", why=kind_of(value))
