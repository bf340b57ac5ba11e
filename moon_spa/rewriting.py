"""Setup as it is executed: it returns its locals where it returns nothing, and keeps more traces.

Five things of a `setup` are written anew before it is compiled; lines and columns stay, and the tree that
was given is not changed, so debuggers and coverage see the source as it is:

1. ``return`` and the end of the function return the local variables, from which sections are inferred;
2. a dict display with ``**props``, ``dict(props)`` or ``dict(**props)`` keeps reads of props not given yet;
3. an f-string without formats keeps the expressions of its parts;
4. operators ask a traced value on their right first: a float on the left would not;
5. what `moon_spa.followable` tells is asked for its JavaScript where it reads a traced value.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from moon_spa.followable import ROOTS, followable
from moon_spa.source import PARTS, all_nodes, shallow
from moon_spa.statuses import plain_text

LOCALS = "__moon_locals__"
MERGED = "__moon_merged__"
DICT = "__moon_dict__"
TEXT = "__moon_text__"
OPERATED = "__moon_operated__"
FOLLOWS = "__moon_follows__"
FOLLOWED = "__moon_followed__"
HERE = "__moon_here__"
UNPACKED = "__moon_unpacked__"
"""Argument of a `dict` that unpacks one mapping and names nothing beside it."""

OPERATORS = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.MatMult: "matmul",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
"""The functions of `operator` for Python's signs."""


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_KEPT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
"""What is executed as it stands."""


class Inferred(dict[str, Any]):
    """The local variables of a setup that has returned nothing."""


@dataclass
class Rewritten:
    """What has been written anew: `setups` that are, and expressions in them that are `followed`."""

    setups: list[ast.FunctionDef] = field(default_factory=list)
    followed: list[ast.expr] = field(default_factory=list)

    def module(self, tree: ast.Module) -> ast.Module:
        """The module with every `setup` of a class as it is executed."""
        body = self._statements(tree.body)
        return ast.Module(body, tree.type_ignores) if body is not tree.body else tree

    def _statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done = [self._statement(node) for node in body]
        return done if done != body else body

    def _statement(self, node: Any) -> Any:
        """A statement with the classes in it, wherever they stand."""
        changes = {}
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            part = getattr(node, name, None)
            if type(part) is list:
                done = self._class(part) if isinstance(node, ast.ClassDef) else self._statements(part)
                if done is not part:
                    changes[name] = done
        return _changed(node, changes)

    def _class(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done = []
        for part in body:
            if isinstance(part, ast.FunctionDef) and part.name == "setup":
                part = self._setup(part)
            else:
                part = self._statement(part)
            done.append(part)
        return done if done != body else body

    def _setup(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.setups.append(node)
        found = shallow(node)
        copier = _Copier(node, self.followed)
        found.body = [copier.copied(part, not copier.component) for part in node.body]
        if not isinstance(found.body[-1], ast.Return | ast.Raise):
            found.body.append(_return_locals(node.body[-1]))
        return found


def _return_locals(node: ast.stmt) -> ast.Return:
    """The return of the locals, on the last line of what it stands behind or for."""
    call = ast.Call(ast.Name(LOCALS, ast.Load()), [_call("locals", [], node)], [])
    line = node.end_lineno or node.lineno
    found = ast.Return(call)
    for part in ast.walk(found):
        if isinstance(part, ast.expr | ast.stmt):
            part.lineno = part.end_lineno = line
            part.col_offset = part.end_col_offset = node.col_offset
    return found


class _Copier:
    """Writes the body of one setup anew; `followed` gets what is followed."""

    def __init__(self, node: ast.FunctionDef, followed: list[ast.expr]) -> None:
        names = [one.arg for one in node.args.args]
        self.component, self.props = names[:2] if len(names) > 1 else ("", "")
        self.followed = followed

    def copied(self, node: Any, inside: bool = False) -> Any:
        """A node with what is below it written anew; untouched parts are shared.

        `inside` what has nothing to be followed, or has variables of its own.
        """
        parts = PARTS[type(node)]
        if not parts or isinstance(node, _KEPT):
            return node
        if isinstance(node, ast.Return) and _is_nothing(node.value):
            return _return_locals(node)
        if not inside and type(node) in ROOTS:
            rank = followable(node, self.props)
            if rank == 2:
                return self._followed(node)
            inside = rank == 1
        inside = inside or isinstance(node, _COMPREHENSIONS)
        changes = {}
        for name in parts:
            value = getattr(node, name) if name != "annotation" else None
            if type(value) is list:
                done: Any = [part if part is None else self.copied(part, inside) for part in value]
            else:
                done = None if value is None else self.copied(value, inside)
            if done is not value and done != value:
                changes[name] = done
        return _expression(_changed(node, changes))

    def _followed(self, node: ast.expr) -> ast.expr:
        """``followed(7, self, locals()) if follows(self, locals(), "rows") else len(rows)``."""
        read = sorted({one.id for one in all_nodes(node) if isinstance(one, ast.Name)})
        names = [_constant(name, node) for name in read]
        test = _call(FOLLOWS, [_name(self.component, node), _call(HERE, [], node), *names], node)
        number = _constant(len(self.followed), node)
        self.followed.append(node)
        value = _call(FOLLOWED, [number, _name(self.component, node), _call(HERE, [], node)], node)
        return ast.copy_location(ast.IfExp(test, value, node), node)


def _changed(node: Any, changes: dict[str, Any]) -> Any:
    """The node, or a copy of it with other parts."""
    if not changes:
        return node
    node = shallow(node)
    for name, value in changes.items():
        setattr(node, name, value)
    return node


def _expression(node: Any) -> Any:
    if isinstance(node, ast.Dict) and None in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        parts = [_pair(key, value, node) for key, value in pairs]
        return _call(MERGED, parts, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        keywords = node.keywords
        if len(keywords) == 1 and keywords[0].arg is None:
            keywords = [ast.copy_location(ast.keyword(UNPACKED, keywords[0].value), keywords[0])]
        return ast.copy_location(ast.Call(_name(DICT, node), [node.func, *node.args], keywords), node)
    if isinstance(node, ast.BinOp):
        return _operated(node, OPERATORS[type(node.op)], node.left, node.right)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPERATORS:
        return _operated(node, OPERATORS[type(node.ops[0])], node.left, node.comparators[0])
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        old = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        new = _operated(node, f"i{OPERATORS[type(node.op)]}", old, node.value)
        return ast.copy_location(ast.Assign([node.target], new), node)
    if isinstance(node, ast.JoinedStr) and plain_text(node):
        values = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return _call(TEXT, values, node)
    return node


def _operated(place: ast.AST, name: str, left: ast.expr, right: ast.expr) -> ast.Call:
    return _call(OPERATED, [_constant(name, place), left, right], place)


def _pair(key: ast.expr | None, value: ast.expr, place: ast.AST) -> ast.expr:
    """An entry of a display as a tuple; what is unpacked as a list of one."""
    found = ast.List([value], ast.Load()) if key is None else ast.Tuple([key, value], ast.Load())
    return ast.copy_location(found, place)


def _is_nothing(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _call(name: str, arguments: list[ast.expr], place: ast.AST) -> ast.Call:
    return ast.copy_location(ast.Call(_name(name, place), list(arguments), []), place)


def _constant(value: str | int, place: ast.AST) -> ast.Constant:
    return ast.copy_location(ast.Constant(value), place)


def _name(name: str, place: ast.AST) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Load()), place)
