"""What an action holds of one run of setup besides the sections, and what of that it has changed.

Setup runs afresh for every request, so a change of such a thing would be lost without a word. Only plain
things are looked at: variables, lists, dicts, sets and their like, attributes of the component. What a
connection or another object holds is the user's own business.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import BuiltinMethodType, CellType, FunctionType, MethodType, SimpleNamespace
from typing import Any

from moon_spa.component import Component
from moon_spa.live import Live, same

_SCALARS = frozenset({type(None), bool, int, float, str, bytes})
_CONTAINERS = (list, dict, set, deque, bytearray)
_OWNERS = (CellType, Component, SimpleNamespace)
_PLAIN = (*_CONTAINERS, tuple, frozenset, SimpleNamespace)
_SECTIONS = frozenset({"state", "data", "props"})
_EMPTY = object()
"""Stands for a variable without a value."""

Contents = tuple[Sequence[Any], Sequence[Any]]
"""Keys and values."""


@dataclass(frozen=True)
class Held:
    """A variable, container or component that a function holds, its name in messages, what was in it."""

    name: str
    thing: Any
    before: Contents

    @property
    def changed(self) -> str:
        """The name of what holds other plain data than it did, "" where nothing does.

        Another object in a variable does not count: it may be a connection that is opened when needed.
        """
        now = contents(self.thing)
        if all(map(_identical, self.before, now)):
            return ""
        if not isinstance(self.thing, _OWNERS):
            return "" if all(map(same, self.before, now)) else self.name
        before, after = (dict(zip(*found, strict=True)) for found in (self.before, now))
        for key in {**before, **after}:
            one, other = before.get(key, _EMPTY), after.get(key, _EMPTY)
            if not same(one, other) and (other is _EMPTY or is_plain(other)):
                return f"self.{key}" if isinstance(self.thing, Component) else self.name
        return ""


def held_by(function: Callable[..., Any], live: Live) -> list[Held]:
    """All that a function holds that ends with this run of setup, but for its sections."""
    sections = (live.state, live.data, live.props, live.actions, live.lifecycle)
    found = list(_walk(("", function), {id(section): section for section in sections}))
    if not any(is_container(one.thing) for one in found):
        return found
    owned = {id(one.thing) for one in _walk(("", sections[:3]), {})}
    return [one for one in found if id(one.thing) not in owned]


def variables(function: Any) -> list[tuple[str, CellType]]:
    """The variables of the functions around it that a function uses."""
    code = getattr(function, "__code__", None)
    cells = getattr(function, "__closure__", None) or ()
    return list(zip(code.co_freevars, cells, strict=True)) if code else []


def is_container(value: Any) -> bool:
    """Whether a value is a list, dict or set, or one of their like."""
    return isinstance(value, _CONTAINERS)


def is_plain(value: Any) -> bool:
    """Whether a value is data, or a container, and no object with a life of its own."""
    return type(value) in _SCALARS or isinstance(value, _PLAIN)


def contents(thing: Any) -> Contents:
    """What is in a variable, component or container."""
    match thing:
        case CellType():
            try:
                return [""], [thing.cell_contents]
            except ValueError:
                return [], []
        case Component() | SimpleNamespace():
            return list(vars(thing)), list(vars(thing).values())
        case dict():
            return list(dict.keys(thing)), list(dict.values(thing))
        case set():
            return [], [set(thing)]
    return [], list(thing)


def _identical(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _walk(first: tuple[str, Any], seen: dict[int, Any]) -> Iterator[Held]:
    todo = [first]
    while todo:
        name, thing = todo.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, (*_CONTAINERS, *_OWNERS)):
            found = Held(name, thing, contents(thing))
            yield found
            todo += _inside(found)
        else:
            todo += [(inner or name, one) for inner, one in _parts(thing)]


def _inside(held: Held) -> Iterable[tuple[str, Any]]:
    """The objects in a thing, with the name that they have in messages."""
    keys, values = held.before
    if isinstance(held.thing, Component):
        return [(f"self.{key}", one) for key, one in zip(keys, values, strict=True) if key not in _SECTIONS]
    if isinstance(held.thing, set | bytearray):
        return ()
    return [(held.name, one) for one in values if type(one) not in _SCALARS]


def _parts(thing: Any) -> Iterable[tuple[str, Any]]:
    """What a function or tuple leads to, with its name where it has one of its own."""
    match thing:
        case FunctionType():
            defaults = [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
            return [*variables(thing), *((f"a default of {thing.__name__}()", one) for one in defaults)]
        case MethodType():
            return [("", thing.__func__), ("", thing.__self__)]
        case BuiltinMethodType():
            return [("", thing.__self__)]
        case partial():
            return [("", thing.func), ("", thing.args), ("", thing.keywords)]
        case tuple():
            return [("", one) for one in thing if type(one) not in _SCALARS]
    return ()
