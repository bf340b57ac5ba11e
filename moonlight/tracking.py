"""Which block runs: enter and leave, the tree of runs, their outputs; the model of kernel and runner."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from moonlight.events import (
    BlockEntered,
    BlockLeft,
    Event,
    LineReached,
    Output,
    Sink,
    Status,
    Stream,
)

SESSION = "__moonlight__"
"""Name under which a running namespace holds its session (`tracker`, `path`), for `moonlight.block`."""

MAX_RUNS = 10_000
"""Runs that a tracker keeps; of older ones the last of each block stays."""

MAX_LINES = 100_000
"""Line marks that a tracker keeps, the newest."""

MAX_OUTPUT = 2**20
"""Characters of output kept per run; `Run.dropped` counts the rest."""

MAX_EVENT = 2**16
"""Characters of one `Output` event; a longer text becomes several."""

CHUNK = 2**13
"""Texts of one stream are joined up to this length: adding to a long text again and again is quadratic."""


@dataclass(slots=True)
class Run:
    """One execution of a block. `order` counts from 1 in a session, `parent` is the order of the run of this
    session inside which this one began, `outer` the run of whatever session while this one is open;
    `started` is in Unix seconds, `duration` in seconds."""

    order: int
    block: int | None
    parent: int | None
    started: float
    path: str | None = None
    line: int | None = None
    hash: str | None = None
    cell_id: str | None = None
    status: Status = "running"
    duration: float | None = None
    error: str | None = None
    outputs: list[tuple[Stream, str]] = field(default_factory=list)
    dropped: int = 0
    kept: int = 0
    clock: float = 0.0
    tracker: Tracker | None = field(default=None, repr=False, compare=False)
    outer: Run | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The message shape of a run, without outputs."""
        return {
            "order": self.order,
            "block": self.block,
            "line": self.line,
            "hash": self.hash,
            "cell_id": self.cell_id,
            "parent": self.parent,
            "status": self.status,
            "started": self.started,
            "duration": self.duration,
            "error": self.error,
        }


_current: ContextVar[Run | None] = ContextVar("moonlight_run", default=None)


def current_run() -> Run | None:
    """The run that this thread or task belongs to; None outside of blocks."""
    return _current.get()


