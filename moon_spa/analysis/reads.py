"""What each pass has read of what the passes learn, so that only those are made again whose reads changed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class Reads:
    """What a pass has read, each with its time, and which of the assumed facts it has relied on.

    At the time `good_at` nothing of it had been written since.
    """

    assumed: frozenset[Hashable] = frozenset()
    times: dict[Hashable, int] = field(default_factory=dict)
    relied: set[Hashable] = field(default_factory=set)
    good_at: int = -1


class Facts:
    """Facts that stay true once they are found, and the times at which anything was read and written."""

    def __init__(self) -> None:
        self._clock = 0
        self._reads = Reads()
        self._writes: dict[Hashable, int] = {}
        self._facts: set[Hashable] = set()

    def watch(self, assumed: frozenset[Hashable] = frozenset()) -> Reads:
        """What is read from now on, for `stale`; the facts `assumed` are taken for found meanwhile."""
        self._reads = Reads(assumed)
        return self._reads

    def stale(self, reads: Reads) -> bool:
        """Whether anything of what was read has been written since, or an assumed fact was not found."""
        if reads.good_at == self._clock:
            return False
        writes = self._writes
        if any(key in writes and writes[key] >= time for key, time in reads.times.items()):
            return True
        if not reads.relied <= self._facts:
            return True
        reads.good_at = self._clock
        return False

    def _read(self, key: Hashable) -> None:
        self._reads.times.setdefault(key, self._clock + 1)

    def outdated(self, key: Hashable) -> None:
        """What this pass has taken for known of `key` is so no more: it is stale."""
        self._reads.times[key] = 0

    def _wrote(self, key: Hashable) -> None:
        self._clock += 1
        self._writes[key] = self._clock

    def note(self, fact: Hashable) -> None:
        """A fact that stays true for all later passes."""
        if fact not in self._facts:
            self._facts.add(fact)
            self._wrote(fact)

    def noted(self, fact: Hashable) -> bool:
        """Whether this fact was found at an earlier moment, or is assumed."""
        if fact in self._reads.assumed:
            self._reads.relied.add(fact)
            return True
        self._read(fact)
        return fact in self._facts
