"""Types of the mutable objects of a program: aliases share one entry, and entries only grow.

An object is known by the place that makes it. A type of the analysis holds a `Ref` wherever a list, set or
dict stands; two objects that may meet in one variable become one entry. What was read of an object is its
shape, or which entry it is: becoming an alias changes the second alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce

from moon_spa.analysis.names import Scans
from moon_spa.analysis.reads import Facts
from moon_spa.analysis.unprovable import Clash
from moon_spa.javascript import is_index
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
    Basic,
    DefaultOf,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    Union,
    as_dict,
    describe,
    join_all,
    join_tuples,
    mapped,
    members,
    parts_of,
)

DEEPEST = 8
"""Types nested deeper than this are taken for objects that contain themselves."""


@dataclass(frozen=True)
class Ref(Type):
    """A mutable object; the store knows its shape."""

    number: int


@dataclass(frozen=True)
class Caught(Type):
    """The exception that an `except … as` has caught."""


class Store(Facts):
    """What the passes so far have learned of mutable objects."""

    def __init__(self, scans: Scans | None = None) -> None:
        super().__init__()
        self.scans = scans or Scans()
        self._parents: list[int] = []
        self._shapes: list[Type] = []
        self._sites: dict[Hashable, Ref] = {}
        self._fixed: set[int] = set()
        self._raw: set[int] = set()
        self._vague: list[Ref] = []
        self.tolerant = False
        self._constant: set[int] = set()
        self._known: dict[Hashable, Type] = {}
        self._loosened: set[int] = set()

    def known(self, key: Hashable) -> Type:
        """The type learned so far for a field, parameter, result or shared variable."""
        self._read(key)
        return self._known.get(key, NEVER)

    def first_known(self, key: Hashable) -> Type:
        """The same for a value that may never be looked at: whoever does asks for what is known."""
        return self._known.get(key, NEVER)

    def learn(self, key: Hashable, found: Type) -> Type:
        """Something that has a type for the whole program gets a value of the type `found`."""
        old = self._known.get(key, NEVER)
        new = self._merged(old, found)
        if new != old:
            self._known[key] = new
            self._wrote(key)
        self._read(key)
        return new

    def site(self, key: Hashable, shape: Type, written: bool = False) -> Ref:
        """The object that the place `key` makes, grown to hold `shape`.

        What is in it is copied as it is, unless it is `written` item by item: then it is converted.
        """
        if key not in self._sites:
            number = len(self._shapes)
            self._sites[key] = Ref(number)
            self._parents.append(number)
            self._shapes.append(mapped(shape, lambda part: NEVER) if written or self.tolerant else shape)
        ref = self._sites[key]
        self.grow(ref, shape, not written)
        return ref

    def _merged(self, a: Type, b: Type) -> Type:
        """The type of a slot: ints and floats in one are values of any type, which know what they are."""
        joined = self.join(a, b, slot=True)
        return self.join(joined, ANY, slot=True) if NUM in members(joined) else joined

    def intern(self, key: Hashable, plain: Type, constant: bool = False, written: bool = False) -> Type:
        """A type without references, with objects in place of its containers.

        Such objects are made elsewhere: a float in them is a plain number for good, unless they are `written`
        as their final type says. What is `constant` lives longer than the action, so it cannot be changed by
        one.
        """
        made = iter(range(10_000))

        def enter(one: Type) -> Type:
            number = next(made)
            if isinstance(one, Record) and not all(is_plain_key(key) for key, _ in one.fields):
                one = as_dict(one)
            inner = mapped(one, enter)
            if not isinstance(one, ListOf | SetOf | DictOf | Record):
                return inner
            ref = self.site((key, number), inner, written)
            self._fixed.add(self._root(ref))
            if constant:
                self._constant.add(self._root(ref))
            return ref

        return enter(plain)

    def find(self, ref: Ref) -> int:
        """The number of the entry that `ref` shares with its aliases."""
        number = self._root(ref)
        self._read(("alias", number))
        return number

    def _root(self, ref: Ref) -> int:
        number = ref.number
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def shape(self, one: Type) -> Type:
        """The shape of an object; any other type is its own."""
        if not isinstance(one, Ref):
            return one
        number = self._root(one)
        self._read(number)
        return self._shapes[number]

    def outline(self, one: Type) -> Type:
        """The same where only the kind of the object counts, or the shape is read again once it has grown."""
        return self._shapes[self._root(one)] if isinstance(one, Ref) else one

    def is_constant(self, ref: Ref) -> bool:
        """Whether the object outlives the action and must not be changed."""
        number = self._root(ref)
        self._read(number)
        return number in self._constant

    def grow(self, ref: Ref, shape: Type, raw: bool = False) -> None:
        """Let the object hold what `shape` holds too; `raw` values are put into it as they are."""
        root = self._root(ref)
        old = self._shapes[root]
        if self.tolerant:
            shape = self._without_any(ref, old, shape)
        adds_keys = not (isinstance(shape, DictOf) and shape.key is NEVER)
        new = self._join_shapes(old, shape, adds_keys and root in self._fixed, (root in self._raw, raw))
        root = self._root(ref)
        if raw and any(map(self.has_float, parts_of(shape))):
            self._raw.add(root)
        if new != old:
            self._shapes[root] = new
            self._wrote(root)

    def join(self, a: Type, b: Type, slot: bool = False) -> Type:
        """The smallest type that holds both; raises Clash where JavaScript holds the two differently.

        A `slot` (item, state field) is converted to by whatever writes it, so it may become ANY; a variable
        has the representation of its last assignment.
        """
        if a is b or b is NEVER or a == b:
            return a
        if a is NEVER:
            return b
        if a is ANY or b is ANY:
            self.loosen(b if a is ANY else a, slot)
            return ANY
        found: list[Type] = []
        for one in (*members(a), *members(b)):
            self._add(found, one, slot)
        flat = join_all(one for one in found if not isinstance(one, Ref))
        refs = [one for one in found if isinstance(one, Ref)]
        if not refs:
            return flat
        parts = [*refs, *(members(flat) if flat is not NEVER else ())]
        return parts[0] if len(parts) == 1 else Union(tuple(sorted(parts, key=repr)))

    def join_all(self, types: Iterable[Type]) -> Type:
        """The smallest type that holds all of some, as variables do."""
        return reduce(self.join, [NEVER, *types])

    def _add(self, found: list[Type], one: Type, slot: bool) -> None:
        """Add an alternative to those found; of lists, sets, dicts and tuples there is one each."""
        for i, other in enumerate(found):
            if isinstance(one, Ref) and isinstance(other, Ref) and self.kind(one) is self.kind(other):
                self._unify(other, one)
                return
            if isinstance(one, TupleOf | LongTuple) and isinstance(other, TupleOf | LongTuple):
                joined = join_tuples(one, other, self.join)
                if joined is None:
                    raise Clash("a named tuple and another one in one place")
                found[i] = joined
                return
        found.append(one)

    def kind(self, one: Type) -> type[Type]:
        """The class of an object: a record is a dict."""
        kind = type(self._shapes[self._root(one)]) if isinstance(one, Ref) else type(one)
        return DictOf if kind is Record else kind

    def _unify(self, a: Ref, b: Ref) -> None:
        one, two = self._root(a), self._root(b)
        if one == two:
            return
        old, new = self._shapes[one], self._shapes[two]
        self._parents[two] = one
        fixed = one in self._fixed or two in self._fixed
        raw = one in self._raw, two in self._raw
        changed = {one, two} - self._constant if {one, two} & self._constant else set()
        for kind in (self._fixed, self._raw, self._constant):
            if two in kind:
                kind.add(one)
        self._wrote(("alias", two))
        try:
            joined = self._join_shapes(old, new, fixed, raw)
        except Clash:
            self._shapes[self._root(a)] = join_all([old, new])  # all that is known
            raise
        root = self._root(a)
        before = ((one, old), (two, new), (root, self._shapes[root]))
        changed.update(number for number, shape in before if not self._same(shape, joined))
        self._shapes[root] = joined
        for number in changed:
            self._wrote(number)

    def _same(self, a: Type, b: Type) -> bool:
        """Whether two types are one, aliases taken for the same."""
        if isinstance(a, Ref) and isinstance(b, Ref):
            return self._root(a) == self._root(b)
        match a, b:
            case Record(xs), Record(ys) if [key for key, _ in xs] != [key for key, _ in ys]:
                return False
        one, two = tuple(parts_of(a)), tuple(parts_of(b))
        alike = type(a) is type(b) and len(one) == len(two) and bool(one)
        return all(map(self._same, one, two)) if alike else a == b

    def _without_any(self, ref: Ref, old: Type, new: Type) -> Type:
        """What a server action stores, but for values of which nothing is known."""
        if ANY not in parts_of(new) or (ANY in parts_of(old) and type(old) is type(new)):
            return new
        self._vague.append(ref)
        return mapped(new, lambda part: NEVER if part is ANY else part)

    def give_away(self, one: Type) -> None:
        """A value goes where nobody knows what becomes of it."""
        self._vague += [part for part in members(one) if isinstance(part, Ref)]

    def vague(self) -> set[int]:
        """Objects that a server action may have filled with anything."""
        return {self.find(ref) for ref in self._vague}

    def _join_shapes(self, a: Type, b: Type, fixed: bool, raw: tuple[bool, bool]) -> Type:
        if a == b:
            return a
        match a, b:
            case ListOf(x), ListOf(y):
                return ListOf(self._slot(x, y, raw))
            case SetOf(x), SetOf(y):
                return SetOf(self._slot(x, y, raw))
            case Record(xs), Record(ys) if [key for key, _ in xs] == [key for key, _ in ys]:
                pairs = zip(xs, ys, strict=True)
                return Record(tuple((key, self._slot(one, two, raw)) for (key, one), (_, two) in pairs))
        one, two = self.dict_shape(a), self.dict_shape(b)
        if isinstance(a, DefaultOf) and isinstance(b, DefaultOf) and a.first != b.first:
            raise Clash("dicts with other values for keys that are not there")
        key, value = self._keys(one.key, two.key, fixed), self._slot(one.value, two.value, raw)
        return replace(a, key=key, value=value) if isinstance(a, DefaultOf) else DictOf(key, value)

    def dict_shape(self, a: Type) -> DictOf:
        """A record or dict shape as a dict of one value type."""
        if isinstance(a, Record):
            value: Type = NEVER
            for _, one in a.fields:
                value = self._merged(value, one)
            return DictOf(STR if a.fields else NEVER, value)
        return as_dict(a)

    def _keys(self, a: Type, b: Type, fixed: bool) -> Type:
        """Keys of dicts: texts make an object, anything else a Map, which is settled when it is made."""
        key = self.join(a, b, slot=True)
        if fixed and NEVER in (a, b) and key not in (STR, NEVER):
            raise Clash("an empty dict of the state that gets keys which are no texts")
        if key not in (STR, NEVER, INT, BOOL, FLOAT, NONE) and not isinstance(key, TupleOf | LongTuple):
            raise Clash(f"a dict with keys of the type {describe(key)}")
        return key

    def _slot(self, a: Type, b: Type, raw: tuple[bool, bool]) -> Type:
        """The type of items of both types; floats that are there as plain numbers stay so."""
        joined = self._merged(a, b) if a != b else a
        for one, is_raw in zip((a, b), raw, strict=True):
            if is_raw and joined is ANY and one is not ANY and self.has_float(one):
                raise Clash("floats among values of unknown type")
        return joined

    def has_float(self, one: Type) -> bool:
        """Whether a value of this type may be a float, at its surface."""
        return any(part in (FLOAT, NUM) for part in members(one))

    def loosen(self, one: Type, slot: bool) -> None:
        """A value of a known type goes where anything may be: its parts may be anything from now on."""
        for part in members(one):
            if part in (FLOAT, NUM) and not slot:
                raise Clash("a float where any value may be")
            if isinstance(part, TupleOf | LongTuple | Caught):
                raise Clash("a tuple or an exception where any value may be")
            if isinstance(part, Ref) and self.tolerant:
                self._vague.append(part)
            elif isinstance(part, Ref) and (root := self._root(part)) not in self._loosened:
                self._loosened.add(root)  # what contains itself is met again
                try:
                    self._loosen_object(part)
                finally:
                    self._loosened.discard(root)

    def _loosen_object(self, ref: Ref) -> None:
        match self._shapes[self._root(ref)]:
            case ListOf(item):
                if item is not ANY:
                    self.grow(ref, ListOf(ANY))
            case Record(fields):
                if any(one is not ANY for _, one in fields):
                    self.grow(ref, Record(tuple((key, ANY) for key, _ in fields)))
            case DictOf(key, value) as shape if not isinstance(shape, DefaultOf):
                if key not in (STR, NEVER):
                    raise Clash("a dict whose keys are no texts where any value may be")
                if value is not ANY:
                    self.grow(ref, DictOf(key, ANY))
            case _:
                raise Clash("a set, or a dict with first values, where any value may be")

    def plain(self, one: Type, depth: int = 0) -> Type:
        """The type with every object written out."""
        if depth > DEEPEST:
            raise Clash("an object that contains itself")
        if isinstance(one, Basic):
            return one
        return mapped(self.shape(one), lambda part: self.plain(part, depth + 1))

    def roots(self, one: Type, depth: int = 0) -> Iterator[int]:
        """The entries of all objects that a value of this type may reach."""
        if depth > DEEPEST:
            return
        if isinstance(one, Ref):
            yield self.find(one)
        for part in parts_of(self.shape(one)):
            yield from self.roots(part, depth + 1)

    def describe(self, one: Type) -> str:
        """The type in Python's words."""
        return "an exception" if isinstance(one, Caught) else describe(self.plain(one))


def is_plain_key(name: object) -> bool:
    """Whether a text can be the name of a record's field: JavaScript neither reorders nor interprets it."""
    return isinstance(name, str) and not is_index(name) and name != "__proto__"


def is_number(one: Type) -> bool:
    """Whether every value of this type is an int or a float, no bool."""
    return one in NUMBERS


def arithmetic(a: Type, b: Type) -> Type:
    """The type of a sum, difference or product of two numbers."""
    if FLOAT in (a, b):
        return FLOAT
    return INT if a is INT and b is INT else NUM
