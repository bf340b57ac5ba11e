"""The spec file and the files it links, as one list of sections; every line keeps its file and number."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath

from moonleap.findings import finding, refusal
from moonleap.inline import Title, read_title
from moonleap.prose import Heading, Passage, read_prose
from moonleap.reading import names_in, read_text, similar_file
from moonleap.terms import Place
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.source import normalize

SPEC = "spec.md"
MAX_DEPTH = 100
"""How deep files may link files."""
MAX_SECTIONS = 200_000
"""How many sections a spec may have, with those of linked files: files may link one another many times."""

DEFAULT = "default"
"""The scope that every block has."""


_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?=[\w-]+:)(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class Body:
    """Text below a heading: as it is written, and what of it is read."""

    path: str = ""
    text: str = ""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its body; `level` counts the headings that link to its file."""

    title: Title
    level: int
    scopes: tuple[str, ...]
    place: Place
    body: Body


@dataclass(slots=True)
class Spec:
    """All sections in order."""

    sections: list[Section] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)

    def expanded(self) -> str:
        """The spec as one Markdown text, with all links followed and the scopes written out."""
        return "\n".join(filter(None, map(_written, self.sections)))


def read_spec(spec_dir: str) -> Spec:
    """Read `spec.md` of a folder; raises MoonlightError where it cannot be read."""
    path = os.path.normpath(os.path.join(spec_dir, SPEC))
    return read_spec_text(read_text(path, lambda: _where_specs_are(spec_dir)), path)


def read_spec_text(text: str, path: str) -> Spec:
    """Read a spec from its text; links are relative to `path`."""
    spec = Spec()
    body = _Reader(spec).file(text, path, 0, (DEFAULT,), (os.path.realpath(path),))
    if body.passages:
        place = Place(path, body.passages[0].line)
        hint = "put a heading above it: every text belongs to a section"
        spec.findings.append(finding("text-before-heading", "text before the first heading", place, hint))
    return spec


class _Reader:
    """Appends the sections of files to a spec, in order."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.texts: dict[str, str] = {}
        self.missing: set[Place] = set()
        self.parsed: dict[str, tuple[list[str], list[Heading | Passage]]] = {}

    def file(self, text: str, path: str, shift: int, scopes: tuple[str, ...], chain: tuple[str, ...]) -> Body:
        """Append a file's sections; the text before the first one is returned."""
        if path not in self.parsed:
            text = _FRONT_MATTER.sub(_blank, normalize(text).removeprefix("\ufeff"), count=1)
            self.parsed[path] = text.split("\n"), read_prose(text)
        lines, parts = self.parsed[path]
        starts = [i for i, part in enumerate(parts) if isinstance(part, Heading)]
        if len(self.spec.sections) + len(starts) > MAX_SECTIONS:
            hint = "do files link one another many times?"
            raise refusal("too-many-sections", f"more than {MAX_SECTIONS} sections", Place(path, 1), hint)
        first = parts[starts[0]].line - 1 if starts else len(lines)
        preamble = _body(path, lines, 0, first, parts[: starts[0]] if starts else parts)
        for at, end in pairwise([*starts, len(parts)]):
            heading = parts[at]
            assert isinstance(heading, Heading)
            last = parts[end].line - 1 if end < len(parts) else len(lines)
            body = _body(path, lines, heading.end_line, last, parts[at + 1 : end])
            self.section(heading, body, path, shift, scopes, chain)
        return preamble

    def section(
        self,
        heading: Heading,
        body: Body,
        path: str,
        shift: int,
        scopes: tuple[str, ...],
        chain: tuple[str, ...],
    ) -> None:
        title = read_title(heading.title)
        place = Place(path, heading.line)
        level = heading.level + shift
        if not title.links:
            self.append(title, level, scopes, place, body)
            return
        if len(title.links) > 1:
            self.report("several-links", "this heading links several files", place, "link one file a heading")
        target = os.path.normpath(os.path.join(os.path.dirname(path), title.links[0]))
        scopes = (*scopes, PurePath(target).stem)
        text = self.linked(target, place, chain)
        # The linking section comes before those of its file, whose beginning is its body.
        position = len(self.spec.sections)
        self.append(title, level, scopes, place, Body())
        if text is not None:
            body = self.file(text, target, level, scopes, (*chain, os.path.realpath(target)))
            linking = self.spec.sections[position]
            self.spec.sections[position] = Section(title, level, linking.scopes, place, body)

    def append(self, title: Title, level: int, scopes: tuple[str, ...], place: Place, body: Body) -> None:
        own = tuple(dict.fromkeys((*scopes, *title.scopes)))
        self.spec.sections.append(Section(title, level, own, place, body))

    def linked(self, target: str, place: Place, chain: tuple[str, ...]) -> str | None:
        """Text of a linked file, None where it cannot be read."""
        real = os.path.realpath(target)
        if real in chain:
            names = [os.path.basename(path) for path in (*chain[chain.index(real) :], real)]
            self.report(
                "link-cycle",
                f"files link in a circle: {' -> '.join(names)}",
                place,
                "take one of the links away",
            )
            return None
        if len(chain) >= MAX_DEPTH:
            self.report("links-too-deep", f"files link files more than {MAX_DEPTH} deep", place, "link fewer")
            return None
        try:
            if target not in self.texts:
                self.texts[target] = read_text(target)
            return self.texts[target]
        except MoonlightError as error:
            found = error.diagnostic
            if found.code != "not-a-file":
                self.spec.findings.append(found)
                return None
            if place not in self.missing:  # its file may be linked many times
                self.missing.add(place)
                message = f"the linked file `{target}` is not there"
                self.report(
                    "missing-link",
                    message,
                    place,
                    similar_file(target, "links are relative to the file that holds them"),
                )
            return None

    def report(self, code: str, message: str, place: Place, hint: str) -> None:
        self.spec.findings.append(finding(code, message, place, hint))


def _where_specs_are(spec_dir: str) -> str:
    """What to do where a folder has no spec."""
    if os.path.isfile(spec_dir):
        return f"name its folder, `{os.path.dirname(spec_dir) or '.'}`"
    if os.path.isdir(spec_dir):
        folders = (os.path.join(spec_dir, name) for name in names_in(spec_dir))
        inside = next((folder for folder in folders if os.path.isfile(os.path.join(folder, SPEC))), "")
        return (
            f"did you mean `{inside}`?" if inside else f"a spec is a file `{SPEC}`; `moonleap new` makes one"
        )
    return similar_file(spec_dir, "there is no such folder; `moonleap new` makes one")


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _body(path: str, lines: list[str], start: int, end: int, parts: Iterable[Heading | Passage]) -> Body:
    text = "\n".join(lines[start:end])
    return Body(path, text, tuple(part for part in parts if isinstance(part, Passage)))


def _written(section: Section) -> str:
    scopes = [scope for scope in section.scopes if scope != DEFAULT]
    braces = f" {{{', '.join(scopes)}}}" if scopes else ""
    body = re.sub(r"\A(?:[ \t]*\n)+", "", section.body.text).rstrip()
    head = f"{'#' * section.level} {section.title.text}{braces}\n"
    return f"{head}\n{body}\n" if body else head
