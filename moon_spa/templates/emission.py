"""Expressions of templates in JavaScript: the one place where templates use the compiler of actions."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from moon_spa import javascript
from moon_spa.spec import Expr
from moon_spa.types import ANY, BOOL, STR, ListOf


class NotCompiledError(Exception):
    """An expression whose value in the browser cannot be shown to equal Python's."""


_BINARY = {ast.Add: "add_a", ast.Sub: "sub_a", ast.Mult: "mul_a", ast.Div: "truediv_a", ast.Mod: "mod_a"}
_COMPARE = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}


class Emitter:
    def __init__(self) -> None:
        self.helpers: set[str] = set()

    def h(self, name: str) -> str:
        self.helpers.add(name)
        return f"__moon.{name}"

    def emit(self, node: ast.expr, names: Mapping[str, Expr]) -> Expr:
        go = lambda n: self.emit(n, names).js
        match node:
            case ast.Constant(value=v):
                return Expr(javascript.literal(v), STR if isinstance(v, str) else ANY)
            case ast.Name(id=n):
                return names[n]
            case ast.BinOp(left=a, op=op, right=b):
                return Expr(f"{self.h(_BINARY[type(op)])}({go(a)}, {go(b)})")
            case ast.Compare(left=a, ops=[op], comparators=[b]):
                return Expr(f"{self.h(_COMPARE[type(op)])}({go(a)}, {go(b)})", BOOL)
            case ast.UnaryOp(op=ast.Not(), operand=a):
                return Expr(f"!{self.h('truth')}({go(a)})", BOOL)
            case ast.Subscript(value=a, slice=b):
                return Expr(f"{self.h('at_a')}({go(a)}, {go(b)})")
            case ast.List(elts=elts):
                return Expr(f"[{', '.join(map(go, elts))}]", ListOf(ANY))
            case ast.IfExp(test=t, body=a, orelse=b):
                return Expr(f"({self.h('truth')}({go(t)}) ? {go(a)} : {go(b)})")
            case ast.Call(func=ast.Name(id="str"), args=[a]):
                return Expr(f"{self.h('str_a')}({go(a)})", STR)
            case ast.Call(func=ast.Name(id="bool"), args=[a]):
                return Expr(f"{self.h('truth')}({go(a)})", BOOL)
            case ast.Call(func=ast.Name(id="list"), args=[a]):
                return Expr(f"[...{self.h('iter_a')}({go(a)})]", ListOf(ANY))
            case ast.Call(func=ast.Name(id="repr"), args=[a]):
                return Expr(f"{self.h('repr_a')}({go(a)})", STR)
            case ast.Call(func=ast.Attribute(value=a, attr="items")):
                return Expr(f"{self.h('dict_items')}({go(a)})", ANY)
        raise NotCompiledError(ast.dump(node))

    def boxed(self, value: Expr) -> str:
        return value.js
