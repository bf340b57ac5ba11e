"""The compiler of components: random programs beside CPython, compile times, sizes, the seed's package.

Run as a script, or by pytest with `-s`. `MOON_PROGRAMS` is how many random programs run (20,000 without it),
`MOON_SEED` where they start. Prints samples, medians and shares. The published package is installed into a
temporary environment of its own; without a package index that part says so and is left out.
"""

from __future__ import annotations

import ast
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import moon_spa
from moon_spa import shaking
from moon_spa.bundling import bundle
from tests.moon_spa.differential import Report, run, shrunk
from tests.moon_spa.grammar import EXPRESSIONS
from tests.moon_spa.grammar_statements import IN_LOOP, STATEMENTS
from tests.moon_spa.node import Node
from tests.moon_spa.programs import Writer
from tests.moon_spa.test_artefact import COUNTER as SHOWN
from tests.moon_spa.test_seed import CARD, GAME, GUARD

ROOT = Path(__file__).parents[2]
WHOLE = ROOT / "tests" / "moon_spa" / "components"
PROGRAMS = int(os.environ.get("MOON_PROGRAMS") or 20_000)
SEED = int(os.environ.get("MOON_SEED") or 1)
BATCH = 200
SAMPLES = 60
REPEATED = 10_000
PUBLISHED = "moon-spa==2.4.3"

AIM_COMPILE, MAX_COMPILE = 0.001, 0.012
"""Seconds, the median over the components: what the issue asks for, and what ends in a failure."""
MAX_COUNTER = 500
"""Bytes of the counter's setup() with its helpers, after gzip."""
MAX_MODULE = 7_000
"""Bytes of the whole module of a counter with a template, after gzip and without its source map."""
MAX_SERVER = 0.5
"""Share of the random actions that run on the server."""

COUNTER = """\
class Counter(Component):
    def setup(self, props):
        return {
            "props": props,
            "state": {"count": 0},
            "data": {},
            "actions": {
                "increment": {"op": "add", "state": "count", "value": 1},
                "reset": {"op": "set", "state": "count", "value": 0},
            },
            "lifecycle": {},
        }
"""
GUARDED = """\
class Guarded(Component):
    def setup(self, props):
        state = {"count": 0}
        data = {"limit": 10}
        def safe_increment():
            if state["count"] < 10:
                state["count"] += 1
                data["limit"] = 10
        return {
            "props": props,
            "state": state,
            "data": data,
            "actions": {"safe_increment": safe_increment},
            "lifecycle": {},
        }
"""
TODO = """\
class Todo(Component):
    def setup(self, props):
        state = {"text": "", "items": [{"name": "start", "done": False}], "left": 1}
        def add():
            name = state["text"].strip()
            if not name:
                return
            state["items"].append({"name": name, "done": False})
            state["text"] = ""
            state["left"] = sum(1 for item in state["items"] if not item["done"])
        def toggle(index: int):
            state["items"][index]["done"] = not state["items"][index]["done"]
            state["left"] = sum(1 for item in state["items"] if not item["done"])
        def clear():
            state["items"] = [item for item in state["items"] if not item["done"]]
        return {
            "props": props,
            "state": state,
            "data": {},
            "actions": {"add": add, "toggle": toggle, "clear": clear},
            "lifecycle": {},
        }
"""
CART = """\
class Cart(Component):
    def setup(self, props):
        state = {"prices": [1.5, 2.25], "rate": 0.19, "total": "0.00"}
        def refresh():
            net = sum(state["prices"], 0.0)
            state["total"] = f"{net * (1 + state['rate']):.2f}"
        def add(price: float):
            if price < 0:
                raise ValueError("price")
            state["prices"].append(price)
            refresh()
        return {
            "props": props,
            "state": state,
            "data": {},
            "actions": {"refresh": refresh, "add": add},
            "lifecycle": {},
        }
"""
EVERYTHING = """\
class Part(Component):
    template = "<b>{{ children }}{{ n }}</b>"

    def setup(self, props):
        return {"props": {"n": 1, **props}}


class Everything(Component):
    template = '''<style>p { color: red }</style>
<p l-if="on" :title="name" :style="{'width': name}">{{ total }}</p>
<input l-model="name" @keydown.enter.prevent="save(event.value)">
<a :href="name" :class="{'on': on}">{{ qty }}</a>
<Part l-for="row in rows" :key="row.name" :n="qty">{{ row.price }}</Part>'''

    def setup(self, props):
        data = {"total": 1}
        state = {
            "on": True,
            "name": "x",
            "qty": StateField(from_prop="qty", default=1, cast="int"),
            "rows": [{"name": "a", "price": 1.5}],
        }

        def mounted():
            state["on"] = not state["on"]

        @server
        def save(text: str):
            state["rows"].append({"name": text, "price": 2.0})
"""
COMPONENTS = {"counter": COUNTER, "guarded": GUARDED, "todo": TODO, "cart": CART}
BODIES = (
    'state["count"] += 1',
    'state["count"] = 0',
    'state["flag"] = not state["flag"]',
    'if state["count"] < 10:\n    state["count"] += 1',
    'for item in state["items"]:\n    state["count"] += item',
    'state["items"].append(state["count"])\nstate["label"] = f"{len(state[\'items\'])} items"',
    'state["items"] = [one for one in state["items"] if one > 2]',
    'name = state["label"].strip().lower()\nif not name:\n    return\nstate["label"] = name',
    'try:\n    state["count"] = int(state["label"])\nexcept ValueError:\n    state["label"] = "bad"',
    'state["count"] = max(state["items"]) if state["items"] else 0',
)
FAMILY = 26
"""Components of three to six of these actions, beside those above."""

