"""Standard output and error of the running block: to the console as ever, and to the tracker."""

from __future__ import annotations

import codecs
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from moonlight.events import Stream
from moonlight.tracking import Run, Tracker


class RoutedStream(io.TextIOBase):
    """A text stream that writes to the real one and tells the tracker; all else is the real one's.

    The block is the one of the writing thread's context: threads and tasks that belong to no block are
    written through and not recorded.
    """

    def __init__(self, real: TextIO, stream: Stream, tracker: Tracker) -> None:
        self._real = real
        self._stream: Stream = stream
        self._tracker = tracker

    def write(self, text: str, /) -> int:
        count = self._real.write(text)
        self._tracker.output(self._stream, text)
        return count

    def writelines(self, lines: Any, /) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._real.flush()

    def close(self) -> None:
        """Left to the owner of the real stream."""

    @property
    def buffer(self) -> _RoutedBuffer:
        return _RoutedBuffer(self._real, self._stream, self._tracker)

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

    def write(self, data: bytes) -> int:
        self._real.flush()
        count = self._real.buffer.write(data)
        self._tracker.output(self._stream, bytes(data).decode(self._real.encoding, "replace"))
        return count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real.buffer, name)


@contextmanager
def routed(tracker: Tracker) -> Iterator[None]:
    """`sys.stdout` and `sys.stderr` tell the tracker; afterwards the streams from before are back, whatever
    the blocks put in their place."""
    before = sys.stdout, sys.stderr
    sys.stdout = RoutedStream(before[0], "stdout", tracker)
    sys.stderr = RoutedStream(before[1], "stderr", tracker)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        sys.stdout, sys.stderr = before


class ChildOutput:
    """What child processes and C code write to the file descriptors 1 and 2, for the running block.

    The descriptors become pipes; a thread passes on what arrives to the real ones and to the tracker. Not
    on Windows, where the descriptors stay as they are.
    """

    def __init__(self, tracker: Tracker, current: Callable[[], Run | None]) -> None:
        self._tracker = tracker
        self._current = current
        self._pumps: list[_Pump] = []

    def __enter__(self) -> ChildOutput:
        if os.name == "posix":
            names: tuple[tuple[int, Stream], ...] = ((1, "stdout"), (2, "stderr"))
            self._pumps = [_Pump(fd, name, self._tracker, self._current) for fd, name in names]
        return self

    def drain(self) -> None:
        """Wait until what was written so far has been recorded, a tenth of a second at most."""
        for pump in self._pumps:
            pump.drain()

    def real(self, fd: int) -> TextIO | None:
        """A text stream to the real descriptor, for Python's own prints."""
        for pump in self._pumps:
            if pump.fd == fd:
                copy = os.dup(pump.saved)
                return os.fdopen(copy, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
        return None

    def __exit__(self, *exception: object) -> None:
        for pump in self._pumps:
            pump.close()


class _Pump(threading.Thread):
    def __init__(self, fd: int, stream: Stream, tracker: Tracker, current: Callable[[], Run | None]) -> None:
        super().__init__(name=f"moonlight-{stream}", daemon=True)
        self.fd = fd
        self.saved = os.dup(fd)
        self._stream: Stream = stream
        self._tracker = tracker
        self._current = current
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reader, writer = os.pipe()
        os.dup2(writer, fd)
        os.close(writer)
        self._idle = threading.Event()
        self.start()

    def run(self) -> None:
        while True:
            self._idle.set()
            data = os.read(self._reader, 65536)
            self._idle.clear()
            if not data:
                break
            view = memoryview(data)
            while view:
                view = view[os.write(self.saved, view) :]
            text = self._decoder.decode(data)
            if text:
                self._tracker.output(self._stream, text, self._current())
        os.close(self._reader)

    def drain(self) -> None:
        deadline = time.monotonic() + 0.1
        while time.monotonic() < deadline and (self._waiting() or not self._idle.is_set()):
            time.sleep(0.0005)

    def _waiting(self) -> bool:
        import fcntl
        import termios

        return fcntl.ioctl(self._reader, termios.FIONREAD, b"\0\0\0\0") != b"\0\0\0\0"

    def close(self) -> None:
        self.drain()
        os.dup2(self.saved, self.fd)
        self.join(0.2)
        if not self.is_alive():
            os.close(self.saved)
