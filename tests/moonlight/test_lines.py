"""Line marks and calls between blocks: by monitoring from Python 3.12 on, by frames before."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from moonlight.calls import traced_calls
from moonlight.document import parse
from moonlight.lines import LineMode, traced_lines
from moonlight.runner import run
from moonlight.tracking import Tracker
from tests.moonlight.conftest import Write, text_of

monitored = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")


def traced(write: Write, *blocks: str, mode: LineMode) -> list[list[int]]:
    path = write(*blocks)
    result = run(parse(path.read_text(), str(path)), lines=mode)
    assert result.error is None
    marks: list[list[int]] = result.to_json()["lines"]
    return marks


def test_full_trace_holds_every_line_in_order(write: Write) -> None:
    found = traced(write, "def f(n):\n    return n + 1", "for i in range(2):\n    f(i)", mode="full")
    assert found == [[1, 6], [2, 13], [2, 14], [2, 7], [2, 13], [2, 14], [2, 7], [2, 13]]


def test_full_trace_leaves_libraries_alone(write: Write) -> None:
    found = traced(write, "import json\njson.dumps({'a': [1, 2]})", mode="full")
    assert found == [[1, 6], [1, 7]]


def test_live_marks_show_where_a_long_block_is(write: Write) -> None:
    code = "import time\nend = time.monotonic() + 0.5\nwhile time.monotonic() < end:\n    x = 1\n    y = 2"
    found = traced(write, code, mode="live")
    assert {line for _, line in found} & {8, 9, 10}
    assert 2 <= len(found) < 60


def test_live_marks_do_not_trace_what_was_traced_before(write: Write) -> None:
    before = sys.gettrace(), sys.getprofile(), threading.active_count()
    traced(write, "x = 1", mode="live")
    traced(write, "x = 1", mode="full")
    assert before[:2] == (sys.gettrace(), sys.getprofile())


def test_no_marks_without_being_asked(write: Write) -> None:
    path = write("x = 1")
    assert run(parse(path.read_text(), str(path))).to_json()["lines"] == []


@monitored
def test_live_marks_come_at_once_and_then_ten_times_a_second(write: Write) -> None:
    found = traced(write, "x = 1\ny = 2\nfor i in range(1000):\n    x += i", mode="live")
    assert [line for _, line in found][:4] == [6, 7, 8, 9]
    assert len(found) < 20


@monitored
def test_marks_give_way_where_all_tools_are_taken(write: Write) -> None:
    monitoring: Any = getattr(sys, "monitoring", None)
    taken = [tool for tool in (3, 4, 5) if monitoring.get_tool(tool) is None]
    for tool in taken:
        monitoring.use_tool_id(tool, "test")
    try:
        assert traced(write, "x = 1", mode="full") == []
    finally:
        for tool in taken:
            monitoring.free_tool_id(tool)


def test_call_of_another_blocks_function_is_recorded_once_per_block() -> None:
    blocks = "def f(): return g()\ndef g(): return 1", "x = f() + f()", "def h(): return f()\nh()", "f()"
    result = run(parse(text_of(*blocks)), calls=True)
    assert list(result.tracker.calls) == [(2, 1), (3, 1), (4, 1)]


def test_method_lambda_generator_and_comprehension_of_another_block_are_calls() -> None:
    blocks = (
        "class A:\n    def m(self): return 1",
        "f = lambda: 1",
        "def g():\n    yield 1",
        "A().m(); f(); list(g())",
    )
    result = run(parse(text_of(*blocks)), calls=True)
    assert set(result.tracker.calls) == {(4, 1), (4, 2), (4, 3)}


def test_calls_in_threads_that_belong_to_no_block_are_not_recorded() -> None:
    code = "import threading\nt = threading.Thread(target=f)\nt.start()\nt.join()"
    result = run(parse(text_of("def f(): pass", code, "f()")), calls=True)
    assert list(result.tracker.calls) == [(3, 1)]


def test_profile_and_tools_are_free_afterwards() -> None:
    before = sys.getprofile()
    with traced_calls(Tracker(), "d"), traced_lines(Tracker(), "d", "full"):
        pass
    assert sys.getprofile() is before
    monitoring: Any = getattr(sys, "monitoring", None)
    if monitoring is not None:
        assert [monitoring.get_tool(tool) for tool in (3, 4)] == [None, None]


def test_calls_are_off_by_default_where_they_cost_something() -> None:
    result = run(parse(text_of("def f(): pass", "f()")))
    assert list(result.tracker.calls) == ([(2, 1)] if sys.version_info >= (3, 12) else [])


def test_a_document_that_runs_another_leaves_it_calls_and_lines(write: Write) -> None:
    inner = text_of("def square(n):\n    return n * n", "x = square(3)")
    found: list[Any] = []
    program = (
        'found.append(moonlight.run(moonlight.parse(inner, "i.py.md"), calls=True, lines="full").to_json())'
    )
    outer = parse(text_of("import moonlight", program), "outer.py.md")
    run(outer, namespace={"inner": inner, "found": found}, calls=True)
    (trace,) = found
    assert trace["edges"] == [[2, 1]]
    assert [block for block, _ in trace["lines"]] == [1, 2, 2]
