"""Which metadata of cells and notebooks the text keeps, and in which form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moonlight.info import REMOVED

SESSION_KEYS = frozenset({"moon", "trusted", "execution", "ExecuteTime"})
"""Cell metadata of one session: times, trust and our own; never written."""

VIEW_KEYS = frozenset(
    {"collapsed", "scrolled", "autoscroll", "heading_collapsed", "jp-MarkdownHeadingCollapsed"}
)
"""How a cell is shown: kept where the text already says it, not written for a click in the browser."""

NOTEBOOK_KEYS = frozenset(
    {"moon", "kernelspec", "language_info", "jupytext", "widgets", "orig_nbformat", "signature"}
)
"""Notebook metadata that is the session's, or another tool's about its own file; never written, but for
``jupytext.formats``, which names the files that a document is paired with."""

_SCHEMA: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str) and value != "",
    "tags": lambda value: isinstance(value, list) and _are_tags(value),
    "collapsed": lambda value: isinstance(value, bool),
    "deletable": lambda value: isinstance(value, bool),
    "editable": lambda value: isinstance(value, bool),
    "scrolled": lambda value: isinstance(value, bool) or value == "auto",
    "jupyter": lambda value: isinstance(value, dict) and all(map(_is_switch, value.items())),
    "format": lambda value: isinstance(value, str),
}
"""Keys that nbformat gives a type; a value of another type stays in the text and out of the notebook."""

_JUPYTER_ENTRY = re.compile(
    r"^jupyter:.*\n?(?:(?:[ \t]+.*|[ \t]*)(?:\n|\Z)(?=[ \t]|\n))*(?:[ \t]+.+(?:\n|\Z))?", re.M
)
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def plain(value: Any) -> Any:
    """`value` as JSON data; what JSON lacks (dates of YAML, for instance) as text."""
    return json.loads(json.dumps(value, default=str))


def from_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Cell metadata of a fence's options or a marker's JSON."""
    return {
        key: value
        for key, value in options.items()
        if key not in SESSION_KEYS and _SCHEMA.get(key, _any)(value)
    }


def of_cell(cell: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The metadata of a notebook's cell that the text keeps, as JSON data.

    `shown` is what the text says of the cell now, None where the notebook is not an edit of a text: in an
    edit, keys about the view come from the text.
    """
    metadata = cell.get("metadata")
    if not isinstance(metadata, Mapping):
        return {}
    lasting = {key: value for key, value in metadata.items() if key not in SESSION_KEYS}
    kept = from_options(plain(lasting)) if lasting else {}
    if shown is None:
        return kept
    kept = {key: value for key, value in kept.items() if key not in VIEW_KEYS}
    return kept | {key: value for key, value in shown.items() if key in VIEW_KEYS}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What turns `old` into `new`: changed and new keys, REMOVED for others."""
    changed = {key: value for key, value in new.items() if key not in old or old[key] != value}
    return changed | {key: REMOVED for key in old if key not in new}


def of_notebook(metadata: Any) -> dict[str, Any]:
    """The notebook metadata that the text keeps, in its front matter under ``jupyter``."""
    if not isinstance(metadata, Mapping):
        return {}
    kept = {str(key): value for key, value in metadata.items() if key not in NOTEBOOK_KEYS}
    jupytext = metadata.get("jupytext")
    formats = jupytext.get("formats") if isinstance(jupytext, Mapping) else None
    if isinstance(formats, str) and formats:
        kept["jupytext"] = {"formats": formats}
    return dict(plain(kept))


def beside(written: Any, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """`metadata`, and what the author's ``jupyter`` entry says under keys that are not the notebook's."""
    if not isinstance(written, Mapping):
        return dict(metadata)
    others = {str(key): value for key, value in written.items() if key in NOTEBOOK_KEYS}
    jupytext = others.pop("jupytext", None)
    jupytext = {} if not isinstance(jupytext, Mapping) else dict(jupytext)
    jupytext.pop("formats", None)
    jupytext |= metadata.get("jupytext", {})
    return dict(plain({**others, **metadata, **({"jupytext": jupytext} if jupytext else {})}))


def with_notebook_metadata(front: str, metadata: Mapping[str, Any]) -> str:
    """Front matter (``---`` lines included, or ``""``) whose ``jupyter`` entry is `metadata`."""
    entry = f"jupyter: {_yaml(metadata)}\n" if metadata else ""
    if not front:
        return f"---\n{entry}---" if entry else ""
    lines = front.split("\n")
    body = "".join(line + "\n" for line in lines[1:-1])
    if _JUPYTER_ENTRY.search(body):
        body = _JUPYTER_ENTRY.sub(lambda match: entry, body, count=1)
    else:
        body += entry
    return f"{lines[0]}\n{body}{lines[-1]}" if body.strip() else ""


def _yaml(value: Any) -> str:
    """JSON on one line, which YAML reads as the same value."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _any(value: Any) -> bool:
    return True


def _are_tags(values: list[Any]) -> bool:
    named = all(isinstance(tag, str) and tag and "," not in tag for tag in values)
    return named and len(set(values)) == len(values)


def _is_switch(item: tuple[str, Any]) -> bool:
    """Whether a key of a cell's ``jupyter`` metadata is a switch, or none that nbformat knows."""
    key, value = item
    return key not in ("source_hidden", "outputs_hidden") or isinstance(value, bool)
