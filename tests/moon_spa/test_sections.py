"""Sections: what setup returns, or what its locals are; under tracers and in threads too."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

import pytest

from moon_spa import CompiledComponent, ComponentError, compile  # noqa: A004

INFERRED = """
class Counter(Component):
    total = StateField(default=5)

    def setup(self, props):
        props = {"name": "moon", **props}
        state = {"count": 0}
        data = {"limit": 10}
        actions = {"reset": self.set("count", 0)}
        LIMIT = 3
        def increment():
            state["count"] += LIMIT
        def _helper():
            pass
        def mounted():
            increment()
        other = 1

    def double(self):
        self.state.count = self.state.count * 2

    def updated(self):
        self.state.total += 1

    def _private(self):
        pass
"""


def names(made: CompiledComponent) -> dict[str, list[str]]:
    spec = made.spec
    return {
        "props": list(spec.props),
        "state": [field.name for field in spec.fields],
        "data": list(spec.data),
        "actions": sorted(spec.actions),
        "lifecycle": sorted(spec.lifecycle),
    }


EXPECTED = {
    "props": ["name"],
    "state": ["total", "count"],
    "data": ["limit"],
    "actions": ["double", "increment", "reset"],
    "lifecycle": ["mounted", "updated"],
}


@pytest.mark.parametrize("end", ["", "        return\n", "        return None\n"])
def test_sections_are_the_locals_of_their_names_and_the_public_functions(end: str) -> None:
    head, tail = INFERRED.split("        other = 1\n")
    assert names(compile(f"{head}        other = 1\n{end}{tail}")) == EXPECTED


def test_sections_are_inferred_at_an_early_return_too() -> None:
    text = INFERRED.replace(
        "        other = 1\n", "        if LIMIT:\n            return\n        data['x'] = 1\n"
    )
    assert names(compile(text)) == EXPECTED


def test_sections_are_inferred_under_a_tracer_and_a_profiler_and_in_a_thread() -> None:
    lines: list[int] = []

    def tracer(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename == "traced.py" and event == "line":
            lines.append(frame.f_lineno)
        return tracer

    found: list[dict[str, list[str]]] = []
    threading.settrace(tracer)
    threading.setprofile(lambda *event: None)
    try:
        worker = threading.Thread(target=lambda: found.append(names(compile(INFERRED, path="traced.py"))))
        worker.start()
        worker.join()
    finally:
        threading.settrace(None)
        threading.setprofile(None)
    assert found == [EXPECTED]
    source = INFERRED.split("\n")
    assert {'state = {"count": 0}', "other = 1"} <= {source[line - 1].strip() for line in lines}
    assert sys.getprofile() is None


def test_what_is_returned_says_which_methods_are_actions() -> None:
    text = """
class Counter(Component):
    def setup(self, props):
        return {"state": {"n": 0}, "actions": {"more": self.increment}, "lifecycle": {}}
    def increment(self):
        self.state.n += 1
    def mounted(self):
        self.state.n = 9
"""
    made = compile(text)
    assert (list(made.spec.actions), list(made.spec.lifecycle)) == (["more"], [])
    without = compile(text.replace(', "actions": {"more": self.increment}, "lifecycle": {}', ""))
    assert (list(without.spec.actions), list(without.spec.lifecycle)) == (["increment"], ["mounted"])


def test_the_three_spellings_are_one_operation_list() -> None:
    made = compile(
        """
class Counter(Component):
    def setup(self, props):
        state = {"n": 0}
        actions = {"declared": self.add("n", 2)}
        def closure():
            state["n"] += 2
    def method(self):
        self.state.n += 2
    def call(self):
        self.add("n", 2)
"""
    )
    assert set(map(str, made.ops.values())) == {"[{'op': 'add', 'state': 'n', 'value': 2}]"}
    assert set(made.placement.values()) == {"client"}


def test_fields_are_lists_mappings_or_attributes_of_the_class() -> None:
    made = compile(
        """
class Base(Component):
    first = StateField(default=1)
class Counter(Base):
    second = StateField("renamed", default={"a": 1})
    def setup(self, props):
        state = [StateField("third", default=None), StateField("fourth", default=[1], from_prop="x")]