OTHER = """
import gzip, json, statistics, sys, time
from moon_spa.codegen import build_client_script

found = {}
for name, source in json.load(sys.stdin).items():
    try:
        times = []
        for number in range(%d):
            start = time.process_time()
            script = build_client_script(source + f"# {number}\\n")
            times.append(time.process_time() - start)
    except Exception as error:
        found[name] = {"error": f"{type(error).__name__}: {error}"}
        continue
    found[name] = {
        "time": statistics.median(times),
        "size": len(gzip.compress(script.encode(), mtime=0)),
        "server": script.count('__serverCall("action"'),
    }
print(json.dumps(found))
"""


def fuzz(node: Node) -> tuple[Report, Counter[str]]:
    """All random programs, in batches."""
    total = Report()
    seen: Counter[str] = Counter()
    for start in range(0, PROGRAMS, BATCH):
        seeds = range(start, min(start + BATCH, PROGRAMS))
        found = run(node, [Writer(Random(f"{SEED}/{i}"), seen).program() for i in seeds])
        total.differences += found.differences
        total.sides += found.sides
        total.outcomes += found.outcomes
        total.reasons += found.reasons
    return total, seen


def test_random_programs_of_every_construct_do_what_cpython_does() -> None:
    node = Node()
    started = time.perf_counter()
    report, seen = fuzz(node)
    share = report.sides["server"] / report.sides.total()
    wanted = {one.name for forms in EXPRESSIONS.values() for one in forms}
    wanted |= {one.name for one in (*STATEMENTS, *IN_LOOP)}
    print(f"\n{PROGRAMS} programs in {time.perf_counter() - started:.0f} s, seed {SEED}")
    print(f"  actions: {dict(report.sides)}, {share:.1%} on the server")
    print(f"  calls: {dict(report.outcomes)}")
    print(f"  constructs: {len(wanted & set(seen))} of {len(wanted)}, least often {seen.most_common()[-3:]}")
    for reason, count in report.reasons.most_common(8):
        print(f"  {count:6} on the server for {reason}")
    print(f"  differences: {len(report.differences)}")
    for one in report.differences[:3]:
        print(shrunk(node, one))
    node.close()
    assert not report.differences
    assert share < MAX_SERVER
    assert PROGRAMS < 2000 or wanted <= set(seen)


def relative(number: int) -> str:
    """A component with props, data, four state fields and three to six actions."""
    names = [f"act{i}" for i in range(3 + number % 4)]
    state = f'{{"count": {number}, "flag": False, "label": "x", "items": [1, 2, 3]}}'
    lines = ['props = {"title": "t", **props}', f"state = {state}", 'data = {"limit": 10}']
    for i, name in enumerate(names):
        body = BODIES[(number * 3 + i * 7) % len(BODIES)]
        lines += [f"def {name}():", *(f"    {line}" for line in body.splitlines())]
    actions = ", ".join(f'"{name}": {name}' for name in names)
    lines.append(f'return {{"props": props, "state": state, "data": data, "actions": {{{actions}}}}}')
    body = "".join(f"        {line}\n" for line in lines)
    return f"class Relative{number}(Component):\n    def setup(self, props):\n{body}"


def ours(text: str, path: str) -> None:
    """A component, compiled."""
    moon_spa.compile(text, path=path)


def pythons(text: str, path: str) -> None:
    """What CPython itself takes for the same text: its syntax tree, and the bytecode of that."""
    compile(ast.parse(text, path), path, "exec", dont_inherit=True)


