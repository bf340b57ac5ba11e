"""Commands `notebook`, `markdown` and `jupytext`: documents and notebooks turned into each other."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from jupyter_ext import exchange
from jupyter_ext.attachments import folder_name
from jupyter_ext.jupytext_format import register_jupytext_format
from jupyter_ext.writing import FormatError, Written, write
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.source import encode, read_source, write_atomic

_OUTPUT = click.option("-o", "--output", metavar="OUT", help="Write to this file instead of standard output.")
_FORCE = click.option("-f", "--force", is_flag=True, help="Replace files that are there already.")


@click.command()
@click.argument("file")
@_OUTPUT
@_FORCE
def notebook(file: str, output: str | None, force: bool) -> None:
    """Print a document as Jupyter notebook (nbformat 4.5).

    Pictures in the document's folder NAME.files/ are put into the notebook, which stands alone. The same
    document gives the same bytes.
    """
    source = read_source(file)
    made = exchange.read(source.text, file, embed=True)
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    encode(text, file)
    _put(text, output, force)


@click.command()
@click.argument("notebook")
@click.option("--onto", metavar="FILE", help="Keep this document's bytes where nothing changed.")
@_OUTPUT
@_FORCE
def markdown(notebook: str, onto: str | None, output: str | None, force: bool) -> None:
    """Print a Jupyter notebook as Markdown document.

    Older notebooks (nbformat 3 and 4) are upgraded. Pictures stay in the text, or, with -o, become files in
    NAME.files/ beside it. Outputs are not kept.
    """
    text = read_source(onto).text if onto else None
    made = exchange.with_front_matter(read_ipynb(notebook), text)
    if output or onto:
        made = exchange.with_links(made, output or onto or "")
    written = _written(made, text, output or onto, notebook)
    encode(written.text, notebook)
    if output is not None:
        _put_document(written, output, force)
    elif onto is not None and not _missing(written.files, onto):
        _put(written.text, None, force)
    else:
        _put(_written(made, text, None, notebook).text, None, force)


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def jupytext(args: tuple[str, ...]) -> None:
    """Run jupytext's command line with the format py.md.

    All arguments are jupytext's: `moonlight jupytext --to py.md x.ipynb`, `--to ipynb x.py.md`,
    `--set-formats ipynb,py.md x.ipynb`, `--sync x.py.md`.
    """
    register_jupytext_format()
    from jupytext.cli import jupytext as run

    try:
        with _program_name("moonlight jupytext"):
            code = run(list(args))
    except (MoonlightError, click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # jupytext raises whatever it meets, for wrong options too
        reason = str(error) or type(error).__name__
        raise click.ClickException(reason) from error
    sys.exit(code)


def read_ipynb(path: str) -> Mapping[str, Any]:
    """The notebook in a file, upgraded to nbformat 4.

    Raises SourceError where the file cannot be read, FormatError ``not-a-notebook`` where it holds none.
    """
    text = read_source(path).text
    import nbformat

    try:
        found = json.loads(text.removeprefix("\ufeff"))
        if not isinstance(found, dict) or not isinstance(found.get("nbformat"), int):
            raise _not_a_notebook(path, "the JSON in it has no nbformat number")
        made = nbformat.from_dict(found)
        converted: Mapping[str, Any] = nbformat.convert(made, 4)
    except json.JSONDecodeError as error:
        raise _not_a_notebook(path, f"this is not JSON: {error.msg}", error.lineno) from None
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        nbformat.ValidationError,
    ) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise _not_a_notebook(path, f"it cannot be read as a notebook ({reason})") from None
    return converted


def _written(made: Mapping[str, Any], onto: str | None, path: str | None, notebook: str) -> Written:
    """A notebook as text for `path`; what is wrong with it is said of the file `notebook`."""
    try:
        return write(made, onto, path)
    except FormatError as error:
        span = replace(error.diagnostic.span, path=notebook)
        raise FormatError(replace(error.diagnostic, span=span)) from None


def _not_a_notebook(path: str, message: str, line: int = 1) -> FormatError:
    hint = "give a notebook in nbformat 3 or 4"
    return FormatError(Diagnostic("not-a-notebook", message, Span(path, line, line), hint))


def _missing(files: Mapping[str, bytes], document: str) -> list[Path]:
    """Which of the attachments are not in the document's folder."""
    folder = Path(document).parent / folder_name(document)
    paths = {folder / name: data for name, data in files.items()}
    return [path for path, data in paths.items() if not path.is_file() or path.read_bytes() != data]


def _put_document(written: Written, output: str, force: bool) -> None:
    """Attachments first, then the document that shows them; nothing at all where something is in the way."""
    folder = Path(output).parent / folder_name(output)
    missing = _missing(written.files, output)
    _refuse_existing([output], force)
    _refuse_existing([os.fspath(path) for path in missing], force=False)
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        with path.open("xb") as file:
            file.write(written.files[path.name])
    write_atomic(output, written.text)


def _put(text: str, output: str | None, force: bool) -> None:
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    _refuse_existing([output], force)
    write_atomic(output, text)


def _refuse_existing(paths: list[str], force: bool) -> None:
    for path in paths:
        if os.path.lexists(path) and (not force or not os.path.isfile(path)):
            hint = "give another name, or --force" if os.path.isfile(path) else "give another name"
            raise MoonlightError(
                Diagnostic("file-exists", "there is something of this name", Span(path, 1, 1), hint)
            )


@contextlib.contextmanager
def _program_name(name: str) -> Iterator[None]:
    """Let jupytext's help name the command that was called."""
    old, sys.argv[0] = sys.argv[0], name
    try:
        yield
    finally:
        sys.argv[0] = old
