"""The compiler against CPython: the same calls of the same program, state and exceptions compared."""

from __future__ import annotations

import copy
import json
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import moon_spa
from moon_spa import shaking
from moon_spa.compiler import CompiledComponent
from moon_spa.types import ANY, FLOAT, INT, DictOf, ListOf, Record, Type, Union, accepts, describe
from tests.moon_spa.node import Node, encode, same
from tests.moon_spa.programs import Program, smaller

COMPONENT = Path(__file__).parent / "component.mjs"
FILE = "fuzz.py"
MAX_SAFE = 2**53 - 1
MOST_LINES = 3000
MOST_ITEMS = 2000
MOST_BITS = 20_000
RUN = """
const moon = new Function("return " + input.helpers)();
return input.programs.map((program) => modules.component.runProgram(program, moon));
"""


@dataclass(frozen=True)
class Step:
    """What CPython made of one call: the exception's name, or "", and the state and data after it."""

    error: str
    state: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A program whose JavaScript is not its Python."""

    program: Program
    what: str

    def __str__(self) -> str:
        return f"{self.what}\n{self.program.text()}"


@dataclass
class Report:
    """What a run found: `sides` counts actions by side, `outcomes` calls by how they ended."""

    differences: list[Difference] = field(default_factory=list)
    sides: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


class _State:
    """`self.state` over the mapping."""

    def __init__(self, values: dict[str, Any]) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Any:
        return self._values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[name] = value


class Component:
    """What a component derives from when CPython alone runs it."""

    state: Any


class Endless(BaseException):
    """A program that runs for too long, or whose values grow too large."""


def guard() -> Callable[..., Any]:
    """A trace function that ends a program after some thousand lines."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != FILE:
            return None
        lines += event == "line"
        known = frame.f_locals
        state = known.get("state") or getattr(getattr(known.get("self"), "state", None), "_values", {})
        if lines > MOST_LINES or any(map(grows, [*known.values(), *state.values()])):
            raise Endless
        return trace

    return trace


def grows(value: Any) -> bool:
    """Whether a value is so large that the next lines may take for ever."""
    if isinstance(value, int):
        return value.bit_length() > MOST_BITS
    return isinstance(value, str | list) and len(value) > MOST_ITEMS


def python_steps(program: Program) -> list[Step]:
    """The calls, run by CPython: state is a value between calls, an exception leaves it as it was."""
    before = sys.gettrace()
    sys.settrace(guard())
    try:
        return traced_steps(program)
    finally:
        sys.settrace(before)


def traced_steps(program: Program) -> list[Step]:
    scope: dict[str, Any] = {"Component": Component, "server": lambda function: function}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(program.source, FILE, "exec"), scope)
    component = [one for one in scope.values() if isinstance(one, type)][-1]()
    component.state = _State({})
    sections = component.setup({})
    state, data = sections["state"], sections.get("data", {})
    component.state = _State(state)
    steps = []
    for name, args in program.calls:
        before, data_before = separate(state), separate(data)
        error = ""
        try:
            sections["actions"][name](*copy.deepcopy(args))
        except Exception as raised:
            error = type(raised).__name__
        after = before if error else separate(state)
        if not error and too_large(after):
            error, after = "OverflowError", before
        state.clear()
        state.update(after)
        if error:
            data.update(data_before)
        steps.append(Step(error, separate(after), separate(data)))
    return steps


def separate(value: Any) -> Any:
    """A value between actions: a tree, in which no two places share an object."""
    if isinstance(value, list | dict | str) and len(value) > MOST_ITEMS:
        raise Endless
    if isinstance(value, list | tuple | set):
        return type(value)(map(separate, value))
    return {key: separate(one) for key, one in value.items()} if isinstance(value, dict) else value


