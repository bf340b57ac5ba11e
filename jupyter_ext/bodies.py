"""Text of one cell: fences, markers and regions, as new text or as an edit of the text that was there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_ext import metadata as kept
from jupyter_ext.cells import MARKER_KEYS, Cell, CellType, layout
from moonlight import info as infos
from moonlight.document import parse
from moonlight.policy import Policy
from moonlight.source import normalize

_OPENER = re.compile(r"(?P<prefix>.*?)(?P<fence>`{3,}|~{3,})(?P<space>[ \t]*)(?P<info>.*?)(?P<end>[ \t]*)$")
_MARKER_LIKE = re.compile(r"^\s*<!--[ \t]*/?cell\b", re.M)
_PROBE = "\n\n```python\nprobe\n```\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cell as the notebook holds it, reduced to what the text keeps; `base` is its cell in the old text."""

    type: CellType
    source: str
    metadata: dict[str, Any]
    base: Cell | None = None
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        base = self.base
        return (
            base is not None
            and base.type == self.type
            and base.source == self.source
            and base.metadata == self.metadata
            and base.attachments == self.attachments
        )

    @property
    def empty(self) -> bool:
        """A new cell without text and metadata, or prose emptied by its author: nothing to write."""
        if self.source.strip() or self.metadata or self.attachments:
            return False
        if self.base is None or self.base.type != self.type:
            return True
        return self.base.front_matter or (self.type == "markdown" and not self.unchanged)


@dataclass(frozen=True, slots=True)
class Style:
    """What new cells of a document look like."""

    newline: str
    info: str
    policy: Policy


def fenced(wanted: Wanted, style: Style, indent: str = "", plain: bool = False) -> str:
    """A code or raw cell as fence. In place of an old fence it keeps that fence's style and indent unless
    `plain` asks for a new one at the margin. Ends with a line end."""
    base = None if plain else wanted.base
    old = base.block if base is not None and base.type == wanted.type else None
    if old is None or base is None or not old.fence:
        return _new_fence(wanted, style, "" if plain else indent)
    lines = normalize(base.raw).removesuffix("\n").split("\n")
    opener = _OPENER.match(lines[0])
    assert opener is not None
    fence = _long_enough(old.fence, wanted.source)
    info = infos.edit(old.info, kept.changes(*_info_metadata(base, wanted)))
    if wanted.type == "raw":
        info = _raw_info(info, wanted.metadata)
    first = f"{opener['prefix']}{fence}{opener['space']}{info}{opener['end']}"
    last = lines[-1] if old.closed and fence == old.fence and len(lines) > 1 else old.indent + fence
    return _joined(first, wanted.source, old.indent, last, style.newline)


def _new_fence(wanted: Wanted, style: Style, indent: str) -> str:
    fence = _long_enough("```", wanted.source)
    if wanted.type == "raw":
        info = _raw_info("{=}", wanted.metadata)
        info = infos.edit(info, _without_format(wanted.metadata))
    else:
        info = infos.edit(style.info, wanted.metadata)
    return _joined(indent + fence + info, wanted.source, indent, indent + fence, style.newline)


def _info_metadata(base: Cell, wanted: Wanted) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new metadata without the raw cell's format, which is no option."""
    if wanted.type != "raw":
        return base.metadata, wanted.metadata
    return _without_format(base.metadata), _without_format(wanted.metadata)


def _without_format(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata of a raw cell without its format; one that ``{=FORMAT}`` cannot hold is an option."""
    return {key: value for key, value in metadata.items() if key != "raw_mimetype" or not _is_format(value)}


def _is_format(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w./+-]+", value) is not None


def _raw_info(info: str, metadata: Mapping[str, Any]) -> str:
    mimetype = metadata.get("raw_mimetype")
    name = mimetype if _is_format(mimetype) else ""
    return re.sub(r"\{=[^}]*\}", lambda match: f"{{={name}}}", info, count=1)


def _long_enough(fence: str, source: str) -> str:
    """`fence`, lengthened until no line of the source can close it."""
    char = fence[0]
    runs = re.findall(rf"^[ \t]*({re.escape(char)}{{3,}})", source, re.M)
    longest = max(map(len, runs), default=0)
    return char * max(len(fence), longest + 1)


def _joined(first: str, source: str, indent: str, last: str, newline: str) -> str:
    lines = [indent + line if line else line for line in source.split("\n")] if source else []
    return newline.join([first, *lines, last]) + newline


def prose(wanted: Wanted, style: Style, needs_marker: bool, region: bool) -> str:
    """A Markdown cell: its source, below a marker where it has metadata or would join the cell before it,
    and in a region where its text does not read as one cell. Ends with a line end."""
    data = _marker_data(wanted.metadata)
    if wanted.attachments:
        data["attachments"] = wanted.attachments
    lines = wanted.source.split("\n")
    if region or needs_region(wanted.source, style.policy):
        end = ""
        if _MARKER_LIKE.search(wanted.source):
            digest = hashlib.sha256(wanted.source.encode("utf-8", "surrogatepass")).hexdigest()
            data["end"] = end = digest[:8]
        lines = [_marker(data), *lines, f"<!-- /cell {end} -->" if end else "<!-- /cell -->"]
    elif data or needs_marker:
        lines = [_marker(data), *lines]
    return style.newline.join(lines) + style.newline


def _marker_data(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as a marker says it: keys that mean something else there go to ``metadata``."""
    data = {key: value for key, value in metadata.items() if key not in MARKER_KEYS}
    nested = {key: value for key, value in metadata.items() if key in MARKER_KEYS}
    return data | ({"metadata": nested} if nested else {})


def _marker(data: Mapping[str, Any]) -> str:
    if not data:
        return "<!-- cell -->"
    text = json.dumps(data, ensure_ascii=False).replace("-->", "--\\u003e")
    return f"<!-- cell {text} -->"


def info_head(info: str) -> str:
    """The part of an info string that names the language, without options."""
    head = info[: infos.head_end(info)].strip()
    return head + "}" if head.startswith("{") and "}" not in head else head


def needs_region(source: str, policy: Policy) -> bool:
    """Whether the source, as prose, would read as anything but one Markdown cell, or swallow what follows."""
    if not _SUSPICIOUS.search(source):
        return False
    cells = layout(parse(source + _PROBE, policy=policy)).cells
    return [(cell.type, cell.source) for cell in cells] != [("markdown", source), ("code", "probe")]


_SUSPICIOUS = re.compile(r"```|~~~|<|^ {0,3}#{1,6}(?:[ \t]|$)|^ {0,3}(?:=+|-+)[ \t]*$|\A\ufeff?---", re.M)
"""What Markdown must hold to be anything but one cell of prose: fences, HTML, headings, front matter."""


def starts_with_heading(source: str, policy: Policy) -> bool:
    """Whether the source begins a cell by itself."""
    probe = "probe\n\n" + source
    return len(layout(parse(probe, policy=policy)).cells) > 1
