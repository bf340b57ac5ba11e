"""Which lists, dicts and sets of a module are never changed, read from all of its source.

An action in the browser has a copy of them, so nothing may change them: not through another name, not in
their parts, not in a function that gets them. The rules do not look at the order of statements; what they
do not understand is a change.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moon_spa.analysis.names import COMPREHENSIONS, own_nodes, parameters, scan, stored_name
from moon_spa.source import ComponentSource, below
from moon_spa.spec import Function

_READING = frozenset(
    {
        *("abs", "all", "any", "bool", "callable", "float", "format", "hash", "id", "int", "isinstance"),
        *("len", "ord", "print", "range", "repr", "round", "str", "type"),
    }
)
"""Builtins that keep nothing of what they get."""
_COPYING = frozenset(
    {"dict", "filter", "frozenset", "iter", "list", "reversed", "set", "sorted", "sum", "tuple"}
)
"""Builtins whose result holds the parts of what they get."""
_PAIRING = frozenset({"enumerate", "zip"})
_CHOOSING = frozenset({"max", "min", "next"})
_METHODS: Mapping[str, int] = {
    **dict.fromkeys(("count", "index", "isdisjoint", "issubset", "issuperset", "keys"), 0),
    **dict.fromkeys(("difference", "intersection", "symmetric_difference", "union"), 0),
    **dict.fromkeys(("copy", "values"), 1),
    "get": -1,
    "items": 2,
}
"""Methods that read; what they return holds the parts one level down, on this level, or in pairs."""

_TAKING = frozenset({"dumps", "endswith", "format", "join", "startswith"})
_TAKING_PARTS = frozenset({"choice", "extend", "sample", "update"})
"""Methods of something else that keep nothing of their arguments, or the parts alone."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, *COMPREHENSIONS)

Scope = ast.AST
"""A function, a comprehension or the module; names of a class are taken for names around it."""
Variable = tuple[Scope, str]


