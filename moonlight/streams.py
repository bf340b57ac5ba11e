"""Standard output and error of the running block: to the console as ever, and to the tracker."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from moonlight.events import Stream
from moonlight.tracking import Tracker


class RoutedStream(io.TextIOBase):
    """A text stream that writes to the real one and tells the tracker; all else is the real one's.

    The block is the one of the writing thread's context: threads and tasks that belong to no block are
    written through and not recorded. Closing it closes it for the blocks, not the real stream.
    """

    def __init__(
        self, real: TextIO, stream: Stream, tracker: Tracker, before: Callable[[], None] | None = None
    ) -> None:
        self._real = real
        self._stream: Stream = stream
        self._tracker = tracker
        self._before = before
        self._bytes: _RoutedBuffer | None = None

    def write(self, text: str, /) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        if self._before is not None:
            self._before()
        count = self._real.write(text)
        self._tracker.output(self._stream, text)
        return count

    def writelines(self, lines: Any, /) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        self._real.flush()

    def close(self) -> None:
        """Further writes raise ValueError; the real stream is left to its owner."""
        with suppress(Exception):  # it flushes, and the real stream may be gone
            super().close()

    @property
    def buffer(self) -> _RoutedBuffer:
        if self._bytes is None:
            self._bytes = _RoutedBuffer(self._real, self._stream, self._tracker)
        return self._bytes

    def isatty(self) -> bool:
        return self._real.isatty()

    def fileno(self) -> int:
        return self._real.fileno()

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._real.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._real.errors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _RoutedBuffer:
    """The binary side: bytes go through, and are recorded as text."""

    def __init__(self, real: TextIO, stream: Stream, tracker: Tracker) -> None:
        self._real = real
        self._stream: Stream = stream
        self._tracker = tracker
        self._decoder = codecs.getincrementaldecoder(real.encoding or "utf-8")("replace")

    def write(self, data: Any) -> int:
        self._real.flush()
        count = self._real.buffer.write(data)
        self._tracker.output(self._stream, self._decoder.decode(bytes(data)))
        return count

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real.buffer, name)


def follow(
    real: TextIO | None, stream: Stream, tracker: Tracker, before: Callable[[], None] | None = None
) -> Any:
    """A routed stream; None, as Python has it for a descriptor that was closed at its start, stays None."""
    return None if real is None else RoutedStream(real, stream, tracker, before)


@contextmanager
def routed(tracker: Tracker, before: Callable[[], None] | None = None) -> Iterator[None]:
    """`sys.stdout` and `sys.stderr` tell the tracker; afterwards the streams from before are back, whatever
    the blocks put in their place. `before` is called before each write."""
    real = sys.stdout, sys.stderr
    sys.stdout = follow(real[0], "stdout", tracker, before)
    sys.stderr = follow(real[1], "stderr", tracker, before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        sys.stdout, sys.stderr = real
