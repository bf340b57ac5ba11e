"""The graph of a spec: blocks, resources, relations and rules that ran, as objects, as JSON and as text."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from moonleap.blocks import SpecBlock, read_blocks
from moonleap.documents import is_document, read_document
from moonleap.engine import Engine, Fired
from moonleap.findings import has_errors
from moonleap.guidance import guidance
from moonleap.resource import Relation, Resource, block_of, node_of, term_of
from moonleap.session import Session
from moonleap.settings import read_settings
from moonleap.specfile import SPEC, Spec, read_spec, read_spec_text
from moonlight.diagnostic import Diagnostic, MoonlightError, printable


@dataclass(frozen=True)
class Graph:
    """What a spec says; where `failed`, only as far as it could be read."""

    blocks: Sequence[SpecBlock] = ()
    resources: Sequence[Resource] = ()
    relations: Sequence[Relation] = ()
    fired: Sequence[Fired] = ()
    diagnostics: Sequence[Diagnostic] = ()
    spec: Spec = field(default_factory=Spec, repr=False)

    @property
    def failed(self) -> bool:
        """Whether a diagnostic is an error."""
        return has_errors(self.diagnostics)

    def find(self, term: str) -> list[Resource]:
        """The resources of a term; several where unrelated blocks describe it."""
        return [resource for resource in self.resources if str(term_of(resource)) == term]

    def to_json(self) -> dict[str, Any]:
        """``{blocks, resources, relations, fired, diagnostics}``."""
        return {
            "blocks": [_block(block) for block in self.blocks],
            "resources": [_resource(resource) for resource in self.resources],
            "relations": [_relation(relation) for relation in self.relations],
            "fired": [_fired(fired) for fired in self.fired],
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }

    def to_text(self) -> str:
        """The blocks as a tree, below each the resources it describes and their relations."""
        return "".join(f"{printable(line)}\n" for line in _lines(self))


def build_graph(spec_dir: str | os.PathLike[str], *, strict: bool = False) -> Graph:
    """Read a spec folder, create its resources and run the rules of its packages.

    What is wrong is in `diagnostics`; no error of spec, settings or rules is raised. With `strict`,
    relations that nothing uses are errors and terms without a creation rule are told.
    """
    with graph_in_session(SpecInput(os.fspath(spec_dir)), strict=strict) as (graph, _):
        return graph


@dataclass(frozen=True)
class SpecInput:
    """What a graph is made of: a spec folder, where given with another text in place of its `spec.md`, or a
    document, whose own folder then counts.
    """

    spec_dir: str
    text: str | None = None
    path: str = ""
    """What the text is called in messages, and where its links start; `spec.md` of the folder if empty."""
    modules: Sequence[Any] = ()
    """Modules, objects with attributes as modules have, or the rules of a document; they count in the scope
    `default`."""

    def found(self) -> SpecInput:
        """The same, with the text and the rules of a document where the folder is a document's path."""
        if self.text is not None or not is_document(self.spec_dir):
            return self
        document = read_document(self.spec_dir)
        modules = (*self.modules, document.rules)
        return SpecInput(document.folder, document.text, document.path, modules)

    def read(self) -> Spec:
        """The spec; raises MoonlightError where it cannot be read."""
        if self.text is None:
            return read_spec(self.spec_dir)
        return read_spec_text(self.text, self.path or os.path.normpath(os.path.join(self.spec_dir, SPEC)))


@contextmanager
def graph_in_session(given: SpecInput, *, strict: bool = False) -> Iterator[tuple[Graph, Session | None]]:
    """The graph of a spec, with its session open; no session where the spec or its settings are wrong."""
    try:
        given = given.found()
        spec = given.read()
        with garbage_kept():
            blocks, found = read_blocks(spec)
    except MoonlightError as error:
        yield Graph(diagnostics=[error.diagnostic]), None
        return
    found[:0] = spec.findings
    session: Session | None = None
    engine: Engine | None = None
    with ExitStack() as stack:
        try:
            settings = read_settings(given.spec_dir)
            found += settings.findings
            session = Session(settings, given.modules)
            found += session.check_scopes(blocks)
            if not has_errors(found):
                stack.enter_context(session.open())
                engine = Engine(session, blocks)
                with garbage_kept():
                    engine.run()
                    found += guidance(engine, strict)
        except MoonlightError as error:
            found.append(error.diagnostic)
        if engine is None:
            yield Graph(blocks, diagnostics=found, spec=spec), None
        else:
            yield Graph(blocks, engine.resources, engine.relations, engine.fired, found, spec), session


@contextmanager
def garbage_kept() -> Iterator[None]:
    """No garbage collection: nearly all that is made stays, and looking for the rest takes half the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _block(block: SpecBlock) -> dict[str, Any]:
    return {
        "title": block.title,
        "level": block.level,
        "scopes": list(block.scopes),
        "line": block.line,
        "path": block.path,
    }


def _resource(resource: Resource) -> dict[str, Any]:
    node = node_of(resource)
    return {
        "term": str(node.term),
        "described_by": node.block.title,
        "kind": type(resource).__name__,
        "line": node.place.line,
        "path": node.place.path,
    }


def _relation(relation: Relation) -> dict[str, Any]:
    return {
        "subject": str(term_of(relation.subject)),
        "subject_block": block_of(relation.subject).title,
        "verb": relation.verb,
        "object": str(term_of(relation.object)),
        "object_block": block_of(relation.object).title,
        "origin": str(relation.origin),
    }


def _fired(fired: Fired) -> dict[str, Any]:
    object_ = None if fired.object is None else str(term_of(fired.object))
    return {"rule": fired.rule, "subject": str(term_of(fired.subject)), "object": object_}


def _lines(graph: Graph) -> Iterator[str]:
    described: dict[int, list[Resource]] = {}
    for resource in graph.resources:
        described.setdefault(block_of(resource).index, []).append(resource)
    for block in graph.blocks:
        indent = "  " * _depth(block)
        scopes = f"  {{{', '.join(block.scopes)}}}" if len(block.scopes) > 1 else ""
        yield f"{indent}{block.title}{scopes}  ({block.place})"
        for resource in described.get(block.index, ()):
            kind = "" if type(resource) is Resource else f"  {type(resource).__name__}"
            yield f"{indent}  - {term_of(resource)}{kind}"
            for relation in node_of(resource).outgoing:
                yield f"{indent}      /{relation.verb} {term_of(relation.object)}  ({relation.origin})"


def _depth(block: SpecBlock) -> int:
    depth, above = 0, block.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth
