"""Run the blocks of a document in order, in one namespace, as a script or as a module."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from moonlight.calls import traced_calls
from moonlight.children import ChildOutput, child_output
from moonlight.document import Block, Document
from moonlight.events import Sink
from moonlight.executors import Step, planned
from moonlight.importer import show_source
from moonlight.lines import LineMode, traced_lines
from moonlight.mainmodule import become_program, main_module, module_name
from moonlight.program import selected
from moonlight.streams import RoutedStream, routed
from moonlight.trace import trace_json
from moonlight.tracebacks import own_frames_removed
from moonlight.tracking import Run, Tracker

SESSION = "__moonlight__"
"""Name under which a running namespace holds its session, for `block`."""


@dataclass(frozen=True)
class RunResult:
    """What a run left behind.

    `trace` are the runs in order, `outputs` maps a block's number to its ``(stream, text)`` pieces, `error`
    is what ended the run, with a traceback that begins in the document; None where all blocks ran. `path` is
    the document's as code objects and runs have it.
    """

    document: Document
    namespace: dict[str, Any]
    error: BaseException | None
    path: str = ""
    tracker: Tracker = field(repr=False, default_factory=Tracker)

    @property
    def trace(self) -> list[Run]:
        return self.tracker.runs

    @property
    def outputs(self) -> dict[int, list[tuple[str, str]]]:
        outputs: dict[int, list[tuple[str, str]]] = {}
        for run in self.tracker.runs:
            if run.block is not None and run.path == self.path:
                outputs.setdefault(run.block, []).extend(run.outputs)
        return outputs

    def to_json(self) -> dict[str, Any]:
        """The trace as DESIGN.md's ``run --trace`` writes it."""
        indexes = [block.index or 0 for block in self.document.code_blocks]
        return trace_json(self.document.path, indexes, self.tracker, self.path)


@dataclass(slots=True)
class Session:
    """A namespace in which blocks run, and the tracker that watches them."""

    tracker: Tracker
    path: str
    namespace: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is recorded of a run besides its blocks: line marks, child processes, calls between blocks.

    `calls` is None for "where it costs nothing", which is from Python 3.12 on.
    """

    lines: LineMode | None = None
    children: bool = False
    calls: bool | None = None


def run(
    document: Document,
    *,
    argv: Sequence[str] = (),
    module: bool = False,
    only: Iterable[int] | None = None,
    sinks: Iterable[Sink] = (),
    lines: LineMode | None = None,
    children: bool = False,
    calls: bool | None = None,
    namespace: dict[str, Any] | None = None,
) -> RunResult:
    """Execute the blocks of a document that take part, in order, until one fails.

    `module` gives ``__name__`` as the file's name without ``.py.md`` instead of ``"__main__"``; `only`
    restricts the run to blocks with these numbers; `sinks` get the events as they happen; `lines` asks for
    line marks; `children` also records what child processes print; `calls` whose functions run inside whom
    (by default where that costs nothing, from Python 3.12 on); the blocks run in `namespace` where one is
    given. Never raises what the document raises: that is `RunResult.error`. Nothing runs where a block is
    no Python. Raises RunError ``ipython-syntax`` where nothing is installed that runs it.
    """
    watch = Watch(lines, children, calls)
    with running(
        document, argv=argv, module=module, only=only, sinks=sinks, watch=watch, namespace=namespace
    ) as result:
        return result


@contextmanager
def running(
    document: Document,
    *,
    argv: Sequence[str] = (),
    module: bool = False,
    only: Iterable[int] | None = None,
    sinks: Iterable[Sink] = (),
    watch: Watch = Watch(),
    namespace: dict[str, Any] | None = None,
    lasting: bool = False,
) -> Iterator[RunResult]:
    """As `run`; in the body of the ``with`` the document is still the program and its streams are followed.

    `lasting`: it stays the program afterwards, with its `sys.argv`, `sys.path` and `__main__`, as a script.
    """
    tracker = Tracker(sinks)
    path = os.path.abspath(document.path) if os.path.exists(document.path) else document.path
    name = module_name(document.path) if module else "__main__"
    main, names = main_module(name, path, namespace)
    session = Session(tracker, path, names)
    names[SESSION] = session
    wanted = None if only is None else set(only)
    blocks = [block for block in selected(document) if wanted is None or block.index in wanted]
    steps, error = _plan(blocks, document, session)
    undo = become_program(main, path, [document.path, *argv])
    try:
        with _followed(session, watch, lasting) as follow:
            if error is None:
                error = _run_steps(steps, session, follow)
            yield RunResult(document, names, error, path, tracker)
    finally:
        if not lasting:
            undo()


def _plan(
    blocks: list[Block], document: Document, session: Session
) -> tuple[list[Step], BaseException | None]:
    """What to do for each block; everything is compiled before anything runs, as Python does it."""
    if os.path.isfile(session.path):
        show_source(session.path)
    try:
        return planned(blocks, document, session.path, session.namespace), None
    except SyntaxError as error:
        error.__traceback__ = None
        return [], error


@dataclass(frozen=True, slots=True)
class _Follow:
    """What follows the blocks while they run."""

    line: Callable[[CodeType], None]
    call: Callable[[CodeType, int], None] | None
    pump: ChildOutput | None


@contextmanager
def _followed(session: Session, watch: Watch, lasting: bool) -> Iterator[_Follow]:
    """Streams, lines and calls tell the tracker; `lasting`: what blocks put in the place of streams stays."""
    tracker = session.tracker
    left: tuple[Any, Any] = (None, None)
    with ExitStack() as stack:
        pump = stack.enter_context(child_output(tracker, watch.children))
        stack.enter_context(routed(tracker, pump.drain if pump is not None else None))
        line = stack.enter_context(traced_lines(tracker, session.path, watch.lines))
        wanted = watch.calls if watch.calls is not None else sys.version_info >= (3, 12)
        call = stack.enter_context(traced_calls(tracker, session.path)) if wanted else None
        yield _Follow(line, call, pump)
        left = sys.stdout, sys.stderr
    if lasting and not isinstance(left[0], RoutedStream):
        sys.stdout = left[0]
    if lasting and not isinstance(left[1], RoutedStream):
        sys.stderr = left[1]


def _run_steps(steps: list[Step], session: Session, follow: _Follow) -> BaseException | None:
    enter, leave = session.tracker.enter, session.tracker.leave_with
    for block, code, executor in steps:
        run = enter(block.index, path=session.path, line=block.span.line)
        try:
            if executor is not None:
                executor(block)
            elif code is not None:
                follow.line(code)
                if follow.call is not None:
                    follow.call(code, block.index or 0)
                exec(code, session.namespace)
        except BaseException as error:
            own_frames_removed(error, session.path)
            leave(run, error)
            return error
        finally:
            if follow.pump is not None:
                follow.pump.drain()
        leave(run)
    return None


@contextmanager
def block(number: int) -> Iterator[Run]:
    """Pin what this thread prints to the block with this number, also after the block has ended.

    For threads, whose output belongs to no block by itself. Raises RuntimeError outside of a run and for a
    block that has not run.
    """
    session = sys._getframe(2).f_globals.get(SESSION)
    if session is None:
        main = sys.modules.get("__main__")
        session = getattr(main, SESSION, None)
    if session is None:
        raise RuntimeError("moonlight.block: no document is running here")
    found = session.tracker.last_run(number, session.path)
    if found is None:
        raise RuntimeError(f"moonlight.block: block {number} has not run")
    with session.tracker.pinned(found):
        yield found
