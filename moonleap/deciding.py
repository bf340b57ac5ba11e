"""What happens to one file: the generated version, the version before it, and what lies on disk now.

The version before, not the merged file, is the base: so an edit that was merged once is merged again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from moonleap.differences import unified_diff
from moonleap.findings import finding
from moonleap.manifest import Entry, data_hash
from moonleap.merging import merge, open_conflicts
from moonleap.outputfile import OutputFile, Source
from moonleap.terms import Place
from moonlight.diagnostic import Diagnostic, Severity
from moonlight.outputtree import Found

Kind = Literal[
    "new",  # generated, and not there yet
    "changed",  # generated anew, you did not touch it
    "merged",  # your edits and the new version together
    "conflict",  # as merged, but both changed the same lines
    "unchanged",
    "edited",  # your edits are all there is to it
    "unresolved",  # a conflict of an earlier run still has its markers
    "deleted",  # you deleted it, and so it stays
    "removed",  # nothing generates it any more, and you did not touch it
    "kept",  # nothing generates it any more, but you edited it
    "foreign",  # a file that is not ours is in its place
    "offered",  # a new file that a sync does not take by itself
    "skipped",  # `--only` does not select it
]

WRITTEN = frozenset(("new", "changed", "merged", "conflict", "removed"))
"""Kinds that change a file on disk."""

TEXT_HINT = "keep what you want between `<<<<<<<` and `>>>>>>>`, and take the markers out"
BINARY_HINT = "it is no text, so yours was kept; `--only` this file with `--force` takes the generated one"


@dataclass(frozen=True, slots=True)
class Change:
    """A file and what happens to it; `old` and `new` are its bytes on disk before and after, or None."""

    path: str
    kind: Kind
    old: bytes | None = field(default=None, repr=False)
    new: bytes | None = field(default=None, repr=False)
    base: bytes | None = field(default=None, repr=False)
    """The last generated version, where it was looked at."""
    generated: bytes | None = field(default=None, repr=False)
    sources: tuple[Source, ...] = ()
    hash: str = ""
    """Of the generated version; for a file that nothing generates any more, of the last one."""
    was_executable: bool = False
    executable: bool = False

    @property
    def is_written(self) -> bool:
        """Whether the file on disk changes."""
        return self.kind in WRITTEN and (self.old, self.was_executable) != (self.new, self.executable)

    def diff(self) -> list[str]:
        """Unified diff of what changes on disk, as lines; empty where nothing does."""
        if not self.is_written:
            return []
        return unified_diff(self.path, self.old, self.new, self.was_executable, self.executable)

    def to_json(self) -> dict[str, Any]:
        """``{path, status, origin, template, hash}``."""
        source = self.sources[0] if self.sources else None
        return {
            "path": self.path,
            "status": self.kind,
            "origin": source.term if source else "",
            "template": source.template if source else "",
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Decision:
    """A change, the file's entry in the new manifest, the mode to write with, and what there is to say."""

    change: Change
    entry: Entry | None
    mode: int = 0o666
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Decider:
    """Decides file by file. `forced`: the generated version wins over edits."""

    out: str
    base: Callable[[str], bytes | None]
    """The generated version of a hash, None where it is lost."""
    forced: bool = False
    takes_new: bool = True
    """Whether files come that were not there before (a sync takes them only when asked)."""
    merges_foreign: bool = False
    """Whether a file that is not ours is merged when it is named, or an error."""

    def wanted(
        self, file: OutputFile, entry: Entry | None, found: Found | None, named: bool = False
    ) -> Decision:
        """A file that is generated; `named` where the user asked for this very file."""
        data = file.data
        new = Entry(data_hash(data), file.sources, file.executable)
        if found is None:
            return self._missing(file.path, data, new, entry, named)
        if found.data == data:
            return _decision("unchanged", file.path, found, data, data, new, entry)
        if self.forced and (entry or self.takes_new):
            return _decision("changed", file.path, found, data, data, new, entry)
        if entry is None:
            return self._foreign(file.path, found, data, new, named)
        if data_hash(found.data) == entry.hash:
            return _decision("changed", file.path, found, data, data, new, entry, found.data)
        return self._edited(file.path, found, data, new, entry)

    def unwanted(self, path: str, entry: Entry, found: Found | None) -> Decision | None:
        """A file of ours that nothing generates any more; None where it is gone already."""
        if found is None:
            return None
        gone = data_hash(found.data) == entry.hash
        kind: Kind = "removed" if gone else "kept"
        after = None if gone else found.data
        change = Change(path, kind, found.data, after, None, None, entry.sources, entry.hash)
        return Decision(change, None if gone else entry)

    def _missing(self, path: str, data: bytes, new: Entry, entry: Entry | None, named: bool) -> Decision:
        mode = 0o777 if new.executable else 0o666
        kind: Kind = "new"
        if entry and not (self.forced or named):
            kind = "deleted"
        elif not entry and not self.takes_new:
            kind = "offered"
        after = data if kind == "new" else None
        executable = new.executable and kind == "new"
        change = Change(path, kind, None, after, None, data, new.sources, new.hash, executable=executable)
        return Decision(change, new if kind == "new" else entry, mode)

    def _foreign(self, path: str, found: Found, data: bytes, new: Entry, named: bool) -> Decision:
        if self.merges_foreign and named:
            return self._merged(path, found, data, new, None, None)
        change = Change(path, "foreign", found.data, found.data, None, data, new.sources, new.hash)
        said = () if self.merges_foreign else (self._not_ours(path),)
        return Decision(change, None, found.mode, said)

    def _edited(self, path: str, found: Found, data: bytes, new: Entry, entry: Entry) -> Decision:
        line = open_conflicts(found.data, data)
        if line:
            change = Change(path, "unresolved", found.data, found.data, None, data, new.sources, new.hash)
            return Decision(change, entry, found.mode, (self._unresolved(path, line),))
        if new.hash == entry.hash:
            return _decision("edited", path, found, found.data, data, new, entry, data)
        return self._merged(path, found, data, new, entry, self.base(entry.hash))

    def _merged(
        self, path: str, found: Found, data: bytes, new: Entry, entry: Entry | None, base: bytes | None
    ) -> Decision:
        lost = entry is not None and base is None
        said = [self._lost(path)] if lost else []
        merged = merge(base, found.data, data)
        kind: Kind = "conflict" if merged.conflicts else "edited" if merged.data == found.data else "merged"
        if merged.conflicts:
            count = f"{merged.conflicts} conflict{'s' if merged.conflicts > 1 else ''}"
            line = 1 if merged.binary else open_conflicts(merged.data, data)
            hint = BINARY_HINT if merged.binary else TEXT_HINT
            message = f"{count}: you and the generator changed the same lines"
            said.append(self.report("merge-conflict", message, path, hint, line))
        made = _decision(kind, path, found, merged.data, data, new, entry, base)
        return Decision(made.change, made.entry, made.mode, tuple(said))

    def _not_ours(self, path: str) -> Diagnostic:
        hint = "move it away, or let `--force` overwrite it"
        return self.report("not-ours", "this file is in the way: Moonleap did not make it", path, hint)

    def _unresolved(self, path: str, line: int) -> Diagnostic:
        message = "a conflict of an earlier run is still unresolved; the file was left as it is"
        hint = "take the markers out, or take the generated version with `--only` this file and `--force`"
        return self.report("unresolved-conflict", message, path, hint, line)

    def _lost(self, path: str) -> Diagnostic:
        message = "the version that was generated last is lost, so your edits cannot be told from old text"
        hint = "what differs is marked as a conflict, and lines that only one side has are kept"
        return self.report("lost-base", message, path, hint, 1, "warning")

    def report(
        self, code: str, message: str, path: str, hint: str, line: int = 1, severity: Severity = "error"
    ) -> Diagnostic:
        """A diagnostic about a line of an output file."""
        return finding(code, message, Place(os.path.join(self.out, path), line), hint, severity)


def _decision(
    kind: Kind,
    path: str,
    found: Found,
    after: bytes,
    generated: bytes,
    new: Entry,
    entry: Entry | None,
    base: bytes | None = None,
) -> Decision:
    """A decision about a file that is there. Its permissions stay, but for a change of the generated ones."""
    mode = found.mode
    if new.executable != (entry.executable if entry else found.executable):
        readable = stat.S_IMODE(mode) & 0o444
        mode = mode | readable >> 2 if new.executable else mode & ~0o111
    executable = bool(mode & stat.S_IXUSR)
    if kind in ("unchanged", "edited") and executable != found.executable:
        kind = "changed"
    change = Change(
        path, kind, found.data, after, base, generated, new.sources, new.hash, found.executable, executable
    )
    return Decision(change, new, mode)
