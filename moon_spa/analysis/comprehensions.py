"""Comprehensions: their variables are their own, and a generator is made where its consumer stands."""

from __future__ import annotations

import ast
from collections.abc import Callable

from moon_spa.analysis.body import Body
from moon_spa.analysis.collections import set_item_type, value_of
from moon_spa.analysis.convert import to_slot
from moon_spa.analysis.iteration import Source, check_unchanged, iteration, moment, series
from moon_spa.analysis.keys import as_generator
from moon_spa.analysis.names import place
from moon_spa.analysis.narrowing import narrowed
from moon_spa.analysis.operators import condition
from moon_spa.analysis.unpacking import unpacked
from moon_spa.analysis.values import ASSIGN, Value, call, negated
from moon_spa.source import all_nodes
from moon_spa.types import (
    BOOL,
    INT,
    NEVER,
    NONE,
    NUM,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    SetOf,
    TupleOf,
    Type,
    is_key,
)

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def comprehension(c: Body, node: Comprehension, until: bool | None = None, most: int | None = None) -> Value:
    """`[f(x) for x in xs if test]` and its like; a generator where its consumer takes a list.

    With `until` the loop ends at the first item of that truth: the value is whether there was one. With
    `most` it ends at the first item after so many.
    """
    result = c.unit.names.fresh("result")

    def element() -> Value:
        value = _element(c, node, result, until)
        if most is not None:
            c.write(f"if ({result}.length > {most}) return {result};")
        return value

    def whole() -> Value:
        shorter = _array_method(c, node) if until is None and most is None else None
        return shorter or _loops(c, node, list(node.generators), element)

    value, text = _apart(c, whole)
    if value.js:
        return value
    if until is not None:
        found, end = ("true", "false") if until else ("false", "true")
        text = text.replace(f"return {result};", f"return {found};")
        return Value(f"(() => {{ {text} return {end}; }})()", BOOL)
    start = _start(c, value.type)
    return Value(f"(() => {{ const {result} = {start}; {text} return {result}; }})()", value.type)


def first_item(c: Body, node: ast.GeneratorExp, default: Value | None) -> Value:
    """`next(generator, default)`: nothing of the generator runs behind its first item."""

    def found() -> Value:
        value = c.expression(node.elt)
        c.write(f"return {value.at(ASSIGN)};")
        return value

    value, text = _apart(c, lambda: _loops(c, node, list(node.generators), found))
    if default is None:
        end = f'throw {c.helper("error")}("StopIteration");'
        return Value(f"(() => {{ {text} {end} }})()", value.type)
    both = c.store.join(value.type, default.type)
    if both not in (value.type, default.type) and NUM in (both, value.type):
        raise c.refuse("`next()` of ints or floats", node)
    return Value(f"(() => {{ {text} return {default.js}; }})()", both)


def _apart(c: Body, write: Callable[[], Value]) -> tuple[Value, str]:
    """What `write` makes, with variables of its own, and the lines that it writes."""
    scope, env, depth = c.scoped, c.env, c.depth
    with c.apart() as lines:
        c.depth = 0
        value = write()
    c.scoped, c.depth = scope, depth
    if c.env is not None and env is not None:
        c.env = c.merge(env, {name: known for name, known in c.env.items() if "#" not in name})
    return value, " ".join(line.text for line in lines)


def _start(c: Body, made: Type) -> str:
    shape = c.store.shape(made)
    if isinstance(shape, SetOf):
        return "new Set()"
    if isinstance(shape, DictOf):
        return "{}" if shape.key in (STR, NEVER) else "new Map()"
    return "[]"


def _array_method(c: Body, node: Comprehension) -> Value | None:
    """One loop over an array that changes nothing is a `map`, and a `filter` where it only picks items."""
    first = node.generators[0]
    if len(node.generators) > 1 or first.is_async or isinstance(node, ast.DictComp | ast.SetComp):
        return None
    picks = isinstance(node.elt, ast.Name) and isinstance(first.target, ast.Name)
    if len(first.ifs) > picks or any(isinstance(one, ast.NamedExpr) for one in all_nodes(node)):
        return None
    names, scope, env = c.unit.names.mark(), c.scoped, c.env
    source = unpacked(c, iteration(c, first.iter), first.target)
    if source.is_array:
        changes = c.unit.changes
        pattern = bind(c, first.target, source)
        tests = [condition(c, one) for one in first.ifs]
        for one in first.ifs:
            c.env = narrowed(c, c.env, one, True)
        made, value = _list_made(c, node, c.expression(node.elt))
        if changes == c.unit.changes and not tests:
            body = f"({value.js})" if value.js.startswith("{") else value.at(ASSIGN)
            return Value(f"{source.js}.map(({pattern}) => {body})", made)
        if changes == c.unit.changes and value.js == pattern:
            return Value(f"{source.js}.filter(({pattern}) => {tests[0].at(ASSIGN)})", made)
    c.unit.names.reset(names)
    c.scoped, c.env = scope, env
    return None


