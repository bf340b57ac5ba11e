"""What an action returns: nothing or a patch; anything else is told before the bridge refuses it."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

import moon_spa
from moon_spa import bridge
from moon_spa.cli import cli

SOURCE = """
import json

class Shop(Component):
    def setup(self, props):
        state = {"rows": [3, 4], "name": "a", "count": 0}
        data = {"limit": 10}

        MARKER
        def act():
BODY

    def _kept(self):
        return {"state": {"count": 1}}
"""
REQUEST = {"component": "Shop", "instance": "1", "seq": 1, "kind": "action", "name": "act", "state": {}}

WRONG = [
    ("return sum(state['rows'])", "int"),
    ("return state['rows']", "list[int]"),
    ("return state['name'].strip() or None", "None or str"),
    (
        "total = 0\nfor row in state['rows']:\n    total += row\nreturn total",
        "int",
    ),
    ("return {'count': 1, 'state': {}}", "{count: int, state: dict}"),
    ("state['count'] = 1\nreturn len(state['rows']) > 1", "bool"),
    ("return [act() for act in ()]", "list"),
    ("return json.dumps(state['rows']) + ''", "str"),
    ("return '%s' % (json.dumps(1),)", "str"),
    ("return ', '.join(json.loads('[]'))", "str"),
    ("return json.loads('1') * 2", "a number"),
    ("return {'name': json.dumps('a')}", "a dict with the key 'name'"),
    ("return json.loads('0') or json.dumps(1) == 'x'", "bool"),
    ("return self._kept() if json.loads('0') else 'none'", "str"),
    ("json.dumps(1)\nreturn sorted(state['rows'])", "list"),
    ("yield 1", "a generator"),
    ("return lambda: None", "a function"),
]
"""What an action does, and what the warning says that it returns."""

RIGHT = [
    "return",
    "return None",
    "state['count'] = 2\nreturn {'state': {'name': 'two'}}",
    "return {'data': {'limit': 5}, 'props': {'more': 1}} if state['count'] == 0 else None",
    "return self._kept()",
    "return state['rows'].append(5)",
    "return json.loads('null')",
    "return {**json.loads('{}')} | {}",
    "return print('done')",
    "sum = json.loads\nreturn sum('{}')",
    "def _inner():\n    return 3\nstate['count'] = _inner()",
]


def compiled(body: str, marker: str = "") -> moon_spa.CompiledComponent:
    return moon_spa.compile(
        SOURCE.replace("BODY", indent(body, " " * 12)).replace("MARKER", marker), path="shop.py"
    )


@pytest.mark.parametrize("marker", ["", "@server"])
@pytest.mark.parametrize(("body", "returned"), WRONG, ids=[body for body, _ in WRONG])
def test_what_the_bridge_refuses_is_told_at_its_line(body: str, returned: str, marker: str) -> None:
    shop = compiled(body, marker)
    assert bridge.call(shop, REQUEST)["error"]["code"] == "bad-result"
    found = [
        (one.severity, one.span.line, one.message) for one in shop.diagnostics if one.code == "bad-result"
    ]
    line = 11 + body.count("\n") if returned != "a generator" else 10
    if marker:  # nothing is analysed then: what is plain to see is told
        assert [one[:2] for one in found] in ([], [("warning", line)])
    else:
        assert found == [
            ("warning", line, f"the action act returns {returned}, which is an error when it is called")
        ]


@pytest.mark.parametrize("marker", ["", "@server"])
@pytest.mark.parametrize("body", RIGHT)
def test_what_is_never_wrong_is_not_told(body: str, marker: str) -> None:
    shop = compiled(body, marker)
    assert bridge.call(shop, REQUEST)["error"] is None
    assert shop.diagnostics == ()


def test_a_helper_of_other_actions_is_named_with_its_users_and_the_remedy_helps(tmp_path: Path) -> None:
    source = """
class Cart(Component):
    def setup(self, props):
        state = {"prices": [1, 2], "total": 0}
        def total():
            return sum(state["prices"])
        def _twice():
            return 2 * total()
        def add(price: int):
            state["prices"] = [*state["prices"], price]
            state["total"] = total()
        def double():
            state["total"] = _twice()
        def mounted():
            return "here"
"""
    path = tmp_path / "cart.py"
    path.write_text(source)
    told = CliRunner().invoke(cli, ["check", str(path)])
    assert told.exit_code == 0
    used = "add and double use it as a helper"
    assert told.output.splitlines() == [
        f"{path}:6: warning: the action total returns int, which is an error when it is called; {used}",
        "hint: name it `_total`, or leave it out of `actions`: then it is no action",
        f"{path}:15: warning: the hook mounted returns str, which is an error when it is called",
        "hint: return nothing, or a mapping with state, data and props",
    ]
    path.write_text(source.replace("total()", "_total()").replace('return "here"', "pass"))
    assert CliRunner().invoke(cli, ["check", str(path)]).output == ""
    assert moon_spa.compile(path).placement == {"add": "client", "double": "client"}


def test_a_lambda_and_a_method_are_told_on_their_lines_too() -> None:
    source = """
class Cart(Component):
    def setup(self, props):
        state = {"prices": [1, 2], "total": 0}
        up = lambda: state.update(total=3)
        twice = lambda: (state.update(total=3), 2)
        return {"state": state, "actions": {"up": up, "twice": twice, "sum": self.sum, "add": self.add_all}}

    def sum(self):
        return sum(self.state.prices)

    def add_all(self):
        self.state.total = self.sum()
"""
    cart = moon_spa.compile(source)
    assert [(one.span.line, one.message.partition(",")[0]) for one in cart.diagnostics] == [
        (6, "the action twice returns tuple[None"),
        (10, "the action sum returns int"),
    ]
    assert cart.diagnostics[1].message.endswith("; add uses it as a helper")
    assert cart.explain[1].endswith(" at line 6")
