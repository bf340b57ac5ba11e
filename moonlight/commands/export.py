"""Command `export`: the Python of documents as files, and documents as pages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from moonlight.commandline import show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import parse
from moonlight.executors import check_syntax
from moonlight.importer import SUFFIX
from moonlight.instrument import instrumented
from moonlight.program import Purpose, linear, sparse
from moonlight.source import read_source, write_atomic
from moonlight.webpage.page import GENERATOR, page_of

MARK = "# --- Block "
"""Our exports begin with a block's header (instrumented ones hold one): what lacks it is not ours."""

PAGE_MARK = f'<meta name="generator" content="{GENERATOR}">'
"""What an exported page holds."""


class ExportError(MoonlightError):
    """An export was refused: it would replace a file that is not an export, or has no place to go."""


@click.command()
@click.argument("path")
@click.option("-o", "--output", metavar="OUT", help="File or folder; for a folder, beside the documents.")
@click.option("--sparse", "as_sparse", is_flag=True, help="Keep the lines: line n is line n of the Markdown.")
@click.option("--instrument", is_flag=True, help="Add enter and leave calls, so the export runs tracked.")
@click.option("--lines", is_flag=True, help="With --instrument: a call before each statement.")
@click.option("--module", is_flag=True, help="As import sees it: without blocks marked skip=import.")
@click.option("--html", "as_html", is_flag=True, help="One HTML page: prose, code and stored outputs.")
@click.option(
    "--trust", is_flag=True, help="With --html: show HTML of outputs that you have not signed, too."
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where an export is missing or stale.")
@click.option("--force", is_flag=True, help="Also replace files that are no exports.")
def export(
    path: str,
    output: str | None,
    as_sparse: bool,
    instrument: bool,
    lines: bool,
    module: bool,
    as_html: bool,
    trust: bool,
    check: bool,
    force: bool,
) -> None:
    """Write the Python of a document, or of all documents in a folder.

    Linear by default: the blocks one after another, each below a header that names its line. A single
    document without -o is printed. With --html the document as one page that needs no network; its outputs
    are those of its last run in Jupyter, and nothing of it runs.
    """
    if as_html:
        if as_sparse or instrument or lines or module or check:
            raise click.UsageError("--html makes a page: it goes with -o, --trust and --force only.")
        export_page(Path(path), output, trust, force)
        return
    if trust:
        raise click.UsageError("--trust needs --html.")
    if lines and not instrument:
        raise click.UsageError("--lines needs --instrument.")
    if as_sparse and instrument:
        raise click.UsageError("--sparse keeps the lines, --instrument adds some: choose one.")
    failed = False
    for source, target in _targets(Path(path), output, check):
        document = parse(read_source(source).text, str(source))
        failed |= show_diagnostics([*document.diagnostics, *check_syntax(document)])
        purpose: Purpose = "import" if module else "run"
        if instrument:
            text = instrumented(document, purpose, lines)
        else:
            text = (sparse if as_sparse else linear)(document, purpose).text
        if target is None:
            click.echo(text, nl=False)
        elif check:
            failed |= _stale(target, text, source)
        else:
            write_export(target, text, force)
    if failed:
        sys.exit(1)


def export_page(path: Path, output: str | None, trust: bool, force: bool) -> None:
    """Print or write a document as one HTML page."""
    if path.is_dir():
        raise click.UsageError("--html takes one document.")
    page = page_of(path, trust)
    show_diagnostics(page.diagnostics)
    if output is None:
        click.echo(page.html.encode(), nl=False)
        return
    out = Path(output)
    target = out / f"{path.name.removesuffix(SUFFIX)}.html" if out.is_dir() else out
    write_export(target, page.html, force, PAGE_MARK)


def write_export(target: Path, text: str, force: bool = False, mark: str = MARK) -> None:
    """Write an export, known by its `mark`, where it differs from what is there.

    Raises ExportError ``not-an-export`` for a file of somebody else's, unless forced.
    """
    there = target.read_bytes() if target.is_file() else b""
    if there == text.encode("utf-8", "surrogatepass") and there:
        return
    if there and mark.encode() not in there and not force:
        hint = "choose another place, or replace it with `moonlight export --force`"
        raise ExportError(
            Diagnostic("not-an-export", "this file was not exported", Span(str(target), 1, 1), hint)
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, text)


def _targets(path: Path, output: str | None, check: bool) -> Iterator[tuple[Path, Path | None]]:
    """Documents and where their exports go; None: to standard output."""
    out = Path(output) if output else None
    if not path.is_dir():
        beside = _exported(path) if check else None
        inside = out / _exported(path).name if out is not None and out.is_dir() else out
        yield path, inside or beside
        return
    for source in sorted(path.rglob("*" + SUFFIX)):
        relative = source.relative_to(path)
        if source.is_file() and not any(part.startswith(".") for part in relative.parts):
            yield source, _exported((out or path) / relative)


def _exported(path: Path) -> Path:
    name = path.name
    return path.with_name(name.removesuffix(".md") if name.endswith(SUFFIX) else path.stem + ".py")


def _stale(target: Path, text: str, source: Path) -> bool:
    there = target.read_text(encoding="utf-8", errors="replace") if target.is_file() else None
    if there == text:
        return False
    state = "missing" if there is None else "stale"
    hint = f"run: moonlight export {source} -o {target}"
    show_diagnostics([Diagnostic(f"{state}-export", f"the export is {state}", Span(str(target), 1, 1), hint)])
    return True