def compile_times(sources: dict[str, str], work: Callable[[str, str], None] = ours) -> dict[str, float]:
    """Median processor seconds of a compilation, for each component: a busy machine disturbs them least.

    Each sample is a text of its own, since a text is compiled once.
    """
    found = {}
    for name, source in sources.items():
        work(source, f"{name}.py")
        times = []
        for number in range(SAMPLES):
            text = f"{source}# {number}\n"
            start = time.process_time()
            work(text, f"{name}.py")
            times.append(time.process_time() - start)
        found[name] = statistics.median(times)
    return found


def repeated_time(source: str) -> float:
    """Processor seconds of compiling a text that has been compiled before."""
    moon_spa.compile(source, path="again.py")
    start = time.process_time()
    for _ in range(REPEATED):
        moon_spa.compile(source, path="again.py")
    return (time.process_time() - start) / REPEATED


def size(source: str, name: str) -> tuple[int, int]:
    """Bytes after gzip of setup() with the helpers it needs, and how many actions run on the server."""
    compiled = moon_spa.compile(source, path=f"{name}.py")
    helpers = shaking.helpers_text(compiled.helpers) if compiled.helpers else ""
    script = (compiled.setup_js + helpers).encode()
    return len(gzip.compress(script, mtime=0)), list(compiled.placement.values()).count("server")


def module_sizes() -> dict[str, int]:
    """Bytes after gzip of the runtime with all that templates may need, and of whole modules."""
    modules = {
        "counter": moon_spa.compile(SHOWN, path="counter.py"),
        "everything": moon_spa.compile(EVERYTHING, name="Everything", path="everything.py"),
    }
    texts = {name: made.esm.partition("//# sourceMappingURL")[0] for name, made in modules.items()}
    texts = {"runtime": bundle("mount").js, **texts}
    return {name: len(gzip.compress(text.encode(), mtime=0)) for name, text in texts.items()}


def published(folder: Path) -> dict[str, dict[str, float]] | str:
    """The same of the published package, in its own environment; or why not."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", PUBLISHED]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        return f"{PUBLISHED} cannot be installed here"
    program = [str(python), "-c", OTHER % SAMPLES]
    ran = subprocess.run(
        program, input=json.dumps(COMPONENTS), capture_output=True, text=True, cwd=folder, check=False
    )
    if ran.returncode:
        return ran.stderr.strip().splitlines()[-1]
    found: dict[str, dict[str, float]] = json.loads(ran.stdout)
    return found


def test_compiling_is_quick_and_a_counter_is_small() -> None:
    with tempfile.TemporaryDirectory() as folder:
        other = published(Path(folder))
    groups = {
        "the seed's own": {"counter": COUNTER, "card": CARD, "game": GAME, "guard": GUARD},
        "small ones, three to six actions": {
            f"relative{number}": relative(number) for number in range(FAMILY)
        },
        "whole ones, 35 to 100 lines": {file.stem: file.read_text("utf-8") for file in WHOLE.glob("*.py")},
    }
    times = compile_times(COMPONENTS)
    print(f"\nmedian of {SAMPLES} compilations; bytes of the script after gzip; actions on the server")
    for name in COMPONENTS:
        seconds = times[name]
        length, server = size(COMPONENTS[name], name)
        again = repeated_time(COMPONENTS[name]) * 1e6
        line = f"  {name:8} ours {seconds * 1000:7.3f} ms, again {again:.1f} µs, {length:5} B"
        line += f" {server} on the server"
        theirs = other[name] if isinstance(other, dict) else {}
        if "time" in theirs:
            line += f"; {PUBLISHED} {theirs['time'] * 1000:7.3f} ms {theirs['size']:5} B {theirs['server']}"
        elif theirs:
            line += f"; {PUBLISHED} {theirs['error']}"
        print(line)
    if isinstance(other, str):
        print(f"  without {PUBLISHED}: {other}")
    medians = {}
    for group, sources in groups.items():
        medians[group] = statistics.median(compile_times(sources).values())
        ratio = medians[group] / statistics.median(compile_times(sources, pythons).values())
        reached = "reached" if medians[group] < AIM_COMPILE else "missed"
        line = f"  {group}: median of {len(sources)} is {medians[group] * 1000:.3f} ms, the aim is {reached}"
        print(f"{line}; {ratio:.1f} times CPython's own tree and bytecode")
    modules = module_sizes()
    print(
        "  whole modules after gzip: " + ", ".join(f"{name} {length} B" for name, length in modules.items())
    )
    assert modules["counter"] < MAX_MODULE
    assert size(COUNTER, "counter")[0] < MAX_COUNTER
    assert max(medians.values()) < MAX_COMPILE


if __name__ == "__main__":
    raise SystemExit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", "--timeout=0", __file__]))
