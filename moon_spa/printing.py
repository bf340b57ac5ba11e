"""What a call prints, kept apart from what the rest of the process prints."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

MAX_PRINTED = 100_000
"""Characters that are kept of one call."""

Name = Literal["stdout", "stderr"]


class Printed:
    """The text that one call has printed, up to a limit; with `stderr` what it has written there too."""

    def __init__(self, stderr: bool = False) -> None:
        self.stderr = stderr
        self._parts: list[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        """Take some text."""
        room = MAX_PRINTED - self._size
        if room > 0:
            self._parts.append(text[:room])
        self._size += len(text)

    @property
    def text(self) -> str:
        """All of it, and how much was left out; half characters are written as escapes."""
        text = "".join(self._parts).encode("utf-8", "backslashreplace").decode("utf-8")
        dropped = self._size - MAX_PRINTED
        return f"{text}\n… {dropped} more characters\n" if dropped > 0 else text


_printed: ContextVar[Printed | None] = ContextVar("moon_spa_printed", default=None)
_LOCK = threading.Lock()


class _Router:
    """A stream of `sys` while calls run: text of a call goes to the call, all else where it went before."""

    def __init__(self, name: Name, before: Any) -> None:
        self.name = name
        self.before = before
        self.users = 0

    def _call(self) -> Printed | None:
        """What collects this stream in this context."""
        printed = _printed.get()
        return printed if printed is not None and (printed.stderr or self.name == "stdout") else None

    def write(self, text: str) -> int:
        """Take text from `print`."""
        printed = self._call()
        if printed is not None and not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if printed is not None:
            printed.write(text)
        elif self.before is not None:
            self.before.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Take several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.before, name)

    def flush(self) -> None:
        """Text of a call needs none."""
        if self._call() is None and self.before is not None:
            self.before.flush()


@contextmanager
def collecting(printed: Printed) -> Iterator[None]:
    """Collect what this context prints, tasks and `asyncio.to_thread` of it too.

    A plain `threading.Thread` has a context of its own: what it prints goes where the process prints.
    """
    token = _printed.set(printed)
    routers = [_install("stdout"), *([_install("stderr")] if printed.stderr else [])]
    try:
        yield
    finally:
        for router in routers:
            _remove(router)
        _printed.reset(token)


def _install(name: Name) -> _Router:
    with _LOCK:
        before = getattr(sys, name)
        router = before if isinstance(before, _Router) else _Router(name, before)
        router.users += 1
        if router is not before:
            setattr(sys, name, router)
            _lead_logging(router, before, router)
        return router


def _remove(router: _Router) -> None:
    with _LOCK:
        router.users -= 1
        if router.users:
            return
        if getattr(sys, router.name) is router:  # the user may have replaced it
            setattr(sys, router.name, router.before)
        _lead_logging(router, router, router.before)


def _lead_logging(router: _Router, old: Any, new: Any) -> None:
    """Handlers of the root logger hold the stderr that was there when they were made."""
    for handler in tuple(logging.root.handlers) if router.name == "stderr" else ():
        if isinstance(handler, logging.StreamHandler) and handler.stream is old:
            handler.setStream(new)
