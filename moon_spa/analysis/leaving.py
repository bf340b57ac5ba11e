"""When an action on the client goes to the server: what its helpers, and its checks, leave to Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

from moon_spa.types import Type, describe

_LETTERS = "letters whose case depends on the version of Unicode"
_DIGITS = "digits that are not ASCII"
_ROUNDED = "powers and roots of floats that are not rounded alike everywhere"
_MIXED = "whole numbers that may be int or float"
_SUMS = "sums of ints and floats in one list"

LEFT: Mapping[str, str] = {
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "swapcase", "casefold"), _LETTERS),
    **dict.fromkeys(("isupper", "islower", "istitle", "isalpha", "isalnum", "isnumeric"), _LETTERS),
    **dict.fromkeys(("int_s", "float_s"), _DIGITS),
    **dict.fromkeys(("pow_f", "pow_a"), _ROUNDED),
    **dict.fromkeys(("add_n", "sub_n", "mul_n", "floordiv_n", "mod_n", "neg_n", "abs_n", "mixed"), _MIXED),
    **({"sum_a": _SUMS} if sys.version_info >= (3, 12) else {}),
    "pow": "negative exponents",
    "no_list": "lists that are changed in place",
    "bail": "a recursion that is deep",
}
"""Helper -> the values that it leaves to the server, where ordinary data may hold them."""

STAYING = frozenset(
    {
        *("abs", "add", "bit_and", "bit_or", "bit_xor", "bit_length", "divmod", "floordiv", "float_of"),
        *("int", "invert", "is_integer", "mod", "mul", "neg", "round", "round_f", "rshift", "sub", "times"),
        *("divmod_f", "floordiv_f", "mod_f", "floor", "ceil", "trunc", "bin", "hex", "oct", "ord", "str_b"),
        *("str_i", "many_digits"),
        *("copy", "exact", "exact_all"),
        *("degrees", "fmod", "gcd", "isclose", "isinf", "isqrt", "lcm", "prod", "radians", "sqrt"),
        *("at", "concat", "del_at", "in_range", "insert", "pop", "range", "set_at", "slice", "dict_len"),
        *("at_s", "isascii", "isspace", "join", "len_s", "lstrip", "lt_s", "rstrip", "slice_s", "strip"),
        *("splitlines", "caught", "error", "error_name", "raise", "box"),
        *("is_dict", "is_type", "truth", "str_f"),
        *("add_a", "len_a", "neg_a"),
    }
)
"""Helpers that leave nothing to the server, whatever they are given."""

_CALL = re.compile(r"\b__moon\.(\w+)")
_MIXED_CALL = re.compile(r'\b__moon\.to_any\([^\n]*, "u"\)')


_SURE = re.compile(r"\b__moon\.pow\(\w+, \d+\)")
"""Calls that answer for all values, other than most calls of their helper."""


def called(text: str) -> frozenset[str]:
    """The helpers that a text of JavaScript calls, and `mixed` where a number may be int or float."""
    if "__moon." not in text:
        return frozenset()
    found = frozenset(_CALL.findall(text))
    return found | {"mixed"} if "to_any" in found and _MIXED_CALL.search(text) else found


def may_leave(helpers: Iterable[str]) -> bool:
    """Whether JavaScript with these helpers may find out that Python's answer is not known there."""
    return not STAYING.issuperset(helpers)


def leaving(text: str, guarded: Iterable[tuple[str, Type]]) -> str:
    """``on the server where `items` is not list[int], for digits that are not ASCII``; "" for never."""
    helpers = called(text)
    if "pow" in helpers:
        helpers = called(_SURE.sub("", text))
    parts = [f"where `{name}` is not {describe(found)}" for name, found in guarded]
    values = dict.fromkeys(LEFT[one] for one in sorted(helpers) if one in LEFT)
    parts += [f"for {one}" for one in values]
    return f"on the server {', '.join(parts)}" if parts else ""
