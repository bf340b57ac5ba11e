"""First sinks: a line per block on the console, events as JSON lines in a file."""

from __future__ import annotations

import json
import os
import threading
from typing import TextIO

from moonlight.events import BlockEntered, BlockLeft, Event

_ENOUGH = 2**16
"""Characters of events that wait to be written together."""

_COLOURS = {"done": "\x1b[32m", "failed": "\x1b[31m", "interrupted": "\x1b[33m"}


class ProgressSink:
    """One line per block: ``[ 3/12] block 3, line 42: done in 0.10 s``; `lines` maps blocks to lines."""

    def __init__(self, stream: TextIO, lines: dict[int, int], colour: bool) -> None:
        self.stream = stream
        self.lines = lines
        self.colour = colour
        self.count = 0

    def __call__(self, event: Event, /) -> None:
        if not isinstance(event, BlockLeft) or event.block is None:
            return
        self.count += 1
        status = f"{_COLOURS[event.status]}{event.status}\x1b[0m" if self.colour else event.status
        total = len(self.lines)
        head = f"[{self.count:>{len(str(total))}}/{total}] block {event.block}"
        line = self.lines.get(event.block)
        self.stream.write(f"{head}, line {line}: {status} in {event.duration:.2f} s\n")
        self.stream.flush()


class JsonLinesSink:
    """Each event as one JSON object on a line, with its kind under ``event``; written when a block begins or
    ends, and in between when much has come together.

    Takes events from several threads; in a forked child it is silent. `failed` is what ended the writing.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.failed: OSError | None = None
        self._pending: list[str] = []
        self._size = 0
        self._lock = threading.RLock()
        self._owner = os.getpid()

    def __call__(self, event: Event, /) -> None:
        if self.failed is not None or os.getpid() != self._owner:
            return
        line = json.dumps({"event": type(event).__name__, **event._asdict()}) + "\n"
        with self._lock:
            self._pending.append(line)
            self._size += len(line)
            if self._size > _ENOUGH or isinstance(event, BlockEntered | BlockLeft):
                self.flush()

    def flush(self) -> None:
        """Write what has come together."""
        with self._lock:
            text = "".join(self._pending)
            self._pending.clear()
            self._size = 0
            try:
                self.stream.write(text)
                self.stream.flush()
            except OSError as error:
                self.failed = error
