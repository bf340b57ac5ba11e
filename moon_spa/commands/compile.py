"""Command `compile`: a component as ES module."""

from __future__ import annotations

import click

from moon_spa.analysis.placement import Mode
from moon_spa.commands.output import (
    FILE,
    KEYS,
    MODE,
    NAME,
    compiled,
    print_json,
    to_json,
)
from moonlight.commandline import show_diagnostics
from moonlight.source import write_atomic


@click.command("compile")
@FILE
@NAME
@MODE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, with setup() alone too.")
@click.option("-o", "--output", metavar="OUT", help="Write the module to this file instead.")
def compile_command(file: str, name: str | None, mode: Mode, as_json: bool, output: str | None) -> None:
    """Print a component as ES module.

    FILE is a Python file, a document (.py.md) or a component file with <python>, <template> and <style>;
    `-` is standard input.
    """
    component = compiled(file, name, mode, KEYS if as_json else ())
    if output is not None:
        write_atomic(output, component.esm)
    if as_json:
        print_json(to_json(component))
        return
    show_diagnostics(component.diagnostics)
    if output is None:
        click.echo(component.esm, nl=False)
