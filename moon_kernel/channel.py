"""The comm target ``moonlight.trace``: tells every browser that asks which blocks run."""

from __future__ import annotations

import threading
import time
from typing import Any

from comm import get_comm_manager

from moon_kernel.session import Session
from moonlight.events import BlockEntered, BlockLeft, Event
from moonlight.tracking import Run

TARGET = "moonlight.trace"

MAX_COMMS = 64
"""Comms that are kept open; a page that was closed leaves its comm behind without a word."""

PAUSE = 0.01
"""Seconds during which changes are gathered into one message for each run."""

MAX_ERROR = 500
"""Characters of an error that are sent."""


class TraceChannel:
    """Sends a snapshot to each new comm, and what happens from then on to all of them."""

    def __init__(self, kernel: Any, session: Session) -> None:
        self.kernel = kernel
        self.session = session
        self._comms: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._news = threading.Condition()
        self._changed: dict[int, Any] = {}
        self._teller: threading.Thread | None = None
        session.tracker.sinks.append(self.tell)
        get_comm_manager().register_target(TARGET, self.opened)

    def close(self) -> None:
        """Answer no more comms."""
        get_comm_manager().unregister_target(TARGET, self.opened)
        self.session.tracker.sinks.remove(self.tell)
        for comm in list(self._comms.values()):
            self._forget(comm.comm_id)
            comm.close()

    def opened(self, comm: Any, message: dict[str, Any]) -> None:
        """A browser opened a comm; on whatever thread, a cell may be running."""
        comm.on_close(lambda _: self._forget(comm.comm_id))
        comm.on_msg(lambda received: self.received(received["content"].get("data")))
        with self._lock:
            # Under the lock: nothing happens between the snapshot and the first event that is sent, and
            # what happened before it goes to the others only.
            self._flush()
            self._comms[comm.comm_id] = comm
            runs = [describe_run(run) for run in self.session.tracker.runs]
            self._send(comm, {"type": "snapshot", "path": self.session.path, "runs": runs})
            crowd = list(self._comms.values())[:-MAX_COMMS]
        for old in crowd:
            self._forget(old.comm_id)
            old.close()

    def received(self, data: Any) -> None:
        """The browser says something; what is not understood is ignored."""
        if not isinstance(data, dict) or data.get("type") != "document":
            return
        path = data.get("path")
        if not isinstance(path, str):
            return
        try:
            self.session.open(path)
        except ValueError as error:
            self.kernel.log.warning("moonlight.trace: %s", error)

    def tell(self, event: Event) -> None:
        """A sink for the tracker; never raises. What is told is sent a moment later, from another thread:
        a cell does not wait for it, and a cell of a millisecond is one message, not two."""
        if not self._comms or not isinstance(event, BlockEntered | BlockLeft):
            return
        with self._news:
            self._changed[event.order] = self.kernel.get_parent("shell")
            if self._teller is None or not self._teller.is_alive():  # a fork leaves threads behind
                self._teller = threading.Thread(target=self._tell, name="moonlight-trace", daemon=True)
                self._teller.start()
            self._news.notify()

    def _tell(self) -> None:
        while True:
            with self._news:
                while not self._changed:
                    self._news.wait()
            time.sleep(PAUSE)
            self._flush()

    def _flush(self) -> None:
        """Send the state of the runs that changed, as it is by now."""
        with self._lock:
            with self._news:
                changed, self._changed = self._changed, {}
            for order, parent in changed.items():
                run = self.session.tracker.run(order)
                if run is None:
                    continue
                kind = "entered" if run.status == "running" else "left"
                data = {"type": kind, "run": describe_run(run)}
                for comm in list(self._comms.values()):
                    self._send(comm, data, parent)

    def _send(self, comm: Any, data: dict[str, Any], parent: Any = None) -> None:
        """Send as a comm does, but leave alone where ipykernel routes the browser's messages.

        `comm.send` would route them to the shell of the cell that runs just now: a browser that
        talks on a subshell would have to wait for that cell.
        """
        try:
            parent = parent or self.kernel.get_parent("shell")
            content = {"comm_id": comm.comm_id, "data": data}
            self.kernel.session.send(
                self.kernel.iopub_socket, "comm_msg", content, parent=parent, ident=comm.topic
            )
        except Exception:  # a browser that is gone must not break an execution
            self.kernel.log.warning("moonlight.trace: a comm is dead", exc_info=True)
            with self._lock:
                self._comms = {key: other for key, other in self._comms.items() if other is not comm}

    def _forget(self, comm_id: str) -> None:
        with self._lock:
            self._comms.pop(comm_id, None)


def describe_run(run: Run) -> dict[str, Any]:
    """The message shape of a run, with an error of sensible length that can be sent."""
    shape = run.to_json()
    error = run.error
    if error is not None:
        if len(error) > MAX_ERROR:
            error = error[: MAX_ERROR - 1] + "…"
        shape["error"] = error.encode("utf-8", "replace").decode()
    return shape
