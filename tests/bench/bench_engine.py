"""The engine beside plain Python, in interleaved pairs: imports, running blocks, line marks, starts.

Run as a script, or by pytest with `-s`. Prints workload, samples, medians and ratios. Times are processor
seconds of this process, which a busy machine disturbs least; starts are seconds on the clock.
"""

from __future__ import annotations

import gc
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from moonlight.document import parse
from moonlight.importer import install_hook, uninstall_hook
from moonlight.runner import run

ROOT = Path(__file__).parents[2]
MODULES, FUNCTIONS, REPEATS = 60, 20, 5
BLOCKS, PAIRS = 1000, 21
LOOPS, LOOP_PAIRS = 3_000_000, 9
STARTS = 9

MAX_WARM, MAX_COLD, MAX_RUN, MAX_LINES = 1.25, 4.0, 1.15, 1.03
"""What the issue asks for: our time over that of plain Python."""
MAX_START = 0.25
"""Seconds."""

FUNCTION = '''\
def function_{i}(values, scale={i} + 1):
    """Words about function {i}."""
    total = 0
    for value in values:
        total += value * scale
    return total
'''
BLOCK = """\
values_{i} = [n * {i} for n in range(20)]
total_{i} = sum(values_{i}) / len(values_{i})
result_{i} = {{"values": values_{i}, "mean": total_{i}, "name": f"step {i}"}}
if result_{i}["mean"] > 10 and len(result_{i}["values"]) == 20:
    kept_{i} = sorted(values_{i}, key=lambda value: -value)[:5]
"""
LOOP = "x = 0\nfor i in range({n}):\n    x += i % 7\n    if x > 1000:\n        x -= 1000\n"

Pairs = list[tuple[float, float]]


def pairs(count: int, plain: Callable[[], None], ours: Callable[[], None]) -> Pairs:
    """Times of both, one after the other; who goes first alternates."""
    plain()
    ours()
    found = []
    for turn in range(count):
        order = (plain, ours) if turn % 2 else (ours, plain)
        times = {work: timed(work) for work in order}
        found.append((times[plain], times[ours]))
    return found


def timed(work: Callable[[], None]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def report(workload: str, found: Pairs, limit: float) -> float:
    """Print and return the median of the pairs' ratios."""
    ratio = statistics.median(ours / plain for plain, ours in found)
    plain, ours = (statistics.median(column) * 1e3 for column in zip(*found, strict=True))
    print(f"\n{workload}: {len(found)} pairs, Python {sys.version.split()[0]}")
    print(f"  plain {plain:.3f} ms, ours {ours:.3f} ms (medians); ratio {ratio:.3f}, limit {limit}")
    print("  ratios", *(f"{b / a:.2f}" for a, b in found[:21]))
    return ratio


@contextmanager
def modules() -> Iterator[None]:
    """`plain_N.py` and `ours_N.py.md` with the same functions, importable, bytecode kept."""
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as folder:
        functions = [FUNCTION.format(i=i) for i in range(FUNCTIONS)]
        document = "# A module\n" + "".join(f"\n## Part\n\nWords.\n\n```python\n{f}```\n" for f in functions)
        for number in range(MODULES + 1):
            Path(folder, f"plain_{number}.py").write_text("\n\n".join(functions), encoding="utf-8")
            Path(folder, f"ours_{number}.py.md").write_text(document, encoding="utf-8")
        before = sys.dont_write_bytecode
        sys.dont_write_bytecode = False
        sys.path.insert(0, folder)
        install_hook()
        importlib.invalidate_caches()
        try:
            import_anew(f"ours_{MODULES}")  # loads the parser
            yield
        finally:
            uninstall_hook()
            sys.path.remove(folder)
            sys.dont_write_bytecode = before


def import_anew(name: str) -> float:
    sys.modules.pop(name, None)
    start = time.process_time()
    __import__(name)
    return time.process_time() - start


def import_pairs() -> tuple[Pairs, Pairs]:
    with modules():
        cold = [(import_anew(f"plain_{n}"), import_anew(f"ours_{n}")) for n in range(MODULES)]
        turns = [n for _ in range(REPEATS) for n in range(MODULES)]
        warm = [(import_anew(f"plain_{n}"), import_anew(f"ours_{n}")) for n in turns]
    return cold, warm


def run_pairs() -> Pairs:
    text = "".join(f"Words {i}.\n\n```python\n{BLOCK.format(i=i)}```\n\n" for i in range(BLOCKS))
    document = parse(text, "bench.py.md")
    sources = [block.text for block in document.code_blocks]

    def plain() -> None:
        names = {"__name__": "__main__"}
        for source in sources:
            exec(compile(source, "bench.py", "exec", dont_inherit=True), names)

    def ours() -> None:
        result = run(document, sinks=[lambda event: None, lambda event: None])
        assert result.error is None
        assert len(result.trace) == BLOCKS

    return pairs(PAIRS, plain, ours)


def line_pairs() -> Pairs:
    document = parse("```python\n" + LOOP.format(n=LOOPS) + "```\n", "bench.py.md")

    def plain() -> None:
        assert run(document).error is None

    def ours() -> None:
        assert run(document, lines="live").error is None

    return pairs(LOOP_PAIRS, plain, ours)


def starts(*arguments: str) -> list[float]:
    found = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(STARTS + 1):
        start = time.perf_counter()
        command = [sys.executable, "-m", "moonlight", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
        found.append(time.perf_counter() - start)
    return found[1:]


def test_imports_cost_little_more_than_those_of_plain_modules() -> None:
    cold, warm = import_pairs()
    assert report(f"warm import, {FUNCTIONS} functions", warm, MAX_WARM) <= MAX_WARM
    assert report(f"cold import, {FUNCTIONS} functions", cold, MAX_COLD) <= MAX_COLD


def test_tracked_blocks_cost_little_more_than_exec() -> None:
    workload = f"compile and run {BLOCKS} blocks of five lines, two sinks"
    assert report(workload, run_pairs(), MAX_RUN) <= MAX_RUN


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_live_line_marks_are_free_on_a_hot_loop() -> None:
    assert report(f"live line marks, {LOOPS} rounds", line_pairs(), MAX_LINES) <= MAX_LINES


def test_command_line_starts_at_once() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.py.md")
        empty.touch()
        for arguments in (["--help"], ["run", str(empty)]):
            found = starts(*arguments)
            middle = statistics.median(found)
            print(
                f"\nmoonlight {arguments[0]}: {len(found)} starts, median {middle:.3f} s, limit {MAX_START}"
            )
            assert min(found) < MAX_START


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-s", "-q", "-p", "no:cacheprovider"]))
