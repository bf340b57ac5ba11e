"""Annotations of parameters as types; what they do not say is ANY."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.types import ANY, BOOL, FLOAT, INT, NONE, STR, DictOf, ListOf, Type, join_all

_BASIC: Mapping[Any, Type] = MappingProxyType(
    {int: INT, float: FLOAT, str: STR, bool: BOOL, None: NONE, type(None): NONE}
)


def parameter_types(function: Callable[..., Any]) -> dict[str, Type]:
    """Parameter -> type of a function; one that cannot be read has ANY for all."""
    if not getattr(function, "__annotations__", None):
        return {}
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # annotations may hold names that do not exist, and any expression
        return {}
    return {name: annotated(hint) for name, hint in hints.items()}


def annotated(hint: Any) -> Type:
    """The type that an annotation means: ``int``, ``list[str]``, ``dict[str, int]``, ``int | None``."""
    try:
        basic = _BASIC.get(hint)
    except TypeError:  # not hashable
        return ANY
    if basic is not None:
        return basic
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and len(args) == 1:
        return ListOf(annotated(args[0]))
    if origin is dict and len(args) == 2:
        return DictOf(annotated(args[0]), annotated(args[1]))
    if origin in (typing.Union, types.UnionType):
        return join_all(map(annotated, args))
    return ANY
