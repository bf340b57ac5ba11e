"""Writes of `data`: those that store what is there already are dropped, any other is the server's."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from moon_spa.analysis.body import Body
from moon_spa.analysis.names import own_nodes
from moon_spa.analysis.state import key_of
from moon_spa.source import all_nodes
from moon_spa.spec import Binding, Callback, ComponentSpec, Function


def dropped(c: Body, target: ast.expr, value: ast.expr) -> bool:
    """Whether an assignment changes nothing: its key of `data` always holds this value."""
    key = key_of(c, target, "data") if isinstance(target, ast.Subscript | ast.Attribute) else None
    return key is not None and c.store.noted(("settled", key)) and isinstance(value, ast.Constant)


def settled_keys(spec: ComponentSpec) -> set[str]:
    """Keys of `data` that every write in the component sets to their first value."""
    keys = {str(key) for key in spec.data}
    if not keys:
        return keys
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if callback.node is None:
            if callback.operations is None:
                return set()
            continue
        changed = _changed_keys(spec, callback)
        if changed is None:
            return set()
        keys -= changed
    return keys


@dataclass(frozen=True)
class _Function:
    """A function of the component, and what its names mean."""

    node: Function
    resolve: Callable[[str], Binding]


def _functions(callback: Callback) -> list[_Function]:
    """A callback, and the helpers that it can reach."""
    assert callback.node is not None
    found = [_Function(callback.node, callback.resolve)]
    for one in found:
        for name in all_nodes(one.node):
            if not isinstance(name, ast.Name | ast.Attribute):
                continue
            binding = _binding(one, name)
            node, resolve = binding.node, binding.resolve
            if node is not None and resolve is not None and all(node is not other.node for other in found):
                found.append(_Function(node, resolve))
    return found


def _binding(function: _Function, node: ast.AST) -> Binding:
    if isinstance(node, ast.Name):
        return function.resolve(node.id)
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return Binding("unknown")
    if function.resolve(node.value.id).kind != "self":
        return Binding("unknown")
    return Binding("data") if node.attr == "data" else function.resolve(f"self.{node.attr}")


def _changed_keys(spec: ComponentSpec, callback: Callback) -> set[str] | None:
    """Keys that a callback may change; None where it may change any."""
    assert callback.node is not None
    if any(_returns_a_value(one) for one in own_nodes(callback.node)) or isinstance(
        getattr(callback.node, "body", None), ast.Dict
    ):
        return None
    changed: set[str] = set()
    for function in _functions(callback):
        found = _changed_in(spec, function)
        if found is None:
            return None
        changed |= found
    return changed


def _returns_a_value(node: ast.AST) -> bool:
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    return not (isinstance(node.value, ast.Constant) and node.value.value is None)


def _changed_in(spec: ComponentSpec, function: _Function) -> set[str] | None:
    """Keys that one function may change; `data` itself may only stand before a constant key."""
    keyed: set[int] = set()
    harmless: set[int] = set()
    changed: set[str] = set()
    owners: list[ast.AST] = []
    subscripts: list[ast.Subscript] = []
    for one in all_nodes(function.node):
        if isinstance(one, ast.Name | ast.Attribute):
            if _binding(function, one).kind == "data":
                owners.append(one)
        elif isinstance(one, ast.Subscript):
            subscripts.append(one)
        elif isinstance(one, ast.Assign):
            match one.targets:
                case [ast.Subscript(slice=ast.Constant(value=str(key))) as target]:
                    if _is_first(spec, key, one.value):
                        harmless.add(id(target))
    for part in subscripts if owners else ():
        match part.slice:
            case ast.Constant(value=str(key)) if _binding(function, part.value).kind == "data":
                keyed.add(id(part.value))
                is_scalar = isinstance(spec.data.get(key), bool | int | float | str | None)
                reads = isinstance(part.ctx, ast.Load) and is_scalar
                changed |= set() if reads or id(part) in harmless else {key}
    return None if any(id(one) not in keyed for one in owners) else changed


def _is_first(spec: ComponentSpec, key: str, value: ast.expr) -> bool:
    if not isinstance(value, ast.Constant) or key not in spec.data:
        return False
    first = spec.data[key]
    return type(first) is type(value.value) and first == value.value
