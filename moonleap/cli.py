"""The command `moonleap`: what a spec says, as graph and as one text."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout

import click

from moonleap.graph import build_graph
from moonleap.specfile import read_spec
from moonlight.diagnostic import Diagnostic, MoonlightError

SPEC_DIR = click.argument("spec_dir", metavar="SPEC_DIR")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moonlight-notebook", prog_name="moonleap")
def cli() -> None:
    """Turns a spec in annotated natural language into resources, relations and files."""


@cli.command()
@SPEC_DIR
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--strict", is_flag=True, help="Tell terms without a rule; relations no rule uses are errors.")
def graph(spec_dir: str, as_json: bool, strict: bool) -> None:
    """Show the blocks, resources and relations of a spec after its rules ran."""
    with redirect_stdout(sys.stderr):  # what rules print is not part of the answer
        built = build_graph(spec_dir, strict=strict)
    if as_json:
        click.echo(json.dumps(built.to_json(), indent=2))
    else:
        click.echo(built.to_text(), nl=False)
        show(built.diagnostics)
    if built.failed:
        sys.exit(1)


@cli.command()
@SPEC_DIR
def expand(spec_dir: str) -> None:
    """Print the spec with all links followed and all scopes written out."""
    try:
        spec = read_spec(spec_dir)
    except MoonlightError as error:
        show([error.diagnostic])
        sys.exit(1)
    click.echo(spec.expanded(), nl=False)
    show(spec.findings)
    if any(found.severity == "error" for found in spec.findings):
        sys.exit(1)


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics to standard error, coloured on a terminal."""
    colour = sys.stderr.isatty()
    for diagnostic in diagnostics:
        click.echo(diagnostic.format(colour), err=True)


def main() -> None:
    """Run the command line of this process."""
    cli(prog_name="moonleap")
