"""Explanations as indented text, coloured for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from moonleap.explain import FileStory, ResourceStory, Step
from moonleap.terms import Place, shown
from moonlight.diagnostic import printable

_BOLD, _DIM, _CYAN, _END = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"


class Writer:
    """Lines of text with their depth; colours only where they are wanted."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour
        self.lines: list[str] = []

    def head(self, depth: int, text: str, more: str = "") -> None:
        """A line that others stand below."""
        self.lines.append("  " * depth + self._in(_BOLD, text) + (f"  {more}" if more else ""))

    def say(self, depth: int, text: str, place: Place | None = None) -> None:
        """A line, with the place it speaks of."""
        where = f"  {self._in(_CYAN, str(place.shown))}" if place is not None else ""
        self.lines.append("  " * depth + printable(text) + where)

    def note(self, depth: int, text: str) -> None:
        """A line of less weight."""
        self.lines.append("  " * depth + self._in(_DIM, text))

    def _in(self, colour: str, text: str) -> str:
        shown = printable(text)
        return f"{colour}{shown}{_END}" if self.colour else shown


def to_text(stories: Sequence[ResourceStory | FileStory], colour: bool = False) -> str:
    """All stories, an empty line between two."""
    parts = []
    for story in stories:
        writer = Writer(colour)
        if isinstance(story, ResourceStory):
            _resource(writer, story)
        else:
            _file(writer, story, 0)
        parts.append("".join(f"{line}\n" for line in writer.lines))
    return "\n".join(parts)


def _resource(writer: Writer, story: ResourceStory) -> None:
    writer.head(0, story.term, printable(story.kind) if story.kind != "Resource" else "a plain Resource")
    writer.say(1, f"described by the section “{story.block}”", story.block_place)
    writer.note(2, f"because {story.reason}")
    if len(story.scopes) > 1:
        writer.note(2, f"scopes: {', '.join(story.scopes)}")
    if not story.origin:
        writer.say(1, "first named", story.place)
    for mention in story.mentions:
        writer.say(1, f"also meant in “{mention.block}”", mention.place)
    if story.creation is not None:
        writer.say(1, f"created by {story.creation.name}", story.creation.place)
    else:
        writer.say(1, "no creation rule matches: it is a plain Resource")
    if story.origin:
        asked, *why = story.origin
        writer.say(1, f"asked for by {asked.rule}", asked.place)
        _causes(writer, why, 2)
    _relations(writer, "stated relations", [chain for chain in story.relations if not chain[0].rule])
    _relations(writer, "derived relations", [chain for chain in story.relations if chain[0].rule])
    if story.rules:
        writer.head(1, "rules that ran for it")
        for rule in story.rules:
            writer.say(2, f"{rule.name}({', '.join(rule.given)})", rule.place)
    if story.properties:
        writer.head(1, "properties")
        for prop in story.properties:
            found = f": {', '.join(prop.found)}" if prop.found else ""
            writer.say(2, f"{prop.name} ({prop.kind}){found}")
    if story.files:
        writer.head(1, "files")
        for file in story.files:
            _file(writer, file, 2, story.term)


def _relations(writer: Writer, title: str, chains: Sequence[Sequence[Step]]) -> None:
    if chains:
        writer.head(1, title)
    for first, *causes in chains:
        if first.rule:
            writer.say(2, first.relation)
            writer.say(3, f"returned by {first.rule}", first.place)
            _causes(writer, causes, 3)
        else:
            writer.say(2, first.relation, first.place)


def _causes(writer: Writer, steps: Sequence[Step], depth: int) -> None:
    """Each relation that made a rule run: stated at a line, or returned by another rule."""
    for step in steps:
        if step.rule:
            writer.say(depth, f"because of {step.relation}, which {step.rule} returned", step.place)
        else:
            writer.say(depth, f"because of {step.relation}, stated", step.place)


def _file(writer: Writer, story: FileStory, depth: int, term: str = "") -> None:
    writer.head(depth, story.path, story.status)
    for source in story.sources:
        if source.term != term or len(story.sources) > 1:
            writer.say(depth + 1, f"of {source.term}, section “{source.block}”", source.place)
        made = [f"from the template {shown(source.template)}"] if source.template else []
        made += [f"rendered by {source.renderer}"] if source.renderer else []
        if made:
            writer.say(depth + 1, ", ".join(made))
    for processor in story.post_processors:
        writer.say(depth + 1, f"then through {processor}")
