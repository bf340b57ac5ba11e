"""A list, dict or set of the module is in the browser as a copy, so it must be one that nothing changes."""

from __future__ import annotations

import pytest

import moon_spa
from moon_spa.source import ComponentSource, parsed
from moon_spa.unchanging import Unchanging, depth

VALUES = {
    "ROWS": [{"n": 1, "tags": ["a"]}, {"n": 2, "tags": []}],
    "FLAT": ["a", "b"],
    "PRICES": {"pen": 1.5, "ink": 3},
    "MENU": {"pen": {"price": 1}},
}
READING = [
    "ROWS[0]['n'] + len(ROWS[1]['tags'])",
    "[row['n'] for row in ROWS if row['n'] > 1]",
    "for row in ROWS:\n    state['n'] += row['n']",
    "for i, row in enumerate(ROWS):\n    state['n'] += i * row['n']",
    "for name, item in MENU.items():\n    print(f'{name}: {item[\"price\"]}')",
    "sorted(ROWS, key=lambda row: row['n'])[0]['n']",
    "max(PRICES, key=PRICES.get) + ', '.join(FLAT)",
    "PRICES.get('pen', 0) or sum(PRICES.values()) / len(PRICES)",
    "'pen' in PRICES and not ROWS and ROWS == []",
    "state['color'] = FLAT[state['n']]",
    "state['all'] = list(FLAT) + sorted(PRICES)",
    "state['all'].extend(FLAT)",
    "other = ROWS[0]\nprint(other['n'])",
    "total(ROWS)",
    "first(ROWS)['n']",
    "copy = list(FLAT)\ncopy.append('c')",
    "copy = PRICES.copy()\ncopy['x'] = 1",
    "kept = [row for row in ROWS if row['n']]\nkept.pop()\nkept[0] = None",
    "state['n'] += ROWS[state['n']]['n'] if ROWS else MENU['pen']['price']",
    "match = next((row['n'] for row in ROWS), 0)",
    "ROWS = [1]\nROWS.append(2)",
    "def inner(ROWS):\n    ROWS.append(1)\ninner([])",
]
CHANGING = [
    ("ROWS.append({})", "ROWS"),
    ("ROWS[0]['tags'].append('b')", "ROWS"),
    ("ROWS[0]['n'] += 1", "ROWS"),
    ("del ROWS[0]['n']", "ROWS"),
    ("for row in ROWS:\n    row['n'] = 0", "ROWS"),
    ("for i, row in enumerate(ROWS):\n    row['n'] = 0", "ROWS"),
    ("for name, item in MENU.items():\n    item['price'] = 0", "MENU"),
    ("[row.update(n=1) for row in ROWS]", "ROWS"),
    ("[row.update(n=1) for row in (x for x in ROWS)]", "ROWS"),
    ("other = FLAT\nother += ['c']", "FLAT"),
    ("other, _ = ROWS\nother['n'] = 1", "ROWS"),
    ("*_, other = ROWS\nother['n'] = 1", "ROWS"),
    ("(other := FLAT).append('c')", "FLAT"),
    ("sorted(ROWS, key=lambda row: row['n'])[0]['n'] = 5", "ROWS"),
    ("sorted(ROWS, key=lambda row: row.pop('n'))", "ROWS"),
    ("max(ROWS, key=len)['n'] = 5", "ROWS"),
    ("ROWS.copy()[0]['n'] = 5", "ROWS"),
    ("MENU.get('pen')['price'] = 2", "MENU"),
    ("list(MENU.values())[0]['price'] = 2", "MENU"),
    ("first(ROWS)['n'] = 5", "ROWS"),
    ("change(ROWS)", "ROWS"),
    ("unknown(FLAT)", "FLAT"),
    ("unknown(*ROWS)", "ROWS"),
    ("state['rows'] = ROWS", "ROWS"),
    ("state['rows'] = [*ROWS]", "ROWS"),
    ("PRICES |= {'x': 1}\nglobal PRICES", "PRICES"),
    ("append = FLAT.append\nappend('c')", "FLAT"),
    ("held = FLAT\ndef inner():\n    held.clear()\ninner()", "FLAT"),
    ("held = {'a': FLAT}\nheld['a'].clear()", "FLAT"),
    ("return_it = lambda: FLAT", "FLAT"),
    ("yield FLAT", "FLAT"),
]
SOURCE = """
def total(rows):
    return sum(row["n"] for row in rows)

def first(rows):
    return rows[0]

def change(rows):
    for row in rows:
        row["n"] = 0

class Shop(Component):
    def setup(self, props):
        def act():
"""


