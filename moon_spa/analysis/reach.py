"""What a callback can reach: its own function and helpers, with what the names in them are bound to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from moon_spa.analysis.names import Scan, Scans
from moon_spa.spec import Binding, Callback, ComponentSpec, Function

_SECTIONS: Mapping[str, Binding] = MappingProxyType({"state": Binding("state"), "data": Binding("data")})


@dataclass(frozen=True)
class Reached:
    """A function; `bound` has what its names and attributes of the component mean, by the id of the node."""

    node: Function
    scan: Scan
    bound: Mapping[int, Binding]

    def mentions(self, kind: str) -> bool:
        """Whether anything in it stands for the mapping of a kind."""
        return any(one.kind == kind for one in self.bound.values())

    def is_a(self, kind: str, node: ast.AST) -> bool:
        """Whether a node stands for the mapping, or the component, of a kind."""
        known = self.bound.get(id(node))
        return known is not None and known.kind == kind


class Reach:
    """The functions that the callbacks of a component reach, each callback looked at once."""

    def __init__(self, spec: ComponentSpec) -> None:
        self.spec = spec
        self.scans = Scans()
        self._found: dict[tuple[str, str], list[Reached]] = {}
        self._functions: dict[tuple[int, int], Reached] = {}

    def of(self, callback: Callback) -> list[Reached]:
        """The function of a callback, and the helpers that it can reach."""
        key = (callback.kind, callback.name)
        if key not in self._found:
            assert callback.node is not None
            self._found[key] = self._followed(callback)
        return self._found[key]

    def _followed(self, callback: Callback) -> list[Reached]:
        found: dict[int, Reached] = {}
        waiting = [Binding("helper", callback.function, node=callback.node, resolve=callback.resolve)]
        while waiting:
            binding = waiting.pop()
            if binding.node is None or binding.resolve is None or id(binding.node) in found:
                continue
            key = (id(binding.node), id(getattr(binding.value, "__func__", binding.value)))
            if key not in self._functions:
                self._functions[key] = self._reached(binding.node, binding.resolve)
            found[id(binding.node)] = one = self._functions[key]
            tables = [other.value.values() for other in one.bound.values() if other.kind == "table"]
            known = [*one.bound.values(), *(entry for table in tables for entry in table)]
            waiting += [other for other in known if other.kind == "helper"]
        return list(found.values())

    def _reached(self, node: Function, resolve: Callable[[str], Binding]) -> Reached:
        scan = self.scans.of(node)
        bound: dict[int, Binding] = {}
        for one in scan.nodes:
            if type(one) is ast.Name:
                bound[id(one)] = resolve(one.id)
            elif type(one) is ast.Attribute and _is_self(one.value, resolve):
                bound[id(one)] = self._attribute(one.attr, resolve)
        return Reached(node, scan, bound)

    def _attribute(self, name: str, resolve: Callable[[str], Binding]) -> Binding:
        if name in _SECTIONS:
            return _SECTIONS[name]
        if name in self.spec.actions:
            return Binding("action", name=name)
        return resolve(f"self.{name}")


def _is_self(node: ast.expr, resolve: Callable[[str], Binding]) -> bool:
    return type(node) is ast.Name and resolve(node.id).kind == "self"
