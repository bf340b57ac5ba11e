"""`moon_spa.compile` as a whole."""

from __future__ import annotations

import moon_spa


def test_a_text_is_compiled_once_and_a_changed_one_anew() -> None:
    source = "from moon_spa import Component\n\n\nclass Once(Component):\n    def setup(self, props):\n"
    source += '        state = {"count": 0}\n'
    first = moon_spa.compile(source)
    assert moon_spa.compile(source) is first
    assert moon_spa.compile(source, mode="server") is not first
    assert moon_spa.compile(source.replace("0}", "1}")).render_context()["state"] == {"count": 1}
