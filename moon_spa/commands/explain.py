"""Command `explain`: where each action runs, and why."""

from __future__ import annotations

import click

from moon_spa.analysis.placement import Mode
from moon_spa.commands.output import FILE, MODE, NAME, compiled, print_json
from moonlight.commandline import show_diagnostics

KEYS = ("name", "placement", "explain", "diagnostics")
"""What the JSON has, as that of `compile` has it."""


@click.command()
@FILE
@NAME
@MODE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def explain(file: str, name: str | None, mode: Mode, as_json: bool) -> None:
    """Print one line per action: `client`, or `server` with what JavaScript cannot do as Python does."""
    component = compiled(file, name, mode, KEYS if as_json else ())
    if as_json:
        found = [one.to_json() for one in component.diagnostics]
        values = component.name, dict(component.placement), list(component.explain), found
        print_json(dict(zip(KEYS, values, strict=True)))
        return
    for line in component.explain:
        click.echo(line)
    if not component.explain:
        click.echo(f"{component.name} has no actions", err=True)
    show_diagnostics(component.diagnostics)
