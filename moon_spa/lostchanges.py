"""Changes that an action would lose, read from its source: of what setup makes anew for every request.

A name for the value that a section begins with is told too: sections hold copies, so it never changes.
Only what is plain to see is told: `nonlocal`, an attribute of the component, an item or a method of a list,
dict or set of setup. What is changed under another name the bridge finds when the action runs. A name for
a value of data is told only where an action may change that value: else both are the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moon_spa.analysis.names import parameters, scan
from moon_spa.component import Component
from moon_spa.findings import Place, finding
from moon_spa.held import contents, is_container, variables
from moon_spa.source import below
from moon_spa.spec import Binding, Callback, ComponentSpec, Function
from moonlight.diagnostic import Diagnostic

_HINT = "put it in state, or at the top of the module, where every visitor shares it"
_ASKING = frozenset({"count", "endswith", "index", "isdisjoint", "join", "keys", "startswith"})
"""Methods that neither change what they are called on, nor hand on its parts."""
_METHODS = frozenset(
    {
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft"),
        *("insert", "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse"),
        *("rotate", "setdefault", "sort", "subtract", "symmetric_difference_update", "update"),
    }
)
"""Methods that change a list, dict, set or one of their like."""
_SECTIONS = frozenset({"state", "data", "props"})
_HANDING = ("value", "values", "elts", "iter", "body", "orelse", "subject")
"""Parts of a node that may be what its value is, or holds."""
_ANY = ""
"""Stands for all names of data."""
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)

Seen = tuple[ast.AST, frozenset[str]]
"""A node, and the names that mean there what they mean in setup."""


def lost_changes(spec: ComponentSpec) -> tuple[Diagnostic, ...]:
    """A warning for each change that is seen, and for each name of a section's first value."""
    found: dict[tuple[str, int], Diagnostic] = {}
    firsts = _first_values(spec, _changed_data(spec))
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        for name, line, first in _changes(callback, firsts):
            place = Place(spec.path, line)
            if first:
                message = f"{callback.name} reads `{name}`, which stays the first value of {first}"
                warning = finding("first-value", message, place, f"write `{first}`", "warning")
            else:
                message = f"{callback.name} changes `{name}`, which setup makes anew for every request"
                warning = finding("lost-change", message, place, _HINT, "warning")
            found.setdefault((name, line), warning)
    return tuple(found[key] for key in sorted(found, key=lambda key: key[1]))


def _first_values(spec: ComponentSpec, changed: set[str]) -> dict[int, str]:
    """The lists, dicts and sets that state and data begin with: the sections hold copies of them."""
    of_data = {name: value for name, value in spec.data.items() if {name, _ANY} & changed}
    values = {f'data["{name}"]': value for name, value in of_data.items()}
    values |= {f'state["{field.name}"]': field.default for field in spec.fields if field.initial is None}
    return {id(value): name for name, value in values.items() if is_container(value)}


def _changes(callback: Callback, firsts: Mapping[int, str]) -> Iterator[tuple[str, int, str]]:
    """What an action, and the functions that it calls, change, and on which line.

    With a third text: what they read although it stays the first value of that.
    """
    for reader, nodes in _reached(callback):
        for node, names in nodes:
            line = getattr(node, "lineno", 0)
            yield from ((name, line, "") for name in reader.changed(node, names))
            if isinstance(node, ast.Name) and node.id in names and id(reader.values[node.id]) in firsts:
                yield node.id, line, firsts[id(reader.values[node.id])]


def _reached(callback: Callback) -> Iterator[tuple[_Reader, list[Seen]]]:
    """An action and the functions that it calls, each with its nodes."""
    todo = [Binding("helper", callback.function, node=callback.node, resolve=callback.resolve)]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if one.node is None or one.resolve is None or id(one.node) in seen:
            continue
        seen.add(id(one.node))
        reader = _Reader(one.value, one.resolve)
        nodes = list(in_sight(one.node, frozenset(reader.values)))
        yield reader, nodes
        todo += [reader.called(node.func) for node, _ in nodes if isinstance(node, ast.Call)]


def _changed_data(spec: ComponentSpec) -> set[str]:
    """The names of data that an action may change."""
    found: set[str] = set()
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if callback.function is not None and not isinstance(callback.node, _DEFINED):
            found.add(_ANY)
            continue
        for number, (reader, nodes) in enumerate(_reached(callback)):
            for node, _ in nodes:
                if number == 0 and isinstance(node, ast.Return) and node.value is not None:
                    found.add(_ANY)
                found |= reader.given_on(node)
    return found


