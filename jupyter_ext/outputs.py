"""Outputs of notebook cells: in and out of the store, and whether their user trusts them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moonlight.outputs import Entry, Place, Ran, Restored, fingerprint, restore

if TYPE_CHECKING:
    from nbformat import NotebookNode

COMPONENT_MIME = "application/vnd.moonlight.component+json"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

MAX_DEPTH = 100
"""How deep outputs and metadata may be nested; nbformat copies notebooks by recursion."""


def clean(output: Any) -> dict[str, Any] | None:
    """An output in the shape that nbformat gives its type; None where it has none of these shapes.

    Unknown members are dropped, so that nothing but what a front end expects is stored or served.
    """
    if not isinstance(output, Mapping):
        return None
    kind = output.get("output_type")
    if kind == "stream":
        name = output.get("name")
        text = _text(output.get("text"))
        if text is None:
            return None
        return {"output_type": kind, "name": name if name == "stderr" else "stdout", "text": text}
    if kind == "error":
        traceback = output.get("traceback")
        lines = [line for line in as_list(traceback) if isinstance(line, str)]
        name, value = str(output.get("ename", "")), str(output.get("evalue", ""))
        return {"output_type": kind, "ename": name, "evalue": value, "traceback": lines}
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = output.get("data"), output.get("metadata", {})
    if not isinstance(data, Mapping) or not isinstance(metadata, Mapping):
        return None
    shown = {"output_type": kind, "data": _bundle(data), "metadata": dict(metadata)}
    if kind == "execute_result":
        shown["execution_count"] = count(output.get("execution_count"))
    return shown if _is_json(shown) else None


def count(value: Any) -> int | None:
    """An execution count; None for anything that is none."""
    return value if type(value) is int and 0 <= value < 2**53 else None


def collected(cells: Sequence[Any], places: Sequence[Mapping[str, Any] | None]) -> list[Ran]:
    """What the code cells of a saved notebook hold; `places` are their `moon` metadata in the text."""
    found: list[Ran] = []
    for cell, place in zip(cells, places, strict=True):
        if place is None or "block" not in place or not isinstance(cell, Mapping):
            continue
        outputs = [kept for output in as_list(cell.get("outputs")) if (kept := clean(output))]
        where = Place(str(place["hash"]), int(place["block"]))
        found.append(Ran(where, count(cell.get("execution_count")), outputs, _ran(cell)))
    return found


def put(notebook: NotebookNode, entries: Sequence[Entry]) -> int:
    """Give the code cells of a freshly read notebook their stored outputs; how many cells got some.

    `metadata.moon.outputs` says ``fresh`` or ``stale``; `metadata.moon.stale` is true for the latter.
    """
    from nbformat import from_dict

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    places = [Place(cell.metadata.moon.hash, cell.metadata.moon.block) for cell in cells]
    restored = 0
    for cell, found in zip(cells, restore(entries, places), strict=True):
        if found is None:
            continue
        kept = [output for stored in found.entry.outputs if (output := clean(stored))]
        cell["outputs"] = from_dict(kept)
        cell["execution_count"] = found.entry.execution_count
        if kept:
            restored += 1
            cell.metadata.moon.update(_state(found))
    return restored


def without_widgets(outputs: Iterable[Any]) -> set[str]:
    """Take the widget from outputs that hold a component's own HTML too; the models that nothing shows now.

    A widget lives as long as its kernel; the HTML works without.
    """
    taken = set()
    for output in outputs:
        data = output.get("data", {})
        if COMPONENT_MIME in data and "text/html" in data and WIDGET_MIME in data:
            taken.add(str(data.pop(WIDGET_MIME).get("model_id")))
    return taken


def with_states(
    cells: Sequence[dict[str, Any] | None], entries: Sequence[Entry]
) -> list[dict[str, Any] | None]:
    """The cells' `moon` metadata with the state of the outputs that were stored for them."""
    code = [cell for cell in cells if cell is not None and "block" in cell]
    places = [Place(str(cell["hash"]), int(cell["block"])) for cell in code]
    states = {
        place.block: _state(found)
        for place, found in zip(places, restore(entries, places), strict=True)
        if found is not None and found.entry.outputs
    }
    return [
        cell if cell is None or cell.get("block") not in states else cell | states[cell["block"]]
        for cell in cells
    ]


def _state(found: Restored) -> dict[str, Any]:
    return {"outputs": "stale", "stale": True} if found.stale else {"outputs": "fresh"}


def receipt(entries: Sequence[Entry]) -> NotebookNode:
    """What the user's notary signs: a notebook that holds nothing but the fingerprint of the outputs.

    nbformat signs the concatenated values of a notebook; of two values the border could be moved.
    """
    from nbformat import from_dict

    metadata = {"moonlight_outputs": fingerprint(entries)}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": []}
    signed: NotebookNode = from_dict(notebook)
    return signed


def as_sent(cells: Sequence[Any]) -> NotebookNode:
    """The code cells of a saved notebook, reduced to what a notary checks: outputs and trust."""
    from nbformat import from_dict

    reduced = []
    for cell in cells:
        if isinstance(cell, Mapping) and cell.get("cell_type") == "code":
            metadata = cell.get("metadata")
            trusted = isinstance(metadata, Mapping) and metadata.get("trusted") is True
            outputs = [kept for output in as_list(cell.get("outputs")) if (kept := clean(output))]
            reduced.append({"cell_type": "code", "metadata": {"trusted": trusted}, "outputs": outputs})
    notebook: NotebookNode = from_dict({"nbformat": 4, "cells": reduced, "metadata": {}})
    return notebook


def _ran(cell: Mapping[str, Any]) -> str | None:
    """Hash of the source that made the outputs, where the front end tells (`metadata.moon.ran`)."""
    metadata = cell.get("metadata")
    moon = metadata.get("moon") if isinstance(metadata, Mapping) else None
    ran = moon.get("ran") if isinstance(moon, Mapping) else None
    return ran if isinstance(ran, str) and len(ran) < 64 else None


def _bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    """A mime bundle; text as one string, as the contents API has it."""
    joined: dict[str, Any] = {}
    for key, value in data.items():
        is_json = key == "application/json" or key.endswith("+json")
        text = None if is_json else _text(value)
        if is_json or text is not None:
            joined[key] = value if text is None else text
    return joined


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def as_list(value: Any) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def _is_json(value: Any) -> bool:
    """Whether a browser can read it: no NaN, no infinity, not nested beyond reason."""
    if is_deeper(value, MAX_DEPTH):
        return False
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError):
        return False
    return True


def is_deeper(value: Any, limit: int) -> bool:
    """Whether JSON data are nested in more than `limit` levels."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return limit == 0 or any(is_deeper(member, limit - 1) for member in value)