"""
    )
    assert [field.to_spec() for field in made.spec.fields] == [
        {"default": 1},
        {"default": {"a": 1}},
        {"default": None},
        {"from_prop": "x", "default": [1]},
    ]
    assert made.context({"x": [2]})["state"] == {
        "first": 1,
        "renamed": {"a": 1},
        "third": None,
        "fourth": [2],
    }


def test_a_mutable_default_is_not_shared_between_renders() -> None:
    made = compile(
        """
class Counter(Component):
    items = StateField(default=[1])
    def setup(self, props):
        state = {"more": StateField(default=[2])}
"""
    )
    first = made.context()["state"]
    first["items"].append(7)
    first["more"].append(7)
    assert made.context()["state"] == {"items": [1], "more": [2]}


def test_every_run_gives_the_same_script() -> None:
    assert compile(INFERRED).setup_js == compile(INFERRED).setup_js


def test_a_global_that_setup_changes_is_refused() -> None:
    text = """
RUNS = []
class Counter(Component):
    def setup(self, props):
        RUNS.append(1)
        state = {"runs": len(RUNS)}
"""
    with pytest.raises(ComponentError, match="different results"):
        compile(text)


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("LIMIT = 5", "client"),
        ("LIMIT = 5\nLIMIT = 6", "server"),
        ("LIMIT = 5\ndef change():\n    global LIMIT\n    LIMIT = 7", "server"),
        ("LIMIT = {'a': 5}['a']", "client"),
    ],
)
def test_a_global_is_a_constant_when_it_is_assigned_once(code: str, side: str) -> None:
    made = compile(
        f"""{code}
class Counter(Component):
    def setup(self, props):
        state = {{"n": 0}}
        def more():
            state["n"] += LIMIT
"""
    )
    assert made.placement == {"more": side}


def test_two_lambdas_of_one_line_are_told_apart() -> None:
    made = compile(
        """
class Counter(Component):
    def setup(self, props):
        state = {"n": 0}
        actions = {"one": lambda: self.add("n", 1), "two": lambda: self.add("n", 2)}
"""
    )
    nodes = [callback.node for callback in made.spec.actions.values()]
    assert nodes[0] is not None
    assert nodes[0] is not nodes[1]


def test_names_of_two_sections_are_a_warning() -> None:
    made = compile(
        """
class Counter(Component):
    def setup(self, props):
        state = {"n": 0}
        data = {"n": 1}
"""
    )
    assert [(one.code, one.severity) for one in made.diagnostics] == [("name-clash", "warning")]


@pytest.mark.parametrize(
    ("entry", "code", "message"),
    [
        ('"value": 1, "cond": {}', "bad-condition", "the condition of the action act is a dict"),
        ('"value": 1, "cond": False', "bad-condition", "the condition of the action act is a bool"),
        (
            '"value": 1, "cond": {"left": "n", "op": "<", "right": self.state.n}',
            "state-in-setup",
            "the condition of the action act is a state field",
        ),
        ('"value": self.state.n', "state-in-setup", "the value of the action act is a state field"),
        ('"value": 1, "op": "toggle"', "bad-operation", "has a value, which toggle does not use"),
    ],
)
def test_an_operation_that_would_mean_something_else_is_refused(entry: str, code: str, message: str) -> None:
    source = f"""
class Counter(Component):
    def setup(self, props):
        state = {{"n": 1}}
        actions = {{"act": {{"op": "add", "state": "n", {entry}}}}}
