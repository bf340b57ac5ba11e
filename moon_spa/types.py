"""Python types of values, as far as the compiler knows them: from NEVER (no value) to ANY (every value)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from typing import Any


class Type:
    """What is known of a value."""


class Basic(Type, Enum):
    """Types without parts; NUM is an int or a float, ANY is every value, NEVER is none."""

    NONE = "None"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    NUM = "int or float"
    STR = "str"
    ANY = "any value"
    NEVER = "no value"

    __hash__ = Type.__hash__


NONE = Basic.NONE
BOOL = Basic.BOOL
INT = Basic.INT
FLOAT = Basic.FLOAT
NUM = Basic.NUM
STR = Basic.STR
ANY = Basic.ANY
NEVER = Basic.NEVER


@dataclass(frozen=True)
class ListOf(Type):
    """A list whose items have one type; the empty list has items of type NEVER."""

    item: Type


@dataclass(frozen=True)
class SetOf(Type):
    """A set whose items have one type."""

    item: Type


@dataclass(frozen=True)
class TupleOf(Type):
    """A tuple of known length."""

    items: tuple[Type, ...]


@dataclass(frozen=True)
class NamedOf(TupleOf):
    """A named tuple: its fields, and the name of its class."""

    names: tuple[str, ...]
    title: str

    def is_alike(self, other: Type) -> bool:
        """Whether another type is of the same class."""
        return isinstance(other, NamedOf) and (self.names, self.title) == (other.names, other.title)


@dataclass(frozen=True)
class LongTuple(Type):
    """A tuple of any length whose items have one type."""

    item: Type


@dataclass(frozen=True)
class DictOf(Type):
    """A dict with keys of one type and values of one type."""

    key: Type
    value: Type


@dataclass(frozen=True)
class DefaultOf(DictOf):
    """A `defaultdict`, with the source of what a new key gets; or a `Counter`, where `first` says so."""

    first: str


@dataclass(frozen=True)
class Record(Type):
    """A dict with exactly these text keys, each with its own type, in this order."""

    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True)
class Union(Type):
    """One of several types; made by `join`, never nested, never with ANY or NEVER."""

    members: tuple[Type, ...]


NUMBERS = frozenset({INT, FLOAT, NUM})


def type_of(value: Any) -> Type:
    """The type of a Python value; ANY for what a component cannot hold."""
    if value is None:
        return NONE
    for kind, found in ((bool, BOOL), (int, INT), (float, FLOAT), (str, STR)):
        if isinstance(value, kind):
            return found
    if isinstance(value, list):
        return ListOf(join_all(type_of(item) for item in value))
    if isinstance(value, tuple):
        return TupleOf(tuple(type_of(item) for item in value))
    if isinstance(value, set | frozenset):
        return SetOf(join_all(type_of(item) for item in value))
    if isinstance(value, Mapping):
        return _type_of_mapping(value)
    return ANY


def _type_of_mapping(value: Mapping[Any, Any]) -> Type:
    if value and all(isinstance(key, str) for key in value):
        return Record(tuple((str(key), type_of(item)) for key, item in value.items()))
    return DictOf(join_all(map(type_of, value)), join_all(map(type_of, value.values())))


def join_all(types: Iterable[Type]) -> Type:
    """The smallest type that holds all of `types`; NEVER for none."""
    found: Type = NEVER
    for one in types:
        found = join(found, one)
    return found


def join(a: Type, b: Type) -> Type:
    """The smallest type of the lattice that holds both."""
    if a == b or b is NEVER:
        return a
    if a is NEVER:
        return b
    if a is ANY or b is ANY:
        return ANY
    if isinstance(a, Union) or isinstance(b, Union):
        return _union([*members(a), *members(b)])
    return _joined(a, b) or _union([a, b])


def _joined(a: Type, b: Type) -> Type | None:
    """The join of two types of one kind; None where only a union holds both."""
    if a in NUMBERS and b in NUMBERS:
        return NUM
    match a, b:
        case (NamedOf(), _) | (_, NamedOf()):
            return join_tuples(a, b, join)
        case ListOf(x), ListOf(y):
            return ListOf(join(x, y))
        case SetOf(x), SetOf(y):
            return SetOf(join(x, y))
        case TupleOf(xs), TupleOf(ys) if len(xs) == len(ys):
            return TupleOf(tuple(map(join, xs, ys)))
        case (LongTuple(), LongTuple() | TupleOf()) | (TupleOf(), LongTuple()):
            return LongTuple(join_all((*parts_of(a), *parts_of(b))))
        case Record(xs), Record(ys) if {key for key, _ in xs} == {key for key, _ in ys}:
            other = dict(ys)
            return Record(tuple((key, join(one, other[key])) for key, one in xs))
        case (Record() | DictOf(), Record() | DictOf()):
            one, two = as_dict(a), as_dict(b)
            return DictOf(join(one.key, two.key), join(one.value, two.value))
    return None


def join_tuples(a: Type, b: Type, joined: Callable[[Type, Type], Type]) -> Type | None:
    """The type of tuples of two types; None where one is named and the other is no such tuple."""
    if isinstance(a, NamedOf) or isinstance(b, NamedOf):
        if not isinstance(a, NamedOf) or not isinstance(b, NamedOf) or not a.is_alike(b):
            return None
        return NamedOf(tuple(map(joined, a.items, b.items)), a.names, a.title)
    if isinstance(a, TupleOf) and isinstance(b, TupleOf) and len(a.items) == len(b.items):
        return TupleOf(tuple(map(joined, a.items, b.items)))
    nothing: Type = NEVER
    return LongTuple(reduce(joined, (*parts_of(a), *parts_of(b)), nothing))


def as_dict(a: Type) -> DictOf:
    """A record seen as a dict of one value type."""
    if isinstance(a, Record):
        return DictOf(STR if a.fields else NEVER, join_all(one for _, one in a.fields))
    assert isinstance(a, DictOf)
    return a


def members(a: Type) -> tuple[Type, ...]:
    """The alternatives of a type: itself, or what a union is made of."""
    return a.members if isinstance(a, Union) else (a,)


def _union(types: list[Type]) -> Type:
    """A flat union in which types of one kind are joined."""
    kept: list[Type] = []
    for one in types:
        for i, other in enumerate(kept):
            same = one if one == other else _joined(other, one)
            if same is not None:
                kept[i] = same
                break
        else:
            kept.append(one)
    return kept[0] if len(kept) == 1 else Union(tuple(sorted(kept, key=describe)))


def accepts(expected: Type, value: Any) -> bool:
    """Whether a Python value is of a type; True and 1.0 are no int, 1 is no float."""
    match expected:
        case Basic():
            return _accepts_basic(expected, value)
        case ListOf(item):
            return isinstance(value, list) and all(accepts(item, one) for one in value)
        case SetOf(item):
            return isinstance(value, set | frozenset) and all(accepts(item, one) for one in value)
        case TupleOf(items):
            return isinstance(value, tuple) and len(value) == len(items) and all(map(accepts, items, value))
        case LongTuple(item):
            return isinstance(value, tuple) and all(accepts(item, one) for one in value)
        case DictOf(key, item):
            return isinstance(value, Mapping) and all(
                accepts(key, k) and accepts(item, one) for k, one in value.items()
            )
        case Record(fields):
            return (
                isinstance(value, Mapping)
                and set(value) == {key for key, _ in fields}
                and all(accepts(one, value[key]) for key, one in fields)
            )
        case Union(alternatives):
            return any(accepts(one, value) for one in alternatives)
    return False


def _accepts_basic(expected: Basic, value: Any) -> bool:
    if expected is ANY or expected is NEVER:
        return expected is ANY
    found = type_of(value)
    return found == expected or (expected is NUM and found in NUMBERS)


def kind_of(value: Any) -> str:
    """``an int``, ``a list``: what a value is, for a message."""
    return with_article(type(value).__name__)


def with_article(noun: str) -> str:
    """``an int``, ``a list``."""
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def describe(a: Type) -> str:
    """The type in Python's words: ``list[int]``, ``str or None``."""
    match a:
        case Basic():
            return a.value
        case ListOf(item):
            return f"list[{describe(item)}]" if item is not NEVER else "list"
        case SetOf(item):
            return f"set[{describe(item)}]" if item is not NEVER else "set"
        case NamedOf():
            return a.title.rpartition(".")[2]
        case TupleOf(items):
            return f"tuple[{', '.join(map(describe, items)) or '()'}]"
        case LongTuple(item):
            return f"tuple[{describe(item)}, ...]"
        case DefaultOf(key, item, first):
            return f"{'Counter' if first == 'Counter' else 'defaultdict'}[{describe(key)}, {describe(item)}]"
        case DictOf(key, item):
            return f"dict[{describe(key)}, {describe(item)}]" if key is not NEVER else "dict"
        case Record(fields):
            inner = ", ".join(f"{key}: {describe(one)}" for key, one in fields)
            return f"{{{inner}}}"
        case Union(alternatives):
            return " or ".join(map(describe, alternatives))
    return type(a).__name__


