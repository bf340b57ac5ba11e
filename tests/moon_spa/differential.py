"""The compiler against CPython: the same calls of the same program, state and exceptions compared each time."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import moon_spa
from moon_spa import shaking
from moon_spa.compiler import CompiledComponent
from moon_spa.types import ANY, FLOAT, DictOf, ListOf, Record, Type, Union, accepts, describe
from tests.moon_spa.node import Node, encode, same
from tests.moon_spa.programs import Program, smaller

COMPONENT = Path(__file__).parent / "component.mjs"
MAX_SAFE = 2**53 - 1
RUN = """
const moon = new Function("return " + input.helpers)();
return input.programs.map((program) => modules.component.runProgram(program, moon));
"""


@dataclass(frozen=True)
class Step:
    """What CPython made of one call: the exception's name, or "", and the state after it."""

    error: str
    state: dict[str, Any]


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


def python_steps(program: Program) -> list[Step]:
    """The calls, run by CPython: state is a value between calls, an exception leaves it as it was."""
    scope: dict[str, Any] = {"Component": Component}
    exec(compile(program.source, "fuzz.py", "exec"), scope)
    component = scope["Fuzz"]()
    sections = component.setup({})
    state = sections["state"]
    component.state = _State(state)
    steps = []
    for name, args in program.calls:
        before = copy.deepcopy(state)
        error = ""
        try:
            sections["actions"][name](*copy.deepcopy(args))
        except Exception as raised:
            error = type(raised).__name__
        after = before if error else copy.deepcopy(state)
        if not error and too_large(after):
            error, after = "OverflowError", before
        state.clear()
        state.update(after)
        steps.append(Step(error, copy.deepcopy(after)))
    return steps


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


def run(node: Node, programs: Sequence[Program]) -> Report:
    """Compile the programs and run them on both sides, in one round trip."""
    report = Report()
    compiled: list[tuple[Program, CompiledComponent, list[Step], bool]] = []
    for number, program in enumerate(programs):
        try:
            found = moon_spa.compile(program.source, path="fuzz.py")
        except Exception as error:
            report.differences.append(Difference(program, f"compile raised {type(error).__name__}: {error}"))
            continue
        compiled.append((program, found, python_steps(program), number % 2 == 0))
    request = {
        "helpers": shaking.helpers_text(set().union(*(one.helpers for _, one, _, _ in compiled))),
        "programs": [sent(*one) for one in compiled],
    }
    for (program, found, steps, _), results in zip(
        compiled, node.call(RUN, request, {"component": COMPONENT}), strict=True
    ):
        for name, placed in found.placed.items():
            report.sides[placed.side] += 1
            if placed.side == "server":
                report.reasons[placed.reason] += 1
            del name
        what = compare(program, steps, results, found.types, report)
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
    return {"setup": compiled.setup_js, "calls": calls, "old": old}


def compare(
    program: Program, steps: Sequence[Step], results: Sequence[Any], types: Mapping[str, Type], report: Report
) -> str:
    """The first difference of one program, or ""."""
    for (name, args), step, result in zip(program.calls, steps, results, strict=False):
        call = f"{name}{args!r}"
        outcome = "server" if result.get("server") else "error" if result.get("error") else "done"
        report.outcomes["bail" if "why" in result else outcome] += 1
        if outcome == "server":
            continue
        error = result.get("error", "")
        if error != step.error:
            return f"{call}: Python {step.error or 'is done'}, JavaScript {error or 'is done'} {result.get('message', '')}"
        what = wrong_state(step, result["state"], types)
        if what:
            return f"{call}: {what}"
    return "" if len(results) == len(steps) else "JavaScript ended early"


def shrunk(node: Node, difference: Difference, rounds: int = 60) -> Difference:
    """A smaller program with a difference of the same sort."""
    sort = kind_of(difference.what)
    for _ in range(rounds):
        better = next(smaller_differences(node, difference, sort), None)
        if better is None:
            return difference
        difference = better
    return difference


def smaller_differences(node: Node, difference: Difference, sort: str) -> Any:
    batch: list[Program] = []
    for program in (*smaller(difference.program), None):
        if program is not None and is_valid(program):
            batch.append(program)
        if program is None or len(batch) == 40:
            found = run(node, batch).differences if batch else []
            yield from (one for one in found if kind_of(one.what) == sort)
            batch = []


def is_valid(program: Program) -> bool:
    """Whether CPython can run the program: no call of what is gone, no name that is unknown."""
    try:
        return all(
            step.error not in ("NameError", "AttributeError", "UnboundLocalError")
            for step in python_steps(program)
        )
    except Exception:
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
