"""What a contents manager that wraps another one needs from it: its paths, its answers, its threads."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from jupyter_server.services.contents.fileio import FileManagerMixin
from tornado.web import HTTPError
from traitlets.config.configurable import LoggingConfigurable

Model = dict[str, Any]
T = TypeVar("T")

EXTENSION = ".py.md"


def is_document(path: Any) -> bool:
    """Whether a path names a `.py.md` document; letter case does not matter, as in Lab."""
    return isinstance(path, str) and path.lower().endswith(EXTENSION)


async def settled(value: Awaitable[T] | T) -> T:
    """A value, waited for where it is an awaitable."""
    return await value if inspect.isawaitable(value) else value


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError("a synchronous contents manager answered with something to wait for")


class Wrapped(LoggingConfigurable):
    """The wrapped manager, seen from the mixin that is put before it."""

    notary: Any
    checkpoints: Any
    emit: Callable[..., None]
    threaded = False

    @property
    def manager(self) -> Any:
        """This object as the contents manager that it is in the derived class."""
        return self

    @property
    def on_disk(self) -> bool:
        """Whether documents are files that may be replaced by rename."""
        return isinstance(self, FileManagerMixin) and bool(self.use_atomic_writing)

    @property
    def root(self) -> str:
        """The served folder on this machine, ``""`` where there is none."""
        root = getattr(self, "root_dir", "") if isinstance(self, FileManagerMixin) else ""
        return str(root).rstrip("/\\")

    def os_path(self, path: str) -> str:
        """Where a document is on this machine; the manager refuses what is outside its root."""
        return str(self.manager._get_os_path(path.strip("/")))

    async def is_folder(self, path: str) -> bool:
        return bool(await settled(self.manager.dir_exists(path.strip("/"))))

    async def do_is_hidden(self, base: Any, path: str) -> bool:
        """Whether a path is hidden; a name that no file can have is not, and is refused later."""
        try:
            return bool(await settled(base(path)))
        except OSError:
            if not is_document(path):
                raise
            return False

    async def refuse_hidden(self, path: str) -> None:
        if not self.manager.allow_hidden and await settled(self.manager.is_hidden(path)):
            raise HTTPError(400, f"Cannot create hidden file {path!r}")

    async def apart(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function that reads, writes or computes: in a thread where others wait."""
        if self.threaded:
            return await asyncio.to_thread(function, *arguments)
        return function(*arguments)
