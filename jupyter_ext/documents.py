"""The operations of the contents API on `.py.md` documents, on top of whatever manager is wrapped.

Each is written once, as a coroutine. The asynchronous mixin awaits it; the synchronous one runs it
to its end, which it reaches without waiting since a synchronous manager answers with values. `base`
is in each operation the method of the wrapped manager; other paths than documents go there.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from contextlib import suppress
from typing import Any

from jupyter_server.services.contents.checkpoints import GenericCheckpointsMixin
from tornado.web import HTTPError

from jupyter_ext import outputs
from jupyter_ext.bases import BaseTexts
from jupyter_ext.format import reads
from jupyter_ext.jupytext_format import writing_onto
from jupyter_ext.keeping import KeepsOutputs
from jupyter_ext.refusal import refusal, refused, without_host_paths
from jupyter_ext.saving import Saved, merged, notebook_of, read_text, save_notebook, save_text
from jupyter_ext.wrapped import EXTENSION, Model, is_document, settled
from moonlight import store
from moonlight.diagnostic import MoonlightError

NEW_DOCUMENT = "# Untitled\n\n```python\n```\n"
_COPY = re.compile(r"-Copy\d*(?=\.py\.md$)", re.I)


class Documents(KeepsOutputs):
    """What both mixins share."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.bases = BaseTexts()
        super().__init__(*args, **kwargs)

    # -- reading ---------------------------------------------------------------------------------

    async def do_get(self, base: Any, path: str, wanted: Model) -> Model:
        """`wanted` are the arguments of `get`; `require_hash` is in it only where it is true."""
        path = path.strip("/")
        with without_host_paths(self.root):
            plain = not is_document(path) or wanted["type"] in ("file", "directory")
            if plain or await self.is_folder(path):
                model: Model = await settled(base(path, **wanted))
                return model
            return await self.notebook_model(base, path, wanted)

    async def notebook_model(self, base: Any, path: str, wanted: Model) -> Model:
        """The model of a document as notebook; its hash is that of the Markdown bytes."""
        elsewhere = wanted["content"] and not self.on_disk
        options = wanted | {"content": elsewhere, "type": "file"}
        options["format"] = "text" if elsewhere else None
        if wanted["content"] and self.on_disk:
            options.pop("require_hash", None)
        model: Model = dict(await settled(base(path, **options)))
        model |= {"type": "notebook", "mimetype": None}
        if wanted["content"]:
            with refused(path):
                text = model["content"]
                if not elsewhere:
                    text = await self.apart(read_text, self.os_path(path), path)
                if not isinstance(text, str):
                    raise HTTPError(404, f"file or directory does not exist: {path!r}")
                notebook = await self.apart(notebook_at, text, path)
                self.bases.keep(text)
                await self.restore_outputs(notebook, path)
                model |= {"content": notebook, "format": "json"}
                if "require_hash" in wanted and not elsewhere:
                    model |= self.manager._get_hash(text.encode())
        return model

    # -- writing ---------------------------------------------------------------------------------

    async def do_save(self, base: Any, model: Model, path: str) -> Model:
        path = path.strip("/")
        if not is_document(path):
            with writing_onto(self.text_at):  # jupytext may write a document paired with it
                return dict(await settled(base(_without_moon(model), path)))
        kind = model.get("type")
        if kind is None:
            raise HTTPError(400, "No file type provided")
        with without_host_paths(self.root):
            if kind not in ("notebook", "file") or model.get("chunk") is not None:
                return dict(await settled(base(model, path)))
            if "content" not in model:
                raise HTTPError(400, "No file content provided")
            if self.on_disk:
                await self.refuse_hidden(path)
                self.manager.run_pre_save_hooks(model=model, path=path)
            if kind == "notebook":
                reply = await self.save_notebook_model(base, model, path)
            else:
                reply = await self.save_file_model(base, model, path)
            return reply

    async def save_notebook_model(self, base: Any, model: Model, path: str) -> Model:
        with refused(path, saving=True):
            notebook = await self.apart(notebook_of, model["content"], path)
            if self.on_disk:
                saved = await self.apart(self._save_here, notebook, path)
            else:
                saved = await self._save_elsewhere(base, notebook, path)
        reply: Model = dict(await settled(self.manager.get(path, content=False)))
        cells = await self.keep_outputs(notebook, saved, path)
        head, newline = saved.written.head, saved.written.newline
        reply["moon"] = {"base": saved.base, "head": head, "newline": newline, "cells": cells}
        if self.on_disk:
            reply |= self.manager._get_hash(saved.text.encode())
            await self._first_checkpoint(path)
            self._tell_saved(reply, path)
        return reply

    def text_at(self, path: str) -> str | None:
        """The present text of a document; None where there is none that could be kept."""
        if not self.on_disk:
            return None
        try:
            return read_text(self.os_path(path), path)
        except (MoonlightError, OSError, HTTPError):
            return None

    def _save_here(self, notebook: Model, path: str) -> Saved:
        os_path = self.os_path(path)
        with self.locks.of(os_path):
            return save_notebook(notebook, os_path, path, self.bases)

    async def _save_elsewhere(self, base: Any, notebook: Model, path: str) -> Saved:
        """Save through the wrapped manager, whose writing decides whether it is atomic."""
        present: str | None = None
        if await settled(self.manager.file_exists(path)):
            there = await settled(self.manager.get(path, type="file", format="text"))
            present = str(there["content"])
        written = await self.apart(merged, notebook, present, self.bases, path)
        if written.text != present:
            await settled(base({"type": "file", "format": "text", "content": written.text}, path))
        return Saved(written, written.text, self.bases.keep(written.text))

    async def save_file_model(self, base: Any, model: Model, path: str) -> Model:
        """Save the text of a document as it is; bytes that are no text go the base's way."""
        content = model["content"]
        atomic = self.on_disk and model.get("format") == "text" and isinstance(content, str)
        if atomic:
            with refused(path, saving=True):
                await self.apart(self._save_text, content, path)
        else:
            await settled(base(model, path))
        reply: Model = dict(await settled(self.manager.get(path, content=False)))
        reply["type"] = "file"
        if atomic:
            self._tell_saved(reply, path)
        return reply

    def _save_text(self, text: str, path: str) -> None:
        os_path = self.os_path(path)
        with self.locks.of(os_path):
            save_text(text, os_path, path)

    def _tell_saved(self, reply: Model, path: str) -> None:
        self.manager.run_post_save_hooks(model=reply, os_path=self.os_path(path))
        self.emit(data={"action": "save", "path": path})

    async def _first_checkpoint(self, path: str) -> None:
        """One checkpoint should exist for a notebook; without it the save is still good."""
        try:
            if not await settled(self.manager.list_checkpoints(path)):
                await settled(self.manager.create_checkpoint(path))
        except Exception as error:  # what was saved must not be reported as failed
            self.log.warning("No checkpoint of %s: %s", path, error)

    # -- new, copied, renamed, deleted -----------------------------------------------------------

    async def do_new_untitled(self, base: Any, path: str, kind: str, ext: str) -> Model:
        if not is_document(f".{ext.lstrip('.')}") or kind == "directory":
            return dict(await settled(base(path=path, type=kind, ext=ext)))
        path = path.strip("/")
        if not await self.is_folder(path):
            raise HTTPError(404, f"No such directory: {path}")
        model = {"type": "file", "format": "text", "content": NEW_DOCUMENT}
        reply = None
        numbers = itertools.count()
        while reply is None:
            name = f"{self.manager.untitled_file}{next(numbers) or ''}{EXTENSION}"
            reply = await self.created(model, f"{path}/{name}".strip("/"))
        return reply

    async def created(self, model: Model, path: str) -> Model | None:
        """A new document as notebook; None where the name is taken. Of two at once one gets it."""
        if await settled(self.manager.exists(path)):
            return None
        if self.on_disk:
            with refused(path, saving=True):
                try:
                    os.close(os.open(self.os_path(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
                except FileExistsError:
                    return None
        try:
            reply = dict(await settled(self.manager.save(dict(model), path)))
        except BaseException:
            if self.on_disk:
                with suppress(OSError):
                    os.unlink(self.os_path(path))
            raise
        return reply | {"type": "notebook"}

    async def do_new(self, base: Any, model: Model | None, path: str) -> Model:
        model = dict(model or {})
        kind = model.get("type") or "notebook"
        if is_document(path) and "content" not in model and kind != "directory":
            model |= {"type": "file", "format": "text", "content": NEW_DOCUMENT}
            return dict(await settled(self.manager.save(model, path))) | {"type": kind}
        return dict(await settled(base(model, path)))

    async def do_copy(self, base: Any, source: str, target: str | None) -> Model:
        """A copy has the document's bytes and its outputs."""
        path = source.strip("/")
        to = path.rpartition("/")[0] if target is None else target.strip("/")
        into = await self.is_folder(to)
        if not is_document(path) or await self.is_folder(path) or not (into or is_document(to)):
            return dict(await settled(base(source, target)))
        found = await settled(self.manager.get(path, type="file"))
        model = {key: found[key] for key in ("type", "format", "content")}
        if into:
            name = _COPY.sub("", path.rpartition("/")[2])
            free = await settled(self.manager.increment_filename(name, to, insert="-Copy"))
            to = f"{to}/{free}".strip("/")
        reply = await self.created(model, to)
        if reply is None:
            raise HTTPError(409, f"{to} exists. Choose another name.")
        await self.apart(self.with_store, store.copy, path, to)
        self.emit(data={"action": "copy", "path": to, "source_path": path})
        return reply

    async def do_rename(self, base: Any, old: str, new: str) -> None:
        with without_host_paths(self.root):
            await settled(base(old, new))
        if is_document(old) and is_document(new) and old.strip("/") != new.strip("/"):
            await self.apart(self.with_store, store.move, old, new)

    async def do_delete(self, base: Any, path: str) -> None:
        """Delete a document and its outputs. The files in ``NAME.files/`` are the user's: kept."""
        was_document = is_document(path) and not await self.is_folder(path)
        with without_host_paths(self.root):
            await settled(base(path))
        if was_document:
            await self.apart(self.with_store, store.remove, path)

    # -- checkpoints, trust ----------------------------------------------------------------------

    async def do_create_checkpoint(self, base: Any, path: str) -> Any:
        """Checkpoints that keep what `get` gives would keep a notebook: they are given the text."""
        if not is_document(path) or not isinstance(self.checkpoints, GenericCheckpointsMixin):
            return await settled(base(path))
        model = await settled(self.manager.get(path, type="file"))
        keep: Any = self.checkpoints.create_file_checkpoint
        return await settled(keep(model["content"], model["format"], path))

    async def do_restore_checkpoint(self, base: Any, checkpoint_id: str, path: str) -> None:
        if not is_document(path) or not isinstance(self.checkpoints, GenericCheckpointsMixin):
            await settled(base(checkpoint_id, path))
            return
        kept: Any = self.checkpoints.get_file_checkpoint
        await settled(self.manager.save(await settled(kept(checkpoint_id, path)), path))

    async def do_trust_notebook(self, base: Any, path: str) -> None:
        if not is_document(path):
            await settled(base(path))
            return
        await settled(self.manager.get(path, content=False))  # 404 where there is none
        entries = await self.apart(self.stored, path)
        if entries:
            self.log.warning("Trusting notebook %s", path)
            self.sign(entries, path)


def notebook_at(text: str, path: str) -> Any:
    """A text as notebook that a browser can read: JSON has no NaN and no infinity."""
    notebook = reads(text, path)
    try:
        json.dumps([notebook.metadata, [cell.metadata for cell in notebook.cells]], allow_nan=False)
    except ValueError:
        message = "its metadata hold NaN or infinity, which notebooks cannot"
        raise refusal("not-json", message, path, "write that value as text") from None
    return notebook


def _without_moon(model: Model) -> Model:
    """A notebook that is saved as another format leaves our metadata behind."""
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return model
    for part in [content, *outputs.as_list(content.get("cells"))]:
        metadata = part.get("metadata") if isinstance(part, dict) else None
        if isinstance(metadata, dict):
            metadata.pop("moon", None)
    return model