class Tracker:
    """Records the runs of one session and tells its sinks; safe to use from several threads."""

    def __init__(self, sinks: Iterable[Sink] = ()) -> None:
        self.sinks: list[Sink] = list(sinks)
        self.lines: deque[tuple[int, int]] = deque(maxlen=MAX_LINES)
        self.calls: dict[tuple[int, int], None] = {}
        self._runs: dict[int, Run] = {}
        # By document and block; runs of no block are told apart by their cell.
        self._last: dict[tuple[object, ...], int] = {}
        self._open: dict[int, Run] = {}
        self._superseded: deque[int] = deque()
        self._count = 0
        # Signal handlers and finalizers may print while this thread holds it.
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_Unlock(weakref.ref(self)))

    @property
    def runs(self) -> list[Run]:
        """The recorded runs, oldest first."""
        with self._lock:
            return list(self._runs.values())

    @property
    def innermost(self) -> Run | None:
        """The block's run that began last and has not ended, whatever thread it belongs to."""
        with self._lock:
            return self._speaker(next(reversed(self._open.values()), None))

    def run(self, order: int) -> Run | None:
        """The run with this order, while it is kept."""
        return self._runs.get(order)

    def enter(
        self,
        block: int | None,
        *,
        path: str | None = None,
        line: int | None = None,
        hash: str | None = None,
        cell_id: str | None = None,
    ) -> Run:
        """A block begins in this context; leave it with `leave`, in the same context."""
        outer = _current.get()
        parent = self._own(outer) if outer is not None else None
        key = (path, block) if block is not None else (path, None, cell_id)
        with self._lock:
            self._count = order = self._count + 1
            run = Run(
                order,
                block,
                parent.order if parent is not None and parent.order in self._runs else None,
                time.time(),
                path,
                line,
                hash,
                cell_id,
                clock=time.perf_counter(),
                tracker=self,
                outer=outer,
            )
            self._runs[order] = self._open[order] = run
            before = self._last.get(key)
            self._last[key] = order
            if before is not None:
                self._superseded.append(before)
                self._forget()
        _current.set(run)
        if self.sinks:
            self._tell(BlockEntered(order, block, run.started, run.parent))
        return run

    def leave(self, run: Run, status: Status = "done", error: str | None = None) -> None:
        """The run ended; a run that has ended already stays as it is."""
        with self._lock:
            if run.status != "running":
                return
            run.duration = time.perf_counter() - run.clock
            run.error = error
            run.status = status
            self._open.pop(run.order, None)
        if _current.get() is run:
            _current.set(run.outer)
        run.outer = None
        if self.sinks:
            self._tell(BlockLeft(run.order, run.block, time.time(), run.duration, status, error))

    def leave_with(self, run: Run, error: BaseException | None = None) -> None:
        """The run ended, by `error` where there is one."""
        if error is None:
            self.leave(run)
        else:
            self.leave(run, *verdict(error))

    @contextmanager
    def running(self, block: int | None, **place: Any) -> Iterator[Run]:
        """Enter, and leave with the status that the body's end or exception gives."""
        run = self.enter(block, **place)
        try:
            yield run
        except BaseException as error:
            self.leave_with(run, error)
            raise
        self.leave(run)

    def output(self, stream: Stream, text: str, run: Run | None = None) -> None:
        """Text written to `stream` by `run`, by default the current one; outside of runs it is not kept.

        What an imported document prints belongs to the block that imports it.
        """
        run = run if run is not None else self._speaker(self._own(_current.get()))
        if run is None or not text:
            return
        with self._lock:
            room = MAX_OUTPUT - run.kept
            kept = text[:room] if len(text) > room else text
            run.dropped += len(text) - len(kept)
            run.kept += len(kept)
            if kept:
                last = run.outputs[-1] if run.outputs else None
                if last is not None and last[0] == stream and len(last[1]) < CHUNK:
                    run.outputs[-1] = (stream, last[1] + kept)
                else:
                    run.outputs.append((stream, kept))
        if self.sinks:
            for start in range(0, len(text), MAX_EVENT):
                self._tell(Output(run.order, run.block, stream, text[start : start + MAX_EVENT]))

    def line(self, line: int, run: Run | None = None) -> None:
        """A Markdown line was reached."""
        run = run if run is not None else self._own(_current.get())
        if run is not None:
            self.lines.append((run.order, line))
            self._tell(LineReached(run.order, run.block, line))

    def called(self, block: int | None) -> None:
        """Code of `block` started while another block ran: an edge of the traversal tree."""
        run = self._own(_current.get())
        if run is not None and block is not None and run.block is not None and run.block != block:
            self.calls.setdefault((run.block, block))

    @contextmanager
    def pinned(self, run: Run) -> Iterator[Run]:
        """This thread or task belongs to `run`, which may have ended already."""
        token = _current.set(run)
        try:
            yield run
        finally:
            _current.reset(token)

    def last_run(self, block: int, path: str | None = None) -> Run | None:
        """The newest run of the block with this index in the document `path`."""
        order = self._last.get((path, block))
        return None if order is None else self._runs.get(order)

    def tree(self) -> list[tuple[int, Run]]:
        """The traversal: ``(depth, run)``, each run before those inside it, in order of their start."""
        children: dict[int | None, list[Run]] = {}
        known = {run.order for run in self.runs}
        for run in self.runs:
            parent = run.parent if run.parent in known else None
            children.setdefault(parent, []).append(run)
        found: list[tuple[int, Run]] = []
        stack = [(0, run) for run in reversed(children.get(None, []))]
        while stack:
            depth, run = stack.pop()
            found.append((depth, run))
            stack += [(depth + 1, child) for child in reversed(children.get(run.order, []))]
        return found

    def _own(self, run: Run | None) -> Run | None:
        """The innermost run of this tracker that `run` is, or is inside."""
        while run is not None and run.tracker is not self:
            run = run.outer
        return run

    def _speaker(self, run: Run | None) -> Run | None:
        """The block inside which `run` is, where `run` itself is none."""
        speaker = run
        while speaker is not None and speaker.block is None:
            speaker = self._runs.get(speaker.parent) if speaker.parent is not None else None
        return speaker or run

    def _forget(self) -> None:
        """Drop the oldest run that is not the last of its block, where there are too many."""
        while len(self._runs) > MAX_RUNS and self._superseded:
            if self._superseded[0] in self._open:
                break
            self._runs.pop(self._superseded.popleft(), None)

    def _tell(self, event: Event) -> None:
        for sink in self.sinks:
            sink(event)


class _Unlock:
    """In a forked child nobody is left to release the lock that another thread held."""

    def __init__(self, tracker: weakref.ref[Tracker]) -> None:
        self.tracker = tracker

    def __call__(self) -> None:
        tracker = self.tracker()
        if tracker is not None:
            tracker._lock = threading.RLock()


def verdict(error: BaseException) -> tuple[Status, str | None]:
    """Status and error of a run that `error` ended; an exit without an error code is a good end."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "KeyboardInterrupt"
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return "done", None
    return "failed", describe(error)


def describe(error: BaseException) -> str:
    """``"ZeroDivisionError: division by zero"``, the last line of a traceback; never raises."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:  # a user's __str__ may do anything
        text = ""
    return f"{name}: {text}" if text else name
