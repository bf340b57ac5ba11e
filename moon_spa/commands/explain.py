"""Command `explain`: where each action runs, and why."""

from __future__ import annotations

import click

from moon_spa.analysis.placement import Mode
from moon_spa.commands.output import FILE, MODE, NAME, compiled
from moonlight.commandline import show_diagnostics


@click.command()
@FILE
@NAME
@MODE
def explain(file: str, name: str | None, mode: Mode) -> None:
    """Print one line per action: `client`, or `server` with what JavaScript cannot do as Python does."""
    component = compiled(file, name, mode)
    for line in component.explain:
        click.echo(line)
    show_diagnostics(component.diagnostics)
