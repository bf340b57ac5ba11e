"""Runs code of the user on a thread of its own, with a deadline that leaves the process usable.

A thread whose work ended by itself waits for the next one; one that was told to end does no other work.
"""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import inspect
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

GRACE = 0.5
"""Seconds that code may take to end once it was told to."""

_PAUSE = 0.02
_PATIENCE = 60.0
"""Seconds for which code that catches everything is told again and again."""

MOST_IDLE = 4
"""Threads that wait for work."""

MOST_STUCK = 32
"""Threads whose code never came back; past so many nothing new is begun."""

STUCK = "moon-spa-stuck"
"""The name of such a thread."""


class TooSlowError(Exception):
    """The deadline has passed; `lines` are the files and lines where the work stood then, innermost last."""

    def __init__(self, lines: tuple[tuple[str, int], ...] = ()) -> None:
        super().__init__("the deadline has passed")
        self.lines = lines

    def line(self, path: str, known: int) -> int:
        """The innermost line of a file; `known` where the work stood in none of it."""
        return next((line for name, line in reversed(self.lines) if name == path), known)


class TooBusyError(Exception):
    """So many pieces of work never ended that no other is begun in this process."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_STUCK} calls that do not end still run in this process")


class Stop(BaseException):
    """Raised inside the code that has to end; no `except Exception` catches it, and nobody should."""


class _Job(Generic[Result]):
    """One piece of work, in the context of whom asks for it; `thread` does it."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        self._begun = False
        self._over = False
        self.told = False
        self.thread: threading.Thread | None = None
        self._ended = threading.Lock()  # held until the work has ended: an Event costs more than most work
        self._ended.acquire()
        self.result: Result | None = None
        self.error: BaseException | None = None

    def perform(self) -> None:
        """Do the work, unless it was told to end before it began."""
        try:
            self._run()
            with self._lock:
                self._over = True
        except Stop:  # told before it began, or while it was ending by itself
            self.error = self.error or TooSlowError()
        finally:
            self._over = True

    def _run(self) -> None:
        with self._lock:
            if self.told:
                raise Stop
            self._begun = True
        try:
            self.result = self._context.run(self._work)
        except Stop:
            self.error = TooSlowError()
        except BaseException as error:
            self.error = error

    def end(self) -> None:
        """Tell who waits."""
        self._ended.release()

    def ended_within(self, seconds: float) -> bool:
        """Wait for the end of the work: whether it came."""
        if not self._ended.acquire(timeout=seconds):
            return False
        self._ended.release()
        return True

    def stop(self) -> None:
        """Raise `Stop` in the thread, at its next step of Python code."""
        with self._lock:
            self.told = True
            if self._begun and not self._over and self.thread is not None and self.thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.thread.ident), ctypes.py_object(Stop)
                )

    def stop_until(self, seconds: float) -> bool:
        """Tell the thread to end until it has, or the time is up."""
        end = time.monotonic() + seconds
        pause = _PAUSE
        while time.monotonic() < end:
            self.stop()
            if self.ended_within(pause):
                return True
            pause = min(pause * 1.5, 1.0)
        return False


class _Thread(threading.Thread):
    """A thread that does one job after the other."""

    def __init__(self, idle: _Idle) -> None:
        super().__init__(name="moon-spa-call", daemon=True)
        self._idle = idle
        self.jobs: queue.SimpleQueue[_Job[Any]] = queue.SimpleQueue()

    def run(self) -> None:
        """Work until a job was told to end, or enough others wait."""
        try:
            while self._goes_on(self.jobs.get()):
                pass
        except Stop:  # told once more while it was leaving
            return

    def _goes_on(self, job: _Job[Any]) -> bool:
        sys.settrace(threading.gettrace())  # as a new thread would: a debugger may have come since
        sys.setprofile(threading.getprofile())
        try:
            job.perform()
            return not job.told and self._idle.add(self)
        finally:
            job.end()


class _Idle:
    """The threads that wait for work, and those that nobody waits for any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: list[_Thread] = []
        self._stuck: list[threading.Thread] = []

    def begin(self, job: _Job[Any]) -> None:
        """Give a job to a thread that waits, else to a new one."""
        thread = self._taken()
        if thread is None:
            thread = _Thread(self)
            thread.start()
        job.thread = thread
        thread.jobs.put(job)

    def add(self, thread: _Thread) -> bool:
        """Let a thread wait; False where enough do."""
        with self._lock:
            if len(self._threads) >= MOST_IDLE:
                return False
            self._threads.append(thread)
            return True

    def give_up(self, thread: threading.Thread) -> None:
        """Leave a thread alone whose work does not end."""
        thread.name = STUCK
        with self._lock:
            self._stuck.append(thread)

    def stuck(self) -> int:
        """How many were left alone and still run."""
        with self._lock:
            self._stuck = [thread for thread in self._stuck if thread.is_alive()]
            return len(self._stuck)

    def _taken(self) -> _Thread | None:
        with self._lock:
            while self._threads:
                thread = self._threads.pop()
                if thread.is_alive():  # in a process that was forked it is not
                    return thread
        return None


_IDLE = _Idle()


def run(work: Callable[[], Result], deadline: float, looping: threading.Event | None = None) -> Result:
    """What `work` returns or raises; raises TooSlowError after `deadline` seconds.

    While `looping` is set, `settled` waits in an event loop: its deadline ends the work more gently.
    Code that never comes back to Python, as a sleep or a query, is left alone on its thread: what it still
    does is not seen by anybody, and past MOST_STUCK of them TooBusyError is raised. An interrupt of the
    waiting ends it too.
    """
    if _IDLE.stuck() >= MOST_STUCK:
        raise TooBusyError
    job = _Job(work)
    try:
        _IDLE.begin(job)
        ended = job.ended_within(deadline) or (
            looping is not None and looping.is_set() and job.ended_within(GRACE)
        )
    except KeyboardInterrupt:
        job.stop_until(GRACE)
        raise
    if not ended:
        lines = _standing(job.thread)
        if not job.stop_until(GRACE) and job.thread is not None:
            _IDLE.give_up(job.thread)
            threading.Thread(target=job.stop_until, args=(_PATIENCE,), daemon=True).start()
        raise TooSlowError(lines)
    if job.error is not None:
        raise job.error
    return job.result  # type: ignore[return-value]


def _standing(thread: threading.Thread | None) -> tuple[tuple[str, int], ...]:
    """The files and lines of what a thread runs at this moment, innermost last."""
    frame = sys._current_frames().get(thread.ident or 0) if thread is not None else None
    stack = traceback.walk_stack(frame) if frame is not None else ()
    return tuple((one.f_code.co_filename, line) for one, line in stack if line)[::-1]


def settled(value: Any, deadline: float, looping: threading.Event) -> Any:
    """`value`, awaited where it can be, in a loop of this thread. Raises TooSlowError."""
    if not inspect.isawaitable(value):
        return value
    looping.set()
    return asyncio.run(_awaited(value, deadline))


async def _awaited(value: Any, deadline: float) -> Any:
    try:
        async with asyncio.timeout(deadline) as limit:
            return await value
    except TimeoutError:
        if limit.expired():
            raise TooSlowError from None
        raise
