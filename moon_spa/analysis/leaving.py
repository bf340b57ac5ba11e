"""When an action on the client goes to the server: what its helpers, and its checks, leave to Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

from moon_spa.types import Type, describe

_LETTERS = "letters whose case depends on the version of Unicode"
_DIGITS = "digits that are not ASCII"
_ROUNDED = "powers and roots that are rounded"
_MIXED = "whole numbers that may be int or float"
_SUMS = "sums of ints and floats in one list"

LEFT: Mapping[str, str] = {
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "swapcase", "casefold"), _LETTERS),
    **dict.fromkeys(("isupper", "islower", "istitle", "isalpha", "isalnum", "isnumeric"), _LETTERS),
    **dict.fromkeys(("int_s", "float_s"), _DIGITS),
    **dict.fromkeys(("pow_f", "pow_a", "sqrt"), _ROUNDED),
    **dict.fromkeys(("add_n", "sub_n", "mul_n", "floordiv_n", "mod_n", "neg_n", "abs_n", "mixed"), _MIXED),
    **({"sum_a": _SUMS} if sys.version_info >= (3, 12) else {}),
    "pow": "negative exponents",
    "bail": "a recursion that is deep",
}
"""Helper -> the values that it leaves to the server, where ordinary data may hold them."""

_CALL = re.compile(r"\b__moon\.(\w+)")
_MIXED_CALL = re.compile(r'\b__moon\.to_any\([^\n]*, "u"\)')


def called(text: str) -> frozenset[str]:
    """The helpers that a text of JavaScript calls, and `mixed` where a number may be int or float."""
    return frozenset(_CALL.findall(text)) | ({"mixed"} if _MIXED_CALL.search(text) else set())


def leaving(helpers: Iterable[str], guarded: Iterable[tuple[str, Type]]) -> str:
    """``on the server where `items` is not list[int], for digits that are not ASCII``; "" for never."""
    parts = [f"where `{name}` is not {describe(found)}" for name, found in guarded]
    values = dict.fromkeys(LEFT[one] for one in sorted(helpers) if one in LEFT)
    parts += [f"for {one}" for one in values]
    return f"on the server {', '.join(parts)}" if parts else ""
