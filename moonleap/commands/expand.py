"""`moonleap expand`: a spec as one text."""

from __future__ import annotations

import sys

import click

from moonleap.commands.show import show
from moonleap.findings import has_errors
from moonleap.graph import SpecInput
from moonlight.diagnostic import MoonlightError


@click.command()
@click.argument("spec_dir", metavar="SPEC_DIR")
def expand(spec_dir: str) -> None:
    """Print the spec with all links followed and all scopes written out."""
    try:
        spec = SpecInput(spec_dir).found().read()
    except MoonlightError as error:
        show([error.diagnostic])
        sys.exit(1)
    click.echo(spec.expanded(), nl=False)
    show(spec.findings)
    if has_errors(spec.findings):
        sys.exit(1)
