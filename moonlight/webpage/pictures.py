"""Pictures of a page that stands alone: their bytes are in it; what lies elsewhere is a link."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from moonlight.fs.tree import MoonlightFS
from moonlight.guard import FileSystemError

MAX_BYTES = 8 * 2**20
"""Largest picture that is put into a page."""

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".gif": "image/gif",
        ".webp": "image/webp",
        ".svg": "image/svg+xml",
    }
)
"""Endings of files that are put into a page. In an `<img>` nothing in them runs."""

_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def pictures_of(document: Path) -> Callable[[str], str]:
    """What stands for the address of a picture in this document: its bytes, or "".

    Files are read beneath the document's folder only (SECURITY P1); nothing is fetched.
    """

    def picture(url: str) -> str:
        if _DATA.match(url):
            return url
        name = unquote(url.partition("?")[0].partition("#")[0]).removeprefix("./")
        kind = TYPES.get(Path(name).suffix.lower())
        if _SCHEME.match(url) or kind is None:
            return ""
        try:
            with MoonlightFS(str(document.parent)).open(name) as file:
                data = file.read(MAX_BYTES + 1)
        except (FileSystemError, OSError, ValueError):
            return ""
        return data_url(kind, data) if len(data) <= MAX_BYTES else ""

    return picture


def data_url(kind: str, data: bytes) -> str:
    """Bytes as an address."""
    return f"data:{kind};base64,{b64encode(data).decode()}"


def stored_picture(kind: str, value: str) -> str:
    """The address of a picture of an output: base64, or the text of an SVG; "" for what is neither."""
    if kind == "image/svg+xml":
        return data_url(kind, value.encode("utf-8", "replace"))
    try:
        return data_url(kind, b64decode("".join(value.split()), validate=True))
    except (Base64Error, ValueError):
        return ""
