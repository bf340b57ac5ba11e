"""`moonleap expand`: a spec as one text."""

from __future__ import annotations

import sys

import click

from moonleap.graph import SpecInput
from moonlight.commandline import show_diagnostics


@click.command()
@click.argument("spec_dir", metavar="SPEC_DIR")
def expand(spec_dir: str) -> None:
    """Print the spec with all links followed and all scopes written out."""
    spec = SpecInput(spec_dir).found().read()
    click.echo(spec.expanded(), nl=False)
    if show_diagnostics(spec.findings):
        sys.exit(1)
