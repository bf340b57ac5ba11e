"""The one cast table of props: what `int`, `float`, `str` and `bool` make of a value, or why they refuse it.

`browser/casts.mjs` is the same table; a test compares the two case by case. Every result is Python's:

- ``int``: whole numbers as text, numbers cut towards zero, True and False; nothing past 2**53 - 1.
- ``float``: decimal text, ``inf`` and ``nan``, every number, True and False.
- ``str``: text, and the text of numbers, True and False.
- ``bool``: numbers, and the words true/1 and false/0 in any case. Other text is refused: Python calls
  ``"false"`` true, which nobody who writes an attribute means.

Blanks around text are ignored. None is a prop that was not given. Lists, dicts and the rest are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from moon_spa.spec import Field
from moon_spa.types import kind_of

MAX_SAFE = 2**53 - 1
"""The largest whole number that a browser keeps exactly."""

MAX_TEXT = 1000
"""Longer text is no number; Python refuses integers of more than 4300 digits anyway."""

_BLANKS = " \t\n\r\f\v"
_INT = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*")
_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_FLOAT = re.compile(
    rf"[+-]?(?:(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:e[+-]?{_DIGITS})?|inf|infinity|nan)",
    re.IGNORECASE | re.ASCII,
)
_WORDS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})


class CastError(ValueError):
    """A value cannot become what the cast wants; the text says why."""


def cast_value(cast: str, value: Any) -> Any:
    """`value` as `cast` (``int``, ``float``, ``str``, ``bool``) makes it; raises CastError."""
    if type(value) not in (bool, int, float, str):
        raise CastError(f"{_shown(value)} is no {cast}")
    return _TABLE[cast](value)


def is_exact(value: Any) -> bool:
    """Whether a browser keeps every int in a value exactly."""
    if isinstance(value, int):
        return abs(value) <= MAX_SAFE
    if isinstance(value, dict):
        return all(is_exact(key) and is_exact(one) for key, one in value.items())
    return not isinstance(value, list | tuple | set | frozenset) or all(map(is_exact, value))


def prop_casts(fields: Iterable[Field]) -> dict[str, str]:
    """Prop -> cast, from the fields that begin with a prop; the first one says how."""
    found: dict[str, str] = {}
    for field in fields:
        if field.from_prop is not None and field.cast is not None:
            found.setdefault(field.from_prop, field.cast)
    return found


def cast_props(casts: Mapping[str, str], props: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """A copy of `props` after the casts ``{prop: cast}``, and what was refused: those props are left out."""
    done = dict(props)
    problems = {}
    for name, cast in casts.items():
        if done.get(name) is None:
            continue
        try:
            done[name] = cast_value(cast, done[name])
        except CastError as error:
            problems[name] = f"prop {name}: {error}; its default is used"
            del done[name]
    return done, problems


def _int(value: Any) -> int:
    if isinstance(value, str):
        text = _number_text(value)
        if not _INT.fullmatch(text):
            raise CastError(f"{_shown(value)} is no int")
        found = int(text)
    elif isinstance(value, float) and not abs(value) < float("inf"):
        raise CastError(f"{_shown(value)} is no int")
    else:
        found = int(value)
    if abs(found) > MAX_SAFE:
        raise CastError(f"{_shown(value)} is past 2**53 - 1, which a browser cannot keep exactly")
    return found


def _float(value: Any) -> float:
    if isinstance(value, str):
        text = _number_text(value)
        if not _FLOAT.fullmatch(text):
            raise CastError(f"{_shown(value)} is no float")
        return float(text)
    try:
        return float(value)
    except OverflowError:
        raise CastError(f"{_shown(value)} is too large for a float") from None


def _str(value: Any) -> str:
    try:
        return str(value)
    except ValueError:
        raise CastError("an int of thousands of digits has no text") from None


def _bool(value: Any) -> bool:
    if not isinstance(value, str):
        return bool(value)
    word = _ascii_lower(value.strip(_BLANKS)) if len(value) <= MAX_TEXT else ""
    if word not in _WORDS:
        raise CastError(f"{_shown(value)} is no bool: write true, false, 1 or 0")
    return _WORDS[word]


def _number_text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise CastError(f"text of {len(value)} characters is no number")
    return value.strip(_BLANKS)


def _ascii_lower(text: str) -> str:
    return text.lower() if text.isascii() else text


def _shown(value: Any) -> str:
    """The value for a message, short."""
    if isinstance(value, bool | int | float | str):
        try:
            text = repr(value)
        except ValueError:
            return "an int of thousands of digits"
        return text if len(text) <= 40 else f"{text[:39]}…"
    return "None" if value is None else kind_of(value)


_TABLE: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"int": _int, "float": _float, "str": _str, "bool": _bool}
)

CASTS = tuple(_TABLE)
"""The names of the casts."""
