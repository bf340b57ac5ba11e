"""The patterns of `match`: the test of a value in JavaScript, and what a pattern binds once it fits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from moon_spa.analysis.body import Body
from moon_spa.analysis.comparisons import equal
from moon_spa.analysis.convert import constant
from moon_spa.analysis.instances import CLASSES, any_checks, is_instance
from moon_spa.analysis.names import place
from moon_spa.analysis.state import binding_of
from moon_spa.analysis.values import AND, ASSIGN, ATOM, EQUAL, OR, Missing, Value, binary, call, negated
from moon_spa.javascript import member
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUM,
    NUMBERS,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    NamedOf,
    Record,
    SetOf,
    TupleOf,
    Type,
    members,
    parts_of,
)

LISTS = (ListOf, TupleOf, LongTuple)
DICTS = (Record, DictOf)


@dataclass(frozen=True)
class Found:
    """What a pattern makes of a value: the `test`, a constant where the type decides; what is bound after it;
    the types of values that fit (`hit`), and of those that do not (`miss`)."""

    test: Value
    hit: Type
    miss: Type
    names: tuple[tuple[str, Value], ...] = ()


def fits(c: Body, value: Value, pattern: ast.pattern) -> Found:
    """Whether a value, which is a path without effects, fits a pattern."""
    if value.type is NEVER and not isinstance(pattern, ast.MatchAs):
        return Found(constant(False), NEVER, NEVER)
    found: Found = PATTERNS[type(pattern)](c, value, pattern)
    return found


def _value(c: Body, value: Value, pattern: ast.MatchValue) -> Found:
    """`case 1`, `case "a"`, `case Color.RED.value`."""
    other = c.expression(pattern.value)
    is_text = isinstance(other.constant, str) and (value.type is ANY or STR in members(value.type))
    return Found(equal(c, value, other, pattern), STR if is_text else value.type, value.type)


def _singleton(c: Body, value: Value, pattern: ast.MatchSingleton) -> Found:
    """`case None`, `case True`."""
    kind = NONE if pattern.value is None else BOOL
    if value.type is not ANY and kind not in members(value.type):
        return Found(constant(False), NEVER, value.type)
    if value.type is NONE:
        return Found(constant(True), NONE, NEVER)
    test = binary(value, "===", constant(pattern.value), EQUAL, BOOL)
    rest = [one for one in members(value.type) if one is not NONE or kind is BOOL]
    return Found(test, kind, c.store.join_all(rest))


def _capture(c: Body, value: Value, pattern: ast.MatchAs) -> Found:
    """`case _`, `case name`, `case … as name`."""
    inner = (
        Found(constant(True), value.type, NEVER)
        if pattern.pattern is None
        else fits(c, value, pattern.pattern)
    )
    if pattern.name is None:
        return inner
    return replace(inner, names=(*inner.names, (_free(c, pattern.name, pattern), value.typed(inner.hit))))


def _sequence(c: Body, value: Value, pattern: ast.MatchSequence) -> Found:
    """`case [a, *rest, b]`: lists and tuples, no texts."""
    first, kind, others = _of_kind(c, value, LISTS, pattern)
    shape = c.store.shape(kind)
    parts = pattern.patterns
    star = next((i for i, one in enumerate(parts) if isinstance(one, ast.MatchStar)), None)
    length = len(parts) - (star is not None)
    enough = _has_length(value, shape, length, star is not None)
    tests = [first, enough]
    names: list[tuple[str, Value]] = []
    for i, one in enumerate(parts):
        if _never(_all(tests)):
            return Found(constant(False), NEVER, value.type)
        behind = len(parts) - i if star is not None and i > star else 0
        if isinstance(one, ast.MatchStar):
            names += _rest(c, value.typed(kind), one, i, length - i)
            continue
        found = fits(c, _part(value, shape, i, behind), one)
        tests.append(found.test)
        names += found.names
    test = _all(tests)
    return Found(test, kind, others if test == first else value.type, tuple(names))


def _has_length(value: Value, shape: Type, length: int, or_more: bool) -> Value:
    if isinstance(shape, TupleOf):
        size = len(shape.items)
        return constant(size >= length if or_more else size == length)
    if or_more and not length:
        return constant(True)
    return Value(f"{value.at(ATOM)}.length {'>=' if or_more else '==='} {length}", BOOL, EQUAL, pure=True)


def _part(value: Value, shape: Type, place_of: int, behind: int) -> Value:
    """The item at a place, or so many places before the end."""
    js = value.at(ATOM)
    if isinstance(shape, TupleOf):
        at = len(shape.items) - behind if behind else place_of
        return Value(f"{js}[{at}]", shape.items[at], pure=True)
    item = shape.item if isinstance(shape, ListOf | LongTuple) else shape
    return Value(f"{js}[{f'{js}.length - {behind}' if behind else place_of}]", item, pure=True)


def _rest(c: Body, value: Value, star: ast.MatchStar, before: int, after: int) -> list[tuple[str, Value]]:
    """The list that `*name` binds."""
    if star.name is None:
        return []
    shape = c.store.shape(value.type)
    item: Type = ANY
    if isinstance(shape, TupleOf):
        item = c.store.join_all(shape.items[before : len(shape.items) - after])
    elif isinstance(shape, ListOf | LongTuple):
        item = shape.item
    made = c.store.site(("rest", place(star)), ListOf(item))
    js = f"{value.at(ATOM)}.slice({before}{f', -{after}' if after else ''})"
    return [(_free(c, star.name, star), Value(js, made))]


def _mapping(c: Body, value: Value, pattern: ast.MatchMapping) -> Found:
    """`case {"kind": "move", "x": x, **rest}`."""
    first, kind, others = _of_kind(c, value, DICTS, pattern)
    keys = [c.expression(one) for one in pattern.keys]
    if len({one.constant for one in keys} - {Missing}) < len(keys):
        raise c.refuse("a pattern whose keys are not all known, or stand twice", pattern)
    tests = [first]
    names: list[tuple[str, Value]] = []
    for key, one in zip(keys, pattern.patterns, strict=True):
        if _never(_all(tests)):
            break
        there, item = _entry(c, value, c.store.shape(kind), key, pattern)
        found = fits(c, item, one)
        tests += [there, found.test]
        names += found.names
    test = _all(tests)
    if _never(test):
        return Found(constant(False), NEVER, value.type)
    if pattern.rest is not None:
        names.append((_free(c, pattern.rest, pattern), _without(c, value.typed(kind), keys, pattern)))
    return Found(test, kind, others if test == first else value.type, tuple(names))


def _entry(c: Body, value: Value, shape: Type, key: Value, node: ast.AST) -> tuple[Value, Value]:
    """Whether a dict has a key, and the value that it has there."""
    if isinstance(shape, Record):
        found = dict(shape.fields).get(str(key.constant)) if key.type is STR else None
        name = str(key.constant)
        return (
            (constant(False), Value("", NEVER))
            if found is None
            else (constant(True), Value(member(value.at(ATOM), name), found, pure=True))
        )
    known, item = (shape.key, shape.value) if isinstance(shape, DictOf) else (ANY, ANY)
    if key.type not in (STR, INT) or known not in (STR, INT, ANY, NEVER):
        raise c.refuse(f"a pattern with a key that is {c.store.describe(key.type)}", node)
    if known not in (key.type, ANY):
        return constant(False), Value("", NEVER)
    there = call(c.helper("dict_in"), key, value, result=BOOL, pure=True)
    return there, call(c.helper("dict_get"), value, key, result=item, pure=True)


def _without(c: Body, value: Value, keys: list[Value], node: ast.AST) -> Value:
    """The dict that `**rest` binds."""
    shape, made = c.store.shape(value.type), value.type
    if isinstance(shape, Record):
        gone = {one.constant for one in keys}
        fields = tuple((name, found) for name, found in shape.fields if name not in gone)
        made = c.store.site(("rest", place(node)), Record(fields) if fields else DictOf(NEVER, NEVER))
    elif isinstance(shape, DictOf):
        made = c.store.site(("rest", place(node)), DictOf(shape.key, shape.value))
    grown = c.store.shape(made)
    if isinstance(grown, DictOf) and grown.value is ANY and any(map(c.store.has_float, parts_of(shape))):
        raise c.refuse("floats among values of unknown type", node)
    return call(c.helper("dict_without"), value, f"[{', '.join(one.js for one in keys)}]", result=made)


def _class(c: Body, value: Value, pattern: ast.MatchClass) -> Found:
    """`case int()`, `case str(name)`: builtin types, whose one pattern inside is for the value itself."""
    binding = binding_of(c, pattern.cls)
    if binding.kind == "named":
        return _named(c, value, pattern, binding.value._fields, binding.value.__qualname__)
    if pattern.kwd_attrs or len(pattern.patterns) > 1:
        raise c.refuse(f"the pattern `{ast.unparse(pattern)}`", pattern)
    found = _is_a(c, value, [_class_name(c, pattern)], pattern)
    if _never(found.test) or not pattern.patterns:
        return found
    inner = fits(c, value.typed(found.hit), pattern.patterns[0])
    miss = found.miss if inner.test.constant is True else value.type
    return Found(_all([found.test, inner.test]), inner.hit, miss, inner.names)


def _named(c: Body, value: Value, pattern: ast.MatchClass, fields: tuple[str, ...], title: str) -> Found:
    """`case Point(x, y=0)` of a class of named tuples."""
    first, kind, others = _of_kind(c, value, (NamedOf,), pattern)
    arrays = [one for one in members(others) if isinstance(c.store.shape(one), LISTS)]
    if not isinstance(kind, NamedOf) or (kind.names, kind.title) != (fields, title):
        return Found(constant(False), NEVER, value.type)
    names = [*fields[: len(pattern.patterns)], *pattern.kwd_attrs]
    if arrays or len(pattern.patterns) > len(fields) or len({*names} & {*fields}) < len(names):
        raise c.refuse(f"the pattern `{ast.unparse(pattern)}`", pattern)
    inner = [
        fits(c, _part(value, kind, fields.index(name), 0), one)
        for name, one in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True)
    ]
    test = _all([first, *(one.test for one in inner)])
    bound = tuple(name for one in inner for name in one.names)
    return Found(test, kind, others if test == first else value.type, bound)


def _class_name(c: Body, pattern: ast.MatchClass) -> str:
    cls = pattern.cls
    if isinstance(cls, ast.Name) and cls.id in CLASSES and binding_of(c, cls).kind == "builtin":
        return cls.id
    raise c.refuse(f"the pattern `{ast.unparse(pattern)}`", pattern)


def _is_a(c: Body, value: Value, names: list[str], node: ast.AST) -> Found:
    """Whether a value is of one of some builtin types."""
    if value.type is ANY or (value.type is NUM and value.boxed):
        exact: Mapping[str, Type] = {"str": STR, "bool": BOOL}
        if value.type is NUM:
            exact = {"int": INT, "float": FLOAT}
        hit = exact.get(names[0], value.type) if len(names) == 1 else value.type
        checks = [Value(one, BOOL) for one in any_checks(c, value.boxed or value.js, names, node)]
        return Found(_any(checks), hit, value.type)
    parts = members(value.type)
    answers = {one: is_instance(c, one, names) for one in parts}
    if None in answers.values():
        raise c.refuse(f"a pattern for {' or '.join(names)} of {c.store.describe(value.type)}", node)
    right = [one for one in parts if answers[one]]
    wrong = [one for one in parts if not answers[one]]
    if not right or not wrong:
        return (
            Found(constant(True), value.type, NEVER) if right else Found(constant(False), NEVER, value.type)
        )
    if len(wrong) == 1 and len(right) > 1:
        test = negated(_is_kind(c, value, wrong[0]))
    else:
        test = _any([_is_kind(c, value, one) for one in right])
    return Found(test, c.store.join_all(right), c.store.join_all(wrong))


def _is_kind(c: Body, value: Value, kind: Type) -> Value:
    """Whether a value of several types is of one of them, as JavaScript tells them apart."""
    js = value.at(EQUAL + 1)
    shape = c.store.shape(kind)
    if isinstance(shape, LISTS):
        return Value(f"Array.isArray({value.at(ASSIGN)})", BOOL, pure=True)
    if isinstance(shape, DICTS):
        return call(c.helper("is_dict"), value, result=BOOL, pure=True)
    if isinstance(shape, SetOf):
        return Value(f"{js} instanceof Set", BOOL, EQUAL, pure=True)
    if kind in NUMBERS:
        return Value(f'(typeof {js} === "number" || typeof {js} === "bigint")', BOOL, pure=True)
    names: Mapping[Type, str] = {STR: "string", BOOL: "boolean"}
    right = f'typeof {js} === "{names[kind]}"' if kind in names else f"{js} === null"
    return Value(right, BOOL, EQUAL, pure=True)


def _of_kind(c: Body, value: Value, kinds: tuple[type[Type], ...], node: ast.AST) -> tuple[Value, Type, Type]:
    """The test for a container of a kind, its type, and what else the value may be."""
    if value.type is ANY:
        return _is_kind(c, value, ListOf(ANY) if kinds is LISTS else DictOf(ANY, ANY)), ANY, ANY
    parts = members(value.type)
    right = [one for one in parts if isinstance(c.store.shape(one), kinds)]
    wrong = [one for one in parts if one not in right]
    if len(right) > 1:
        raise c.refuse("a pattern of lists and tuples in one place", node)
    if not right or not wrong:
        return (constant(True), value.type, NEVER) if right else (constant(False), NEVER, value.type)
    return _is_kind(c, value, right[0]), right[0], c.store.join_all(wrong)


def _either(c: Body, value: Value, pattern: ast.MatchOr) -> Found:
    """`case a | b`: what the alternatives bind is held until the whole pattern fits."""
    found: list[Found] = []
    rest = value.type
    for one in _alternatives(c, value, pattern):
        part = one if isinstance(one, Found) else fits(c, value.typed(rest), one)
        found += [part] if not _never(part.test) else []
        rest = part.miss
    if not found:
        return Found(constant(False), NEVER, value.type)
    names = [name for name, _ in found[0].names]
    values = {name: [dict(one.names)[name] for one in found] for name in names}
    tests = [one.test for one in found]
    bound: list[tuple[str, Value]] = []
    for name, made in values.items():
        first = made[0]
        if any((one.js, one.type) != (first.js, first.type) for one in made):
            joined = c.store.join_all([one.type for one in made])
            if any(one.type != joined for one in made):
                raise c.refuse(f"`{name}`, which is of another type in each alternative", pattern)
            held = c.temporary(name)
            tests = [_all([test, _held(held, one)]) for test, one in zip(tests, made, strict=True)]
            first = Value(held, joined, pure=True, simple=True)
        bound.append((name, first))
    return Found(_any(tests), c.store.join_all([one.hit for one in found]), rest, tuple(bound))


def _alternatives(c: Body, value: Value, pattern: ast.MatchOr) -> list[ast.pattern | Found]:
    """The alternatives, classes among them put together: what is int or float is one of them."""
    plain = [one for one in pattern.patterns if isinstance(one, ast.MatchClass) and not one.patterns]
    if value.type is not NUM or len(plain) < len(pattern.patterns):
        return list(pattern.patterns)
    return [_is_a(c, value, [_class_name(c, one) for one in plain], pattern)]


def _held(name: str, value: Value) -> Value:
    return Value(f"({name} = {value.at(ASSIGN)}, true)", BOOL)


def _free(c: Body, name: str, node: ast.AST) -> str:
    """A name that a pattern may bind."""
    if name in c.scoped:
        raise c.refuse(f"assigning `{name}`", node)
    return name


def _never(test: Value) -> bool:
    return test.constant is False


def both(a: Value, b: Value) -> Value:
    """`a && b`, constants left out."""
    return _all([a, b])


def _all(tests: list[Value]) -> Value:
    """`a && b`."""
    if any(map(_never, tests)):
        return constant(False)
    left = [one for one in tests if one.constant is not True]
    if len(left) < 2:
        return left[0] if left else constant(True)
    js = " && ".join(one.at(AND + (one.level != AND)) for one in left)
    return Value(js, BOOL, AND, pure=all(one.pure for one in left))


def _any(tests: list[Value]) -> Value:
    """`a || b`."""
    if any(one.constant is True for one in tests) and all(one.pure for one in tests):
        return constant(True)
    if len(tests) < 2:
        return tests[0] if tests else constant(False)
    js = " || ".join(f"({one.js})" if one.level == AND else one.at(OR) for one in tests)
    return Value(js, BOOL, OR, pure=all(one.pure for one in tests))


PATTERNS: Mapping[type[ast.pattern], Callable[..., Found]] = {
    ast.MatchAs: _capture,
    ast.MatchClass: _class,
    ast.MatchMapping: _mapping,
    ast.MatchOr: _either,
    ast.MatchSequence: _sequence,
    ast.MatchSingleton: _singleton,
    ast.MatchValue: _value,
}
