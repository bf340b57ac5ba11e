"""A component as it runs on the server for one call: setup, then the client's data and state laid over."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa import wire
from moon_spa.findings import Place, refusal
from moon_spa.props import Props
from moon_spa.requests import RefusedError, check_ints, typed
from moon_spa.sections import Run, run_setup, start
from moon_spa.spec import ComponentSpec
from moon_spa.types import ANY, INT, Type, kind_of

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
)

_SCALARS = frozenset({type(None), bool, int, float, str})

Space = dict[str, Any]
Snapshot = Mapping[str, Space]


def open_live(spec: ComponentSpec, props: Mapping[str, Any]) -> Live:
    """The component of `spec` with these props. What setup raises comes through."""
    if spec.cls is None:
        raise RefusedError("setup-failed", f"{spec.name} has no class: it was not compiled from Python")
    place = Place(spec.path, spec.line)
    given = copied(dict(props))
    run = run_setup(spec.cls, Props(given), lambda section, name: place)
    _check_props({**spec.props, **props}, {**run.sections["props"], **given}, place)
    start(run)
    for section in ("state", "data"):
        space = run.sections[section]
        space.update({name: copied(value) for name, value in space.items()})  # it may share with the module
    return Live(spec, run)


def _check_props(props: Mapping[str, Any], now: Mapping[str, Any], place: Place) -> None:
    """Setup leaves the lists and dicts of its props as they are: the browser has them as they were."""
    for name, value in props.items():
        if isinstance(value, list | dict | set) and not same(value, now.get(name, value)):
            hint = f"let it work on a copy, as `list(props[{name!r}])`"
            raise refusal("prop-changed", f"setup changes the prop {name} in place", place, hint)


class Live:
    """Setup has run; `state`, `data` and `props` are the very mappings that the actions see."""

    def __init__(self, spec: ComponentSpec, run: Run) -> None:
        sections = run.sections
        self.spec = spec
        self.state, self.data, self.props = sections["state"], sections["data"], sections["props"]
        self.actions: Mapping[str, Any] = sections["actions"]
        self.lifecycle: Mapping[str, Any] = sections["lifecycle"]

    def overlay(self, props: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """Lay the client's declared data and its state over what setup has made."""
        for name in self.data:
            if name in props and name not in self.spec.props:
                self.data[name] = copied(props[name])
        for name, value in state.items():
            self.state[name] = copied(value)

    def function(self, kind: str, name: str) -> Callable[..., Any]:
        """What an action or hook does; only declared ones get here."""
        declared = (self.actions if kind == "action" else self.lifecycle)[name]
        if kind == "lifecycle" and isinstance(declared, str):
            return self.function("action", declared)
        if callable(declared):
            return declared  # type: ignore[no-any-return]
        steps = list(declared) if isinstance(declared, list | tuple) else [declared]
        return lambda: self._operate(steps)

    def _operate(self, steps: list[Mapping[str, Any]]) -> None:
        for step in steps:
            guard = step.get("cond")
            if guard and not _COMPARE[guard["op"]](self.state[guard["left"]], guard["right"]):
                continue
            name, value = step["state"], step.get("value", 1)
            if step["op"] == "toggle":
                self.state[name] = not self.state[name]
            elif step["op"] == "set":
                self.state[name] = value
            else:
                sign = operator.add if step["op"] == "add" else operator.sub
                self.state[name] = sign(self.state[name], value)

    def snapshot(self) -> Snapshot:
        """State, data and props as they are now."""
        spaces = {"state": self.state, "data": self.data, "props": self.props}
        return {key: {name: copied(value) for name, value in space.items()} for key, space in spaces.items()}

    def merge(self, result: Any) -> None:
        """Take what an action has returned: nothing, or a mapping with `state`, `data` and `props`."""
        if result is None:
            return
        spaces = {"state": self.state, "data": self.data, "props": self.props}
        if not isinstance(result, Mapping) or not set(result) <= set(spaces):
            what = f"keys {wire.short(str(list(result)))}" if isinstance(result, Mapping) else kind_of(result)
            message = f"an action returns nothing, or a mapping with state, data and props; not {what}"
            raise RefusedError("bad-result", message)
        for key, changes in result.items():
            if not isinstance(changes, Mapping):
                raise RefusedError("bad-result", f"{key} of what an action returns is a mapping")
            for name, value in changes.items():
                if key != "props" and name not in spaces[key]:
                    raise RefusedError("undeclared", f"setup declares no {key} {wire.short(repr(name))}")
                spaces[key][name] = value

    def computed(self) -> dict[str, Space]:
        """The data that setup has made of the props, as a patch. Raises RefusedError or WireError."""
        made: dict[str, Any] = {name: copied(value) for name, value in self.data.items()}
        wire.encode(made, where="data")
        return {"state": {}, "props": made}

    def patch(self, before: Snapshot, types: Mapping[str, Type]) -> dict[str, Space]:
        """What has changed since, checked: ``{state, props}``. Raises RefusedError or WireError."""
        found: dict[str, Space] = {"state": {}, "props": {}}
        now = self.snapshot()
        for key in ("state", "data", "props"):
            _check_names(key, before[key], now[key])
            for name, value in now[key].items():
                if name in before[key] and same(before[key][name], value):
                    continue
                what = f"{key} {name}"
                kind = types.get(name, ANY) if key == "state" else ANY
                wire.encode(name, where=f"a name in {key}")
                wire.encode(value, kind, what)
                if key == "state":
                    _check_number(kind, value, what)
                    check_ints(value, what)
                    value = typed(kind, value, what, "wrong-type")
                elif key == "data" and name in self.spec.props:
                    raise RefusedError("name-clash", f"{name} is both a prop and data: rename one of them")
                found["state" if key == "state" else "props"][name] = value
        return found


