"""Moonleap by size: specs parsed, resolved and ruled, how that grows, and the start of the command.

Run as a script, or by pytest with `-s`. Prints workload, medians and ratios. Times are processor seconds of
this process without the import of the packages' modules being warm; starts are seconds on the clock.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from moonleap.graph import build_graph

REPEATS, STARTS = 5, 7
MAX_1000, MAX_10_000, MAX_START = 1.0, 12.0, 0.4
"""Seconds, from the issue."""
MAX_GROWTH = 1.6
"""Time per block of the largest spec over that of the smallest: 1 is linear, the rest is cache misses."""

SETTINGS = "packages_by_scope:\n  default: [bench_rules]\n"
RULES = """\
from dataclasses import dataclass
from moonleap import Resource, create, create_forward, rule
from moonleap.verbs import has, provides, shows, uses

@dataclass
class Thing(Resource):
    data: str

def thing(tag):
    @create(tag)
    def make(term, block):
        return Thing(term.data)

for tag in ("project", "service", "screen", "list-view", "endpoint", "store"):
    thing(tag)

@rule("service", has, "screen")
def service_has_screen(service, screen): service.screen = screen
@rule("screen", shows, "list-view")
def screen_shows_view(screen, view): ...
@rule("service", provides, "endpoint")
def service_provides(service, endpoint): return [create_forward(endpoint, "serves", service)]
@rule("endpoint", "serves", "service")
def endpoint_serves(endpoint, service): ...
@rule("endpoint", uses, "store")
def endpoint_uses(endpoint, store): ...
@rule("project", uses, "service")
def project_uses(project, service): ...
"""
SECTION = """\
{h} The b{i}:service

The b{i}:service /has a (w{i}:screen that /shows the c{i}:list-view and the d{i}:list-view).
:It /provides the e{i}:endpoint and the f{i}:endpoint for everybody who asks for it.
The e{i}:endpoint /uses the g{i}:store.
"""
SENTENCE = "The b{i}:service /has a (w{i}:screen that /shows the c{i}:list-view and the d{i}:list-view).\n"
TOP = "# The foo:project\n\nThe foo:project /uses the b0:service.\n\n"


def flat(blocks: int) -> str:
    """Blocks below one heading, seven terms each."""
    return TOP + "\n".join(SECTION.format(h="##", i=i) for i in range(blocks))


def nested(blocks: int) -> str:
    """The same, five levels deep."""
    return TOP + "\n".join(SECTION.format(h="#" * (2 + i % 5), i=i) for i in range(blocks))


def sentences(count: int) -> str:
    """One block with many sentences."""
    return TOP + "".join(SENTENCE.format(i=i) for i in range(count))


def seconds(text: str, repeats: int = REPEATS) -> float:
    """Median time of a graph."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("spec.md", text), ("settings.yml", SETTINGS), ("bench_rules.py", RULES)):
            Path(folder, name).write_text(content, encoding="utf-8")
        times = []
        for _ in range(repeats):
            gc.collect()
            start = time.process_time()
            graph = build_graph(folder)
            times.append(time.process_time() - start)
            assert not graph.diagnostics, graph.diagnostics[0].format()
    return statistics.median(times)


def growth(name: str, make: Callable[[int], str], sizes: tuple[int, ...]) -> list[float]:
    """Print and return the time of each size."""
    seconds(make(10))
    times = [seconds(make(size), REPEATS if size < 5000 else 3) for size in sizes]
    base = times[0] / sizes[0]
    for size, taken in zip(sizes, times, strict=True):
        print(f"{name:10} {size:6}: {taken:7.3f} s, per unit x{taken / size / base:.2f}")
    return times


def test_1000_blocks_with_7000_terms() -> None:
    for name, make in (("flat", flat), ("nested", nested)):
        small, middle, large = growth(name, make, (500, 1000, 10_000))
        assert middle < MAX_1000
        assert large < MAX_10_000
        assert large / small < 20 * MAX_GROWTH


def test_1000_sentences_in_one_block() -> None:
    small, middle, large = growth("sentences", sentences, (500, 1000, 10_000))
    assert middle < MAX_1000
    assert large / small < 20 * MAX_GROWTH


def test_start_of_the_command() -> None:
    times = []
    for _ in range(STARTS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "moonleap", "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    print(f"start      {statistics.median(times):.3f} s")
    assert statistics.median(times) < MAX_START


if __name__ == "__main__":
    test_1000_blocks_with_7000_terms()
    test_1000_sentences_in_one_block()
    test_start_of_the_command()
