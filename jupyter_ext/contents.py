"""The contents manager that serves `.py.md` files as notebooks, derived from any other one."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from jupyter_ext.documents import Documents
from jupyter_ext.wrapped import Model, finished


class MoonlightContents(Documents):
    """Put before a synchronous contents manager."""

    def get(
        self,
        path: str,
        content: Any = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: Any = False,
    ) -> Model:
        base: Any = super()
        return finished(self.do_get(base.get, path, _wanted(content, type, format, require_hash)))

    def is_hidden(self, path: str) -> bool:
        base: Any = super()
        return finished(self.do_is_hidden(base.is_hidden, path))

    def save(self, model: Model, path: str = "") -> Model:
        base: Any = super()
        return finished(self.do_save(base.save, model, path))

    def new_untitled(self, path: str = "", type: str = "", ext: str = "") -> Model:
        base: Any = super()
        return finished(self.do_new_untitled(base.new_untitled, path, type, ext))

    def new(self, model: Model | None = None, path: str = "") -> Model:
        base: Any = super()
        return finished(self.do_new(base.new, model, path))

    def copy(self, from_path: str, to_path: str | None = None) -> Model:
        base: Any = super()
        return finished(self.do_copy(base.copy, from_path, to_path))

    def rename(self, old_path: str, new_path: str) -> None:
        base: Any = super()
        finished(self.do_rename(base.rename, old_path, new_path))

    def delete(self, path: str) -> None:
        base: Any = super()
        finished(self.do_delete(base.delete, path))

    def create_checkpoint(self, path: str) -> Any:
        base: Any = super()
        return finished(self.do_create_checkpoint(base.create_checkpoint, path))

    def restore_checkpoint(self, checkpoint_id: str, path: str) -> None:
        base: Any = super()
        finished(self.do_restore_checkpoint(base.restore_checkpoint, checkpoint_id, path))

    def trust_notebook(self, path: str) -> None:
        base: Any = super()
        finished(self.do_trust_notebook(base.trust_notebook, path))


class AsyncMoonlightContents(Documents):
    """Put before an asynchronous contents manager."""

    threaded = True

    async def get(
        self,
        path: str,
        content: Any = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: Any = False,
    ) -> Model:
        base: Any = super()
        return await self.do_get(base.get, path, _wanted(content, type, format, require_hash))

    async def is_hidden(self, path: str) -> bool:
        base: Any = super()
        return await self.do_is_hidden(base.is_hidden, path)

    async def save(self, model: Model, path: str = "") -> Model:
        base: Any = super()
        return await self.do_save(base.save, model, path)

    async def new_untitled(self, path: str = "", type: str = "", ext: str = "") -> Model:
        base: Any = super()
        return await self.do_new_untitled(base.new_untitled, path, type, ext)

    async def new(self, model: Model | None = None, path: str = "") -> Model:
        base: Any = super()
        return await self.do_new(base.new, model, path)

    async def copy(self, from_path: str, to_path: str | None = None) -> Model:
        base: Any = super()
        return await self.do_copy(base.copy, from_path, to_path)

    async def rename(self, old_path: str, new_path: str) -> None:
        base: Any = super()
        await self.do_rename(base.rename, old_path, new_path)

    async def delete(self, path: str) -> None:
        base: Any = super()
        await self.do_delete(base.delete, path)

    async def create_checkpoint(self, path: str) -> Any:
        base: Any = super()
        return await self.do_create_checkpoint(base.create_checkpoint, path)

    async def restore_checkpoint(self, checkpoint_id: str, path: str) -> None:
        base: Any = super()
        await self.do_restore_checkpoint(base.restore_checkpoint, checkpoint_id, path)

    async def trust_notebook(self, path: str) -> None:
        base: Any = super()
        await self.do_trust_notebook(base.trust_notebook, path)


@functools.lru_cache(maxsize=8)
def derived(base: type) -> type:
    """The class of a contents manager that serves documents and leaves everything else to `base`."""
    if issubclass(base, Documents):
        return base
    is_async = inspect.iscoroutinefunction(base.get)  # type: ignore[attr-defined]
    mixin = AsyncMoonlightContents if is_async else MoonlightContents
    body = {"__doc__": f"{base.__name__} that serves .py.md files as notebooks."}
    return type(f"Moonlight{base.__name__}", (mixin, base), body)


def _wanted(content: Any, kind: str | None, format: str | None, hashed: Any) -> Model:
    """The arguments of `get`; managers of before jupyter_server 2.11 know no `require_hash`."""
    wanted: Model = {"content": bool(content), "type": kind, "format": format}
    return wanted | {"require_hash": True} if hashed else wanted
