"""Stored outputs of documents in the contents manager: kept on save, restored on open, signed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from traitlets import Bool, default

from jupyter_ext import outputs
from jupyter_ext.bases import FileLocks
from jupyter_ext.saving import Saved
from jupyter_ext.wrapped import Model, Wrapped
from moonlight import outputs as outputs_of
from moonlight import store
from moonlight.outputs import Entry
from moonlight.store import StoreError

SWITCH = "MOONLIGHT_STORE_OUTPUTS"


class KeepsOutputs(Wrapped):
    """Outputs are not in the text: they are stored beside it, and trusted as in any notebook."""

    store_outputs = Bool(
        config=True,
        help="Keep the outputs of .py.md documents in .moonlight/outputs/ beside them, and show "
        f"them when the document is opened. The environment variable {SWITCH}=0 turns it off.",
    )

    @default("store_outputs")
    def _store_outputs_default(self) -> bool:
        return os.environ.get(SWITCH, "1").strip().lower() not in ("0", "no", "false", "off")

    has_kernel: Callable[[str], bool] = staticmethod(lambda path: True)
    """Whether a kernel runs for a document; the server extension knows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.locks = FileLocks()
        super().__init__(*args, **kwargs)

    @property
    def stores(self) -> bool:
        return bool(self.store_outputs) and self.on_disk

    def stored(self, path: str) -> list[Entry]:
        """What the store has for a document; a store that cannot be used costs one log line."""
        if not self.stores:
            return []
        try:
            return store.load(self.os_path(path))
        except StoreError as error:
            self.report(path, error)
            return []

    def with_store(self, action: Callable[..., None], path: str, *arguments: Any) -> bool:
        """Do something with the store of a document (other strings are paths too); did it work?"""
        if not self.stores:
            return False
        more = [self.os_path(value) if isinstance(value, str) else value for value in arguments]
        try:
            action(self.os_path(path), *more)
        except StoreError as error:
            self.report(path, error)
            return False
        return True

    def report(self, path: str, error: StoreError) -> None:
        text = error.diagnostic.format().replace("\n", "; ")
        self.log.warning("%s goes on without: %s", path, text)

    async def restore_outputs(self, notebook: Any, path: str) -> None:
        """Give a freshly read notebook its outputs. Only the user's own notary makes them trusted."""
        entries = await self.apart(self.stored, path)
        restored = await self.apart(outputs.put, notebook, entries) if entries else 0
        trusted = restored == 0 or self.is_signed(entries)
        if restored and not self.has_kernel(path):
            outputs.without_widgets(output for cell in notebook.cells for output in cell.get("outputs", ()))
        for cell in notebook.cells:
            cell.metadata.pop("trusted", None)
            if cell.cell_type == "code":
                cell.metadata["trusted"] = trusted or not cell.outputs

    async def keep_outputs(self, notebook: Model, saved: Saved, path: str) -> list[Model | None]:
        """Store the outputs of a saved notebook, and sign them where all of them are trusted.

        Returns the cells' `moon` metadata for the reply, with the state of their outputs.
        """
        if not self.stores:
            return saved.written.cells
        entries, cells = await self.apart(self._store, notebook, saved, path)
        if entries:
            try:
                if self.notary.check_cells(outputs.as_sent(notebook["cells"])):
                    self.sign(entries, path)
            except Exception as error:  # the document is saved; its outputs stay untrusted
                self.log.warning("Outputs of %s are not signed: %s", path, error)
        return cells

    def _store(self, notebook: Model, saved: Saved, path: str) -> tuple[list[Entry], list[Model | None]]:
        cells = saved.written.cells
        ran = outputs.collected(notebook["cells"], cells)
        with self.locks.of(self.os_path(path)):
            entries = outputs_of.collect(ran, self.stored(path))
            if not self.with_store(store.save, path, entries):
                entries = []
        return entries, outputs.with_states(cells, entries)

    def sign(self, entries: list[Entry], path: str) -> None:
        self.manager.check_and_sign(outputs.receipt(entries), path)

    def is_signed(self, entries: list[Entry]) -> bool:
        try:
            return bool(self.notary.check_signature(outputs.receipt(entries)))
        except Exception as error:  # a broken signature store trusts nothing
            self.log.warning("Signatures cannot be read, outputs are not trusted: %s", error)
            return False
