"""The wire form: Python values as JSON that JavaScript reads without loss; every transport uses it.

What JSON cannot say is an object with the key ``$moon``: ``{"$moon": "nan"}``, ``inf``, ``-inf``, ``-0.0``;
``int`` with the digits of a whole number past 2**53; ``float`` around a whole-numbered float whose reader
does not know the type; ``dict`` with the items of a mapping whose keys are no text, would be reordered by
JavaScript (``"7"``), or look like a tag themselves. Where a type says so, a tuple is a list and a set is a
``set`` with items; elsewhere both are refused. `browser/wire.mjs` is the other end.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from moon_spa.types import (
    ANY,
    FLOAT,
    NUM,
    DictOf,
    ListOf,
    LongTuple,
    Record,
    SetOf,
    TupleOf,
    Type,
    Union,
    accepts,
    describe,
)

TAG = "$moon"
MAX_SAFE = 2**53 - 1
MAX_DEPTH = 64
"""Containers in containers."""

MAX_ITEMS = 200_000
"""Values in one message, those within others too."""

MAX_TEXT = 8_000_000
"""Characters of all texts of one message."""

MAX_DIGITS = 1000
"""Digits of a whole number."""

_CONSTANTS = (("nan", math.nan), ("inf", math.inf), ("-inf", -math.inf), ("-0.0", -0.0))
_DIGITS = re.compile(r"0|[1-9][0-9]*")
_WHOLE = re.compile(r"-?[1-9][0-9]{15,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SCALARS = (type(None), bool, int, float, str)


class WireError(ValueError):
    """A value cannot travel; `code` is stable, `where` names it as in ``state["rows"][3]``."""

    def __init__(self, code: str, where: str, message: str) -> None:
        super().__init__(f"{where} {message}")
        self.code = code
        self.where = where


class _Budget:
    """What one message may still hold."""

    def __init__(self) -> None:
        self.items = MAX_ITEMS
        self.text = MAX_TEXT
        self.path: set[int] = set()

    def spend(self, value: Any, where: str) -> None:
        """Count one value, before what it holds."""
        self.items -= 1
        if isinstance(value, str):
            self.text -= len(value)
        if self.items < 0 or self.text < 0:
            unit = f"{MAX_ITEMS} values" if self.items < 0 else f"{MAX_TEXT} characters"
            raise WireError("too-large", where, f"is too large: one message holds at most {unit}")

    def enter(self, value: Any, where: str) -> None:
        """Go into a container."""
        if id(value) in self.path:
            raise WireError("not-sendable", where, "holds itself, and would never end")
        self.path.add(id(value))
        if len(self.path) > MAX_DEPTH:
            raise WireError("too-deep", short(where), f"is nested more than {MAX_DEPTH} deep")

    def leave(self, value: Any) -> None:
        """Come out of a container again."""
        self.path.discard(id(value))


def encode(value: Any, kind: Type = ANY, where: str = "value") -> Any:
    """`value` in JSON's types; with its type known, whole-numbered floats need no tag. Raises WireError."""
    return _encode(value, kind, where, _Budget())


def decode(data: Any, kind: Type = ANY, where: str = "value") -> Any:
    """The value that `data`, read from JSON, stands for, floats restored from the type. Raises WireError."""
    return restore(_decode(data, kind, where, _Budget()), kind)