def holds(a: Type, part: Basic) -> bool:
    """Whether a type is a basic one, or has it inside."""
    return a is part or (not isinstance(a, Basic) and any(holds(one, part) for one in parts_of(a)))


def is_key(a: Type) -> bool:
    """Whether values of a type can be keys of dicts and items of sets: texts, ints, and tuples of them."""
    if isinstance(a, TupleOf | LongTuple):
        return all(is_key(one) or one is NEVER for part in parts_of(a) for one in members(part))
    return a in (STR, INT)


def are_keys(a: Type, b: Type) -> bool:
    """Whether values of both types can be keys of one dict."""
    alike = a == b or (isinstance(a, TupleOf | LongTuple) and isinstance(b, TupleOf | LongTuple))
    return alike and is_key(a) and is_key(b)


def parts_of(one: Type) -> Iterable[Type]:
    """The direct parts of a type."""
    match one:
        case Basic():
            return ()
        case ListOf(item) | SetOf(item) | LongTuple(item):
            return (item,)
        case TupleOf(items) | Union(items):
            return items
        case DictOf(key, value):
            return (key, value)
        case Record(fields):
            return tuple(part for _, part in fields)
    return ()


def all_parts(a: Type) -> list[Type]:
    """The parts of a type at any depth."""
    return [inner for part in parts_of(a) for inner in (part, *all_parts(part))]


def mapped(a: Type, change: Callable[[Type], Type]) -> Type:
    """`a` with its direct parts changed."""
    match a:
        case Basic():
            return a
        case ListOf(item):
            return ListOf(change(item))
        case SetOf(item):
            return SetOf(change(item))
        case NamedOf(items, names, title):
            return NamedOf(tuple(map(change, items)), names, title)
        case TupleOf(items):
            return TupleOf(tuple(map(change, items)))
        case LongTuple(item):
            return LongTuple(change(item))
        case DefaultOf(key, item, first):
            return DefaultOf(change(key), change(item), first)
        case DictOf(key, item):
            return DictOf(change(key), change(item))
        case Record(fields):
            return Record(tuple((key, change(one)) for key, one in fields))
        case Union(alternatives):
            return join_all(map(change, alternatives))
    return a
