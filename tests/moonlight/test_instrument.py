"""Instrumented exports: they mean the same, and tell the runtime what runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from moonlight import runtime
from moonlight.compiling import SyntaxRefused
from moonlight.document import parse
from moonlight.instrument import instrumented
from moonlight.tracking import Tracker
from tests.moonlight.conftest import Run, Write, text_of


def executed(*blocks: str, lines: bool = False) -> tuple[dict[str, Any], Tracker]:
    text = instrumented(parse(text_of(*blocks), "d.py.md"), lines=lines)
    names: dict[str, Any] = {"__name__": "exported"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", __import__("sys").stdout)
        patch.setattr("sys.stderr", __import__("sys").stderr)
        exec(compile(text, "d.py", "exec"), names)
    tracker = runtime.tracker(names)
    assert tracker is not None
    return names, tracker


def test_text_has_the_seeds_calls_round_each_block() -> None:
    text = instrumented(parse(text_of("x = 1", "y = 2"), "intro.py.md"), lines=True)
    assert (
        "from moonlight.runtime import __moonlight_enter_block, __moonlight_leave_block, __moonlight_line\n"
        in text
    )
    assert (
        "# --- Block 2 from intro.py.md: line 11 ---\n__moonlight_enter_block(block_id=2)\ntry:\n"
        "    __moonlight_line(2, 12)\n    y = 2\nfinally:\n    __moonlight_leave_block(block_id=2)\n"
    ) in text


CODE = '''
text = """first
    second
third"""
half = f"""{
1 + 1}
 {text!r}"""
joined = "a\\
b"
sum_ = (1 +
2)
if sum_ == 3: kind = "three"
elif sum_ == 4:
    kind = "four"
else:
    kind = "many"
class A:
    """Doc of A."""
    __private = 1
    @property
    def p(self):
        """Doc of p."""
        return self.__private
@staticmethod
def s(): return 1
def g():
    """Doc of g."""
    for i in range(2): yield i
try:
    1 / 0
except ZeroDivisionError as e: caught = str(e)
finally:
    done = True
match sum_:
    case 3:
        matched = True
with open(__file__) if False else __import__("contextlib").nullcontext(): pass
async def co():
    async with x: pass
# the end, a comment
'''


@pytest.mark.parametrize("lines", [False, True])
def test_instrumented_code_means_the_same(lines: bool) -> None:
    plain: dict[str, Any] = {}
    exec(CODE, plain)
    names, tracker = executed(CODE, "# nothing but a comment", "", lines=lines)
    for name in ("text", "half", "joined", "sum_", "kind", "caught", "done", "matched"):
        assert names[name] == plain[name], name
    assert (names["A"].__doc__, names["A"].p.__doc__, names["g"].__doc__) == (
        "Doc of A.",
        "Doc of p.",
        "Doc of g.",
    )
    assert (names["A"]().p, list(names["g"]())) == (1, [0, 1])
    assert [run.block for run in tracker.runs] == [1, 2, 3]


def test_code_indented_by_tabs_is_kept() -> None:
    names, _ = executed("if 1:\n\tx = 1\n\tif x:\n\t\ty = 2\n", lines=True)
    assert (names["x"], names["y"]) == (1, 2)


def test_docstring_and_future_imports_stay_at_the_top() -> None:
    late = "from __future__ import (annotations,\n    division)\ndef f(x: Nowhere): pass"
    names, _ = executed("'''About it.'''\nx = 1", late, lines=True)
    assert names["__doc__"] == "About it."
    assert names["f"].__annotations__ == {"x": "Nowhere"}


def test_block_that_raises_is_left_as_failed() -> None:
    text = instrumented(parse(text_of("x = 1", "1 / 0", "y = 2"), "d.py.md"))
    names: dict[str, Any] = {"__name__": "exported"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", __import__("sys").stdout)
        patch.setattr("sys.stderr", __import__("sys").stderr)
        with pytest.raises(ZeroDivisionError):
            exec(text, names)
    tracker = runtime.tracker(names)
    assert tracker is not None
    assert [(run.block, run.status) for run in tracker.runs] == [(1, "done"), (2, "failed")]


def test_error_that_is_being_handled_around_an_import_is_not_the_blocks() -> None:
    try:
        raise ValueError
    except ValueError:
        _, tracker = executed("x = 1")
    assert [run.status for run in tracker.runs] == ["done"]


def test_lines_are_the_markdowns() -> None:
    _, tracker = executed("x = 1\nfor i in range(2):\n    x += i", "class A:\n    __y = 2", lines=True)
    assert list(tracker.lines) == [(1, 6), (1, 7), (1, 8), (1, 8), (2, 14), (2, 15)]


def test_output_belongs_to_the_block() -> None:
    _, tracker = executed("print('a')", "print('b')")
    assert [run.outputs for run in tracker.runs] == [[("stdout", "a\n")], [("stdout", "b\n")]]


@pytest.mark.parametrize("code", ["x = = 1", "%time x", "return 1"])
def test_block_that_is_no_python_is_refused_with_its_line(code: str) -> None:
    with pytest.raises(SyntaxRefused) as caught:
        instrumented(parse(text_of("x = 1", code), "d.py.md"))
    assert caught.value.diagnostic.span.line == 12


def test_exported_file_runs_tracked_on_its_own(
    write: Write, moonlight: Run, python: Run, tmp_path: Path
) -> None:
    write("print('one')", "def f():\n    return 1\nprint(f())", name="d.py.md")
    assert moonlight("export", "d.py.md", "--instrument", "--lines", "-o", "d.py").returncode == 0
    done = python("d.py", env={"MOONLIGHT_TRACE": "t.json"})
    assert (done.stdout, done.stderr) == ("one\n1\n", "")
    trace = json.loads((tmp_path / "t.json").read_text())
    assert (trace["path"], trace["order"]) == ("d.py.md", [1, 2])
    assert trace["lines"] == [[1, 6], [2, 12], [2, 14], [2, 13]]
    assert trace["blocks"][1]["outputs"] == [{"stream": "stdout", "text": "1\n"}]
