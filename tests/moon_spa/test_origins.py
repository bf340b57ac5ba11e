"""Values of setup that something else than props decides: the script, written once, may not hold them."""

from __future__ import annotations

import pytest

import moon_spa

SOURCE = """
import json
import os
import re
from dataclasses import dataclass
from enum import Enum

PRICES = {"a": 1, "b": 2}
RATE = 0.2
VOTES = []
COUNT = 0
PATTERN = re.compile("a+")


class Color(Enum):
    RED = 1


@dataclass(frozen=True)
class Item:
    price: int

    def twice(self):
        return self.price * 2


class Store:
    sold = 0


STORE = Store()


def taxed(price):
    return round(price * (1 + RATE), 2)


def counted():
    return len(VOTES)


def stored():
    return eval("COUNT + 1")


class Poll(Component):
    LIMIT = 5

    def doubled(self):
        return self.LIMIT * 2

    def setup(self, props):
        SETUP
        state = {"text": "", "votes": counted()}

        def show():
            state["text"] = f"{value}"

        @server
        def vote():
            global COUNT
            COUNT += 1
            VOTES.append(1)
            STORE.sold += 1

        return {"state": state, "actions": {"show": show, "vote": vote}}
"""


def explained(setup: str) -> str:
    """Where the action stands that shows a value of setup."""
    text = SOURCE.replace("SETUP", setup.replace("\n", "\n        "))
    return moon_spa.compile(text, name="Poll", path="poll.py").explain[0]


@pytest.mark.parametrize(
    "setup",
    [
        "value = sum(PRICES.values()) + taxed(3)",
        "value = int(props.get('limit', '10')) + RATE",
        "value = sorted(PRICES, key=lambda name: PRICES[name])[0]",
        "value = [VOTES for VOTES in range(3)][1]",
        "value = Item(3).twice()",
        "value = Color.RED.value + Poll.LIMIT + self.doubled()",
        "value = json.dumps(PATTERN.findall('aab'))",
        "value = 0\nfor price in PRICES.values():\n    value += price",
        "def first(names): return names[0]\nvalue = first(['a'])",
    ],
)
def test_a_value_that_is_always_the_same_is_in_the_browser(setup: str) -> None:
    assert explained(setup) == "show: client"


@pytest.mark.parametrize(
    ("setup", "why"),
    [
        ("value = len(VOTES)", "`VOTES`, a global that other code may change"),
        ("votes = [*VOTES]\nvalue = len(votes)", "`VOTES`, a global that other code may change"),
        ("value = 1\nif VOTES:\n    value = 2", "`VOTES`, a global that other code may change"),
        (
            "values = []\nvalues.append(len(VOTES))\nvalue = values[0]",
            "`VOTES`, a global that other code may change",
        ),
        ("def own(): return counted()\nvalue = own()", "`VOTES`, a global that other code may change"),
        ("value = props.get('first', 1) + len(VOTES)", "`VOTES`, a global that other code may change"),
        ("value = COUNT", "`COUNT`, a global that is assigned more than once"),
        ("value = STORE.sold", "`STORE`, a Store"),
        ("value = stored()", "`eval()`"),
        ("value = os.environ.get('HOME')", "the module `os`"),
    ],
)
def test_a_value_that_other_code_may_change_is_the_servers(setup: str, why: str) -> None:
    assert explained(setup).startswith(f"show: server: `value`, which comes from {why} at line ")


FACTORY = """
VOTES = []
class Steps(Component):
    def setup(self, props):
        state = {"count": 0}
        def make(step):
            def go():
                state["count"] += step
            return go
        def vote():
            VOTES.append(1)
        actions = {**{f"a{i}": make(i) for i in range(2)}, "b": make(START), "vote": vote}
        return {"state": state, "actions": actions}
"""


@pytest.mark.parametrize(("start", "side"), [("7", "client"), ("len(VOTES)", "server")])
def test_what_a_function_that_makes_actions_gets_is_followed(start: str, side: str) -> None:
    assert moon_spa.compile(FACTORY.replace("START", start)).placement["b"] == side


INBOX = """
UNREAD = []
def unread(): return len(UNREAD)
class Inbox(Component):
    def setup(self, props):
        state = {"open": True}
        data = DATA
        def close():
            state["open"] = False
            data["unread"] = WRITTEN
        @server
        def receive():
            UNREAD.append(1)
        return {"state": state, "data": data, "actions": {"close": close, "receive": receive}}
"""


@pytest.mark.parametrize(
    ("data", "written", "side"),
    [
        ("{'unread': 0}", "0", "client"),
        ("{'unread': -5, 'rows': unread()}", "-5", "client"),
        ("{'unread': [{'id': 1}]}", "[{'id': 1}]", "client"),
        ("{'unread': [1]}", "[1.0]", "server"),
        ("{'unread': 0.0}", "-0.0", "server"),
        ("{'unread': unread()}", "0", "server"),
        ("{'unread': 0, **({'unread': 3} if UNREAD else {})}", "0", "server"),
        ("{'unread': 0}\n        data['unread'] = unread()", "0", "server"),
        ("{'unread': 0}\n        if UNREAD: data = {'unread': 2}", "0", "server"),
    ],
)
def test_a_write_of_data_is_dropped_only_where_its_key_always_begins_so(
    data: str, written: str, side: str
) -> None:
    made = moon_spa.compile(INBOX.replace("DATA", data).replace("WRITTEN", written))
    assert made.placement["close"] == side


@pytest.mark.parametrize(
    ("changes", "side"),
    [
        ("print(RATE, LIMITS)", "client"),
        ("global RATE\n            RATE = 2", "server"),
        ("globals()['RATE'] = 2", "server"),
        ("exec('RATE = 2', scope)", "server"),
    ],
)
@pytest.mark.parametrize("read", ["RATE", "shown()"])
def test_a_global_that_code_may_give_another_value_is_the_servers(changes: str, side: str, read: str) -> None:
    if "global " in changes and read == "shown()":
        changes = changes.replace("RATE", "shown")
    source = f"""
RATE = 1
LIMITS = [1]
def shown():
    return 1
class Prices(Component):
    def setup(self, props):
        state = {{"rate": 0}}
        def show():
            state["rate"] = {read}
        @server
        def change():
            {changes}
        return {{"state": state, "actions": {{"show": show, "change": change}}}}
"""
    assert moon_spa.compile(source).placement["show"] == side
