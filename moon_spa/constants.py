"""Constants as JavaScript expressions: plain literals, and the values that need a helper."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from moon_spa import javascript
from moon_spa.javascript import UnwritableError
from moon_spa.spec import Expr
from moon_spa.types import ANY, FLOAT, ListOf, Record, SetOf, Type, Union, accepts, holds, kind_of, type_of

HELPERS = "__moon"
"""The object of helpers in compiled JavaScript."""
SCALARS = (type(None), bool, int, float, str)


def helper(name: str, *arguments: Expr, uses: Iterable[str] = ()) -> Expr:
    """A call of a helper; its type is ANY."""
    js = f"{HELPERS}.{name}({', '.join(argument.js for argument in arguments)})"
    return Expr(js, ANY, frozenset({name, *uses}).union(*(argument.uses for argument in arguments)))


def constant(value: Any) -> Expr:
    """A Python value with its static type. Raises UnwritableError for what has no form in JavaScript."""
    js, uses = _written(value, boxed=False)
    return Expr(js, type_of(value), uses)


PLAIN = (type(None), bool, int, float, str, list, tuple, dict, set, frozenset)
"""The types of values that JavaScript holds as they are; a class that derives from one may do anything."""


def refuse_derived(value: Any) -> None:
    """Raises UnwritableError for a `Counter`, an `IntEnum` and their like: they are no plain values there."""
    todo = [value]
    while todo:
        one = todo.pop()
        if type(one) not in PLAIN:
            raise UnwritableError(f"{kind_of(one)} has no form in JavaScript")
        if isinstance(one, dict):
            todo += [*one, *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            todo += one


def constant_any(value: Any) -> Expr:
    """A Python value as JavaScript holds it where its type is not known: whole-numbered floats are boxed."""
    js, uses = _written(value, boxed=True)
    return Expr(js, ANY, uses)


def constant_as(value: Any, kind: Type) -> Expr:
    """A Python value as JavaScript holds it in a place of type `kind`."""
    js, uses = _typed(value, kind)
    return Expr(js, kind, uses)


def _typed(value: Any, kind: Type) -> tuple[str, frozenset[str]]:
    if kind is ANY or not holds(kind, ANY):
        return _written(value, boxed=kind is ANY)
    if isinstance(kind, Union):
        return _typed(value, next((one for one in kind.members if accepts(one, value)), ANY))
    if isinstance(value, set | frozenset) and isinstance(kind, SetOf):
        return _written(value, boxed=False)
    if isinstance(value, list) and isinstance(kind, ListOf):
        parts = [_typed(item, kind.item) for item in value]
        return f"[{', '.join(js for js, _ in parts)}]", _joined(parts)
    if isinstance(value, Mapping) and isinstance(kind, Record):
        types = dict(kind.fields)
        inner = {str(key): _typed(item, types.get(key, ANY)) for key, item in value.items()}
        members = {key: js for key, (js, _) in inner.items()}
        return javascript.object_literal(members), _joined([*inner.values()])
    return _written(value, boxed=True)


def as_any(expr: Expr) -> Expr:
    """An expression for a place where its type is not known."""
    return helper("box", expr) if expr.type is FLOAT else expr


def _written(value: Any, *, boxed: bool) -> tuple[str, frozenset[str]]:
    try:
        return _write(value, boxed)
    except RecursionError:
        raise UnwritableError("a value that is nested too deeply has no form in JavaScript") from None


def _write(value: Any, boxed: bool) -> tuple[str, frozenset[str]]:
    if isinstance(value, float) and boxed and math.isfinite(value) and value.is_integer():
        return f"{HELPERS}.box({javascript.real(value)})", frozenset({"box"})
    if boxed and isinstance(value, tuple | set | frozenset):
        raise UnwritableError(f"{kind_of(value)} has no form in JavaScript where its type is not known")
    if isinstance(value, list | tuple):
        parts = [_write(item, boxed) for item in value]
        return f"[{', '.join(js for js, _ in parts)}]", _joined(parts)
    if isinstance(value, Mapping):
        return _write_mapping(value, boxed)
    return javascript.literal(value), frozenset()


def _write_mapping(value: Mapping[Any, Any], boxed: bool) -> tuple[str, frozenset[str]]:
    keys, items = list(value), [_write(item, boxed) for item in value.values()]
    if all(isinstance(key, str) for key in keys) and not any(map(javascript.is_index, keys)):
        members = {key: js for key, (js, _) in zip(keys, items, strict=True)}
        return javascript.object_literal(members), _joined(items)
    texts = all(isinstance(key, str) for key in keys)
    name = "dict_new" if texts else "map_new"
    written = [_write(key, boxed) for key in keys]
    pairs = ", ".join(f"[{key}, {item}]" for (key, _), (item, _) in zip(written, items, strict=True))
    return f"{HELPERS}.{name}([{pairs}])", _joined(items) | _joined(written) | {name}


def _joined(parts: list[tuple[str, frozenset[str]]]) -> frozenset[str]:
    return frozenset[str]().union(*(uses for _, uses in parts))


def is_constant(value: Any) -> bool:
    """Whether a value is one of Python's own types, and all in it: no class that derives from them."""
    if isinstance(value, SCALARS):
        return type(value) in SCALARS
    if type(value) in (list, tuple, set, frozenset):
        return all(map(is_constant, value))
    return type(value) is dict and all(is_constant(k) and is_constant(v) for k, v in value.items())