def kept(body: str) -> set[str]:
    lines = "\n".join("            " + line for line in body.split("\n"))
    code = "".join(f"{name} = {value!r}\n" for name, value in VALUES.items()) + SOURCE + lines + "\n"
    uses = Unchanging(ComponentSource("shop.py", code, parsed(code, "shop.py")))
    return {name for name, value in VALUES.items() if uses.is_kept(name, value)}


@pytest.mark.parametrize("body", READING)
def test_reading_is_no_change(body: str) -> None:
    assert kept(body) == set(VALUES)


@pytest.mark.parametrize(("body", "name"), CHANGING, ids=[body for body, _ in CHANGING])
def test_a_change_is_seen_through_other_names_and_in_parts(body: str, name: str) -> None:
    assert kept(body) == set(VALUES) - {name}


def test_depth_counts_what_can_change() -> None:
    values: tuple[object, ...] = (1, "a", (1, 2), [], {"a": 1}, ([],), [[]], {"a": [{}]})
    assert list(map(depth, values)) == [0, 0, 0, 1, 1, 2, 2, 3]


COMPONENT = """
from os import sep
from string import Formatter
MENU = {"pen": {"price": 2}}
LOG = []
PAIR = (1, [2])

class Shop(Component):
    def setup(self, props):
        state, log, own = {"n": 0}, LOG, [1, 2]
        @server
        def save():
            log.append(1)
        def price():
            state["n"] = MENU["pen"]["price"] + own[0] + PAIR[0]
        def logged():
            state["n"] = len(log)
        def foreign():
            state["n"] = len(NAMES)
        def text():
            state["n"] = len(WORDS)
"""


def test_an_action_reads_in_the_browser_what_nothing_changes() -> None:
    namespace = {"NAMES": ["a"], "WORDS": ("a", "b")}
    made = moon_spa.compile(COMPONENT, path="shop.py", namespace=namespace)
    assert made.explain == [
        "save: server: marked `@server` at line 12",
        "price: client",
        "logged: server: `log`, an object that other code may change at line 17",
        "foreign: server: `NAMES`, a global that other code may change at line 19",
        "text: client",
    ]


CLASSES = """
import string
from typing import NamedTuple

class Point(NamedTuple):
    x: int
    tags: list

ORIGIN = Point(3, ["a"])

class Rules:
    SIZES = {"small": [1, 2]}
    LIMITS = [1]

def widen():
    Rules.LIMITS.append(2)

class Shop(Component):
    NAMES = ["a", "b"]
    ROWS = [{"n": 1}]
    def setup(self, props):
        state = {"n": 0, "text": "", "rows": []}
        def named():
            state["text"] = self.NAMES[0] + Shop.NAMES[1] + string.digits
        def sized():
            state["n"] = Rules.SIZES["small"][0] + ORIGIN.x
        def tagged():
            state["n"] = len(ORIGIN.tags)
        def limited():
            state["n"] = Rules.LIMITS[0]
        def shared():
            state["rows"] = self.ROWS
        def counted():
            state["n"] = len(self.ROWS)
"""


def test_lists_of_a_class_and_parts_of_named_tuples_are_read_where_nothing_changes_them() -> None:
    assert moon_spa.compile(CLASSES, path="shop.py").explain == [
        "named: client",
        "sized: client",
        "tagged: server: the attribute `.tags` at line 28",
        "limited: server: `Rules.LIMITS`, an attribute that other code may change at line 30",
        "shared: server: `self.ROWS`, an attribute that other code may change at line 32",
        "counted: server: `self.ROWS`, an attribute that other code may change at line 34",
    ]
    dynamic = CLASSES.replace("ORIGIN.tags", "getattr(Rules, 'LIMITS')")
    assert "named: server" in "\n".join(moon_spa.compile(dynamic, path="shop.py").explain)
