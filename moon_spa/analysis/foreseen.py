"""What a first pass over a callback will find of the state, read from its source.

A pass writes the draft of the fields that it changes, so it has to know them before its first line. The
source shows them nearly always: the first pass takes them for found, and is made again where it has not found
all of them.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

from moon_spa.analysis.reach import Reach, Reached
from moon_spa.source import all_nodes
from moon_spa.spec import OPS, Callback, ComponentSpec

_CHANGING = frozenset(
    {
        *("add", "append", "clear", "difference_update", "discard", "extend", "insert"),
        *("intersection_update", "pop", "popitem", "remove", "reverse", "setdefault", "sort"),
        *("symmetric_difference_update", "update"),
    }
)
"""Methods that change their object."""

_TAKEN = frozenset(
    {
        *(ast.Subscript, ast.Attribute, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign),
        *(ast.For, ast.comprehension, ast.Delete, ast.Call),
    }
)


_OWNERS = (ast.Subscript, ast.Attribute)


@dataclass
class _Touched:
    """The fields that are read, assigned, or changed in place, and the actions that are mentioned."""

    read: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)


class Foresight:
    """What the callbacks of a component do to the state; each function is read once."""

    def __init__(self, spec: ComponentSpec, reach: Reach) -> None:
        self.spec = spec
        self.reach = reach
        self._known: dict[int, _Touched] = {}

    def facts(self, callback: Callback) -> frozenset[Hashable]:
        """The facts about fields that the first pass over a callback may rely on, and has to find."""
        key = (callback.kind, callback.name)
        found: set[Hashable] = set()
        waiting, seen = [callback], {callback.name}
        while waiting:
            for function in self.reach.of(waiting.pop()):
                touched = self._touched(function)
                found.update(("read", key, name) for name in touched.read)
                found.update(("assigned", key, name) for name in touched.assigned)
                found.update(("copied", key, name) for name in touched.changed)
                found.update(("drafted", key, name) for name in touched.assigned | touched.changed)
                for name in touched.actions - seen:
                    action = self.spec.actions.get(name)
                    if action is not None and action.node is not None:
                        waiting.append(action)
                seen |= touched.actions
        return frozenset(found)

    def _touched(self, function: Reached) -> _Touched:
        if id(function) not in self._known:
            self._known[id(function)] = _Reader(self.spec, function).read()
        return self._known[id(function)]


class _Reader:
    """Reads one function; variables stand for the fields from which, or into which, their objects go."""

    def __init__(self, spec: ComponentSpec, function: Reached) -> None:
        self.function = function
        self.touched = _Touched()
        self.objects = {one.name: isinstance(one.default, list | dict | set) for one in spec.fields}
        self.fields_of: dict[str, set[str]] = defaultdict(set)
        self.changed: list[ast.expr] = []

    def read(self) -> _Touched:
        """What the function does."""
        for node in self.function.scan.nodes:
            if type(node) in _TAKEN:
                self._take(node)
        for one in self.changed:
            self.touched.changed |= self.roots(one)
        self.touched.actions = {one.name for one in self.function.bound.values() if one.kind == "action"}
        return self.touched

    def named(self, node: ast.AST) -> str | None:
        """The field that an expression names."""
        if isinstance(node, ast.Attribute):
            name: object = node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            name = node.slice.value
        else:
            return None
        found = isinstance(name, str) and name in self.objects and self.function.is_a("state", node.value)
        return str(name) if found else None

    def roots(self, node: ast.AST) -> set[str]:
        """The fields into whose objects an expression may reach."""
        while (name := self.named(node)) is None:
            match node:
                case ast.Subscript(value=inner) | ast.Attribute(value=inner) | ast.Starred(value=inner):
                    node = inner
                case ast.Call(func=ast.Attribute(value=inner), args=[]):
                    node = inner
                case ast.Call(func=func, args=args):
                    return {one for part in (func, *args) for one in self.roots(part)}
                case ast.Name(id=variable):
                    return self.fields_of[variable]
                case _:
                    return set()
        return {name}

    def _take(self, node: ast.AST) -> None:
        if isinstance(node, _OWNERS):
            if isinstance(node.ctx, ast.Load) and (name := self.named(node)) is not None:
                self.touched.read.add(name)
            return
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._store(target, value)
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                self._store(target, value)
            case ast.AugAssign(target=target):
                self._change(target)
            case ast.For(target=target, iter=items) | ast.comprehension(target=target, iter=items):
                self._alias(target, items)
            case ast.Delete(targets=targets):
                self.changed += [one.value for one in targets if isinstance(one, ast.Subscript)]
            case ast.Call(func=ast.Attribute(value=owner, attr=method), args=args):
                self._call(node, owner, method, args)

    def _store(self, target: ast.expr, value: ast.expr) -> None:
        name = self.named(target)
        if name is not None:
            self.touched.assigned.add(name)
            if isinstance(value, ast.Name):
                self.fields_of[value.id].add(name)
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self._store(one, value)
        elif isinstance(target, ast.Name):
            self._alias(target, value)
        elif isinstance(target, ast.Subscript):
            self.changed.append(target.value)

    def _alias(self, target: ast.expr, value: ast.expr) -> None:
        found = self.roots(value)
        if found:
            for one in all_nodes(target):
                if isinstance(one, ast.Name):
                    self.fields_of[one.id] |= found

    def _change(self, target: ast.expr) -> None:
        """`target += value`."""
        name = self.named(target)
        if name is not None:
            self.touched.read.add(name)
            self.touched.assigned.add(name)
            if self.objects[name]:
                self.touched.changed.add(name)
        elif isinstance(target, ast.Subscript):
            self.changed.append(target.value)

    def _call(self, node: ast.Call, owner: ast.expr, method: str, args: list[ast.expr]) -> None:
        if self.function.is_a("self", owner) and method in OPS:
            match args:
                case [ast.Constant(value=str(name)), *_] if name in self.objects:
                    self.touched.assigned.add(name)
                    if method != "set":
                        self.touched.read.add(name)
        elif self.function.is_a("state", owner) and method == "update":
            names: list[object] = [one.arg for one in node.keywords]
            names += [
                key.value
                for one in args
                if isinstance(one, ast.Dict)
                for key in one.keys
                if isinstance(key, ast.Constant)
            ]
            self.touched.assigned.update(str(name) for name in names if name in self.objects)
        elif method in _CHANGING:
            self.changed.append(owner)
            for one in args:
                if isinstance(one, ast.Name):
                    self.fields_of[one.id] |= self.roots(owner)
