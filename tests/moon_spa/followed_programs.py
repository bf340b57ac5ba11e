"""Random expressions over props, and random props of every kind that JSON carries."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

Choice = TypeVar("Choice")

NAMES = ("a", "b", "c")
TEXTS = ("", "a", "Ab c", " pad ", "x,y,,z", "7", "-3", "1.5", "Straße", "a'b\"\n", "é€😀", "None")
NUMBERS = (0, 1, 2, -1, 7, 10**6, 2**53 - 1, 2**53, -(2**60), 0.0, 1.0, -0.0, 0.5, 2.5, -1.25, 1e16, 1e300)
KEYS = ("a", "n", "b", "1", "constructor")
DEFAULTS = ("0", "1", "2.0", "1.5", '"t"', '""', "None", "True", "[1, 2]", "[]", '{"a": 1}', '["x", "y"]')
LITERALS = (
    "0",
    "1",
    "-1",
    "2",
    "3",
    "1.5",
    "2.0",
    '"a"',
    '""',
    '"b c"',
    "None",
    "True",
    "False",
    "[]",
    "[1]",
)
SPECS = ("", ".2f", ">6", "<5", "^7", "05d", ",", "x", "e", "+.1f", ".3", "%", "s", "d", "*^9s", ",.2f")
TEXT_METHODS = (
    *(
        "strip()",
        "lower()",
        "upper()",
        "title()",
        "capitalize()",
        "split()",
        'split(",")',
        'replace("a", "bb")',
    ),
    *(
        'startswith("a")',
        'find("a")',
        "isdigit()",
        "splitlines()",
        "zfill(4)",
        'partition(",")[0]',
        'count("a")',
    ),
    *(
        'removeprefix("a")',
        'endswith(("a", "b"))',
        'center(5, "*")',
        "swapcase()",
        'join(["p", "q"])',
        "isalpha()",
    ),
)


class Expressions:
    """Expressions of setup, and props for them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.locals: list[str] = []
        self.declared = False

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return self.random.choice(choices)

    def read(self) -> str:
        """What reads a prop, or a local variable of setup."""
        name = self.pick(NAMES)
        forms = [f"props.{name}", f"props.{name}", f'props.get("z", {self.pick(DEFAULTS)})']
        if self.declared:
            forms = [f'props["{name}"]', f"props.{name}", f'props.get("{name}")', *forms[2:]]
        return self.pick([*forms, *self.locals, *self.locals])

    def read_quoted(self) -> str:
        """The same between double quotes."""
        return self.pick([f"props.{self.pick(NAMES)}", *self.locals])

    def value(self, depth: int = 0) -> str:
        if depth > 3 or self.random.random() < 0.2:
            return self.read() if self.random.random() < 0.7 else self.pick(LITERALS)
        return self.pick(
            [self.number, self.text, self.choice, self.test, self.part, self.series, self.display]
        )(depth + 1)

    def number(self, depth: int) -> str:
        one, two = self.value(depth), self.value(depth)
        return self.pick(
            [
                *(
                    f"len({one})",
                    f"abs({one})",
                    f"round({one})",
                    f"round({one}, {self.pick('012')})",
                    f"-{self.read()}",
                ),
                *(f"max({one}, {two})", f"min({one}, {two})", f"max({one})", f"sum({one})", f"int({one})"),
                *(
                    f"({one} {self.pick(['+', '-', '*', '/', '//', '%'])} {two})",
                    f"float({one})",
                    f"min({one}, default=0)",
                ),
                *(
                    f"(len({one}) + 1)",
                    f"sum(x for x in {one})",
                    f"sum([1, 2.5, {one}])",
                    f"max(1, 2.0, {one})",
                ),
            ]
        )

    def text(self, depth: int) -> str:
        one = self.value(depth)
        return self.pick(
            [
                *(f"str({one})", f"({one}).{self.pick(TEXT_METHODS)}", f"({one}).{self.pick(TEXT_METHODS)}"),
                f'f"<{{{self.read_quoted()}:{self.pick(SPECS)}}}>"',
                *(
                    f'f"{{{self.pick(self.locals or ["1"])}:{self.pick(SPECS)}}}!"',
                    f'format({one}, "{self.pick(SPECS)}")',
                ),
                *(
                    f'", ".join({one})',
                    f'"-".join([str(x) for x in {one}])',
                    f"repr({one})",
                    f'("%s" % str({one}))',
                ),
                *(f"({one}).strip().lower()", f'f"{{len({self.pick(self.locals or ["()"])})}}"'),
            ]
        )

    def choice(self, depth: int) -> str:
        one, two, three = self.value(depth), self.value(depth), self.value(depth)
        return self.pick(
            [
                f"({one} if {two} else {three})",
                f"({one} or {two})",
                f"({one} and {two})",
                f"({one} or {two} or {three})",
            ]
        )

    def test(self, depth: int) -> str:
        one, two, sign = self.value(depth), self.value(depth), self.pick(["<", "<=", "==", "!=", ">", ">="])
        return self.pick(
            [
                *(
                    f"(not {one})",
                    f"({one} is None)",
                    f"({one} is not None)",
                    f"({one} in {two})",
                    f"bool({one})",
                ),
                *(
                    f'({one} not in ("a", "b"))',
                    f"({one} in (1, 2, None))",
                    f"({one} in [1, 2.0])",
                    f"any({one})",
                ),
                *(
                    f"(0 < {one} <= {two})",
                    f"({one} {sign} {two})",
                    f"all({one})",
                    f"any(x == 1 for x in {two})",
                ),
                *(f"(1 {sign} {one})", f"({one} is True)", f'({one} in {{"a": 1}})', f'({one} in "abc")'),
            ]
        )

    def part(self, depth: int) -> str:
        one = self.value(depth)
        return self.pick(
            [
                *(
                    f'({one})["{self.pick(KEYS)}"]',
                    f"({one})[0]",
                    f"({one})[-1]",
                    f"({one})[{self.value(depth)}]",
                ),
                *(
                    f'({one}).get("{self.pick(KEYS)}")',
                    f'({one}).get("a", {self.value(depth)})',
                    f"({one})[1:]",
                ),
                *(
                    f"({one})[:2]",
                    f"({one})[::-1]",
                    f'({self.read()} or {{}}).get("n", 0)',
                    f'{self.read()}["a"]["b"]',
                ),
            ]
        )

    def series(self, depth: int) -> str:
        one = self.value(depth)
        inner = self.pick(
            ["x", "str(x)", "x + 1", 'x["a"]', "len(x)", "[x, 1]", "not x", "x or 0", "x * 2.0"]
        )
        return self.pick(
            [
                *(
                    f"list({one})",
                    f"sorted({one})",
                    f"sorted({one}, reverse=True)",
                    f"[{inner} for x in {one}]",
                ),
                *(
                    f"[x for x in {one} if {self.pick(['x', 'x != 1', 'x is not None'])}]",
                    f"list(reversed({one}))",
                ),
                *(
                    f"sorted({one}, key=lambda x: str(x))",
                    f"[i for i, x in enumerate({one})]",
                    f"list(range(len({one})))",
                ),
                *(
                    *(
                        f"[*{one}, 0]",
                        f"[1, *{one}]",
                        f"next((x for x in {one} if x), None)",
                        f"({one} == [1])",
                    ),
                    f"[k for k in ({one}).keys()]",
                    f"[v for k, v in ({one}).items()]",
                    f"[[a, b] for a, b in zip({one}, [1, 2])]",
                ),
            ]
        )

    def display(self, depth: int) -> str:
        one, two = self.value(depth), self.value(depth)
        return self.pick(
            [f"[{one}, {two}]", f'{{"k": {one}, "m": {two}}}', f"[{one}]", f'{{"k": [{one}]}}["k"]']
        )

    def source(self, state: int = 1) -> str:
        """A component whose fields begin with such expressions."""
        defaults = ", ".join(f'"{name}": {self.pick(DEFAULTS)}' for name in NAMES)
        self.declared = self.random.random() < 0.3
        lines = [f"props = {{{defaults}, **props}}"] if self.declared else []
        self.locals = []
        for name in self.random.sample(["p", "q", "r"], self.random.randint(0, 2)):
            lines.append(f"{name} = {self.value(2)}")
            self.locals.append(name)
        fields = ", ".join(f'"f{number}": {self.value()}' for number in range(state))
        lines.append(f"state = {{{fields}}}")
        body = "".join(f"        {line}\n" for line in lines)
        return f"class C(Component):\n    def setup(self, props):\n{body}"

    def json(self, depth: int = 0) -> Any:
        """A value of any kind that JSON carries."""
        kind = self.random.randrange(4 if depth > 2 else 7)
        if kind == 0:
            return self.pick([None, True, False])
        if kind == 1:
            return self.pick(NUMBERS)
        if kind in (2, 3):
            return self.pick(TEXTS)
        if kind == 4:
            return {self.pick(KEYS): self.json(depth + 1) for _ in range(self.random.randint(0, 3))}
        if kind == 5:
            like = self.pick([NUMBERS, TEXTS, (1, 2, 3), (0.5, 1.5), (True, False)])
            return [self.pick(like) for _ in range(self.random.randint(0, 4))]
        return [self.json(depth + 1) for _ in range(self.random.randint(0, 3))]

    def props(self) -> dict[str, Any]:
        return {name: self.json() for name in (*NAMES, "z") if self.random.random() < 0.8}
