"""Writing a generation into its output folder without losing what the user edited there.

`plan` only reads; a Plan says what would happen, file by file, and `apply` does it, all or nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Protocol, get_args

from moonleap.deciding import WRITTEN, Change, Kind
from moonleap.differences import coloured
from moonleap.findings import SpecError, finding, has_errors
from moonleap.graph import Graph, garbage_kept
from moonleap.manifest import GENERATED
from moonleap.outputfile import OutputFile, Source
from moonleap.planning import Planned, Wish, plan_wish
from moonleap.terms import Place
from moonleap.transaction import Tell, commit, has_leftovers, locked
from moonleap.transaction import recover as take_back
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.outputtree import OutputTree

__all__ = ["Change", "Generated", "Kind", "Plan", "Report", "plan", "recover", "write"]


class Generated(Protocol):
    """What is written: a `moonleap.generation.Generation`."""

    @property
    def graph(self) -> Graph: ...
    @property
    def files(self) -> tuple[OutputFile, ...]: ...
    @property
    def folders(self) -> tuple[str, ...]: ...
    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...
    @property
    def failed(self) -> bool: ...


@dataclass(frozen=True)
class Report:
    """What was done."""

    out: str
    changes: tuple[Change, ...] = ()
    made: tuple[str, ...] = ()
    """Folders that were made."""
    gone: tuple[str, ...] = ()
    """Folders that were removed."""
    diagnostics: tuple[Diagnostic, ...] = ()
    written: bool = False
    """Whether a file was written: of the output, or of our own beside it."""
    refused: bool = False
    """Whether nothing could be written, and the output is as it was; the diagnostics say why."""

    @property
    def failed(self) -> bool:
        """Whether there is something to do for you: an error, or a conflict."""
        return has_errors(self.diagnostics)

    def summary(self) -> str:
        """``2 new, 1 merged, 997 unchanged``."""
        return summary(self.changes)

    def to_json(self) -> dict[str, Any]:
        """``{out, written, files: [{path, status, origin, template, hash}], folders, diagnostics}``."""
        return {
            "out": self.out,
            "written": self.written,
            "files": [change.to_json() for change in self.changes],
            "folders": _folders(self.made, self.gone),
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }


@dataclass(frozen=True)
class Plan:
    """What `apply` would do; where it is `refused` the diagnostics say why, and it does nothing."""

    out: str
    planned: Planned
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All files that are generated or were, sorted by path."""
        return self.planned.changes

    @property
    def refused(self) -> bool:
        """Whether nothing may be written."""
        return self.planned.refused

    @cached_property
    def stale(self) -> bool:
        """Whether the folder is not what the spec generates: `apply` would change a file or a folder."""
        unsettled = any(change.kind in (*WRITTEN, "unresolved", "foreign") for change in self.changes)
        return unsettled or self.planned.folders_differ or self.refused

    @property
    def failed(self) -> bool:
        """Whether a diagnostic is an error; a conflict to come is one."""
        return has_errors(self.diagnostics)

    def summary(self) -> str:
        """``2 new, 1 merged, 997 unchanged``."""
        return summary(self.changes)

    def text_diff(self, colour: bool = False) -> str:
        """One unified diff of all files; without colour ``git apply`` takes it, in the output folder.

        Bytes that are not UTF-8 are lone surrogates: encode it with ``surrogateescape``.
        """
        lines = chain.from_iterable(change.diff() for change in self.changes)
        return "".join(f"{line}\n" for line in (coloured(lines) if colour else lines))

    def to_json(self) -> dict[str, Any]:
        """``{out, stale, files: [{path, status, origin, template, hash}], folders, diagnostics}``."""
        return {
            "out": self.out,
            "stale": self.stale,
            "files": [change.to_json() for change in self.changes],
            "folders": _folders(self.planned.work.made, self.planned.work.gone),
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }

    def apply(self, progress: Tell | None = None) -> Report:
        """Write it. Nothing is written where the folder changed since, or where a file cannot be written."""
        work = self.planned.work
        if self.refused:
            return Report(self.out, self.changes, diagnostics=self.diagnostics, refused=True)
        try:
            if work:
                with OutputTree(self.out) as tree, locked(tree):
                    take_back(tree)
                    commit(tree, work, progress or _silent)
        except MoonlightError as error:
            return self._failed(error.diagnostic)
        except OSError as error:
            return self._failed(_cannot_write(error, self.out))
        return Report(self.out, self.changes, work.made, work.gone, self.diagnostics, written=bool(work))

    def _failed(self, found: Diagnostic) -> Report:
        return Report(self.out, self.changes, diagnostics=(*self.diagnostics, found), refused=True)