def dumps(value: Any, kind: Type = ANY) -> str:
    """The wire form as text that may also stand in a script element."""
    text = json.dumps(encode(value, kind), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def loads(text: str, kind: Type = ANY) -> Any:
    """The value that a text in wire form stands for; raises WireError for every other text."""
    return decode(parse_json(text), kind)


def parse_json(text: str, where: str = "message") -> Any:
    """JSON as Python reads it, without its extensions; raises WireError."""
    if len(text) > 2 * MAX_TEXT:
        raise WireError("too-large", where, f"is longer than {2 * MAX_TEXT} characters")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise WireError("too-deep", where, f"is nested more than {MAX_DEPTH} deep") from None
    except ValueError as error:
        raise WireError("bad-request", where, f"is no JSON: {str(error)[:200]}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _encode(value: Any, kind: Type, where: str, budget: _Budget) -> Any:
    budget.spend(value, where)
    if value is None or type(value) is bool:
        return value
    if type(value) is int:
        return _encode_int(value, where)
    if type(value) is float:
        return _encode_float(value, kind)
    if type(value) is str:
        _check_text(value, where)
        return value
    budget.enter(value, where)
    if type(value) is list:
        part = _part(kind, value)
        found: Any = [_encode(one, part, f"{where}[{i}]", budget) for i, one in enumerate(value)]
    elif type(value) is dict:
        found = _encode_dict(value, kind, where, budget)
    else:
        found = _encode_fixed(value, _member(kind, value), where, budget)
    budget.leave(value)
    return found


def _encode_fixed(value: Any, kind: Type, where: str, budget: _Budget) -> Any:
    """A tuple or a set, whose reader has to know that it is one."""
    if type(value) is tuple and isinstance(kind, TupleOf) and len(value) == len(kind.items):
        pairs = enumerate(zip(value, kind.items, strict=True))
        return [_encode(one, part, f"{where}[{i}]", budget) for i, (one, part) in pairs]
    if type(value) is tuple and isinstance(kind, LongTuple):
        return [_encode(one, kind.item, f"{where}[{i}]", budget) for i, one in enumerate(value)]
    if type(value) is set and isinstance(kind, SetOf):
        ordered = sorted(value, key=lambda one: (type(one).__name__, repr(one)))
        return {
            TAG: "set",
            "items": [_encode(one, kind.item, f"{where} (an item)", budget) for one in ordered],
        }
    raise WireError("not-sendable", where, _cannot(value))


def _encode_int(value: int, where: str) -> Any:
    if -MAX_SAFE <= value <= MAX_SAFE:
        return value
    if value.bit_length() > 3 * MAX_DIGITS:
        raise WireError("too-large", where, f"is a number of more than about {MAX_DIGITS} digits")
    return {TAG: "int", "value": str(value)}


def _encode_float(value: float, kind: Type) -> Any:
    plain = _plain_float(value)
    if not value.is_integer() or _member(kind, value) in (FLOAT, NUM):
        return plain
    return {TAG: "float", "value": plain}


def _plain_float(value: float) -> Any:
    """A float as JSON number, or as tag where JSON has none."""
    if math.isfinite(value) and (value or math.copysign(1, value) > 0):
        return value
    return {TAG: next(name for name, one in _CONSTANTS if repr(one) == repr(value))}


def _encode_dict(value: dict[Any, Any], kind: Type, where: str, budget: _Budget) -> Any:
    plain = all(type(key) is str and key != TAG and not _DIGITS.fullmatch(key) for key in value)
    items = []
    for key, one in value.items():
        if type(key) not in _SCALARS:
            raise WireError("not-sendable", where, f"has a key that is {_article(key)}: {_KEYS}")
        if type(key) is float and _confusing(key, kind, value):
            message = f"has the key {key!r}, which JavaScript takes for another one"
            raise WireError("not-sendable", where, message)
        inner = f"{where}[{short(repr(key))}]"
        items.append((_encode(key, _key_part(kind, value), inner, budget), inner, one, key))
    encoded = [(key, _encode(one, _part(kind, value, raw), inner, budget)) for key, inner, one, raw in items]
    return dict(encoded) if plain else {TAG: "dict", "items": [list(item) for item in encoded]}


def _confusing(key: float, kind: Type, value: Any) -> bool:
    """Whether JavaScript finds a key under another name: nan, -0.0, and 1.0 where it could be 1."""
    if key.is_integer() and repr(key) != "-0.0":
        return _key_part(kind, value) is not FLOAT
    return key != key or key == 0


def _decode(data: Any, kind: Type, where: str, budget: _Budget) -> Any:
    budget.spend(data, where)
    if data is None or type(data) is bool or type(data) is float:
        return data
    if type(data) is int:
        if abs(data) > MAX_SAFE and _member(kind, float_or_none(data)) not in (FLOAT, NUM):
            raise WireError("bad-request", where, "is a bare number past 2**53, which JavaScript rounds")
        return data
    if type(data) is str:
        _check_text(data, where)
        return data
    budget.enter(data, where)
    found: Any
    if type(data) is list:
        part = _part(kind, data)
        found = [_decode(one, part, f"{where}[{i}]", budget) for i, one in enumerate(data)]
    elif type(data) is not dict:
        raise WireError("bad-request", where, f"is {_article(data)}, which JSON does not have")
    elif TAG in data:
        found = _decode_tag(data, kind, where, budget)
    else:
        found = {}
        for key, one in data.items():
            if type(key) is not str:
                raise WireError("bad-request", where, "has a key that is no text")
            _check_text(key, where)
            found[key] = _decode(one, _part(kind, data, key), f"{where}[{short(repr(key))}]", budget)
    budget.leave(data)
    return found


def _decode_tag(data: dict[str, Any], kind: Type, where: str, budget: _Budget) -> Any:
    tag = data[TAG]
    if set(data) == {TAG}:
        for name, value in _CONSTANTS:
            if tag == name:
                return value
    elif tag == "int" and set(data) == {TAG, "value"}:
        digits = data["value"]
        if isinstance(digits, str) and len(digits) <= MAX_DIGITS and _WHOLE.fullmatch(digits):
            return int(digits)
    elif tag == "float" and set(data) == {TAG, "value"}:
        value = data["value"]
        if isinstance(value, dict) and value == {TAG: "-0.0"}:
            return -0.0
        number = float_or_none(value)
        if number is not None and number.is_integer():
            return number
    elif tag == "dict" and set(data) == {TAG, "items"} and isinstance(data["items"], list):
        return _decode_items(data["items"], kind, where, budget)
    elif tag == "set" and set(data) == {TAG, "items"} and isinstance(data["items"], list):
        items = [_decode(one, ANY, f"{where} (an item)", budget) for one in data["items"]]
        if all(type(one) in _SCALARS for one in items) and len(set(items)) == len(items):
            return set(items)
    raise WireError("bad-request", where, f"has the key {TAG!r} but is none of the wire's tags")


def _decode_items(items: list[Any], kind: Type, where: str, budget: _Budget) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for item in items:
        if not isinstance(item, list) or len(item) != 2:
            raise WireError("bad-request", where, "has items that are no pairs")
        key = _decode(item[0], _key_part(kind, found), f"{where} (a key)", budget)
        if type(key) not in _SCALARS:
            raise WireError("bad-request", where, f"has a key that is {_article(key)}: {_KEYS}")
        if key in found or key != key:
            raise WireError("bad-request", where, f"has the key {short(repr(key))} twice")
        inner = f"{where}[{short(repr(key))}]"
        found[key] = _decode(item[1], _part(kind, found, key), inner, budget)
    return found


def restore(value: Any, kind: Type) -> Any:
    """A copy of `value` with floats where the type wants them and JavaScript lost the ``.0``."""
    if type(value) is int:
        wanted = accepts(kind, 0.0) and not accepts(kind, 0)
        number = float_or_none(value) if wanted else None
        return value if number is None else number
    if type(value) in (list, tuple, set):
        return _restore_items(value, _member(kind, value))
    if type(value) is dict:
        keys = _key_part(kind, value)
        return {restore(key, keys): restore(one, _part(kind, value, key)) for key, one in value.items()}
    return value


def _restore_items(value: Any, kind: Type) -> Any:
    """The same for a list, a tuple or a set; a list is a tuple where the type says so."""
    if isinstance(kind, TupleOf) and len(value) == len(kind.items):
        return tuple(map(restore, value, kind.items))
    if isinstance(kind, LongTuple):
        return tuple(restore(one, kind.item) for one in value)
    item = kind.item if isinstance(kind, ListOf | SetOf) else ANY
    return type(value)(restore(one, item) for one in value)


def float_or_none(value: Any) -> float | None:
    """A JSON number as float; None for all else."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is not int:
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _member(kind: Type, value: Any) -> Type:
    """The alternative of a union that `value` belongs to; the type itself where it is no union."""
    if not isinstance(kind, Union):
        return kind
    return next((one for one in kind.members if _fits(one, value)), ANY)


def _fits(kind: Type, value: Any) -> bool:
    """Whether the kind of container or number is right; parts may still have to be restored."""
    if isinstance(kind, ListOf):
        return isinstance(value, list)
    if isinstance(kind, Record):
        return isinstance(value, dict) and set(value) == {key for key, _ in kind.fields}
    if isinstance(kind, DictOf):
        return isinstance(value, dict)
    if isinstance(kind, TupleOf):
        return isinstance(value, list | tuple) and len(value) == len(kind.items)
    if isinstance(kind, LongTuple):
        return isinstance(value, list | tuple)
    return accepts(kind, value)


def _part(kind: Type, value: Any, key: Any = None) -> Type:
    """Type of an item of a container of type `kind`, at `key` where it is a record."""
    kind = _member(kind, value)
    if isinstance(kind, ListOf):
        return kind.item
    if isinstance(kind, DictOf):
        return kind.value
    if isinstance(kind, Record):
        return dict(kind.fields).get(key, ANY) if isinstance(key, str) else ANY
    return ANY


def _key_part(kind: Type, value: Any) -> Type:
    kind = _member(kind, value)
    return kind.key if isinstance(kind, DictOf) else ANY


def _check_text(text: str, where: str) -> None:
    found = None if text.isascii() else _SURROGATE.search(text)
    if found:
        raise WireError("not-sendable", where, f"holds half a character ({found[0]!r})")


def _cannot(value: Any) -> str:
    """Why a value cannot travel, and what can instead."""
    instead = {
        "tuple": "make it a list",
        "set": "make it a list, sorted(…) keeps an order",
        "frozenset": "make it a list, sorted(…) keeps an order",
        "bytes": "make it text",
    }.get(type(value).__name__, "use None, bool, int, float, str, list and dict")
    return f"is {_article(value)}, which does not travel to the browser: {instead}"


_KEYS = "only None, bool, int, float and str are keys"


def _article(value: Any) -> str:
    name = type(value).__name__[:60]
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def short(text: str, width: int = 60) -> str:
    """`text` cut for a message."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def mismatch(kind: Type, value: Any) -> str:
    """``is 'abc', not int``: why a value is not of a type; "" where it is."""
    if accepts(kind, value):
        return ""
    return f"is {short(repr(value))}, not {describe(kind)}"
