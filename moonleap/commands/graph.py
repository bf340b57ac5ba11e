"""`moonleap graph`: what a spec says."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from moonleap.graph import build_graph
from moonleap.picture import svg
from moonlight.commandline import show_diagnostics
from moonlight.source import write_atomic


@click.command()
@click.argument("spec_dir", metavar="SPEC_DIR")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--strict", is_flag=True, help="Tell terms without a rule; relations no rule uses are errors.")
@click.option("--svg", "svg_to", metavar="OUT.svg", help="Write a picture; `-` prints it.")
def graph(spec_dir: str, as_json: bool, strict: bool, svg_to: str | None) -> None:
    """Show the blocks, resources and relations of a spec after its rules ran."""
    if as_json and svg_to == "-":
        raise click.UsageError("--json and --svg - both print one document; write the picture to a file")
    with redirect_stdout(sys.stderr):  # what rules print is not part of the answer
        built = build_graph(spec_dir, strict=strict)
    if svg_to and svg_to != "-":
        write_atomic(Path(svg_to), svg(built))
    if as_json:
        click.echo(json.dumps(built.to_json(), indent=2))
    elif svg_to == "-":
        click.echo(svg(built), nl=False)
    elif not svg_to:
        click.echo(built.to_text(), nl=False)
    if not as_json:
        show_diagnostics(built.diagnostics)
    if built.failed:
        sys.exit(1)
