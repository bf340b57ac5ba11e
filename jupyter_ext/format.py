"""The format ``py.md``: `reads` and `writes` between text and nbformat 4.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_ext import attachments as attached
from jupyter_ext.cells import Cell, layout
from jupyter_ext.writing import Written, notebook_metadata, write
from moonlight.document import UNNAMED, parse
from moonlight.source import normalize, text_hash

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNELSPEC = {"name": "moon", "display_name": "Moonlight (Python)", "language": "python"}
LANGUAGE_INFO: dict[str, Any] = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
    "codemirror_mode": {"name": "ipython", "version": 3},
}


def reads(text: str, path: str | None = None, embed: bool = False) -> NotebookNode:
    """A document as nbformat 4.5 notebook without outputs; never raises on any text.

    With `embed`, pictures in ``NAME.files/`` beside `path` become attachments, for a notebook that has to
    stand alone.
    """
    from nbformat import NotebookNode

    def node(value: Any) -> Any:
        """`nbformat.from_dict` without its checks, which take a third of the time of `reads`."""
        if isinstance(value, list):
            return [node(v) for v in value]
        if not isinstance(value, dict):
            return value
        made = NotebookNode()
        dict.update(made, value)
        for key, v in value.items():
            if isinstance(v, dict | list):
                dict.__setitem__(made, key, node(v))
        return made

    notebook: NotebookNode = node(read_plain(text, path, embed))
    return notebook


def read_plain(text: str, path: str | None = None, embed: bool = False) -> dict[str, Any]:
    """`reads` as plain dicts and lists."""
    document = parse(text, path or UNNAMED)
    cells = layout(document)
    moon = {
        "base": text_hash(text),
        "head": normalize(cells.head).count("\n"),
        "newline": document.source.newline,
        "diagnostics": [diagnostic.to_json() for diagnostic in document.diagnostics],
    }
    document_for_files = path if embed else None
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            **notebook_metadata(document),
            "kernelspec": dict(KERNELSPEC),
            "language_info": {
                **LANGUAGE_INFO,
                "codemirror_mode": {"name": "ipython", "version": 3},
            },
            "moon": moon,
        },
        "cells": [_cell(cell, n, document_for_files) for n, cell in enumerate(cells.cells)],
    }


def writes(nb: Mapping[str, Any], onto: str | None = None, path: str | None = None) -> str:
    """A notebook as text. `onto` is the text it was read from: untouched cells are its bytes.

    Without `onto` the canonical form. Raises FormatError where something could not be kept.
    """
    return write(nb, onto, path).text


def write_layout(nb: Mapping[str, Any], onto: str | None = None, path: str | None = None) -> Written:
    """`writes`, with the place of each cell in the new text and the attachments as files."""
    return write(nb, onto, path)


def _cell(cell: Cell, ordinal: int, document: str | None) -> dict[str, Any]:
    moon = cell.layout(ordinal)
    source, attachments = cell.source, cell.attachments
    if document is not None and cell.type == "markdown":
        source, found = attached.embed(source, document)
        attachments = {**attachments, **found}
    entry: dict[str, Any] = {
        "id": cell.id,
        "cell_type": cell.type,
        "source": source,
        "metadata": {**cell.metadata, "moon": moon},
    }
    if cell.type == "code":
        entry |= {"outputs": [], "execution_count": None}
    elif attachments:
        entry["attachments"] = attachments
    return entry
