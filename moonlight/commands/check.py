"""Command `check`: what is wrong with documents, in Markdown lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from moonlight.check import check as check_document
from moonlight.check import find_ruff
from moonlight.commandline import show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.document import parse
from moonlight.importer import SUFFIX
from moonlight.source import read_source


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--ruff/--no-ruff", default=True, help="Whether to ask ruff too, where it is installed.")
def check(paths: tuple[str, ...], as_json: bool, ruff: bool) -> None:
    """Check documents, or all in a folder: syntax, order, shadowed files, ruff's rules.

    Nothing is run. The exit code is 1 where something is an error; warnings and notes are none.
    """
    program = find_ruff() if ruff else None
    if ruff and program is None:
        click.echo("ruff is not installed, so its rules are left out: pip install ruff", err=True)
    found = [one for path in documents(map(Path, paths)) for one in _checked(path, program)]
    if as_json:
        click.echo(json.dumps({"diagnostics": [one.to_json() for one in found]}, indent=2))
        failed = any(one.severity == "error" for one in found)
    else:
        failed = show_diagnostics(found)
    if failed:
        sys.exit(1)


def documents(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are, of folders all documents that are not hidden."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for source in sorted(path.rglob("*" + SUFFIX)):
            hidden = any(part.startswith(".") for part in source.relative_to(path).parts)
            if source.is_file() and not hidden:
                yield source


def _checked(path: Path, program: str | None) -> list[Diagnostic]:
    """The findings; a file that cannot be read is one."""
    try:
        document = parse(read_source(path).text, str(path))
    except MoonlightError as error:
        return [error.diagnostic]
    return check_document(document, program)
