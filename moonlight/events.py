"""What happens while blocks run, as events; a sink is whatever takes them.

They are named tuples: two are made for each block, and a frozen dataclass takes twice as long.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Status = Literal["running", "done", "failed", "interrupted"]
Stream = Literal["stdout", "stderr", "result", "display"]
"""Where a run's text went; `result` and `display` are rich outputs in their plain form."""


class BlockEntered(NamedTuple):
    """Run number `order` of the session began; `parent` is the run inside which it did."""

    order: int
    block: int | None
    time: float
    parent: int | None = None


class BlockLeft(NamedTuple):
    """The run ended after `duration` seconds; `error` is ``"Name: message"`` where it failed."""

    order: int
    block: int | None
    time: float
    duration: float
    status: Status
    error: str | None = None


class Output(NamedTuple):
    """Text that the run with this order wrote to a stream."""

    order: int
    block: int | None
    stream: Stream
    text: str


class LineReached(NamedTuple):
    """The run with this order reached a line of the Markdown."""

    order: int
    block: int | None
    line: int


Event = BlockEntered | BlockLeft | Output | LineReached


class Sink(Protocol):
    """Takes events in the order in which they happen; must not raise and must not block for long."""

    def __call__(self, event: Event, /) -> None: ...
