"""What an exception says is what Python's says: actions show it, so it is a value like others."""

from __future__ import annotations

from textwrap import indent

from tests.moon_spa import differential
from tests.moon_spa.node import Node
from tests.moon_spa.programs import Program

RAISING = (
    *("items[9]", "items[-9]", "items.pop(7)", "[].pop()", "items.index(77)", "items.remove(77)"),
    *("items[9] = 1", "del items[9]", "table['q']", 'table["it\'s"]', "table.pop('zz')", "del table['zz']"),
    *("numbered[5]", "{}.popitem()", "tags.remove('zz')", "pair[5]", "word[9]", "'abc'.index('q')"),
    *(
        "1 // zero",
        "1 % zero",
        "1 / zero",
        "1.5 / zero",
        "half / 0",
        "1.5 // zero",
        "half % 0",
        "divmod(1.5, zero)",
    ),
    *(
        "0 ** -1",
        "0.0 ** -1",
        "1 << -1",
        "pow(2, 3, 0)",
        "10 ** 400 / 3",
        "float(10 ** 400)",
        "int(half * 1e400)",
    ),
    *(
        "int('x')",
        "int('')",
        "int('1.5')",
        "int('é😀')",
        "int('9' * 5000)",
        "str(10 ** 5000)",
        "f'{2 ** 20000:,}'",
    ),
    *("float('x')", "chr(-1)", "ord('ab')", "round(float('nan'))", "items[::zero]", "list(range(1, 2, 0))"),
    *(
        "first, second = items",
        "first, *rest, last = [1]",
        "min([])",
        "max([])",
        "list(zip(items, [1], strict=True))",
    ),
    *(
        "list(zip([1], items, strict=True))",
        "list(zip([1], [2], items, [], strict=True))",
        "items[::2] = [1]",
    ),
    *(
        "f'{word:d}'",
        "f'{half:d}'",
        "f'{word:=5}'",
        "f'{word:+}'",
        "f'{word: }'",
        "f'{word:#}'",
        "f'{word:,}'",
    ),
    *(
        "f'{1:s}'",
        "f'{1:,s}'",
        "f'{1:,x}'",
        "f'{1:,n}'",
        "f'{1:.2d}'",
        "f'{half:,n}'",
        "f'{half:,s}'",
        "f'{half:q}'",
    ),
    *("'%d %d' % (1,)", "'%s' % (1, 2)", "'%q' % 1", "'{} {}'.format(1)", "'{1}'.format(0)", "'a'.split('')"),
    *(
        "raise ValueError('boom')",
        "raise KeyError('k')",
        "raise IndexError('i', 2)",
        "raise RuntimeError",
        "assert zero",
    ),
    *("assert not items, f'has {len(items)}'",),
)
OF_ANY = (
    *(
        "given + 1",
        "given < 1",
        "given[0]",
        "given['a']",
        "len(given)",
        "-given",
        "given // 0",
        "given % 0",
        "1 / given",
    ),
    *("first, second = given", "max(given)", "min(given)", "int(given)", "float(given)", "given.upper()"),
    *("for one in given: pass", "given['a'] = 1", "del given['a']", "given[9] = 1"),
)
VALUES: tuple[object, ...] = (0, 2.5, -0.0, "ab", "", None, True, [3, 1], [1, "x"], [], {"a": 1}, 10**6)

HEAD = """
items, table, numbered, tags = [1, 2, 3], {"a": 1}, {1: 2}, {"a"}
zero, half, word, pair = state["zero"], state["half"], "abc", (1, 2)
"""


def program(statement: str, *values: object) -> Program:
    """A component whose action `act` shows what the statement raises, called with each of the values."""
    body = f"try:\n    {statement}\nexcept Exception as error:\n    state['said'] = str(error)"
    lines = ["class Shown(Component):", "    def setup(self, props):"]
    lines += ['        state = {"said": "", "zero": 0, "half": 1.5}', "        def act(given):"]
    lines += [indent(HEAD + body, " " * 12), '        return {"state": state, "actions": {"act": act}}']
    return Program("\n".join(lines) + "\n", tuple(("act", (value,)) for value in values))


def test_errors_say_in_javascript_what_they_say_in_python(node: Node) -> None:
    programs = [program(statement, 0) for statement in RAISING]
    programs += [program(statement, *VALUES) for statement in OF_ANY]
    report = differential.run(node, programs)
    assert not [str(one) for one in report.differences]
    assert report.outcomes["done"] > 250, report.outcomes
    assert report.sides["client"] > 0.9 * len(programs), report.reasons
