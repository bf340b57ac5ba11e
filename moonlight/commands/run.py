"""Command `run`, also installed as `moonlight-run`: execute a document as script or as module."""

from __future__ import annotations

import atexit
import errno
import json
import os
import runpy
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TextIO

import click

from moonlight.commandline import show_diagnostics, told_errors
from moonlight.commands.export import write_export
from moonlight.dataflow import dataflow
from moonlight.document import Document, parse
from moonlight.events import Sink
from moonlight.executors import check_syntax, find_block
from moonlight.importer import install_hook
from moonlight.lines import LineMode
from moonlight.program import linear, selected
from moonlight.runner import RunResult, Watch, running
from moonlight.sinks import JsonLinesSink, ProgressSink
from moonlight.source import read_source, write_atomic
from moonlight.tracebacks import own_frames_removed, report


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
        if any((export_to, module, no_exec, trace_to, lines, events_to, block_name, verbose)):
            raise click.UsageError("-m takes arguments for the module, no other option.")
        run_module(module_path, [argument for argument in (file, *args) if argument is not None])
        return
    if file is None:
        raise click.UsageError("Missing argument 'FILE'.")
    document = parse(read_source(file).text, file)
    show_diagnostics(found for found in document.diagnostics if found.severity != "info")
    if no_exec or export_to:
        wrong = show_diagnostics(check_syntax(document))
        if wrong and no_exec:
            sys.exit(1)
    if export_to:
        write_export(Path(export_to), linear(document).text)
    if no_exec:
        if not export_to:
            click.echo(linear(document).text, nl=False)
        return
    only = None
    if block_name is not None:
        only = dataflow(document).needs(find_block(document, block_name).index or 0)
    if trace_to and not Path(trace_to).parent.is_dir():  # told before the run, not after it
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), trace_to)
    install_hook()
    recorded = trace_to is not None or events_to is not None
    watch = Watch(lines, children=recorded, calls=True if recorded else None)
    interrupt = Interruption()
    lasting = _owns_process()
    with (
        _sinks(document, events_to, verbose, only) as sinks,
        _without_launcher(lasting),
        running(
            document, argv=args, module=module, only=only, sinks=sinks, watch=watch, lasting=lasting
        ) as result,
    ):
        if result.error is not None and not isinstance(result.error, SystemExit):
            report(result.error)
        if trace_to:
            _write_trace(result, trace_to, interrupt)
    if result.error is not None:
        interrupt.end(result.error)


def main() -> None:
    """Run the command line of `moonlight-run`."""
    try:
        with told_errors():
            run(prog_name="moonlight-run", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def run_module(name: str, args: list[str]) -> None:
    """As ``python -m``, with documents importable."""
    install_hook()
    interrupt = Interruption()
    sys.argv = [name, *args]
    sys.path[0:1] = [os.getcwd()]
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit:
        raise
    except BaseException as error:
        step = error.__traceback__
        while step is not None and step.tb_next is not None:
            step = step.tb_next
        if isinstance(error, ImportError) and step is not None and step.tb_frame.f_globals is vars(runpy):
            raise click.ClickException(str(error)) from None
        report(_without_runpy(error))
        interrupt.end(error)


def _without_runpy(error: BaseException) -> BaseException:
    """The error with a traceback that begins in the module."""
    own_frames_removed(error)
    step = error.__traceback__
    while step is not None and step.tb_frame.f_globals is not vars(runpy):
        step = step.tb_next
    while step is not None and step.tb_frame.f_globals is vars(runpy):
        step = step.tb_next
    return error.with_traceback(step)


def _owns_process() -> bool:
    """Whether this process was started for this command, and not for something that calls it."""
    folder, name = os.path.split(sys.argv[0])
    return name.startswith("moonlight") or (name == "__main__.py" and os.path.basename(folder) == "moonlight")


class Interruption:
    """Ends the process by the signal of Ctrl-C, as Python does: when all else has been cleaned up.

    It is registered before the document registers anything, so it comes last.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.wanted = False
        atexit.register(self.die)

    def end(self, error: BaseException) -> NoReturn:
        """Leave with the exit code that Python has for an error nobody caught."""
        if isinstance(error, SystemExit):
            raise error.with_traceback(None)
        self.wanted = isinstance(error, KeyboardInterrupt)
        sys.exit(130 if self.wanted else 1)

    def die(self) -> None:
        if not self.wanted or os.name != "posix":
            return
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)


def _console(stream: TextIO) -> TextIO:
    """The stream on a descriptor of its own: the other may become a pipe, whose text is a block's."""
    try:
        return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors="replace")
    except (OSError, ValueError):
        return stream


def _write_trace(result: RunResult, out: str, interrupt: Interruption) -> None:
    """Wait for the document's threads, as Python does, and write what was recorded; not in a forked child."""
    if os.getpid() != interrupt.pid:
        return
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    write_atomic(out, json.dumps(result.to_json(), indent=1) + "\n")


@contextmanager
def _without_launcher(ours: bool) -> Iterator[None]:
    """Take out the entry that Python made for this command: the document's own folder takes its place."""
    if ours and sys.path and not sys.flags.safe_path:
        del sys.path[0]
    yield


@contextmanager
def _sinks(
    document: Document, events_to: str | None, verbose: bool, only: list[int] | None
) -> Iterator[list[Sink]]:
    sinks: list[Sink] = []
    if verbose and sys.stderr is not None:
        lines = {b.index or 0: b.span.line for b in selected(document) if only is None or b.index in only}
        sinks.append(ProgressSink(_console(sys.stderr), lines, sys.stderr.isatty()))
    if not events_to:
        yield sinks
        return
    with Path(events_to).open("w", encoding="utf-8") as stream:
        events = JsonLinesSink(stream)
        yield [*sinks, events]
        events.flush()
    if events.failed is not None:
        click.echo(f"{events_to}:1: error: {events.failed.strerror}", err=True)
