"""Attachments of Markdown cells: files in ``NAME.files/`` beside the document, or data in the text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

_UNSAFE = re.compile(r"[^\w.-]+", re.A)
MAX_ATTACHMENT = 8 * 2**20
"""Largest file in bytes that is put into a notebook as attachment."""


def folder_name(path: str) -> str:
    """``intro.files`` for ``…/intro.py.md``."""
    name = re.split(r"[\\/]", path)[-1]
    for suffix in (".py.md", ".md", ".ipynb"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] + ".files"
    return name + ".files"


def to_files(
    source: str, attachments: Mapping[str, Any], folder: str, files: dict[str, bytes]
) -> tuple[str, dict[str, Any]]:
    """Source with links to files, and the attachments that have to stay in the text.

    The bytes go to `files` under a name that holds their hash: equal attachments share a file, and two
    called ``image.png`` do not meet.
    """
    left: dict[str, Any] = {}
    for name, bundle in attachments.items():
        data = _decode(bundle)
        if data is None or f"attachment:{name}" not in source:
            left[str(name)] = bundle
            continue
        stem = PurePosixPath(_UNSAFE.sub("-", str(name)).strip(".-") or "attachment")
        suffix = stem.suffix or mimetypes.guess_extension(next(iter(bundle))) or ""
        digest = "-" + hashlib.sha256(data).hexdigest()[:8]
        file = f"{stem.stem.removesuffix(digest)}{digest}{suffix}"  # a file that was embedded keeps its name
        files[file] = data
        source = source.replace(f"attachment:{name}", quote(f"{folder}/{file}"))
    return source, left


def linked(source: str, attachments: Mapping[str, Any], document: str) -> tuple[str, dict[str, Any]]:
    """The way back from `embed`: attachments that are files of the document, byte for byte, as links."""
    folder = folder_name(document)
    left: dict[str, Any] = {}
    for name, bundle in attachments.items():
        path = Path(document).parent / folder / str(name)
        if _UNSAFE.search(str(name)) or not path.is_file() or path.read_bytes() != _decode(bundle):
            left[str(name)] = bundle
        else:
            source = source.replace(f"attachment:{name}", quote(f"{folder}/{name}"))
    return source, left


def embed(source: str, document: str) -> tuple[str, dict[str, Any]]:
    """The way back for a notebook that has to stand alone: links into the document's folder as attachments.

    Only regular files right inside ``NAME.files/`` are read, never through a link.
    """
    folder = folder_name(document)
    attachments: dict[str, Any] = {}
    pattern = re.compile(re.escape(quote(folder)) + r"/([\w.%-]+)")

    def replaced(match: re.Match[str]) -> str:
        name = unquote(match.group(1))
        path = Path(document).parent / folder / name
        if _UNSAFE.search(name) or path.parent.is_symlink() or path.is_symlink() or not path.is_file():
            return match.group()
        if path.stat().st_size > MAX_ATTACHMENT:
            return match.group()
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        attachments[name] = {mimetype: base64.b64encode(path.read_bytes()).decode()}
        return f"attachment:{name}"

    return pattern.sub(replaced, source), attachments


def _decode(bundle: Any) -> bytes | None:
    """Bytes of a mime bundle of one base64 entry; None for any other shape."""
    if not isinstance(bundle, Mapping) or len(bundle) != 1:
        return None
    (data,) = bundle.values()
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
