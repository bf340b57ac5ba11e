"""Which Markdown line runs now: live marks that cost next to nothing, or every line, on request."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Literal

from moonlight.tracking import Tracker

LineMode = Literal["live", "full"]

INTERVAL = 0.1
"""Seconds between two marks of a live trace."""


@contextmanager
def traced_lines(tracker: Tracker, path: str, mode: LineMode | None) -> Iterator[Callable[[CodeType], None]]:
    """Tell the tracker the lines of code whose file is `path`; the code is announced to what is yielded.

    ``"live"``: the line that runs, ten times a second (from 3.12 on by monitoring events that switch
    themselves off, before by looking at the thread's frame). ``"full"``: every line, several times slower.
    """
    if mode is None:
        yield _ignore
        return
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        tracer: Any = _Sampler(tracker, path) if mode == "live" else _Tracer(tracker, path)
    else:
        tracer = _Monitor(tracker, path, mode, monitoring)
    tracer.start()
    try:
        yield getattr(tracer, "watch", _ignore)
    finally:
        tracer.stop()


def _ignore(code: CodeType) -> None:
    """Tracers that look at frames need not know the code beforehand."""


class _Monitor:
    """Python 3.12 and later: LINE events of the document's code alone, so libraries run at full speed.

    A live event returns DISABLE and is armed again by a clock.
    """

    def __init__(self, tracker: Tracker, path: str, mode: LineMode, monitoring: Any) -> None:
        self.tracker = tracker
        self.path = path
        self.live = mode == "live"
        self.monitoring = monitoring
        self.tool: int | None = None
        self.watched: list[CodeType] = []
        self.done = threading.Event()

    def start(self) -> None:
        monitoring = self.monitoring
        self.tool = next((tool for tool in (4, 5, 3) if monitoring.get_tool(tool) is None), None)
        if self.tool is None:
            return
        monitoring.use_tool_id(self.tool, "moonlight")
        monitoring.register_callback(self.tool, monitoring.events.LINE, self.reached)
        if self.live:
            threading.Thread(target=self.rearm, name="moonlight-lines", daemon=True).start()

    def watch(self, code: CodeType) -> None:
        if self.tool is not None:
            self.watched.append(code)
            self.monitoring.set_local_events(self.tool, code, self.monitoring.events.LINE)
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    self.watch(constant)

    def reached(self, code: CodeType, line: int) -> Any:
        self.tracker.line(line)
        return self.monitoring.DISABLE if self.live else None

    def rearm(self) -> None:
        while not self.done.wait(INTERVAL):
            self.monitoring.restart_events()

    def stop(self) -> None:
        self.done.set()
        if self.tool is not None:
            for code in self.watched:
                self.monitoring.set_local_events(self.tool, code, 0)
            self.monitoring.free_tool_id(self.tool)


class _Sampler:
    """Before 3.12: ten times a second, the innermost frame of the thread that is in the document."""

    def __init__(self, tracker: Tracker, path: str) -> None:
        self.tracker = tracker
        self.path = path
        self.thread = threading.get_ident()
        self.done = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self.sample, name="moonlight-lines", daemon=True).start()

    def sample(self) -> None:
        while not self.done.wait(INTERVAL):
            frame = sys._current_frames().get(self.thread)
            while frame is not None and frame.f_code.co_filename != self.path:
                frame = frame.f_back
            if frame is not None and frame.f_lineno is not None:
                # The contexts of other threads cannot be asked.
                run = self.tracker.innermost
                if run is not None:
                    self.tracker.line(frame.f_lineno, run)

    def stop(self) -> None:
        self.done.set()


class _Tracer:
    """Before 3.12: the trace function, for code of the document only."""

    def __init__(self, tracker: Tracker, path: str) -> None:
        self.tracker = tracker
        self.path = path
        self.before: Any = None

    def start(self) -> None:
        self.before = sys.gettrace()
        sys.settrace(self.called)

    def called(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self.line if frame.f_code.co_filename == self.path else None

    def line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.tracker.line(frame.f_lineno)
        return self.line

    def stop(self) -> None:
        sys.settrace(self.before)
