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


_LEAVES = (ast.Constant, ast.Name, ast.Pass)


def is_fixed(setup: ast.FunctionDef, props: str) -> bool:
    """Whether a setup runs no code but its own displays and definitions, so that it gives one result."""
    todo: list[ast.AST | None] = [*setup.body]
    while todo:
        node = todo.pop()
        if node is None or isinstance(node, _LEAVES):
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not all(isinstance(target, ast.Name) for target in targets):
                return False
            todo.append(node.value)
        elif isinstance(node, ast.Dict):
            unpacked = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
            if not all(isinstance(one, ast.Name) and one.id == props for one in unpacked):
                return False
            todo += [*node.keys, *node.values]
        elif isinstance(node, ast.List | ast.Tuple):
            todo += node.elts
        elif isinstance(node, ast.Return | ast.Expr):
            todo.append(node.value)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            todo += _run_by_definition(node)
        else:
            return False
    return True


def _run_by_definition(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr | None]:
    """What of a function is evaluated where it is defined: defaults and annotations."""
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs]
    annotations = [one.annotation for one in (*parameters, arguments.kwarg) if one is not None]
    return [node.returns, *annotations, *arguments.defaults, *arguments.kw_defaults]


def _meant(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """What a name stands for, or an attribute of a module or class."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _meant(node.value, namespace)
        if isinstance(owner, ModuleType) or isclass(owner):
            return getattr(owner, node.attr, None)
    return None