def plan(
    generation: Generated, out: str | os.PathLike[str], *, force: bool = False, only: Iterable[str] = ()
) -> Plan:
    """What writing a generation would do.

    `force` lets the generated version win over edits and over files that are not ours; `only` are files,
    folders or globs, and everything else stays as it is. What is wrong is in the diagnostics.
    """
    name = os.fspath(out)
    if generation.failed:
        return Plan(name, Planned(refused=True), tuple(generation.diagnostics))
    folder = _spec_folder(generation.graph)
    files = list(_portable(generation.files, folder))
    wish = Wish(files, generation.folders, generation.graph.spec.expanded(), GENERATED)
    return plan_of(wish, name, force=force, only=only, said=generation.diagnostics)


def plan_of(
    wish: Wish,
    out: str,
    *,
    force: bool = False,
    only: Iterable[str] = (),
    said: Sequence[Diagnostic] = (),
) -> Plan:
    """The plan of any wish; an error about the folder is a diagnostic."""
    try:
        with garbage_kept():
            planned = plan_wish(wish, out, force, tuple(only))
    except MoonlightError as error:
        return Plan(out, Planned(refused=True), (*said, error.diagnostic))
    except OSError as error:
        return Plan(out, Planned(refused=True), (*said, _cannot_write(error, out)))
    return Plan(out, planned, (*said, *planned.diagnostics))


def write(
    generation: Generated,
    out: str | os.PathLike[str],
    *,
    force: bool = False,
    only: Iterable[str] | None = None,
    progress: Tell | None = None,
) -> Report:
    """Plan and apply, after taking back a write that was cut off."""
    try:
        recover(out)
    except MoonlightError as error:
        said = (*generation.diagnostics, error.diagnostic)
        return Report(os.fspath(out), diagnostics=said, refused=True)
    return plan(generation, out, force=force, only=only or ()).apply(progress)


def recover(out: str | os.PathLike[str]) -> bool:
    """Take back a write that was cut off; True where there was one.

    Raises MoonlightError: ``busy-output`` where it is still going on, ``cannot-write``, ``blocked-path``.
    """
    with OutputTree(out) as tree:
        try:
            if not os.path.isdir(tree.root) or not has_leftovers(tree):
                return False
            with locked(tree):
                return take_back(tree)
        except OSError as error:
            raise SpecError(_cannot_write(error, tree.out)) from None


def summary(changes: Iterable[Change]) -> str:
    """How many files of each kind."""
    counts = Counter(change.kind for change in changes)
    return ", ".join(f"{counts[kind]} {kind}" for kind in get_args(Kind) if counts[kind]) or "no files"


def _folders(made: Iterable[str], gone: Iterable[str]) -> list[dict[str, str]]:
    status = [*((path, "new") for path in made), *((path, "removed") for path in gone)]
    return [{"path": path, "status": kind} for path, kind in sorted(status)]


def _spec_folder(graph: Graph) -> str:
    sections = graph.spec.sections
    return os.path.dirname(os.path.abspath(sections[0].place.path)) if sections else os.getcwd()


def _portable(files: Iterable[OutputFile], folder: str) -> Iterator[OutputFile]:
    """Files whose sources have the same paths on every machine: relative to the spec, or to its packages."""
    known: dict[str, str] = {"": ""}
    for file in files:
        sources = []
        for source in file.sources:
            for path in (source.place.path, source.template):
                if path not in known:
                    known[path] = _relative(path, folder)
            place = Place(known[source.place.path], source.place.line)
            template = known[source.template]
            sources.append(Source(source.term, source.block, place, template, source.renderer))
        yield OutputFile(file.path, file.text, tuple(sources), file.executable)


def _relative(path: str, folder: str) -> str:
    parts = os.path.abspath(path).replace(os.sep, "/")
    _, installed, below = parts.rpartition("/site-packages/")
    if installed:
        return below
    try:
        return os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # another drive
        return os.path.basename(path)


def _cannot_write(error: OSError, out: str) -> Diagnostic:
    name = error.filename if isinstance(error.filename, str) else out
    message = f"it cannot be read or written: {error.strerror or type(error).__name__}"
    hint = "nothing was written; the output folder is as it was"
    return finding("cannot-write", message, Place(name, 1), hint)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody follows."""
