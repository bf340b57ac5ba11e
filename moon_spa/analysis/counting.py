"""`defaultdict` and `Counter` of `collections`: dicts that know a value for keys that are not there.

They live inside of one action: the state holds dicts only, and what their text would be is the server's.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from moon_spa.analysis.arguments import Arguments, describe
from moon_spa.analysis.body import Body
from moon_spa.analysis.collections import new_dict
from moon_spa.analysis.comprehensions import items_of
from moon_spa.analysis.iteration import Source, is_series, series
from moon_spa.analysis.keys import as_generator
from moon_spa.analysis.names import place
from moon_spa.analysis.state import binding_of
from moon_spa.analysis.store import Ref
from moon_spa.analysis.subscripts import as_dict
from moon_spa.analysis.values import Value, call
from moon_spa.types import INT, NEVER, NONE, DefaultOf, DictOf, ListOf, Record, TupleOf, is_key

FIRSTS: Mapping[str, str] = {
    "bool": "False",
    "float": "0.0",
    "int": "0",
    "str": "''",
    "dict": "{}",
    "list": "[]",
    "set": "set()",
}
"""What the classes make that a `defaultdict` is made with."""


def make(c: Body, name: str, node: ast.Call) -> Value:
    """`defaultdict(list)`, `Counter(words)`."""
    given = Arguments(c, node)
    if name == "defaultdict":
        given.count(1, 1)
        first = _first(c, given.args[0], node)
        ref = c.store.site((name, place(node)), DefaultOf(NEVER, NEVER, first), written=True)
        return new_dict(c, ref, [])
    given.count(0, 1)
    ref = c.store.site((name, place(node)), DefaultOf(NEVER, INT, name), written=True)
    if not given.args:
        return new_dict(c, ref, [])
    items = _items(c, given.args[0], node)
    return _counted(c, ref, items, node)


def _first(c: Body, node: ast.expr, whole: ast.AST) -> str:
    """The source of what a key that is new gets: an empty value of a class, or the constant of a lambda."""
    match node:
        case ast.Name(id=name) if name in FIRSTS and binding_of(c, node).kind == "builtin":
            return FIRSTS[name]
        case ast.Lambda(body=ast.Constant(value=bool() | int() | float() | str() | None as value)):
            if not node.args.args:
                return repr(value)
    raise c.refuse("a `defaultdict` of this function", whole)


def _items(c: Body, node: ast.expr, whole: ast.Call) -> Source:
    """What is counted: a series; a dict would bring counts of its own."""
    if is_series(c, node) or as_generator(c, node) is not None:
        return items_of(c, node)
    value = c.expression(node)
    if isinstance(c.store.shape(value.type), Record | DictOf):
        raise c.refuse(f"{describe(whole)} of a dict", whole)
    return series(c, value, whole)


def _counted(c: Body, ref: Ref, items: Source, node: ast.AST, target: Value | None = None) -> Value:
    """The items of a series, counted into a counter, or into a new one."""
    if items.item is not NEVER and not is_key(items.item):
        raise c.refuse(f"counting items that are {c.store.describe(items.item)}", node)
    c.store.grow(ref, DictOf(items.item, INT))
    shape = c.store.shape(ref)
    if not isinstance(shape, DictOf) or shape.value is not INT:
        raise c.refuse("counts that are no ints", node)
    made = target or new_dict(c, ref, [])
    return call(c.helper("count_items"), made, items.js, result=ref)


def counter_method(c: Body, target: Value, name: str, node: ast.Call) -> Value | None:
    """A method that a `Counter` has of its own, or that does something else than that of a dict."""
    assert isinstance(target.type, Ref)
    shape = c.store.shape(target.type)
    if not isinstance(shape, DefaultOf) or shape.first != "Counter":
        return None
    given = Arguments(c, node)
    if name == "update":
        given.count(1, 1)
        c.mutate(target.type, node)
        made = _counted(c, target.type, _items(c, given.args[0], node), node, target)
        return Value(made.js, NONE, void=True)
    if name == "most_common" and shape.value is INT:
        given.count(0, 1)
        count = given.value(0)
        if count is not None and count.type not in (INT, NONE):
            raise c.refuse(f"{describe(node)} with this argument", node)
        result = c.store.site(("common", place(node)), ListOf(TupleOf((as_dict(c, target).key, INT))))
        return call(c.helper("most_common"), target, *([count] if count else []), result=result)
    if name == "total" and shape.value is INT:
        given.count(0, 0)
        return call(c.helper("sum"), f"{c.helper('dict_values')}({target.js})", result=INT)
    if name in ("clear", "copy", "get", "pop", "popitem", "setdefault"):
        return None
    raise c.refuse(f"{describe(node)} of a `Counter`", node)
