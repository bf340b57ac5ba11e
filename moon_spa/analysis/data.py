"""Writes of `data`: those that store what is there already are dropped, any other is the server's."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from moon_spa.analysis.body import Body
from moon_spa.analysis.state import key_of
from moon_spa.spec import Callback, ComponentSpec


def dropped(c: Body, target: ast.expr, value: ast.expr) -> bool:
    """Whether an assignment changes nothing: its key of `data` always holds this value."""
    key = key_of(c, target, "data") if isinstance(target, ast.Subscript | ast.Attribute) else None
    return key is not None and c.store.noted(("settled", key)) and isinstance(value, ast.Constant)


def settled_keys(spec: ComponentSpec) -> set[str]:
    """Keys of `data` that every write in the component sets to their first value."""
    keys = {str(key) for key in spec.data}
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


def _changed_keys(spec: ComponentSpec, callback: Callback) -> set[str] | None:
    """Keys that a callback may change; None where it may change any."""
    assert callback.node is not None
    changed: set[str] = set()
    seen: set[int] = set()
    for one in _nodes(callback):
        if isinstance(one, ast.Return) and one.value is not None:
            returned = one.value
            if not (isinstance(returned, ast.Constant) and returned.value is None):
                return None
        if not isinstance(one, ast.Subscript | ast.Attribute):
            continue
        key = _data_key(callback, one)
        if key is None:
            continue
        seen.add(id(one.value))
        if not isinstance(one.ctx, ast.Load) or not isinstance(
            spec.data.get(key), bool | int | float | str | None
        ):
            changed.add(key)
    for one in _nodes(callback):
        if isinstance(one, ast.Assign) and len(one.targets) == 1:
            key = _data_key(callback, one.targets[0])
            if (
                key is not None
                and _is_first(spec, key, one.value)
                and _writes(callback, key) == _first_writes(spec, callback, key)
            ):
                changed.discard(key)
    named = (one for one in _nodes(callback) if _is_data(callback, one))
    return None if any(id(one) not in seen for one in named) else changed


def _nodes(callback: Callback) -> Iterable[ast.AST]:
    return () if callback.node is None else ast.walk(callback.node)


def _is_data(callback: Callback, node: ast.AST) -> bool:
    """`data`, or `self.data`."""
    if isinstance(node, ast.Name):
        return callback.resolve(node.id).kind in ("data", "helper")
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "data"
        and isinstance(node.value, ast.Name)
        and callback.resolve(node.value.id).kind == "self"
    )


def _data_key(callback: Callback, node: ast.AST) -> str | None:
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))) if _is_data(callback, owner):
            return key
    return None


def _is_first(spec: ComponentSpec, key: str, value: ast.expr) -> bool:
    if not isinstance(value, ast.Constant) or key not in spec.data:
        return False
    first = spec.data[key]
    return type(first) is type(value.value) and first == value.value


def _writes(callback: Callback, key: str) -> int:
    """How often a callback writes or deletes a key."""
    return sum(
        _data_key(callback, one) == key
        for one in _nodes(callback)
        if isinstance(one, ast.Subscript) and not isinstance(one.ctx, ast.Load)
    )


def _first_writes(spec: ComponentSpec, callback: Callback, key: str) -> int:
    """How often it writes the value that the key has at first."""
    return sum(
        isinstance(one, ast.Assign)
        and len(one.targets) == 1
        and _data_key(callback, one.targets[0]) == key
        and _is_first(spec, key, one.value)
        for one in _nodes(callback)
    )
