"""First sinks: a line per block on the console, events as JSON lines in a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TextIO

from moonlight.events import BlockEntered, BlockLeft, Event

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
    """Each event as one JSON object on a line, with its kind under ``event``; flushed as it happens."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, event: Event, /) -> None:
        entry = {"event": type(event).__name__, **asdict(event)}
        self.stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
        if isinstance(event, BlockEntered | BlockLeft):
            self.stream.flush()
