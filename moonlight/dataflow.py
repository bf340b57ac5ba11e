"""Which block needs which: names written and read, order problems, what is stale after an edit."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from moonlight.diagnostic import Diagnostic
from moonlight.document import Block, Document
from moonlight.names import Names, names_of
from moonlight.program import selected

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "get_ipython", "display"}


@dataclass(frozen=True, slots=True)
class BlockNames:
    """Names of one block, sorted. `reads` holds those of its functions too; `now` only what it needs when it
    runs; `may_change` are objects that it may change without binding their name."""

    index: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    may_change: tuple[str, ...]
    now: frozenset[str]
    opaque: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Block `target` uses `name` as block `source` left it; `may`: only if `source` changed the object."""

    source: int
    target: int
    name: str
    may: bool = False


@dataclass(frozen=True, eq=False)
class Dataflow:
    """The graph between the blocks of one document, in its order."""

    blocks: tuple[BlockNames, ...]
    edges: tuple[Edge, ...]
    problems: tuple[Diagnostic, ...]

    @cached_property
    def sources(self) -> dict[int, set[int]]:
        """For each block those that it uses directly."""
        found: dict[int, set[int]] = defaultdict(set)
        for edge in self.edges:
            found[edge.target].add(edge.source)
        return dict(found)

    @cached_property
    def targets(self) -> dict[int, set[int]]:
        """For each block those that use it directly."""
        found: dict[int, set[int]] = defaultdict(set)
        for edge in self.edges:
            found[edge.source].add(edge.target)
        return dict(found)

    def needs(self, index: int) -> list[int]:
        """The blocks to run, in order, so that block `index` has what it needs; itself last."""
        return sorted(_closure([index], self.sources) | {index})

    def stale(self, edited: Iterable[int]) -> list[int]:
        """The blocks whose results are out of date once the `edited` ones have changed, these included."""
        return sorted(_closure(edited, self.targets) | set(edited))


@lru_cache(maxsize=16)
def dataflow(document: Document) -> Dataflow:
    """Analyse the blocks that take part in a run of the document; nothing is executed."""
    blocks = list(selected(document))
    names = {block.index or 0: _names_of(block.text) for block in blocks}
    modules = set().union(*(one.imports for one in names.values())) if names else set()
    used = set().union(*(one.writes for one in names.values())) if names else set()
    known = {
        index: BlockNames(
            index,
            tuple(sorted(_outside((one.reads | one.deferred), used))),
            tuple(sorted(one.writes)),
            tuple(sorted(_outside(one.may_change - modules, used))),
            frozenset(_outside(one.reads, used)),
            one.opaque,
        )
        for index, one in names.items()
    }
    edges = tuple(_edges(list(known.values())))
    problems = tuple(_problems(blocks, known, document.path))
    return Dataflow(tuple(known.values()), edges, problems)


@lru_cache(maxsize=4096)
def _names_of(code: str) -> Names:
    return names_of(code)


def _outside(names: set[str], used: set[str]) -> set[str]:
    """Without builtins, unless a block of the document binds the name."""
    return {name for name in names if name not in _BUILTINS or name in used}


def _edges(blocks: list[BlockNames]) -> Iterable[Edge]:
    """From the last writer, and from those behind it that may have changed the object, to each reader.

    A name that only a function needs is looked up when it is called: there a later writer counts where no
    earlier one is.
    """
    writers: dict[str, list[int]] = {}
    last_writer: dict[str, int] = {}
    for block in blocks:
        for name in block.writes:
            last_writer[name] = block.index
    for block in blocks:
        for name in block.reads:
            earlier = writers.get(name, [])
            for position, source in enumerate(earlier):
                yield Edge(source, block.index, name, may=position > 0)
            later = last_writer.get(name)
            if not earlier and name not in block.now and later is not None and later != block.index:
                yield Edge(later, block.index, name)
        for name in block.may_change:
            if name in writers:
                writers[name].append(block.index)
        for name in block.writes:
            writers[name] = [block.index]


def _problems(blocks: list[Block], known: dict[int, BlockNames], path: str) -> Iterable[Diagnostic]:
    """Names that a block needs when it runs and that only a later block writes."""
    first_writer: dict[str, int] = {}
    for names in known.values():
        for name in names.writes:
            first_writer.setdefault(name, names.index)
    for block in blocks:
        for name in sorted(known[block.index or 0].now):
            writer = first_writer.get(name)
            if writer is not None and writer > (block.index or 0):
                yield Diagnostic(
                    "order",
                    f"block {block.index} reads `{name}`, which only block {writer} writes",
                    block.span,
                    f"move block {writer} before block {block.index}",
                    "warning",
                )


def _closure(start: Iterable[int], step: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    stack = list(start)
    while stack:
        for following in step.get(stack.pop(), ()):
            if following not in found:
                found.add(following)
                stack.append(following)
    return found
