"""The methods of a component's class: which of them a setup can call without reading props."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cached_property
from inspect import getattr_static
from types import FunctionType
from typing import Any

from moon_spa.component import Component
from moon_spa.sections import methods_of
from moon_spa.source import ComponentSource, all_nodes
from moon_spa.unchanging import depth
from moon_spa.unstable import is_unstable

SEEING = frozenset({"super", "locals", "vars", "eval", "exec", "dir", "__class__"})
"""Names by which code sees more than it names."""
_PLAIN = frozenset({"staticmethod", "classmethod", "property"})
_CALLED = (FunctionType, staticmethod, classmethod)


class Methods:
    """What the functions of a component's class are to its setup, read once something of it is asked for."""

    def __init__(self, cls: type[Component], source: ComponentSource, namespace: Mapping[str, Any]) -> None:
        self._cls = cls
        self._source = source
        self._namespace = namespace

    @cached_property
    def public(self) -> frozenset[str]:
        """Those that may be actions."""
        return frozenset(methods_of(self._cls))

    @cached_property
    def free(self) -> frozenset[str]:
        """Those that look at nothing of the component but constants of the class: they cannot read props."""
        stored = {
            one.attr for one in self._source.nodes if isinstance(one, ast.Attribute) and not _is_read(one)
        }
        kept = {name for name, value in self._members.items() if not depth(value)}
        constants = kept - set(self._bound) - stored - {"state", "data", "props"}
        nodes = {name: self._definition(value) for name, value in self._bound.items() if name not in stored}
        known = {name: node for name, node in nodes.items() if node is not None}
        free = {name for name, node in known.items() if not self._asks_a_clock(node)}
        before: set[str] = set()
        while before != free:
            before = free
            free = {name for name in free if _is_free(known[name], self._bound[name], free | constants)}
        return frozenset(free)

    @cached_property
    def reading(self) -> frozenset[str]:
        """All that are not free."""
        return frozenset(self._bound) - self.free

    @cached_property
    def computed(self) -> frozenset[str]:
        """Those of `reading` that need no call, as properties."""
        return frozenset(name for name in self.reading if not isinstance(self._bound[name], _CALLED))

    @cached_property
    def _members(self) -> dict[str, Any]:
        owners = self._cls.__mro__[: self._cls.__mro__.index(Component)]
        return {name: getattr_static(self._cls, name) for owner in owners for name in vars(owner)}

    @cached_property
    def _bound(self) -> dict[str, Any]:
        return {name: value for name, value in self._members.items() if hasattr(type(value), "__get__")}

    def _definition(self, value: Any) -> ast.FunctionDef | None:
        """The function of a class that a value is, where nothing but a builtin decorates it."""
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not isinstance(function, FunctionType) or function.__code__.co_filename != self._source.path:
            return None
        code = function.__code__
        nodes = self._source.definitions(code.co_name, code.co_firstlineno)
        if len(nodes) != 1 or "<locals>" in code.co_qualname or "." not in code.co_qualname:
            return None
        (node,) = nodes
        decorators = getattr(node, "decorator_list", ())
        plain = all(isinstance(one, ast.Name) and one.id in _PLAIN for one in decorators)
        return node if isinstance(node, ast.FunctionDef) and plain else None

    def _asks_a_clock(self, node: ast.FunctionDef) -> bool:
        calls = (part for part in all_nodes(node) if isinstance(part, ast.Call))
        return any(is_unstable(part, self._namespace) for part in calls)


def _is_read(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _is_free(node: ast.FunctionDef, value: Any, known: set[str]) -> bool:
    """Whether a function uses its component for `known` attributes alone."""
    given = [*node.args.posonlyargs, *node.args.args]
    if isinstance(value, staticmethod):
        given = []
    elif not given:
        return False
    receiver = given[0].arg if given else ""
    allowed = set()
    parts = all_nodes(node)
    for part in parts:
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == receiver:
            if not _is_read(part) or part.attr not in known:
                return False
            allowed.add(id(part.value))
        elif isinstance(part, ast.Name) and part.id in SEEING:
            return False
    names = (part for part in parts if isinstance(part, ast.Name) and part.id == receiver)
    return all(id(name) in allowed for name in names)
