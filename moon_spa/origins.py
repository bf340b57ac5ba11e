"""What else than props decides a value of setup: globals that change, and code that nobody can look into.

Setup runs afresh for every request, and its script is written once. So what a global decides that other code
may change, or a file, or code that stands elsewhere, is no constant of an action in the browser.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, EnumType
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any

from moon_spa.analysis.names import COMPREHENSIONS
from moon_spa.source import ComponentSource, all_nodes
from moon_spa.spec import Binding, Function
from moon_spa.statuses import root_of

PURE = frozenset(
    {
        *("__future__", "base64", "binascii", "bisect", "builtins", "calendar", "cmath", "collections"),
        *("colorsys", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"),
        *("graphlib", "hashlib", "heapq", "html", "itertools", "json", "math", "moon_spa", "numbers"),
        *("operator", "re", "statistics", "string", "struct", "textwrap", "typing", "unicodedata", "urllib"),
        *("zlib", "_collections_abc", "_functools", "_operator", "_decimal", "_json", "_struct", "_bisect"),
    }
)
"""Modules whose functions give the same for the same; clocks are `unstable`'s business."""
_ASKING = frozenset({"open", "input", "globals", "locals", "vars", "eval", "exec", "__import__"})
_SECTIONS = frozenset({"state", "data", "props", "actions", "lifecycle"})
_CHANGING = frozenset({"clear", "pop", "popitem", "setdefault", "update"})
_VALUES = (bool, int, float, str, bytes, list, tuple, dict, set, frozenset)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Origins:
    """The statements of a setup by what they give values to; `meaning` is what a global or `self.x` is."""

    def __init__(
        self,
        setup: ast.FunctionDef,
        source: ComponentSource,
        scope: Mapping[str, Any],
        meaning: Callable[[str], Binding],
    ) -> None:
        self._setup = setup
        self._source = source
        self._scope = scope
        self._meaning = meaning
        self._receiver, self._props = (one.arg for one in [*setup.args.posonlyargs, *setup.args.args][:2])

    def of(self, name: str) -> str:
        """Why a variable of setup, or `self.x`, is no constant; "" where it is one."""
        known = self._statements.get(name)
        return self._doubt(self._passed(name) if known is None else known)

    def of_entry(self, key: str) -> str:
        """The same for the entry of `data`, or of another section, that is written out with this key."""
        found: list[ast.AST] = []
        for statement in self._setup.body:
            own = list(_own([statement]))
            if any(_changes(one, key) for one in own):
                return "what setup makes in steps"
            values = [value for one in own if isinstance(one, ast.Dict) for value in _written(one, key)]
            found += [statement] if values and hasattr(statement, "body") else values
        return self._doubt(found) if found else "what setup makes in steps"

    @cached_property
    def _statements(self) -> Mapping[str, list[ast.AST]]:
        """Variables and attributes of the component, with the statements that give them a value."""
        found: dict[str, list[ast.AST]] = defaultdict(list)
        bound: set[str] = set()
        for statement in self._setup.body:
            names = set(self._stored(statement))
            bound |= names
            apart = _taken_apart(statement)
            for name in names.union(_touched(statement)):
                found[name].append(apart.get(name, statement))
        return {name: statements for name, statements in found.items() if name in bound}

    def _stored(self, statement: ast.stmt) -> Iterable[str]:
        for node in _own([statement]):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    yield name
                case ast.alias(name=name, asname=other):
                    yield (other or name).partition(".")[0]
                case (
                    ast.ExceptHandler(name=str(name))
                    | ast.MatchAs(name=str(name))
                    | ast.MatchStar(name=str(name))
                ):
                    yield name
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.MatchMapping(rest=str(name)):
                    yield name
                case ast.Attribute(value=ast.Name(id=root), attr=attr, ctx=ast.Store()) if (
                    root == self._receiver
                ):
                    yield f"self.{attr}"

    def _passed(self, name: str) -> list[ast.AST]:
        """What a variable of a function inside, or its parameter, gets its value from."""
        functions = [node for node in self._source.nodes if isinstance(node, ast.FunctionDef)]
        taking = {node.name for node in functions if any(one.arg == name for one in _arguments(node))}
        found: list[ast.AST] = []
        for node in all_nodes(self._setup):
            match node:
                case ast.Call(func=ast.Name(id=called)) if called in taking:
                    found += [*node.args, *(one.value for one in node.keywords)]
                case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.NamedExpr():
                    if any(
                        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store)
                        for one in all_nodes(node)
                    ):
                        found.append(node)
        return found

    @cached_property
    def _series(self) -> Mapping[str, list[ast.AST]]:
        """Variables of comprehensions, with the series that they go over."""
        found: dict[str, list[ast.AST]] = defaultdict(list)
        for node in all_nodes(self._setup):
            if isinstance(node, ast.comprehension):
                for name in _stores(node.target):
                    found[name].append(node.iter)
        return found

    def _doubt(self, nodes: Iterable[ast.AST]) -> str:
        """The first thing that other code may change among all that the nodes read."""
        todo = [(node, False) for node in nodes]
        seen: set[int] = set()
        while todo:
            node, in_module = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            own = _bound(node)
            for name in self._read(node):
                if name in own or (not in_module and name in (self._receiver, self._props)):
                    continue
                inside = not in_module or name.startswith("self.")
                known = (self._statements.get(name) or self._series.get(name)) if inside else None
                if known is not None:
                    todo += [(one, False) for one in known]
                    continue
                why, more = self._judged(name)
                if why:
                    return why
                todo += [(one, True) for one in more]
        return ""

    def _read(self, node: ast.AST) -> Iterable[str]:
        """Names, `self.x`, and attributes of classes as `Shop.LIMIT`."""
        covered: set[int] = set()
        for one in all_nodes(node):
            match one:
                case ast.Attribute(value=ast.Name(id=root) as owner, attr=attr):
                    if root == self._receiver:
                        yield from (
                            [] if attr in _SECTIONS or isinstance(node, ast.ClassDef) else [f"self.{attr}"]
                        )
                    elif type(self._scope.get(root)) is type and hasattr(self._scope[root], attr):
                        covered.add(id(owner))
                        yield f"{root}.{attr}"
        for one in all_nodes(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and id(one) not in covered:
                yield one.id

    def _judged(self, name: str) -> tuple[str, list[ast.AST]]:
        """Why a global, or `self.x`, is not to be trusted; and the code that it stands for."""
        value = self._scope.get(name.partition(".")[0])
        if _home(value) in PURE or isinstance(value, EnumType | Enum):
            return "", []
        meaning = self._meaning(name)
        if meaning.kind == "helper" and meaning.node is not None:
            return "", [meaning.node]
        if meaning.kind == "builtin":
            return (f"`{name}()`" if meaning.name in _ASKING else ""), []
        if meaning.kind != "unknown":
            return "", []
        if isinstance(value, type) and value.__module__ == self._scope.get("__name__") and "." not in name:
            found = [
                one for one in self._source.tree.body if isinstance(one, ast.ClassDef) and one.name == name
            ]
            if found:
                return "", [*found]
        return meaning.why or f"`{name}`", []


def _home(value: Any) -> str:
    """The package of a module, function or class, and that of the class of a value that cannot change."""
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0]
    if value is None or isinstance(value, _VALUES):
        return ""
    owner = value if isinstance(value, type | FunctionType) or callable(value) else type(value)
    home = getattr(owner, "__module__", None) or ""
    return "" if home == "collections" and owner is not value else home.partition(".")[0]


