"""Many files changed as one: all of them or none, also when the process is killed at any moment.

New files are staged in `.moonleap/staging`. A journal says what will be done; only then are files replaced,
and what they replace is kept under a second name. Removing the journal ends it: as long as it is there the
write is unfinished, and the next one takes back what it did. A file that somebody changed since is let alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from moonleap.findings import refusal
from moonleap.manifest import MANIFEST, data_hash
from moonleap.outputpath import OWN_FOLDER, output_path
from moonleap.terms import Place
from moonlight.outputtree import OutputTree

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

JOURNAL = f"{OWN_FOLDER}/journal.json"
STAGING = f"{OWN_FOLDER}/staging"
BASE = f"{OWN_FOLDER}/base"
LOCK = f"{OWN_FOLDER}/lock"
SPEC = f"{OWN_FOLDER}/spec.md"
IGNORE = f"{OWN_FOLDER}/.gitignore"
OWN_FILES = (SPEC, IGNORE, MANIFEST)
"""Files of our own that change together with the output."""

VERSION = 1

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write, or to remove where `data` is None; `old` is the hash of what must lie there now."""

    path: str
    old: str | None
    data: bytes | None
    mode: int = 0o666
    """Permissions: exactly these where there is a file already, else what the system makes of them."""

    @property
    def new(self) -> str | None:
        """Hash of the bytes to write."""
        return None if self.data is None else data_hash(self.data)


