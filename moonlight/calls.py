"""Which block calls code of which other block: the edges of the traversal tree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from moonlight.tracking import Tracker, current_run


@contextmanager
def traced_calls(tracker: Tracker, path: str) -> Iterator[Callable[[CodeType, int], None]]:
    """Tell the tracker when a function of another block starts; code is announced with its block.

    From Python 3.12 on by start events of the document's functions, which switch themselves off after the
    first call in each block: no measurable cost. Before, by the profile hook.
    """
    monitoring = getattr(sys, "monitoring", None)
    tracer: Any = _Starts(tracker, monitoring) if monitoring else _Profile(tracker, path)
    tracer.start()
    try:
        yield tracer.watch
    finally:
        tracer.stop()


class _Starts:
    def __init__(self, tracker: Tracker, monitoring: Any) -> None:
        self.tracker = tracker
        self.monitoring = monitoring
        # Code objects compare by value, and slowly: they are known by identity and kept.
        self.blocks: dict[int, tuple[CodeType, int]] = {}
        self.new: list[CodeType] = []
        self.asleep = False
        self.tool: int | None = None

    def start(self) -> None:
        monitoring = self.monitoring
        self.tool = next((tool for tool in (3, 4, 5) if monitoring.get_tool(tool) is None), None)
        if self.tool is not None:
            monitoring.use_tool_id(self.tool, "moonlight-calls")
            monitoring.register_callback(self.tool, monitoring.events.PY_START, self.started)

    def watch(self, code: CodeType, block: int) -> None:
        """The block is about to run: functions of those before it are armed; its own calls are no edges."""
        if self.tool is None:
            return
        for function in self.new:
            self.monitoring.set_local_events(self.tool, function, self.monitoring.events.PY_START)
        if self.asleep:
            self.asleep = False
            self.monitoring.restart_events()
        self.new = functions(code)
        for function in self.new:
            self.blocks[id(function)] = (function, block)

    def started(self, code: CodeType, offset: int) -> Any:
        if current_run() is None:  # a thread that belongs to no block
            return None
        _, block = self.blocks.get(id(code), (None, None))
        self.tracker.called(block)
        self.asleep = True
        return self.monitoring.DISABLE

    def stop(self) -> None:
        if self.tool is not None:
            for function, _ in self.blocks.values():
                self.monitoring.set_local_events(self.tool, function, 0)
            self.monitoring.free_tool_id(self.tool)


class _Profile:
    def __init__(self, tracker: Tracker, path: str) -> None:
        self.tracker = tracker
        self.path = path
        self.blocks: dict[int, tuple[CodeType, int]] = {}
        self.before: Any = None

    def start(self) -> None:
        self.before = sys.getprofile()
        sys.setprofile(self.profile)

    def watch(self, code: CodeType, block: int) -> None:
        self.blocks.update((id(function), (function, block)) for function in functions(code))

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename == self.path:
            _, block = self.blocks.get(id(frame.f_code), (None, None))
            self.tracker.called(block)

    def stop(self) -> None:
        sys.setprofile(self.before)


def functions(code: CodeType) -> list[CodeType]:
    """All code objects inside `code`: functions, methods, lambdas, class bodies."""
    found = [constant for constant in code.co_consts if type(constant) is CodeType]
    for function in tuple(found):
        found += functions(function)
    return found
