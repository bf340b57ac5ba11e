"""Names that setup does not declare, and attributes that are no keys: never taken for what is there."""

from __future__ import annotations

import pytest

import moon_spa
from moon_spa import bridge

SOURCE = """
class Shop(Component):
    def setup(self, props):
        props = {"items": [1], "step": 2, **props}
        state = {"count": 1, "items": [], "keys": 3}
        data = {"limit": 3}

        def act():
            BODY
"""
REQUEST = {"component": "Shop", "instance": "1", "seq": 1, "kind": "action", "name": "act"}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("state.count += 1", 'state["count"]'),
        ("state['count'] = state.count", 'state["count"]'),
        ("state['count'] = len(self.state.items)", 'self.state["items"]'),
        ("self.state.keys += 1", 'self.state["keys"]'),
        ("state['count'] = len(props.items)", 'props["items"]'),
        ("state['count'] = len(self.props.items)", 'self.props["items"]'),
    ],
)
def test_an_attribute_that_is_no_key_is_not_compiled_as_one(body: str, key: str) -> None:
    shop = moon_spa.compile(SOURCE.replace("BODY", body))
    (explained,) = shop.explain
    assert explained.startswith("act: server: `")
    assert explained.endswith(f", which is not `{key}` at line 9")
    assert bridge.call(shop, REQUEST)["error"]["code"] == "action-failed"


def test_attributes_that_are_keys_run_in_the_browser() -> None:
    shop = moon_spa.compile(SOURCE.replace("BODY", "self.state.count += props.step + self.props.step"))
    assert shop.placement == {"act": "client"}
    assert bridge.call(shop, REQUEST)["patch"] == {"state": {"count": 5}, "props": {}}


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        ("state['cuont'] += 1", "setup declares no state `cuont`", "did you mean `count`?"),
        ("state['count'] = data['limti']", "setup declares no data `limti`", "did you mean `limit`?"),
        ("data['x'] = 1", "setup declares no data `x`", "give it a first value in setup's `data`"),
        ("self.state.cuont = 1", "setup declares no state `cuont`", "did you mean `count`?"),
        ("self.state['cuont'] = 1", "setup declares no state `cuont`", "did you mean `count`?"),
        ("self.data['x'] = 1", "setup declares no data `x`", "give it a first value in setup's `data`"),
        ("state.count += 1", "`state.count` is no attribute of a dict", 'write `state["count"]`'),
        ("self.data.limit = 1", "`self.data.limit` is no attribute of a dict", 'write `self.data["limit"]`'),
        ("_helper()", "setup declares no state `rows`", "give it a first value in setup's `state`"),
        ("[one for one in state['itmes']]", "setup declares no state `itmes`", "did you mean `items`?"),
    ],
)
def test_a_name_that_setup_does_not_declare_is_told_where_it_is_used(
    body: str, message: str, hint: str
) -> None:
    helper = "def _helper():\n            return len(state['rows'])\n        def act():"
    shop = moon_spa.compile(SOURCE.replace("BODY", body).replace("def act():", helper), path="shop.py")
    (told,) = (one for one in shop.diagnostics if one.code == "undeclared")
    assert (told.severity, told.message, told.hint) == ("warning", message, hint)
    assert told.span.line == (9 if body == "_helper()" else 11)
    assert not bridge.call(shop, REQUEST)["ok"]


@pytest.mark.parametrize(
    "body",
    [
        "state['count'] = data['limit'] + self.data['limit'] + self.state.count",
        "if 'more' in state: state['more'] = 1",
        "try: state['count'] = state['more']\n            except KeyError: pass",
        "state['count'] = state.get('more', 1) + len(self.state.items())",
        "state = {'own': 1}; state['own'] += 1",
        "(lambda data: data['own'])({'own': 1})",
        "state['count'] = sum([data['own'] for data in [{'own': 1}]]) + data['limit']",
        "props['more'] = 1; self.props['more'] = 2",
        "state['count'] = {'own': 1}['own']",
    ],
)
def test_what_is_no_error_is_not_told(body: str) -> None:
    shop = moon_spa.compile(SOURCE.replace("BODY", body))
    assert bridge.call(shop, {**REQUEST, "props": {"more": 0}})["error"] is None
    assert not [one for one in shop.diagnostics if one.code == "undeclared"]
