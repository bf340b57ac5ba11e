"""Where a cell stands in its document: block, fence line, first code line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moonlight.document import Block
from moonlight.source import MAX_BYTES, source_hash


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a cell's source; all but the hash is None for a cell that is no block."""

    hash: str
    block: int | None = None
    line: int | None = None
    code_line: int | None = None


def from_metadata(code: str, metadata: Mapping[str, Any] | None) -> Place | None:
    """The place that the notebook's metadata gives; None where it was made for another text.

    The browser refreshes these numbers right before it runs a cell, for unsaved edits too.
    """
    moon = _moon(metadata)
    if moon is None or not isinstance(moon.get("hash"), str):
        return None
    numbers = [moon.get(name) for name in ("block", "line", "code_line")]
    if not all(_is_line(number) for number in numbers):
        return None
    actual = source_hash(code)
    if moon["hash"] != actual:
        return None
    return Place(actual, *numbers)


def block_hint(metadata: Mapping[str, Any] | None) -> int | None:
    """The block index in the metadata, right or not: it only chooses between equal blocks."""
    moon = _moon(metadata)
    hint = moon.get("block") if moon is not None else None
    return hint if isinstance(hint, int) else None


def from_block(code: str, block: Block) -> Place:
    """The place of a block of the document on disk."""
    return Place(source_hash(code), block.index, block.span.line, block.code_line)


def _moon(metadata: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    moon = metadata.get("moon") if isinstance(metadata, Mapping) else None
    return moon if isinstance(moon, Mapping) else None


def _is_line(value: object) -> bool:
    """A number that a document of the allowed size can have."""
    return type(value) is int and 0 < value <= MAX_BYTES