def too_large(value: Any) -> bool:
    """Whether a value holds an int that state cannot have."""
    if isinstance(value, Mapping):
        return any(too_large(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set):
        return any(map(too_large, value))
    return isinstance(value, int) and abs(value) > MAX_SAFE


def encode_as(value: Any, kind: Type) -> Any:
    """A value in the form of its type: floats are boxed where the type is ANY."""
    if isinstance(value, list | tuple) and isinstance(kind, ListOf):
        return [encode_as(one, kind.item) for one in value]
    if isinstance(value, dict) and isinstance(kind, DictOf | Record):
        types = dict(kind.fields) if isinstance(kind, Record) else {}
        inner = kind.value if isinstance(kind, DictOf) else ANY
        tag = "m" if any(not isinstance(key, str) for key in value) else "d"
        return {tag: [[encode(key), encode_as(one, types.get(key, inner))] for key, one in value.items()]}
    if isinstance(kind, Union):
        kind = next((one for one in kind.members if accepts(one, value)), ANY)
        return encode_as(value, kind) if not isinstance(kind, Union) else encode(value, True)
    return encode(value, boxed=kind is ANY)


def as_plain(tagged: Any) -> Any:
    """A tagged value with boxes opened: whether there has to be one is another question."""
    if isinstance(tagged, list):
        return [as_plain(one) for one in tagged]
    if isinstance(tagged, dict):
        if "F" in tagged:
            return {"n": tagged["F"]}
        return {key: as_plain(one) if key in ("d", "m", "x") else one for key, one in tagged.items()}
    return tagged


def wrong_state(step: Step, got: Sequence[Any], types: Mapping[str, Type]) -> str:
    """What of the state is not Python's; "" where all is."""
    if len(step.state) != len(got):
        return f"JavaScript has {len(got)} fields, Python {len(step.state)}"
    for (name, expected), found in zip(step.state.items(), got, strict=True):
        kind = types.get(name, ANY)
        if not accepts(kind, expected):
            return f"{name} is {expected!r}, but the compiler takes it for {describe(kind)}"
        boxed = json.dumps(encode_as(expected, kind)).count('"F"')
        if not same(expected, as_plain(found)) or (kind is FLOAT and boxed):
            return f"{name} is {expected!r} in Python, {json.dumps(found)} in JavaScript"
        if json.dumps(found).count('"F"') != boxed:
            return f"{name}: {json.dumps(found)} has another number of boxes than {describe(kind)} asks for"
    return ""


def run(node: Node, programs: Sequence[Program], change: tuple[str, str] = ("", "")) -> Report:
    """Compile the programs and run them on both sides, in one round trip; `change` makes helpers wrong."""
    report = Report()
    compiled: list[tuple[Program, CompiledComponent, list[Step], bool]] = []
    for number, program in enumerate(programs):
        try:
            steps = python_steps(program)
        except Endless:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = moon_spa.compile(program.source, path=FILE)
        except Exception as error:
            report.differences.append(Difference(program, f"compile raised {type(error).__name__}: {error}"))
            continue
        compiled.append((program, found, steps, number % 2 == 0))
    request = {
        "helpers": shaking.helpers_text(set().union(*(one.helpers for _, one, _, _ in compiled))).replace(
            *change
        ),
        "programs": [sent(*one) for one in compiled],
    }
    for (program, found, steps, _), results in zip(
        compiled, node.call(RUN, request, {"component": COMPONENT}), strict=True
    ):
        for placed in found.placed.values():
            report.sides[placed.side] += 1
            if placed.side == "server":
                report.reasons[placed.reason] += 1
        what = compare(program, steps, results, found, report)
        if what:
            report.differences.append(Difference(program, what))
    return report


def sent(program: Program, compiled: CompiledComponent, steps: Sequence[Step], old: bool) -> dict[str, Any]:
    """The program as Node runs it; `old`: every call on the handle of the first render."""
    calls = [
        {
            "name": name,
            "args": [encode(one, boxed=True) for one in args],
            "after": [encode_as(one, compiled.types.get(key, ANY)) for key, one in step.state.items()],
        }
        for (name, args), step in zip(program.calls, steps, strict=True)
    ]
    ints = [one.index for one in compiled.spec.fields if compiled.types[one.name] is INT]
    return {"setup": compiled.setup_js, "calls": calls, "old": old, "ints": ints}


def refused(step: Step, types: Mapping[str, Type]) -> bool:
    """Whether the bridge does not take what the server has made: a value of another type than the field's.

    That is a visible error of the action, and where the comparison ends.
    """
    return not all(accepts(types.get(name, ANY), value) for name, value in step.state.items())


def compare(
    program: Program,
    steps: Sequence[Step],
    results: Sequence[Any],
    compiled: CompiledComponent,
    report: Report,
) -> str:
    """The first difference of one program, or ""."""
    for (name, args), step, result in zip(program.calls, steps, results, strict=False):
        call = f"{name}{args!r}"
        outcome = "server" if result.get("server") else "error" if result.get("error") else "done"
        bailed = outcome == "server" and compiled.placement[name] == "client"
        report.outcomes["bail" if bailed else outcome] += 1
        if outcome == "server" and refused(step, compiled.types):
            report.outcomes["refused"] += 1
            return ""
        if outcome == "server":
            continue
        error = result.get("error", "")
        if (step.error, error) == ("MemoryError", "JS:RangeError"):
            continue
        if error != step.error:
            mine, other = step.error or "is done", error or "is done"
            return f"{call}: Python {mine}, JavaScript {other} {result.get('message', '')}"
        what = wrong_state(step, result["state"], compiled.types)
        if what:
            return f"{call}: {what}"
    return "" if len(results) == len(steps) else "JavaScript ended early"


def shrunk(
    node: Node, difference: Difference, change: tuple[str, str] = ("", ""), seconds: float = 20
) -> Difference:
    """A smaller program with a difference of the same sort, as far as the time goes."""
    sort = kind_of(difference.what)
    end = time.monotonic() + seconds
    better: Difference | None = difference
    while better is not None:
        difference = better
        better = next(smaller_differences(node, difference, sort, change, end), None)
    return difference


def smaller_differences(
    node: Node, difference: Difference, sort: str, change: tuple[str, str], end: float
) -> Iterator[Difference]:
    """Differences of the same sort of smaller programs."""
    for program in smaller(difference.program):
        if time.monotonic() > end:
            return
        if not is_valid(program):
            continue
        try:
            found = run(node, [program], change).differences
        except TypeError:  # what was cut away has left a state that cannot be sent, or copied
            continue
        yield from (one for one in found if kind_of(one.what) == sort)


def is_valid(program: Program) -> bool:
    """Whether CPython can run the program: no call of what is gone, no name that is unknown."""
    gone = ("NameError", "AttributeError", "UnboundLocalError")
    try:
        steps = python_steps(program)
        actions = {name for name, _ in program.calls}
        entries = set(re.findall(r"['\"](\w+)['\"]: \w+", program.source))
        return actions <= entries and all(step.error not in gone and encode(step.state) for step in steps)
    except (Exception, Endless):
        return False


def kind_of(what: str) -> str:
    """The sort of a difference: texts of values cut away."""
    if what.startswith("compile raised"):
        return what[:60]
    return (
        "state"
        if " is " in what and "Python " not in what.split(": ", 1)[-1][:8]
        else what.split(": ", 1)[-1][:40]
    )