"""
    with pytest.raises(ComponentError, match=message) as caught:
        compile(source)
    assert caught.value.code == code
    assert compile(source.replace(entry, '"value": 1, "cond": None')).ops["act"] == [
        {"op": "add", "state": "n", "value": 1}
    ]


@pytest.mark.parametrize(
    ("before", "inside", "code", "line", "message"),
    [
        ("pass", 'self.state = {"n": 1}', "bad-section", 4, "`self.state` is set, and is no section"),
        ("pass", 'self.props = {"n": 1, **props}', "bad-section", 4, "`self.props` is set"),
        ("pass", 'data = {}; self.data = {"n": 1}', "bad-section", 4, "`self.data` is set"),
        ('data = {"n": 1}', "pass", "bad-section", 2, "`self.data` is set"),
        ('state: dict = {"n": 1}', "pass", "bad-section", 2, "`self.state` is set"),
        ("pass", 'self.data["n"] = 1', "raised", 4, "setup raised TypeError"),
        ("n = StateField(0)", "pass", "bad-field", 2, "the field n is called 0 in its StateField"),
        ("pass", 'state = {"n": StateField(5)}', "bad-field", 4, "the field n is called 5"),
        ('n = StateField(cast="integer")', "pass", "unknown-cast", 2, "the field n has the cast 'integer'"),
    ],
)
def test_what_would_be_no_section_or_field_is_refused_at_its_line(
    before: str, inside: str, code: str, line: int, message: str
) -> None:
    with pytest.raises(ComponentError) as caught:
        compile(f"class C(Component):\n    {before}\n    def setup(self, props):\n        {inside}\n")
    found = caught.value.diagnostics[0]
    assert (found.code, found.span.line) == (code, line)
    assert message in found.message


def test_attributes_that_are_the_sections_themselves_are_harmless() -> None:
    source = """
class C(Component):
    def setup(self, props):
        state = {"n": 1}
        self.state, self.props = state, props
        self.data = data = {"m": 2}
    def data_too(self):
        self.state.n += 1
"""
    made = compile(source)
    assert made.placement == {"data_too": "client"}
    assert made.context({}) == {"props": {}, "state": {"n": 1}, "data": {"m": 2}}


def test_operations_that_setup_makes_and_forgets_are_warned_of() -> None:
    made = compile(
        """
class Counter(Component):
    def setup(this, props):
        state = {"n": 0, "on": False}
        actions = {"used": this.add("n")}
        this.add("n", 2)
        for _ in range(2):
            this.toggle("on")
        kept = this.sub("n")
        def later():
            this.set("n", 3)
""",
        path="counter.py",
    )
    first, second = made.diagnostics
    assert first.format() == (
        "counter.py:6: warning: `this.add('n', 2)` does nothing here: inside setup it makes an action\n"
        """hint: write it in the section: `"actions": {"add": this.add('n', 2)}`, or in an action"""
    )
    assert (second.code, second.span.line) == ("unused-operation", 8)
    own = "    def toggle(self, name):\n        pass\n"
    assert [one.span.line for one in compile(made.spec.block + own).diagnostics] == [6]


CONSTANTS = """
import math
from enum import Enum
class Color(Enum):
    RED = "red"
class Shop(Component):
    LIMIT, BAD, OTHER = 10, [1], 1
    def setup(self, props):
        state = {"n": 0.0, "text": ""}
        self.size, self.start, self.rows = 3, props.get("start", 4), [1]
        def other():
            Shop.OTHER = 2
    def act(self, Local=None):
        BODY
"""


@pytest.mark.parametrize(
    ("body", "side"),
    [
        ("self.state.n = self.LIMIT + Shop.LIMIT + self.size + self.start + 0.0", "client"),
        ("self.state.text = Color.RED.value + Color.RED.name", "client"),
        ("self.state.n = math.pi", "client"),
        ("self.state.n = len(self.BAD) + 0.5", "client"),
        (
            "self.BAD.append(2); self.state.n = len(self.BAD) + 0.5",
            "server: `self.BAD`, an attribute that other code may change",
        ),
        (
            "self.state.n = len(self.rows) + 0.5",
            "server: `self.rows`, an attribute that other code may change",
        ),
        ("self.state.n = self.OTHER + 0.5", "server: `self.OTHER`, an attribute that other code may change"),
        ("self.state.n = Local.LIMIT", "server: the attribute `.LIMIT`"),
        ("self.state.text = str(Color.RED)", "server: "),
        ("self.LIMIT = 3; self.state.n = self.LIMIT + 0.5", "server: "),
        ("setattr(Shop, 'LIMIT', 3); self.state.n = Shop.LIMIT + 0.5", "server: "),
    ],
)
def test_a_constant_of_the_class_an_enumeration_or_math_is_read_in_the_browser(body: str, side: str) -> None:
    made = compile(CONSTANTS.replace("BODY", body), name="Shop")
    (line,) = [one.removeprefix("act: ") for one in made.explain if one.startswith("act: ")]
    assert line.startswith(side)
