"""Expressions of setup that are followed as a whole: the compiler of actions writes them as JavaScript.

``len(props["rows"])``, ``a if props["open"] else b`` and ``name.strip().lower()`` are read as they stand, so
that JavaScript too evaluates only what Python does. Which expressions these are is told from their syntax, in
one place: what `moon_spa.rewriting` gives to `moon_spa.following` is what `moon_spa.valuestatus` counts on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from moon_spa.source import below
from moon_spa.statuses import plain_text, root_of

CASTS = frozenset({"bool", "float", "int", "str"})
FUNCTIONS = CASTS | {
    *("abs", "all", "any", "chr", "divmod", "enumerate", "format", "len", "list", "max", "min"),
    *("ord", "range", "repr", "reversed", "round", "sorted", "sum", "zip"),
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

_SPECIAL = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
_NEW = (ast.IfExp, ast.BoolOp, ast.ListComp, ast.DictComp, ast.GeneratorExp)
_PLAIN = (ast.Constant, ast.Name, ast.BinOp, ast.List, ast.Tuple, ast.Set, ast.Slice, ast.FormattedValue)
_ROOTS = (*_NEW, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript, ast.Call, ast.JoinedStr)
"""Expressions that are followed as a whole; of a display each entry is."""


def is_followable(node: ast.AST, props: str) -> bool:
    """Whether an expression of a setup is followed as a whole; `props` is its second parameter."""
    return isinstance(node, _ROOTS) and not isinstance(node, ast.GeneratorExp) and _rank(node, props) == 2


def _rank(node: ast.AST, props: str) -> int:
    """0 for what cannot be followed, 1 for what tracing sees by itself, 2 for what it does not."""
    own = _own_rank(node, props)
    if own == 0:
        return 0
    for part in _parts(node):
        rank = _rank(part, props)
        if rank == 0:
            return 0
        own = max(own, rank)
    return own


def _own_rank(node: ast.AST, props: str) -> int:
    match node:
        case ast.Call():
            return _rank_of_call(node, props)
        case ast.Attribute(value=value):
            return int(isinstance(value, ast.Name) or _is_attribute(value))
        case ast.Subscript(ctx=ast.Load()):
            return 1 if reads_prop(node, props) else 2
        case ast.Compare(ops=ops):
            return 2 if len(ops) > 1 or isinstance(ops[0], _SPECIAL) else 1
        case ast.UnaryOp(op=op):
            return 2 if isinstance(op, ast.Not) else 1
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return 2
        case ast.JoinedStr():
            return 1 if plain_text(node) else 2
        case ast.Dict(keys=keys):
            return int(None not in keys)
        case ast.comprehension(is_async=is_async):
            return int(not is_async)
        case ast.Lambda(args=arguments):
            return int(len(arguments.args) == len(list(ast.iter_child_nodes(arguments))))
        case ast.keyword(arg=name):
            return int(name is not None)
        case ast.Name(ctx=context):
            return int(isinstance(context, ast.Load))
    return 2 if isinstance(node, _NEW) else int(isinstance(node, _PLAIN))


def _rank_of_call(node: ast.Call, props: str) -> int:
    match node.func:
        case ast.Name(id=name) if name in FUNCTIONS:
            return 1 if name in CASTS and len(node.args) == 1 and not node.keywords else 2
        case ast.Attribute(attr=name) if name in METHODS:
            return 1 if reads_prop(node, props) else 2
    return 0


def _parts(node: ast.AST) -> list[ast.AST]:
    """What of a node is evaluated as a value, the variables of comprehensions left out."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            called = [func.value] if isinstance(func, ast.Attribute) else []
            return [*called, *args, *keywords]
        case ast.comprehension(iter=series, ifs=tests):
            return [series, *tests]
        case ast.Lambda(body=body):
            return [body]
        case ast.Attribute() | ast.Name() | ast.Constant():
            return []
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
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str())) | ast.Attribute(value=value):
            return value
        case ast.Call(
            func=ast.Attribute(value=value, attr="get"), args=[ast.Constant(value=str())], keywords=[]
        ):
            return value
        case ast.Call(
            func=ast.Attribute(value=value, attr="get"), args=[ast.Constant(value=str()), _], keywords=[]
        ):
            return value
    return None


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


def _is_bound(node: ast.expr, bound: frozenset[str]) -> bool:
    base = base_of(node)
    return base is not None and root_of(base) in bound


def called_names(node: ast.AST) -> set[str]:
    """The functions that an expression calls by name."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {func.id for func in calls if isinstance(func, ast.Name)}
