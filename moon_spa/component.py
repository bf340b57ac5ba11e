"""What a component is written with: the base class, state fields, and the markers of a side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

Marked = TypeVar("Marked", bound=Callable[..., Any])

SIDE = "__moon_side__"
"""Attribute of a function that a marker has put on one side."""


@dataclass(frozen=True)
class StateField:
    """A state field: its default, the cast of its values, and the prop that its first value comes from.

    `name` may be left out where the field stands under a name: in a mapping, or as a class attribute.
    """

    name: str = ""
    default: Any = None
    cast: str | None = None
    from_prop: str | None = None


def client(function: Marked) -> Marked:
    """Mark an action that must run in the browser; what cannot be compiled is then an error."""
    setattr(function, SIDE, "client")
    return function


def server(function: Marked) -> Marked:
    """Mark an action that always runs on the server."""
    setattr(function, SIDE, "server")
    return function


class State(MutableMapping[str, Any]):
    """The state of a running component: `state.count` and `state["count"]` are the same value.

    Only declared names can be written. It is a view: closures over the section see the same values.
    """

    __slots__ = ("values_by_name",)

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        object.__setattr__(self, "values_by_name", {} if values is None else values)

    def __getitem__(self, name: str) -> Any:
        return self.values_by_name[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self.values_by_name:
            raise KeyError(f"no state field {name!r}")
        self.values_by_name[name] = value

    def __delitem__(self, name: str) -> None:
        raise TypeError("a state field cannot be deleted")

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values_by_name[name]
        except KeyError:
            raise AttributeError(f"no state field {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.values_by_name:
            raise AttributeError(f"no state field {name!r}")
        self.values_by_name[name] = value

    def __delattr__(self, name: str) -> None:
        raise TypeError("a state field cannot be deleted")

    def __repr__(self) -> str:
        return f"State({self.values_by_name!r})"


class Component:
    """Base class of components: derive it and write `setup(self, props)`.

    `self.state`, `self.data` and `self.props` are what setup has declared; methods are actions. Inside
    setup, `self.add`, `self.sub`, `self.set` and `self.toggle` make operation mappings for the section
    `actions`; anywhere else they change the state at once.
    """

    state: Any = State()
    data: Any = MappingProxyType[str, Any]({})
    props: Any = MappingProxyType[str, Any]({})
    _setting_up = False
    _follows: list[tuple[Any, str]] | None = None

    def setup(self, props: Any) -> Any:
        """Declare the sections: return a mapping, or nothing and let them be inferred from the locals."""
        raise NotImplementedError("a component declares its sections in setup(self, props)")

    def add(self, name: str, value: Any = 1) -> Any:
        """``state[name] += value``, or the operation that does it."""
        return self._operate("add", name, value)

    def sub(self, name: str, value: Any = 1) -> Any:
        """``state[name] -= value``, or the operation that does it."""
        return self._operate("sub", name, value)

    def set(self, name: str, value: Any = 1) -> Any:
        """``state[name] = value``, or the operation that does it."""
        return self._operate("set", name, value)

    def toggle(self, name: str, value: Any = 1) -> Any:
        """``state[name] = not state[name]``, or the operation that does it; `value` is not used."""
        return self._operate("toggle", name, value)

    def _operate(self, op: str, name: str, value: Any) -> Any:
        if self._setting_up:
            operation = {"op": op, "state": name}
            return operation if op == "toggle" else {**operation, "value": value}
        if op == "add":
            self.state[name] = self.state[name] + value
        elif op == "sub":
            self.state[name] = self.state[name] - value
        else:
            self.state[name] = value if op == "set" else not self.state[name]
        return None
