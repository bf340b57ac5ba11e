"""From the shadow project to the real one: useful parts of an output folder, copied and merged.

What was copied last is the base of the merge, and the project remembers it: in a folder `.moonleap` like that
of the output folder. So both may be edited, and the shadow may be generated anew from nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from moonleap.findings import finding, refusal
from moonleap.manifest import MANIFEST, SYNCED, read_manifest
from moonleap.merging import open_conflicts
from moonleap.outputfile import OutputFile
from moonleap.planning import Planned, Wish
from moonleap.selecting import Selection
from moonleap.terms import Place
from moonleap.transaction import BASE, is_unfinished
from moonleap.writing import Plan, plan_of
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.outputtree import OutputTree


def plan_sync(
    shadow: str | os.PathLike[str],
    project: str | os.PathLike[str],
    *,
    new: bool = False,
    force: bool = False,
    only: Iterable[str] = (),
) -> Plan:
    """What a sync of an output folder to a project would do; it only reads.

    Files that were synced before are merged with what the project made of them. Others come when they are
    named by `only`, or all with `new`; one that the project has already is merged when it is named.
    """
    source, target = os.fspath(shadow), os.fspath(project)
    only = tuple(only)
    try:
        _check_apart(source, target)
        files, found = _read_shadow(source, Selection(only, target))
    except MoonlightError as error:
        return Plan(target, Planned(refused=True), (error.diagnostic,))
    if found:
        return Plan(target, Planned(refused=True), tuple(found))
    return plan_of(Wish(files, role=SYNCED, takes_new=new), target, force=force, only=only)


def _check_apart(source: str, target: str) -> None:
    one, other = os.path.realpath(source), os.path.realpath(target)
    if one == other or other.startswith(one + os.sep):
        message = "the project is the output folder, or lies in it"
        hint = "name the output folder first, then the folder of the real project"
        raise refusal("sync-into-itself", message, Place(target, 1), hint)


def _read_shadow(out: str, selection: Selection) -> tuple[list[OutputFile], list[Diagnostic]]:
    """The files that were generated, as they lie in the output folder now, edits included."""
    with OutputTree(out) as tree:
        manifest_file = tree.read(MANIFEST)
        if manifest_file is None or is_unfinished(tree):
            message = "this is no output folder of Moonleap, or it is being written"
            raise refusal("no-shadow", message, Place(out, 1), "`moonleap gen SPEC_DIR -o OUT` writes one")
        manifest = read_manifest(manifest_file.data, tree.shown(MANIFEST))
        files, wrong = [], []
        for path, entry in sorted(manifest.files.items()):
            found = tree.read(path)
            if found is None:
                continue
            base = tree.read(f"{BASE}/{entry.hash}")
            line = open_conflicts(found.data, base.data if base else None)
            if line and selection.selects(path):
                wrong.append(_unresolved(tree.shown(path), line))
            files.append(OutputFile(path, found.data, entry.sources, found.executable))
        return files, wrong


def _unresolved(path: str, line: int) -> Diagnostic:
    hint = "take its markers out, or leave it out with `--only` what you want"
    return finding("unresolved-conflict", "this file has an unresolved conflict", Place(path, line), hint)
