"""Statements without a file of their own: `if`, `del`, `def`, `pass`, expressions."""

from __future__ import annotations

import ast

from moon_spa.analysis.assignments import keep_function
from moon_spa.analysis.body import Body
from moon_spa.analysis.narrowing import narrowed
from moon_spa.analysis.operators import condition
from moon_spa.analysis.subscripts import delete_item
from moon_spa.analysis.values import Missing
from moon_spa.source import all_nodes


def if_node(c: Body, node: ast.If, chained: bool = False) -> None:
    """`if test: … elif … else: …`."""
    test = condition(c, node.test)
    start = c.env
    c.write(f"{'} else ' if chained else ''}if ({test.js}) {{")
    c.env = narrowed(c, start, node.test, True)
    with c.indented():
        c.block(node.body)
    after = c.env
    c.env = narrowed(c, start, node.test, False)
    match node.orelse:
        case []:
            c.write("}")
        case [ast.If() as other] if _is_plain(other.test):
            c.line = other.lineno
            if_node(c, other, chained=True)
        case _:
            c.write("} else {")
            with c.indented():
                c.block(node.orelse)
            c.write("}")
    c.env = c.merge(after, c.env)


def _is_plain(test: ast.expr) -> bool:
    """Whether a test assigns nothing, so that it can follow an `else` at once."""
    return not any(isinstance(one, ast.NamedExpr) for one in all_nodes(test))


def expr_node(c: Body, node: ast.Expr) -> None:
    """An expression whose value is not used."""
    if isinstance(node.value, ast.Constant):
        return
    value = c.effect(node.value)
    if not value.simple and value.constant is Missing:
        c.write(f"{value.js};")


def pass_node(c: Body, node: ast.Pass | ast.Nonlocal) -> None:
    """`pass`; and `nonlocal`, which is about names alone."""


def delete_node(c: Body, node: ast.Delete) -> None:
    """`del items[i]`."""
    for target in node.targets:
        if not isinstance(target, ast.Subscript):
            raise c.refuse("`del` of a variable", node)
        delete_item(c, target)


def function_def(c: Body, node: ast.FunctionDef) -> None:
    """A function inside the action; it is written when it is first called."""
    if node.decorator_list:
        raise c.refuse("a function that is decorated, conditional or defined twice", node)
    keep_function(c, node.name, node)
