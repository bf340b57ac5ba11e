"""Plans one write of an output folder: decides each file, and which folders come and go. It only reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from moonleap.deciding import Change, Decider, Decision
from moonleap.findings import finding, refusal
from moonleap.manifest import GENERATED, MANIFEST, SYNCED, Entry, Manifest, data_hash, read_manifest
from moonleap.outputfile import OutputFile
from moonleap.outputpath import PathRefused, output_path
from moonleap.selecting import Selection
from moonleap.terms import Place
from moonleap.transaction import BASE, IGNORE, SPEC, Step, Work, is_unfinished
from moonlight.diagnostic import Diagnostic
from moonlight.outputtree import BlockedPath, Found, OutputTree

MAX_TOLD = 10
"""Files in the way that are told one by one."""
IGNORED = b"cache/\njournal.json\nlock\nstaging/\n"


@dataclass(frozen=True)
class Wish:
    """What a folder shall hold. `takes_new`: files that are new there come without being asked for."""

    files: Sequence[OutputFile]
    folders: Sequence[str] = ()
    spec: str | None = None
    """The expanded spec, to lie beside the manifest."""
    role: str = GENERATED
    takes_new: bool = True


@dataclass(frozen=True)
class Planned:
    """The changes, and the work that makes them; no work where `refused`."""

    changes: tuple[Change, ...] = ()
    work: Work = field(default_factory=Work)
    diagnostics: tuple[Diagnostic, ...] = ()
    refused: bool = False
    folders_differ: bool = False
    """Whether folders come or go for their own sake, not for that of a file."""


def plan_wish(wish: Wish, out: str, force: bool, only: Sequence[str]) -> Planned:
    """Plan a write; raises MoonlightError where the folder cannot be worked on, and OSError."""
    with OutputTree(out) as tree:
        if os.path.lexists(tree.root) and not os.path.isdir(tree.root):
            raise BlockedPath("", "it is a file where a folder is needed", out)
        return _Planner(tree, wish, force, Selection(only, out)).plan()


class _Planner:
    def __init__(self, tree: OutputTree, wish: Wish, force: bool, selection: Selection) -> None:
        if is_unfinished(tree):
            hint = "write again: what the other run did is taken back first"
            message = "a write is not finished: it is going on, or it was cut off"
            raise refusal("interrupted-write", message, Place(tree.out, 1), hint)
        self.tree, self.wish, self.selection = tree, wish, selection
        self.old_manifest = tree.read(MANIFEST)
        self.manifest = _manifest(self.old_manifest, wish.role, tree)
        self.bases = frozenset(tree.names(BASE))
        synced = wish.role == SYNCED
        self.decider = Decider(
            tree.out, self.base, force, wish.takes_new or not selection.is_all, merges_foreign=synced
        )
        self.files = {file.path: file for file in wish.files}
        self.decisions: list[Decision] = []
        self.skipped: dict[str, Entry | None] = {}
        self.blocked: list[Diagnostic] = []

    def plan(self) -> Planned:
        refused = list(self.wrong_paths())
        refused += self.selection.unmatched(sorted({*self.files, *self.manifest.files}))
        if refused:
            return Planned(diagnostics=tuple(refused), refused=True)
        for path in sorted(self.manifest.files.keys() - self.files.keys()):
            self.decide_unwanted(path)
        gone = self.gone_folders()
        removed = {d.change.path for d in self.decisions if d.change.kind == "removed"}
        for path in sorted(self.files):
            self.decide_wanted(path, removed.union(gone))
        made = self.new_folders(removed, gone)
        changes = [*(d.change for d in self.decisions), *map(self.skip, self.skipped)]
        changes.sort(key=lambda change: change.path)
        findings = (found for d in self.decisions for found in d.findings)
        said = _shortened([*self.blocked, *findings, *self.left_behind()])
        foreign = any(found.code == "not-ours" for found in said)
        if self.blocked or foreign:
            return Planned(tuple(changes), Work(), said, refused=True)
        known = set(self.manifest.folders)
        differ = any(folder in self.wish.folders and folder not in known for folder in made)
        work = self.work(made, gone)
        return Planned(tuple(changes), work, said, folders_differ=differ or bool(gone))

    def wrong_paths(self) -> Iterator[Diagnostic]:
        """Errors for paths that leave the folder; those that the manifest has were checked there."""
        for path in (*(self.files.keys() - self.manifest.files.keys()), *self.wish.folders):
            try:
                right = output_path(path)
            except PathRefused as error:
                yield finding("blocked-path", str(error), Place(self.tree.shown(path), 1), "")
            else:
                if right != path or path == ".":
                    yield finding("blocked-path", "it is no plain path", Place(self.tree.shown(path), 1), "")

    def base(self, wanted: str) -> bytes | None:
        found = self.tree.read(f"{BASE}/{wanted}") if wanted in self.bases else None
        return found.data if found and data_hash(found.data) == wanted else None

    def decide_unwanted(self, path: str) -> None:
        entry = self.manifest.files[path]
        if not self.selection.selects(path):
            self.skipped[path] = entry
            return
        try:
            found = self.tree.read(path)
        except BlockedPath:  # something else has taken its place: it is gone
            found = None
        decision = self.decider.unwanted(path, entry, found)
        if decision is not None:
            self.decisions.append(decision)

    def decide_wanted(self, path: str, vanishing: set[str]) -> None:
        entry = self.manifest.files.get(path)
        if not self.selection.selects(path):
            self.skipped[path] = entry
            return
        try:
            found = self.read(path, vanishing)
        except BlockedPath as error:
            self.blocked.append(error.diagnostic)
            self.skipped[path] = entry
            return
        named = self.selection.names(path)
        self.decisions.append(self.decider.wanted(self.files[path], entry, found, named))

    def read(self, path: str, vanishing: set[str]) -> Found | None:
        try:
            return self.tree.read(path)
        except BlockedPath as error:
            if error.path in vanishing:
                return None
            raise

    def skip(self, path: str) -> Change:
        entry, file = self.skipped[path], self.files.get(path)
        sources = entry.sources if entry else file.sources if file else ()
        return Change(path, "skipped", sources=sources, hash=entry.hash if entry else "")

    def gone_folders(self) -> list[str]:
        """Folders of ours that nothing needs and that hold only what goes; from the outside inwards."""
        going = {d.change.path for d in self.decisions if d.change.kind == "removed"}
        staying = {*self.files, *self.skipped, *(f"{folder}/" for folder in self.wish.folders)}
        staying |= {d.change.path for d in self.decisions if d.change.kind == "kept"}
        needed = {folder for path in staying for folder in _above(path)}
        gone: set[str] = set()
        for folder in sorted(self.manifest.folders, key=_depth, reverse=True):
            if folder in needed or not self.is_folder(folder):
                continue
            inside = {f"{folder}/{name}" for name in self.tree.names(folder)}
            if inside <= going | gone:
                gone.add(folder)
        return sorted(gone, key=_depth)

    def left_behind(self) -> Iterator[Diagnostic]:
        """Hints for edited files that nothing generates any more, when a template makes new files instead."""
        fresh: dict[str, list[str]] = {}
        for change in (d.change for d in self.decisions):
            if change.kind == "new" and change.sources and change.path not in self.manifest.files:
                fresh.setdefault(change.sources[0].template, []).append(f"`{change.path}`")
        for change in (d.change for d in self.decisions):
            template = change.sources[0].template if change.sources else ""
            if change.kind == "kept" and template and template in fresh:
                made = ", ".join(fresh[template][:3])
                hint = f"the same template makes {made} now: was it renamed? move your edits there"
                message = "nothing generates this file any more, and it has your edits"
                place = Place(self.tree.shown(change.path), 1)
                yield finding("edits-left-behind", message, place, hint, "warning")

    def is_folder(self, path: str) -> bool:
        try:
            return self.tree.is_folder(path)
        except BlockedPath:
            return False

    def new_folders(self, removed: set[str], gone: list[str]) -> list[str]:
        """Folders to make, from the outside inwards."""
        needed = {
            folder for d in self.decisions if d.change.new is not None for folder in _above(d.change.path)
        }
        if self.selection.is_all:
            needed |= {above for folder in self.wish.folders for above in _above(f"{folder}/")}
        made = []
        for folder in sorted(needed, key=_depth):
            try:
                if not self.tree.is_folder(folder):
                    made.append(folder)
            except BlockedPath as error:
                if error.path not in removed:
                    self.blocked.append(error.diagnostic)
                made.append(folder)
        return made

    def work(self, made: list[str], gone: list[str]) -> Work:
        files = {path: entry for path, entry in self.skipped.items() if entry}
        files |= {d.change.path: d.entry for d in self.decisions if d.entry}
        folders = {folder for folder in self.manifest.folders if self.is_folder(folder)}
        manifest = Manifest(files, tuple(sorted(folders.difference(gone).union(made))), self.wish.role)
        kept = frozenset(entry.hash for entry in files.values())
        bases = {
            d.entry.hash: d.change.generated
            for d in self.decisions
            if d.entry and d.change.generated is not None and d.entry.hash == d.change.hash
        }
        steps = [
            Step(
                d.change.path,
                None if d.change.old is None else data_hash(d.change.old),
                d.change.new,
                d.mode,
            )
            for d in self.decisions
            if d.change.is_written
        ]
        if steps or files or self.old_manifest or self.wish.role == GENERATED:
            steps += self.own_steps(manifest)
        missing = {name: data for name, data in bases.items() if name not in self.bases}
        return Work(tuple(steps), tuple(made), tuple(gone), missing, kept)

    def own_steps(self, manifest: Manifest) -> Iterator[Step]:
        """Our own files, where they change; the manifest is last."""
        spec = None if self.wish.spec is None else self.wish.spec.encode("utf-8", "replace")
        for path, data in ((SPEC, spec), (IGNORE, IGNORED), (MANIFEST, manifest.text().encode())):
            found = self.tree.read(path)
            if data is not None and (found is None or found.data != data):
                old = None if found is None else data_hash(found.data)
                yield Step(path, old, data, found.mode if found else 0o666)


def _shortened(said: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Many files that are not ours are told by the first ones: mostly the manifest is lost."""
    foreign = [found for found in said if found.code == "not-ours"]
    if len(foreign) <= MAX_TOLD:
        return tuple(said)
    first, left_out = foreign[0], len(foreign) - MAX_TOLD
    message = f"{left_out} more files are in the way that Moonleap did not make"
    hint = f"was {MANIFEST} lost? restore it from version control; `--force` overwrites the files"
    more = finding("not-ours", message, Place(first.span.path, 1), hint)
    return (*(found for found in said if found not in foreign[MAX_TOLD:]), more)


def _manifest(found: Found | None, role: str, tree: OutputTree) -> Manifest:
    if found is None:
        return Manifest(role=role)
    manifest = read_manifest(found.data, tree.shown(MANIFEST))
    if manifest.role != role:
        message = f"the files here are {manifest.role}, and are not to be {role}"
        hint = "`moonleap gen` and `moonleap sync` write into different folders"
        raise refusal("foreign-manifest", message, Place(tree.out, 1), hint)
    return manifest


def _above(path: str) -> Iterator[str]:
    """The folders that `path` lies in, from the outside inwards."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
