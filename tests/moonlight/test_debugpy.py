"""A debugger's client sets a breakpoint on a line of the Markdown; imported code stops there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.moonlight.conftest import ROOT, Write

pytest.importorskip("debugpy")


class Client:
    """As much of the debug adapter protocol as a breakpoint takes."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream: IO[bytes] = connection.makefile("rb")
        self.number = 0
        self.seen: list[dict[str, Any]] = []

    def send(self, command: str, **arguments: Any) -> int:
        self.number += 1
        message = {"seq": self.number, "type": "request", "command": command, "arguments": arguments}
        data = json.dumps(message).encode()
        self.connection.sendall(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        return self.number

    def request(self, command: str, **arguments: Any) -> Any:
        number = self.send(command, **arguments)
        return self.wait(lambda m: m.get("request_seq") == number).get("body")

    def event(self, name: str) -> Any:
        return self.wait(lambda m: m.get("event") == name).get("body")

    def wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            for message in self.seen:
                if wanted(message):
                    self.seen.remove(message)
                    return message
            self.seen.append(self.read())

    def read(self) -> dict[str, Any]:
        length = 0
        while line := self.stream.readline().strip():
            length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.stream.read(length))
        return message


@contextmanager
def debugged(main: Path) -> Iterator[Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    command = [
        sys.executable,
        "-m",
        "debugpy",
        "--listen",
        f"127.0.0.1:{port}",
        "--wait-for-client",
        str(main),
    ]
    process = subprocess.Popen(command, cwd=main.parent, env=environment, stdout=subprocess.DEVNULL)
    try:
        with connected(port) as connection:
            connection.settimeout(30)
            client = Client(connection)
            yield client
            client.stream.close()
    finally:
        process.kill()
        process.wait()


def connected(port: int) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_breakpoint_on_a_markdown_line_is_hit_in_imported_code(write: Write, tmp_path: Path) -> None:
    path = write("x = 20", "def f(n):\n    total = n + x\n    return total", name="debugged_doc.py.md")
    main = tmp_path / "main.py"
    main.write_text("import moonlight\nmoonlight.install_hook()\nimport debugged_doc\ndebugged_doc.f(1)\n")
    with debugged(main) as client:
        client.request("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
        client.send("attach", justMyCode=False)
        client.event("initialized")
        found = client.request("setBreakpoints", source={"path": str(path)}, breakpoints=[{"line": 14}])
        assert [(one["verified"], one["line"]) for one in found["breakpoints"]] == [(True, 14)]
        client.request("configurationDone")
        stopped = client.event("stopped")
        (frame, *_) = client.request("stackTrace", threadId=stopped["threadId"])["stackFrames"]
        assert (frame["source"]["path"], frame["line"], frame["name"]) == (str(path), 14, "f")
        value = client.request("evaluate", expression="total", frameId=frame["id"])
        assert value["result"] == "21"
        client.send("disconnect", terminateDebuggee=True)
