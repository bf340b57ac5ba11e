"""Outputs of code cells: which to keep at a save, which belong to which cell when a document is read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

MAX_OUTPUT = 2**20
"""Largest output in bytes of JSON that is kept."""

MAX_DOCUMENT = 32 * 2**20
"""Most bytes of JSON kept for all outputs of a document."""


@dataclass(frozen=True, slots=True)
class Place:
    """A code cell of the document as it is now: the hash of its source and its block index."""

    hash: str
    block: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What a code cell holds when its document is saved.

    `ran` is the hash of the source that made the outputs, where that is known.
    """

    place: Place
    execution_count: int | None
    outputs: list[dict[str, Any]]
    ran: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Outputs of one run of one source."""

    hash: str
    occurrence: int
    block: int
    execution_count: int | None
    outputs: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Restored:
    """Outputs for a cell; stale when another source made them."""

    entry: Entry
    stale: bool


def restore(entries: Sequence[Entry], places: Sequence[Place]) -> list[Restored | None]:
    """Outputs for each cell: by hash and occurrence, by hash, then (stale) by block index."""
    free = dict.fromkeys(range(len(entries)))
    found: list[Restored | None] = [None] * len(places)
    occurrences = _occurrences(place.hash for place in places)

    def claim(key_of_entry: Callable[[Entry], Any], keys: Sequence[Any], stale: bool) -> None:
        known: dict[Any, list[int]] = {}
        for number in free:
            known.setdefault(key_of_entry(entries[number]), []).append(number)
        for index, key in enumerate(keys):
            numbers = known.get(key)
            if found[index] is None and numbers:
                number = numbers.pop(0)
                del free[number]
                found[index] = Restored(entries[number], stale)

    hashes = [place.hash for place in places]
    claim(
        lambda entry: (entry.hash, entry.occurrence),
        list(zip(hashes, occurrences, strict=True)),
        False,
    )
    claim(lambda entry: entry.hash, hashes, False)
    claim(lambda entry: entry.block, [place.block for place in places], True)
    return found


def collect(cells: Sequence[Ran], before: Sequence[Entry] = ()) -> list[Entry]:
    """The entries to store for a document that is saved; `before` is what its store holds.

    Outputs that are still those of an older source stay that source's: they are stale. They are
    known by `Ran.ran`, else by being, number included, what `before` has of another source for the
    same block, or of a source that is gone.
    """
    occurrences = _occurrences(cell.place.hash for cell in cells)
    makers = _Makers(before, {cell.place.hash for cell in cells})
    entries: list[Entry] = []
    total = 0
    for cell, occurrence in zip(cells, occurrences, strict=True):
        if not cell.outputs and cell.execution_count is None:
            continue
        outputs, size = bounded(cell.outputs, MAX_DOCUMENT - total)
        total += size
        place = cell.place
        entry = Entry(place.hash, occurrence, place.block, cell.execution_count, outputs)
        if cell.ran is None:
            maker = makers.other(entry)
            if maker is not None:
                entry = replace(entry, hash=maker.hash, occurrence=maker.occurrence)
        elif cell.ran != place.hash:
            entry = replace(entry, hash=cell.ran, occurrence=1)
        entries.append(entry)
    return entries


class _Makers:
    """Finds, among the entries stored before, the source that outputs are still from."""

    def __init__(self, before: Sequence[Entry], present: set[str]) -> None:
        self.present = present
        self.known: dict[str, list[Entry]] = {}
        for entry in before:
            if entry.outputs:
                self.known.setdefault(_digest(entry), []).append(entry)

    def other(self, entry: Entry) -> Entry | None:
        """The entry of another source that has the same outputs; None where they are its own."""
        if not entry.outputs:
            return None
        same = self.known.get(_digest(entry), ())
        if any(other.hash == entry.hash for other in same):
            return None
        here = [o for o in same if o.block == entry.block or o.hash not in self.present]
        return here[0] if here else None


def bounded(outputs: Iterable[dict[str, Any]], room: int) -> tuple[list[dict[str, Any]], int]:
    """Outputs within the limits, and their bytes; a note on stderr stands for what is dropped."""
    kept: list[dict[str, Any]] = []
    total = 0
    for output in outputs:
        size = len(dump(output))
        if size > MAX_OUTPUT:
            output, size = _note(f"output of {_megabytes(size)} not kept: more than 1 MB"), 0
        elif total + size > room:
            limit = MAX_DOCUMENT // 2**20
            kept.append(_note(f"more output not kept: this document has more than {limit} MB"))
            break
        total += size
        kept.append(output)
    return kept, total


def fingerprint(entries: Sequence[Entry]) -> str:
    """SHA-256 of all that is stored: what a user signs who trusts a document's outputs."""
    cells = [
        [entry.hash, entry.occurrence, entry.block, entry.execution_count, entry.outputs] for entry in entries
    ]
    return hashlib.sha256(dump(cells).encode()).hexdigest()


def _occurrences(hashes: Iterable[str]) -> list[int]:
    counts: Counter[str] = Counter()
    numbers = []
    for value in hashes:
        counts[value] += 1
        numbers.append(counts[value])
    return numbers


def _digest(entry: Entry) -> str:
    return hashlib.sha256(dump([entry.execution_count, entry.outputs]).encode()).hexdigest()


def dump(value: Any) -> str:
    """Compact JSON in ASCII: lone surrogates pass, and the length is that in bytes."""
    return json.dumps(value, separators=(",", ":"))


def _note(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stderr", "text": f"[moonlight] {text}\n"}


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
