"""What a clock or chance decides is no first value and no constant of the browser, however two runs agree."""

from __future__ import annotations

import ast

import pytest

import moon_spa
from moon_spa import ComponentError, bridge
from moon_spa.unstable import is_fixed

SOURCE = """
import random
import secrets
import time as clock
from datetime import date, datetime
from uuid import uuid4

def roll():
    return random.choice([True, False])

class Game(Component):
    def setup(self, props):
        BODY
        return {"state": {"first": first}, "data": data, "actions": {"act": act}}
"""
STABLE = "first, data, held = 1, {}, 2"
ACT = "\n        def act():\n            self.state.first = held"

FIRST = [
    "random.choice([True, False])",
    "secrets.choice('ab')",
    "int(clock.time())",
    "clock.strftime('%d')",
    "date.today().isoformat()",
    "f'{datetime.now():%d}'",
    "[len(str(uuid4()))]",
    "1 if random.random() < 0.5 else 2",
    "roll()",
    "secrets.choice('a') * 0 + (date.today() and 'x')",
]
CONSTANTS = [
    "held = date.today().year",
    "held = [1, 2]\n        random.shuffle(held)",
    "held = random.sample(range(9), 3)",
    "held = 1\n        if clock.time() > 0:\n            held = 2",
]
ALWAYS_THE_SAME = ["date(2020, 1, 2).day", "random.Random(3).random()", "clock.strftime('%d', (0,) * 9)"]


def compiled(body: str) -> moon_spa.CompiledComponent:
    return moon_spa.compile(SOURCE.replace("BODY", body), path="game.py")


@pytest.mark.parametrize("first", FIRST)
def test_a_first_value_that_is_not_always_the_same_is_refused_every_time(first: str) -> None:
    for number in range(5):
        with pytest.raises(ComponentError) as caught:
            compiled(f"{STABLE}\n        first = {first}{ACT}  # {number}")
        assert caught.value.code == "unstable-setup"
        assert "in an action or in the hook `created`" in str(caught.value)


@pytest.mark.parametrize("held", CONSTANTS)
def test_an_action_that_uses_it_is_the_servers(held: str) -> None:
    made = compiled(f"{STABLE}\n        {held}{ACT}")
    assert made.placement == {"act": "server"}
    assert "gives another value each time" in made.explain[0]


@pytest.mark.parametrize("first", ALWAYS_THE_SAME)
def test_what_is_always_the_same_is_a_first_value(first: str) -> None:
    assert compiled(f"{STABLE}\n        first = {first}{ACT}").placement == {"act": "client"}


def test_data_may_be_another_each_time() -> None:
    made = compiled("first, held, data = 1, 2, {'at': clock.time_ns(), 'one': random.random()}" + ACT)
    request = {"component": "Game", "instance": "1", "seq": 1, "kind": "data", "name": ""}
    first, second = (bridge.call(made, request)["patch"]["props"]["at"] for _ in range(2))
    assert first < second


FIXED = [
    "return {'state': {'n': 1, 'rows': [1, (2, None)]}}",
    "props = {'n': 1, **props}\n    state = {'n': LIMIT}",
    "'text'\n    rows: list = []\n    def act(n: int = 1) -> None:\n        roll()\n    return {'a': act}",
]
OPEN = [
    "return {'state': roll()}",
    "state = {'n': LIMIT + 1}",
    "state = {'n': self.n}",
    "state = {**LIMITS}",
    "state = {'n': f'{LIMIT}'}",
    "LIMITS['n'] = 1",
    "LIMITS['n']: int = 1",
    "(n := roll())",
    "first, last = LIMITS",
    "n = LIMITS[0]",
    "@roll\n    def act(): pass",
    "def act(n=roll()): pass",
    "def act(*, n=roll()): pass",
    "def act(n: roll()): pass",
    "def act() -> roll(): pass",
    "class State: n = roll()",
    "for n in LIMITS: pass",
    "import clock",
]


@pytest.mark.parametrize("body", [*FIXED, *OPEN])
def test_a_setup_that_runs_no_other_code_needs_no_second_run(body: str) -> None:
    node = ast.parse(f"def setup(self, props):\n    {body}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert is_fixed(node, "props") == (body in FIXED)