def _loops(
    c: Body, node: Comprehension, generators: list[ast.comprehension], innermost: Callable[[], Value]
) -> Value:
    """Write the loops, the last of which does what `innermost` writes and returns."""
    first, rest = generators[0], generators[1:]
    if first.is_async:
        raise c.refuse("an async comprehension", node)
    since = moment(c)
    source = unpacked(c, iteration(c, first.iter), first.target)
    c.write(f"for (const {bind(c, first.target, source)} of {source.js}) {{")
    for one in first.ifs:
        unless = negated(condition(c, one)).js
        c.write(f"if ({unless.removeprefix('!!')}) continue;")
        c.env = narrowed(c, c.env, one, True)
    value = _loops(c, node, rest, innermost) if rest else innermost()
    c.write("}")
    check_unchanged(c, source, since, node)
    return value


def _element(c: Body, node: Comprehension, result: str, until: bool | None) -> Value:
    """Write what becomes of one item; the value has the type of what is made, and no text."""
    if isinstance(node, ast.DictComp):
        key, value = c.expression(node.key), c.expression(node.value)
        if key.type is not NEVER and not is_key(key.type):
            raise c.refuse(f"a key that is {c.store.describe(key.type)}", node)
        ref = c.store.site(("comprehension", place(node)), DictOf(key.type, value.type), written=True)
        value = to_slot(c, value, value_of(c.store.shape(ref)))
        c.write(f"{call(c.helper('dict_set'), result, key, value, result=NONE).js};")
        return Value("", ref)
    if until is not None:
        test = condition(c, node.elt)
        c.write(f"if ({(test if until else negated(test)).js}) return {result};")
        return Value("", BOOL)
    value = c.expression(node.elt)
    if isinstance(node, ast.SetComp):
        found = set_item_type(c, [value.type], node)
        tuples = isinstance(found, TupleOf | LongTuple)
        add = f"{c.helper('set_add')}({result}, " if tuples else f"{result}.add("
        c.write(f"{add}{value.at(ASSIGN)});")
        return Value("", c.store.site(("comprehension", place(node)), SetOf(found)))
    made, value = _list_made(c, node, value)
    c.write(f"{result}.push({value.at(ASSIGN)});")
    return Value("", made)


def _list_made(c: Body, node: ast.AST, value: Value) -> tuple[Type, Value]:
    ref = c.store.site(("comprehension", place(node)), ListOf(value.type), written=True)
    slot = c.store.shape(ref)
    assert isinstance(slot, ListOf)
    return ref, to_slot(c, value, slot.item)


def bind(c: Body, target: ast.expr, source: Source) -> str:
    """The JavaScript pattern for the variables of a comprehension, which are its own."""
    return _pattern(c, target, source.item, source.span)


def _pattern(c: Body, target: ast.expr, found: Type, span: tuple[int, int] | None) -> str:
    if isinstance(target, ast.Name):
        js = c.unit.names.fresh(target.id)
        name = f"{target.id}#{js}"
        c.scoped = {**c.scoped, target.id: (name, js)}
        c.set(name, found, span if found is INT else None)
        return js
    if isinstance(target, ast.Tuple) and found is NEVER:
        found = TupleOf((NEVER,) * len(target.elts))
    if isinstance(target, ast.Tuple) and isinstance(found, TupleOf) and len(found.items) == len(target.elts):
        parts = zip(target.elts, found.items, strict=True)
        return f"[{', '.join(_pattern(c, one, kind, None) for one, kind in parts)}]"
    raise c.refuse("unpacking in a comprehension", target)


def items_of(c: Body, node: ast.expr) -> Source:
    """The argument of a function that goes through all of a series; here a set's order does not matter."""
    generator = as_generator(c, node)
    return iteration(c, node) if generator is None else series(c, comprehension(c, generator), node)


def unordered_items(c: Body, node: ast.expr) -> Source:
    """The same where a set is as good as a list."""
    return iteration(c, node, ordered=False) if as_generator(c, node) is None else items_of(c, node)
