"""Records what runs write, by the request that the text belongs to, as Lab routes it."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from moonlight.events import Stream
from moonlight.tracking import Run, Tracker

MAX_REQUESTS = 1000
"""Requests that are remembered for text that arrives after the end of their run."""

MAX_TOTAL = 32 * 2**20
"""Characters of output kept over all runs; of more, the oldest runs' outputs go."""

Message = dict[str, Any]
Hook = Callable[[Message], Message]


class OutputRecorder:
    """Feeds the tracker from ipykernel's messages; nothing is done per `print`."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._muted: set[int] = set()
        self._holding: deque[Run] = deque()
        self._total = 0
        self._lock = threading.Lock()

    def belongs(self, request: str, run: Run | None) -> None:
        """Text of this request goes to `run` from now on."""
        with self._lock:
            self._runs.pop(request, None)
            if run is not None:
                self._runs[request] = run
            while len(self._runs) > MAX_REQUESTS:
                self._runs.popitem(last=False)

    def mute(self, run: Run) -> None:
        """Keep nothing more of this run: a trace that holds earlier traces would grow and grow."""
        self._muted.add(run.order)

    def record(self, message: Message) -> Message:
        """A hook for ipykernel's publishers: looks at the message, and passes it on as it is."""
        try:
            run = self._runs.get(message["parent_header"]["msg_id"])
            if run is not None:
                kind, content = message["msg_type"], message["content"]
                if kind == "stream":
                    self.keep(run, content["name"], content["text"])
                elif kind in ("execute_result", "display_data"):
                    stream: Stream = "result" if kind == "execute_result" else "display"
                    self.keep(run, stream, as_text(content["data"]))
        except (KeyError, TypeError, AttributeError):
            pass  # whatever a user's hook made of the message, it is sent
        return message

    def keep(self, run: Run, stream: Stream, text: str) -> None:
        """Text of a run; the oldest texts of the session make room."""
        if run.order in self._muted:
            return
        before = run.kept
        self.tracker.output(stream, text, run)
        if run.kept == before:
            return
        with self._lock:
            if not self._holding or self._holding[-1] is not run:
                self._holding.append(run)
            self._total += run.kept - before
            while self._total > MAX_TOTAL and len(self._holding) > 1:
                self._forget(self._holding.popleft())

    def _forget(self, run: Run) -> None:
        held = sum(len(text) for _, text in run.outputs)
        run.outputs.clear()
        run.dropped += held
        self._total -= held


def as_text(data: Any) -> str:
    """A mime bundle as a line of text."""
    text = data.get("text/plain")
    if not isinstance(text, str):
        text = f"<{', '.join(sorted(data))}>"
    return text if text.endswith("\n") else text + "\n"


class _ThreadHooks(threading.local):
    """Stands in for a publisher's thread-local list of hooks: in each thread ours is the first."""

    def __init__(self, hook: Hook) -> None:
        self.hooks = [hook]


def attach(shell: Any, recorder: OutputRecorder) -> bool:
    """Listen to the shell's streams, results and displays; False where they are not ipykernel's."""
    if not hasattr(sys.stdout, "pub_thread"):
        return False
    for stream in (sys.stdout, sys.stderr):
        # Text passes the hooks where it is sent, once per flush, with its cell's header.
        if hasattr(stream, "pub_thread"):
            vars(stream)["_local"] = _ThreadHooks(recorder.record)
    for publisher in (shell.displayhook, shell.display_pub):
        if hasattr(publisher, "_hooks"):
            publisher._thread_local = _ThreadHooks(recorder.record)
    return True
