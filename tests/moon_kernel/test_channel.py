"""The comm target ``moonlight.trace``: what browsers are told."""

from __future__ import annotations

import itertools
import queue
import time
from typing import Any

import pytest

from moon_kernel.channel import describe_run
from moonlight.source import source_hash
from moonlight.tracking import Tracker
from tests.moon_kernel.client import Client, cell
from tests.moon_kernel.test_lines import document

_numbers = itertools.count()


class Page:
    """A browser's end of a comm."""

    def __init__(self, kernel: Client, subshell: str | None = None) -> None:
        self.kernel = kernel
        self.subshell = subshell
        self.comm = f"page-{next(_numbers)}"
        self.seen: list[dict[str, Any]] = []
        self.send("comm_open", {"target_name": "moonlight.trace", "data": {}})

    def send(self, kind: str, content: dict[str, Any]) -> None:
        message = self.kernel.client.session.msg(kind, {"comm_id": self.comm, **content})
        if self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        self.kernel.client.shell_channel.send(message)

    def say(self, data: dict[str, Any]) -> None:
        self.send("comm_msg", {"data": data})

    def hears(self, kind: str, timeout: float = 10) -> dict[str, Any]:
        """The next message of a type."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self.kernel.client.get_iopub_msg(timeout=timeout)
            content = message["content"]
            if message["msg_type"] == "comm_msg" and content["comm_id"] == self.comm:
                self.seen.append(content["data"])
                if content["data"]["type"] == kind:
                    found: dict[str, Any] = content["data"]
                    return found
        raise AssertionError(f"no {kind}")


def subshell(kernel: Client) -> str:
    message = kernel.client.session.msg("create_subshell_request")
    kernel.client.control_channel.send(message)
    reply = kernel.client.control_channel.get_msg(timeout=10)
    return str(reply["content"]["subshell_id"])


def test_a_comm_gets_the_runs_so_far(kernel: Client) -> None:
    text = document("x = 1", "1/0")
    kernel.block(text, 1, "cell-a")
    kernel.block(text, 2, "cell-b")
    snapshot = Page(kernel).hears("snapshot")
    assert snapshot["path"] == str(kernel.path)
    good, bad = snapshot["runs"][-2:]
    assert good.keys() == {
        *("order", "block", "line", "hash", "cell_id", "parent"),
        *("status", "started", "duration", "error"),
    }
    assert (good["block"], good["line"], good["cell_id"]) == (1, 3, "cell-a")
    assert (good["status"], good["parent"], good["error"]) == ("done", None, None)
    assert good["hash"] == source_hash("x = 1")
    assert (bad["order"], bad["status"]) == (good["order"] + 1, "failed")
    assert bad["error"] == "ZeroDivisionError: division by zero"


def test_every_comm_hears_of_every_run(kernel: Client) -> None:
    pages = [Page(kernel) for _ in range(3)]
    for page in pages:
        page.hears("snapshot")
    text = document("import time; time.sleep(0.2)")
    for page in pages:
        kernel.send(*cell(text, 1), "cell-a")
        entered = page.hears("entered")["run"]
        left = page.hears("left")["run"]
        assert entered["status"] == "running"
        assert entered["duration"] is None
        assert (left["order"], left["status"]) == (entered["order"], "done")
        assert 0 <= left["duration"] < 1
        kernel.drain()


def test_a_run_of_a_moment_is_one_message(kernel: Client) -> None:
    page = Page(kernel)
    page.hears("snapshot")
    kernel.send(*cell(document("x = 1"), 1), "cell-a")
    page.hears("left")
    assert [data["type"] for data in page.seen] == ["snapshot", "left"]
    kernel.drain()


def test_a_comm_on_a_subshell_is_answered_while_a_cell_runs(kernel: Client) -> None:
    shell = subshell(kernel)
    code = "import time\nprint('started', flush=True)\ntime.sleep(1.5)"
    request = kernel.send(*cell(document(code), 1))
    while kernel.client.get_iopub_msg(timeout=10)["msg_type"] != "stream":
        pass
    began = time.monotonic()
    page = Page(kernel, shell)
    runs = page.hears("snapshot")["runs"]
    assert time.monotonic() - began < 1
    assert (runs[-1]["block"], runs[-1]["status"]) == (1, "running")
    assert page.hears("left")["run"]["order"] == runs[-1]["order"]
    kernel.client.get_shell_msg(timeout=10)
    assert kernel.run("1 + 1").text == "2"
    assert request


def test_a_page_on_a_subshell_stays_on_it_after_events_of_the_main_shell(kernel: Client) -> None:
    shell = subshell(kernel)
    page = Page(kernel, shell)
    page.hears("snapshot")
    kernel.send(*cell(document("import time; time.sleep(1.5)"), 1))
    page.hears("entered")
    began = time.monotonic()
    page.send("comm_close", {"data": {}})
    page.send("comm_open", {"target_name": "moonlight.trace", "data": {}})
    page.hears("snapshot")
    assert time.monotonic() - began < 1
    kernel.client.get_shell_msg(timeout=10)


def test_a_closed_comm_hears_nothing_more(kernel: Client) -> None:
    page = Page(kernel)
    page.hears("snapshot")
    page.send("comm_close", {"data": {}})
    kernel.run("x = 1")
    kernel.drain()
    kernel.run("x = 2")
    with pytest.raises((AssertionError, queue.Empty)):
        page.hears("left", 0.5)


def test_a_dead_comm_does_not_break_an_execution(kernel: Client) -> None:
    Page(kernel).hears("snapshot")
    assert kernel.run("get_ipython().kernel.channel._comms['dead'] = object()").ok
    assert kernel.block(document("'alive'"), 1).text == "'alive'"
    assert (
        kernel.run("import time; time.sleep(0.2); 'dead' in get_ipython().kernel.channel._comms").text
        == "False"
    )


@pytest.mark.parametrize("data", [{}, {"type": "what"}, {"type": "document", "path": 5}, None, []])
def test_a_message_that_makes_no_sense_is_ignored(kernel: Client, data: Any) -> None:
    page = Page(kernel)
    page.hears("snapshot")
    page.say(data)
    assert kernel.run("1 + 1").text == "2"


def test_a_renamed_document_gives_its_new_name_to_tracebacks(kernel: Client) -> None:
    text = document("1/0")
    new = kernel.path.with_name("renamed.py.md")
    new.write_text(text, encoding="utf-8")
    page = Page(kernel)
    page.hears("snapshot")
    try:
        page.say({"type": "document", "path": "some/where/renamed.py.md"})
        assert "renamed.py.md:4" in kernel.block(text, 1).traceback
        page.say({"type": "document", "path": "not-a-document.py"})
        assert "renamed.py.md:4" in kernel.block(text, 1).traceback
    finally:
        page.say({"type": "document", "path": str(kernel.path)})
    assert "intro.py.md:4" in kernel.block(text, 1).traceback


def test_a_long_error_is_cut_and_an_odd_one_can_be_sent() -> None:
    tracker = Tracker()
    for error in ("x" * 100_000, "\ud800"):
        tracker.leave(tracker.enter(1), "failed", error)
    cut, odd = (describe_run(run)["error"] for run in tracker.runs)
    assert len(cut) == 500
    assert odd == "?"


def test_closed_pages_do_not_pile_up(kernel: Client) -> None:
    for _ in range(70):
        Page(kernel).hears("snapshot")
    kernel.run("kernel_comms = get_ipython().kernel.channel._comms")
    assert kernel.run("len(kernel_comms)").text == "64"