@dataclass(frozen=True)
class Work:
    """Everything that one write changes. Folders are listed from the outside inwards."""

    steps: tuple[Step, ...] = ()
    made: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    bases: Mapping[str, bytes] = field(default_factory=dict)
    """Generated versions to add, by hash."""
    kept_bases: frozenset[str] = frozenset()
    """Hashes of all versions that the new manifest names."""

    def __bool__(self) -> bool:
        return bool(self.steps or self.made or self.gone or self.bases)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A step as the journal has it."""

    path: str
    old: str | None
    new: str | None

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "old": self.old, "new": self.new}


@dataclass(frozen=True)
class _Journal:
    steps: list[_Planned]
    made: list[str]
    gone: list[str]


@contextmanager
def locked(tree: OutputTree) -> Iterator[None]:
    """Keep other writers away; the system gives the lock back when the process ends, however it ends.

    Raises SpecError ``busy-output``. Folders that were made for the lock alone are removed again.
    """
    made = False
    while True:
        made = _make_root(tree) or made
        tree.make_folder(OWN_FOLDER)
        descriptor = _open_lock(tree)
        try:
            if not _take(descriptor):
                hint = "wait until it is done, and try again"
                message = "another Moonleap is writing into this folder"
                raise refusal("busy-output", message, Place(tree.out, 1), hint)
            if not tree.is_still(LOCK, descriptor):
                continue  # whoever held it removed it
            try:
                yield
            finally:
                _clean_up(tree, made)
            return
        finally:
            os.close(descriptor)


def is_unfinished(tree: OutputTree) -> bool:
    """Whether a write is going on, or was cut off, so that the output is neither old nor new."""
    return tree.exists(JOURNAL)


def has_leftovers(tree: OutputTree) -> bool:
    """Whether there is something to take back or to clear away."""
    return tree.exists(JOURNAL) or tree.exists(STAGING)


def recover(tree: OutputTree) -> bool:
    """Take back a write that was cut off, and say whether there was one; the lock is held."""
    found = tree.read(JOURNAL)
    if found is not None:
        _undo(tree, _read_journal(found.data, tree.shown(JOURNAL)))
    _finish(tree)
    return found is not None


def commit(tree: OutputTree, work: Work, tell: Tell) -> None:
    """Do all of it or nothing; the lock is held and nothing is left over."""
    added = _stage(tree, work, tell)
    steps = [_Planned(step.path, step.old, step.new) for step in work.steps]
    journal = _Journal(steps, list(work.made), list(work.gone))
    try:
        _write_journal(tree, journal)
        _apply(tree, work, journal, tell)
        tree.remove(JOURNAL)
    except BaseException as error:
        _take_back(tree, journal, added, error)
        raise
    with suppress(OSError):  # it is done: what cannot be cleared away now goes the next time
        _sweep(tree)
        for name in tree.names(BASE):
            if name not in work.kept_bases:
                tree.remove(f"{BASE}/{name}")


def _take_back(tree: OutputTree, journal: _Journal, added: list[str], reason: BaseException) -> None:
    try:
        _undo(tree, journal)
        _finish(tree)
        for name in added:
            tree.remove(f"{BASE}/{name}")
    except OSError as error:
        message = f"the write failed, and could not be taken back yet: {error.strerror}"
        hint = "run again when the folder can be written: what was done is taken back first"
        raise refusal("interrupted-write", message, Place(tree.out, 1), hint) from reason


def _stage(tree: OutputTree, work: Work, tell: Tell) -> list[str]:
    """Write everything that is new into our own folder; returns the names of the added bases."""
    tree.make_folder(STAGING)
    tree.make_folder(BASE)
    there = set(tree.names(BASE))
    added = [name for name in work.bases if name not in there]
    files = [
        (_staged(n), s.data, s.mode, s.old is not None)
        for n, s in enumerate(work.steps)
        if s.data is not None
    ]
    files += [(f"{STAGING}/{name}", work.bases[name], 0o666, False) for name in added]
    unsynced: list[int] = []
    try:
        for count, (path, data, mode, exact) in enumerate(files):
            tell("stage", count, len(files))
            unsynced.append(tree.create(path, data, mode, exact))
            if len(unsynced) >= 64:
                _sync(unsynced)
        _sync(unsynced)
    except BaseException:
        for descriptor in unsynced:
            os.close(descriptor)
        _sweep(tree)
        raise
    for name in added:
        tree.replace(f"{STAGING}/{name}", f"{BASE}/{name}")
    return added


def _sync(descriptors: list[int]) -> None:
    """Make files durable; all are written before the first one is waited for."""
    while descriptors:
        os.fsync(descriptors[-1])
        os.close(descriptors.pop())


def _write_journal(tree: OutputTree, journal: _Journal) -> None:
    document = {
        "version": VERSION,
        "steps": [step.to_json() for step in journal.steps],
        "made": journal.made,
        "gone": journal.gone,
    }
    data = json.dumps(document, indent=1).encode()
    _sync([tree.create(f"{STAGING}/journal", data, 0o644)])
    tree.replace(f"{STAGING}/journal", JOURNAL)
    tree.sync_folder(OWN_FOLDER)


def _apply(tree: OutputTree, work: Work, journal: _Journal, tell: Tell) -> None:
    """Removals first: a file may become a folder, and a folder a file."""
    for n, step in _removals(journal):
        _check_present(tree, step)
        tree.replace(step.path, _backup(n))
    for folder in reversed(work.gone):
        tree.remove_folder(folder)
    for folder in work.made:
        tree.make_folder(folder)
    writes = _writes(journal)
    for count, (n, step) in enumerate(writes):
        tell("write", count, len(writes))
        _check_present(tree, step)
        if step.old is not None:
            tree.keep(step.path, _backup(n))
        tree.replace(_staged(n), step.path)
    for folder in sorted({step.path.rpartition("/")[0] for step in journal.steps} - set(work.gone)):
        tree.sync_folder(folder)


def _check_present(tree: OutputTree, step: _Planned) -> None:
    if _hash_at(tree, step.path) != step.old:
        place = Place(tree.shown(step.path), 1)
        raise refusal("changed-meanwhile", "the file changed while it was written", place, "try again")


def _undo(tree: OutputTree, journal: _Journal) -> None:
    """Take back, last step first, what was done of it; does nothing where nothing was."""
    for n, step in reversed(_writes(journal)):
        if tree.exists(_staged(n)):
            continue  # it was not put in place
        if _hash_at(tree, step.path) not in (None, step.new):
            continue  # somebody changed it since
        if step.old is None:
            tree.remove(step.path)
        elif tree.exists(_backup(n)):
            tree.replace(_backup(n), step.path)
    for folder in reversed(journal.made):
        with suppress(OSError):
            tree.remove_folder(folder)
    for folder in journal.gone:
        tree.make_folder(folder)
    for n, step in reversed(_removals(journal)):
        if tree.exists(_backup(n)) and not tree.exists(step.path):
            tree.replace(_backup(n), step.path)


def _finish(tree: OutputTree) -> None:
    tree.remove(JOURNAL)
    _sweep(tree)


def _sweep(tree: OutputTree) -> None:
    """Remove staged files; those of a killed writer too."""
    for name in tree.names(STAGING):
        tree.remove(f"{STAGING}/{name}")
    with suppress(OSError):
        tree.remove_folder(STAGING)


def _read_journal(data: bytes, path: str) -> _Journal:
    try:
        document = json.loads(data)
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']!r:.20}")
        steps = [_Planned(_checked(s["path"]), _text(s["old"]), _text(s["new"])) for s in document["steps"]]
        made, gone = ([output_path(name) for name in document[key]] for key in ("made", "gone"))
        return _Journal(steps, made, gone)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"this is not a journal that Moonleap wrote: {type(error).__name__}: {error!s:.100}"
        hint = "remove it: the folder then stays as it is now; or restore the folder from version control"
        raise refusal("bad-journal", message, Place(path, 1), hint) from None


def _checked(path: Any) -> str:
    return path if path in OWN_FILES else output_path(path)


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _hash_at(tree: OutputTree, path: str) -> str | None:
    found = tree.read(path) if tree.exists(path) else None
    return None if found is None else data_hash(found.data)


def _removals(journal: _Journal) -> list[tuple[int, _Planned]]:
    return [(n, step) for n, step in enumerate(journal.steps) if step.new is None]


def _writes(journal: _Journal) -> list[tuple[int, _Planned]]:
    return [(n, step) for n, step in enumerate(journal.steps) if step.new is not None]


def _staged(number: int) -> str:
    return f"{STAGING}/new-{number}"


def _backup(number: int) -> str:
    return f"{STAGING}/old-{number}"


def _make_root(tree: OutputTree) -> bool:
    made = not os.path.isdir(tree.root)
    os.makedirs(tree.root, exist_ok=True)
    return made


def _open_lock(tree: OutputTree) -> int:
    try:
        return tree.create(LOCK, b"", 0o644)
    except FileExistsError:
        return tree.open_again(LOCK)


def _take(descriptor: int) -> bool:
    """Whether the lock is ours; a file system without locks has no other writers that could be seen."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError | PermissionError)
    return True


def _clean_up(tree: OutputTree, made: bool) -> None:
    """Leave nothing of a write that did not happen."""
    if tree.exists(MANIFEST) or tree.exists(JOURNAL):
        return
    for folder in (STAGING, BASE):
        with suppress(OSError):
            tree.remove_folder(folder)
    if tree.names(OWN_FOLDER) != ["lock"]:
        return
    with suppress(OSError):
        tree.remove(LOCK)
        tree.remove_folder(OWN_FOLDER)
        if made:
            os.rmdir(tree.root)
