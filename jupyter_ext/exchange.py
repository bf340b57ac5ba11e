"""Notebooks that leave for other tools and come back: plain nbformat, metadata in its usual place.

In a document the notebook's metadata is the entry ``jupyter`` of its front matter; front matter is a raw
cell. Outside, metadata is the notebook's own: a raw cell that would only repeat it is left out, and put
back when the notebook is written as text again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_ext import metadata as kept
from jupyter_ext.attachments import linked
from jupyter_ext.format import read_plain
from jupyter_ext.writing import is_front_matter
from moonlight.document import parse


def read(text: str, path: str | None = None, embed: bool = False) -> dict[str, Any]:
    """A text as plain notebook: no `moon` metadata, no entry ``jupyter`` in the front matter."""
    notebook = read_plain(text, path, embed)
    notebook["metadata"].pop("moon", None)
    for cell in notebook["cells"]:
        cell["metadata"].pop("moon", None)
    cells = notebook["cells"]
    if cells and _is_front(cells[0]):
        front = without_entry(cells[0]["source"])
        if front:
            cells[0]["source"] = front
        else:
            del cells[0]
    return notebook


def with_front_matter(notebook: Mapping[str, Any], onto: str | None) -> Mapping[str, Any]:
    """The way back from `read`: first stands the front matter that the notebook's metadata asks for."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return notebook
    has_front = bool(cells) and isinstance(cells[0], Mapping) and _is_front(cells[0])
    given = _source(cells[0]) if has_front else ""
    front = _front(given, kept.of_notebook(notebook.get("metadata")), onto or "")
    rest = cells[1:] if has_front else cells
    first = {**cells[0], "source": front} if has_front else _raw(front)
    return {**notebook, "cells": [first, *rest] if front else rest}


def with_links(notebook: Mapping[str, Any], document: str) -> Mapping[str, Any]:
    """A notebook that shows the files of the document instead of copies of them."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return notebook
    return {**notebook, "cells": [_linked(cell, document) for cell in cells]}


def _linked(cell: Any, document: str) -> Any:
    found = cell.get("attachments") if isinstance(cell, Mapping) else None
    if not isinstance(found, Mapping) or not found:
        return cell
    source, left = linked(_source(cell), found, document)
    return {**cell, "source": source, "attachments": left}


def without_entry(front: str) -> str:
    """Front matter without its entry ``jupyter``, ``""`` where nothing else is in it.

    It stays as it is where the entry cannot be taken out for certain.
    """
    metadata = parse(front).metadata
    if "jupyter" not in metadata:
        return front
    stripped = kept.with_notebook_metadata(front, {})
    left = {key: value for key, value in metadata.items() if key != "jupyter"}
    return stripped if parse(stripped).metadata == left else front


def _front(given: str, metadata: dict[str, Any], onto: str) -> str:
    """Front matter that says what the notebook's raw cell and metadata say, in the words of `onto` if it
    says so already."""
    document = parse(onto)
    old = document.metadata.get("jupyter")
    first = document.blocks[0] if document.blocks else None
    there = first.text.removeprefix("\ufeff").removesuffix("\n") if first is not None else ""
    is_there = first is not None and first.kind == "front-matter"
    if is_there and metadata == kept.of_notebook(old) and given in (there, without_entry(there)):
        return there
    if metadata == kept.of_notebook(parse(given).metadata.get("jupyter")):
        return given
    return kept.with_notebook_metadata(given, kept.beside(old, metadata))


def _is_front(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "raw" and is_front_matter("raw", _source(cell), {})


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _raw(source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "source": source, "metadata": {}}
