"""Random setups: the first state of the script is that of Python's setup, or the setup is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from moon_spa import CompiledComponent, ComponentError, compile  # noqa: A004 - the public name
from moon_spa.types import ANY, DictOf, ListOf, Record, Type, Union
from tests.moon_spa.node import Node, same
from tests.moon_spa.test_trace import FIRST_STATE, argument, runtime

PROGRAMS = 500
VALUES: list[Any] = [0, 1, 5, -2, 1.5, 3.0, "", "q", "7", True, False, None, [1, 2], []]
DEFAULTS = ("0", "1", "7", "-3", "1.5", "2.0", "None", '"t"', "True", "[1]")

HEAD = """
def helper(x):
    return x if x else 0
def adds(some, value):
    if some.get("x"):
        some["y"] = value
class C(Component):
    def setup(self, props):
        a = 1; b = 2; c = "z"; lst = []; d = {"q": 0}; self.size = 0
        def inner():
            return b
"""


class Programs:
    """Statements and expressions over locals, a list, a dict and three props."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        return self.random.choice("abc")

    def expression(self, depth: int = 0) -> str:
        if depth > 2:
            return self.random.choice([self.name(), self.random.choice(DEFAULTS)])
        one, two = (self.expression(depth + 1) for _ in range(2))
        read = f'props.get("{self.random.choice("xyz")}", {self.random.choice(DEFAULTS)})'
        sign, test = self.random.choice("+-*"), self.random.choice(["<", "==", "!=", ">="])
        forms = [
            *(one, read, read, read, f"({one} {sign} {two})", f"({one} {test} {two})", f"int({one})"),
            *(f"str({one})", f'f"<{{{self.name()}}}>"', f"[{one}, {two}]", f'{{"k": {one}}}', "inner()"),
            *(f"({one} if {two} else {read})", f"({one} or {two})", f"helper({one})", 'd["q"]', "lst"),
            *("len(lst)", "self.size", "(lst or [0])[0]", '{**props, "x": 3}["x"]'),
            *(f"len({one})", f"max({one}, {two})", f"({one} and {two})", f"(not {one})", f"({one} is None)"),
            *(f"({one} in {two})", f"[x for x in {one}]", f"list({one})", f'd.get("q", {one})', "props.x"),
            *(f"({self.name()} if {one} else lst)", f"(d if {one} else {{}})", f"[lst, {one}]", "lst[1:]"),
        ]
        return self.random.choice(forms)

    def statements(self, indent: int = 8, depth: int = 0) -> Iterator[str]:
        pad = " " * indent
        for _ in range(self.random.randint(1, 3)):
            value = self.expression(1)
            simple = [
                *(f"{self.name()} = {value}", f"{self.name()} = {value}", f"{self.name()} += {value}"),
                *(f"lst.append({value})", f'd["q"] = {value}', f"self.size = {value}"),
                *(f"alias = lst; alias.append({value})", f"a, b = {value}, {self.expression(1)}"),
                *(f"b = lst if {value} else [0]; b.append(9)", f"c = [lst, {value}]; c[0].append(3)"),
                *(f"a = d if {value} else {{}}; a['q'] = 1", f"d['q'] = lst if {value} else [0]; lst += [4]"),
                *(f"a = lst or []; a.append({value})", f"a = [r for r in [lst, {value}]]; a[0].append(6)"),
                self.change(value),
            ]
            heads = [f"if {value}:", f"for c in [{value}, 1]:", "try:", "def inner():"]
            if depth > 1 or self.random.random() < 0.7:
                yield pad + self.random.choice(simple)
                continue
            head = self.random.choice(heads)
            yield pad + head
            yield from self.statements(indent + 4, depth + 1)
            if head == "try:":
                yield f"{pad}except Exception:\n{pad}    {self.random.choice(simple)}"
            elif head == "def inner():":
                yield f"{pad}    return {value}"

    def change(self, value: str) -> str:
        """A statement that makes other props, or adds to them."""
        name = self.random.choice("xyz")
        forms = [
            *(f"props = props | {{{name!r}: {value}}}", f"props = {{{name!r}: {value}}} | props"),
            *(
                f"props |= {{{name!r}: {value}}}",
                f"props.update({name}={value})",
                f"props[{name!r}] = {value}",
            ),
            *(f"props.setdefault({name!r}, {value})", f"props = {{**props, {name!r}: {value}}}"),
            *(f"props = {{{name!r}: {value}, **props}}", f"props = dict(props, {name}={value})"),
            *("props = props.copy()", f"adds(props, {value})", f"props = {{{name!r}: {value}}}"),
        ]
        return self.random.choice(forms)

    def source(self) -> str:
        body = "\n".join(self.statements())
        state = f'{{"a": {self.expression()}, "b": b, "l": lst, "d": d, "s": {self.expression()}}}'
        return f'{HEAD}{body}\n        return {{"state": {state}}}\n'

    def props(self) -> dict[str, Any]:
        return {name: self.random.choice(VALUES) for name in "xyz" if self.random.random() < 0.6}


def test_the_first_state_of_random_setups_is_pythons(node: Node) -> None:
    programs = Programs(20)
    compared = 0
    for _ in range(PROGRAMS):
        source = programs.source()
        try:
            made = compile(source)
        except ComponentError:
            continue
        given = [programs.props() for _ in range(4)]
        results = node.call(FIRST_STATE, argument(made, given), {"helpers": runtime()})
        for props, result in zip(given, results, strict=True):
            compared += agrees(made, props, result)
    assert compared > PROGRAMS / 4


def agrees(made: CompiledComponent, props: dict[str, Any], result: Any) -> bool:
    """Whether both sides have a state, and then it is the same one."""
    try:
        expected = made.context(props)["state"]
    except ComponentError:
        return False
    if result.get("error") == "Bail":
        return False
    assert "value" in result, (made.spec.block, props, result)
    got = dict(dict(result["value"]["d"])["state"]["d"])
    for name, value in expected.items():
        assert matches(made.types[name], value, got[name]), (made.spec.block, props, name, value, got)
    return True


def matches(kind: Type, value: Any, got: Any) -> bool:
    """Whether JavaScript holds a value in the form that its type says."""
    if isinstance(kind, Record) and isinstance(value, dict) and isinstance(got, dict):
        items = dict(got["d"])
        return all(n in items and matches(one, value[n], items[n]) for n, one in kind.fields)
    if isinstance(kind, DictOf) and isinstance(value, dict) and isinstance(got, dict):
        items = dict(got["d"])
        return value.keys() == items.keys() and all(matches(kind.value, value[n], items[n]) for n in value)
    if isinstance(kind, Union):
        return any(matches(one, value, got) for one in kind.members)
    if isinstance(kind, ListOf) and isinstance(value, list) and isinstance(got, list):
        pairs = zip(value, got, strict=False)
        return len(value) == len(got) and all(matches(kind.item, one, other) for one, other in pairs)
    return same(value, got, kind is ANY)
