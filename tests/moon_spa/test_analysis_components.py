"""The components of `components/`: what people write runs in the browser, and does there what Python does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import moon_spa
from moon_spa import bridge
from moon_spa.types import accepts
from tests.moon_spa import differential
from tests.moon_spa.node import Node
from tests.moon_spa.programs import Program

FOLDER = Path(__file__).parent / "components"


@dataclass(frozen=True)
class Example:
    """A component, calls of its actions, and those actions that only a server can run."""

    name: str
    program: Program
    server: frozenset[str]


def read(path: Path) -> Example:
    source = path.read_text(encoding="utf-8")
    scope: dict[str, Any] = {"Component": object}
    exec(compile(source, str(path), "exec"), scope)
    return Example(path.stem, Program(source, tuple(scope["CALLS"])), frozenset(scope["SERVER"]))


EXAMPLES = [read(path) for path in sorted(FOLDER.glob("*.py"))]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_only_what_needs_a_server_runs_there(example: Example) -> None:
    compiled = moon_spa.compile(example.program.source, path="component.py")
    sides = compiled.placement
    assert {name for name, side in sides.items() if side == "server"} == example.server, compiled.explain
    assert {name for name, _ in example.program.calls} == set(sides)


def test_components_do_in_javascript_what_they_do_in_python(node: Node) -> None:
    report = differential.run(node, [example.program for example in EXAMPLES])
    assert not [str(one) for one in report.differences]
    assert report.outcomes["done"] > 150
    assert report.outcomes["error"] >= 3
    assert not report.outcomes["refused"]
    assert report.outcomes["bail"] < 10, report.outcomes


LISTS = """
class Lists(Component):
    def setup(self, props):
        state = {"items": [], "text": ""}

        def add(text: str, times: int = 1):
            state["items"].append({"text": text.upper(), "times": times})

        def clear():
            state["items"] = []

        def load():
            import json

            state["items"] = json.loads("[]")

        return {"state": state, "actions": {"add": add, "clear": clear, "load": load}}
"""


def test_explain_says_what_a_client_action_leaves_to_the_server() -> None:
    why = "for letters whose case depends on the version of Unicode"
    assert moon_spa.compile(LISTS).explain == [
        f"add: client; on the server where `items` is not list[{{text: str, times: int}}], {why}",
        "clear: client",
        "load: server: `import` at line 13",
    ]


def test_arguments_too_many_are_a_type_error_as_in_python(node: Node) -> None:
    calls = (("add", ("a",)), ("add", ("b", 2)), ("add", ("c", 3, 4)), ("add", ()))
    report = differential.run(node, [Program(LISTS, calls)])
    assert not [str(one) for one in report.differences]
    assert report.outcomes == {"done": 2, "error": 2}


WRONG_CALLS = ("len()", "len(items, 2)", "abs(1, 2)", "max()", "min(1, 2, default=3)", "items.append(1, 2)")


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_a_call_that_python_refuses_for_its_arguments_is_the_servers(call: str) -> None:
    lines = ["class Wrong(Component):", "    def setup(self, props):", '        state = {"items": [1]}']
    lines += ["        def act():", '            items = state["items"]', f"            {call}"]
    lines += ['        return {"state": state, "actions": {"act": act}}']
    assert "with these arguments at line 6" in moon_spa.compile("\n".join(lines)).explain[0]


GROWN = """
class Tree(Component):
    def setup(self, props):
        state = {"tree": {"value": 1, "kids": []}, "total": 0}

        def walk(node):
            total = node["value"]
            for kid in node["kids"]:
                total += walk(kid)
            return total

        def count():
            state["total"] = walk(state["tree"])

        def grow():
            node = state["tree"]
            while node["kids"]:
                node = node["kids"][-1]
            node["kids"].append({"value": 2, "kids": []})

        return {"state": state, "actions": {"count": count, "grow": grow}}
"""


@pytest.mark.parametrize("mode", ["auto", "server"])
def test_a_value_that_contains_others_of_its_own_shape_grows_on_the_server(mode: Any) -> None:
    tree = moon_spa.compile(GROWN, mode=mode)
    assert (tree.placement["count"], tree.placement["grow"]) == (
        "client" if mode == "auto" else "server",
        "server",
    )
    request = {"component": "Tree", "instance": 1, "seq": 1, "kind": "action", "name": "grow"}
    reply = bridge.call(tree, request)
    assert reply["patch"]["state"] == {"tree": {"value": 1, "kids": [{"value": 2, "kids": []}]}}


WAITING = """
class Waiting(Component):
    def setup(self, props):
        state = {"items": [1], "table": {"a": 1}, "text": ""}

        def grow():
            state["items"].append(len(state["items"]))
            return 1

        def replace():
            state["items"] = [7, 8]
            state["table"] = {"z": 1}
            return 1

        def act():
            CODE

        return {"state": state, "actions": {"act": act, "grow_": lambda: grow()}}
