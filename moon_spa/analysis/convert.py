"""From one type to another: truth, text, slots that hold any value, and descriptors for the helpers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moon_spa.analysis.body import Body
from moon_spa.analysis.store import Caught, Ref
from moon_spa.analysis.unprovable import Clash
from moon_spa.analysis.values import ATOM, EQUAL, LESS, UNARY, Missing, Value, call
from moon_spa.javascript import literal, object_literal
from moon_spa.javascript import text as text_literal
from moon_spa.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
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
    Union,
    members,
    type_of,
)

LETTERS: Mapping[Type, str] = {
    NONE: "n",
    BOOL: "b",
    INT: "i",
    FLOAT: "f",
    NUM: "u",
    STR: "s",
    ANY: "a",
    NEVER: "a",
}
SCALARS = frozenset({NONE, BOOL, INT, FLOAT, STR})
ALIKE = frozenset({NONE, BOOL, INT, STR})
"""Types whose values look the same where the type is not known."""
RAW_TRUTH = frozenset({NONE, BOOL, INT, STR})
"""Types whose values JavaScript finds true when Python does."""


def constant(value: Any) -> Value:
    """A literal of a scalar type."""
    found = type_of(value)
    span = (value, value) if found is INT and abs(value) <= 2**53 - 1 else None
    js = literal(value)
    level = UNARY if js.startswith("-") else ATOM
    return Value(js, found, level, span, pure=True, simple=True, constant=value)


def may_be(found: Type, kind: Type) -> bool:
    """Whether a value, whose type is not known or one of several, looks as one of `kind` where it is one."""
    return kind in members(found) if looks_alike(found) else found is ANY


def looks_alike(found: Type) -> bool:
    """Whether a value of one of several types looks as one does where its type is not known."""
    return isinstance(found, Union) and ALIKE.issuperset(found.members)


def taken_as(c: Body, value: Value, kind: Type) -> Value:
    """A value of unknown type, taken for an int or a text: any other sends the action to the server."""
    if not may_be(value.type, kind):
        return value
    return call(c.helper("as_type"), value, text_literal(LETTERS[kind]), result=kind)


def truth(c: Body, value: Value) -> Value:
    """`bool(value)` as a JavaScript boolean."""
    found = value.type
    if found is BOOL:
        return value
    if value.constant is not Missing:
        return constant(bool(value.constant))
    if found in (INT, FLOAT, NUM):
        return Value(f"{value.at(EQUAL)} !== 0", BOOL, EQUAL, pure=value.pure)
    if found is STR:
        return Value(f'{value.at(EQUAL)} !== ""', BOOL, EQUAL, pure=value.pure)
    match c.store.outline(found):
        case ListOf():
            return Value(f"{value.at(ATOM)}.length > 0", BOOL, LESS, pure=value.pure)
        case SetOf():
            return Value(f"{value.at(ATOM)}.size > 0", BOOL, LESS, pure=value.pure)
    return call(c.helper("truth"), value, result=BOOL, pure=value.pure)


def test(c: Body, value: Value) -> Value:
    """A value where only its truth counts: in `if`, `while`, `!`, `?:`."""
    if value.constant is Missing and all(part in RAW_TRUTH for part in members(value.type)):
        return value
    return truth(c, value)


def to_slot(c: Body, value: Value, slot: Type) -> Value:
    """A value on its way to where a value of the type `slot` is held."""
    if isinstance(value.type, Caught):
        raise c.refuse("an exception that is kept")
    if slot is not ANY or value.type is ANY:
        return value
    if value.type is FLOAT:
        return call(c.helper("box"), value, result=ANY, pure=value.pure)
    if value.boxed:
        return Value(value.boxed, ANY, pure=value.pure)
    if value.type is NUM:
        return call(c.helper("to_any"), value, text_literal("u"), result=ANY)
    if c.store.has_float(value.type):
        raise c.refuse(f"a value that is {c.store.describe(value.type)} where any value may be")
    return value.typed(ANY)


def known_number(value: Value) -> Value:
    """An int or float where it counts which of them it is."""
    return Value(value.boxed, ANY, pure=value.pure) if value.boxed else value


def to_any(c: Body, value: Value) -> Value:
    """An operand of an operation on values of unknown type."""
    if value.type is not ANY and value.type not in SCALARS:
        c.store.loosen(value.type, slot=True)
    return to_slot(c, value, ANY)


def number(value: Value) -> Value:
    """A bool as the int that it is."""
    if value.type is not BOOL:
        return value
    if value.constant is not Missing:
        return constant(int(bool(value.constant)))
    return call("Number", value, result=INT, span=(0, 1), pure=value.pure)


def as_float(c: Body, value: Value) -> Value:
    """A number as a JavaScript number: a BigInt must not meet one."""
    if value.type is FLOAT or value.span is not None:
        return value
    return call(c.helper("float_of"), value, result=FLOAT)


def is_short(c: Body, value: Value) -> bool:
    """Whether an int surely has no more digits than Python makes a text of."""
    return value.span is not None or not c.store.noted(("grows", c.unit.key))


def text(c: Body, value: Value) -> Value:
    """`str(value)`."""
    value = known_number(value)
    found = value.type
    if found is STR:
        return value
    if value.constant is not Missing:
        return constant(str(value.constant))
    if found is INT and is_short(c, value):
        return call("String", value, result=STR, pure=value.pure)
    if found is INT:
        return call(c.helper("str_i"), value, result=STR)
    if found is ANY or looks_alike(found):
        return call(c.helper("str_a"), value, result=STR)
    if found is FLOAT:
        return call(c.helper("str_f"), value, result=STR, pure=value.pure)
    if found is BOOL:
        return call(c.helper("str_b"), value, result=STR, pure=value.pure)
    if isinstance(found, Caught):
        return call(c.helper("str_error"), value, result=STR)
    return call(c.helper("str"), value, descriptor(c, found), result=STR)


def quoted(c: Body, value: Value) -> Value:
    """`repr(value)`."""
    value = known_number(value)
    if value.type is STR:
        return call(c.helper("repr_s"), value, result=STR, pure=value.pure)
    if value.type in (INT, FLOAT, BOOL, NONE):
        return text(c, value)
    if value.type is ANY or looks_alike(value.type):
        return call(c.helper("repr_a"), value, result=STR)
    return call(c.helper("repr"), value, descriptor(c, value.type), result=STR)


def text_descriptor(c: Body, found: Type) -> str:
    """The helpers' name of a type for a value of which a text is made."""
    return text_literal("a") if looks_alike(found) else descriptor(c, found)


