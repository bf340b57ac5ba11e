"""Setup runs afresh for every request: what an action changes of it besides the sections is told."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

import moon_spa
from moon_spa import bridge
from moon_spa.cli import cli

SOURCE = """
from collections import deque
from functools import partial
from types import SimpleNamespace

SHARED = []


class Connection:
    queries = 0


class Shop(Component):
    kept = []

    def setup(self, props):
        state = {"count": 0}
        data = {"rows": [1], "found": {"a": [1]}}
        cache, deep, number, unset = [], {"a": [{"b": set()}]}, 0, None
        log, space, rows, push = deque(maxlen=2), SimpleNamespace(n=1), data["rows"], cache.append
        shared, connection, opened = SHARED, Connection(), None
        self.mine, self.number = {}, 0

        def remember(one, seen=[]):
            seen.append(one)

        later = partial(remember, 2)

        def nested():
            inner, many = 1, []

            def change(cache):
                nonlocal inner
                inner += 1
                cache.append(inner)

            change(many)
            state["count"] = len(many)

        def helper():
            note(5)

        def note(one):
            cache.append(one)

        @server
        def act():
            BODY

        return {"props": {**props}, "state": state, "data": data, "actions": {"act": act}}

    def method(self):
        self.mine["a"] = 1
"""
REQUEST = {"component": "Shop", "instance": "1", "seq": 1, "kind": "action", "name": "act"}

CHANGES = [
    ("cache.append(1)", "cache", "cache"),
    ("cache[:] = [1]", "cache", "cache"),
    ("deep['a'][0]['b'].add(1)", "deep", "deep"),
    ("del deep['a']", "deep", "deep"),
    ("nonlocal number; number += 1", "number", "number"),
    ("nonlocal number; del number", "number", "number"),
    ("nonlocal unset; unset = 'now'", "unset", "unset"),
    ("log.append(1)", "log", "log"),
    ("rows.append(2)", "rows", "rows"),
    ("self.number += 1", "self.number", "self.number"),
    ("self.mine['a'] = 1", "self.mine", "self.mine"),
    ("self.method()", "self.mine", "self.mine"),
    ("self.state = {'count': 5}", "self.state", "self.state"),
    ("self.data = {}", "self.data", "self.data"),
    ("nonlocal state; state = {'count': 5}", "state", "state"),
    ("helper()", "cache", "cache"),
    ("space.n += 1", "space", ""),
    ("other = cache; other.append(1)", "cache", ""),
    ("push(1)", "push", ""),
    ("later()", "a default of remember()", ""),
    ("list.append(cache, 1)", "cache", ""),
]
"""What an action does, what the bridge says it has changed, and what the compiler tells before."""

HARMLESS = [
    ("state['count'] += len(cache) + len(deep['a'])", {"count": 1}, {}),
    ("shared.append(1); state['count'] = min(len(SHARED), 1)", {"count": 1}, {}),
    ("self.kept.append(1)", {}, {}),
    ("connection.queries += 1", {}, {}),
    ("nonlocal opened; opened = Connection()", {}, {}),
    ("data['rows'].append(2); data['found']['a'].append(2)", {}, {"rows": [1, 2], "found": {"a": [1, 2]}}),
    ("props['given'].append(2)", {}, {"given": [1, 2]}),
    ("deep['a'] = [{'b': set()}]", {}, {}),
    ("nested()", {"count": 1}, {}),
]
"""What an action does that is no change, or that stays, and its patch."""


def compiled(body: str) -> Any:
    return moon_spa.compile(SOURCE.replace("BODY", body), path="shop.py")


@pytest.mark.parametrize(("body", "name", "told"), CHANGES, ids=[body for body, _, _ in CHANGES])
def test_a_change_that_would_be_lost_is_an_error_of_the_action(body: str, name: str, told: str) -> None:
    shop = compiled(body)
    warned = [one.message.split("`")[1] for one in shop.diagnostics if one.code == "lost-change"]
    assert (told in warned) == bool(told)
    reply = bridge.call(shop, REQUEST)
    assert (reply["ok"], reply["patch"]) == (False, {"state": {}, "props": {}})
    assert reply["error"]["code"] == "lost-change"
    assert f"act has changed `{name}`" in reply["error"]["message"]


@pytest.mark.parametrize(("body", "state", "props"), HARMLESS, ids=[body for body, _, _ in HARMLESS])
def test_a_change_that_stays_is_none(body: str, state: dict[str, Any], props: dict[str, Any]) -> None:
    shop = compiled(body)
    replies = [bridge.call(shop, {**REQUEST, "props": {"given": [1]}}) for _ in range(2)]
    assert [reply["error"] for reply in replies] == [None, None]
    assert replies[0]["patch"] == replies[1]["patch"] == {"state": state, "props": props}


def test_hooks_and_async_actions_are_watched_too() -> None:
    source = """
