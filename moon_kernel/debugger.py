"""Lab's debugger for documents: cells on one side, the lines of the Markdown on the other."""

# mypy: disable-error-code="no-untyped-call"
# ipykernel's debugger has no annotations.

from __future__ import annotations

import asyncio
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import lru_cache
from pathlib import Path
from typing import Any

from ipykernel.compiler import get_file_name
from ipykernel.debugger import Debugger

from moon_kernel.breakpoints import Breakpoints
from moon_kernel.lineview import LineView
from moon_kernel.session import Session

Message = dict[str, Any]

PATIENCE = 5.0
"""Seconds that a cell waits for its breakpoints to be set before it runs without them."""

cell_path = lru_cache(maxsize=4096)(get_file_name)
"""The path by which Lab knows a cell's source; hashing it is slow."""


class MoonDebugger(Debugger):  # type: ignore[misc, unused-ignore]
    """Lab names a cell by a hash of its source; debugpy knows the document's path and lines.

    Breakpoints of a cell are those of the document at the lines where the cell's source stands. They
    are set again before a cell runs at other lines. Frames of the document are shown in the cell
    that ran there. A client that never speaks of cells sees the document itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kernel: Any = None
        self.moon: Session | None = None
        self.breakpoints = Breakpoints()
        self.speaks_of_cells = False
        self.attached = False
        self.started_debug_handlers["breakpointLocations"] = self.breakpoint_locations

    def follow(self, kernel: Any, session: Session) -> None:
        """Know the documents of the session, and hear when a cell is about to run."""
        self.kernel = kernel
        self.moon = session
        session.watchers.append(self.placed)

    async def process_request(self, message: Message) -> Message:
        """As ipykernel's; notes who speaks, and forgets all when the client leaves."""
        command = message["command"]
        if command == "initialize":
            client = message.get("arguments", {}).get("clientID")
            self.speaks_of_cells = client == "jupyterlab"
        reply: Message = await super().process_request(message)
        if command == "disconnect":
            self.attached = False
            self.speaks_of_cells = False
            self.breakpoints = Breakpoints()
        return reply

    async def attach(self, message: Message) -> Message:
        """As ipykernel's; from now on breakpoints can be set."""
        reply: Message = await super().attach(message)
        self.attached = True
        return reply

    async def dumpCell(self, message: Message) -> Message:  # noqa: N802 - the protocol's name
        """As ipykernel's; remembers the source behind the path."""
        self.speaks_of_cells = True
        reply: Message = await super().dumpCell(message)
        self.breakpoints.sources[reply["body"]["sourcePath"]] = message["arguments"]["code"]
        return reply

    async def setBreakpoints(self, message: Message) -> Message:  # noqa: N802 - the protocol's name
        """Breakpoints of a cell, of the document itself, or of any other file."""
        source = message["arguments"]["source"]["path"]
        asked = message["arguments"].get("breakpoints", [])
        view = self._view(source)
        if view is not None:
            self.breakpoints.asked[view.file.path] = asked
            reply = await self._set(view, message)
            return self._answer(reply, message, source, view, 1)
        self.breakpoints.asked[source] = asked
        places = self._places(source)
        if not places:
            stock: Message = await super().setBreakpoints(message)
            return stock
        replies = [(view, line, await self._set(view, message)) for view, line in places]
        view, line, reply = replies[0]
        return self._answer(reply, message, source, view, line)

    async def stackTrace(self, message: Message) -> Message:  # noqa: N802 - the protocol's name
        """Frames of the document as frames of its cells, where the client speaks of cells."""
        reply: Message = await super().stackTrace(message)
        if self.speaks_of_cells and reply.get("success"):
            for frame in reply["body"].get("stackFrames", []):
                self._into_cell(frame)
        return reply

    async def source(self, message: Message) -> Message:
        """The text of a file, or of a cell that ran and was never dumped."""
        reply: Message = await super().source(message)
        if not reply.get("success"):
            text = self._source(message["arguments"].get("source", {}).get("path", ""))
            if text is not None:
                reply.pop("message", None)
                reply.update(success=True, body={"content": text})
        return reply

    async def breakpoint_locations(self, message: Message) -> Message:
        """debugpy does not answer this at all, which would block every request that follows."""
        return {
            "type": "response",
            "request_seq": message["seq"],
            "success": False,
            "command": message["command"],
            "message": "debugpy does not know where breakpoints can stand",
        }

    def placed(self, view: LineView) -> None:
        """A cell is about to run at new lines: debugpy must know its breakpoints before.

        Called on the thread that runs the cell; debugpy is spoken to on the control thread.
        """
        if not (self.is_started and self.attached and self.breakpoints.asked):
            return
        wanted = self.breakpoints.of_document(view, self._places)
        if wanted == self.breakpoints.sent.get(view.file.path, []):
            return
        loop = self.kernel.control_thread.io_loop.asyncio_loop
        future = asyncio.run_coroutine_threadsafe(self._set_again(view), loop)
        try:
            future.result(PATIENCE)
        except FutureTimeoutError:
            future.cancel()
            self.log.warning("breakpoints of %s were not set in time", view.file.path)

    async def _set_again(self, view: LineView) -> None:
        # debugpy's replies carry no name: one request at a time, as ipykernel handles its own.
        async with self.kernel._control_lock:
            await self._set(view, {"seq": 0, "type": "request", "command": "setBreakpoints"})

    async def _set(self, view: LineView, message: Message) -> Message:
        """Set all breakpoints of a document: debugpy forgets those that are not in the request."""
        path = view.file.path
        wanted = self.breakpoints.of_document(view, self._places)
        self.breakpoints.sent[path] = wanted
        given = message.get("arguments", {})
        arguments = {**given, "source": {"path": path}, "breakpoints": wanted}
        arguments["lines"] = [item["line"] for item in wanted]
        reply: Message = await self._forward_message({**message, "arguments": arguments})
        return reply

    def _answer(self, reply: Message, message: Message, source: str, view: LineView, first: int) -> Message:
        """debugpy's reply about a document as one about `source`, which begins at line `first`."""
        if not reply.get("success"):
            return reply
        sent = self.breakpoints.sent[view.file.path]
        set_at = dict(zip((item["line"] for item in sent), reply["body"]["breakpoints"], strict=False))
        answers = []
        for asked in message["arguments"].get("breakpoints", []):
            line = self.breakpoints.stop_line(source, asked["line"])
            answer = dict(set_at.get(line + first - 1, {"verified": False}))
            answer["line"] = line
            answer["source"] = {"path": source}
            answers.append(answer)
        self.breakpoint_list[source] = [{"line": answer["line"]} for answer in answers]
        return {**reply, "body": {**reply["body"], "breakpoints": answers}}

    def _view(self, path: str) -> LineView | None:
        """The view of a document, by whatever spelling of its path."""
        views = self.moon.views if self.moon is not None else {}
        if path in views:
            return views[path]
        real = Path(path).resolve()
        return next((view for known, view in views.items() if Path(known).resolve() == real), None)

    def _source(self, path: str) -> str | None:
        """The source that Lab knows by this path."""
        if path in self.breakpoints.sources:
            return self.breakpoints.sources[path]
        for view in self.moon.views.values() if self.moon is not None else ():
            for piece in view.pieces():
                if cell_path(piece.raw) == path:
                    return piece.raw
        return None

    def _places(self, path: str) -> list[tuple[LineView, int]]:
        """Where the cell stands: documents and first lines. Equal cells share one path."""
        code = self._source(path)
        if code is None or self.moon is None:
            return []
        return [(view, line) for view in self.moon.views.values() for line in view.lines_of(code)]

    def _into_cell(self, frame: Message) -> None:
        source = frame.get("source") or {}
        view = self._view(source["path"]) if source.get("path") else None
        piece = view.piece_at(frame["line"]) if view is not None else None
        if piece is not None:
            source["path"] = cell_path(piece.raw)
            _shift(frame, 1 - piece.first)


def _shift(item: Message, lines: int) -> None:
    for name in ("line", "endLine"):
        if isinstance(item.get(name), int):
            item[name] += lines
