"""A kernel process and what a notebook front end does with it."""

from __future__ import annotations

import os
import queue
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from moonlight.document import parse
from moonlight.source import source_hash

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Answer:
    """What came back for one execute request."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    def contents(self, kind: str) -> list[dict[str, Any]]:
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    @property
    def text(self) -> str:
        """Streams, results and displays as text."""
        found = []
        for message in self.messages:
            content = message["content"]
            if message["msg_type"] == "stream":
                found.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                found.append(content["data"].get("text/plain", ""))
        return "".join(found)

    @property
    def traceback(self) -> str:
        """The traceback without colours; empty where nothing was raised."""
        shown = self.reply.get("traceback") or [
            line for content in self.contents("error") for line in content["traceback"]
        ]
        return plain("\n".join(shown))

    @property
    def ok(self) -> bool:
        return bool(self.reply["status"] == "ok")


class Client:
    """One kernel with a document, used as a notebook uses it."""

    def __init__(self, folder: Path, name: str = "moon", **environment: str) -> None:
        self.path = folder / "intro.py.md"
        self.manager = KernelManager(kernel_name=name)
        variables = {**os.environ, "JPY_SESSION_NAME": str(self.path), **environment}
        variables["IPYTHONDIR"] = str(folder / ".ipython")
        self.manager.start_kernel(cwd=str(folder), env=variables)
        self.client: Any = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.seq = 0

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def write(self, text: str) -> None:
        """Save the document."""
        self.path.write_text(text, encoding="utf-8")

    def send(
        self,
        code: str,
        metadata: Mapping[str, Any] | None = None,
        cell_id: str | None = None,
        **content: Any,
    ) -> str:
        """Send an execute request as Lab does; the identity of its message."""
        body = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": False,
            **content,
        }
        header = dict(metadata or {})
        if cell_id is not None:
            header["cellId"] = cell_id
        message = self.client.session.msg("execute_request", body, metadata=header)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(
        self,
        code: str,
        metadata: Mapping[str, Any] | None = None,
        cell_id: str | None = None,
        **content: Any,
    ) -> Answer:
        """Run code and wait for all that comes of it."""
        return self.answer(self.send(code, metadata, cell_id, **content))

    def answer(self, request: str, timeout: float = 30) -> Answer:
        """All messages of a request, up to its idle."""
        messages = []
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") != request:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
            if reply["parent_header"].get("msg_id") == request:
                return Answer(reply["content"], messages)

    def block(self, text: str, index: int, cell_id: str | None = None, **content: Any) -> Answer:
        """Run block `index` of a notebook that shows `text`, saved or not, as Lab does."""
        code, metadata = cell(text, index)
        return self.run(code, metadata, cell_id, **content)

    def debug(self, command: str, **arguments: Any) -> dict[str, Any]:
        """A request of the debug adapter protocol, and its response."""
        self.seq += 1
        body = {"type": "request", "seq": self.seq, "command": command, "arguments": arguments}
        message = self.client.session.msg("debug_request", body)
        self.client.control_channel.send(message)
        while True:
            reply = self.client.control_channel.get_msg(timeout=20)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                found: dict[str, Any] = reply["content"]
                return found

    def debug_event(self, name: str, timeout: float = 20) -> dict[str, Any]:
        """The next event of this name; what comes before it is forgotten."""
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["msg_type"] == "debug_event" and message["content"]["event"] == name:
                found: dict[str, Any] = message["content"]
                return found

    def send_comm_open(self, target: str) -> None:
        """Open a comm and never look at it again."""
        content = {"comm_id": "ignored", "target_name": target, "data": {}}
        self.client.shell_channel.send(self.client.session.msg("comm_open", content))

    def drain(self) -> None:
        """Forget what has arrived."""
        while True:
            try:
                self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                return


def plain(text: str) -> str:
    """Text without colours."""
    return _COLOURS.sub("", text)


def cell(text: str, index: int) -> tuple[str, dict[str, Any]]:
    """Source and metadata of the code cell that shows block `index` of `text`."""
    block = parse(text, "<test>").code_blocks[index - 1]
    code = block.text.removesuffix("\n")
    moon = {
        "block": block.index,
        "line": block.span.line,
        "code_line": block.code_line,
        "lines": block.span.end_line - block.span.line + 1,
        "gap": 1,
        "hash": source_hash(code),
    }
    return code, {"moon": moon}
