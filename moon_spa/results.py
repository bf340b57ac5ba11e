"""What actions return that is an error: the bridge takes nothing, and a mapping of state, data and props.

Every public function of setup is an action, so a helper that returns a value is one too. The analysis knows
the types of what it understands; of the rest the source is read, and only what is plain to see is told.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType

from moon_spa.analysis.names import own_nodes, parameters, scan
from moon_spa.analysis.placement import Key
from moon_spa.analysis.reach import Reach
from moon_spa.findings import Place, finding
from moon_spa.spec import PATCH, Callback, ComponentSpec, Placed
from moonlight.diagnostic import Diagnostic

_RETURNED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("ascii", "chr", "format", "input", "repr", "str"), "str"),
        **dict.fromkeys(("hash", "int", "len", "ord"), "int"),
        **dict.fromkeys(("all", "any", "bool", "callable", "hasattr", "isinstance"), "bool"),
        **dict.fromkeys(("abs", "float", "round", "sum"), "a number"),
        **dict.fromkeys(("divmod", "tuple"), "tuple"),
        **dict.fromkeys(("list", "sorted"), "list"),
        **dict.fromkeys(("enumerate", "filter", "map", "reversed", "zip"), "an iterator"),
        **dict.fromkeys(("frozenset", "set"), "set"),
        "open": "a file",
        "range": "range",
    }
)
"""Functions of Python whose result is neither None nor a mapping, whatever they are given."""
_OF_TEXTS = frozenset({"format", "join", "lower", "replace", "strip", "title", "upper"})


def wrong_results(spec: ComponentSpec, placed: Mapping[Key, Placed], reach: Reach) -> tuple[Diagnostic, ...]:
    """A warning for each action and hook that returns what is an error when it is called."""
    found = []
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        known = placed[callback.kind, callback.name]
        if known.side == "server" and callback.node is not None:
            returned, line = (known.returned, known.line) if known.returned else _Reader(callback).returned()
            if returned:
                found.append(_warning(spec, callback, returned, line, reach))
    return tuple(sorted(found, key=lambda one: one.span.line))


def _warning(spec: ComponentSpec, callback: Callback, returned: str, line: int, reach: Reach) -> Diagnostic:
    name, users = callback.name, _users(spec, callback, reach)
    what = "action" if callback.kind == "action" else "hook"
    message = f"the {what} {name} returns {returned}, which is an error when it is called"
    hint = "return nothing, or a mapping with state, data and props"
    if users:
        message += f"; {' and '.join(users)} {'use' if len(users) > 1 else 'uses'} it as a helper"
        hint = f"name it `_{name}`, or leave it out of `actions`: then it is no action"
    elif what == "action":
        hint += f"; a helper, which is no action, is named `_{name}`"
    return finding("bad-result", message, Place(spec.path, line), hint, "warning")


def _users(spec: ComponentSpec, action: Callback, reach: Reach) -> list[str]:
    """The other actions and hooks that mention an action, in a helper too."""
    found = []
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if callback is action or callback.node is None:
            continue
        bound = (one for reached in reach.of(callback) for one in reached.bound.values())
        if any(one.kind == "action" and one.name == action.name for one in bound):
            found.append(callback.name)
    return found


class _Reader:
    """Reads what a function returns."""

    def __init__(self, callback: Callback) -> None:
        assert callback.node is not None
        self.node, self.resolve = callback.node, callback.resolve
        own = scan(self.node)
        self.own = {*own.assigned, *(one.arg for one in parameters(self.node.args))}

    def returned(self) -> tuple[str, int]:
        """What a function returns that is an error, and on which line; "" where it may be none."""
        if isinstance(self.node, ast.Lambda):
            return self.kind(self.node.body), self.node.lineno
        own = own_nodes(self.node)
        if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own):
            return "a generator", self.node.lineno
        for one in own:
            if isinstance(one, ast.Return) and one.value is not None and (found := self.kind(one.value)):
                return found, one.lineno
        return "", 0

    def kind(self, value: ast.expr) -> str:
        """What a value is that is neither None nor a patch; "" where it may be one."""
        match value:
            case ast.Constant(value=constant):
                return "" if constant is None else type(constant).__name__
            case ast.Dict(keys=keys):
                names = [one.value for one in keys if isinstance(one, ast.Constant)]
                return next((f"a dict with the key {name!r}" for name in names if name not in PATCH), "")
            case ast.Call():
                return self.of_call(value)
            case ast.BinOp(left=left, op=op, right=right) if not isinstance(op, ast.BitOr):
                kinds = (self.kind(left), self.kind(right))
                known = (one for one in ("str", "list", "tuple") if one in kinds)
                return next(known, "a number" if any(kinds) else "")
            case ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.IfExp(body=one, orelse=other):
                return self.kind(one) or self.kind(other)
            case ast.BoolOp(values=values):
                return next(filter(None, map(self.kind, values)), "")
        return _DISPLAYS.get(type(value), "")

    def of_call(self, call: ast.Call) -> str:
        """What a call gives, of a function of Python or a method of a text that is written there."""
        match call.func:
            case ast.Name(id=name) if name not in self.own:
                found = self.resolve(name)
                return _RETURNED.get(found.name, "") if found.kind == "builtin" else ""
            case ast.Attribute(value=owner, attr=method) if method in _OF_TEXTS and self.kind(owner) == "str":
                return "str"
        return ""


_DISPLAYS: Mapping[type[ast.expr], str] = MappingProxyType(
    {
        ast.Compare: "bool",
        ast.GeneratorExp: "a generator",
        ast.JoinedStr: "str",
        ast.Lambda: "a function",
        ast.List: "list",
        ast.ListComp: "list",
        ast.Set: "set",
        ast.SetComp: "set",
        ast.Tuple: "tuple",
    }
)
