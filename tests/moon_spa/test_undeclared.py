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
