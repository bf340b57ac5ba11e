"""What the kernel knows of its document and its runs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from moon_kernel.compiler import Target
from moon_kernel.documentfile import DocumentFile, is_document, resolve
from moon_kernel.lineview import LineView, Watcher
from moon_kernel.place import Place, block_hint, from_block, from_metadata
from moonlight.source import source_hash
from moonlight.tracking import Tracker


class Session:
    """The document that cells belong to, and the tracker of their runs."""

    def __init__(self, path: str | None = None) -> None:
        self.tracker = Tracker()
        self.views: dict[str, LineView] = {}
        self.watchers: list[Watcher] = []
        self.file: DocumentFile | None = None
        if is_document(path) and path is not None:
            self.open(path)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Session:
        """The session for the document that Jupyter's server, or the user, names."""
        return cls(environment.get("MOONLIGHT_DOCUMENT") or environment.get("JPY_SESSION_NAME"))

    @property
    def path(self) -> str | None:
        """Absolute path of the document; None outside of documents."""
        return self.file.path if self.file is not None else None

    def open(self, path: str) -> None:
        """Cells belong to the document at `path` from now on.

        Raises ValueError for a name that does not end in ``.py.md``.
        """
        if not is_document(path):
            raise ValueError(f"{path!r} is not the name of a document: it must end in .py.md")
        found = resolve(path, self.path)
        if found not in self.views:
            self.views[found] = LineView(DocumentFile(found), self.watchers)
        self.file = self.views[found].file

    def locate(self, code: str, metadata: Mapping[str, Any] | None) -> Place:
        """The place in the metadata if made for this code, else that of an equal block on disk."""
        place = from_metadata(code, metadata)
        if place is None and self.file is not None:
            block = self.file.find(code, block_hint(metadata))
            place = from_block(code, block) if block is not None else None
        if place is None:
            return Place(source_hash(code))
        if self.file is not None:
            self.file.note_run(place.block)
        return place

    def target(self, code: str, place: Place, cell_id: str | None) -> Target | None:
        """What to compile the cell as; None for a cell without a place in a document."""
        if self.file is None or place.code_line is None:
            return None
        owner: Hashable = cell_id if cell_id is not None else place.block
        view = self.views[self.file.path]
        return Target.of_cell(view, owner, code, place.block, place.code_line)
