"""JavaScript text: literals that are safe inside a script element, property names, access to properties.

Python values are written as MOON_SPA.md ("Values in JavaScript") has them: an int is a number while it is
exact and a BigInt beyond, a list and a tuple are arrays, a set is a Set, a dict whose keys are texts is a
plain object and any other dict a Map.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from moon_spa.types import kind_of

MAX_SAFE = 2**53 - 1
"""The largest integer that a JavaScript number holds exactly, together with all smaller ones."""

RESERVED = frozenset(
    {
        *("arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger"),
        *("default", "delete", "do", "else", "enum", "eval", "export", "extends", "false"),
        *("finally", "for", "function", "if", "implements", "import", "in", "instanceof"),
        *("interface", "let", "new", "null", "package", "private", "protected", "public", "return"),
        *("static", "super", "switch", "this", "throw", "true", "try", "typeof", "undefined"),
        *("var", "void", "while", "with", "yield", "NaN", "Infinity"),
    }
)
"""Names that no JavaScript variable may have, or that mean something already."""

_QUOTE = json.JSONEncoder(ensure_ascii=False).encode
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z", re.ASCII)
_INDEX = re.compile(r"(0|[1-9][0-9]*)\Z", re.ASCII)
_UNSAFE = re.compile("[<\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")


class UnwritableError(ValueError):
    """A Python value has no form in JavaScript."""


def text(value: str) -> str:
    """A string literal: no ``<``, no line separator and no lone surrogate stands in it as such."""
    quoted = _QUOTE(str(value))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted) if _UNSAFE.search(quoted) else quoted


def literal(value: Any) -> str:
    """A Python value as JavaScript. Raises UnwritableError for what has no form there."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return integer(int(value))
    if isinstance(value, float):
        return real(float(value))
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, set | frozenset):
        return f"new Set([{', '.join(sorted(map(literal, value)))}])"
    if isinstance(value, Mapping):
        return _mapping(value)
    raise UnwritableError(f"{kind_of(value)} has no form in JavaScript")


def integer(value: int) -> str:
    """An int: a number while all its neighbours are exact too, else a BigInt."""
    if -MAX_SAFE <= value <= MAX_SAFE:
        return str(value)
    return f'BigInt("{hex(value)}")' if value > 0 else f'-BigInt("{hex(-value)}")'


def real(value: float) -> str:
    """A float; Python's shortest text reads back as the same number in JavaScript."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).removesuffix(".0")


def _mapping(value: Mapping[Any, Any]) -> str:
    if all(isinstance(key, str) for key in value):
        if not any(is_index(key) for key in value):
            return object_literal({key: literal(item) for key, item in value.items()})
        raise UnwritableError("a dict with keys like '1' would be reordered by JavaScript")
    return f"new Map([{', '.join(f'[{literal(key)}, {literal(item)}]' for key, item in value.items())}])"


def is_index(name: str) -> bool:
    """Whether JavaScript objects keep this key apart, before all others."""
    return _INDEX.match(name) is not None


def is_identifier(name: str) -> bool:
    """Whether `name` can be the name of a variable."""
    return _IDENTIFIER.match(name) is not None and name not in RESERVED


def object_literal(members: Mapping[str, str]) -> str:
    """``{ count: __state_0 }`` from names and the JavaScript of their values."""
    if not members:
        return "{}"
    return f"{{ {', '.join(f'{key(name)}: {js}' for name, js in members.items())} }}"


def key(name: str) -> str:
    """A property name in an object literal; ``__proto__`` is a property there, not the prototype."""
    if name == "__proto__":
        return '["__proto__"]'
    return name if _IDENTIFIER.match(name) else text(name)


def member(target: str, name: str) -> str:
    """Access to a property: ``actions.reset``, or ``actions["two words"]``."""
    return f"{target}.{name}" if _IDENTIFIER.match(name) else f"{target}[{text(name)}]"