def depth(value: Any) -> int:
    """How many levels of containers a value has; 0 for what cannot change."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list | set):
        return 1 + max(map(depth, value), default=0)
    if isinstance(value, tuple):
        inner = max(map(depth, value), default=0)
        return inner + 1 if inner else 0
    return 0


class Unchanging:
    """The names of a source, and what they stand for."""

    def __init__(self, source: ComponentSource) -> None:
        self.tree = source.tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        self.bound: dict[Scope, frozenset[str]] = {source.tree: frozenset()}
        self.functions: dict[Variable, ast.FunctionDef] = {}
        self.loads: dict[Variable, list[ast.Name]] = defaultdict(list)
        self.stores: dict[Variable, list[ast.AST]] = defaultdict(list)
        self._read(source.tree, source.tree)
        for node in self.scopes:
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        """Note what a node says of a variable."""
        if isinstance(node, ast.Name):
            found = self.loads if isinstance(node.ctx, ast.Load) else self.stores
            found[self.variable(node, node.id)].append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            variable = self.variable(node, node.name)
            self.stores[variable].append(node)
            if isinstance(node, ast.FunctionDef):
                self.functions[variable] = node
        elif name := stored_name(node):
            self.stores[self.variable(node, name)].append(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for one in node.names:
                self.stores[self.variable(node, (one.asname or one.name).partition(".")[0])].append(node)

    def _read(self, node: ast.AST, scope: Scope) -> None:
        """Note parent and scope of all nodes below."""
        for one in below(node):
            self.parents[one] = node
            self.scopes[one] = scope
            inner = scope
            if isinstance(one, _SCOPES):
                inner = one
                self.bound[one] = _bound(one)
            self._read(one, inner)
        if isinstance(node, COMPREHENSIONS):  # its first series belongs to the scope around
            outer = self.scopes[node]
            for one in (node.generators[0].iter, *ast.walk(node.generators[0].iter)):
                if self.scopes.get(one) is node:
                    self.scopes[one] = outer

    def variable(self, node: ast.AST, name: str) -> Variable:
        """The variable that a name means where a node stands."""
        scope = self.scopes[node]
        while scope is not self.tree and name not in self.bound[scope]:
            scope = self.scopes[scope]
        return scope, name

    def function(self, name: ast.Name) -> ast.FunctionDef | None:
        """The function that a name stands for, where it can be no other."""
        variable = self.variable(name, name.id)
        return self.functions.get(variable) if len(self.stores.get(variable, ())) == 1 else None

    def is_builtin(self, name: ast.Name) -> bool:
        """Whether a name stands for a builtin."""
        variable = self.variable(name, name.id)
        return variable[0] is self.tree and not self.stores.get(variable) and hasattr(builtins, name.id)

    def is_kept(self, name: str, value: Any) -> bool:
        """Whether nothing in the source may change what a global stands for."""
        return not _Tracing(self).changes((self.tree, name), depth(value))

    def is_kept_attribute(self, name: str, value: Any) -> bool:
        """The same for what an attribute of a class stands for, whatever object it is read from."""
        if any(isinstance(one, ast.Name) and one.id in ("getattr", "vars") for one in self.parents):
            return False
        reads = [
            one for one in self.parents if isinstance(one, ast.Attribute) and one.attr in (name, "__dict__")
        ]
        if any(one.attr == "__dict__" for one in reads):
            return False
        tracing = _Tracing(self)
        tracing.todo += [(one, depth(value), False) for one in reads]
        return not tracing.changes((self.tree, name), depth(value))


def _bound(scope: ast.AST) -> frozenset[str]:
    if isinstance(scope, COMPREHENSIONS):
        targets = [one for part in scope.generators for one in ast.walk(part.target)]
        return frozenset(one.id for one in targets if isinstance(one, ast.Name))
    assert isinstance(scope, Function)
    given = (*parameters(scope.args), scope.args.vararg, scope.args.kwarg)
    outer = [one for one in own_nodes(scope) if isinstance(one, ast.Global | ast.Nonlocal)]
    assigned = set(scan(scope).assigned).difference(*(one.names for one in outer))
    return frozenset(assigned | {one.arg for one in given if one is not None})


def _is_numbered(series: ast.expr) -> bool:
    """Whether a series has pairs of which only the second may be a container."""
    match series:
        case ast.Call(func=ast.Name(id="enumerate") | ast.Attribute(attr="items")):
            return True
    return False


class _Tracing:
    """Follows one object through the source. `level` counts the containers in it, `new` says that the
    outermost was made on the way, so that only its parts matter."""

    def __init__(self, names: Unchanging) -> None:
        self.names = names
        self.todo: list[tuple[ast.AST, int, bool]] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.changed = False

    def changes(self, variable: Variable, level: int) -> bool:
        """Whether the object of a variable is changed anywhere."""
        self.stand(variable, level, False)
        while self.todo and not self.changed:
            self.use(*self.todo.pop())
        return self.changed

    def follow(self, node: ast.AST, level: int, new: bool) -> None:
        """A node's value is, or holds, the object."""
        if level > new:
            self.todo.append((node, level, new))

    def stand(self, variable: Variable, level: int, new: bool) -> None:
        """A variable stands for the object."""
        if level <= new or (variable, level, new) in self.seen:
            return
        self.seen.add((variable, level, new))
        self.todo += [(node, level, new) for node in self.names.loads[variable]]
        parents = (self.names.parents[node] for node in self.names.stores[variable])
        if not new and any(isinstance(one, ast.AugAssign) for one in parents):
            self.changed = True

    def receive(self, target: ast.AST, level: int, new: bool) -> None:
        """The object is assigned to a target."""
        if isinstance(target, ast.Name):
            self.stand(self.names.variable(target, target.id), level, new)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                if isinstance(part, ast.Starred):
                    self.receive(part.value, level, True)
                else:
                    self.receive(part, level - 1, False)
        elif level > new:
            self.changed = True

    def use(self, node: ast.AST, level: int, new: bool) -> None:
        """Take what is done with an expression that is the object."""
        parent = self.names.parents[node]
        match parent:
            case ast.Subscript(slice=index) if index is node:
                return
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                self.changed |= not new
            case ast.Subscript(slice=index):
                whole = isinstance(index, ast.Slice)
                self.follow(parent, level if whole else level - 1, whole)
            case ast.Attribute(attr=attr):
                self.method(parent, attr, level, new)
            case ast.Call():
                self.call(parent, level, new)
            case ast.keyword():
                self.call(self.names.parents[parent], level, new)
            case ast.Starred():
                self.starred(parent, level)
            case ast.IfExp(test=test) if test is node:
                return
            case ast.BoolOp() | ast.IfExp() | ast.NamedExpr():
                self.follow(parent, level, new)
                if isinstance(parent, ast.NamedExpr):
                    self.receive(parent.target, level, new)
            case ast.BinOp():
                self.follow(parent, level, True)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                self.follow(parent, level + 1, True)
            case ast.For(target=target, iter=series) | ast.comprehension(target=target, iter=series):
                if series is node and isinstance(target, ast.Tuple) and _is_numbered(series):
                    self.receive(target.elts[-1], level - 2, False)
                elif series is node:
                    self.receive(target, level - 1, False)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self.follow(parent, level + 1, True)
            case ast.Assign(targets=targets):
                for target in targets:
                    self.receive(target, level, new)
            case ast.AnnAssign(target=target):
                self.receive(target, level, new)
            case ast.AugAssign(target=target):
                self.receive(target, level, True)
            case ast.Return() | ast.Lambda():
                self.result(parent, level, new)
            case ast.Compare() | ast.FormattedValue() | ast.UnaryOp() | ast.Expr():
                return
            case ast.If() | ast.While() | ast.Assert() | ast.Delete():
                return
            case _:
                self.changed = True

    def method(self, attribute: ast.Attribute, name: str, level: int, new: bool) -> None:
        """An attribute of the object: a method that reads it, or a change."""
        call = self.names.parents[attribute]
        if isinstance(call, ast.keyword) and name == "get":
            return
        if not (isinstance(call, ast.Call) and call.func is attribute):
            self.changed = True
        elif name in _METHODS:
            step = _METHODS[name]
            self.follow(call, 0 if not step else level - 1 + max(step, 0), step > 0)
        elif new:
            self.follow(call, level - 1, False)
        else:
            self.changed = True

    def starred(self, node: ast.Starred, level: int) -> None:
        """`*rows` in a display or a call."""
        display = self.names.parents[node]
        if isinstance(display, ast.Call):
            self.changed |= level > 1
        else:
            self.follow(display, level, True)

    def call(self, node: ast.AST, level: int, new: bool) -> None:
        """The object is an argument."""
        assert isinstance(node, ast.Call)
        if not isinstance(node.func, ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            self.changed |= name not in _TAKING and not (name in _TAKING_PARTS and level == 1)
            return
        function, name = self.names.function(node.func), node.func.id
        if function is not None:
            for argument in parameters(function.args):
                self.stand((function, argument.arg), level, new)
            self.changed |= function.args.vararg is not None or function.args.kwarg is not None
        elif not self.names.is_builtin(node.func):
            self.changed = True
        elif name in _COPYING | _PAIRING:
            self.keys(node, level)
            self.follow(node, level + (name in _PAIRING), True)
        elif name in _CHOOSING:
            self.keys(node, level)
            self.follow(node, level - (len(node.args) == 1), False)
        else:
            self.changed |= name not in _READING and (level > 1 or name != "map")

    def keys(self, node: ast.Call, level: int) -> None:
        """Functions that a builtin calls with the parts."""
        for function in (*node.args, *(one.value for one in node.keywords)):
            known = self.names.function(function) if isinstance(function, ast.Name) else function
            if isinstance(known, ast.Lambda | ast.FunctionDef):
                for argument in known.args.args:
                    self.stand((known, argument.arg), level - 1, False)

    def result(self, node: ast.AST, level: int, new: bool) -> None:
        """The object is what a function returns: it gets to all who call the function."""
        function = node if isinstance(node, ast.Lambda) else self.names.scopes[node]
        parent = self.names.parents[function]
        if isinstance(parent, ast.keyword) and parent.arg == "key":
            return
        if not isinstance(function, ast.FunctionDef) or isinstance(parent, ast.ClassDef):
            self.changed = True
            return
        for name in self.names.loads[self.names.variable(function, function.name)]:
            call = self.names.parents[name]
            if isinstance(call, ast.Call) and call.func is name:
                self.follow(call, level, new)
            else:
                self.changed |= not isinstance(call, ast.Dict)
