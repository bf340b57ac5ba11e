"""Arguments that Python goes through only once the call has begun, as generators and `zip`.

JavaScript has gone through them when it evaluates the arguments behind them, so these must have no effects,
and raise nothing.
"""

from __future__ import annotations

import ast

from moon_spa.analysis.body import Body
from moon_spa.analysis.state import binding_of, field_of, key_of

_LAZY = frozenset({"enumerate", "filter", "iter", "map", "reversed", "zip"})
_VIEWS = frozenset({"items", "keys", "values"})
_SURE = frozenset({"bool", "len", "range", "repr", "str"})
"""Functions that change nothing and raise nothing for what the compiler lets them have."""
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult)


def check_order(c: Body, node: ast.Call) -> None:
    """Refuse an argument that may have effects behind one that is gone through later."""
    if len(node.args) + len(node.keywords) < 2:
        return
    given = [*node.args, *(one.value for one in node.keywords)]
    for i, one in enumerate(given[:-1]):
        if _is_lazy(one):
            for other in given[i + 1 :]:
                if not _is_sure(c, other):
                    raise c.refuse("an argument with effects behind one that is gone through later", other)
            return


def _is_lazy(node: ast.expr) -> bool:
    match node:
        case ast.GeneratorExp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _LAZY
        case ast.Call(func=ast.Attribute(attr=name), args=[]):
            return name in _VIEWS
    return False


def _is_sure(c: Body, node: ast.expr) -> bool:
    """Whether evaluating an expression changes nothing and raises nothing."""
    match node:
        case ast.Constant() | ast.Name() | ast.Lambda():
            return True
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            return all(_is_sure(c, one) for one in (value, lower, upper) if one is not None)
        case ast.Attribute(value=value):
            return _is_sure(c, value)
        case ast.Subscript():
            return field_of(c, node) is not None or key_of(c, node, "props") is not None
        case ast.BinOp(left=left, op=sign, right=right):
            return isinstance(sign, _ARITHMETIC) and _is_sure(c, left) and _is_sure(c, right)
        case ast.Call(func=ast.Name(id=name) as func, args=args, keywords=[]) if name in _SURE | _LAZY:
            return binding_of(c, func).kind == "builtin" and all(_is_sure(c, one) for one in args)
        case ast.Call(func=ast.Attribute(value=value), args=[]):
            return _is_lazy(node) and _is_sure(c, value)
        case ast.GeneratorExp(generators=[first, *_]):
            return _is_sure(c, first.iter)
        case (
            ast.UnaryOp() | ast.BoolOp() | ast.Compare() | ast.IfExp() | ast.List() | ast.Tuple() | ast.Dict()
        ):
            return all(_is_sure(c, one) for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
    return False