class Shop(Component):
    def setup(self, props):
        state, cache = {"count": 0}, []
        async def act():
            cache.append(1)
        def created():
            cache.append(1)
"""
    shop = moon_spa.compile(source)
    assert shop.placement == {"act": "server"}
    for request in (REQUEST, {**REQUEST, "kind": "lifecycle", "name": "created"}):
        assert bridge.call(shop, request)["error"]["code"] == "lost-change"


def test_an_action_of_the_browser_keeps_no_such_change_either() -> None:
    shop = moon_spa.compile(SOURCE.replace("@server", "").replace("BODY", "cache.append(1)"))
    assert shop.explain[0].startswith("act: server: changing an object that outlives the action")


def test_a_change_of_props_that_setup_does_not_hand_on_is_no_silence() -> None:
    source = """
class Shop(Component):
    def setup(self, props):
        def act():
            props["n"] = 1
        return {"actions": {"act": act}}
"""
    assert bridge.call(moon_spa.compile(source), REQUEST)["error"]["code"] == "lost-change"


def test_a_name_for_the_first_value_of_a_section_is_told() -> None:
    source = """
class Shop(Component):
    def setup(self, props):
        state = {"rows": [1], "count": 0}
        data = {"found": {"a": 1}}
        rows, found, state_too = state["rows"], data["found"], state
        def act():
            state_too["count"] = len(rows)
        def look():
            state["count"] = found["a"]
        def right(rows):
            state["count"] = len(rows) + len(state["rows"])
        def change():
            data["found"]["a"] = 2
"""
    told = [(one.code, one.span.line, one.hint) for one in moon_spa.compile(source).diagnostics]
    assert told == [
        ("first-value", 8, 'write `state["rows"]`'),
        ("first-value", 10, 'write `data["found"]`'),
    ]


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        ("state['count'] = len(data['steps'])", False),
        ("state['count'] = data['steps'].index(2) + sum(data['steps'])", False),
        ("state['count'] = len(self.data['steps']) if 1 in data['steps'] else helper()", False),
        ("data['limit'] = 5", False),
        ("data['steps'] = [5]", True),
        ("self.data['steps'].append(5)", True),
        ("data['steps'][0] += 5", True),
        ("del data['steps'][0]", True),
        ("data.update(steps=[5])", True),
        ("data['li' + 'mit'] = 5", True),
        ("one = data['steps']; one.append(5)", True),
        ("shared = data; shared['steps'] = [5]", True),
        ("one = [] if state['count'] else data['steps']; one.append(5)", True),
        ("push(data['steps'])", True),
        ("return {'data': {'steps': [5]}}", True),
    ],
)
def test_a_name_for_data_is_told_only_where_an_action_may_change_the_data(other: str, is_told: bool) -> None:
    source = f"""
class Shop(Component):
    def setup(self, props):
        steps = [1, 2]
        state, data = {{"count": 0}}, {{"steps": steps, "limit": 3}}
        def act():
            state["count"] = steps[0]
        def push(rows):
            rows.append(5)
        def helper():
            return len(steps)
        def other():
            {other}
        return {{"state": state, "data": data, "actions": {{"act": act, "other": other}}}}
"""
    found = {one.code for one in moon_spa.compile(source).diagnostics}
    assert found == ({"first-value"} if is_told else set())


def test_the_command_line_warns_at_the_line_and_says_the_remedy(tmp_path: Any) -> None:
    path = tmp_path / "shop.py"
    path.write_text(SOURCE.replace("BODY", "cache.append(1)"))
    result = CliRunner().invoke(cli, ["check", str(path)])
    assert result.exit_code == 0
    line = SOURCE[: SOURCE.index("BODY")].count("\n") + 1
    assert f"shop.py:{line}: warning: act changes `cache`, which setup makes anew" in result.output
    assert "put it in state, or at the top of the module" in result.output
