"""Names of state and data that setup does not declare, read from the source: whoever uses one gets an error.

A name that the function itself looks for with `in`, or that stands in a function with `try`, is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from moon_spa.analysis.reach import Reach, Reached
from moon_spa.component import State
from moon_spa.findings import Place, finding
from moon_spa.lostchanges import in_sight
from moon_spa.spec import ComponentSpec
from moonlight.diagnostic import Diagnostic
from moonlight.hints import did_you_mean

_SPACES = ("state", "data")

Declared = Mapping[str, Collection[str]]
"""The names of state and of data."""


def undeclared_names(spec: ComponentSpec, reach: Reach) -> tuple[Diagnostic, ...]:
    """A warning for each name that an action or hook uses and setup does not declare."""
    declared = {"state": [field.name for field in spec.fields], "data": list(spec.data)}
    found: dict[tuple[int, str], Diagnostic] = {}
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if callback.node is None:
            continue
        for function in reach.of(callback):
            for node, message, hint in _wrong(function, declared):
                warning = finding("undeclared", message, Place(spec.path, node.lineno), hint, "warning")
                found.setdefault((node.lineno, message), warning)
    return tuple(found[key] for key in sorted(found))


def _wrong(function: Reached, declared: Declared) -> Iterator[tuple[ast.expr, str, str]]:
    """The expressions of a function that name what is not there, each with what to say and the remedy."""
    if any(isinstance(one, ast.Try | ast.TryStar) for one in function.scan.nodes):
        return
    mentioned = [one for one in function.scan.nodes if isinstance(one, ast.Name)]
    outer = {one.id for one in mentioned if function.bound[id(one)].kind in ("self", *_SPACES)}
    outer -= {one.id for one in mentioned if not isinstance(one.ctx, ast.Load)}
    asked = {
        one.left.value
        for one in function.scan.nodes
        if isinstance(one, ast.Compare) and isinstance(one.left, ast.Constant)
    }
    for node, names in in_sight(function.node, frozenset(outer)):
        match node:
            case ast.Subscript(value=owner, slice=ast.Constant(value=str(name))) if name not in asked:
                is_attribute = False
            case ast.Attribute(value=owner, attr=name):
                is_attribute = True
            case _:
                continue
        space = _space(function, owner, names)
        if not space:
            continue
        known = declared[space]
        if is_attribute and not (space == "state" and isinstance(owner, ast.Attribute)):
            if not hasattr(dict, name):
                hint = f'write `{ast.unparse(owner)}["{name}"]`'
                yield node, f"`{ast.unparse(node)}` is no attribute of a dict", hint
        elif name not in known and not (is_attribute and hasattr(State, name)):
            hint = did_you_mean(name, known, f"give it a first value in setup's `{space}`")
            yield node, f"setup declares no {space} `{name}`", hint


def _space(function: Reached, owner: ast.expr, names: frozenset[str]) -> str:
    """Which section an expression stands for, "" for none."""
    root = owner.value if isinstance(owner, ast.Attribute) else owner
    if not isinstance(root, ast.Name) or root.id not in names:
        return ""
    return next((space for space in _SPACES if function.is_a(space, owner)), "")
