"""The magics ``%moonleap`` and ``%%moonleap``: what a spec generates, shown before it is written."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.display import display

from moon_kernel.moonleap_cells import OPTIONS
from moon_kernel.moonleap_views import View, file_link
from moonleap.documents import MAGIC, cell_text, on_line
from moonleap.generation import Generation, generate
from moonleap.graph import Graph, SpecInput, graph_in_session
from moonleap.outputpath import OWN_FOLDER
from moonleap.writing import Plan, plan, recover
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.hints import closest
from moonlight.tracking import current_run

OUT = "moonleap_out"
PREVIEW = "a preview: --write writes"
NOTHING, UP_TO_DATE = "nothing was written", "up to date"
PATIENCE = 1.0
"""Seconds after which it is told how far things are."""


class MoonleapError(Exception):
    """The spec has errors, or the output folder is not what it should be; what is wrong was shown."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback."""
        return [f"moonleap: {self}"]


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a magic."""

    name: str = ""
    out: str = OUT
    only: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()


def read_request(line: str) -> Request:
    """The words behind the magic; raises UsageError for what it does not know."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%moonleap: {error}") from None
    name, out, only, flags = "", OUT, [], set()
    rest = iter(words)
    for word in rest:
        key, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if key in ("-o", "--output", "--only"):
            value = value if equals else next(rest, "")
            if not value:
                raise UsageError(f"%moonleap: {key} needs a path")
            if key == "--only":
                only.append(value)
            else:
                out = value
        elif key.startswith("-"):
            if word not in OPTIONS:
                close = closest(word, OPTIONS)
                hint = f"; did you mean {close}?" if close else "; see %moonleap?"
                raise UsageError(f"%moonleap has no option {word}{hint}")
            flags.add(word)
        elif name:
            raise UsageError(f"%moonleap takes one name, not {name!r} and {word!r}")
        else:
            name = word
    return Request(name, out, tuple(only), frozenset(flags))


def run(shell: Any, document: str | None, line: str, cell: str | None, source: str = "") -> None:
    """Generate, show, and write if that is wanted; raises MoonleapError where something is wrong.

    `source` is the whole text of the cell that is running.
    """
    request = read_request(line)
    if cell is None and not request.name:
        raise UsageError("%moonleap needs a spec folder or a document; see %moonleap?")
    folder = os.path.dirname(document) if document else os.getcwd()
    if cell is None:
        given = SpecInput(_below(folder, request.name))
    else:
        path, first = _place(document, source)
        given = SpecInput(_below(folder, "."), on_line(cell, first), path, (shell.user_module,))
    title = (request.name or "%%moonleap") if cell is not None else request.name
    base = file_link(folder)
    if "--graph" in request.flags:
        with graph_in_session(given, strict="--strict" in request.flags) as (graph, _):
            display(View(title, graph, graph.diagnostics, only_graph=True, link=base))
        _refuse(graph.diagnostics, "")
        return
    progress = Progress(shell)
    out = _below(folder, request.out)
    generation = _generate(given, request, progress, _cache(out))
    planned, diagnostics, state = _written(generation, out, request, progress)
    view = View(
        title,
        generation.graph,
        diagnostics,
        out,
        planned.changes,
        state,
        "--diff" in request.flags,
        link=base,
    )
    progress.end(view)
    _refuse(diagnostics, f"; {state}")
    if "--check" in request.flags and planned.stale:
        raise MoonleapError(f"{request.out} is not what the spec generates: {planned.summary()}")


def _place(document: str | None, source: str) -> tuple[str, int]:
    """What the text below the magic is called, and its first line: in the document, else in the cell."""
    line = cell_text(source)[1] if source.lstrip("\n").startswith(MAGIC) else 2
    running = current_run()
    if document and running is not None and running.path == document and running.line is not None:
        return os.path.relpath(document), running.line + line
    return MAGIC, line


def _below(folder: str, path: str) -> str:
    """A path relative to the document's folder, as short as it can be said."""
    if os.path.realpath(folder) == os.path.realpath(os.getcwd()):
        return path
    full = os.path.normpath(os.path.join(folder, os.path.expanduser(path)))
    try:
        return min(os.path.relpath(full), full, key=len)
    except ValueError:  # another drive
        return full


def _cache(out: str) -> Path | None:
    """Where texts of formatters are kept, in a folder that Moonleap wrote before."""
    own = Path(out, OWN_FOLDER)
    return own / "cache" if (own / "manifest.json").exists() else None


def _generate(given: SpecInput, request: Request, progress: Progress, cache: Path | None) -> Generation:
    return generate(
        given.spec_dir,
        text=given.text,
        path=given.path,
        modules=given.modules,
        strict="--strict" in request.flags,
        post_process="--no-post-process" not in request.flags,
        progress=progress,
        cache=cache,
        cache_frozen="--write" not in request.flags,
    )


def _written(
    generation: Generation, out: str, request: Request, progress: Progress
) -> tuple[Plan, Sequence[Diagnostic], str]:
    """The plan, what there is to say about it and about its writing, and what was written, in words."""
    write = "--write" in request.flags
    try:
        if write:
            recover(out)
    except MoonlightError as error:
        return plan(Generation(Graph()), out), (*generation.diagnostics, error.diagnostic), NOTHING
    planned = plan(generation, out, force="--force" in request.flags, only=request.only)
    if not write:
        state = NOTHING if planned.refused else PREVIEW if planned.stale else UP_TO_DATE
        return planned, planned.diagnostics, state
    report = planned.apply(progress)
    if report.written:
        return planned, report.diagnostics, "written"
    return planned, report.diagnostics, NOTHING if report.failed else UP_TO_DATE


def _refuse(diagnostics: Sequence[Diagnostic], more: str) -> None:
    errors = sum(found.severity == "error" for found in diagnostics)
    if errors:
        raise MoonleapError(f"{errors} error{'s' if errors > 1 else ''}{more}")


class Progress:
    """Tells how far a long run is: a display that the result replaces, or lines in a terminal."""

    def __init__(self, shell: Any) -> None:
        self.updates = getattr(shell, "kernel", None) is not None
        self.handle: Any = None
        self.told = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage has come this far."""
        now = time.monotonic()
        if now - self.told < PATIENCE:
            return
        self.told = now
        said = _Text(f"moonleap: {stage}, {done} of {total} …")
        if not self.updates:
            print(said, file=sys.stderr)
        elif self.handle is None:
            self.handle = display(said, display_id=True)
        else:
            self.handle.update(said)

    def end(self, view: View) -> None:
        """Show the result."""
        if self.handle is not None:
            self.handle.update(view)
        else:
            display(view)


class _Text(str):
    """Text that is displayed without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
