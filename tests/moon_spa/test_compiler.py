"""`moon_spa.compile` as a whole."""

from __future__ import annotations

import functools

import pytest

import moon_spa


def test_a_text_is_compiled_once_and_a_changed_one_anew() -> None:
    source = "from moon_spa import Component\n\n\nclass Once(Component):\n    def setup(self, props):\n"
    source += '        state = {"count": 0}\n'
    first = moon_spa.compile(source)
    assert moon_spa.compile(source) is first
    assert moon_spa.compile(source, mode="server") is not first
    assert moon_spa.compile(source.replace("0}", "1}")).render_context()["state"] == {"count": 1}


def test_a_compiled_component_says_in_short_what_it_is() -> None:
    source = "class Once(Component):\n    def setup(self, props):\n        state = {'n': 0}\n"
    assert repr(moon_spa.compile(source)) == "<CompiledComponent Once: no actions>"
    source += "        def more():\n            state['n'] += 1\n"
    assert repr(moon_spa.compile(source)) == "<CompiledComponent Once: more: client>"


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="mode is 'auto' or 'server', not 'client'"):
        moon_spa.compile("class A(Component):\n    def setup(self, props): pass\n", mode="client")  # type: ignore[arg-type]


def test_explain_says_what_would_help() -> None:
    source = """class Cart(Component):
    def setup(self, props):
        state = {"prices": [1, 2], "total": 0, "votes": {}}
        def total():
            return sum(state["prices"])
        def vote(name):
            state["votes"][name] = 1
        def answer():
            return {"state": {"total": state["totl"]}}
"""
    assert moon_spa.compile(source).explain == [
        "total: server: a value that the action returns (the name of a helper begins with `_`) at line 5",
        "vote: server: a key that is any value (`name` has no annotation) at line 7",
        "answer: server: the state field `totl`, which is not declared at line 9",
    ]
    helped = source.replace("total()", "_total()").replace("vote(name)", "vote(name: str)")
    assert moon_spa.compile(helped).placement == {"vote": "client", "answer": "server"}


def test_explain_names_a_builtin_by_its_name_also_where_it_is_the_action_or_a_notebook_wraps_it() -> None:
    source = """class Files(Component):
    def setup(self, props):
        state = {"size": 0, "ratio": 1.5}
        def read():
            state["size"] = len(open("a").read())
        def square():
            state["ratio"] = state["ratio"] ** 2
        return {"state": state, "actions": {"read": read, "square": square, "show": print}}
"""

    @functools.wraps(open)
    def opened(*args: object) -> object:
        raise ValueError("not in a notebook")

    lines = [
        "read: server: `open()` at line 5",
        "square: client; on the server for powers and roots of floats that are not rounded alike everywhere",
        "show: server: `print()` at line 8",
    ]
    assert moon_spa.compile(source).explain == lines
    assert moon_spa.compile(source, namespace={"open": opened}).explain == lines
