"""Routed streams behave as the streams they stand for; children's output is passed on and recorded."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moonlight.children import ChildOutput, child_output
from moonlight.sinks import JsonLinesSink, ProgressSink
from moonlight.streams import RoutedStream, follow, routed
from moonlight.tracking import Tracker


def console() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def test_text_goes_to_the_real_stream_and_to_the_run() -> None:
    tracker, real = Tracker(), console()
    stream = RoutedStream(real, "stdout", tracker)
    with tracker.running(1) as run:
        assert stream.write("one\n") == 4
        stream.writelines(["two\n", "three\n"])
        print("four", file=stream, flush=True)
    stream.write("outside\n")
    assert written(real) == "one\ntwo\nthree\nfour\noutside\n"
    assert "".join(text for _, text in run.outputs) == "one\ntwo\nthree\nfour\n"


def test_bytes_are_recorded_as_text_also_when_a_character_is_cut() -> None:
    tracker, real = Tracker(), console()
    stream = RoutedStream(real, "stdout", tracker)
    with tracker.running(1) as run:
        for byte in "aé€\n".encode():
            stream.buffer.write(bytes([byte]))
        stream.buffer.writelines([memoryview(b"x"), bytearray(b"y")])
        stream.buffer.flush()
    assert written(real) == "aé€\nxy"
    assert "".join(text for _, text in run.outputs) == "aé€\nxy"


def test_stream_tells_what_the_real_one_is() -> None:
    real = console()
    stream = RoutedStream(real, "stdout", Tracker())
    assert (stream.encoding, stream.errors, stream.isatty(), stream.writable()) == (
        "utf-8",
        "strict",
        False,
        True,
    )
    assert stream.readable() is False
    assert stream.line_buffering == real.line_buffering
    stream.reconfigure(line_buffering=True)
    assert real.line_buffering
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()
    with pytest.raises(AttributeError):
        _ = stream.no_such_thing


def test_what_the_real_stream_refuses_is_refused_and_not_recorded() -> None:
    tracker = Tracker()
    real = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    stream = RoutedStream(real, "stdout", tracker)
    with tracker.running(1) as run:
        with pytest.raises(UnicodeEncodeError):
            stream.write("é")
        with pytest.raises(TypeError):
            stream.write(5)  # type: ignore[arg-type]
    assert run.outputs == []


def test_closed_stream_refuses_and_leaves_the_real_one_open() -> None:
    real = console()
    stream = RoutedStream(real, "stdout", Tracker())
    stream.close()
    stream.close()
    assert (stream.closed, real.closed) == (True, False)
    for action in (lambda: stream.write("x"), stream.flush):
        with pytest.raises(ValueError, match="closed file"):
            action()


def test_missing_stream_stays_missing() -> None:
    assert follow(None, "stdout", Tracker()) is None


def test_streams_are_back_whatever_was_put_in_their_place() -> None:
    before = sys.stdout, sys.stderr
    with routed(Tracker()):
        assert isinstance(sys.stdout, RoutedStream)
        sys.stdout = io.StringIO()
        sys.stderr = io.StringIO()
    assert before == (sys.stdout, sys.stderr)


posix = pytest.mark.skipif(os.name != "posix", reason="descriptors as POSIX has them")


@posix
def test_output_of_children_is_passed_on_and_recorded(capfd: pytest.CaptureFixture[str]) -> None:
    tracker = Tracker()
    with ChildOutput(tracker) as pump:
        with tracker.running(1) as run:
            subprocess.run(["sh", "-c", "echo out; echo err >&2"], check=True)
            os.write(1, "é".encode()[:1])
            os.write(1, "é".encode()[1:])
            pump.drain()
        os.write(1, b"outside")
    assert sorted("".join(text for name, text in run.outputs if name == s) for s in ("stdout", "stderr")) == [
        "err\n",
        "out\né",
    ]
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("out\néoutside", "err\n")


@posix
def test_much_output_of_a_child_does_not_stop_it(capfd: pytest.CaptureFixture[str]) -> None:
    tracker = Tracker()
    with ChildOutput(tracker) as pump, tracker.running(1) as run:
        subprocess.run([sys.executable, "-c", "print('x' * 5_000_000)"], check=True)
        pump.drain()
    assert run.kept + run.dropped == 5_000_001
    assert len(capfd.readouterr().out) == 5_000_001


@posix
def test_child_that_floods_does_not_hold_up_the_block(capfd: pytest.CaptureFixture[str]) -> None:
    with ChildOutput(Tracker()) as pump:
        child = subprocess.Popen(["yes"])
        time.sleep(0.1)
        start = time.monotonic()
        for _ in range(20):
            pump.drain()
        child.kill()
        child.wait()
        took = time.monotonic() - start
    assert took < 1.5
    assert capfd.readouterr().out.startswith("y\ny\n")


@posix
def test_descriptors_are_the_real_ones_afterwards() -> None:
    before = os.fstat(1), os.fstat(2)
    opened = set(os.listdir("/dev/fd"))
    with child_output(Tracker(), True):
        assert not os.path.samestat(before[0], os.fstat(1))
    assert os.path.samestat(before[0], os.fstat(1))
    assert os.path.samestat(before[1], os.fstat(2))
    assert len(set(os.listdir("/dev/fd")) - opened) <= 1


def test_json_lines_sink_that_cannot_write_falls_silent() -> None:
    class Full(io.StringIO):
        def write(self, text: str, /) -> int:
            raise OSError(28, "No space left on device")

    sink = JsonLinesSink(Full())
    tracker = Tracker([sink])
    with tracker.running(1):
        tracker.output("stdout", "x")
    assert sink.failed is not None
    assert sink.failed.errno == 28


def test_json_lines_are_written_when_a_block_ends(tmp_path: Path) -> None:
    with (tmp_path / "e.jsonl").open("w") as stream:
        tracker = Tracker([JsonLinesSink(stream)])
        with tracker.running(1):
            tracker.output("stdout", "\ud83d")
        assert len((tmp_path / "e.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("colour", [False, True])
def test_progress_is_a_line_per_block(colour: bool) -> None:
    stream = io.StringIO()
    tracker = Tracker([ProgressSink(stream, {1: 5, 12: 40}, colour)])
    with tracker.running(12):
        pass
    with tracker.running(None):
        pass
    shown = "\x1b[32mdone\x1b[0m" if colour else "done"
    assert stream.getvalue() == f"[1/2] block 12, line 40: {shown} in 0.00 s\n"