"""


@pytest.mark.parametrize(
    "code",
    [
        'state["text"] = str(state["items"] + [grow()])',
        'items = state["items"]; state["text"] = str(items + [grow()] + items + [grow()])',
        'state["text"] = "%s %s" % (state["items"], grow())',
        'state["text"] = "%s %d" % (state["items"], grow())',
        'state["items"] += [replace()]',
        'state["items"] *= replace() + 1',
        'state["items"] += sorted([2, 1], key=lambda one: one * replace())',
        'state["table"] |= {"k": replace()}',
        'state["items"][replace() - 1] += 10',
        'items = state["items"]; items += [(items := [5])[0]]; state["text"] = str(items)',
    ],
)
def test_an_operator_sees_what_its_right_side_changes_as_in_python(code: str, node: Node) -> None:
    program = Program(WAITING.replace("CODE", code), (("act", ()), ("act", ())))
    report = differential.run(node, [program])
    assert not [str(one) for one in report.differences]
    assert report.outcomes.total() == 2


SETS = """
class Sets(Component):
    def setup(self, props):
        state = {"tags": set(), "n": 0}

        def fill(names):
            state["tags"] = {*names}
            state.update(**names)

        def count():
            state["n"] += len(state["tags"])

        return {"state": state, "actions": {"fill": fill, "count": count}}
"""


def test_a_set_that_only_the_server_fills_has_a_first_value() -> None:
    compiled = moon_spa.compile(SETS)
    assert compiled.placement == {"fill": "server", "count": "client"}
    assert "new Set([])" in compiled.setup_js


WIDENED = """
class Widened(Component):
    def setup(self, props):
        state = {"count": 1, "last": 0, "text": ""}

        def act():
            if state["count"] > 5:
                state["last"] = None
                return
            if state["count"] > 3:
                state["last"] = "x"
            state["text"] += "some" if isinstance(state["last"], (int, str)) else "none"

        def more():
            state["count"] += 2

        def less():
            state["count"] -= 4

        return {"state": state, "actions": {"act": act, "more": more, "less": less}}
"""
ROWS = """
class Rows(Component):
    def setup(self, props):
        state = {
            "rows": [{"name": "Ulm", "size": 126, "at": 9.5}, {"name": "Bonn", "size": 330, "at": 2.0}],
            "total": 0,
            "found": False,
        }

        def order(key: str):
            state["rows"].sort(key=lambda row: row[key])

        def look(key: str, text: str):
            state["found"] = any(row[key] == text for row in state["rows"])

        def add(by: int):
            for row in state["rows"]:
                row["size"] += by
                row["at"] /= 2
            state["total"] = sum(row["size"] for row in state["rows"])

        return {"state": state, "actions": {"order": order, "look": look, "add": add}}
"""


def test_what_a_field_held_before_an_action_that_widens_it_is_no_more_taken_for_known(node: Node) -> None:
    names = ("act", "more", "act", "more", "act", "more", "act", "less", "act", "less", "act")
    report = differential.run(node, [Program(WIDENED, tuple((name, ()) for name in names))])
    assert not [str(one) for one in report.differences]


def test_rows_are_read_by_a_key_that_is_chosen_and_stay_rows(node: Node) -> None:
    calls = [("order", ("size",)), ("add", (4,)), ("order", ("name",)), ("look", ("name", "Ulm"))]
    calls += [("order", ("at",)), ("look", ("size", "3")), ("order", ("none",)), ("add", (-1,))]
    report = differential.run(node, [Program(ROWS, tuple(calls))])
    assert not [str(one) for one in report.differences]
    assert report.outcomes == {"done": 7, "error": 1}


GROWING = """
class Growing(Component):
    def setup(self, props):
        state = {"text": "", "kept": None}

        def keep(value):
            state["kept"] = value

        def extend(value):
            same = value
            same += CHANGE
            state["text"] = f"{value} {same}"

        def inside(value):
            rows = [value, value]
            rows[0] += CHANGE
            state["text"] = str(rows)

        def lasting():
            kept = state["kept"]
            kept *= 2
            state["text"] = f"{kept} {state['kept']}"

        return {
            "state": state,
            "actions": {"keep": keep, "extend": extend, "inside": inside, "lasting": lasting},
        }
"""


@pytest.mark.parametrize("change", ["[3]", "'x'", "2", "{'a': 1}"])
def test_a_list_of_which_nothing_is_known_is_changed_in_place_on_the_server(change: str, node: Node) -> None:
    calls: list[tuple[str, tuple[Any, ...]]] = []
    for value in ([1], [[1], 2], "ab", 7, 2.5, {"a": 1}, None):
        calls += [("extend", (value,)), ("inside", (value,)), ("keep", (value,)), ("lasting", ())]
    report = differential.run(node, [Program(GROWING.replace("CHANGE", change), tuple(calls))])
    assert not [str(one) for one in report.differences]
    assert report.sides == {"client": 4}
    assert report.outcomes["bail"] == (2 if change == "2" else 6)


LOST = """
class Lost(Component):
    def setup(self, props):
        state = {"rows": [{"n": 1}], "names": ["a"], "last": None}

        @server
        def mix():
            state["rows"].append((1, 2))
            state["rows"].append(float(len(state["names"])))

        @server
        def pass_on():
            for one in [state["names"], [1]]:
                state["rows"] = one

        @server
        def again():
            state["last"] = [float(state["last"]) for one in (1, 2)]
            for one in [1, 2]:
                state["last"] = one

        def clear():
            state["last"] = None

        return {
            "state": state,
            "actions": {"mix": mix, "pass_on": pass_on, "again": again, "clear": clear},
        }
"""


def test_what_a_server_action_makes_of_lists_is_known_where_it_cannot_be_followed() -> None:
    lost = moon_spa.compile(LOST)
    assert accepts(lost.types["names"], ["a"])
    assert accepts(lost.types["rows"], ["a"])
    assert accepts(lost.types["last"], 2)
