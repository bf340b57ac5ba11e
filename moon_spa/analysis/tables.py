"""Who compiles which node of Python's grammar: what is not listed here cannot be compiled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from moon_spa.analysis import (
    assignments,
    calls,
    collections,
    comparisons,
    comprehensions,
    exceptions,
    formatting,
    loops,
    matching,
    operators,
    statements,
    subscripts,
    variables,
)
from moon_spa.analysis.body import Tables

EXPRESSIONS: Mapping[type[ast.expr], Callable[..., Any]] = {
    ast.Attribute: variables.attribute,
    ast.BinOp: operators.bin_op,
    ast.BoolOp: operators.bool_op,
    ast.Call: calls.call_node,
    ast.Compare: comparisons.compare,
    ast.Constant: collections.literal,
    ast.Dict: collections.dict_literal,
    ast.DictComp: comprehensions.comprehension,
    ast.FormattedValue: formatting.formatted_value,
    ast.IfExp: operators.if_exp,
    ast.JoinedStr: formatting.joined_str,
    ast.List: collections.list_literal,
    ast.ListComp: comprehensions.comprehension,
    ast.Name: variables.name,
    ast.NamedExpr: variables.named,
    ast.Set: collections.set_literal,
    ast.SetComp: comprehensions.comprehension,
    ast.Subscript: subscripts.subscript,
    ast.Tuple: collections.tuple_literal,
    ast.UnaryOp: operators.unary_op,
}

STATEMENTS: Mapping[type[ast.stmt], Callable[..., None]] = {
    ast.AnnAssign: assignments.ann_assign,
    ast.Assert: exceptions.assert_node,
    ast.Assign: assignments.assign_node,
    ast.AugAssign: assignments.aug_assign,
    ast.Break: loops.break_node,
    ast.Continue: loops.continue_node,
    ast.Delete: statements.delete_node,
    ast.Expr: statements.expr_node,
    ast.For: loops.for_node,
    ast.FunctionDef: statements.function_def,
    ast.If: statements.if_node,
    ast.Match: matching.match_node,
    ast.Nonlocal: statements.pass_node,
    ast.Pass: statements.pass_node,
    ast.Raise: exceptions.raise_node,
    ast.Return: exceptions.return_node,
    ast.Try: exceptions.try_node,
    ast.While: loops.while_node,
}


def tables() -> Tables:
    """Both tables, as bodies want them."""
    return Tables(EXPRESSIONS, STATEMENTS)
