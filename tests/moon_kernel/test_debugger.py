"""A debug session over the kernel protocol: Lab's, and one that knows the document's path only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.moon_kernel.client import Client, cell
from tests.moon_kernel.test_lines import document, line_of

pytestmark = pytest.mark.slow

FUNCTION = "def shift(x):\n    y = x + 1\n    return y"
CALL = "z = 1\nw = shift(z)\nw"
LONG = document(*(f"x{i} = {i}" for i in range(50)), FUNCTION, CALL)


class Session:
    """An attached client; what it reads is in the lines of the paths it uses."""

    def __init__(self, kernel: Client, client: str) -> None:
        self.kernel = kernel
        reply = kernel.debug("initialize", clientID=client, adapterID="", linesStartAt1=True)
        assert reply["success"]
        assert kernel.debug("attach")["success"]
        kernel.drain()

    def dump(self, code: str) -> str:
        return str(self.kernel.debug("dumpCell", code=code)["body"]["sourcePath"])

    def set(self, path: str, *lines: int, **more: Any) -> list[dict[str, Any]]:
        breakpoints = [{"line": line, **more} for line in lines]
        reply = self.kernel.debug("setBreakpoints", source={"path": path}, breakpoints=breakpoints)
        assert reply["success"]
        assert self.kernel.debug("configurationDone")["success"]
        found: list[dict[str, Any]] = reply["body"]["breakpoints"]
        assert [item["verified"] for item in found] == [True] * len(lines)
        return found

    def start(self, text: str, index: int, cell_id: str | None = None) -> str:
        return self.kernel.send(*cell(text, index), cell_id)

    def stopped(self) -> list[tuple[str, int, str]]:
        """The stack where the program stopped: function, line, path."""
        event = self.kernel.debug_event("stopped")
        self.thread = event["body"]["threadId"]
        reply = self.kernel.debug("stackTrace", threadId=self.thread)
        self.frames: list[dict[str, Any]] = reply["body"]["stackFrames"]
        return [(frame["name"], frame["line"], frame["source"]["path"]) for frame in self.frames]

    def go(self, command: str = "continue") -> None:
        assert self.kernel.debug(command, threadId=self.thread)["success"]

    def variables(self) -> dict[str, str]:
        scopes = self.kernel.debug("scopes", frameId=self.frames[0]["id"])["body"]["scopes"]
        reference = scopes[0]["variablesReference"]
        reply = self.kernel.debug("variables", variablesReference=reference)
        return {item["name"]: item["value"] for item in reply["body"]["variables"]}


def session(kernel: Client, client: str) -> Iterator[Session]:
    yield Session(kernel, client)
    kernel.debug("disconnect", restart=False, terminateDebuggee=False)
    kernel.drain()


@pytest.fixture
def lab(kernel: Client) -> Iterator[Session]:
    yield from session(kernel, "jupyterlab")


@pytest.fixture
def editor(kernel: Client) -> Iterator[Session]:
    yield from session(kernel, "an editor")


@pytest.mark.parametrize("saved", [True, False])
def test_lab_stops_in_cells_at_the_end_of_a_long_document(lab: Session, saved: bool) -> None:
    kernel = lab.kernel
    kernel.write(LONG if saved else document("old = 1"))
    function, call = lab.dump(FUNCTION), lab.dump(CALL)
    assert [item["line"] for item in lab.set(function, 2)] == [2]
    assert [item["line"] for item in lab.set(call, 2)] == [2]
    info = kernel.debug("debugInfo")["body"]
    assert {item["source"]: item["breakpoints"] for item in info["breakpoints"]} == {
        function: [{"line": 2}],
        call: [{"line": 2}],
    }
    kernel.answer(lab.start(LONG, 51, "a"))
    request = lab.start(LONG, 52, "b")
    assert lab.stopped() == [("<module>", 2, call)]
    assert lab.variables()["z"] == "1"
    lab.go()
    assert lab.stopped() == [("shift", 2, function), ("<module>", 2, call)]
    assert lab.variables() == {"x": "1"}
    lab.go("next")
    assert lab.stopped()[0] == ("shift", 3, function)
    assert lab.variables() == {"x": "1", "y": "2"}
    lab.go("stepOut")
    assert lab.stopped()[0][2] == call
    lab.go()
    assert kernel.answer(request).text == "2"


def test_breakpoints_follow_a_cell_that_moved(lab: Session) -> None:
    kernel = lab.kernel
    kernel.write(LONG)
    function = lab.dump(FUNCTION)
    lab.set(function, 2)
    for head in ("", "New.\n\n", "New.\n\nLines\n\nabove.\n\n"):
        text = head + LONG
        kernel.answer(lab.start(text, 51, "a"))
        request = lab.start(text, 52, "b")
        assert lab.stopped()[0] == ("shift", 2, function)
        lab.go()
        kernel.answer(request)


def test_breakpoints_of_an_edited_cell_are_gone(lab: Session) -> None:
    kernel = lab.kernel
    kernel.write(LONG)
    lab.set(lab.dump(FUNCTION), 2)
    kernel.answer(lab.start(LONG, 51, "a"))
    edited = LONG.replace(FUNCTION, "def shift(x):\n    # changed\n    return x + 1")
    path = lab.dump(cell(edited, 51)[0])
    lab.set(path, 3)
    kernel.answer(lab.start(edited, 51, "a"))
    request = lab.start(edited, 52, "b")
    assert lab.stopped()[0] == ("shift", 3, path)
    lab.go()
    assert kernel.answer(request).text == "2"


def test_a_condition_is_kept(lab: Session) -> None:
    text = document("for i in range(5):\n    j = i")
    lab.kernel.write(text)
    lab.set(lab.dump(cell(text, 1)[0]), 2, condition="i == 3")
    request = lab.start(text, 1)
    lab.stopped()
    assert lab.variables()["i"] == "3"
    lab.go()
    lab.kernel.answer(request)


def test_a_breakpoint_on_a_comment_stops_at_the_code_before_it(lab: Session) -> None:
    text = document("x = 1\n\n# a comment\ny = 2")
    lab.kernel.write(text)
    path = lab.dump(cell(text, 1)[0])
    assert [item["line"] for item in lab.set(path, 3)] == [1]
    request = lab.start(text, 1)
    assert lab.stopped()[0] == ("<module>", 1, path)
    lab.go()
    lab.kernel.answer(request)


def test_removed_breakpoints_are_removed(lab: Session) -> None:
    lab.kernel.write(LONG)
    path = lab.dump(CALL)
    lab.set(path, 1, 2)
    lab.set(path)
    lab.kernel.answer(lab.start(LONG, 51))
    assert lab.kernel.answer(lab.start(LONG, 52)).text == "2"


def test_a_raised_exception_stops_in_the_cell(lab: Session) -> None:
    text = document("x = 1", "def fail():\n    return 1 / 0", "fail()")
    kernel = lab.kernel
    assert kernel.debug("setExceptionBreakpoints", filters=["raised"])["success"]
    kernel.answer(lab.start(text, 2))
    request = lab.start(text, 3)
    assert lab.stopped()[0] == ("fail", 2, lab.dump("def fail():\n    return 1 / 0"))
    lab.kernel.debug("setExceptionBreakpoints", filters=[])
    lab.go()
    assert "intro.py.md:9" in kernel.answer(request).traceback


def test_cells_of_no_block_can_be_debugged(lab: Session) -> None:
    code = "a = 1\nb = 2"
    path = lab.dump(code)
    lab.set(path, 2)
    request = lab.kernel.send(code)
    assert lab.stopped() == [("<module>", 2, path)]
    lab.go()
    lab.kernel.answer(request)


def test_the_source_of_a_cell_that_was_not_dumped_is_known(lab: Session) -> None:
    kernel = lab.kernel
    kernel.answer(lab.start(LONG, 51))
    code = "shift(4)\nbreakpoint()\nshift(5)"
    request = lab.start(document(code), 1)
    path = lab.stopped()[0][2]
    content = kernel.debug("source", source={"path": path})["body"]["content"]
    assert content == code
    lab.go()
    kernel.answer(request)


def test_what_debugpy_leaves_unanswered_is_refused(lab: Session) -> None:
    reply = lab.kernel.debug("breakpointLocations", source={"path": "x"}, line=1)
    assert not reply["success"]


def test_a_breakpoint_on_the_document_itself_is_hit(editor: Session) -> None:
    kernel = editor.kernel
    kernel.write(LONG)
    inside, outside = line_of(LONG, "y = x + 1"), line_of(LONG, "w = shift")
    editor.set(str(kernel.path), inside, outside)
    kernel.answer(editor.start(LONG, 51))
    request = editor.start(LONG, 52)
    assert editor.stopped() == [("<module>", outside, str(kernel.path))]
    editor.go()
    assert editor.stopped()[0] == ("shift", inside, str(kernel.path))
    editor.go("next")
    assert editor.stopped()[0] == ("shift", inside + 1, str(kernel.path))
    editor.go()
    assert kernel.answer(request).text == "2"


def test_variables_are_shown_while_nothing_runs(lab: Session) -> None:
    lab.kernel.run("shown = 7")
    found = lab.kernel.debug("inspectVariables")["body"]["variables"]
    assert {item["name"]: item["value"] for item in found}["shown"] == "7"
    assert not [item["name"] for item in found if "moon" in item["name"]]
