"""Which block describes a term that a block mentions: competing blocks, titles, wildcards, parents.

Blocks are looked up by term, never compared pair by pair: the children of an ancestor by (term, ancestor),
the blocks below by their place in the order of the document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from moonleap.blocks import SpecBlock
from moonleap.findings import refusal
from moonleap.terms import Term


class _Titles:
    """Blocks whose titles describe terms, all literally or all by wildcards."""

    def __init__(self) -> None:
        self.below: dict[tuple[Term, int], list[SpecBlock]] = defaultdict(list)
        self.inside: dict[Term, list[int]] = defaultdict(list)

    def add(self, term: Term, block: SpecBlock) -> None:
        if block.parent is not None:
            self.below[term, block.parent.index].append(block)
        self.inside[term].append(block.index)


class Describer:
    """Answers which block describes a term, for the blocks of one spec."""

    def __init__(self, blocks: Sequence[SpecBlock]) -> None:
        self.blocks = blocks
        self.ends = _ends(blocks)
        self.literal = _Titles()
        self.wild = _Titles()
        self.known: dict[tuple[int, Term], SpecBlock] = {}
        for block in blocks:
            wildcards = [term for term in block.title_terms if term.is_wildcard]
            for term in block.title_terms:
                self.literal.add(term, block)
            for term in block.body_terms if wildcards else ():
                if not term.is_wildcard and any(wildcard.covers(term) for wildcard in wildcards):
                    self.wild.add(term, block)

    def describing(self, block: SpecBlock, term: Term) -> SpecBlock:
        """The block that describes `term` as `block` means it.

        Raises SpecError ``described-twice`` where several titles claim it.
        """
        seen = []
        while True:
            answer = self.known.get((block.index, term))
            if answer is not None:
                break
            seen.append((block.index, term))
            titled = self.titled(block, term)
            higher = titled or _highest(block, term)
            if titled is not None or higher is block:
                answer = higher
                break
            block = higher
        self.known.update(dict.fromkeys(seen, answer))
        return answer

    def titled(self, block: SpecBlock, term: Term) -> SpecBlock | None:
        """The competing block whose title describes the term, a literal title before a wildcard."""
        literal = self.competing(self.literal, block, term)
        if len(literal) > 1:
            raise _twice(term, literal)
        if literal:
            return literal[0]
        wild = self.competing(self.wild, block, term)
        if not wild:
            return None
        top = wild[0]
        if wild[-1].index >= self.ends[top.index]:
            raise _twice(term, wild)
        return top

    def competing(self, titles: _Titles, block: SpecBlock, term: Term) -> list[SpecBlock]:
        """Those of the blocks that compete with `block`, in the order of the document."""
        indices = titles.inside.get(term)
        if indices is None:
            return []
        at = bisect_left(indices, block.index)
        found = set()
        while at < len(indices) and indices[at] < self.ends[block.index]:
            found.add(indices[at])
            at += 1
        ancestor = block.parent
        while ancestor is not None:
            found.update(child.index for child in titles.below.get((term, ancestor.index), ()))
            if ancestor.parent is None and _holds(indices, ancestor.index):
                found.add(ancestor.index)
            ancestor = ancestor.parent
        return [self.blocks[index] for index in sorted(found)]


def _highest(block: SpecBlock, term: Term) -> SpecBlock:
    """The highest ancestor that mentions the term, the block itself where none does."""
    found, ancestor = block, block.parent
    while ancestor is not None:
        if ancestor.mentions(term):
            found = ancestor
        ancestor = ancestor.parent
    return found


def _ends(blocks: Sequence[SpecBlock]) -> list[int]:
    """For each block the index behind its last descendant."""
    ends = [block.index + 1 for block in blocks]
    for block in reversed(blocks):
        if block.parent is not None:
            ends[block.parent.index] = max(ends[block.parent.index], ends[block.index])
    return ends


def _holds(indices: list[int], index: int) -> bool:
    at = bisect_left(indices, index)
    return at < len(indices) and indices[at] == index


def _twice(term: Term, blocks: Sequence[SpecBlock]) -> Exception:
    first, second = blocks[0], blocks[-1]
    message = (
        f"`{term}` is described by two titles: `{first.title}` ({first.place}) "
        f"and `{second.title}` ({second.place})"
    )
    return refusal("described-twice", message, second.place, "mention the term in one of the titles only")
