"""Writes of `data`: those that store what is there already are dropped, any other is the server's."""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.reach import Reach, Reached
from moon_spa.analysis.state import key_of
from moon_spa.spec import Callback, ComponentSpec

MOST_LEVELS = 8
"""Lists and dicts nested deeper are not compared."""


def dropped(c: Body, target: ast.expr, value: ast.expr) -> bool:
    """Whether an assignment changes nothing: its key of `data` always holds this value."""
    key = key_of(c, target, "data") if isinstance(target, ast.Subscript | ast.Attribute) else None
    return key is not None and c.store.noted(("settled", key)) and _is_first(c.unit.spec, key, value)


def settled_keys(spec: ComponentSpec, reach: Reach) -> set[str]:
    """Keys of `data` that every write in the component sets to their first value."""
    keys = {str(key) for key in spec.data}
    if not keys:
        return keys
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if callback.node is None:
            if callback.operations is None:
                return set()
            continue
        changed = _changed_keys(spec, reach, callback)
        if changed is None:
            return set()
        keys -= changed
    return keys


def _changed_keys(spec: ComponentSpec, reach: Reach, callback: Callback) -> set[str] | None:
    """Keys that a callback may change; None where it may change any."""
    assert callback.node is not None
    if any(map(_returns_a_value, reach.scans.of(callback.node).returns)) or isinstance(
        getattr(callback.node, "body", None), ast.Dict
    ):
        return None
    changed: set[str] = set()
    for function in reach.of(callback):
        found = _changed_in(spec, function)
        if found is None:
            return None
        changed |= found
    return changed


def _returns_a_value(node: ast.Return) -> bool:
    return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)


def _changed_in(spec: ComponentSpec, function: Reached) -> set[str] | None:
    """Keys that one function may change; `data` itself may only stand before a constant key."""
    if not function.mentions("data"):
        return set()
    keyed: set[int] = set()
    harmless: set[int] = set()
    changed: set[str] = set()
    owners: list[ast.AST] = []
    subscripts: list[ast.Subscript] = []
    for one in function.scan.nodes:
        if isinstance(one, ast.Name | ast.Attribute):
            if function.is_a("data", one):
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
            case ast.Constant(value=str(key)) if function.is_a("data", part.value):
                keyed.add(id(part.value))
                is_scalar = isinstance(spec.data.get(key), bool | int | float | str | None)
                reads = isinstance(part.ctx, ast.Load) and is_scalar
                changed |= set() if reads or id(part) in harmless else {key}
    return None if any(id(one) not in keyed for one in owners) else changed


def _is_first(spec: ComponentSpec, key: str, value: ast.expr) -> bool:
    """Whether what is written out is the first value of a key, of the same types: their texts are equal."""
    if key not in spec.data or not _is_plain(spec.data[key]):
        return False
    try:
        known = repr(ast.literal_eval(value))
    except (ValueError, TypeError, RecursionError):
        return False
    return known == repr(spec.data[key]) and not spec.data_doubt(key)


def _is_plain(value: object, depth: int = 0) -> bool:
    if isinstance(value, list | dict) and depth < MOST_LEVELS:
        parts = value if type(value) is list else [*value, *value.values()] if type(value) is dict else [...]
        return all(_is_plain(one, depth + 1) for one in parts)
    return type(value) in (bool, int, float, str, type(None))
