"""Expressions of setup that are followed as a whole: the compiler of actions writes them as JavaScript.

``len(props["rows"])``, ``a if props["open"] else b`` and ``name.strip().lower()`` are read as they stand, so
that JavaScript too evaluates only what Python does. Which expressions these are is told from their syntax, in
one place: what `moon_spa.rewriting` gives to `moon_spa.following` is what `moon_spa.valuestatus` counts on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.source import all_nodes, below
from moon_spa.statuses import plain_text, root_of

CASTS = frozenset({"bool", "float", "int", "str"})
FUNCTIONS = CASTS | {
    *("abs", "all", "any", "chr", "divmod", "enumerate", "format", "len", "list", "max", "min"),
    *("next", "ord", "range", "repr", "reversed", "round", "sorted", "sum", "zip"),
}
"""Built-in functions that change nothing, as long as their arguments are followed too."""

METHODS = frozenset(
    {
        *(
            "capitalize",
            "casefold",
            "center",
            "count",
            "endswith",
            "find",
            "format",
            "get",
            "index",
            "isalnum",
        ),
        *("isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isspace"),
        *("istitle", "isupper", "items", "join", "keys", "ljust", "lower", "lstrip", "partition"),
        *("removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "values"),
        "zfill",
    }
)
"""Methods of texts, lists and dicts that change nothing."""

_GIVING_SCALARS = CASTS | {"abs", "all", "any", "chr", "format", "len", "ord", "repr", "round", "sum"}
_GIVING_SERIES = frozenset(
    {"get", "items", "keys", "partition", "rpartition", "rsplit", "split", "splitlines", "values"}
)

_SPECIAL = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
ROOTS = frozenset(
    {
        *(ast.IfExp, ast.BoolOp, ast.ListComp, ast.DictComp, ast.BinOp, ast.UnaryOp, ast.Compare),
        *(ast.Subscript, ast.Call, ast.JoinedStr, ast.List),
    }
)
"""Expressions that are followed as a whole; of a display each entry is, but for a list with a ``*`` in it."""


def is_followable(node: ast.AST, props: str) -> bool:
    """Whether an expression of a setup is followed as a whole; `props` is its second parameter."""
    return followable(node, props) == 2


def followable(node: ast.AST, props: str) -> int:
    """2 for what is followed as a whole, 1 where nothing in it has to be, 0 where parts of it may be."""
    if type(node) not in ROOTS or (isinstance(node, ast.List) and not _has_star(node)):
        return 0
    return _rank(node, props)


def _rank(node: ast.AST, props: str) -> int:
    """0 for what cannot be followed, 1 for what tracing sees by itself, 2 for what it does not."""
    kind = type(node)
    own = _FIXED.get(kind)
    if own is None:
        judge = _JUDGED.get(kind)
        own = judge(node, props) if judge is not None else 0
    if own == 0 or kind in _LEAVES or (own == 1 and kind is ast.Subscript):
        return own
    for part in _parts(node):
        rank = _rank(part, props)
        if rank == 0:
            return 0
        own = max(own, rank)
    return own


def _has_star(node: ast.List) -> bool:
    return any(isinstance(one, ast.Starred) for one in node.elts)


def _rank_of_comparison(node: ast.Compare, props: str) -> int:
    special = len(node.ops) > 1 or isinstance(node.ops[0], _SPECIAL)
    displays = (ast.List, ast.Dict, ast.Tuple)
    return 2 if special or any(isinstance(one, displays) for one in (node.left, *node.comparators)) else 1


def _rank_of_call(node: ast.Call, props: str) -> int:
    func = node.func
    if isinstance(func, ast.Name) and func.id == "next":
        return 2 if node.args and isinstance(node.args[0], ast.GeneratorExp) else 0
    if isinstance(func, ast.Name) and func.id in FUNCTIONS:
        return 1 if func.id in CASTS and len(node.args) == 1 and not node.keywords else 2
    if isinstance(func, ast.Attribute) and func.attr in METHODS:
        return 1 if reads_prop(node, props) else 2
    return 0


def _rank_of_subscript(node: ast.Subscript, props: str) -> int:
    if not isinstance(node.ctx, ast.Load):
        return 0
    return 1 if reads_prop(node, props) else 2


def _rank_of_operator(node: ast.BinOp, props: str) -> int:
    if isinstance(node.op, ast.BitOr):
        return 0  # props with more entries are props
    return 2 if isinstance(node.op, ast.Mod) and _is_text(node.left) else 1


_FIXED: Mapping[type[ast.AST], int] = MappingProxyType(
    {
        **dict.fromkeys((ast.IfExp, ast.BoolOp, ast.ListComp, ast.DictComp, ast.GeneratorExp), 2),
        **dict.fromkeys((ast.Constant, ast.Tuple, ast.Set, ast.Slice, ast.FormattedValue), 1),
    }
)
_JUDGED: Mapping[type[ast.AST], Callable[[Any, str], int]] = MappingProxyType(
    {
        ast.Attribute: lambda node, _: int(isinstance(node.value, ast.Name) or _is_attribute(node.value)),
        ast.BinOp: _rank_of_operator,
        ast.Call: _rank_of_call,
        ast.Compare: _rank_of_comparison,
        ast.Dict: lambda node, _: int(None not in node.keys),
        ast.JoinedStr: lambda node, _: 1 if plain_text(node) else 2,
        ast.List: lambda node, _: 2 if _has_star(node) else 1,
        ast.Lambda: lambda node, _: int(len(node.args.args) == len(list(ast.iter_child_nodes(node.args)))),
        ast.Name: lambda node, _: int(isinstance(node.ctx, ast.Load)),
        ast.Starred: lambda node, _: 1,
        ast.Subscript: _rank_of_subscript,
        ast.UnaryOp: lambda node, _: 2 if isinstance(node.op, ast.Not) else 1,
        ast.comprehension: lambda node, _: int(not node.is_async),
        ast.keyword: lambda node, _: int(node.arg is not None),
    }
)
_LEAVES = frozenset({ast.Attribute, ast.Constant, ast.Name})


def _parts(node: ast.AST) -> list[ast.AST]:
    """What of a node is evaluated as a value, the variables of comprehensions left out."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Call):
        called = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [*called, *node.args, *node.keywords]
    if isinstance(node, ast.Subscript):
        return [node.value, node.slice]
    if type(node) in _LEAVES:
        return []
    if isinstance(node, ast.comprehension):
        return [node.iter, *node.ifs]
    if isinstance(node, ast.Lambda):
        return [node.body]
    kinds = ast.expr | ast.comprehension | ast.keyword
    return [part for part in below(node) if isinstance(part, kinds)]


