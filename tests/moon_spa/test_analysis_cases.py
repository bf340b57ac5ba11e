"""The case table `cases/actions.md`: placement, JavaScript, and the same results in Node and in CPython."""

from __future__ import annotations

import ast
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import pytest

import moon_spa
from tests.moon_spa import differential
from tests.moon_spa.node import Node
from tests.moon_spa.programs import Program

TABLE = Path(__file__).parent / "cases" / "actions.md"
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```py\n(?P<py>.*?)```\n\n```js\n(?P<js>.*?)```\n\n```text\n(?P<text>.*?)```\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Case:
    """One section of the table."""

    title: str
    py: str
    js: str
    text: str

    @property
    def calls(self) -> list[str]:
        """The calls, as Python."""
        return [line.split(" -> ")[0] for line in self.text.splitlines() if " -> " in line]

    def program(self) -> Program:
        """The case as a component with calls of its actions."""
        functions = [
            node.name
            for node in ast.parse(self.py).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name not in ("fact", "bump", "deep")
        ]
        actions = ", ".join(f'"{name}": {name}' for name in functions)
        data = '"data": data, ' if "data = " in self.py else ""
        end = f'return {{"state": state, {data}"actions": {{{actions}}}}}\n'
        source = "class Fuzz(Component):\n    def setup(self, props):\n" + indent(self.py + end, " " * 8)
        calls = []
        for text in self.calls:
            call = ast.parse(text, mode="eval").body
            assert isinstance(call, ast.Call)
            assert isinstance(call.func, ast.Name)
            calls.append((call.func.id, tuple(ast.literal_eval(one) for one in call.args)))
        return Program(source, tuple(calls))

    def answers(self) -> tuple[str, str]:
        """The two fences as they are now."""
        program = self.program()
        compiled = moon_spa.compile(program.source, path="case.py")
        placed = compiled.placed["action", "act"]
        said = [next(line for line in compiled.explain if line.startswith("act: "))]
        steps = differential.python_steps(program) if program.calls else []
        for call, step in zip(self.calls, steps, strict=True):
            said.append(f"{call} -> {step.error or step.state}")
        return f"{placed.body}\n", "\n".join(said) + "\n"


def read_cases() -> list[Case]:
    return [Case(**match.groupdict()) for match in CASE.finditer(TABLE.read_text(encoding="utf-8"))]


def test_the_table_says_what_the_compiler_does() -> None:
    text = TABLE.read_text(encoding="utf-8")
    cases = read_cases()
    assert len(cases) == text.count("\n## ")
    found = text
    for case in cases:
        if sys.version_info >= (3, 12) and "__moon.sum_" in case.js:
            continue  # the table is that of 3.11; sum() of floats is compensated since, which the code says
        js, said = case.answers()
        old = f"{case.py}```\n\n```js\n{case.js}```\n\n```text\n{case.text}```\n"
        new = f"{case.py}```\n\n```js\n{js}```\n\n```text\n{said}```\n"
        found = found.replace(old, new)
    if os.environ.get("MOONLIGHT_GOLD"):
        TABLE.write_text(found, encoding="utf-8")
    else:
        assert found == text


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.title)
def test_javascript_does_what_python_does(case: Case, node: Node) -> None:
    if not case.calls:
        assert "__serverCall" in case.js
        return
    report = differential.run(node, [case.program()])
    assert not [str(one) for one in report.differences]
    assert report.outcomes["server"] == case.calls.count("load()")
