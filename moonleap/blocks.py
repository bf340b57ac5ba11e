"""Blocks: the sections of a spec with the terms they mention and the relations they state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from moonleap.prose import Passage
from moonleap.sentences import MAX_STATEMENTS, Reading, Statement, read_texts
from moonleap.specfile import Section, Spec
from moonleap.terms import Place, Term
from moonlight.diagnostic import Diagnostic


@dataclass(frozen=True, eq=False)
class SpecBlock:
    """A section of the spec; `index` counts from 0 in the order of the document."""

    index: int
    title: str
    level: int
    scopes: tuple[str, ...]
    place: Place
    parent: SpecBlock | None = field(repr=False)
    title_terms: Mapping[Term, Place] = field(repr=False)
    body_terms: Mapping[Term, Place] = field(repr=False)
    statements: tuple[Statement, ...] = field(repr=False)

    @property
    def path(self) -> str:
        """File of the heading."""
        return self.place.path

    @property
    def line(self) -> int:
        """Line of the heading."""
        return self.place.line

    def mentions(self, term: Term) -> bool:
        """Whether the title or the body, not those of children, name the term."""
        return term in self.title_terms or term in self.body_terms

    def place_of(self, term: Term) -> Place:
        """Where the block first mentions the term; its heading where it does not."""
        return self.title_terms.get(term) or self.body_terms.get(term) or self.place


def read_blocks(spec: Spec) -> tuple[list[SpecBlock], list[Diagnostic]]:
    """The blocks of a spec in order, and what is wrong with their sentences."""
    blocks: list[SpecBlock] = []
    found: list[Diagnostic] = []
    above: list[SpecBlock] = []
    referent: Term | None = None
    room = MAX_STATEMENTS
    for section in spec.sections:
        while above and above[-1].level >= section.level:
            above.pop()
        heading = Passage(section.place.line, section.title.text)
        title = _read(section.place.path, [heading], referent, room)
        body = _read(section.body.path, section.body.passages, title.referent, title.room)
        referent, room = body.referent, body.room
        found += [*title.findings, *body.findings]
        blocks.append(_block(len(blocks), section, above[-1] if above else None, title, body))
        above.append(blocks[-1])
    return blocks, found


def _read(path: str, passages: Iterable[Passage], referent: Term | None, room: int) -> Reading:
    reading = Reading(referent, room=room)
    read_texts(path, passages, reading)
    return reading


def _block(
    index: int, section: Section, parent: SpecBlock | None, title: Reading, body: Reading
) -> SpecBlock:
    return SpecBlock(
        index,
        section.title.shown,
        section.level,
        section.scopes,
        section.place,
        parent,
        title.terms,
        body.terms,
        (*title.statements, *body.statements),
    )
