"""The magic ``%moon``."""

from __future__ import annotations

from typing import Any

import pytest

from moon_kernel.trace import Table, duration, one_line, size, trace_table
from moonlight.trace import entry
from moonlight.tracking import Tracker
from tests.moon_kernel.client import Client, plain
from tests.moon_kernel.test_lines import document


def html_of(answer: Any) -> str:
    return str(answer.contents("execute_result")[0]["data"]["text/html"])


def test_trace_is_a_table_for_terminals_and_for_lab(kernel: Client) -> None:
    kernel.block(document("1/0"), 1)
    answer = kernel.run("%moon trace")
    assert answer.text.startswith("order  block  line  status")
    assert "✗ failed" in answer.text
    shown = html_of(answer)
    assert shown.startswith("<table")
    assert "var(--jp-" in shown
    assert "ZeroDivisionError: division by zero" in shown


def test_values_in_the_html_table_are_escaped(kernel: Client) -> None:
    kernel.run("raise ValueError('<img src=x onerror=alert(1)>')")
    shown = html_of(kernel.run("%moon trace"))
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_blocks_shows_the_state_of_each_block(kernel: Client) -> None:
    text = document("x = 1", "1/0", "y = 2", "z = 3")
    kernel.write(text)
    for index in (1, 2, 3):
        kernel.block(text, index)
    kernel.write(text.replace("y = 2", "y = 5"))
    lines = kernel.run("%moon blocks").text.split("\n")[2:]
    states = ["✓ done", "✗ failed", "· edited since", "· not run"]
    assert [state in line for state, line in zip(states, lines, strict=True)] == [True] * 4


def test_document_is_shown_and_can_be_changed(kernel: Client) -> None:
    assert kernel.run("%moon document").text == f"{kernel.path}\n"
    other = kernel.path.with_name("with blanks.py.md")
    other.write_text(document("1/0"), encoding="utf-8")
    try:
        assert kernel.run("%moon document 'with blanks.py.md'").text == f"{other}\n"
        assert "with blanks.py.md:4" in kernel.run("1/0").traceback
    finally:
        kernel.run(f"%moon document {kernel.path}")
    assert kernel.run("%moon document").text == f"{kernel.path}\n"


def test_only_documents_can_be_chosen(kernel: Client) -> None:
    shown = kernel.run("%moon document other.md")
    assert "must end in .py.md" in shown_text(shown)
    assert kernel.run("%moon document").text == f"{kernel.path}\n"


def shown_text(answer: Any) -> str:
    return plain(answer.text + answer.traceback)


def test_a_wrong_word_gets_a_guess(kernel: Client) -> None:
    assert "did you mean 'trace'?" in shown_text(kernel.run("%moon trase"))
    assert "did you mean '--json'?" in shown_text(kernel.run("%moon trace --jsn"))
    assert "see %moon help" in shown_text(kernel.run("%moon qqq"))


def test_blocks_of_a_missing_file_is_one_clear_line(kernel: Client) -> None:
    assert "cannot be read" in shown_text(kernel.run("%moon blocks"))


def test_help_names_every_subcommand(kernel: Client) -> None:
    text = kernel.run("%moon").text
    for name in ("trace", "blocks", "document", "help"):
        assert f"%moon {name}" in text
    shown = kernel.run("%moon?").reply["payload"][0]["data"]["text/plain"]
    assert "%moon trace" in shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [("%moon tr", "trace"), ("%moon ", "blocks"), ("%moon trace -", "--json"), ("%moo", "%moon")],
)
def test_words_are_completed(kernel: Client, line: str, expected: str) -> None:
    kernel.client.complete(line)
    reply = kernel.client.get_shell_msg(timeout=10)["content"]
    assert expected in reply["matches"]


def test_an_empty_trace_says_so() -> None:
    table = trace_table(Tracker())
    assert repr(table) == "Nothing has run yet."
    assert table._repr_html_() == "<p>Nothing has run yet.</p>"


def test_numbers_read_well() -> None:
    assert [duration(x) for x in (None, 0.00123, 0.5, 1.5, 75, 3600)] == [
        *("", "1.23 ms", "500 ms", "1.5 s", "75 s", "60 min"),
    ]
    assert [size(x) for x in (0, 12, 3400, 1_250_000)] == ["", "12", "3.4 k", "1.25 M"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert one_line("a\x1b[31mb\nc") == "a�[31mb"
    assert one_line("x" * 100, 10) == "x" * 9 + "…"


def test_neighbouring_outputs_of_a_stream_are_one() -> None:
    tracker = Tracker()
    run = tracker.enter(1)
    for stream, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c")):
        tracker.output(stream, text)  # type: ignore[arg-type]
    tracker.leave(run)
    assert entry(1, run)["outputs"] == [
        {"stream": "stdout", "text": "ab"},
        {"stream": "stderr", "text": "c"},
    ]


def test_columns_line_up() -> None:
    table = Table(("a", "status"), [("1", "x"), ("100", "y")], ["", ""], "nothing")
    assert repr(table).split("\n") == ["a    status", "───────────", "1    x", "100  y"]
