"""Command `check`: what is wrong with components."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import groupby
from pathlib import Path

import click

from moon_spa.commands.output import diagnostics_of, importing_beside, print_json
from moon_spa.compiler import compile as compile_component
from moon_spa.findings import ComponentError
from moon_spa.listing import ENDINGS, component_names
from moonlight.commandline import FAILED, show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError, Span


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(paths: tuple[str, ...], as_json: bool) -> None:
    """Compile all components of files and folders, and print what is wrong with them.

    The modules run, as an import would run them. A file of a folder that holds no component is passed over.
    """
    with redirect_stdout(sys.stderr):
        found = [one for path in map(Path, paths) for one in _checked(path)]
    if as_json:
        print_json({"diagnostics": [one.to_json() for one in found]})
        failed = any(one.severity == "error" for one in found)
    else:
        failed = show_diagnostics(found)
    if failed:
        sys.exit(FAILED)


def _checked(path: Path) -> Iterator[Diagnostic]:
    """The findings of a file, or of the files in a folder that hold components."""
    if not path.is_dir():
        with importing_beside(path.parent):
            yield from _of_file(path, must_hold_one=True)
        return
    for folder, files in groupby(_files(path), lambda file: file.parent):
        with importing_beside(folder, path):
            for file in files:
                yield from _of_file(file, must_hold_one=False)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder that may hold components; none that is hidden."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.name.endswith(ENDINGS) and file.is_file() and not hidden:
            yield file


def _of_file(path: Path, must_hold_one: bool) -> Iterator[Diagnostic]:
    try:
        names = component_names(path)
    except (ComponentError, MoonlightError) as error:
        yield from diagnostics_of(error) if must_hold_one else ()
        return
    except OSError as error:
        yield Diagnostic("not-a-file", error.strerror or "cannot be read", Span(str(path), 1, 1))
        return
    wanted: list[str | None] = [*names] or ([None] if must_hold_one else [])
    found: dict[Diagnostic, None] = {}  # components of one file may share what is wrong
    for name in wanted:
        try:
            found.update(dict.fromkeys(compile_component(path, name=name).diagnostics))
        except (ComponentError, MoonlightError) as error:
            found.update(dict.fromkeys(diagnostics_of(error)))
    yield from found
