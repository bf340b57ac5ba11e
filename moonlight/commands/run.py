"""Command `run`, also installed as `moonlight-run`: execute a document as script or as module."""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from moonlight.commands.export import write_export
from moonlight.commands.output import show_diagnostics
from moonlight.dataflow import dataflow
from moonlight.diagnostic import MoonlightError
from moonlight.document import Document, parse
from moonlight.events import Sink
from moonlight.importer import install_hook
from moonlight.lines import LineMode
from moonlight.program import linear, selected
from moonlight.runner import RunResult, check_syntax, find_block
from moonlight.runner import run as run_document
from moonlight.sinks import JsonLinesSink, ProgressSink
from moonlight.source import read_source, write_atomic


@click.command()
@click.argument("file", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "module_path", metavar="PKG.MOD", help="Run an importable module, document or not.")
@click.option("--export", "export_to", metavar="OUT.py", help="Also write the linear program.")
@click.option("--module", is_flag=True, help="Set __name__ to the document's name instead of __main__.")
@click.option("--no-exec", is_flag=True, help="Only check the code, and show it where nothing is exported.")
@click.option("--trace", "trace_to", metavar="OUT.json", help="Write what ran, when, and its outputs.")
@click.option("--lines", type=click.Choice(["live", "full"]), help="Line marks in the trace and the events.")
@click.option("--events", "events_to", metavar="OUT.jsonl", help="Write events as they happen.")
@click.option("--block", "block_name", metavar="NAME|N", help="Run what this block needs, and the block.")
@click.option("-v", "--verbose", is_flag=True, help="One line of progress for each block.")
def run(
    file: str | None,
    args: tuple[str, ...],
    module_path: str | None,
    export_to: str | None,
    module: bool,
    no_exec: bool,
    trace_to: str | None,
    lines: LineMode | None,
    events_to: str | None,
    block_name: str | None,
    verbose: bool,
) -> None:
    """Run a document's blocks in order, in one namespace.

    ARGS become sys.argv[1:]; put `--` before arguments that begin with a dash. The exit code is Python's.
    """
    if module_path is not None:
        _run_module(module_path, [argument for argument in (file, *args) if argument is not None])
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.")
    document = parse(read_source(file).text, file)
    show_diagnostics(found for found in document.diagnostics if found.severity != "info")
    if no_exec or export_to:
        _check(document, no_exec)
    if export_to:
        write_export(Path(export_to), linear(document).text)
    if no_exec:
        if not export_to:
            click.echo(linear(document).text, nl=False)
        return
    only = None
    if block_name is not None:
        only = dataflow(document).needs(find_block(document, block_name).index or 0)
    install_hook()
    with _sinks(document, events_to, verbose, only) as sinks:
        result = run_document(
            document,
            argv=args,
            module=module,
            only=only,
            sinks=sinks,
            lines=lines,
            children=trace_to is not None or events_to is not None,
        )
    if trace_to:
        write_atomic(trace_to, json.dumps(result.to_json(), indent=1) + "\n")
    _end(result)


def main() -> None:
    """Run the command line of `moonlight-run`."""
    try:
        run(prog_name="moonlight-run", standalone_mode=False)
    except MoonlightError as error:
        click.echo(error.diagnostic.format(sys.stderr.isatty()), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _check(document: Document, strict: bool) -> None:
    """Report all syntax errors; they end the command where nothing else was asked for."""
    if show_diagnostics(check_syntax(document)) and strict:
        sys.exit(1)


def _run_module(name: str, args: list[str]) -> None:
    """As ``python -m``, with documents importable."""
    install_hook()
    sys.argv = [name, *args]
    sys.path[0] = os.getcwd()
    runpy.run_module(name, run_name="__main__", alter_sys=True)


@contextmanager
def _sinks(
    document: Document, events_to: str | None, verbose: bool, only: list[int] | None
) -> Iterator[list[Sink]]:
    sinks: list[Sink] = []
    if verbose:
        lines = {b.index or 0: b.span.line for b in selected(document) if only is None or b.index in only}
        sinks.append(ProgressSink(sys.stderr, lines, sys.stderr.isatty()))
    if not events_to:
        yield sinks
        return
    with Path(events_to).open("w", encoding="utf-8") as stream:
        yield [*sinks, JsonLinesSink(stream)]


def _end(result: RunResult) -> None:
    """End the process as Python would after the run."""
    error = result.error
    if error is None:
        return
    if isinstance(error, SystemExit):
        raise error
    if isinstance(error, KeyboardInterrupt) and os.name == "posix":
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.excepthook(type(error), error, error.__traceback__)
    sys.exit(1)
