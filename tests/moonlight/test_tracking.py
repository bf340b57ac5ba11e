"""The model of runs: order, nesting, outputs per run, what is kept."""

from __future__ import annotations

import contextvars
import os
import threading

import pytest

from moonlight import tracking
from moonlight.events import Event, LineReached, Output
from moonlight.trace import trace_json
from moonlight.tracking import Run, Tracker, current_run, describe


def test_runs_nest_in_the_run_that_is_open() -> None:
    tracker = Tracker()
    with tracker.running(1) as outer, tracker.running(2) as inner:
        assert current_run() is inner
    with tracker.running(3) as last:
        pass
    assert current_run() is None
    assert [(run.order, run.parent) for run in (outer, inner, last)] == [(1, None), (2, 1), (3, None)]
    assert [(depth, run.block) for depth, run in tracker.tree()] == [(0, 1), (1, 2), (0, 3)]


def test_status_tells_how_a_run_ended() -> None:
    tracker = Tracker()
    for error in (None, ValueError("x"), KeyboardInterrupt(), SystemExit(0), SystemExit(2)):
        tracker.leave_with(tracker.enter(1), error)
    assert [(run.status, run.error) for run in tracker.runs] == [
        ("done", None),
        ("failed", "ValueError: x"),
        ("interrupted", "KeyboardInterrupt"),
        ("done", None),
        ("failed", "SystemExit: 2"),
    ]


def test_run_that_was_left_stays_as_it_is() -> None:
    tracker = Tracker()
    run = tracker.enter(1)
    tracker.leave(run, "failed", "E")
    tracker.leave(run)
    assert (run.status, run.error) == ("failed", "E")


def test_run_of_another_tracker_is_no_parent_and_comes_back_afterwards() -> None:
    outer, inner = Tracker(), Tracker()
    with outer.running(1) as first:
        with inner.running(7) as second:
            outer.output("stdout", "seen by both")
            inner.output("stdout", "seen by inner")
        assert current_run() is first
    assert second.parent is None
    assert first.outputs == [("stdout", "seen by both")]
    assert second.outputs == [("stdout", "seen by inner")]


def test_output_outside_of_runs_is_not_kept() -> None:
    tracker = Tracker()
    tracker.output("stdout", "x")
    tracker.line(3)
    assert (tracker.runs, list(tracker.lines)) == ([], [])


def test_output_of_a_run_without_block_belongs_to_the_block_around_it() -> None:
    tracker = Tracker()
    with tracker.running(1) as block, tracker.running(None, path="other.py.md") as imported:
        tracker.output("stdout", "x")
        assert tracker.innermost is block
    assert (block.outputs, imported.outputs) == ([("stdout", "x")], [])
    with tracker.running(None) as alone:
        tracker.output("stdout", "y")
    assert alone.outputs == [("stdout", "y")]


def test_output_beyond_the_limit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "MAX_OUTPUT", 10)
    tracker = Tracker()
    with tracker.running(1) as run:
        for _ in range(4):
            tracker.output("stdout", "1234")
        tracker.output("stderr", "e")
    assert "".join(text for _, text in run.outputs) == "1234123412"
    assert run.dropped == 7


def test_many_small_texts_are_joined() -> None:
    tracker = Tracker()
    with tracker.running(1) as run:
        for _ in range(10_000):
            tracker.output("stdout", "xy")
    assert len(run.outputs) < 5
    assert sum(len(text) for _, text in run.outputs) == 20_000


def test_old_runs_go_but_the_last_of_each_block_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "MAX_RUNS", 5)
    tracker = Tracker()
    with tracker.running(1, path="d"):
        pass
    for _ in range(20):
        with tracker.running(2, path="d"):
            pass
    assert [run.order for run in tracker.runs] == [1, 18, 19, 20, 21]
    last = tracker.last_run(1, "d")
    assert last is not None
    assert last.order == 1
    assert tracker.last_run(3, "d") is None


def test_runs_of_very_many_blocks_take_time_in_proportion() -> None:
    tracker = Tracker()
    for number in range(30_000):
        tracker.leave(tracker.enter(number, path="d"))
    assert len(tracker.runs) == 30_000


def test_pinned_thread_belongs_to_a_run_that_has_ended() -> None:
    tracker = Tracker()
    with tracker.running(1) as run:
        pass

    def work() -> None:
        with tracker.pinned(run):
            tracker.output("stdout", "late")
        tracker.output("stdout", "lost")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert run.outputs == [("stdout", "late")]


def test_threads_may_write_at_once() -> None:
    tracker = Tracker()
    with tracker.running(1) as run:
        context = contextvars.copy_context()

        def write() -> None:
            for _ in range(2000):
                tracker.output("stdout", "abc")

        threads = [
            threading.Thread(
                target=context.copy().run,
                args=(write,),
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(len(text) for _, text in run.outputs) == run.kept == 8 * 2000 * 3


def test_sinks_get_output_and_lines() -> None:
    events: list[Event] = []
    tracker = Tracker([events.append])
    with tracker.running(4):
        tracker.output("stderr", "x")
        tracker.line(12)
    assert events[1:3] == [Output(1, 4, "stderr", "x"), LineReached(1, 4, 12)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_child_is_not_stopped_by_a_lock_of_its_parent() -> None:
    tracker = Tracker()
    release, held = threading.Event(), threading.Event()

    def hold() -> None:
        with tracker._lock:
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    pid = os.fork()
    if not pid:
        tracker.leave(tracker.enter(1))
        os._exit(0)
    release.set()
    thread.join()
    assert os.waitpid(pid, 0)[1] == 0


def test_error_whose_text_cannot_be_made_is_described() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert (describe(Odd()), describe(KeyError("k")), describe(ValueError())) == (
        "Odd",
        "KeyError: 'k'",
        "ValueError",
    )


def test_trace_names_last_runs_order_edges_and_lines() -> None:
    tracker = Tracker()
    with tracker.running(1, path="d"):
        tracker.line(6)
        with tracker.running(2, path="d"):
            tracker.output("stdout", "a")
            tracker.output("stderr", "b")
            tracker.output("stderr", "c")
    with tracker.running(1, path="d"):
        tracker.called(2)
        tracker.called(1)
        tracker.called(None)
    with tracker.running(5, path="other"):
        pass
    trace = trace_json("d", [1, 2, 3], tracker)
    assert (trace["order"], trace["edges"], trace["lines"]) == ([1, 2, 1], [[1, 2]], [[1, 6]])
    assert trace["blocks"][1]["outputs"] == [
        {"stream": "stdout", "text": "a"},
        {"stream": "stderr", "text": "bc"},
    ]
    unknown = {
        "index": 3,
        "status": "not run",
        "started": None,
        "duration": None,
        "outputs": [],
        "error": None,
    }
    assert trace["blocks"][2] == unknown


def test_run_as_message_has_the_contracts_members() -> None:
    run = Run(1, 2, None, 3.0)
    members = "order block line hash cell_id parent status started duration error"
    assert list(run.to_json()) == members.split()
