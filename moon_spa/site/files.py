"""Writing a site: all of its files or none, below one folder, never through a link, never over others' files.

`.moon-site.json` in the folder lists what was written, with hashes. A file that is not listed, or was changed
since, is somebody's: it is kept, and the site refused, unless forced. Files of pages that are no more go.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from moon_spa.findings import ComponentError, Place, finding, refusal

MANIFEST = ".moon-site.json"
MAX_MANIFEST = 8 * 2**20

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_RELATIVE = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


@dataclass(frozen=True)
class Written:
    """Names of the files that are new or other than before, and of those that are gone."""

    written: tuple[str, ...]
    removed: tuple[str, ...]


def write_site(out: str, files: Mapping[str, bytes], force: bool = False) -> Written:
    """Make `out` hold these files, by names with "/" between folders.

    Raises ComponentError ``blocked-path`` or ``not-ours``, and OSError; then nothing has changed.
    """
    folder = _Folder(out)
    known = _known(folder)
    there = {name: folder.read(name) for name in sorted({*files, *known})}
    changed = [name for name, data in files.items() if there[name] != data]
    foreign = [
        name
        for name in changed
        if (old := there[name]) is not None and _digest(old) not in known.get(name, ())
    ]
    if foreign and not force:
        hint = "move it away, give another folder, or replace it with --force"
        raise ComponentError(
            [finding("not-ours", "this file was not made by `moon-spa build`, or was changed since",
                     Place(os.path.join(out, name), 1), hint) for name in foreign]
        )  # fmt: skip
    gone = [
        name
        for name in known
        if name not in files and (old := there[name]) is not None and _digest(old) in known[name]
    ]
    hashes = {name: [_digest(data)] for name, data in files.items()}
    if not changed and not gone and known == {name: tuple(one) for name, one in hashes.items()}:
        return Written((), ())
    manifest = folder.read(MANIFEST)
    between = {name: sorted({*known.get(name, ()), *hashes.get(name, ())}) for name in {*known, *hashes}}
    with _undone_on_error(folder, {**there, MANIFEST: manifest}) as touched:
        staged = folder.stage({name: files[name] for name in changed})
        try:
            folder.put(MANIFEST, _manifest(between), touched)
            for name in changed:
                folder.rename(staged[name], name, touched)
            for name in gone:
                touched.append(name)
                folder.remove(name)
            folder.put(MANIFEST, _manifest(hashes), touched)
        finally:
            for temporary in staged.values():
                with suppress(OSError):
                    folder.remove(temporary)
                    folder.drop_empty(temporary)
    for name in gone:
        folder.drop_empty(name)
    return Written(tuple(changed), tuple(gone))


def _known(folder: _Folder) -> dict[str, tuple[str, ...]]:
    """What was written before: name -> hashes of its texts."""
    data = folder.read(MANIFEST)
    if data is None:
        return {}
    try:
        if len(data) > MAX_MANIFEST:
            raise ValueError("it is too large")
        files = json.loads(data)["files"]
        found = {name: tuple(map(str, hashes)) for name, hashes in files.items() if _is_inside(name)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        hint = "delete it; then --force replaces the files of the site"
        place = Place(os.path.join(folder.shown, MANIFEST), 1)
        raise refusal("blocked-path", "this is no list of a site's files", place, hint) from None
    return found


def _is_inside(name: str) -> bool:
    """Whether a name of a manifest, which may be anybody's, stays below its folder."""
    parts = name.split("/")
    return not any(part in ("", ".", "..") or "\\" in part or ":" in part or "\0" in part for part in parts)


def _manifest(hashes: Mapping[str, Sequence[str]]) -> bytes:
    made = {"made by": "moon-spa build", "files": {name: list(hashes[name]) for name in sorted(hashes)}}
    return (json.dumps(made, indent=1) + "\n").encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _undone_on_error(folder: _Folder, before: Mapping[str, bytes | None]) -> Iterator[list[str]]:
    """Collects the names that are touched; on an error each gets back what it held."""
    touched: list[str] = []
    try:
        yield touched
    except BaseException:
        for name in reversed(dict.fromkeys(touched)):
            old = before[name]
            with suppress(OSError):
                if old is None:
                    folder.remove(name)
                    folder.drop_empty(name)
                else:
                    folder.put(name, old, [])
        raise


