"""The trace of a run as JSON data: what ran, in what order, inside what, with which outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moonlight.tracking import Run, Tracker


def trace_json(
    path: str, indexes: Iterable[int], tracker: Tracker, run_path: str | None = None
) -> dict[str, Any]:
    """``{path, blocks, order, edges, lines}`` as DESIGN.md has it; `run_path` is the path of the runs where
    it is another one than the `path` to show.

    `blocks` has an entry for each index, of its last run (``"not run"`` without one). `order` are the block
    numbers as they ran; `edges` are ``[outer, inner]`` pairs of block numbers: a block that ran, or whose
    functions ran, inside another; `lines` are ``[block, Markdown line]`` in the order of their marks.
    """
    runs = [run for run in tracker.runs if run.block is not None and run.path in (None, path, run_path)]
    last = {run.block: run for run in runs}
    return shape(path, [entry(index, last.get(index)) for index in indexes], runs, tracker)


def shape(
    path: str | None, entries: list[dict[str, Any]], runs: list[Run], tracker: Tracker
) -> dict[str, Any]:
    """The trace around its entries: the order of `runs`, the edges between blocks, the line marks."""
    blocks = {run.order: run.block for run in tracker.runs}
    nested = [
        (blocks.get(run.parent), run.block)
        for run in runs
        if run.parent is not None and blocks.get(run.parent) is not None
    ]
    return {
        "path": path,
        "blocks": entries,
        "order": [run.block for run in runs],
        "edges": [list(edge) for edge in dict.fromkeys([*nested, *tracker.calls])],
        "lines": [[blocks.get(order), line] for order, line in tracker.lines],
    }


def entry(index: int | None, run: Run | None) -> dict[str, Any]:
    """One run in the trace; without a run, a block that has not run."""
    if run is None:
        unknown: dict[str, Any] = {"started": None, "duration": None, "outputs": [], "error": None}
        return {"index": index, "status": "not run", **unknown}
    return {
        "index": index,
        "status": run.status,
        "started": run.started,
        "duration": run.duration,
        "outputs": _merged(run),
        "error": run.error,
    }


def _merged(run: Run) -> list[dict[str, str]]:
    """Outputs with neighbours of one stream joined; a note at the end where some were not kept."""
    merged: list[tuple[str, list[str]]] = []
    for stream, text in run.outputs:
        if merged and merged[-1][0] == stream:
            merged[-1][1].append(text)
        else:
            merged.append((stream, [text]))
    if run.dropped and merged:
        merged[-1][1].append(f"\n… {run.dropped} more characters\n")
    return [{"stream": stream, "text": "".join(texts)} for stream, texts in merged]
