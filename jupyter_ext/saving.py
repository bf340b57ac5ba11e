"""A notebook onto its document: check what is sent, compare the file with its base, replace it at once."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from jupyter_ext.attachments import folder_name
from jupyter_ext.bases import BaseTexts
from jupyter_ext.format import write_layout
from jupyter_ext.outputs import MAX_DEPTH, is_deeper
from jupyter_ext.refusal import refusal
from jupyter_ext.writing import Written
from moonlight.diagnostic import MoonlightError
from moonlight.source import MAX_BYTES, decode, encode, sweep_temporaries, write_atomic

CELL_TYPES = ("code", "markdown", "raw")

STALE_SECONDS = 600
"""Age at which a temporary file beside a document is taken for a killed writer's."""

_OPEN = "open it in the text editor"
_NOT_IN_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Saved:
    """What a save wrote; `text` is the file's content now."""

    written: Written
    text: str
    base: str


def read_text(os_path: str, name: str) -> str | None:
    """The text of a document that can be served as notebook; None where there is no file.

    Raises MoonlightError for what is no regular file, too large, or no text; OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(os_path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise refusal("not-a-file", "not a regular file", name, "choose another name") from None
        raise
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise refusal("not-a-file", "not a regular file", name, "choose another name")
        data = file.read(MAX_BYTES + 1)
    text = decode(data, name)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        hint = "save it as UTF-8, or " + _OPEN
        raise refusal("nul", "holds a NUL character: binary data or UTF-16", name, hint, line)
    return text


def notebook_of(content: Any, name: str) -> dict[str, Any]:
    """What a client sent, as notebook in nbformat 4 whose cells are known to be writable.

    Raises MoonlightError ``not-a-notebook`` with the number of the cell that is wrong.
    """
    if not isinstance(content, Mapping):
        raise _not_a_notebook(name, "the content is no notebook")
    major = content.get("nbformat", 4)
    if major != 4:
        content = _upgraded(content, name)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise _not_a_notebook(name, "there is no list of cells in it")
    if is_deeper(content.get("metadata"), MAX_DEPTH):
        raise _not_a_notebook(name, "its metadata are nested too deeply")
    for number, cell in enumerate(cells, 1):
        _check_cell(cell, number, name)
    return dict(content)


def _check_cell(cell: Any, number: int, name: str) -> None:
    if not isinstance(cell, Mapping) or cell.get("cell_type") not in CELL_TYPES:
        raise _not_a_notebook(name, f"cell {number} is not a code, Markdown or raw cell")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise _not_a_notebook(name, f"the source of cell {number} is no text")
    if not isinstance(cell.get("metadata") or {}, Mapping):
        raise _not_a_notebook(name, f"the metadata of cell {number} are no object")
    if is_deeper([cell.get("metadata"), cell.get("attachments")], MAX_DEPTH):
        raise _not_a_notebook(name, f"the metadata of cell {number} are nested too deeply")
    wrong = _NOT_IN_TEXT.search(source)
    if wrong is not None:
        line = source.count("\n", 0, wrong.start()) + 1
        char = wrong.group()
        what = "NUL" if char == "\0" else f"the lone surrogate U+{ord(char):04X}"
        message = f"cell {number}, line {line} holds {what}, which a text file cannot keep"
        raise refusal("not-encodable", message, name, "remove that character")


def _upgraded(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A notebook of nbformat 1 to 3 in nbformat 4."""
    import nbformat

    major = content.get("nbformat")
    if type(major) is not int or major not in (1, 2, 3):
        raise _not_a_notebook(name, f"nbformat {str(major)[:20]} is not known")
    try:
        old = nbformat.from_dict(content)
        upgraded: dict[str, Any] = nbformat.convert(old, 4)
        for key in ("orig_nbformat", "orig_nbformat_minor"):
            upgraded["metadata"].pop(key, None)
    except Exception as error:  # nbformat's converters raise whatever a broken notebook leads to
        raise _not_a_notebook(name, f"it cannot be read as nbformat {major}") from error
    return upgraded


def _not_a_notebook(name: str, message: str) -> Exception:
    return refusal("not-a-notebook", message, name, "send a notebook in nbformat 4")