@dataclass
class _Folder:
    """The files below `shown`; each folder is opened in the one before it, where the system can."""

    shown: str
    root: str = field(init=False)

    def __post_init__(self) -> None:
        self.root = os.path.realpath(self.shown)

    def read(self, name: str) -> bytes | None:
        """The bytes of a regular file, None where nothing stands; anything else is refused."""
        try:
            with self._at(name) as (last, folder):
                descriptor = os.open(last, _READ, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EISDIR, errno.EACCES):
                raise self._blocked(name) from None
            raise
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise self._blocked(name)
            return file.read()

    def stage(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write files under other names beside their places; where one fails, none is left."""
        staged: dict[str, str] = {}
        try:
            for name, data in files.items():
                staged[name] = self._write(name, data)
        except BaseException:
            for temporary in staged.values():
                with suppress(OSError):
                    self.remove(temporary)
                    self.drop_empty(temporary)
            raise
        return staged

    def put(self, name: str, data: bytes, touched: list[str]) -> None:
        """Replace a file in one step."""
        temporary = self._write(name, data)
        try:
            self.rename(temporary, name, touched)
        except BaseException:
            with suppress(OSError):
                self.remove(temporary)
            raise

    def rename(self, source: str, name: str, touched: list[str]) -> None:
        """Give a staged file its name."""
        touched.append(name)
        with self._at(source) as (old, folder), self._at(name) as (new, _):
            os.replace(old, new, src_dir_fd=folder, dst_dir_fd=folder)

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        with suppress(FileNotFoundError), self._at(name) as (last, folder):
            os.unlink(last, dir_fd=folder)

    def drop_empty(self, name: str) -> None:
        """Remove the folders of a file that is gone, as far as they are empty."""
        parts = name.split("/")[:-1]
        with suppress(OSError):
            while parts:
                with self._at("/".join(parts)) as (last, folder):
                    os.rmdir(last, dir_fd=folder)
                parts.pop()

    def _write(self, name: str, data: bytes) -> str:
        head, slash, _ = name.rpartition("/")
        temporary = f"{head}{slash}.~moon-{secrets.token_hex(8)}.tmp"
        with self._at(temporary, create=True) as (last, folder):
            descriptor = os.open(last, _CREATE, 0o666, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(descriptor)
            except BaseException:
                with suppress(OSError):
                    os.unlink(last, dir_fd=folder)
                raise
        return temporary

    @contextmanager
    def _at(self, name: str, create: bool = False) -> Iterator[tuple[str, int | None]]:
        """The last part of a name and the descriptor of its folder; elsewhere its path, and None."""
        *parents, last = name.split("/")
        if create:
            os.makedirs(self.root, exist_ok=True)
        if not _RELATIVE:
            yield self._path(parents, create, name, last), None
            return
        descriptor = os.open(self.root, _FOLDER)
        try:
            for part in parents:
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=descriptor)
                try:
                    inner = os.open(part, _FOLDER, dir_fd=descriptor)
                except OSError as error:
                    if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
                        raise self._blocked(name) from None
                    raise
                os.close(descriptor)
                descriptor = inner
            yield last, descriptor
        finally:
            os.close(descriptor)

    def _path(self, parents: Sequence[str], create: bool, name: str, last: str) -> str:
        path = self.root
        for part in parents:
            path = os.path.join(path, part)
            if create:
                with suppress(FileExistsError):
                    os.mkdir(path)
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise self._blocked(name)
        path = os.path.join(path, last)
        if os.path.islink(path):
            raise self._blocked(name)
        return path

    def _blocked(self, name: str) -> ComponentError:
        place = Place(os.path.join(self.shown, name), 1)
        message = "a link, a folder or something else stands here, or on the way"
        return refusal("blocked-path", message, place, "move it away, or give another folder")
