"""Lists and dicts that setup may read and not change, because they stand for others.

What is followed as a whole has a value of its own at compile time, while Python's setup may have one of the
objects that it reads: a change of the one would not be seen in the other. A setup that makes such a change is
run again with less followed (`moon_spa.setup`), where its values are the objects themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.trace import KINDS, Traced, unfollowed

_CHANGING: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        list: (
            *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
            *("__setitem__", "__delitem__", "__iadd__", "__imul__"),
        ),
        dict: (
            *("clear", "pop", "popitem", "setdefault", "update"),
            *("__setitem__", "__delitem__", "__ior__"),
        ),
    }
)


class FrozenError(TypeError):
    """Something changes a value that a prop has chosen."""


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(self: Any, *arguments: Any, **named: Any) -> Any:
        raise FrozenError(f"`{name}` changes a value that comes from props")

    return refuse


_FROZEN: Mapping[type, Any] = MappingProxyType(
    {
        base: type(
            f"Frozen{base.__name__.title()}", (KINDS[base],), {name: _refusing(name) for name in names}
        )
        for base, names in ({**_CHANGING, tuple: ()}).items()
    }
)


def frozen(value: Any) -> Any:
    """A traced value that nothing can change, nor the lists and dicts in it."""
    base = next((one for one in _FROZEN if isinstance(value, one) and isinstance(value, Traced)), None)
    if base is None:
        return value
    parts = {key: _part(one) for key, one in value.items()} if base is dict else map(_part, value)
    found = _FROZEN[base](parts)
    vars(found).update(vars(value))
    return found


def _part(value: Any) -> Any:
    """A list or dict inside another one; it has no JavaScript of its own."""
    if type(value) not in _FROZEN:
        return value
    return frozen(unfollowed(value, "a part of a value from props is read where it cannot be followed"))
