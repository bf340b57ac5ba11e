"""Random component programs: what JavaScript does is what CPython does, call by call."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from tests.moon_spa.differential import Report, run, shrunk
from tests.moon_spa.grammar import EXPRESSIONS
from tests.moon_spa.grammar_statements import IN_LOOP, STATEMENTS
from tests.moon_spa.node import Node
from tests.moon_spa.programs import Program, Writer

PROGRAMS = 300
WRONG_FLOORDIV = (
    "function floordiv(",
    "function floordiv(a,b){return b!=0?Math.trunc(a/b):right(a,b)}function right(",
)
PROGRAM = Program(
    """\
class Fuzz(Component):
    def setup(self, props):
        state = {"n": -7, "s": ""}
        def half(by: int):
            for word in ["a", "b"]:
                state["s"] += word
            if state["n"] < 0:
                state["n"] = state["n"] // by + 0
        return {"state": state, "actions": {"half": half}}
""",
    (("half", (2,)), ("half", (1,))),
)

FOUND = (
    ("not not", "state['flag'] = not not state['text'].strip()"),
    ("item of an empty list", "state['n'] //= state['empty'][3]"),
    ("values that never are", "one, two = []\nif one // 3:\n    pass"),
    ("an int past 2**53 in max()", "state['n'] = max(given, state['n']) % 10"),
    ("a record with the key __proto__", "state['text'] = repr(state['record'])"),
    (
        "a key that is new to a record",
        "if state['record'].setdefault('zz', given % 7):\n    return",
    ),
    ("an int past 2**53 in an operation", "state['n'] -= 9007199254740991\nstate['n'] -= 7"),
    (
        "an int that leaves 2**53 and comes back",
        "state['n'] += 9007199254740991\nstate['n'] -= 9007199254740991",
    ),
    (
        "rows that an action shares",
        "if given > 9:\n    state['rows'] += state['rows']\nelse:\n    state['rows'][0]['a'] += 1",
    ),
    ("other keys for a record", "extra = {str(given): 1}\nstate['record'] |= extra"),
    (
        "a float made of an int",
        "state['text'] = str(-float(3)) + str(float(given % 7)) + str(-float(9007199254740993))",
    ),
    ("a dict of an item of an empty list", "state['text'] = str(dict(state['empty'][given]))"),
    ("a negative zero", "state['n'] = -state['n'] * 0\nstate['text'] = str(state['n'])"),
    ("a sign before what raises", "state['empty'][9] = -(given % (given - given))"),
)
"""Statements in which random programs have found a difference."""
LATER = (
    ("a start with effects", "xs = [3, 1, 2]\nstate['n'] = sum((x for x in xs), xs.pop())"),
    ("an order with effects", "xs = [3, 1]\nstate['text'] = str(sorted(map(abs, xs), reverse=xs.pop() > 0))"),
    ("a series behind effects", "xs = [3, 1]\nstate['text'] = str(list(zip(enumerate(xs), [xs.pop(), 1])))"),
    (
        "a function that is called as one of Python's",
        "def len(some):\n    return some.pop()\nxs = [3, 1, 2]\nstate['n'] = sum((x for x in xs), len(xs))",
    ),
    ("a value with effects", "xs = [3]\nstate['text'] = str(dict.fromkeys(zip(xs, xs), xs.pop()))"),
)
"""Arguments with effects behind one that Python goes through once the call has begun."""


def once(node: Node, body: str) -> Report:
    """What both sides do of an action with these statements."""
    state = {"n": 4, "flag": False, "text": " x ", "empty": [], "record": {"__proto__": 5, "a": 0}}
    state["rows"] = [{"a": 1}]
    lines = "\n".join("            " + line for line in body.split("\n"))
    source = (
        "class Fuzz(Component):\n    def setup(self, props):\n"
        f"        state = {state!r}\n        def act(given: int):\n{lines}\n"
        "        return {'state': state, 'actions': {'act': act}}\n"
    )
    return run(node, [Program(source, (("act", (2**60,)), ("act", (3,))))])


@pytest.mark.parametrize(("what", "body"), FOUND, ids=[what for what, _ in FOUND])
def test_a_difference_once_found_is_gone(node: Node, what: str, body: str) -> None:
    report = once(node, body)
    assert not report.differences, f"{what}: {report.differences[0]}"
    assert report.sides["client"] == 1


@pytest.mark.parametrize(("what", "body"), LATER, ids=[what for what, _ in LATER])
def test_effects_behind_what_is_gone_through_later_are_the_servers(node: Node, what: str, body: str) -> None:
    report = once(node, body)
    assert not report.differences, f"{what}: {report.differences[0]}"
    (reason,) = report.reasons
    assert reason == "an argument with effects behind one that is gone through later"


def random_programs(node: Node, count: int) -> Report:
    """What so many programs do on both sides; a difference fails with a small program that shows it."""
    seed = int(os.environ.get("MOON_SEED") or Random().randrange(10**6))
    print(f"MOON_SEED={seed}")
    random = Random(seed)
    report = run(node, [Writer(Random(random.random())).program() for _ in range(count)])
    found = [str(shrunk(node, one)) for one in report.differences[:2]]
    assert not found, f"MOON_SEED={seed}\n" + "\n\n".join(found)
    return report


def test_a_few_random_programs_do_in_javascript_what_they_do_in_python(node: Node) -> None:
    assert random_programs(node, 25).outcomes["done"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_random_programs_do_in_javascript_what_they_do_in_python(node: Node) -> None:
    report = random_programs(node, PROGRAMS)
    assert report.sides["server"] < report.sides["client"], report.reasons.most_common(5)
    assert report.outcomes["done"] > PROGRAMS / 2
    assert report.outcomes["error"] > PROGRAMS / 10
    assert report.outcomes["refused"] < PROGRAMS / 20


@pytest.mark.slow
def test_a_wrong_helper_is_found_and_the_program_shown_is_a_small_one(node: Node) -> None:
    assert not run(node, [PROGRAM]).differences
    found = run(node, [PROGRAM], WRONG_FLOORDIV).differences
    assert len(found) == 1
    least = shrunk(node, found[0], change=WRONG_FLOORDIV)
    assert len(least.program.calls) == 1
    assert "//" in least.program.source
    assert "for" not in least.program.source
    assert "-4" in least.what


def test_programs_hold_every_construct_of_the_grammar() -> None:
    seen: Counter[str] = Counter()
    random = Random(7)
    for _ in range(1500):
        Writer(random, seen).program()
    wanted = {form.name for forms in EXPRESSIONS.values() for form in forms}
    assert {form.name for form in (*STATEMENTS, *IN_LOOP)} | wanted <= set(seen)
