"""What child processes and C code write to the file descriptors 1 and 2, for the running block."""

from __future__ import annotations

import codecs
import io
import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from moonlight.events import Stream
from moonlight.tracking import Tracker

_PATIENCE = 0.1
"""Seconds to wait for what children wrote to be passed on."""


class ChildOutput:
    """Descriptors 1 and 2 as pipes; a thread passes on what arrives to the real ones and to the tracker.

    Not on Windows, where the descriptors stay as they are, nor for a descriptor that is closed.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._pumps: list[_Pump] = []
        self._ours: list[tuple[TextIO, int]] = []
        self._owner = os.getpid()

    def __enter__(self) -> ChildOutput:
        if os.name == "posix":
            names: tuple[tuple[int, Stream], ...] = ((1, "stdout"), (2, "stderr"))
            self._pumps = [_Pump(fd, name, self._tracker) for fd, name in names if _is_open(fd)]
            os.register_at_fork(after_in_child=self._forked)
        return self

    def drain(self) -> None:
        """Wait until what was written so far has been passed on, a tenth of a second at most."""
        if self._owner == os.getpid():
            for pump in self._pumps:
                pump.drain()

    def around(self, stream: Any, fd: int) -> Any:
        """`stream`, which writes to the descriptor, as one that goes around the pipe."""
        for pump in self._pumps:
            if pump.fd == fd and isinstance(stream, io.TextIOWrapper):
                with suppress(Exception):
                    stream.flush()
                ours = open(  # noqa: SIM115
                    os.dup(pump.saved),
                    "w",
                    encoding=stream.encoding,
                    errors=stream.errors,
                    newline="" if os.linesep == "\n" else None,
                )
                ours.reconfigure(line_buffering=stream.line_buffering, write_through=stream.write_through)
                self._ours.append((ours, fd))
                return ours
        return stream

    def __exit__(self, *exception: object) -> None:
        for pump in self._pumps:
            pump.close()
        self._pumps = []

    def _forked(self) -> None:
        """A forked child has no pumps; what its Python prints goes through its parent's pipes."""
        if self._pumps:
            for stream, fd in self._ours:
                with suppress(OSError, ValueError):
                    os.dup2(fd, stream.fileno())
            self._pumps = []


class _Pump(threading.Thread):
    """Reads one pipe. When the console is gone, the pipe is closed, so that writers learn of it."""

    def __init__(self, fd: int, stream: Stream, tracker: Tracker) -> None:
        super().__init__(name=f"moonlight-{stream}", daemon=True)
        self.fd = fd
        self.saved = os.dup(fd)
        self._stream: Stream = stream
        self._tracker = tracker
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reader, writer = os.pipe()
        os.dup2(writer, fd)
        os.close(writer)
        self._passed = 0
        self._moving = threading.Lock()
        """Held while bytes that have left the pipe have not been passed on."""
        self.start()

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        try:
            while poll.poll():
                with self._moving:
                    data = os.read(self._reader, 65536)
                    if not data:
                        break
                    self._pass_on(data)
        except OSError:
            pass
        finally:
            os.close(self._reader)

    def _pass_on(self, data: bytes) -> None:
        run = self._tracker.innermost
        view = memoryview(data)
        while view:
            view = view[os.write(self.saved, view) :]
        if run is not None:
            self._tracker.output(self._stream, self._decoder.decode(data), run)
        self._passed += len(data)

    def drain(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        wanted = None
        while self.is_alive() and self._moving.acquire(timeout=max(deadline - time.monotonic(), 0)):
            try:
                wanted = self._passed + self._waiting() if wanted is None else wanted
                if self._passed >= wanted:
                    return
            finally:
                self._moving.release()
            time.sleep(0.0002)

    def _waiting(self) -> int:
        import fcntl
        import termios

        try:
            return int.from_bytes(fcntl.ioctl(self._reader, termios.FIONREAD, b"\0" * 4), sys.byteorder)
        except OSError:  # closed by the thread
            return 0

    def close(self) -> None:
        """Put the real descriptor back; children that outlive the run are still read until they end."""
        self.drain()
        os.dup2(self.saved, self.fd)
        self.join(2 * _PATIENCE)
        if not self.is_alive():
            os.close(self.saved)


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@contextmanager
def child_output(tracker: Tracker, wanted: bool) -> Iterator[ChildOutput | None]:
    """Record child processes; Python's own streams go around the pipes, so nothing is recorded twice."""
    if not wanted:
        yield None
        return
    before = sys.stdout, sys.stderr
    with ChildOutput(tracker) as pump:
        if before[0] is sys.__stdout__:
            sys.stdout = pump.around(before[0], 1)
        if before[1] is sys.__stderr__:
            sys.stderr = pump.around(before[1], 2)
        ours = sys.stdout, sys.stderr
        try:
            yield pump
        finally:
            sys.stdout, sys.stderr = before
            for stream, old in zip(ours, before, strict=True):
                if stream is not None and stream is not old:
                    with suppress(Exception):
                        stream.flush()
