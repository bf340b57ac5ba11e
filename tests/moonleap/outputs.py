"""Generations and output folders for tests of writing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from moonleap.generation import Generation
from moonleap.graph import Graph
from moonleap.outputfile import OutputFile, Source
from moonleap.terms import Place
from moonleap.writing import Plan, Report, plan, write

OUT = "out"


def generation(
    files: Mapping[str, str | bytes], folders: Iterable[str] = (), executable: Iterable[str] = ()
) -> Generation:
    """A generation of these files, one resource each."""
    source = Source("a:item", "The a:item", Place("spec.md", 3), "templates/item.j2", "StoreTemplateDirs")
    made = [OutputFile(path, text, (source,), path in executable) for path, text in sorted(files.items())]
    return Generation(Graph(), tuple(made), tuple(folders))


def put(out: Path, files: Mapping[str, str | bytes], **options: bool | list[str]) -> Report:
    """Write a generation of these files."""
    return write(generation(files), out, **options)  # type: ignore[arg-type]


def planned(out: Path, files: Mapping[str, str | bytes], **options: bool | list[str]) -> Plan:
    """Plan a generation of these files."""
    return plan(generation(files), out, **options)  # type: ignore[arg-type]


def kinds(result: Plan | Report) -> dict[str, str]:
    """Kind of each file."""
    return {change.path: change.kind for change in result.changes}


def codes(result: Plan | Report) -> list[str]:
    """Codes of the diagnostics."""
    return [found.code for found in result.diagnostics]


def tree(out: Path, own: bool = False) -> dict[str, bytes | None]:
    """Every file with its bytes and every folder with None; without Moonleap's own unless `own`."""
    found: dict[str, bytes | None] = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if own or not name.startswith(".moonleap"):
            found[name] = None if path.is_dir() and not path.is_symlink() else _content(path)
    return found


def _content(path: Path) -> bytes:
    return os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()


def traces(out: Path) -> dict[str, tuple[int, int, int]]:
    """What a write leaves on every file and folder: inode, time, size."""
    return {
        str(p.relative_to(out)): (s.st_ino, s.st_mtime_ns, s.st_size)
        for p in sorted(out.rglob("*"))
        for s in [p.lstat()]
    }
