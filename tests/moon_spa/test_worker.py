"""Code of the user on its own thread: reused when it ended, told to end, counted where it never does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar

import pytest

import moon_spa
from moon_spa import ComponentError, bridge, worker

SOURCE = """
class Counter(Component):
    def setup(self, props):
        state = {"count": 0}

        @server
        def save():
            state["count"] = 1
"""
REQUEST = {"component": "Counter", "instance": "1", "seq": 1, "kind": "action", "name": "save"}


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Ends what is stuck when the test is over."""
    monkeypatch.setattr(worker, "GRACE", 0.01)
    monkeypatch.setattr(worker, "_PATIENCE", 0.01)
    monkeypatch.setattr(worker, "MOST_STUCK", 2)
    event = threading.Event()
    yield event
    event.set()


def test_work_shares_a_thread_and_nothing_that_belongs_to_a_context() -> None:
    seen: ContextVar[int] = ContextVar("seen", default=0)

    def work() -> tuple[threading.Thread, int]:
        before = seen.get()
        seen.set(before + 1)
        return threading.current_thread(), before

    found = [worker.run(work, 5) for _ in range(5)]
    assert {before for _, before in found} == {0}
    assert len({thread for thread, _ in found}) == 1
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 // 0, 5)
    assert worker.run(work, 5) == found[0]


def test_work_that_asks_for_work_gets_another_thread() -> None:
    def outer() -> bool:
        return worker.run(threading.current_thread, 5) is threading.current_thread()

    assert not worker.run(outer, 5)


def test_a_thread_that_was_told_to_end_does_nothing_else() -> None:
    told = []

    def endless() -> None:
        told.append(threading.current_thread())
        while True:
            time.sleep(0.001)

    with pytest.raises(worker.TooSlowError):
        worker.run(endless, 0.02)
    assert worker.run(threading.current_thread, 5) is not told[0]
    for delay in range(200):  # told at the very moment when it ends by itself
        with suppress(worker.TooSlowError):
            worker.run(lambda: time.sleep(0.001), 0.0008 + delay / 1_000_000)
        assert worker.run(lambda: sum(range(1000)), 5) == 499_500


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_was_forked_has_threads_of_its_own() -> None:
    code = (
        "import os\nfrom moon_spa import worker\nworker.run(int, 5)\nchild = os.fork()\n"
        "print(worker.run(lambda: 7, 5), flush=True)\nif child: os.waitpid(child, 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "7\n7\n"


def test_nothing_is_begun_beside_too_many_calls_that_never_end(release: threading.Event) -> None:
    compiled = moon_spa.compile(SOURCE)
    for _ in range(2):
        with pytest.raises(worker.TooSlowError):
            worker.run(lambda: release.wait(20), 0.01)  # waits in C: no exception gets in
    with pytest.raises(worker.TooBusyError, match="2 calls that do not end"):
        worker.run(lambda: None, 1)
    assert bridge.call(compiled, REQUEST)["error"]["code"] == "too-busy"
    with pytest.raises(ComponentError, match="2 calls that do not end") as caught:
        moon_spa.compile(f"{SOURCE}# a text that was not compiled yet\n")
    assert caught.value.code == "too-busy"
    release.set()
    for thread in threading.enumerate():
        if thread.name == worker.STUCK:
            thread.join(5)
    assert bridge.call(compiled, REQUEST)["patch"]["state"] == {"count": 1}
