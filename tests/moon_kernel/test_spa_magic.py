"""The magic ``%spa``: a component of the notebook, with its actions and its code on both sides."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.moon_kernel.client import Client
from tests.moon_kernel.test_lines import document
from tests.moon_kernel.test_magics import shown_text

COUNTER = """\
from moon_spa import Component

STEP = 2


class Counter(Component):
    def setup(self, props):
        state = {"count": 0, "note": "<b>&"}

        def increment():
            state["count"] += STEP

        def save():
            open("counts.txt", "a")
"""


def data_of(answer: Any) -> dict[str, str]:
    """What was displayed, by mime type."""
    found: dict[str, str] = answer.contents("display_data")[0]["data"]
    return found


@pytest.fixture
def notebook(kernel: Client) -> Client:
    kernel.block(document("import math", COUNTER), 2)
    return kernel


def test_actions_and_code_of_a_component_are_shown(notebook: Client) -> None:
    text = data_of(notebook.run("%spa Counter"))["text/plain"]
    assert text.startswith("action     side    why")
    rows = {line.split()[0]: line for line in text.split("\n") if line.strip()}
    assert rows["increment"].split()[1] == "client"
    assert rows["save"].split()[1] == "server"
    assert "open" in rows["save"]
    assert "function setup({ useState, props, componentName }) {" in text


def test_lines_are_those_of_the_document(notebook: Client) -> None:
    text = document("import math", COUNTER)
    line = text[: text.index('open("counts.txt"')].count("\n") + 1
    table = data_of(notebook.run("%spa Counter --explain"))["text/plain"]
    (row,) = [row for row in table.split("\n") if row.startswith("save")]
    assert row.split()[-1] == str(line)
    assert "function setup" not in table


def test_python_and_javascript_stand_side_by_side_and_are_escaped(notebook: Client) -> None:
    shown = data_of(notebook.run("%spa Counter --js"))["text/html"]
    assert "<th" not in shown
    python, javascript = shown.split("<pre>")[1:]
    assert "class Counter(Component):" in python
    assert "&lt;b&gt;&amp;" in python
    assert "function setup(" in javascript
    assert "<b>" not in shown


def test_every_action_can_be_put_on_the_server(notebook: Client) -> None:
    table = data_of(notebook.run("%spa Counter --server --explain"))["text/plain"]
    assert [line.split()[1] for line in table.split("\n")[2:]] == ["server", "server"]


def test_an_error_is_shown_at_its_line_of_the_document(kernel: Client) -> None:
    wrong = COUNTER.replace('{"count": 0, "note": "<b>&"}', '{"count": object()}')
    text = document("import math", wrong)
    kernel.block(text, 2)
    answer = kernel.run("%spa Counter")
    line = text[: text.index("object()")].count("\n") + 1
    assert f"{kernel.path.name}:{line}: error: " in data_of(answer)["text/plain"]
    assert "spa: Counter has 1 error" in shown_text(answer)
    assert "Traceback" not in answer.traceback


def test_a_component_of_an_anonymous_cell_is_found_too(kernel: Client) -> None:
    kernel.run(COUNTER)
    assert "increment" in data_of(kernel.run("%spa Counter --explain"))["text/plain"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%spa Countr", "did you mean 'Counter'?"),
        ("%spa Counter --explan", "did you mean '--explain'?"),
        ("%spa Counter Counter", "Counter is no mapping of props"),
        ("%spa --js", "the name of one component"),
        ("%spa math", "math is no component: write `class math(Component):`"),
        ("%spa __import__('os')", "there is no component"),
        ("%spa Counter.setup", "there is no component"),
    ],
)
def test_a_wrong_line_is_one_clear_sentence(notebook: Client, line: str, message: str) -> None:
    notebook.run("import math")
    assert message in shown_text(notebook.run(line))


def test_nothing_else_of_the_notebook_runs_again(kernel: Client) -> None:
    kernel.run("runs = []")
    kernel.run("runs.append(1)")
    kernel.block(document("runs.append(2)", COUNTER), 2)
    kernel.run("%spa Counter")
    assert kernel.run("print(runs)").text == "[1]\n"


def test_help_and_completion(notebook: Client) -> None:
    assert "--explain" in notebook.run("%spa").text
    for line, expected in (("%spa Cou", "Counter"), ("%spa Counter --e", "--explain")):
        notebook.client.complete(line)
        assert expected in notebook.client.get_shell_msg(timeout=10)["content"]["matches"]


def test_the_result_of_a_component_is_html_of_one_box(notebook: Client) -> None:
    shown = data_of(notebook.run("%spa Counter"))["text/html"]
    assert shown.startswith('<div class="moon-spa">')
    assert shown.count("<table") == 1


def test_moon_spa_is_loaded_when_the_magic_is_used() -> None:
    code = "import moon_kernel.kernel, moon_kernel.extension, sys; print('moon_spa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
