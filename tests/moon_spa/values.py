"""Random Python values that find what JavaScript does otherwise."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random
from typing import Any

Make = Callable[[Random], Any]

WHOLE = (
    0,
    1,
    2,
    -1,
    3,
    7,
    -7,
    10,
    255,
    -256,
    2**31,
    2**53 - 1,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    2**63,
    10**20,
)
REAL = (
    *(
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1.5,
        2.5,
        -2.5,
        0.1,
        2.675,
        1e15,
        1e16,
        123456789.125,
        1e21,
        1e22,
        1e23,
        1e-4,
    ),
    *(
        1e-5,
        9.5e-5,
        5e-324,
        1.7976931348623157e308,
        2.0**53,
        2.0**63,
        float("inf"),
        float("-inf"),
        float("nan"),
    ),
    *(0.05, 0.15, 0.25, 999999.5, 9999995.0, 99.995, 4.35, 1e100, 3.0, 7.0),
)
LETTERS = (
    *(
        "a",
        "b",
        "A",
        "Z",
        "z",
        "0",
        "1",
        "9",
        " ",
        "-",
        "_",
        "'",
        '"',
        "\\",
        "\n",
        "\r",
        "\t",
        "\x1c",
        "\x85",
        "\xa0",
    ),
    *(
        "ß",
        "é",
        "É",
        "ÿ",
        "µ",
        "²",
        "½",
        "\xad",
        "€",
        "\u4e2d",
        "я",
        "Ж",
        "ǆ",
        "😀",
        "\u2028",
        "\u200b",
        "x",
        ".",
    ),
)
TEXTS = (
    "",
    "__proto__",
    "constructor",
    "toString",
    "10",
    "2",
    "abc",
    "ABC",
    "a b",
    "Hello World",
    "\r\n",
    "ab" * 9,
)


def bools(random: Random) -> bool:
    return random.random() < 0.5


def small(random: Random) -> int:
    return random.randint(-6, 6)


def counts(random: Random) -> int:
    return random.randint(-2, 12)


def ints(random: Random) -> int:
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(WHOLE) * random.choice((1, -1))
    if kind == 1:
        return random.randint(-20, 20)
    return random.randint(-(10**6), 10**6) if kind == 2 else random.getrandbits(random.randint(1, 80)) - 2**20


def int_or_bool(random: Random) -> int:
    return bools(random) if random.random() < 0.1 else ints(random)


def floats(random: Random) -> float:
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(REAL) * random.choice((1, -1))
    if kind == 1:
        return random.uniform(-100, 100)
    if kind == 2:
        return round(random.uniform(-1000, 1000), random.randint(0, 4))
    found: float = struct.unpack("d", struct.pack("Q", random.getrandbits(64)))[0]
    return found


def finite(random: Random) -> float:
    found = floats(random)
    return found if found - found == 0 else 0.75


def calm(random: Random) -> float:
    """A float between -1000 and 1000."""
    return random.choice((random.uniform(-1000, 1000), float(random.randint(-9, 9)), 0.5, -0.0))


def texts(random: Random) -> str:
    if random.random() < 0.15:
        return random.choice(TEXTS)
    return "".join(random.choice(LETTERS) for _ in range(random.randint(0, 9)))


def plain(random: Random) -> str:
    """ASCII only."""
    return "".join(random.choice("abcABC019 .,-_\n") for _ in range(random.randint(0, 8)))


def short(random: Random) -> str:
    return random.choice(("", "a", "ab", " ", "b", "é", "😀", "1", "\n", "__proto__", "A"))


def keys(random: Random) -> str:
    return random.choice(("a", "b", "10", "2", "1", "__proto__", "constructor", "", "é", "07", "4294967295"))


def lists(item: Make, most: int = 6) -> Make:
    return lambda random: [item(random) for _ in range(random.randint(0, most))]


def tuples(*items: Make) -> Make:
    return lambda random: tuple(item(random) for item in items)


def dicts(key: Make, item: Make, most: int = 6, least: int = 0) -> Make:
    return lambda random: {key(random): item(random) for _ in range(random.randint(least, most))}


def sets(item: Make, most: int = 5) -> Make:
    return lambda random: {item(random) for _ in range(random.randint(0, most))}


def maybe(make: Make) -> Make:
    return lambda random: None if random.random() < 0.3 else make(random)


def one_of(*makers: Make) -> Make:
    return lambda random: random.choice(makers)(random)


def constant(*values: Any) -> Make:
    return lambda random: random.choice(values)


def anything(random: Random, depth: int = 2) -> Any:
    """A value as JSON knows it, and a little more."""
    kind = random.randrange(8 if depth else 6)
    if kind == 0:
        return None
    if kind == 6:
        return [anything(random, depth - 1) for _ in range(random.randint(0, 3))]
    if kind == 7:
        return {keys(random): anything(random, depth - 1) for _ in range(random.randint(0, 3))}
    return (bools, ints, floats, texts, short)[kind - 1](random)


SCALARS: dict[str, Make] = {"n": constant(None), "b": bools, "i": ints, "f": floats, "s": texts}


def typed(random: Random, depth: int = 2) -> tuple[Any, Any]:
    """A compact type as the helpers have them, and a value of it."""
    kind = random.randrange(11 if depth else 5)
    if kind < 5:
        name = "nbifs"[kind]
        return name, SCALARS[name](random)
    if kind == 5:
        return "a", anything(random, 1)
    if kind == 6:
        parts = [typed(random, depth - 1) for _ in range(random.randint(0, 3))]
        return ["t", *(one for one, _ in parts)], tuple(value for _, value in parts)
    if kind == 7:
        parts = [typed(random, depth - 1) for _ in range(random.randint(0, 3))]
        names = random.sample(["a", "b", "10", "2", "__proto__x"], len(parts))
        fields = {name: one for name, (one, _) in zip(names, parts, strict=True)}
        return ["r", fields], {name: value for name, (_, value) in zip(names, parts, strict=True)}
    name = random.choice("bifs")
    make = SCALARS[name]
    if kind == 8:
        return ["l", name], lists(make, 4)(random)
    if kind == 9:
        key = random.choice("is")
        return ["d", key, name], dicts(SCALARS[key], make, 3)(random)
    return ["o", name], maybe(make)(random)


def specs(random: Random) -> str:
    """A format specification, mostly a valid one."""
    found: str = random.choice(("", "", "<", ">", "^", "=", "*<", "0>", "é^", "😀>", " ="))
    found += random.choice(("", "", "", "+", "-", " "))
    found += random.choice(("", "", "", "", "z", "#"))
    found += random.choice(("", "", "0")) + random.choice(("", "", "1", "6", "12", "20"))
    found += random.choice(("", "", "", ",", "_"))
    found += random.choice(("", "", "", ".0", ".1", ".2", ".3", ".10", "."))
    return found + str(random.choice(("", "", "", "d", "f", "e", "g", "%", "s", *"bcnoxXEFGq")))
