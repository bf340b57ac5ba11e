"""Blocks with IPython syntax in `moonlight run`: magics, commands, await, with true lines in tracebacks."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import pytest

from moon_kernel.executor import IPythonExecutor
from moonlight.document import parse
from moonlight.runner import RunResult, run


def ran(tmp_path: Path, *blocks: str, raw: str | None = None) -> RunResult:
    text = "# T\n" + "".join(f"\n```python\n{block}\n```\n" for block in blocks) if raw is None else raw
    path = tmp_path / "ipython.py.md"
    path.write_text(text)
    return run(parse(text, str(path)))


def frames(result: RunResult) -> list[tuple[int | None, str]]:
    assert result.error is not None
    steps = traceback.extract_tb(result.error.__traceback__)
    return [(step.lineno, step.name) for step in steps if step.filename.endswith("ipython.py.md")]


def test_magics_commands_and_await_run_in_the_namespace(tmp_path: Path) -> None:
    code = "%time y = x + 1\nwords = !echo a $x\nimport asyncio\nz = await asyncio.sleep(0, 7)\nx = 9"
    result = ran(tmp_path, "x = 5", code, "assert (x, y, z) == (9, 6, 7)\nlast = words")
    if result.error is not None:
        raise result.error
    assert result.namespace["last"] == ["a 5"]
    assert [one.status for one in result.trace] == ["done"] * 3


def test_what_a_magic_prints_belongs_to_its_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = ran(tmp_path, "x = 5", "%who_ls\nprint('mine')\n'not shown'")
    assert "".join(text for _, text in result.outputs[2]) == "mine\n"
    assert capsys.readouterr().out == "mine\n"


def test_error_has_the_markdown_line_and_is_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = ran(tmp_path, "%time x = 1\ndef f():\n    return 1 / 0", "y = 1\nf()")
    assert isinstance(result.error, ZeroDivisionError)
    assert frames(result) == [(11, "<module>"), (6, "f")]
    captured = capsys.readouterr()
    assert "ZeroDivisionError" not in captured.out + captured.err


def test_error_in_an_indented_fence_shows_its_line(tmp_path: Path) -> None:
    result = ran(tmp_path, raw="1. item\n\n   ```python\n   %time x = 1\n   y = 1 / 0\n   ```\n")
    assert frames(result) == [(5, "<module>")]


@pytest.mark.parametrize(("code", "line"), [("x = 1\ny = = 2", 9), ("if 1:\n    x\n  y", 10)])
def test_syntax_error_behind_a_magic_has_its_markdown_line(tmp_path: Path, code: str, line: int) -> None:
    result = ran(tmp_path, "%time x = 1", code)
    assert isinstance(result.error, SyntaxError)
    assert result.error.lineno == line
    assert result.trace == []


def test_exit_and_interrupt_pass_through(tmp_path: Path) -> None:
    assert isinstance(ran(tmp_path, "%time x = 1\nimport sys\nsys.exit(3)").error, SystemExit)
    assert isinstance(ran(tmp_path, "%time x = 1\nraise KeyboardInterrupt").error, KeyboardInterrupt)


def test_unknown_magic_is_an_error(tmp_path: Path) -> None:
    assert "no_such_magic" in str(ran(tmp_path, "%no_such_magic").error)


def test_body_of_a_cell_magic_runs(tmp_path: Path) -> None:
    result = ran(tmp_path, "%%time\nx = 5\ny = x")
    assert (result.error, result.namespace["y"]) == (None, 5)


def test_several_runs_have_shells_of_their_own(tmp_path: Path) -> None:
    first, second = ran(tmp_path, "%time a = 1"), ran(tmp_path, "%time b = 2")
    assert "a" in first.namespace
    assert "a" not in second.namespace


def test_main_module_stays_who_it_is() -> None:
    before = sys.modules["__main__"]
    IPythonExecutor({}, "unused.py.md")
    assert sys.modules["__main__"] is before
