"""The props that setup gets: plain ones when a component runs, traced ones when it is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moon_spa import javascript
from moon_spa.constants import constant, helper
from moon_spa.javascript import UnwritableError
from moon_spa.overrides import cast_str
from moon_spa.rewriting import UNPACKED
from moon_spa.spec import Expr
from moon_spa.trace import (
    NO_VALUE,
    MissingPropError,
    Traced,
    TracedValue,
    expression_any,
    is_traced,
    plain,
    traced,
    written_now,
)
from moon_spa.types import ANY

_INHERITED = frozenset(
    {
        *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"),
        *("toString", "valueOf", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__"),
        "__lookupSetter__",
    }
)
"""Names that every JavaScript object seems to have."""


class Props(dict[str, Any]):
    """The props that setup gets: `props.x`, `props["x"]` and `props.get("x", default)`.

    What setup makes of them with ``**``, ``|``, `dict` or `copy` is read in the same ways.
    """

    def __missing__(self, name: str) -> Any:
        raise MissingPropError(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __or__(self, other: Any) -> Any:
        return merged([self], [other]) if isinstance(other, Mapping) else NotImplemented

    def __ror__(self, other: Any) -> Any:
        return merged([other], [self]) if isinstance(other, Mapping) else NotImplemented

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __delitem__(self, name: str) -> None:
        raise TypeError("a prop cannot be taken away")

    def pop(self, *arguments: Any) -> Any:
        """Refused: the browser keeps every prop that it was given."""
        raise TypeError("a prop cannot be taken away")

    popitem = clear = pop

    def copy(self) -> Props:
        """The same props in a new mapping."""
        return type(self)(self)


class TracedProps(Props):
    """Props at compile time: nothing is given yet.

    `defaults` are used where a prop is not given, `computed` whatever is given. `reads` has the default of
    every read of the props as they were given, and what it was in JavaScript then.
    """

    def __init__(
        self,
        defaults: Mapping[str, Any] | None = None,
        computed: Mapping[str, Any] | None = None,
        reads: list[tuple[str, Any, str]] | None = None,
    ) -> None:
        self.defaults = dict(defaults or {})
        self.computed = dict(computed or {})
        self.reads: list[tuple[str, Any, str]] = [] if reads is None else reads
        names = [*self.defaults, *(name for name in self.computed if name not in self.defaults)]
        super().__init__({name: self._known(name) for name in names})

    def _known(self, name: str) -> Any:
        if name in self.computed:
            return self.computed[name]
        default = self.defaults[name]
        return traced(plain(default), _read(name, default), name, default)

    def __getitem__(self, name: str) -> Any:
        if name in self.defaults and name not in self.computed:
            default = self.defaults[name]
            self.reads.append((name, default, written_now(default)))
            if isinstance(default, list | dict):
                return self._known(name)  # it may have been changed since
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The prop, or `default`, with its JavaScript."""
        if name in self:
            return self[name]
        self.reads.append((name, default, written_now(default)))
        return traced(plain(default), _read(name, default), name, default)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("defaults", "computed", "reads"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        self.reads.append((name, NO_VALUE, ""))
        where = helper("at_a", Expr("resolvedProps"), constant(name))
        return TracedValue(NO_VALUE, where, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.computed[name] = value
        super().__setitem__(name, value)

    def update(self, *others: Any, **named: Any) -> None:
        """Entries that hold whatever is given."""
        for name, value in dict(*others, **named).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The prop, which has a default from here on."""
        if name not in self:
            self.defaults[name] = default
            super().__setitem__(name, self._known(name))
        return self[name]

    def copy(self) -> TracedProps:
        """The same props in a new mapping."""
        return TracedProps(self.defaults, self.computed, self.reads)


def merged(*parts: tuple[Any, Any] | list[Any]) -> Any:
    """A dict display with ``**``: a tuple is an entry of it, a list has the mapping that is unpacked.

    Props with more entries are props again: what stands before them is a default, what follows is fixed.
    """
    found: dict[Any, Any] = {}
    props: TracedProps | None = None
    given = False
    for part in parts:
        if isinstance(part, tuple):
            found[part[0]] = part[1]
            continue
        given = given or isinstance(part[0], Props)
        if isinstance(part[0], TracedProps):
            below = {**props.defaults, **props.computed} if props is not None else {}
            props = TracedProps({**below, **found, **part[0].defaults}, part[0].computed, part[0].reads)
            found = {}
        else:
            found.update(part[0])
    if props is not None:
        return TracedProps(props.defaults, {**props.computed, **found}, props.reads)
    return Props(found) if given else found


def called_dict(function: Any, *arguments: Any, **named: Any) -> Any:
    """A call of `dict`, whatever the name stands for; a copy of props is read as they are."""
    if UNPACKED in named:
        unpacked = named[UNPACKED]
        if (
            function is dict
            and len(arguments) < 2
            and any(isinstance(m, Props) for m in (*arguments, unpacked))
        ):
            return merged(*([one] for one in arguments), [unpacked])
        return function(*arguments, **unpacked)
    if function is dict and len(arguments) == 1 and isinstance(arguments[0], Props):
        return merged([arguments[0]], *named.items())
    return function(*arguments, **named)


def joined_text(*parts: Any) -> Any:
    """An f-string without conversions and formats."""
    if not any(map(is_traced, parts)):
        return "".join(map(format, parts))
    found: Any = ""
    for part in parts:
        text = cast_str(part) if is_traced(part) else format(part)
        found = text if found == "" and not isinstance(found, Traced) else found + text
    return found


def _access(name: str) -> str:
    return f"resolvedProps[{javascript.text(name)}]"


def _read(name: str, default: Any) -> Expr | None:
    """``props.get(name, default)``: a given None stays None, and only a missing prop is the default."""
    try:
        other = expression_any(default)
    except UnwritableError:
        return None
    if name in _INHERITED:
        return helper("get_a", Expr("resolvedProps"), constant(name), other)
    access = _access(name)
    if default is None:
        return Expr(f"({access} ?? null)", ANY, other.uses)
    return Expr(f"({access} === undefined ? {other.js} : {access})", ANY, other.uses)