def _check_names(key: str, before: Space, now: Space) -> None:
    """Actions neither declare nor remove anything; props may be added."""
    for name in (*before, *now):
        if name not in now:
            raise RefusedError("undeclared", f"the action has removed {key} {wire.short(repr(name))}")
        if name not in before and key != "props":
            raise RefusedError("undeclared", f"setup declares no {key} {wire.short(repr(name))}")
        if type(name) is not str:
            raise RefusedError("undeclared", f"{key} has the key {wire.short(repr(name))}, which is no name")


def _check_number(kind: Type, value: Any, what: str) -> None:
    """A field whose first value is an int holds ints; say how it could hold floats."""
    if kind is INT and type(value) is float:
        hint = "write its first value as a float, 2.0 and not 2, where it may be one"
        raise RefusedError("wrong-type", f"{what} is {wire.short(repr(value))}, not int: {hint}")


def copied(value: Any) -> Any:
    """A copy that shares nothing that changes; objects that cannot travel anyway are kept as they are."""
    if type(value) is list:
        return [one if type(one) in _SCALARS else copied(one) for one in value]
    if type(value) is dict:
        return {key: one if type(one) in _SCALARS else copied(one) for key, one in value.items()}
    if type(value) is tuple:
        return tuple(map(copied, value))
    return set(value) if type(value) is set else value


def same(a: Any, b: Any) -> bool:
    """Equal in values and types, and dicts in order."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is float:
        return repr(a) == repr(b)
    if type(a) in (list, tuple):
        return _same_items(a, b)
    if type(a) is dict:
        return _same_items(a, b) and _same_items(a.values(), b.values())
    return type(a) in (int, str, bool, set) and bool(a == b)


def _same_items(a: Collection[Any], b: Collection[Any]) -> bool:
    """The same, one by one; in copies nothing has changed of, all are identical."""
    return len(a) == len(b) and (all(map(operator.is_, a, b)) or all(map(same, a, b)))
