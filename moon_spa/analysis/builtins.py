"""Builtin functions: one entry per name."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping

from moon_spa.analysis import instances, numbers
from moon_spa.analysis.arguments import INTS, NUMERIC, Arguments, describe, one_value, refused
from moon_spa.analysis.body import Body
from moon_spa.analysis.collections import same_floats, set_item_type, set_of
from moon_spa.analysis.comprehensions import comprehension, first_item, items_of, unordered_items
from moon_spa.analysis.convert import constant, number, quoted, text, to_any, to_slot, truth
from moon_spa.analysis.formatting import formatted
from moon_spa.analysis.iteration import Source, is_series, item_of_either, length_span, series, view
from moon_spa.analysis.keys import as_generator, as_iterator, key_function, note_stop
from moon_spa.analysis.names import place
from moon_spa.analysis.operators import items_together
from moon_spa.analysis.values import ATOM, Value, call
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NUM,
    STR,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    NamedOf,
    Record,
    SetOf,
    TupleOf,
    Type,
    is_key,
)


def _len(c: Body, node: ast.Call) -> Value:
    seen = view(c, node.args[0]) if len(node.args) == 1 else None
    if seen is not None:
        return Value(f"[...{seen.js}].length", INT, ATOM, length_span())
    value = one_value(c, node)
    known = {"span": length_span(), "pure": value.pure}
    if value.type is STR:
        return call(c.helper("len_s"), value, result=INT, **known)
    match c.store.outline(value.type):
        case ListOf() | LongTuple():
            return Value(f"{value.at(ATOM)}.length", INT, ATOM, length_span(), pure=value.pure)
        case TupleOf(items):
            return Value(f"{value.at(ATOM)}.length", INT, ATOM, (len(items), len(items)), pure=value.pure)
        case SetOf():
            return Value(f"{value.at(ATOM)}.size", INT, ATOM, length_span(), pure=value.pure)
        case Record() | DictOf():
            return call(c.helper("dict_len"), value, result=INT, **known)
    if item_of_either(c, value.type) is not None:
        return Value(f"{value.at(ATOM)}.length", INT, ATOM, length_span(), pure=value.pure)
    if value.type is ANY:
        return call(c.helper("len_a"), value, result=INT, span=length_span())
    return refused(c, node, value)


def _str(c: Body, node: ast.Call) -> Value:
    return text(c, one_value(c, node)) if node.args or node.keywords else constant("")


def _repr(c: Body, node: ast.Call) -> Value:
    return quoted(c, one_value(c, node))


def _bool(c: Body, node: ast.Call) -> Value:
    return truth(c, one_value(c, node)) if node.args or node.keywords else constant(False)


def _sum(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node, ("start",))
    given.count(1, 2)
    items = unordered_items(c, given.args[0])
    start = given.value(1, "start")
    if start is not None and isinstance(c.store.shape(items.item), ListOf):
        return _sum_lists(c, items, start, node)
    start = number(start) if start else constant(0)
    if items.item in (*INTS, NEVER) and start.type is INT:
        return call(c.helper("sum"), items.js, start, result=INT)
    if items.item in NUMERIC and start.type in (INT, FLOAT):
        if items.item is NUM and start.type is INT:
            raise c.refuse("`sum()` of numbers that may be int or float", node)
        compensated = "true" if sys.version_info >= (3, 12) else "false"
        if start.type is FLOAT or items.item is not FLOAT:
            made = FLOAT if start.type is FLOAT else NUM
            way = [compensated, *(["false"] if start.type is FLOAT and compensated == "true" else [])]
            return call(c.helper("sum_f"), items.js, start, *way, result=made)
        boxed = call(c.helper("sum_fa"), items.js, start, compensated, result=ANY)
        return call(c.helper("sum_f"), items.js, start, compensated, result=NUM, boxed=boxed.js)
    if items.item is ANY and start.type in (INT, FLOAT, ANY):
        compensated = "true" if sys.version_info >= (3, 12) else "false"
        return call(c.helper("sum_a"), items.js, to_any(c, start), compensated, result=ANY)
    raise c.refuse(f"`sum()` of {c.store.describe(items.item)}", node)


def _sum_lists(c: Body, items: Source, start: Value, node: ast.Call) -> Value:
    """`sum(rows, [])`; the list that it starts with is one that nobody else has."""
    one, two = c.store.shape(start.type), c.store.shape(items.item)
    first = (*node.args[1:], *(one.value for one in node.keywords))[0]
    if not isinstance(one, ListOf) or not isinstance(two, ListOf) or not isinstance(first, ast.List):
        raise c.refuse(f"`sum()` of {c.store.describe(items.item)}", node)
    made = c.store.site(("sum", place(node)), ListOf(items_together(c, one, two, node)))
    return call(c.helper("sum_l"), items.js, start, result=made)


def _extreme(helper: str) -> Callable[[Body, ast.Call], Value]:
    def compile_it(c: Body, node: ast.Call) -> Value:
        given = Arguments(c, node, ("key", "default"))
        if len(given.args) == 1:
            return _extreme_of_series(c, node, given, helper)
        if not given.args or "default" in given.named:
            raise c.refuse(f"{describe(node)} with these arguments", node)
        values = [c.expression(one) for one in given.args]
        found: Type = NEVER
        for one in values:
            found = c.store.join(found, one.type)
        _check_ordered(c, found, node)
        if "key" not in given.named and found is INT and all(one.span for one in values):
            spans = [one.span for one in values if one.span]
            pick = min if helper == "min_of" else max
            span = (pick(low for low, _ in spans), pick(high for _, high in spans))
            pure = all(one.pure for one in values)
            name = "Math.min" if helper == "min_of" else "Math.max"
            return call(name, *values, result=INT, span=span, pure=pure)
        array = f"[{', '.join(one.js for one in values)}]"
        key = [key_function(c, given.named["key"], found)] if "key" in given.named else []
        return call(c.helper(helper), array, *key, result=found)

    return compile_it


def _extreme_of_series(c: Body, node: ast.Call, given: Arguments, helper: str) -> Value:
    items = unordered_items(c, given.args[0]) if "key" not in given.named else items_of(c, given.args[0])
    extra: list[str] = []
    if "key" in given.named:
        extra.append(key_function(c, given.named["key"], items.item))
    else:
        _check_ordered(c, items.item, node)
    found = items.item
    if "default" in given.named:
        default = c.expression(given.named["default"])
        found = c.store.join(found, default.type)
        extra = [*(extra or ["null"]), default.js]
    return call(c.helper(helper), items.js, *extra, result=found)


def _check_ordered(c: Body, found: Type, node: ast.AST) -> None:
    """Values that Python can order, and that are compared by the helper without their types."""
    if found in (*NUMERIC, STR, ANY, NEVER):
        return
    shape = c.store.shape(found)
    if isinstance(shape, TupleOf):
        for one in shape.items:
            _check_ordered(c, one, node)
        return
    if isinstance(shape, ListOf | LongTuple):
        _check_ordered(c, shape.item, node)
        return
    raise c.refuse(f"the order of values that are {c.store.describe(found)}", node)


def _sorted(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node, ("key", "reverse"))
    given.count(1, 1)
    keyed = "key" in given.named and not _is_none(given.named["key"])
    items = items_of(c, given.args[0]) if keyed else unordered_items(c, given.args[0])
    order = sort_options(c, given, items.item)
    made = c.store.site(("sorted", place(node)), ListOf(items.item))
    return call(c.helper("sorted"), items.js, *order, result=made)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def sort_options(c: Body, given: Arguments, item: Type) -> list[str]:
    """Key and order of a sort, as far as they are given."""
    key = given.named.get("key")
    if key is None or _is_none(key):
        _check_ordered(c, item, given.node)
    order = [] if key is None or _is_none(key) else [key_function(c, key, item)]
    if "reverse" in given.named:
        reverse = truth(c, c.expression(given.named["reverse"]))
        order = [*(order or ["null"]), reverse.js]
    return order


def _quantifier(helper: str) -> Callable[[Body, ast.Call], Value]:
    """`any` and `all` stop early, so a generator that has effects or may raise is not built before."""

    def compile_it(c: Body, node: ast.Call) -> Value:
        given = Arguments(c, node)
        given.count(1, 1)
        generator = as_generator(c, given.args[0])
        if generator is not None:
            return comprehension(c, generator, until=helper == "any")
        return call(c.helper(helper), unordered_items(c, given.args[0]).js, result=BOOL)

    return compile_it


def _next(c: Body, node: ast.Call) -> Value:
    """The first item of a generator, or a default: both are made before anything of the generator runs."""
    given = Arguments(c, node)
    given.count(1, 2)
    generator, default = as_iterator(c, given.args[0]), given.value(1)
    if generator is None or not (default is None or default.pure):
        raise c.refuse("`next()` with these arguments", node)
    if default is None:
        note_stop(c)
    return first_item(c, generator, default)


def _list(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(0, 1)
    if not given.args:
        return Value("[]", c.store.site(("list", place(node)), ListOf(NEVER)), pure=True)
    items = items_of(c, given.args[0])
    made = c.store.site(("list", place(node)), ListOf(items.item))
    _sameitems_of(c, items.item, made, node)
    if as_generator(c, given.args[0]) is not None:
        return Value(items.js, made)
    return Value(f"[...{items.js}]", made, pure=items.pure)


def _sameitems_of(c: Body, item: Type, made: Type, node: ast.AST) -> None:
    shape = c.store.shape(made)
    if isinstance(shape, ListOf) and shape.item is ANY and c.store.has_float(item) and item is not ANY:
        raise c.refuse("floats among values of unknown type", node)


def _tuple(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    if not given.args:
        return Value("[]", TupleOf(()), pure=True)
    given.count(1, 1)
    if is_series(c, given.args[0]) or as_generator(c, given.args[0]) is not None:
        items = items_of(c, given.args[0])
    else:
        value = c.expression(given.args[0])
        if isinstance(value.type, NamedOf):
            return value.typed(TupleOf(value.type.items))
        if isinstance(value.type, TupleOf | LongTuple):
            return value
        items = series(c, value, node)
    js = items.js if as_generator(c, given.args[0]) is not None else f"[...{items.js}]"
    return Value(js, LongTuple(items.item), pure=items.pure)


def _set(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(0, 1)
    items = unordered_items(c, given.args[0]) if given.args else None
    found = set_item_type(c, [items.item] if items else [], node)
    made = c.store.site(("set", place(node)), SetOf(found))
    if items is None:
        return Value("new Set()", made, pure=True)
    return Value(set_of(c, items.js, made), made, pure=items.pure)


def _dict(c: Body, node: ast.Call) -> Value:
    if any(one.arg is None for one in node.keywords):
        raise c.refuse("`**` in a call", node)
    if not node.args:
        keys: list[ast.expr | None] = [ast.Constant(one.arg) for one in node.keywords]
        made = ast.Dict(keys=keys, values=[one.value for one in node.keywords])
        return c.expression(ast.fix_missing_locations(ast.copy_location(made, node)))
    if node.keywords or len(node.args) > 1:
        raise c.refuse("`dict()` with these arguments", node)
    if is_series(c, node.args[0]):
        return _dict_of(c, items_of(c, node.args[0]), node)
    value = c.expression(node.args[0])
    shape = c.store.shape(value.type)
    if isinstance(shape, Record | DictOf):
        shape = DictOf(shape.key, shape.value) if isinstance(shape, DefaultOf) else shape
        ref = c.store.site(("dict", place(node)), shape)
        same_floats(c, value, c.store.shape(ref), node)
        return call(c.helper("dict_copy"), value, result=ref)
    return _dict_of(c, series(c, value, node), node)


def _dict_of(c: Body, source: Source, node: ast.Call) -> Value:
    """A dict of pairs."""
    if source.item is NEVER:
        ref = c.store.site(("dict", place(node)), DictOf(NEVER, NEVER))
        return call(c.helper("dict_from"), source.js, result=ref)
    if not isinstance(source.item, TupleOf) or len(source.item.items) != 2:
        raise c.refuse(f"`dict()` of {c.store.describe(source.item)}", node)
    key, item = source.item.items
    if key is not NEVER and not is_key(key):
        raise c.refuse(f"a key that is {c.store.describe(key)}", node)
    ref = c.store.site(("dict", place(node)), DictOf(key, item))
    shape = c.store.shape(ref)
    is_map = isinstance(shape, DictOf) and shape.key not in (STR, NEVER)
    return call(c.helper("map_new" if is_map else "dict_from"), source.js, result=ref)


def fromkeys(c: Body, node: ast.Call) -> Value:
    """`dict.fromkeys(items, value)`."""
    given = Arguments(c, node)
    given.count(1, 2)
    items = items_of(c, given.args[0])
    value = given.value(1) or constant(None)
    if items.item is not NEVER and not is_key(items.item):
        raise c.refuse(f"a key that is {c.store.describe(items.item)}", node)
    ref = c.store.site(("dict", place(node)), DictOf(items.item, value.type), written=True)
    shape = c.store.shape(ref)
    assert isinstance(shape, DictOf)
    start = "{}" if shape.key in (STR, NEVER) else "new Map()"
    return call(c.helper("dict_fromkeys"), items.js, to_slot(c, value, shape.value), start, result=ref)


def _format(c: Body, node: ast.Call) -> Value:
    given = Arguments(c, node)
    given.count(1, 2)
    value = c.expression(given.args[0])
    spec = given.value(1) or constant("")
    return formatted(c, value, spec, node)


BUILTINS: Mapping[str, Callable[[Body, ast.Call], Value]] = {
    "abs": numbers.abs_call,
    "all": _quantifier("all"),
    "any": _quantifier("any"),
    "bin": numbers.in_base("bin"),
    "bool": _bool,
    "chr": numbers.chr_call,
    "dict": _dict,
    "divmod": numbers.divmod_call,
    "float": numbers.float_call,
    "format": _format,
    "hex": numbers.in_base("hex"),
    "int": numbers.int_call,
    "isinstance": instances.isinstance_call,
    "len": _len,
    "list": _list,
    "max": _extreme("max_of"),
    "min": _extreme("min_of"),
    "next": _next,
    "oct": numbers.in_base("oct"),
    "ord": numbers.ord_call,
    "pow": numbers.pow_call,
    "repr": _repr,
    "round": numbers.round_call,
    "set": _set,
    "sorted": _sorted,
    "str": _str,
    "sum": _sum,
    "tuple": _tuple,
}
