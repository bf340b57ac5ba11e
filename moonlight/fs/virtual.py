"""Virtual files: the linear program of a document as the text of a ``.py``."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Document, parse
from moonlight.instrument import instrumented
from moonlight.program import linear, sparse
from moonlight.source import MAX_BYTES, decode, normalize

DOCUMENT = ".py.md"
"""Ending of a document that is also a module."""

KEPT_BYTES = 32 * 2**20
"""Bytes of virtual files that are kept."""

_INSTRUMENTED = b"__moonlight_enter_block"
_PIECE = 2**16
_ENTRY = 200  # what an entry of the cache takes besides its text


def virtual_name(document: str) -> str | None:
    """``x.py`` for ``x.py.md``; None for a name that is no document's."""
    return document.removesuffix(".md") if document.endswith(DOCUMENT) else None


def document_name(virtual: str) -> str | None:
    """``x.py.md`` for ``x.py``, None for other names."""
    return virtual + ".md" if virtual.endswith(".py") else None


def read_bounded(file: io.BufferedIOBase) -> bytes:
    """The bytes of a file, and no more than tells `decode` that there are too many.

    They are read piece by piece: one large read takes the memory of the limit, however small the file is.
    """
    pieces = []
    left = MAX_BYTES + 1
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


class VirtualFiles:
    """Makes virtual files, and keeps those made last. They are known by content: no clock can fool it."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept: OrderedDict[tuple[bytes, str], bytes] = OrderedDict()
        self._size = 0
        self._limit = kept_bytes
        self._lock = Lock()

    def text(self, data: bytes, name: str) -> bytes:
        """The linear program of a document's bytes; `name` is the document's.

        Raises SourceError ``not-utf8`` or ``too-large`` naming the document.
        """
        key = hashlib.sha256(data).digest(), name
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = linear(parse(decode(data, name), name)).text.encode()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += len(made) + _ENTRY
            while self._size > self._limit and self._kept:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped) + _ENTRY
        return made


def shadowed(document_data: bytes, beside: bytes, name: str) -> Diagnostic | None:
    """``shadowed-py`` for a real ``x.py`` beside the document `name`, unless it is our up-to-date export.

    Raises SourceError ``not-utf8`` or ``too-large`` for the document.
    """
    document = parse(decode(document_data, name), name)
    if normalize(beside.decode("utf-8", "replace")) in _exports(document, _INSTRUMENTED in beside):
        return None
    virtual = virtual_name(name) or name
    return Diagnostic(
        "shadowed-py",
        f"{virtual} beside it is another file, which is neither served nor imported",
        Span(name, 1, 1),
        "remove or rename it, or export the document again",
        "warning",
    )


def _exports(document: Document, with_calls: bool) -> Iterator[str]:
    """What `moonlight export` writes for a document, in all its forms."""
    yield linear(document).text
    yield sparse(document).text
    with suppress(MoonlightError):
        if with_calls:
            yield instrumented(document)
            yield instrumented(document, lines=True)
