"""The tracing-aware `int`, `float`, `str` and `bool` of a component's scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moon_spa.constants import helper
from moon_spa.javascript import UnwritableError
from moon_spa.spec import Expr
from moon_spa.trace import NO_VALUE, expression_any, is_traced, plain, traced, without_form
from moon_spa.types import BOOL, FLOAT, INT, STR, Type


def _cast(value: Any, base: type, helper_name: str, result: Type) -> Any:
    """``base(value)`` with the call of a helper as its expression."""
    known = plain(value)
    known = NO_VALUE if known is NO_VALUE else base(known)
    try:
        call = helper(helper_name, expression_any(value))
    except UnwritableError as error:
        return without_form(known, error)
    return traced(known, Expr(call.js, result, call.uses))


def cast_int(value: Any) -> Any:
    """``int(value)`` of a traced value."""
    return _cast(value, int, "int_a", INT)


def cast_float(value: Any) -> Any:
    """``float(value)`` of a traced value."""
    return _cast(value, float, "float_a", FLOAT)


def cast_str(value: Any) -> Any:
    """``str(value)`` of a traced value."""
    return _cast(value, str, "str_a", STR)


def cast_bool(value: Any) -> Any:
    """``bool(value)`` of a traced value."""
    return _cast(value, bool, "truth", BOOL)


_CASTS: Mapping[type, Callable[..., Any]] = {int: cast_int, float: cast_float, str: cast_str, bool: cast_bool}


class _Overridden(type):
    """Metaclass of the overrides: the builtin in all but calls with a traced value."""

    builtin: type | None

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        builtin = cls.__dict__.get("builtin")
        if builtin is None:  # a class that derives from an override
            return type.__call__(cls, *arguments, **named)
        if len(arguments) == 1 and not named and is_traced(arguments[0]):
            return _CASTS[builtin](arguments[0])
        return builtin(*arguments, **named)

    def __instancecheck__(cls, instance: Any) -> bool:
        builtin = cls.__dict__.get("builtin")
        return isinstance(instance, builtin) if builtin else type.__instancecheck__(cls, instance)

    def __subclasscheck__(cls, other: type) -> bool:
        builtin = cls.__dict__.get("builtin")
        return issubclass(other, builtin) if builtin else type.__subclasscheck__(cls, other)

    def __eq__(cls, other: object) -> bool:
        return cls is other or other is cls.__dict__.get("builtin", cls)

    def __hash__(cls) -> int:
        return hash(cls.__dict__.get("builtin")) if "builtin" in cls.__dict__ else type.__hash__(cls)

    def __repr__(cls) -> str:
        builtin = cls.__dict__.get("builtin")
        return repr(builtin) if builtin else type.__repr__(cls)


def _override(builtin: type) -> Any:
    base = int if builtin is bool else builtin
    members = {"builtin": builtin, "__module__": "builtins", "__doc__": builtin.__doc__}
    return _Overridden(builtin.__name__, (base,), members)


OVERRIDES: Mapping[str, Any] = {builtin.__name__: _override(builtin) for builtin in _CASTS}
"""What the scope of a component has under the names of the builtins."""
