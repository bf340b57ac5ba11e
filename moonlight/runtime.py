"""What instrumented code calls: the seed's enter, leave and line functions.

An exported file that was instrumented imports them, and is tracked when it runs on its own. The session
lives in the namespace of the file that calls; with ``MOONLIGHT_TRACE=OUT.json`` in the environment its
trace is written when Python ends.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from moonlight.streams import follow
from moonlight.trace import trace_json
from moonlight.tracking import Run, Tracker

TRACE_VARIABLE = "MOONLIGHT_TRACE"
_SESSION = "__moonlight_session__"


class _Session:
    """Tracker and open runs of one instrumented file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tracker = Tracker()
        self.open: list[tuple[Run, BaseException | None]] = []
        self.blocks: dict[int, None] = {}
        out = os.environ.get(TRACE_VARIABLE)
        sys.stdout = follow(sys.stdout, "stdout", self.tracker)
        sys.stderr = follow(sys.stderr, "stderr", self.tracker)
        if out:
            atexit.register(self.write, Path(out))

    def write(self, out: Path) -> None:
        """Write the trace as JSON."""
        trace = trace_json(self.path, self.blocks, self.tracker)
        out.write_text(json.dumps(trace, indent=1) + "\n", encoding="utf-8")


def __moonlight_enter_block(block_id: int) -> None:
    session = _session(sys._getframe(1))
    session.blocks.setdefault(block_id)
    run = session.tracker.enter(block_id, path=session.path)
    session.open.append((run, sys.exc_info()[1]))


def __moonlight_leave_block(block_id: int) -> None:
    session = _session(sys._getframe(1))
    error = sys.exc_info()[1]
    while session.open:
        run, outside = session.open.pop()
        # An error that was being handled before is not the block's.
        session.tracker.leave_with(run, error if error is not outside else None)
        if run.block == block_id:
            return


def line(block_id: int, line_no: int) -> None:
    """``__moonlight_line`` under a name that class bodies, where Python mangles the other, can use."""
    session = _session(sys._getframe(1))
    session.tracker.line(line_no, session.open[-1][0] if session.open else None)


__moonlight_line = line


def tracker(namespace: dict[str, Any]) -> Tracker | None:
    """The tracker of the instrumented file with this namespace."""
    session = namespace.get(_SESSION)
    return session.tracker if isinstance(session, _Session) else None


def _session(frame: FrameType) -> _Session:
    namespace = frame.f_globals
    session = namespace.get(_SESSION)
    if not isinstance(session, _Session):
        path = namespace.get("__moonlight_document__") or namespace.get("__file__") or "<exported>"
        session = namespace[_SESSION] = _Session(str(path))
    return session
