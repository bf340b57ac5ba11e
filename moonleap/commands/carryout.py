"""What `moonleap gen` and `moonleap sync` share: options, and a plan carried out or only shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from moonleap.commands.show import show_changes, working
from moonleap.writing import Plan, Report, recover
from moonlight.commandline import show_diagnostics
from moonlight.diagnostic import MoonlightError

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mode:
    """Whether a plan is carried out, and how its outcome is printed."""

    dry_run: bool = False
    diff: bool = False
    check: bool = False
    as_json: bool = False

    @property
    def writes(self) -> bool:
        """Whether files are written at all."""
        return not (self.dry_run or self.diff or self.check)


def write_options(command: Command) -> Command:
    """The options for how a plan is carried out."""
    options = [
        click.option("--dry-run", is_flag=True, help="Write nothing; list what would change."),
        click.option("--diff", is_flag=True, help="Write nothing; print a diff that `git apply` takes."),
        click.option("--check", is_flag=True, help="Write nothing; end with 1 when a file would change."),
        click.option("--force", is_flag=True, help="Overwrite edits, and files that Moonleap did not make."),
        click.option(
            "--only",
            metavar="PATH",
            multiple=True,
            help="Only this file, folder or glob of OUT; a file that you deleted comes back. Repeatable.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def prepare(out: str, mode: Mode) -> None:
    """Take back what a run that was cut off had written, where this one writes."""
    if not out:  # as `-o "$UNSET"` gives it; it would mean the current folder
        raise click.UsageError("the output folder has no name; `.` is the current one")
    if not mode.writes:
        return
    try:
        if recover(out):
            click.echo(f"{out}: an earlier run was cut off; what it had written was taken back", err=True)
    except MoonlightError as error:
        if mode.as_json:
            _print_json(Report(out, diagnostics=(error.diagnostic,), refused=True).to_json())
        else:
            show_diagnostics([error.diagnostic])
        sys.exit(1)


def carry_out(plan: Plan, mode: Mode) -> bool:
    """Write a plan, or show it; True where all is well."""
    if not mode.writes:
        _show_plan(plan, mode)
        return not (plan.failed or (mode.check and plan.stale))
    with working() as progress:
        report = plan.apply(progress)
    if mode.as_json:
        _print_json(report.to_json())
        return not report.failed
    if not report.refused:
        show_changes(report.changes, quiet=("edited",))
        click.echo(f"{report.out}: {report.summary()}")
    show_diagnostics(report.diagnostics)
    return not report.failed


def _show_plan(plan: Plan, mode: Mode) -> None:
    if mode.as_json:
        _print_json(plan.to_json())
        return
    if mode.diff:
        colour = sys.stdout.isatty()
        click.echo(plan.text_diff(colour).encode("utf-8", "surrogateescape"), nl=False)
    else:
        show_changes(plan.changes)
    if plan.changes and not mode.diff:
        click.echo(f"{plan.out}: {plan.summary()}")
    show_diagnostics(plan.diagnostics)
    if mode.check and plan.stale and not plan.refused:
        click.echo(f"{plan.out} is stale: generate it again", err=True)


def _print_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2))