def merged(notebook: Mapping[str, Any], present: str | None, bases: BaseTexts, path: str) -> Written:
    """The text to write for a notebook, given the file's text now (None: there is no file).

    Raises MoonlightError ``conflict`` where that is not the text the notebook was read from and the
    notebook does not say `metadata.moon.force`.
    """
    moon = _moon(notebook)
    base = moon.get("base") if isinstance(moon.get("base"), str) else None
    known = bases.get(base)
    if present is None:
        return _written(notebook, known, path)
    if bases.keep(present) == base:
        return _written(notebook, present, path)
    if moon.get("force") is True:
        onto = known if known is not None else (present if base else None)
        return _written(notebook, onto, path)
    if base is None:
        written = _written(notebook, present, path)
        if written.text == present:
            return written
    raise _conflict(path, known, present)


def _written(notebook: Mapping[str, Any], onto: str | None, path: str) -> Written:
    written = write_layout(notebook, onto, path)
    if len(encode(written.text, path)) > MAX_BYTES:
        message = f"more than {MAX_BYTES // 2**20} MB of text; it could not be opened again"
        raise refusal("too-large", message, path, "split the document")
    return written


def _conflict(path: str, base: str | None, present: str) -> Exception:
    if base is None:
        message = "holds another text than this notebook was read from"
    else:
        pairs = zip_longest(base.split("\n"), present.split("\n"))
        line = next((n for n, (old, new) in enumerate(pairs, 1) if old != new), 1)
        message = f"changed on disk since it was opened (from line {line} on)"
    hint = "nothing was written: reload it, save yours as a copy, or overwrite it"
    return refusal("conflict", message, path, hint)


def _moon(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = notebook.get("metadata")
    moon = metadata.get("moon") if isinstance(metadata, Mapping) else None
    return moon if isinstance(moon, Mapping) else {}


def save_notebook(notebook: Mapping[str, Any], os_path: str, path: str, bases: BaseTexts) -> Saved:
    """Write a notebook to its file; the caller holds the file's lock.

    The file is compared with the base before the text is made and right before it is replaced.
    """
    force = _moon(notebook).get("force") is True
    present = _present(os_path, path, force)
    written = merged(notebook, present, bases, path)
    check_writable(os_path, path)
    if written.text != present:
        files = _write_attachments(written.files, os_path, path)
        try:
            now = _present(os_path, path, force)
            if now != present:
                raise _conflict(path, present, now or "")
            sweep_temporaries(os_path, time.time() - STALE_SECONDS)
            write_atomic(os_path, written.text)
        except BaseException:
            for file in files:
                with suppress(OSError):
                    file.unlink()
                    file.parent.rmdir()
            raise
    return Saved(written, written.text, bases.keep(written.text))


def _present(os_path: str, path: str, force: bool) -> str | None:
    """The file's text now. What is no text any more is another text, which only force replaces."""
    try:
        return read_text(os_path, path)
    except MoonlightError as error:
        if error.code not in ("not-utf8", "nul", "too-large"):
            raise
        if force:
            return ""
        raise _conflict(path, None, "") from error


def save_text(text: str, os_path: str, path: str) -> None:
    """Write the text of a document as it is; the caller holds the file's lock."""
    encode(text, path)
    check_writable(os_path, path)
    sweep_temporaries(os_path, time.time() - STALE_SECONDS)
    write_atomic(os_path, text)


def check_writable(os_path: str, path: str) -> None:
    """A rename would replace a file that its owner made read-only."""
    if os.path.isdir(os_path):
        raise IsADirectoryError(errno.EISDIR, "is a folder", path)
    if os.path.exists(os_path) and not os.path.isfile(os_path):
        raise refusal("not-a-file", "not a regular file", path, "choose another name")
    if os.path.exists(os_path) and not os.access(os_path, os.W_OK):
        raise PermissionError(errno.EACCES, "read-only", path)


def _write_attachments(files: Mapping[str, bytes], os_path: str, path: str) -> list[Path]:
    """Put attachments into ``NAME.files/``; returns the files that were not there before."""
    folder = Path(os_path).parent / folder_name(path)
    if not files:
        return []
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise refusal("attachments", f"{folder.name} is not a folder", path, "rename it")
    folder.mkdir(exist_ok=True)
    new: list[Path] = []
    for name, data in files.items():
        target = folder / name
        if target.name != name or target.is_symlink():
            raise refusal("attachments", f"{name!r} is no name for a file", path, "rename it")
        if target.is_file() and target.read_bytes() == data:
            continue
        temporary = folder / f".~{name[:64]}.tmp"
        temporary.write_bytes(data)
        temporary.replace(target)
        new.append(target)
    return new
