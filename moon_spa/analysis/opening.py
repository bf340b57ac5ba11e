"""Fields that a server action, or a prop, may fill with values of which nothing is known.

Actions on the client take such a field for what all clear writes make of it, and look first: a value of
another type sends the action to the server. Outside of actions the field is as wide as all writers make it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Literal

from moon_spa.analysis.store import DEEPEST, Ref, Store
from moon_spa.analysis.unprovable import Clash
from moon_spa.spec import ComponentSpec, Field
from moon_spa.types import (
    ANY,
    FLOAT,
    NEVER,
    NONE,
    NUM,
    STR,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    Union,
    holds,
    join,
    mapped,
    members,
    parts_of,
    type_of,
)

Opening = Literal["unclear", "reshaped", "vague"]


def guards(spec: ComponentSpec, store: Store, key: Hashable) -> Mapping[str, Type]:
    """The fields that an action has to check before it reads them, with the types it takes them for."""
    found: dict[str, Type] = {}
    if not store.noted(("open",)):
        return found
    for field in spec.fields:
        if not _is_open(store, field.name):
            continue
        known = store.plain(store.known(("field", field.name)))
        reads = store.noted(("read", key, field.name)) or store.noted(("copied", key, field.name))
        boxes = holds(known, FLOAT) and store.noted(("drafted", key, field.name))
        if (reads or boxes) and _widened(store, field, known) != known:
            found[field.name] = known
    return found


def contract(store: Store, field: Field) -> Type:
    """What a field may hold, whoever wrote it."""
    name = field.name
    try:
        known = store.plain(store.known(("field", name)))
    except Clash:
        return ANY
    return known if not _is_open(store, name) else _widened(store, field, known)


def _widened(store: Store, field: Field, known: Type) -> Type:
    """What an open field may hold, of which so much is known."""
    if known is ANY or _is_fixed(known):
        return known
    name = field.name
    reshaped = store.noted(("reshaped", name))
    base = ANY if store.noted(("vague", name)) else _opened(type_of(field.default), reshaped)
    wide = join(known, base)
    return wide if wide == known or not (holds(known, FLOAT) or holds(known, NUM)) else ANY


def _is_fixed(found: Type) -> bool:
    """Whether there are sets or tuples in a value, which are held where their type is known only."""
    return isinstance(found, SetOf | TupleOf | LongTuple) or any(map(_is_fixed, parts_of(found)))


def leave_open(store: Store, how: Opening, name: str) -> None:
    """A field is `unclear` or `vague` from now on, or `reshaped`: its objects may get other keys."""
    store.note((how, name))
    store.note(("open",))


def _is_open(store: Store, name: str) -> bool:
    return store.noted(("open",)) and any(
        store.noted((how, name)) for how in ("unclear", "reshaped", "vague")
    )


def _opened(found: Type, reshaped: bool) -> Type:
    """A type whose unknown parts are any values: None, items of empty containers, keys that may be new."""
    if found is NONE or found is NEVER:
        return ANY
    if isinstance(found, Record) and reshaped:
        return DictOf(STR, ANY)
    if isinstance(found, DictOf) and found.key is NEVER:
        return DictOf(STR, ANY)
    if isinstance(found, ListOf | DictOf) or (isinstance(found, Record) and found.fields):
        return _parts_opened(found, reshaped)
    return found


def _parts_opened(found: Type, reshaped: bool) -> Type:
    match found:
        case ListOf(item):
            return ListOf(ANY if item is NEVER else _contained(item, reshaped))
        case DictOf(key, item):
            return DictOf(key, ANY if item is NEVER else _contained(item, reshaped))
        case Record(fields):
            return Record(tuple((key, _contained(item, reshaped)) for key, item in fields))
    return found


def _contained(found: Type, reshaped: bool) -> Type:
    """An item: None among others is what the clear writes make of it."""
    return found if found is NONE else _opened(found, reshaped)


def open_fields(spec: ComponentSpec, store: Store) -> None:
    """Fill what no clear write says of an open field with values of any type."""
    vague = store.vague()
    for field in spec.fields:
        key = ("field", field.name)
        found = store.known(key)
        if vague.intersection(store.roots(found)):
            leave_open(store, "vague", field.name)
        if not _is_open(store, field.name):
            continue
        if found is NONE or found is NEVER:
            store.learn(key, ANY)
        elif store.noted(("vague", field.name)) and not _is_guarded(store, found):
            with suppress(Clash):
                store.learn(key, ANY)
        _fill(store, found, 0)


def _is_guarded(store: Store, found: Type) -> bool:
    """Whether a field is taken for a type of its own, and looked at: plain values are any values instead."""
    return any(isinstance(part, Ref) for part in members(found)) and _is_checked(store, found)


def _is_checked(store: Store, found: Type, depth: int = 0) -> bool:
    """Whether the helpers can tell that a value is of this type; of one that contains itself they cannot."""
    if depth > DEEPEST:
        return False
    shape = store.shape(found)
    match shape:
        case SetOf() | TupleOf() | LongTuple():
            return False
        case DictOf(key, item):
            return key in (STR, NEVER) and _is_checked(store, item, depth + 1)
        case Union(alternatives):
            others = [one for one in alternatives if one is not NONE]
            return len(others) == 1 and len(alternatives) == 2 and _is_checked(store, others[0], depth + 1)
        case ListOf(item):
            return _is_checked(store, item, depth + 1)
        case Record(fields):
            return all(_is_checked(store, item, depth + 1) for _, item in fields)
    return True


def _fill(store: Store, found: Type, depth: int) -> None:
    for part in members(found):
        if depth > 6 or not isinstance(part, Ref):
            continue
        shape = store.shape(part)
        filled: Type = mapped(shape, lambda item: ANY if item is NEVER else item)
        if isinstance(filled, DictOf) and filled.key is ANY:
            filled = DictOf(STR, filled.value)
        with suppress(Clash):
            store.grow(part, filled)
        match store.shape(part):
            case ListOf(item) | DictOf(_, item):
                _fill(store, item, depth + 1)
            case Record(fields):
                for _, item in fields:
                    _fill(store, item, depth + 1)