def _own(body: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """The nodes that run with these statements, without those of functions inside."""
    todo = [*body]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
            todo += ast.iter_child_nodes(node)


def _written(display: ast.Dict, key: str) -> list[ast.expr]:
    """The value that a display has for a key, and what is unpacked behind it."""
    pairs = [*zip(display.keys, display.values, strict=True)]
    for i, (one, value) in enumerate(pairs):
        if isinstance(one, ast.Constant) and one.value == key:
            return [value, *(other for name, other in pairs[i + 1 :] if name is None)]
    return []


def _taken_apart(statement: ast.stmt) -> Mapping[str, ast.expr]:
    """The value of each variable in ``a, b = x, y``."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            if len(targets) == len(values) and not any(isinstance(one, ast.Starred) for one in values):
                pairs = zip(targets, values, strict=True)
                return {one.id: value for one, value in pairs if isinstance(one, ast.Name)}
    return {}


def _touched(statement: ast.stmt) -> Iterable[str]:
    """Variables whose objects a statement may change."""
    for node in _own([statement]):
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                yield root_of(node)
            case ast.Call(func=ast.Attribute(value=receiver)):
                yield root_of(receiver)
    if isinstance(statement, ast.Expr):
        yield from (node.id for node in all_nodes(statement) if isinstance(node, ast.Name))


def _changes(node: ast.AST, key: str) -> bool:
    """Whether a node sets the entry of some mapping, or may."""
    match node:
        case ast.Subscript(slice=index, ctx=ast.Store() | ast.Del()):
            return not isinstance(index, ast.Constant) or index.value == key
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _CHANGING
        case ast.AugAssign(op=ast.BitOr()):
            return True
    return False


def _arguments(node: Function) -> list[ast.arg]:
    found = node.args
    rest = [one for one in (found.vararg, found.kwarg) if one is not None]
    return [*found.posonlyargs, *found.args, *found.kwonlyargs, *rest]


def _stores(node: ast.AST) -> set[str]:
    return {
        one.id for one in all_nodes(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    }


def _bound(node: ast.AST) -> set[str]:
    """Names that are bound inside of a node: parameters, variables of comprehensions, a function's own."""
    found: set[str] = set()
    is_scope = isinstance(node, (*_FUNCTIONS, ast.ClassDef))
    for one in all_nodes(node):
        match one:
            case ast.arg(arg=name):
                found.add(name)
            case ast.comprehension(target=target):
                found |= _stores(target)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found |= {name} if is_scope and one is not node else set()
    return found | (_stores(node) if is_scope else set())
