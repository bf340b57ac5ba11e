"""Each helper beside the Python operation it stands for, with makers of its arguments."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.moon_spa import values as v
from tests.moon_spa.values import Make


@dataclass(frozen=True)
class Case:
    """`helper(*args)` in JavaScript is `python(*args)`; `bails`: the share that may go to the server."""

    helper: str
    python: Callable[..., Any]
    makers: tuple[Make, ...]
    bails: float = 0.0
    boxed: bool = False


@dataclass(frozen=True)
class Function:
    """A callback, in both languages."""

    python: Callable[..., Any]
    js: str


@dataclass(frozen=True)
class Typed:
    """An argument that is a compact type, not a value."""

    type: Any


NONE = v.constant(None)
INT = v.int_or_bool
FLOAT = v.floats
NUMBER = v.one_of(v.ints, v.floats)
TEXT = v.texts
SMALL = v.small
PLACE = v.maybe(v.small)
KEY = v.keys
NEGATE = Function(lambda x: -x, "(x) => -x")
LENGTH = Function(len, "(x) => x.length")
KEYED = v.constant(None, NEGATE)
ITEMS = v.lists(v.small)
WORDS = v.lists(v.texts)
PAIRS = v.lists(v.tuples(v.small, v.short))
DICT = v.dicts(v.keys, v.small)
MAP = v.dicts(v.small, v.short, least=1)
SET = v.sets(v.small)
ANY = v.anything


def text_method(name: str) -> Callable[..., Any]:
    def call(text: str, *args: Any) -> Any:
        return getattr(text, name)(*args)

    return call


def case(helper: str, python: Callable[..., Any], *makers: Make, bails: float = 0.0) -> Case:
    return Case(helper, python, makers, bails)


def dynamic(helper: str, python: Callable[..., Any], *makers: Make, bails: float = 0.1) -> Case:
    return Case(helper, python, makers, bails, boxed=True)


NUMBERS = (
    case("add", lambda a, b: a + b, INT, INT),
    case("sub", lambda a, b: a - b, INT, INT),
    case("mul", lambda a, b: a * b, INT, INT),
    case("floordiv", lambda a, b: a // b, INT, INT),
    case("mod", lambda a, b: a % b, INT, INT),
    case("divmod", lambda a, b: list(divmod(a, b)), INT, INT),
    case("neg", lambda a: -a, INT),
    case("abs", abs, INT),
    case("invert", lambda a: ~int(a), INT),
    case("pow", lambda a, b: a**b, INT, v.constant(0, 1, 2, 3, 7, 60)),
    case("pow", lambda a, b: a**b, SMALL, SMALL, bails=0.6),
    case("pow_mod", pow, INT, v.constant(0, 1, 5, 100), INT),
    case("lshift", lambda a, b: a << b, INT, v.counts),
    case("rshift", lambda a, b: a >> b, INT, v.one_of(v.counts, v.constant(60, 10**9))),
    case("bit_and", lambda a, b: int(a) & b, INT, INT),
    case("bit_or", lambda a, b: int(a) | b, INT, INT),
    case("bit_xor", lambda a, b: int(a) ^ b, INT, INT),
    case("bit_length", lambda a: a.bit_length(), INT),
    case("int", int, INT),
    case("truediv", lambda a, b: a / b, INT, INT, bails=0.12),
    case("truediv", lambda a, b: a / b, FLOAT, FLOAT),
    case("float_of", float, v.one_of(INT, FLOAT, v.constant(10**400, -(10**310)))),
    case("floordiv_f", lambda a, b: a // b, FLOAT, v.one_of(INT, FLOAT)),
    case("mod_f", lambda a, b: float(a) % b, NUMBER, FLOAT),
    case("divmod_f", lambda a, b: list(divmod(a, b)), FLOAT, NUMBER),
    case(
        "pow_f", lambda a, b: float(a) ** b, FLOAT, v.one_of(v.small, v.constant(0.5, 2.0, -1.0)), bails=0.9
    ),
    case(
        "pow_f",
        lambda a, b: float(a) ** b,
        v.one_of(v.small, v.constant(0.5, 0.25, 1.5)),
        v.counts,
        bails=0.2,
    ),
    case(
        "pow_f",
        lambda a, b: a**b,
        v.constant(*v.REAL[:9], *v.REAL[-14:]),
        v.constant(*v.REAL[:9], math.inf),
        bails=0.7,
    ),
    case("is_integer", float.is_integer, FLOAT),
    case("trunc", int, FLOAT),
    case("floor", math.floor, NUMBER),
    case("ceil", math.ceil, NUMBER),
    case("round", round, NUMBER),
    case("round_f", round, FLOAT, v.one_of(v.small, v.constant(0, 1, 2, 3, 15, 300, 330, -320))),
    case("round_i", round, INT, v.one_of(v.small, v.constant(-15, -25))),
    case("hex", hex, INT),
    case("oct", oct, INT),
    case("bin", bin, INT),
    case(
        "int_s",
        int,
        v.one_of(v.plain, v.constant(" 12 ", "1_000", "-5", "+7", "__1", "1__2", "0x1", "9" * 30, "\x1c3")),
    ),
    case(
        "int_s",
        int,
        v.constant("ff", "0xff", "0b11", "11", "0o7", "z", "0", "00", "010", "0x", "0x_f", "-0b1"),
        v.constant(0, 2, 8, 10, 16, 36, 1, 37),
    ),
    case("int_s", int, TEXT, bails=0.9),
    case(
        "float_s",
        float,
        v.one_of(
            v.plain,
            v.constant(
                "1e5", "1_0.5", ".5", "5.", "inf", "-Infinity", "NaN", "1e400", "1_e5", "_1", "0x1", " 2\n"
            ),
        ),
    ),
    case("float_s", float, lambda r: repr(v.floats(r))),
    case("add_n", lambda a, b: a + b, v.calm, FLOAT, bails=0.1),
    case("mul_n", lambda a, b: a * b, v.calm, FLOAT, bails=0.4),
    case("sub_n", lambda a, b: a - b, v.calm, FLOAT, bails=0.1),
    case("mod_n", lambda a, b: a % b, v.calm, v.calm, bails=0.4),
    case("floordiv_n", lambda a, b: a // b, v.calm, v.calm, bails=0.4),
    case("neg_n", lambda a: -a, v.calm, bails=0.3),
    case("abs_n", abs, NUMBER),
)

COMPARISONS = (
    *(
        case(name, python, v.one_of(NUMBER, v.bools), NUMBER)
        for name, python in (("lt", lambda a, b: a < b), ("ge", lambda a, b: a >= b))
    ),
    *(
        case(name, python, TEXT, TEXT)
        for name, python in (
            ("lt", lambda a, b: a < b),
            ("le", lambda a, b: a <= b),
            ("gt", lambda a, b: a > b),
        )
    ),
    case(
        "lt_s",
        lambda a, b: a < b,
        v.constant("\uffff", "😀", "\uffff😀", "a", "", "😀a", "😁", "\ue000"),
        v.constant("😀", "\uffff", "a", "😀😀", "\ue000"),
    ),
    case("lt", lambda a, b: a < b, ITEMS, ITEMS),
    case("le", lambda a, b: a <= b, PAIRS, PAIRS),
    case(
        "gt",
        lambda a, b: a > b,
        v.lists(v.one_of(v.small, v.short), 2),
        v.lists(v.one_of(v.small, v.short), 2),
    ),
    dynamic("eq", lambda a, b: a == b, ANY, ANY),
    dynamic("eq", lambda a, b: a == b, v.lists(NUMBER, 2), v.lists(NUMBER, 2)),
    case("eq", lambda a, b: a == b, DICT, DICT),
    case("eq", lambda a, b: a == b, SET, v.sets(v.constant(0, 1, True, 2))),
    case("ne", lambda a, b: a != b, MAP, v.dicts(v.constant(0, 1, True, 2), v.short)),
    case(
        "eq",
        lambda a, b: a == b,
        v.constant(2**53, 2**53 + 1, 2.0**53, True, 1, 1.0, 0, -0.0, 10**30, 1e30),
        v.constant(2**53, 2.0**53, 2**53 + 1, 1, False, 0.0, 1e30, 10**30),
    ),
    dynamic("lt", lambda a, b: a < b, ANY, ANY),
    dynamic("ge", lambda a, b: a >= b, ANY, ANY),
    dynamic("truth", bool, ANY),
    case("truth", bool, v.one_of(SET, MAP, DICT, NUMBER, TEXT, NONE)),
)

VALUES = (
    case("str_i", str, INT_ := v.ints),
    case("str_f", str, FLOAT),
    case("str_b", str, v.bools),
    case("repr_s", repr, TEXT, bails=0.1),
    dynamic("str_a", str, ANY, bails=0.2),
    dynamic("repr_a", repr, ANY, bails=0.2),
    case("format_i", format, INT_, v.specs, bails=0.02),
    case("format_f", format, FLOAT, v.specs),
    case("format_s", format, TEXT, v.specs),
    case("format_b", format, v.bools, v.specs),
    dynamic("format_a", format, ANY, v.specs, bails=0.1),
    case(
        "format_f",
        format,
        v.finite,
        v.constant(
            ".0f", ".1f", ".2f", ".3f", ".2e", ".3g", "g", "e", ".1%", ",.2f", "012,.3f", ".17g", ".25f"
        ),
    ),
    case("ord", ord, v.one_of(TEXT, v.short)),
    case("chr", chr, v.constant(0, 65, 255, 0x1F600, 0x10FFFF, 0x110000, -1, 0x4E2D)),
)

HUGE = v.constant(2**63, -(2**63), -(2**63) - 1, -1)
TEXTS = (
    case("len_s", len, TEXT),
    case("at_s", lambda s, i: s[i], TEXT, SMALL),
    case("slice_s", lambda s, a, b, c: s[a:b:c], TEXT, PLACE, PLACE, v.maybe(v.constant(1, 2, -1, -2, 0))),
    case("chars", list, TEXT),
    case("reverse_s", lambda s: s[::-1], TEXT),
    case("repeat_s", lambda s, n: s * n, TEXT, SMALL),
    case("in_s", lambda part, s: part in s, v.short, TEXT),
    *(
        case(name, text_method(name), TEXT, bails=0.3)
        for name in (
            "upper",
            "lower",
            "title",
            "capitalize",
            "swapcase",
            "isdigit",
            "isdecimal",
            "isalpha",
            "isupper",
            "islower",
            "istitle",
        )
    ),
    *(
        case(name, text_method(name), TEXT, bails=0.7)
        for name in ("isnumeric", "isalnum", "casefold", "isidentifier")
    ),
    *(case(name, text_method(name), TEXT) for name in ("isspace", "isascii", "splitlines")),
    *(case(name, text_method(name), TEXT, v.maybe(TEXT)) for name in ("strip", "lstrip", "rstrip")),
    *(case(name, text_method(name), TEXT, v.maybe(v.short), v.counts) for name in ("split", "rsplit")),
    case(
        "split",
        lambda s, *rest: s.split(*rest),
        lambda r: " ".join(v.plain(r) for _ in range(4)),
        v.maybe(v.constant(" ", "a", ", ")),
        v.counts,
    ),
    case(
        "rsplit",
        lambda s, *rest: s.rsplit(*rest),
        lambda r: "a".join(v.plain(r) for _ in range(4)),
        v.maybe(v.constant("a", "aa")),
        v.counts,
    ),
    case(
        "splitlines",
        text_method("splitlines"),
        lambda r: r.choice(["\n", "\r\n", "\x85", "\v"]).join(v.lists(v.texts)(r)),
        v.bools,
    ),
    case("split", text_method("split"), TEXT, v.maybe(v.short), HUGE),
    case("replace", text_method("replace"), TEXT, v.short, v.short, HUGE),
    case("zfill", text_method("zfill"), TEXT, HUGE),
    case("center", text_method("center"), TEXT, HUGE),
    case("rsplit", text_method("rsplit"), TEXT, v.short, HUGE),
    case("join", text_method("join"), v.short, WORDS),
    case("replace", text_method("replace"), TEXT, v.short, v.short, v.counts),
    *(
        case(name, text_method(name), TEXT, v.short, PLACE, PLACE)
        for name in ("find", "rfind", "index", "rindex", "startswith", "endswith")
    ),
    case("count_s", text_method("count"), v.one_of(TEXT, v.constant("aaaa", "abab")), v.short, PLACE, PLACE),
    case("startswith", text_method("startswith"), TEXT, v.tuples(v.short, v.short)),
    case("zfill", text_method("zfill"), v.one_of(TEXT, v.constant("-5", "+a", "--1")), v.counts),
    *(
        case(name, text_method(name), TEXT, v.counts, v.one_of(v.short, v.constant("*")))
        for name in ("center", "ljust", "rjust")
    ),
    case("partition", lambda s, sep: list(s.partition(sep)), TEXT, v.short),
    case("rpartition", lambda s, sep: list(s.rpartition(sep)), TEXT, v.short),
    case("removeprefix", text_method("removeprefix"), TEXT, v.short),
    case("removesuffix", text_method("removesuffix"), TEXT, v.short),
    case(
        "expandtabs",
        text_method("expandtabs"),
        lambda r: v.texts(r) + "\t" + v.texts(r) + "\n\ta\t\t",
        v.counts,
    ),
    dynamic("join_a", lambda sep, items: sep.join(items), v.short, v.one_of(WORDS, ANY)),
)


def _real(value: Any) -> Any:
    """A number as the functions of math take it: a bool is an int."""
    if not isinstance(value, int):
        math.fabs(value)
    return value + 0


NATURAL = v.one_of(v.counts, v.small)
MATH = (
    case("real_a", _real, v.one_of(NUMBER, v.constant("1", None, []))),
    case("sqrt", math.sqrt, FLOAT),
    case("copysign", math.copysign, FLOAT, FLOAT, bails=0.2),
    case("isinf", math.isinf, FLOAT),
    case("fmod", math.fmod, FLOAT, FLOAT),
    case("degrees", math.degrees, FLOAT),
    case("radians", math.radians, FLOAT),
    case("isclose", math.isclose, FLOAT, FLOAT),
    case(
        "isclose",
        lambda a, b, relative, absolute: math.isclose(a, b, rel_tol=relative, abs_tol=absolute),
        *(v.constant(1.0, 1.1, -1.0, 0.0, 1e300, math.inf), v.constant(1.0, 1.05, 0.95, math.inf, math.nan)),
        *(v.constant(0.0, 0.05, 0.1, -1.0, math.inf), v.constant(0.0, 0.05, 0.5, -0.1, math.nan)),
    ),
    case("gcd", math.gcd, INT, INT),
    case("gcd", math.gcd, v.constant(2**60 * 3**5, 2**40, 0, -12), INT, v.constant(0, 6, 2**70)),
    case("lcm", math.lcm, INT, INT),
    case("lcm", math.lcm, SMALL, SMALL, SMALL),
    case("isqrt", math.isqrt, INT),
    case(
        "isqrt", math.isqrt, v.constant(*(n * n + d for n in (94906265, 2**31, 10**20) for d in (-1, 0, 1)))
    ),
    case("factorial", math.factorial, NATURAL),
    case("perm", math.perm, NATURAL, NATURAL),
    case("perm", math.perm, NATURAL),
    case("comb", math.comb, NATURAL, NATURAL),
    case("prod", lambda items, start: math.prod(items, start=start), v.lists(INT), INT),
)

SCALARS = (*NUMBERS, *MATH, *COMPARISONS, *VALUES, *TEXTS)
