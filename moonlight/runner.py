"""Run the blocks of a document in order, in one namespace, as a script or as a module."""

from __future__ import annotations

import os
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from pathlib import PurePath
from typing import Any, Protocol

from moonlight.calls import traced_calls
from moonlight.compiling import compile_block, future_flags, refusal
from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block, Document
from moonlight.events import Sink
from moonlight.lines import LineMode, traced_lines
from moonlight.program import selected
from moonlight.streams import ChildOutput, routed
from moonlight.trace import trace_json
from moonlight.tracking import SESSION, Run, Tracker

EXECUTORS = "moonlight.executors"
"""Entry point group of executors; plain Python is built in."""

_IPYTHON = re.compile(
    r"^[ \t]*(?:%|!|\?\??\w|[\w.]+\?\??[ \t]*$|.*=[ \t]*[%!]\w|.*\bawait\b|async (?:for|with)\b)"
)


class RunError(MoonlightError):
    """A block cannot be executed, or was not found."""


class Executor(Protocol):
    """Executes blocks in one namespace; raises what a block raises."""

    def __call__(self, block: Block) -> None: ...


@dataclass(frozen=True)
class RunResult:
    """What a run left behind.

    `trace` are the runs in order, `outputs` maps a block's number to its ``(stream, text)`` pieces, `error`
    is what ended the run, with a traceback that begins in the document; None where all blocks ran. `path` is
    the document's as code objects and runs have it.
    """

    document: Document
    namespace: dict[str, Any]
    trace: list[Run]
    outputs: dict[int, list[tuple[str, str]]]
    error: BaseException | None
    path: str = ""
    tracker: Tracker = field(repr=False, default_factory=Tracker)

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


def run(
    document: Document,
    *,
    argv: Sequence[str] = (),
    module: bool = False,
    only: Iterable[int] | None = None,
    sinks: Iterable[Sink] = (),
    lines: LineMode | None = None,
    children: bool = False,
    calls: bool = True,
    namespace: dict[str, Any] | None = None,
) -> RunResult:
    """Execute the blocks of a document that take part, in order, until one fails.

    `module` gives ``__name__`` as the file's name without ``.py.md`` instead of ``"__main__"``; `only`
    restricts the run to blocks with these numbers; `sinks` get the events as they happen; `lines` asks for
    line marks; `children` also records what child processes print; `calls` whose functions run inside whom.
    Never raises what the document raises: that is `RunResult.error`. Nothing runs where a block is no Python.
    """
    tracker = Tracker(sinks)
    path = os.path.abspath(document.path) if os.path.exists(document.path) else document.path
    name = module_name(document.path) if module else "__main__"
    main = _module(name, path, document, namespace)
    session = Session(tracker, path, main.__dict__)
    main.__dict__[SESSION] = session
    wanted = None if only is None else set(only)
    blocks = [block for block in selected(document) if wanted is None or block.index in wanted]
    error = _run_blocks(blocks, document, session, main, argv, lines, children, calls)
    outputs: dict[int, list[tuple[str, str]]] = {}
    for one in tracker.runs:
        if one.block is not None:
            outputs.setdefault(one.block, []).extend(one.outputs)
    return RunResult(document, main.__dict__, tracker.runs, outputs, error, path, tracker)


def _run_blocks(
    blocks: list[Block],
    document: Document,
    session: Session,
    main: types.ModuleType,
    argv: Sequence[str],
    lines: LineMode | None,
    children: bool,
    calls: bool,
) -> BaseException | None:
    with ExitStack() as stack:
        stack.enter_context(_as_program(main, session.path, argv))
        pump = stack.enter_context(_child_output(session.tracker, children))
        stack.enter_context(routed(session.tracker))
        watch_line = stack.enter_context(traced_lines(session.tracker, session.path, lines))
        watch_calls: Callable[..., None] = _ignore
        if calls and sys.version_info >= (3, 12):
            watch_calls = stack.enter_context(traced_calls(session.tracker, session.path))
        execute: Executor = PlainExecutor(session, watch_line, watch_calls)
        try:
            for block in blocks:
                execute = _executor_for(block, execute, document, session)
                _run_block(block, execute, session, pump)
        except MoonlightError:
            raise
        except BaseException as error:
            return error.with_traceback(_user_part(error, session.path))
    return None


def _run_block(block: Block, execute: Executor, session: Session, pump: ChildOutput | None) -> None:
    place: dict[str, Any] = {"path": session.path, "line": block.span.line}
    with session.tracker.running(block.index, **place):
        try:
            execute(block)
        finally:
            if pump is not None:
                pump.drain()


class PlainExecutor:
    """Plain Python; ``from __future__`` of one block holds for those behind it."""

    def __init__(
        self,
        session: Session,
        watch_line: Callable[[types.CodeType], None],
        watch_calls: Callable[..., None],
    ) -> None:
        self.session = session
        self.watch_line = watch_line
        self.watch_calls = watch_calls
        self.flags = 0
        self.ready: tuple[Block, types.CodeType] | None = None

    def prepare(self, block: Block) -> None:
        """Compile; SyntaxError where the block is no Python."""
        code = compile_block(block, self.session.path, self.flags)
        self.flags |= future_flags(code)
        self.ready = (block, code)

    def __call__(self, block: Block) -> None:
        if self.ready is None or self.ready[0] is not block:
            self.prepare(block)
        assert self.ready is not None
        code = self.ready[1]
        self.watch_line(code)
        self.watch_calls(code, block.index)
        exec(code, self.session.namespace)


