"""Writing a site: all of its files or none, below one folder, never through a link, never over others' files.

`.moon-site.json` in the folder lists what was written, with hashes. A file that is not listed, or was changed
since, is somebody's: it is kept, and the site refused, unless forced. Files of pages that are no more go.
A build that is killed leaves old and new pages of its own, all of them listed: the next one completes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from moon_spa.findings import ComponentError, Place, finding, refusal
from moonlight.outputtree import BlockedPath, OutputTree
from moonlight.source import sweep_temporaries

MANIFEST = ".moon-site.json"
MAX_MANIFEST = 8 * 2**20

STAGED = "moon-site"
"""What temporary files are named after."""

LEFT_BEHIND = 3600.0
"""Seconds after which a temporary file belongs to a build that was killed."""


@dataclass(frozen=True)
class Written:
    """Names of the files that are new or other than before, and of those that are gone."""

    written: tuple[str, ...]
    removed: tuple[str, ...]


def write_site(out: str, files: Mapping[str, bytes], force: bool = False) -> Written:
    """Make `out` hold these files, by names with "/" between folders.

    Raises ComponentError ``blocked-path`` or ``not-ours``, and OSError; then nothing has changed.
    """
    try:
        with OutputTree(out) as tree:
            return _write(tree, files, force)
    except BlockedPath as error:
        raise ComponentError((error.diagnostic,)) from None


def _write(tree: OutputTree, files: Mapping[str, bytes], force: bool) -> Written:
    known = _known(tree)
    there = {name: _data(tree, name) for name in sorted({*files, *known})}
    changed = [name for name, data in files.items() if there[name] != data]
    foreign = [
        name
        for name in changed
        if (old := there[name]) is not None and _digest(old) not in known.get(name, ())
    ]
    if foreign and not force:
        hint = "move it away, give another folder, or replace it with --force"
        message = "this file was not made by `moon-spa build`, or was changed since"
        places = [Place(tree.shown(name), 1) for name in foreign]
        raise ComponentError([finding("not-ours", message, place, hint) for place in places])
    gone = [
        name
        for name in known
        if name not in files and (old := there[name]) is not None and _digest(old) in known[name]
    ]
    hashes = {name: [_digest(data)] for name, data in files.items()}
    if not changed and not gone and known == {name: tuple(one) for name, one in hashes.items()}:
        return Written((), ())
    between = {name: sorted({*known.get(name, ()), *hashes.get(name, ())}) for name in {*known, *hashes}}
    replacement = _Replacement(tree, {**there, MANIFEST: _data(tree, MANIFEST)})
    try:
        staged = {name: replacement.stage(files[name]) for name in changed}
        replacement.put(MANIFEST, replacement.stage(_manifest(between)))
        for name in changed:
            replacement.put(name, staged[name])
        for name in gone:
            replacement.remove(name)
        replacement.put(MANIFEST, replacement.stage(_manifest(hashes)))
    except BaseException:
        replacement.undo()
        raise
    for name in gone:
        _drop_empty(tree, name)
    sweep_temporaries(os.path.join(tree.root, STAGED), time.time() - LEFT_BEHIND)
    return Written(tuple(changed), tuple(gone))


class _Replacement:
    """Files that change together; `before` is what each of them holds, None for nothing."""

    def __init__(self, tree: OutputTree, before: Mapping[str, bytes | None]) -> None:
        self.tree = tree
        self.before = before
        self.touched: list[str] = []
        self.made: list[str] = []
        self.staged: set[str] = set()
        self.made_root = False

    def stage(self, data: bytes) -> str:
        """Write a file under a name of its own, and return it."""
        if not os.path.isdir(self.tree.root):
            os.makedirs(self.tree.root)
            self.made_root = True
        temporary = f".~{STAGED}-{secrets.token_hex(6)}.tmp"
        self.staged.add(temporary)
        descriptor = self.tree.create(temporary, data, 0o666)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return temporary

    def put(self, name: str, temporary: str) -> None:
        """Give a staged file its name."""
        self.made += self.tree.make_parents(name)
        self.touched.append(name)
        self.tree.replace(temporary, name)
        self.staged.remove(temporary)

    def remove(self, name: str) -> None:
        """Remove a file."""
        self.touched.append(name)
        self.tree.remove(name)

    def undo(self) -> None:
        """Give each file back what it held, as far as the system lets us."""
        for name in reversed(dict.fromkeys(self.touched)):
            old = self.before[name]
            with suppress(OSError, BlockedPath):
                if old is None:
                    self.tree.remove(name)
                else:
                    self.tree.replace(self.stage(old), name)
        for temporary in self.staged:
            with suppress(OSError, BlockedPath):
                self.tree.remove(temporary)
        for folder in reversed(self.made):
            with suppress(OSError, BlockedPath):
                self.tree.remove_folder(folder)
        if self.made_root:
            with suppress(OSError):
                os.rmdir(self.tree.root)


def _data(tree: OutputTree, name: str) -> bytes | None:
    found = tree.read(name)
    return None if found is None else found.data


def _drop_empty(tree: OutputTree, name: str) -> None:
    """Remove the folders of a file that is gone, as far as they are empty."""
    with suppress(OSError, BlockedPath):
        while name := name.rpartition("/")[0]:
            tree.remove_folder(name)


def _known(tree: OutputTree) -> dict[str, tuple[str, ...]]:
    """What was written before: name -> hashes of its texts."""
    data = _data(tree, MANIFEST)
    if data is None:
        return {}
    try:
        if len(data) > MAX_MANIFEST:
            raise ValueError("it is too large")
        files = json.loads(data)["files"]
        found = {name: tuple(map(str, hashes)) for name, hashes in files.items() if _is_inside(name)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        hint = "delete it; then --force replaces the files of the site"
        place = Place(tree.shown(MANIFEST), 1)
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
