"""What commands print about a document, beside their result."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from moonlight.diagnostic import Diagnostic


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> bool:
    """Print diagnostics to standard error, coloured on a terminal; True where one is an error."""
    colour = sys.stderr.isatty()
    failed = False
    for diagnostic in diagnostics:
        click.echo(diagnostic.format(colour), err=True)
        failed = failed or diagnostic.severity == "error"
    return failed