def _executor_for(block: Block, execute: Executor, document: Document, session: Session) -> Executor:
    """The executor for this block and those behind it: plain Python until a block is IPython."""
    if not isinstance(execute, PlainExecutor):
        return execute
    try:
        execute.prepare(block)
    except SyntaxError as error:
        line = ipython_line(block)
        if line is None:
            raise
        factory = _contributed("ipython")
        if factory is None:
            raise _needs_ipython(document, block, line) from error
        other: Executor = factory(session.namespace, session.path)
        return other
    return execute


def ipython_line(block: Block) -> int | None:
    """Markdown line of the first IPython syntax (``%magic``, ``!cmd``, ``await``) in a block, if any."""
    for number, line in enumerate(block.text.split("\n")):
        if _IPYTHON.match(line):
            return block.code_line + number
    return None


def _contributed(name: str) -> Any:
    found = [entry for entry in entry_points(group=EXECUTORS) if entry.name == name]
    if not found:
        return None
    try:
        return found[0].load()
    except ImportError:
        return None


def _needs_ipython(document: Document, block: Block, line: int) -> RunError:
    text = document.source.slice(line, line).strip()
    message = f"`{text[:60]}` is IPython syntax, which plain Python cannot run"
    hint = "pip install moonlight-notebook with its kernel, or mark the block `skip`"
    return RunError(Diagnostic("ipython-syntax", message, Span(document.path, line, line), hint))


def check_syntax(document: Document) -> list[Diagnostic]:
    """Syntax errors of all blocks that take part, as diagnostics; nothing is executed."""
    found = []
    flags = 0
    for block in selected(document):
        try:
            flags |= future_flags(compile_block(block, document.path, flags))
        except SyntaxError as error:
            if ipython_line(block) is None:
                found.append(refusal(error, document.path).diagnostic)
        except (ValueError, RecursionError, MemoryError) as error:
            message = str(error) or type(error).__name__
            found.append(Diagnostic("syntax", message, block.span, "simplify the block"))
    return found


def find_block(document: Document, wanted: str) -> Block:
    """The block with this number or ``name=``; RunError ``unknown-block`` names the closest."""
    names = {
        str(block.options.get("name")): block for block in document.code_blocks if "name" in block.options
    }
    if wanted in names:
        return names[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(document.code_blocks):
        return document.code_blocks[int(wanted) - 1]
    from difflib import get_close_matches

    close = get_close_matches(wanted, names, n=1)
    count = len(document.code_blocks)
    hint = f"did you mean {close[0]!r}?" if close else f"blocks have the numbers 1 to {count}"
    raise RunError(Diagnostic("unknown-block", f"no block {wanted!r}", Span(document.path, 1, 1), hint))


def module_name(path: str) -> str:
    """``intro`` for ``…/intro.py.md``."""
    name = PurePath(path).name
    return name.removesuffix(".py.md") if name.endswith(".py.md") else PurePath(name).stem


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


@contextmanager
def _child_output(tracker: Tracker, wanted: bool) -> Iterator[ChildOutput | None]:
    """Record child processes; Python's own streams go around the pipes, so nothing is recorded twice."""
    if not wanted:
        yield None
        return

    def innermost() -> Run | None:
        return next((run for run in reversed(tracker.runs) if run.status == "running"), None)

    before = sys.stdout, sys.stderr
    with ChildOutput(tracker, innermost) as pump:
        ours = [pump.real(1), pump.real(2)]
        real = sys.__stdout__, sys.__stderr__
        if before[0] is real[0] and ours[0] is not None:
            sys.stdout = ours[0]
        if before[1] is real[1] and ours[1] is not None:
            sys.stderr = ours[1]
        try:
            yield pump
        finally:
            sys.stdout, sys.stderr = before
            for stream in ours:
                if stream is not None:
                    stream.close()


@contextmanager
def _as_program(main: types.ModuleType, path: str, argv: Sequence[str]) -> Iterator[None]:
    """`main` in `sys.modules`, `sys.argv` and `sys.path[0]` as for a script; all back afterwards."""
    name = main.__name__
    before = sys.modules.get(name), list(sys.argv), list(sys.path)
    sys.modules[name] = main
    sys.argv = [path, *argv]
    folder = os.path.dirname(path)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if before[0] is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before[0]
        sys.argv[:] = before[1]
        if folder in sys.path and folder not in before[2]:
            sys.path.remove(folder)


def _module(name: str, path: str, document: Document, namespace: dict[str, Any] | None) -> types.ModuleType:
    main = types.ModuleType(name)
    main.__dict__.update(namespace or {})
    main.__file__ = path
    main.__dict__["__builtins__"] = __builtins__
    if name != "__main__":
        main.__spec__ = ModuleSpec(name, None, origin=path)
    return main


def _user_part(error: BaseException, path: str) -> types.TracebackType | None:
    """The traceback from the first frame in the document on; none of our frames."""
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename != path:
        step = step.tb_next
    return step


def _ignore(code: types.CodeType, block: int | None) -> None:
    """Calls are not traced."""