def _is_attribute(node: ast.AST) -> bool:
    """Whether a node is `self.props`, or looks like it."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr == "props"


def reads_prop(node: ast.AST, props: str) -> bool:
    """Whether a node is ``p["x"]``, ``p.x`` or ``p.get("x", 0)`` of the name `props`, or of `self.props`."""
    base = base_of(node)
    return base.id == props if isinstance(base, ast.Name) else base is not None and _is_attribute(base)


def base_of(node: ast.AST) -> ast.expr | None:
    """What ``p["x"]``, ``p.x`` and ``p.get("x", default)`` are a part of; None for all else."""
    if isinstance(node, ast.Attribute):
        return node.value
    if isinstance(node, ast.Subscript):
        return node.value if _is_text(node.slice) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "get":
        return None
    given = 0 < len(node.args) < 3 and not node.keywords and _is_text(node.args[0])
    return node.func.value if given else None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def operands(
    node: ast.AST, is_one: Callable[[ast.expr], bool], bound: frozenset[str] = frozenset()
) -> Iterator[ast.expr]:
    """What an expression reads besides its own variables: names, and parts of them that are taken as one."""
    match node:
        case ast.Name(id=name):
            if name not in bound:
                yield node
            return
        case ast.Attribute():
            yield node
            return
        case ast.Subscript() | ast.Call() if is_one(node) and not _is_bound(node, bound):
            yield node
            return
        case ast.Lambda(args=arguments):
            bound |= {one.arg for one in arguments.args}
        case ast.ListComp() | ast.DictComp() | ast.GeneratorExp():
            first = node.generators[0].iter
            yield from operands(first, is_one, bound)
            targets = [one for loop in node.generators for one in ast.walk(loop.target)]
            bound |= {one.id for one in targets if isinstance(one, ast.Name)}
            inner = [one for loop in node.generators for one in _parts(loop) if one is not first]
            results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            for part in (*inner, *results):
                yield from operands(part, is_one, bound)
            return
    for part in _parts(node):
        yield from operands(part, is_one, bound)


def gives_scalar(node: ast.Call) -> bool:
    """Whether what a call gives is a number or a text, where it is one of Python's own."""
    func = node.func
    if isinstance(func, ast.Attribute):
        return func.attr in METHODS and func.attr not in _GIVING_SERIES
    return isinstance(func, ast.Name) and func.id in _GIVING_SCALARS and len(node.args) == 1


def is_choice(node: ast.expr) -> bool:
    """Whether the value of an expression may be one of those that it reads, or a part of one."""
    if isinstance(node, ast.Call):
        return _called(node) in ("get", "max", "min", "next")
    return isinstance(node, ast.IfExp | ast.BoolOp | ast.Subscript)


def is_collection(node: ast.expr) -> bool:
    """Whether the value of an expression is new, and may hold some of those that it reads."""
    if isinstance(node, ast.Call):
        return _called(node) in ("copy", "dict", "enumerate", "list", "reversed", "sorted", "tuple", "zip")
    kinds = ast.List | ast.Tuple | ast.Dict | ast.BinOp | ast.ListComp | ast.DictComp | ast.GeneratorExp
    return isinstance(node, kinds)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


def _is_bound(node: ast.expr, bound: frozenset[str]) -> bool:
    base = base_of(node)
    return base is not None and root_of(base) in bound


def called_names(node: ast.AST) -> set[str]:
    """The functions that an expression calls by name."""
    calls = [one.func for one in all_nodes(node) if isinstance(one, ast.Call)]
    return {func.id for func in calls if isinstance(func, ast.Name)}
