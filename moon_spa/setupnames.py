"""What the names of a setup stand for: props, functions, other values; and what a call may change of them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dis import get_instructions
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, TypeGuard

from moon_spa.followable import gives_scalar
from moon_spa.overrides import OVERRIDES
from moon_spa.ownmethods import Methods
from moon_spa.source import all_nodes

OPERATIONS = frozenset({"add", "sub", "set", "toggle"})
ADDING = frozenset({"update", "setdefault"})
"""Methods of props that add to them."""

_READING = frozenset(
    {
        *("abs", "all", "any", "bool", "dict", "enumerate", "float", "frozenset", "int", "isinstance", "len"),
        *("list", "max", "min", "print", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum"),
        *("tuple", "type", "zip"),
    }
)
"""Built-in functions that change nothing that they are given."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class SetupNames:
    """The names of one setup; `namespace` is the module's scope, `methods` are those of the class."""

    def __init__(self, node: ast.FunctionDef, namespace: Mapping[str, Any], methods: Methods) -> None:
        self.node = node
        self.methods = methods
        self.namespace = namespace
        self.self_name, self.props_name = (argument.arg for argument in node.args.args[:2])
        self.assigned: dict[str, list[ast.expr | None]] = defaultdict(list)
        self.props_names = {self.props_name}
        self.functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]] = {}
        self.locals: set[str] = set()
        self.names_reading = False
        for one in all_nodes(node):
            if isinstance(one, ast.Name):
                if isinstance(one.ctx, ast.Store):
                    self.locals.add(one.id)
            elif self.of_self(one) and one.attr in methods.reading:
                self.names_reading = True
            elif isinstance(one, _DEFINITIONS) and one is not node:
                self.functions.setdefault(one.name, []).append(one)

    def is_props(self, node: ast.expr) -> bool:
        """Whether an expression is the props mapping, or a copy with more entries."""
        if isinstance(node, ast.Name):
            return node.id in self.props_names
        if isinstance(node, ast.Attribute):
            return isinstance(node.value, ast.Name) and (node.value.id, node.attr) == (
                self.self_name,
                "props",
            )
        if isinstance(node, ast.Dict):
            return any(k is None and self.is_props(v) for k, v in zip(node.keys, node.values, strict=True))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            unpacked = [keyword.value for keyword in node.keywords if keyword.arg is None]
            return self.is_followed(node) and any(map(self.is_props, [*node.args, *unpacked]))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr == "copy" and self.is_props(node.func.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.is_props(node.left) or self.is_props(node.right)
        return False

    def is_prop(self, name: str) -> bool:
        """Whether all that is assigned to a name is one of the props, as it was given."""
        values = self.assigned.get(name, [])
        return bool(values) and all(value is not None and self._reads_a_prop(value) for value in values)

    def _reads_a_prop(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Subscript):
            return self.is_props(node.value)
        return isinstance(node, ast.Call) and self.reads_props(node.func) and bool(node.args)

    def reads_props(self, node: ast.expr) -> bool:
        """Whether an expression is `props.get` or `props.copy`."""
        return isinstance(node, ast.Attribute) and node.attr in ("get", "copy") and self.is_props(node.value)

    def is_followed(self, node: ast.Call) -> bool:
        """Whether tracing follows this call: reads of props, casts, operations, state fields, `dict`."""
        func = node.func
        if isinstance(func, ast.Attribute):
            return self.reads_props(func) or (self.of_self(func) and func.attr in OPERATIONS)
        if not isinstance(func, ast.Name) or func.id in self.locals or func.id in self.functions:
            return False
        known = self.namespace.get(func.id)
        if func.id in OVERRIDES and known is OVERRIDES[func.id]:
            return len(node.args) == 1 and not node.keywords
        if func.id == "dict":
            names = [keyword.arg for keyword in node.keywords]
            return known is None and (all(names) or len(names) == 1)
        return func.id == "StateField" and getattr(known, "__module__", "") == "moon_spa.component"

    def of_self(self, node: ast.AST) -> TypeGuard[ast.Attribute]:
        """Whether an expression is an attribute of the component itself."""
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == self.self_name
        )

    def may_read_props(self, call: ast.Call) -> bool:
        """Whether a call is, or gets, a method of the component that may read props."""
        func = call.func
        if self.of_self(func):
            return func.attr not in self.methods.free
        if not self.names_reading:
            return False
        meant = self.assigned.get(func.id, ()) if isinstance(func, ast.Name) else ()
        given = (*call.args, *(keyword.value for keyword in call.keywords), *(one for one in meant if one))
        parts = (part for one in given for part in (one, *all_nodes(one)))
        return any(self.of_self(part) and part.attr in self.methods.reading for part in parts)

    def is_scalar(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a value is a number, a text or one prop for sure, and no list that holds one."""
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.Compare):
            return True
        if isinstance(node, ast.BinOp):
            return self.is_scalar(node.left, seen) and self.is_scalar(node.right, seen)
        if isinstance(node, ast.UnaryOp):
            return self.is_scalar(node.operand, seen)
        if isinstance(node, ast.Name):
            values = self.assigned.get(node.id, [None])
            inner = seen | {node.id}
            return node.id in seen or all(one is not None and self.is_scalar(one, inner) for one in values)
        if isinstance(node, ast.Call) and self.reads_props(node.func):
            return all(isinstance(argument, ast.Constant) for argument in node.args)
        if isinstance(node, ast.Call) and gives_scalar(node):
            return isinstance(node.func, ast.Attribute) or self.only_reads(node)
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and self.is_followed(node)

    def is_shared(self, root: str) -> bool:
        """Whether a name stands for a container that other code can see."""
        return root not in self.locals and isinstance(self.namespace.get(root), list | dict | set)

    def may_change(self, root: str) -> bool:
        """Whether a call may change what a name stands for: modules and functions keep what they are."""
        kept = ModuleType | FunctionType | BuiltinFunctionType | type
        return root in self.locals or root == self.self_name or not isinstance(self.namespace.get(root), kept)

    def may_change_argument(self, call: ast.Call, part: ast.expr, root: str) -> bool:
        """Whether a call may change what a part of it stands for; a name for a prop is as the prop itself."""
        if not self.may_change(root):
            return False
        if isinstance(call.func, ast.Attribute) and part is call.func.value:
            return True
        if isinstance(part, ast.Name) and self.is_prop(part.id):
            return False
        return not self.only_reads(call)

    def only_reads(self, call: ast.Call) -> bool:
        """Whether a call is one of a built-in function that changes nothing; it gets no function to call."""
        func = call.func
        if not isinstance(func, ast.Name) or func.id not in _READING or func.id in self.locals:
            return False
        known = self.namespace.get(func.id)
        own = known is None or (func.id in OVERRIDES and known is OVERRIDES[func.id])
        return own and func.id not in self.functions and not call.keywords

    def copies(self, call: ast.Call) -> bool:
        """Whether a call does nothing but copy a list or dict."""
        func = call.func
        return isinstance(func, ast.Name) and func.id in ("list", "dict") and self.only_reads(call)

    def may_change_props(self, func: ast.expr) -> bool:
        """Whether a function that gets the props may add to them: the user's own do, where they store."""
        if isinstance(func, ast.Name) and func.id in self.functions:
            return any(_stores(part) for one in self.functions[func.id] for part in all_nodes(one))
        known = self.namespace.get(func.id) if isinstance(func, ast.Name) else None
        if not isinstance(known, FunctionType):
            return False
        return known.__globals__ is self.namespace and _stores_items(known.__code__)


def _stores(node: ast.AST) -> bool:
    """Whether a node stores an item, or calls a method that does."""
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Attribute) and node.attr in (*ADDING, "__setitem__")


def _stores_items(code: CodeType) -> bool:
    """The same for the instructions of a function, which may call others."""
    found = {one.opname for one in get_instructions(code)}
    return "STORE_SUBSCR" in found or bool({*ADDING, "__setitem__"} & {*code.co_names})
