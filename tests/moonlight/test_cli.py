"""The command lines: what they list, load, refuse, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from moon_spa.cli import cli as spa_cli
from moonleap.cli import cli as leap_cli
from moonlight import cli
from moonlight.commandline import FAILED, USAGE, show_diagnostics, summary
from moonlight.diagnostic import Diagnostic, MoonlightError, Span

ENTRIES = {
    "good": "commands_under_test:good",
    "refuses": "commands_under_test:refuses",
    "stops": "commands_under_test:stops",
    "absent": "no_such_module:run",
    "half": "commands_under_test:no_such_name",
    "plain": "commands_under_test:NUMBER",
}

COMMANDS = '''
import sys
import click
from moonlight.diagnostic import Diagnostic, MoonlightError, Span

NUMBER = 3

@click.command()
def good():
    """Say something good.

    At length.
    """
    click.echo("good")

@click.command()
def refuses():
    """Refuse the document."""
    raise MoonlightError(Diagnostic("bad", "it is bad", Span("a.py.md", 7, 7), hint="mend it"))

@click.command()
def stops():
    """Be interrupted."""
    raise KeyboardInterrupt
'''


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> cli.OpenTable:
    (tmp_path / "commands_under_test.py").write_text(COMMANDS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "commands_under_test", raising=False)
    entries = [EntryPoint(name, value, cli.GROUP) for name, value in ENTRIES.items()]
    monkeypatch.setattr(cli, "entry_points", lambda group: entries)
    return cli.OpenTable("moonlight", built_in={})


def run(table: click.Command, *args: str) -> Result:
    return CliRunner().invoke(table, args, prog_name="moonlight")


def test_help_lists_contributed_commands_without_importing_them(table: cli.OpenTable) -> None:
    result = run(table, "--help")
    assert result.exit_code == 0
    assert "good     Say something good.\n" in result.output
    assert "absent" in result.output
    assert "commands_under_test" not in sys.modules


def test_contributed_command_runs_when_called(table: cli.OpenTable) -> None:
    result = run(table, "good")
    assert (result.exit_code, result.output) == (0, "good\n")


def test_contributed_command_shows_its_own_help(table: cli.OpenTable) -> None:
    assert "At length." in run(table, "good", "--help").output


def test_refused_document_is_printed_as_its_diagnostic_and_ends_with_1(
    table: cli.OpenTable,
) -> None:
    result = run(table, "refuses")
    assert result.exit_code == 1
    assert result.stderr == "a.py.md:7: error: it is bad\nhint: mend it\n"
    assert result.stdout == ""


def test_wrong_name_is_answered_with_the_closest_right_one(table: cli.OpenTable) -> None:
    result = run(table, "god")
    assert result.exit_code == 2
    assert "No such command 'god'. Did you mean 'good'?" in result.stderr
    assert result.stderr.count("Did you mean") == 1


@pytest.mark.parametrize(
    ("command", "wrong", "right"),
    [(cli.cli, "chek", "check"), (leap_cli, "grph", "graph"), (spa_cli, "complie", "compile")],
    ids=["moonlight", "moonleap", "moon-spa"],
)
def test_all_command_lines_know_the_name_that_was_meant(
    command: click.Command, wrong: str, right: str
) -> None:
    result = run(command, wrong)
    assert (result.exit_code, f"Did you mean {right!r}?" in result.stderr) == (2, True)


def test_interrupted_command_ends_as_shells_have_it(table: cli.OpenTable) -> None:
    result = run(table, "stops")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_terminal_takes_a_finding_for_nothing_but_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_diagnostics([Diagnostic("bad", "a\x1b[31m\nb", Span("c\x9b.md", 1, 1), "d\x07")])
    assert capsys.readouterr().err == "c\ufffd.md:1: error: a\ufffd[31m\nb\nhint: d\ufffd\n"


def test_name_that_is_close_to_nothing_gets_no_suggestion(table: cli.OpenTable) -> None:
    result = run(table, "xyzzy")
    assert result.exit_code == 2
    assert "Did you mean" not in result.stderr


def test_wrong_option_is_a_usage_error(table: cli.OpenTable) -> None:
    assert run(table, "--nonsense").exit_code == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("half", "AttributeError: module 'commands_under_test' has no attribute 'no_such_name'"),
        ("plain", "not a click command: int"),
    ],
)
def test_broken_command_is_one_line_that_names_it(table: cli.OpenTable, name: str, reason: str) -> None:
    result = run(table, name)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {name} (moonlight, {ENTRIES[name]}): {reason}\n"


def test_broken_command_does_not_hinder_the_others(table: cli.OpenTable) -> None:
    assert run(table, "good").exit_code == 0


def test_built_in_command_wins_over_a_contributed_one(table: cli.OpenTable) -> None:
    table.built_in = {"absent": "commands_under_test:good"}
    assert run(table, "absent").output == "good\n"


@pytest.mark.parametrize(
    "value",
    [
        "no_such_module:run",
        "no_such_module.deep:run",
        "commands_under_test:no_such_name",
        "sys:exit",
        "math",
        "",
    ],
)
def test_summary_of_what_has_no_readable_source_is_empty(table: cli.OpenTable, value: str) -> None:
    assert summary(value) == ""


def test_summary_of_a_file_with_a_syntax_error_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written.py").write_text("def run(:\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert summary("half_written:run") == ""


def test_every_contributed_command_of_this_distribution_has_a_summary() -> None:
    entries = entry_points(group=cli.GROUP)
    without = [e.name for e in entries if not summary(e.value)]
    assert not without


def test_version_is_the_one_of_the_distribution() -> None:
    result = run(cli.cli, "--version")
    assert result.exit_code == 0
    assert result.output.startswith("moonlight, version ")


def test_error_codes_are_kept_apart() -> None:
    error = MoonlightError(Diagnostic("bad", "it is bad", Span("a", 1, 1)))
    assert error.code == "bad"
    assert (FAILED, USAGE) == (1, 2)


def test_module_and_command_are_the_same_program() -> None:
    output = subprocess.run(
        [sys.executable, "-m", "moonlight", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert output.startswith("Usage: moonlight [OPTIONS] COMMAND")


@pytest.mark.skipif(sys.platform == "win32", reason="processor time of children is not counted there")
def test_help_is_there_at_once() -> None:
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-m", "moonlight", "--help"], capture_output=True, check=True)
        after = os.times()
        spent = after.children_user - before.children_user
        times.append(spent + after.children_system - before.children_system)
    assert min(times) < 0.25, times  # processor time: what else the machine does is not ours
