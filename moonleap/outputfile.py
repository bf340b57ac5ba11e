"""Output files: what a generation wants to write, and which resource, spec line and template want it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moonleap.terms import Place


@dataclass(frozen=True, slots=True)
class Source:
    """Who made a file, or a part of it."""

    term: str
    """The resource, as `main+todo:list-view`."""
    block: str
    """Title of the block that describes it."""
    place: Place
    """Line of the spec that created it."""
    template: str = ""
    """Path of the template or of the copied file; "" for a text that a render function made by itself."""
    renderer: str = ""
    """`package.module.function` or `StoreTemplateDirs`."""

    def to_json(self) -> dict[str, Any]:
        """``{term, block, path, line, template, renderer}``."""
        return {
            "term": self.term,
            "block": self.block,
            "path": self.place.path,
            "line": self.place.line,
            "template": self.template,
            "renderer": self.renderer,
        }


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file below the output folder; `path` is relative, separated by "/", and proven to lie inside."""

    path: str
    text: str | bytes
    """Bytes for a file that is copied as it is."""
    sources: tuple[Source, ...] = ()
    """Several where resources share the file."""
    executable: bool = False

    @property
    def resource(self) -> str:
        """Term of the resource that made it; the first one where several did."""
        return self.sources[0].term if self.sources else ""

    @property
    def template(self) -> str:
        """Template that made it; the first one where several did."""
        return self.sources[0].template if self.sources else ""

    @property
    def data(self) -> bytes:
        """The bytes to write: text is UTF-8, its line ends as they are."""
        return self.text if isinstance(self.text, bytes) else self.text.encode()

    def to_json(self) -> dict[str, Any]:
        """``{path, size, executable, sources}``."""
        return {
            "path": self.path,
            "size": len(self.data),
            "executable": self.executable,
            "sources": [source.to_json() for source in self.sources],
        }