def in_sight(node: ast.AST, names: frozenset[str]) -> Iterator[Seen]:
    """All nodes of a function, each with those of `names` that mean there what they mean outside."""
    for one in below(node):
        inner = names
        if isinstance(one, Function):
            outer = {n for part in below(one) if isinstance(part, ast.Nonlocal) for n in part.names}
            own = {argument.arg for argument in parameters(one.args)} | set(scan(one).assigned)
            inner = names - (own - outer)
        yield one, inner
        yield from in_sight(one, inner)


class _Reader:
    """What the names of one function stand for that setup has made."""

    def __init__(self, function: Any, resolve: Callable[[str], Binding]) -> None:
        plain = getattr(function, "__func__", function)
        self.values = {name: [*contents(cell)[1], None][0] for name, cell in variables(plain)}
        self.resolve = resolve
        receivers = [getattr(function, "__self__", None), *self.values.values()]
        owners = [one for one in receivers if isinstance(one, Component)]
        self.attributes = {key: value for one in owners for key, value in vars(one).items()}
        self.shared = {id(one) for one in getattr(plain, "__globals__", {}).values()}

    def changed(self, node: ast.AST, names: frozenset[str]) -> list[str]:
        """The names of what a node changes."""
        match node:
            case ast.Nonlocal(names=found):
                return [name for name in found if name in names]
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attr)]) if attr in _SECTIONS:
                return [f"{name}.{attr}"] if self.resolve(name).kind == "self" else []
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store() | ast.Del()):
                return [f"{name}.{attr}"] if self._is_own(name, attr) else []
            case ast.Subscript(value=target, ctx=ast.Store() | ast.Del()):
                return self._container(target, names)
            case ast.Call(func=ast.Attribute(value=target, attr=attr)) if attr in _METHODS:
                return self._container(target, names)
        return []

    def called(self, func: ast.expr) -> Binding:
        """The function that a call goes to, where its source is known."""
        match func:
            case ast.Name(id=name):
                return self.resolve(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if self._is_own(name, attr):
                return self.resolve(f"self.{attr}")
        return Binding("unknown")

    def given_on(self, node: ast.AST) -> set[str]:
        """The names of data that a node changes, or gets to where it may be changed."""
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                return self._data(node)
            case ast.Call(func=func, args=args, keywords=keywords):
                found = self._data(func.value) if isinstance(func, ast.Attribute) else set()
                found = set() if isinstance(func, ast.Attribute) and func.attr in _ASKING else found
                reads = isinstance(func, ast.Name) and self.resolve(func.id).kind == "builtin"
                given = [] if reads else [*args, *(one.value for one in keywords)]
                return found.union(*map(self._data, given))
            case ast.expr() | ast.stmt() | ast.comprehension():
                kept = [getattr(node, name, None) for name in _HANDING]
                parts = [part for one in kept for part in (one if isinstance(one, list) else [one])]
                reading = isinstance(node, ast.Attribute | ast.Subscript | ast.FormattedValue | ast.JoinedStr)
                return set() if reading else set().union(*map(self._data, parts))
        return set()

    def _data(self, node: Any) -> set[str]:
        """The name of data that an expression reaches into, where it reaches into data."""
        key = _ANY
        while isinstance(node, ast.Subscript | ast.Attribute):
            if isinstance(node, ast.Attribute) and node.attr == "data" and self._is_component(node.value):
                return {key}
            index = node.slice if isinstance(node, ast.Subscript) else None
            key = str(index.value) if isinstance(index, ast.Constant) else _ANY
            node = node.value
        return {key} if isinstance(node, ast.Name) and self.resolve(node.id).kind == "data" else set()

    def _is_component(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and self.resolve(node.id).kind == "self"

    def _container(self, target: ast.expr, names: frozenset[str]) -> list[str]:
        """The list, dict or set of setup that an expression reaches into."""
        while isinstance(target, ast.Subscript):
            target = target.value
        match target:
            case ast.Name(id=name) if name in names and self.resolve(name).kind not in _SECTIONS:
                return [name] if self._is_made_anew(self.values[name]) else []
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if self._is_own(name, attr):
                return [f"{name}.{attr}"] if self._is_made_anew(self.attributes.get(attr)) else []
        return []

    def _is_own(self, name: str, attr: str) -> bool:
        return attr not in _SECTIONS and self.resolve(name).kind == "self"

    def _is_made_anew(self, value: Any) -> bool:
        return is_container(value) and id(value) not in self.shared
