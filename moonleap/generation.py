"""From a spec folder to files in memory: rules, rendering, post-processing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moonleap.findings import has_errors
from moonleap.graph import Graph, SpecInput, garbage_kept, graph_in_session
from moonleap.outputfile import OutputFile
from moonleap.postcache import TextCache
from moonleap.postprocess import post_process as format_files
from moonleap.render.resources import render_graph
from moonleap.writing import Plan, Report, plan, write
from moonlight.diagnostic import Diagnostic

Progress = Callable[[str, int, int], None]
"""Called with a stage ("rules", "render", "post-process"), and how much of it is done of how much."""


@dataclass(frozen=True)
class Generation:
    """What a spec generates, in memory; where `failed` there are no files."""

    graph: Graph
    files: tuple[OutputFile, ...] = ()
    """Sorted by path."""
    folders: tuple[str, ...] = ()
    """Folders to create although no file lies in them."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Of the graph and of everything after it."""

    @property
    def failed(self) -> bool:
        """Whether a diagnostic is an error."""
        return has_errors(self.diagnostics)

    def write(
        self, out: str | os.PathLike[str], *, force: bool = False, only: Iterable[str] | None = None
    ) -> Report:
        """Write the files into the folder `out`, all or none; what was edited there is merged.

        With `force` the generated version wins; `only` are files, folders or globs. What is wrong is in the
        report's diagnostics: nothing was written where it is not `written`.
        """
        return write(self, out, force=force, only=only)

    def plan(self, out: str | os.PathLike[str], *, force: bool = False, only: Iterable[str] = ()) -> Plan:
        """What `write` would do, file by file; nothing is written."""
        return plan(self, out, force=force, only=only)

    def to_json(self) -> dict[str, Any]:
        """``{files, folders, diagnostics}``."""
        return {
            "files": [file.to_json() for file in self.files],
            "folders": list(self.folders),
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }


def generate(
    spec_dir: str | os.PathLike[str],
    *,
    text: str | None = None,
    path: str | os.PathLike[str] = "",
    modules: Sequence[Any] = (),
    strict: bool = False,
    post_process: bool = True,
    progress: Progress | None = None,
    cache: str | os.PathLike[str] | None = None,
    cache_frozen: bool = False,
) -> Generation:
    """Run the rules of a spec and render its resources to memory; nothing but `cache` is written.

    `text` takes the place of `spec.md`, `path` is its name in messages and where its links start, and the
    rules of `modules` (modules, or objects with such attributes) count in the scope `default`. What is
    wrong is in `diagnostics`, no error of spec, settings, rules or templates is raised. `cache` is a folder
    for post-processed texts, which is only read where it is `cache_frozen`.
    """
    tell = progress or _silent
    tell("rules", 0, 1)
    given = SpecInput(os.fspath(spec_dir), text, os.fspath(path), modules)
    with graph_in_session(given, strict=strict) as (graph, session):
        tell("rules", 1, 1)
        if session is None or graph.failed:
            return Generation(graph, diagnostics=tuple(graph.diagnostics))
        with garbage_kept():
            rendered = render_graph(graph, session, tell)
    files, diagnostics = rendered.files, (*graph.diagnostics, *rendered.diagnostics)
    if post_process and not rendered.failed:
        known = TextCache(None if cache is None else Path(cache), cache_frozen)
        files, found = format_files(files, session.settings, known, tell)
        diagnostics += found
    if has_errors(diagnostics):
        return Generation(graph, diagnostics=diagnostics)
    return Generation(graph, files, rendered.folders, diagnostics)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody follows."""
