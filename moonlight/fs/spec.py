"""The tree as fsspec protocol ``moonlight``, for whatever reads files through fsspec."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

from moonlight.diagnostic import MoonlightError
from moonlight.fs.info import Info
from moonlight.fs.tree import MoonlightFS
from moonlight.guard import checked, refusal
from moonlight.source import decode

_IF_NONE = ""  # what `MoonlightFS.write` takes for "there is no file yet"


class MoonlightFileSystem(AbstractFileSystem):
    """`MoonlightFS` behind fsspec's interface: ``fsspec.filesystem("moonlight", root="docs")``.

    Names are relative to `root`; ``moonlight://a.md`` and ``/a.md`` are ``a.md``. Everything is read afresh,
    nothing is cached. Files open in ``rb``, Markdown in ``wb`` and ``xb`` too; there is no deleting,
    renaming and making of folders. Errors are FileSystemErrors, thus OSErrors.
    """

    protocol = "moonlight"
    root_marker = ""
    cachable = False  # a relative root means another folder after a chdir

    def __init__(self, root: str | os.PathLike[str], **storage_options: Any) -> None:
        super().__init__(root=root, **storage_options)  # type: ignore[no-untyped-call]
        self.moonlight = MoonlightFS(root)

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        stripped: str = super()._strip_protocol(path)  # type: ignore[no-untyped-call]
        return stripped.lstrip("/")

    @property
    def fsid(self) -> str:
        """Identity of the tree: its root on this machine."""
        return f"moonlight:{self.moonlight.root}"

    # -- reading ------------------------------------------------------------------------------------

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        """Entries of a folder, or the file itself; 0 is the size of what cannot be made from its document."""
        path = self._strip_protocol(path)
        infos = self.moonlight.entries(path) if self.moonlight.isdir(path) else [self.moonlight.stat(path)]
        if not detail:
            return [info.name for info in infos]
        return [_details(self._with_size(info)) for info in infos]

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        """``{name, size, type, created, mtime, virtual, document, writable}``."""
        return _details(self.moonlight.stat(self._strip_protocol(path)))

    def exists(self, path: str, **kwargs: Any) -> bool:
        return self.moonlight.exists(self._strip_protocol(path))

    def isfile(self, path: str) -> bool:
        return self.moonlight.isfile(self._strip_protocol(path))

    def isdir(self, path: str) -> bool:
        return self.moonlight.isdir(self._strip_protocol(path))

    def created(self, path: str) -> datetime:
        return datetime.fromtimestamp(self.info(path)["created"], UTC)

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(self.info(path)["mtime"], UTC)

    def checksum(self, path: str) -> int:
        """The SHA-256 of the content, as a number."""
        return int(self.ukey(path), 16)

    def ukey(self, path: str) -> str:
        """The SHA-256 of the content, in hex: it changes when the content does, and only then."""
        return self.moonlight.hash(self._strip_protocol(path))

    def _with_size(self, info: Info) -> Info:
        if info.size is None:
            with suppress(MoonlightError):
                return self.moonlight.stat(info.name)
        return info

    # -- writing ------------------------------------------------------------------------------------

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: Any = None,
        autocommit: bool = True,
        cache_options: Any = None,
        if_match: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """``rb``; for Markdown ``wb``, with `if_match` as in `MoonlightFS.write`, and ``xb``."""
        if mode == "rb":
            return self.moonlight.open(path)
        if mode not in ("wb", "xb"):
            raise refusal("read-only", f"the mode {mode!r} is not offered", path, "use rb, wb or xb")
        self.moonlight.check_writable(path)
        if mode == "xb":
            if_match = _IF_NONE
            if self.moonlight.exists(path):
                raise refusal("exists", "there is a file of that name already", path)
        return MarkdownWriter(self.moonlight, path, if_match, autocommit)

    def pipe_file(
        self, path: str, value: bytes, mode: str = "overwrite", if_match: str | None = None, **kwargs: Any
    ) -> None:
        """Write a Markdown file; with the mode ``create`` only where there is none."""
        path = self._strip_protocol(path)
        self.moonlight.write(path, decode(value, path), _IF_NONE if mode == "create" else if_match)

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:
        path = self._strip_protocol(path)
        if self.moonlight.exists(path):
            raise refusal("exists", "it is there already", path)
        raise refusal("read-only", "folders are not made here", path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        if not (exist_ok and self.isdir(path)):
            self.mkdir(path)

    def rmdir(self, path: str) -> None:
        raise refusal("read-only", "nothing is removed here", self._strip_protocol(path))

    def _rm(self, path: str) -> None:
        raise refusal("read-only", "nothing is removed here", self._strip_protocol(path))

    def cp_file(self, path1: str, path2: str, **kwargs: Any) -> None:
        """Copy a file of the tree to a Markdown name in it."""
        target = self._strip_protocol(path2)
        if not self.isdir(path1):
            data = self.moonlight.read_bytes(self._strip_protocol(path1))
            self.moonlight.write(target, decode(data, target))


class MarkdownWriter(io.BytesIO):
    """Collects a document and writes it when it is closed; left by an exception, it writes nothing."""

    def __init__(self, tree: MoonlightFS, path: str, if_match: str | None, autocommit: bool) -> None:
        super().__init__()
        checked(path)
        self._tree, self._path, self._if_match = tree, path, if_match
        self._wanted = autocommit
        self._data: bytes | None = None

    def close(self) -> None:
        if self.closed:
            return
        self._data = self.getvalue()
        super().close()
        if self._wanted:
            self.commit()

    def commit(self) -> None:
        """Write what was collected (fsspec's transactions call this)."""
        if self._data is not None:
            self._tree.write(self._path, decode(self._data, self._path), self._if_match)
            self._data = None

    def discard(self) -> None:
        """Forget what was collected."""
        self._wanted = False
        self._data = None
        self.close()

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is not None:
            self._wanted = False
        super().__exit__(kind, *rest)

    def __del__(self) -> None:
        self._wanted = False
        super().close()


def _details(info: Info) -> dict[str, Any]:
    return {
        "name": info.name,
        "size": info.size or 0,
        "type": "directory" if info.kind == "folder" else "file",
        "created": info.created,
        "mtime": info.modified,
        "virtual": info.virtual,
        "document": info.document,
        "writable": info.writable,
    }
