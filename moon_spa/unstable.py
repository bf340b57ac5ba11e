"""Functions whose result is another one each time: clocks and chance.

Setup runs once for the script and again for every request, so what they give it is no first value and no
constant of an action in the browser, even where two runs happen to agree.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import isclass
from types import ModuleType
from typing import Any

_CLOCKS: Mapping[str, int] = {
    **dict.fromkeys(("asctime", "ctime", "gmtime", "localtime"), 0),
    **dict.fromkeys(("now", "strftime", "today", "utcnow"), 1),
    **dict.fromkeys(("monotonic", "perf_counter", "process_time", "time"), 0),
    **dict.fromkeys(("monotonic_ns", "perf_counter_ns", "process_time_ns", "time_ns"), 0),
}
"""Functions of clocks, and with how many arguments they tell the time at most."""
_CHANCE = frozenset({"random", "secrets", "uuid"})
_SETTINGS = frozenset({"seed", "getstate", "setstate", "uuid3", "uuid5"})


def is_unstable(call: ast.Call, namespace: Mapping[str, Any]) -> bool:
    """Whether a call asks a clock, or draws by chance; `namespace` are the globals."""
    function = _meant(call.func, namespace)
    if function is None or isclass(function) or not callable(function):
        return False
    owner = getattr(function, "__self__", None)
    home = getattr(function if owner is None or isinstance(owner, ModuleType) else owner, "__module__", "")
    name = getattr(function, "__name__", "")
    if home in _CHANCE:
        return name not in _SETTINGS
    return home in ("time", "datetime") and len(call.args) <= _CLOCKS.get(name, -1)


_FIXED = (
    *(ast.Assign, ast.AnnAssign, ast.Return, ast.Pass, ast.Expr, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.Dict, ast.List, ast.Tuple, ast.Constant, ast.Name),
)
"""Statements and displays that run no code of anybody."""


def is_fixed(setup: ast.FunctionDef, props: str) -> bool:
    """Whether a setup runs no code but its own displays and definitions, so that it gives one result."""
    todo: list[ast.AST | None] = [*setup.body]
    while todo:
        node = todo.pop()
        match node:
            case None:
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if node.decorator_list:
                    return False
                parameters = [one for one in ast.walk(node.args) if isinstance(one, ast.arg)]
                todo += [node.returns, *(one.annotation for one in parameters)]
                todo += [*node.args.defaults, *node.args.kw_defaults]
            case ast.Dict():
                unpacked = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
                if not all(isinstance(one, ast.Name) and one.id == props for one in unpacked):
                    return False
                todo += [*node.keys, *node.values]
            case ast.Assign() if not all(isinstance(target, ast.Name) for target in node.targets):
                return False
            case ast.AnnAssign():
                todo.append(node.value)
            case _ if isinstance(node, _FIXED):
                todo += [
                    child
                    for child in ast.iter_child_nodes(node)
                    if not isinstance(child, ast.Store | ast.Load)
                ]
            case _:
                return False
    return True


def _meant(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """What a name stands for, or an attribute of a module or class."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _meant(node.value, namespace)
        if isinstance(owner, ModuleType) or isclass(owner):
            return getattr(owner, node.attr, None)
    return None
