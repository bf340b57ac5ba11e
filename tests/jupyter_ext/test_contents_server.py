"""`.py.md` documents through the HTTP API of a real server, with jupytext's extension enabled."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from moonlight.source import text_hash
from tests.jupyter_ext.managers import STREAM, TEXT, code_cells

pytestmark = pytest.mark.slow


@dataclass
class Reply:
    status: int
    body: Any
    text: str


@dataclass
class Server:
    root: Path
    url: str
    log: Path

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "token secret", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + quote(path, safe="/?=&"), data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read().decode()
        try:
            return Reply(status, json.loads(text) if text else None, text)
        except ValueError:
            return Reply(status, None, text)

    def contents(self, method: str, path: str, body: Any = None) -> Reply:
        reply = self.ask(method, f"/api/contents/{path}", body)
        assert reply.status < 500, reply.text
        assert str(self.root) not in reply.text
        assert "Traceback" not in reply.text
        return reply

    def good(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.contents(method, path, body)
        assert reply.status in (200, 201, 204), reply.text
        return reply.body

    def save(self, path: str, notebook: Any) -> Reply:
        return self.contents("PUT", path, {"type": "notebook", "format": "json", "content": notebook})

    def write(self, name: str, text: str | bytes = TEXT) -> Path:
        path = self.root / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "root").mkdir()
    port = free_port()
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    options = (
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", "--no-browser"),
        *("--allow-root", "--IdentityProvider.token=secret", "--ServerApp.root_dir=" + str(folder / "root")),
        "--FileContentsManager.delete_to_trash=False",
        "--ServerApp.jpserver_extensions={'jupyter_ext': True, 'jupyterlab_jupytext': True}",
    )
    environment = {**os.environ, **{name: str(folder / name.lower()) for name in names}}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    server = Server(folder / "root", f"http://127.0.0.1:{port}", log)
    try:
        wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, server.log.read_text()
        try:
            server.ask("GET", "/api")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())


def test_ours_is_derived_from_jupytexts_manager(server: Server) -> None:
    log = server.log.read_text()
    assert "Deriving an AsyncTextFileContentsManager" in log
    assert "Moonlight serves .py.md files as notebooks (MoonlightAsyncJupytextContentsManager)" in log


def test_a_document_is_opened_saved_and_opened_again(server: Server) -> None:
    path = server.write("a.py.md")
    model = server.good("GET", "a.py.md?content=1&hash=1")
    assert (model["type"], model["format"]) == ("notebook", "json")
    assert model["hash"] == hashlib.sha256(TEXT.encode()).hexdigest()
    notebook = model["content"]
    cell = code_cells(notebook)[0]
    cell.update(source="x = 2", execution_count=1, outputs=[STREAM])
    saved = server.save("a.py.md", notebook)
    now = TEXT.replace("x = 1", "x = 2")
    assert saved.body["moon"]["base"] == saved.body["hash"] == text_hash(now)
    assert path.read_text() == now
    again = server.good("GET", "a.py.md?type=notebook")["content"]
    assert code_cells(again)[0]["outputs"] == [STREAM]
    assert server.good("GET", "a.py.md?type=file&format=text")["content"] == now
    assert server.good("GET", "a.py.md?content=0&hash=1")["hash"] == text_hash(now)


def test_a_conflict_is_409_with_a_message_that_names_the_file(server: Server) -> None:
    path = server.write("c.py.md")
    notebook = server.good("GET", "c.py.md")["content"]
    code_cells(notebook)[0]["source"] = "x = 2"
    path.write_text("# Other\n")
    reply = server.save("c.py.md", notebook)
    assert reply.status == 409
    assert reply.body["message"].startswith("c.py.md: changed on disk")
    assert path.read_text() == "# Other\n"
    notebook["metadata"]["moon"]["force"] = True
    assert server.save("c.py.md", notebook).status == 200
    assert path.read_text() == TEXT.replace("x = 1", "x = 2")


def test_new_copy_rename_checkpoints_trust_and_delete(server: Server) -> None:
    first = server.good("POST", "", {"type": "notebook", "ext": ".py.md"})
    second = server.good("POST", "", {"type": "notebook", "ext": ".py.md"})
    assert (first["path"], second["path"]) == ("untitled.py.md", "untitled1.py.md")
    assert server.good("POST", "", {"copy_from": "untitled.py.md"})["path"] == "untitled-Copy1.py.md"
    assert server.good("PATCH", "untitled.py.md", {"path": "n.py.md"})["type"] == "notebook"
    checkpoint = server.good("POST", "n.py.md/checkpoints")
    before = (server.root / "n.py.md").read_bytes()
    server.write("n.py.md", "# Other\n")
    server.good("POST", f"n.py.md/checkpoints/{checkpoint['id']}")
    assert (server.root / "n.py.md").read_bytes() == before
    server.good("POST", "n.py.md/trust")
    for name in ("n.py.md", "untitled1.py.md", "untitled-Copy1.py.md"):
        server.good("DELETE", name)
        assert server.contents("GET", name).status == 404


def test_a_notebook_saved_under_a_new_name_becomes_a_document(server: Server) -> None:
    cells = [{"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "id": "a"}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    reply = server.save("new.py.md", notebook)
    assert (reply.status, reply.body["type"]) == (201, "notebook")
    assert (server.root / "new.py.md").read_text() == "```python\n1\n```\n"
    assert reply.body["moon"]["cells"][0]["line"] == 1


@pytest.mark.parametrize("data", [b"\xff", b"a\0b", "a".encode("utf-16"), b"a" * (16 * 2**20 + 1)])
def test_bytes_that_are_no_document_are_refused_in_one_line(server: Server, data: bytes) -> None:
    path = server.write("bad.py.md", data)
    for query in ("", "?type=notebook", "?content=1&hash=1"):
        reply = server.contents("GET", "bad.py.md" + query)
        assert reply.status in (400, 413)
        assert reply.body["message"].startswith("bad.py.md: ")
    assert server.contents("GET", "bad.py.md?type=file").status == 200
    server.contents("GET", "bad.py.md?type=file&format=text")
    assert path.read_bytes() == data


@pytest.mark.parametrize("name", ["x" * 300 + ".py.md", ".hidden.py.md", "none/a.py.md", "a\u2028b.py.md"])
def test_strange_names_are_answered_without_an_error_of_the_server(server: Server, name: str) -> None:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    server.save(name, notebook)
    server.contents("GET", name)
    server.contents("GET", name + "?type=file")


@pytest.mark.parametrize("body", [{}, [], 7, {"type": "notebook"}, {"type": "notebook", "content": "x"}])
def test_requests_of_nonsense_leave_the_file(server: Server, body: Any) -> None:
    path = server.write("d.py.md")
    reply = server.ask("PUT", "/api/contents/d.py.md", body)
    assert "Traceback" not in reply.text
    assert path.read_text() == TEXT
    if isinstance(body, dict) and body:
        assert reply.status == 400


def test_other_files_are_as_without_us(server: Server) -> None:
    server.good("PUT", "t.txt", {"type": "file", "format": "text", "content": "text"})
    assert server.good("GET", "t.txt")["content"] == "text"
    server.good("PUT", "folder", {"type": "directory"})
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "id": "a"}
    cells = [cell | {"execution_count": None}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    assert server.save("n.ipynb", notebook).status == 201
    assert server.good("GET", "n.ipynb")["content"]["cells"][0]["source"] == "1"
    server.write("plain.md", "# Title\n\n```python\n1\n```\n")
    plain = server.good("GET", "plain.md?type=notebook")  # jupytext's
    assert [cell["cell_type"] for cell in plain["content"]["cells"]] == ["markdown", "code"]
    assert server.good("POST", "", {"type": "notebook", "ext": ".ipynb"})["path"] == "Untitled.ipynb"
    server.write("e.py.md")
    types = {entry["name"]: entry["type"] for entry in server.good("GET", "")["content"]}
    found = {name: types[name] for name in ("t.txt", "folder", "n.ipynb", "e.py.md")}
    assert found == {"t.txt": "file", "folder": "directory", "n.ipynb": "notebook", "e.py.md": "notebook"}


def test_a_notebook_paired_by_jupytext_writes_its_document_with_untouched_bytes(server: Server) -> None:
    text = "# Title\n\n~~~ py\nx = 1\n~~~\n\nend"
    server.write("pair.py.md", text)
    notebook = server.good("GET", "pair.py.md")["content"]
    notebook["metadata"] = {"jupytext": {"formats": "ipynb,py.md"}}
    code_cells(notebook)[0]["source"] = "x = 2"
    assert server.save("pair.ipynb", notebook).status in (200, 201)
    written = (server.root / "pair.py.md").read_text()
    assert written.endswith("# Title\n\n~~~ py\nx = 2\n~~~\n\nend")


def test_a_document_can_be_exported(server: Server) -> None:
    server.write("f.py.md")
    reply = server.ask("GET", "/nbconvert/script/f.py.md")
    assert reply.status == 200, reply.text[:2000]
    assert "x = 1" in reply.text


def test_no_request_has_left_a_traceback_in_the_log(server: Server) -> None:
    """None with a frame of ours; bodies that are lists fail in jupyter_server's own handler."""
    server.write("bad.py.md", b"\xff")
    server.contents("GET", "bad.py.md")
    lines = [line.strip() for line in server.log.read_text().splitlines()]
    assert [line for line in lines if line.startswith("File") and "/jupyter_ext/" in line] == []
