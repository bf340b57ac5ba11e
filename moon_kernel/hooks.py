"""Follows IPython's cells: enters and leaves their blocks, and says where they are compiled."""

from __future__ import annotations

import re
import sys
from asyncio import CancelledError
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moon_kernel import indentation
from moon_kernel.compiler import MoonCompiler, Target, announce
from moon_kernel.outputs import OutputRecorder, as_text, attach
from moon_kernel.session import Session
from moonlight.events import Status
from moonlight.tracking import SESSION, Run, current_run, describe

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STREAMS = {"out_stream": "stdout", "err_stream": "stderr"}


@dataclass(slots=True)
class _Cell:
    """A cell between pre_run_cell and post_run_cell."""

    info: Any
    run: Run
    request: str | None
    outer: Run | None
    target: Target | None


class ShellHooks:
    """IPython calls `before` and `after` round each cell that is not silent."""

    def __init__(self, shell: Any, session: Session) -> None:
        self.shell = shell
        self.session = session
        self.recorder = OutputRecorder(session.tracker)
        self.routed = attach(shell, self.recorder)
        self._cells: list[_Cell] = []
        shell.events.register("pre_run_cell", self.before)
        shell.events.register("post_run_cell", self.after)

    def remove(self) -> None:
        """Stop following."""
        self.shell.events.unregister("pre_run_cell", self.before)
        self.shell.events.unregister("post_run_cell", self.after)

    def before(self, info: Any) -> None:
        """A cell is about to be compiled and run."""
        # `moonlight.block` looks for it there; %reset takes it away.
        self.shell.user_ns.setdefault(SESSION, self.session)
        parent = self._request()
        request = parent.get("header", {}).get("msg_id")
        nested = self._running_in(request) or current_run() is not None
        metadata = getattr(info, "cell_meta", None)
        cell_id = info.cell_id
        if metadata is None and not nested and parent.get("content", {}).get("code") == info.raw_cell:
            metadata = parent.get("metadata")
        outer = self._innermost(request)
        body = outer.target.body(info.raw_cell) if outer is not None and outer.target else None
        if body is not None:
            announce(body)  # no run of its own: the block of the magic is running already
            return
        place = self.session.locate(info.raw_cell, metadata)
        if not (info.store_history or nested or place.block is not None or cell_id):
            announce(None)
            return  # what front ends run for themselves, such as a list of variables
        target = None
        if isinstance(self.shell.compile, MoonCompiler):
            target = self.session.target(info.raw_cell, place, cell_id)
        announce(target)
        if target is not None:
            indentation.place(target)
        if outer is not None:
            _flush()
        run = self.session.tracker.enter(
            place.block,
            path=self.session.path if place.block is not None else None,
            line=place.line,
            hash=place.hash,
            cell_id=cell_id,
        )
        self._cells.append(_Cell(info, run, request, outer.run if outer else None, target))
        if request is not None:
            self.recorder.belongs(request, run)

    def after(self, result: Any) -> None:
        """The cell ended; `result` is None where IPython lost it."""
        cell = self._ended(result)
        if cell is not None:
            status, error = self._verdict(result)
            self._leave(cell, status, error)

    def settle(self, request: str | None) -> None:
        """The request is over: whatever of it has not ended was interrupted."""
        for cell in [cell for cell in self._cells if cell.request == request]:
            self._leave(cell, "interrupted", "KeyboardInterrupt")

    def _leave(self, cell: _Cell, status: Status, error: str | None) -> None:
        self._cells.remove(cell)
        if not self.routed:
            self._from_history(cell)
        if cell.outer is not None and cell.request is not None:
            _flush()
            self.recorder.belongs(cell.request, cell.outer)
        self.session.tracker.leave(cell.run, status, error)

    def _request(self) -> Mapping[str, Any]:
        """The message that is being answered; empty where there are no messages."""
        parent = getattr(self.shell, "parent_header", None)
        return parent if isinstance(parent, Mapping) else {}

    def _running_in(self, request: str | None) -> bool:
        return any(cell.request == request for cell in self._cells)

    def _innermost(self, request: str | None) -> _Cell | None:
        for cell in reversed(self._cells):
            if cell.request == request:
                return cell
        return None

    def _ended(self, result: Any) -> _Cell | None:
        if result is None:
            return self._innermost(self._request().get("header", {}).get("msg_id"))
        info = result.info
        for cell in reversed(self._cells):
            if cell.info is info:
                return cell
        if not result.success:
            # IPython makes a new info where a cell broke out of its own machinery.
            for cell in reversed(self._cells):
                if cell.info.raw_cell == info.raw_cell:
                    return cell
        return None

    def _verdict(self, result: Any) -> tuple[Status, str | None]:
        if result is None:
            return "interrupted", "KeyboardInterrupt"
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            if getattr(self.shell, "_last_traceback_during_displayhook", False):
                return "failed", self._last_error()
            return "done", None
        if isinstance(error, KeyboardInterrupt | CancelledError):
            return "interrupted", type(error).__name__
        return "failed", describe(error)

    def _last_error(self) -> str:
        """The last line of the traceback that was shown, without colours."""
        shown = getattr(self.shell, "_last_traceback", None) or [""]
        return _COLOURS.sub("", str(shown[-1])).strip().rpartition("\n")[2]

    def _from_history(self, cell: _Cell) -> None:
        """In a terminal the outputs are what IPython keeps of them."""
        manager = getattr(self.shell, "history_manager", None)
        kept = getattr(manager, "outputs", None) or {}
        count = self.shell.execution_count - (1 if cell.info.store_history else 0)
        for output in kept.get(count, []):
            stream: Any = _STREAMS.get(output.output_type)
            if stream is not None:
                self.recorder.keep(cell.run, stream, "".join(output.bundle.get("stream", [])))
            else:
                kind: Any = "result" if output.output_type == "execute_result" else "display"
                self.recorder.keep(cell.run, kind, as_text(output.bundle))


def _flush() -> None:
    """Text written so far belongs to the run until now."""
    for stream in (sys.stdout, sys.stderr):
        flush = getattr(stream, "flush", None)
        if flush is not None:
            flush()
