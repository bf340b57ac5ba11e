"""The manifest of an output folder: hash and origin of each file as it was generated last.

It is input as well: somebody may have edited it, and a repository may bring it along. So every value is
checked, and a path that would leave the folder is an error before any file is looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moonleap.findings import refusal
from moonleap.outputfile import Source
from moonleap.outputpath import OWN_FOLDER, PathRefused, output_path
from moonleap.terms import Place

VERSION = 1
MANIFEST = f"{OWN_FOLDER}/manifest.json"

GENERATED, SYNCED = "generated", "synced"
"""Roles of a folder: `moonleap gen` writes the one, `moonleap sync` the other."""

_HASH = re.compile(r"[0-9a-f]{64}")
_RESTORE = (
    f"restore it from version control; without the folder {OWN_FOLDER}, files that differ from what is "
    "generated count as not made by Moonleap"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was generated last; what lies on disk may have been edited since."""

    hash: str
    sources: tuple[Source, ...] = ()
    executable: bool = False

    def to_json(self) -> dict[str, Any]:
        """``{hash, executable, sources}``."""
        return {
            "hash": self.hash,
            "executable": self.executable,
            "sources": [source.to_json() for source in self.sources],
        }


@dataclass(frozen=True)
class Manifest:
    """The files of an output folder, and the folders that were made for them."""

    files: Mapping[str, Entry] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    role: str = GENERATED

    def text(self) -> str:
        """JSON, the same for the same content, with one line for each file."""
        files = [f"{_json(path)}: {_json(self.files[path].to_json())}" for path in sorted(self.files)]
        folders = [_json(folder) for folder in sorted(self.folders)]
        head = f' "version": {VERSION},\n "role": {_json(self.role)},\n'
        return f'{{\n{head} "files": {{{_rows(files)}}},\n "folders": [{_rows(folders)}]\n}}\n'


def data_hash(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def read_manifest(data: bytes, path: str) -> Manifest:
    """The manifest that `data` is; raises SpecError ``bad-manifest`` or ``foreign-manifest``."""
    try:
        document = json.loads(data)
        if document["version"] != VERSION:
            version = f"{document['version']!r:.20}"
            message = f"the manifest has version {version}; this Moonleap knows {VERSION}"
            hint = "use the Moonleap that wrote it, or a newer one"
            raise refusal("foreign-manifest", message, Place(path, 1), hint)
        files = {_path(name): _entry(entry) for name, entry in _typed(document["files"], dict).items()}
        folders = tuple(_path(name) for name in _typed(document["folders"], list))
        return Manifest(files, folders, _typed(document["role"], str))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        said = f"no key {error}" if isinstance(error, KeyError) else str(error).partition("\n")[0]
        line = getattr(error, "lineno", 1)
        message = f"this is not the manifest that Moonleap wrote: {said:.200}"
        raise refusal("bad-manifest", message, Place(path, line), _RESTORE) from None


def _rows(items: list[str]) -> str:
    return "\n  " + ",\n  ".join(items) + "\n " if items else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _path(name: object) -> str:
    try:
        path = output_path(name)
    except PathRefused as error:
        raise ValueError(f"the path {name!r:.60} is refused: {error}") from None
    if path != name or path == ".":
        raise ValueError(f"the path {name!r:.60} is not written as Moonleap does")
    return path


def _entry(value: Any) -> Entry:
    made = Entry(
        _typed(value["hash"], str),
        tuple(_source(source) for source in _typed(value["sources"], list)),
        _typed(value["executable"], bool),
    )
    if not _HASH.fullmatch(made.hash):
        raise ValueError(f"{made.hash!r:.80} is no hash")
    return made


def _source(value: Any) -> Source:
    texts = [_typed(value[key], str) for key in ("term", "block", "path", "template", "renderer")]
    term, block, path, template, renderer = texts
    return Source(term, block, Place(path, _typed(value["line"], int)), template, renderer)


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.60} is no {kind.__name__}")
    return value