def descriptor(c: Body, found: Type) -> str:
    """The helpers' name of a type, as a JavaScript literal."""
    return _written(_descriptor(c, c.store.plain(found)))


def _written(found: Any) -> str:
    """A descriptor as a literal, whatever the names of a record are."""
    if isinstance(found, dict):
        return object_literal({key: _written(item) for key, item in found.items()})
    return f"[{', '.join(map(_written, found))}]" if isinstance(found, list) else text_literal(found)


def _descriptor(c: Body, found: Type) -> Any:
    if found in LETTERS and found is not NUM:
        return LETTERS[found]
    match found:
        case ListOf(item):
            return ["l", _descriptor(c, item)]
        case NamedOf():
            raise Clash(f"the text of a named tuple, {c.store.describe(found)}")
        case TupleOf(items):
            return ["t", *(_descriptor(c, item) for item in items)]
        case LongTuple(item):
            return ["T", _descriptor(c, item)]
        case SetOf(item):
            if item is NEVER:
                return ["x", "a"]
        case DefaultOf():
            raise Clash(f"the text of a {c.store.describe(found)}")
        case DictOf(key, item):
            return ["d", _descriptor(c, key), _descriptor(c, item)]
        case Record(fields):
            return ["r", {key: _descriptor(c, item) for key, item in fields}]
        case Union((first, second)) if NONE in (first, second):
            return ["o", _descriptor(c, second if first is NONE else first)]
    raise Clash(f"the text of a value that is {c.store.describe(found)}")


def same_text(a: Type, b: Type) -> bool:
    """Whether `===` of two such values is Python's `==`."""
    parts = {*members(a), *members(b)}
    if any(isinstance(part, Ref | TupleOf | LongTuple) for part in parts) or not parts <= {*SCALARS, NUM}:
        return False
    return BOOL not in parts or not parts & {INT, FLOAT, NUM}


def parameter_descriptor(found: Type) -> str:
    """The helpers' name of an annotated type, for arguments from outside; "" where there is none."""
    try:
        return "" if found is ANY else _written(_parameter(found))
    except Clash:
        return ""


def _parameter(found: Type) -> Any:
    match found:
        case ListOf(item):
            return ["l", _parameter(item)]
        case DictOf(key, item) if key is STR:
            return ["d", "s", _parameter(item)]
        case Union((first, second)) if NONE in (first, second):
            return ["o", _parameter(second if first is NONE else first)]
    if found in LETTERS and found is not NEVER:
        return LETTERS[found]
    raise Clash("an annotation that is not checked")
