"""Names: which variables a Python function has, and what they are called in JavaScript."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from moon_spa.javascript import RESERVED, is_identifier
from moon_spa.source import PARTS, all_nodes, below

TAKEN = frozenset(
    {
        *("actions", "componentName", "lifecycle", "props", "resolvedProps", "state", "useState"),
        *("Array", "BigInt", "Boolean", "Map", "Math", "Number", "Object", "Set", "String", "Symbol"),
        *("globalThis", "handle", "isFinite", "isNaN", "parseFloat", "parseInt", "setup", "of", "async"),
    }
)
"""Names that mean something where a body stands."""
_NEVER = RESERVED | TAKEN

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NAMING = frozenset(
    {
        *(*SCOPES, *COMPREHENSIONS, ast.Name, ast.ExceptHandler, ast.Import, ast.ImportFrom),
        *(ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.Assign, ast.Global, ast.Nonlocal, ast.Return),
    }
)
"""Nodes that say something of the names of a function, or of what it returns."""


class Names:
    """The JavaScript names of one action; each is given once."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._used = {*_NEVER, *reserved}

    def fresh(self, hint: str) -> str:
        """`hint`, or `hint` with a number, that is nobody else's."""
        base = hint if is_identifier(hint) or hint in RESERVED else "value"
        base = f"_{base.lstrip('_')}" if base.startswith("__") else base
        name, number = base, 1
        while name in self._used:
            number += 1
            name = f"{base}_{number}"
        self._used.add(name)
        return name

    def mark(self) -> frozenset[str]:
        """The names given so far, for `reset`."""
        return frozenset(self._used)

    def reset(self, mark: frozenset[str]) -> None:
        """Take back the names given since `mark`."""
        self._used = set(mark)


def own_nodes(node: ast.AST) -> list[ast.AST]:
    """All nodes below a function that run in its scope: bodies of nested functions are left out."""
    found: list[ast.AST] = []
    pending: list[ast.AST | None] = [*reversed(children(node))]
    while pending:
        one = pending.pop()
        if one is None:
            continue
        found.append(one)
        if isinstance(one, SCOPES):
            if not isinstance(one, ast.ClassDef):
                pending += [*one.args.defaults, *one.args.kw_defaults]
            continue
        for name in reversed(PARTS[type(one)]):
            part = getattr(one, name, None)
            if type(part) is list:
                pending += reversed(part)
            else:
                pending.append(part)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """What runs when a function is called: its body."""
    if isinstance(node, ast.Lambda):
        return [node.body]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return list(node.body)
    return [node]


@dataclass(frozen=True)
class Scan:
    """What the source of a function says of its names.

    `assigned` are its variables in order, `shared` those names that functions nested in it mention, `outer`
    is its first `global` or `nonlocal`. `own` are the nodes that run in its scope, with their `kinds` and the
    `returns` among them; `nodes` are all.
    """

    assigned: tuple[str, ...]
    shared: frozenset[str]
    outer: ast.stmt | None
    own: tuple[ast.AST, ...]
    nodes: tuple[ast.AST, ...]
    kinds: frozenset[type[ast.AST]]
    returns: tuple[ast.Return, ...]


class Scans:
    """Functions that have been read, each once; nodes stay alive with it, so their ids stay theirs."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[ast.AST, Scan]] = {}

    def of(self, node: ast.AST) -> Scan:
        """What the source of a function says of its names."""
        known = self._found.get(id(node))
        if known is None:
            known = self._found[id(node)] = (node, scan(node))
        return known[1]


def scan(node: ast.AST) -> Scan:
    """Read a function; variables of comprehensions are not the function's."""
    own = own_nodes(node)
    nodes = [*own, *_head(node)]
    found: dict[str, None] = {}
    shared: set[str] = set()
    targets: set[int] = set()
    outer: ast.stmt | None = None
    returns: list[ast.Return] = []
    for one in own:
        if type(one) not in _NAMING:
            continue
        match one:
            case ast.Name(id=name, ctx=context):
                if not isinstance(context, ast.Load) and id(one) not in targets:
                    found[name] = None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] = None
                inner = _inside(one)
                nodes += inner
                shared.update(part.id for part in inner if isinstance(part, ast.Name))
            case ast.Assign(targets=[ast.Name()], value=ast.Lambda(body=inside)):
                shared.update(part.id for part in all_nodes(inside) if isinstance(part, ast.Name))
            case ast.Assign(targets=[ast.Name()], value=ast.Dict(values=values)):
                lambdas = [value for value in values if isinstance(value, ast.Lambda)]
                inner = [part for value in lambdas for part in all_nodes(value.body)]
                shared.update(part.id for part in inner if isinstance(part, ast.Name))
            case ast.Lambda():
                nodes += _inside(one)
            case ast.ClassDef(name=name):
                found[name] = None
                nodes += _inside(one)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for generator in one.generators:
                    targets.update(map(id, all_nodes(generator.target)))
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                found[name] = None
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found.update(dict.fromkeys((a.asname or a.name).split(".")[0] for a in names))
            case ast.Return():
                returns.append(one)
            case ast.Global() | ast.Nonlocal() if outer is None:
                outer = one
    kinds = frozenset(map(type, own))
    return Scan(tuple(found), frozenset(shared), outer, tuple(own), tuple(nodes), kinds, tuple(returns))


def _inside(node: ast.AST) -> list[ast.AST]:
    return [inner for part in below(node) for inner in all_nodes(part)]


def _head(node: ast.AST) -> list[ast.AST]:
    """A function itself, and what stands before its body."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    parts: list[ast.AST] = [node.args]
    if not isinstance(node, ast.Lambda):
        parts += [*node.decorator_list, *([node.returns] if node.returns else [])]
    return [node, *(inner for part in parts for inner in all_nodes(part))]


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters but `*args` and `**kwargs`."""
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def mentions(nodes: Iterable[ast.AST], names: Collection[str]) -> set[int]:
    """Those nodes, by their ids, that mention one of some names."""
    return {id(one) for one in nodes if isinstance(one, ast.Name) and one.id in names}


def stored_name(node: ast.AST) -> str:
    """The variable that a node gives a value: a target, a part of a pattern, `except … as`; "" for others."""
    if isinstance(node, ast.Name):
        return "" if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler):
        return node.name or ""
    return node.rest or "" if isinstance(node, ast.MatchMapping) else ""


def place(node: ast.AST) -> tuple[int, ...]:
    """Where a node stands: the same in every pass, for nodes that are made up too."""
    names = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return tuple(getattr(node, name, 0) or 0 for name in names)
