"""What a call prints, kept apart from what the rest of the process prints."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

MAX_PRINTED = 100_000
"""Characters that are kept of one call."""


class Printed:
    """The text that one call has printed, up to a limit."""

    def __init__(self) -> None:
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
    """`sys.stdout` while calls run: text of a call goes to the call, all else where it went before."""

    def __init__(self, before: Any) -> None:
        self.before = before
        self.users = 0

    def write(self, text: str) -> int:
        """Take text from `print`."""
        printed = _printed.get()
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
        if _printed.get() is None and self.before is not None:
            self.before.flush()


@contextmanager
def collecting(printed: Printed) -> Iterator[None]:
    """Collect what this context prints, tasks and `asyncio.to_thread` of it too.

    A plain `threading.Thread` has a context of its own: what it prints goes where the process prints.
    """
    token = _printed.set(printed)
    router = _install()
    try:
        yield
    finally:
        _remove(router)
        _printed.reset(token)


def _install() -> _Router:
    with _LOCK:
        router = sys.stdout if isinstance(sys.stdout, _Router) else _Router(sys.stdout)
        router.users += 1
        sys.stdout = router
        return router


def _remove(router: _Router) -> None:
    with _LOCK:
        router.users -= 1
        if not router.users and sys.stdout is router:  # the user may have replaced it
            sys.stdout = router.before
