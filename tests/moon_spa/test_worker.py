"""Code of the user on its own thread: what never ends is counted, and nothing is begun past a limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator

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
