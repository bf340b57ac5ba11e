"""What an expression becomes: JavaScript text with its binding strength, and what is known of the value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from moon_spa.types import BOOL, Type

ATOM = 20
UNARY = 15
TIMES = 13
PLUS = 12
LESS = 10
EQUAL = 9
AND = 5
OR = 4
CHOICE = 3
ASSIGN = 2

SAFE = 2**53 - 1
"""The largest int that is a JavaScript number; larger ones are BigInts."""

STATE_SPAN = (-SAFE, SAFE)


class Missing:
    """Stands for: not known at compile time."""


@dataclass(frozen=True)
class Value:
    """One compiled expression.

    `span` holds the bounds of an int that is surely a safe number; `pure` says that evaluating it neither
    changes anything nor raises, `simple` that it is a name or literal; `constant` is its value where known;
    `void` that Python's value is None and JavaScript's is another; `boxed` is the text of an int or float
    where any value may be.
    """

    js: str
    type: Type
    level: int = ATOM
    span: tuple[int, int] | None = None
    pure: bool = False
    simple: bool = False
    constant: object = Missing
    void: bool = False
    boxed: str = ""

    def at(self, level: int) -> str:
        """The text, in parentheses where `level` binds tighter."""
        return self.js if self.level >= level else f"({self.js})"

    def typed(self, found: Type) -> Value:
        """The same value, of which more is known."""
        return replace(self, type=found)


def call(name: str, *arguments: Value | str, result: Type, **known: object) -> Value:
    """A call of a function or helper, arguments from left to right."""
    texts = [one if isinstance(one, str) else one.at(ASSIGN) for one in arguments]
    return Value(f"{name}({', '.join(texts)})", result, **known)  # type: ignore[arg-type]


def binary(a: Value, sign: str, b: Value, level: int, result: Type) -> Value:
    """`a sign b` of operands that JavaScript treats as Python does."""
    pure = a.pure and b.pure
    return Value(f"{a.at(level)} {sign} {b.at(level + 1)}", result, level, pure=pure)


def negated(a: Value) -> Value:
    """`!a` of a JavaScript boolean; comparisons of equality turn round."""
    if a.level == EQUAL and a.js.count("=== ") + a.js.count("!== ") == 1:
        turned = a.js.replace("!== ", "\0").replace("=== ", "!== ").replace("\0", "=== ")
        return replace(a, js=turned, constant=Missing)
    return Value(f"!{a.at(UNARY)}", BOOL, UNARY, pure=a.pure)
