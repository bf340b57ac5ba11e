"""What a server remembers of documents: the texts that notebooks were read from, a lock for each file."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from weakref import WeakValueDictionary

from moonlight.source import text_hash

MAX_TEXTS = 256
MAX_CHARACTERS = 64 * 2**20


class BaseTexts:
    """Texts by their hash, the ones used last; an open notebook names its text by `moon.base`.

    Bounded, and only a help: without its base text a notebook is written onto the file's own.
    """

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def keep(self, text: str) -> str:
        """Remember a text; returns its hash."""
        key = text_hash(text)
        with self._lock:
            if key not in self._texts:
                self._texts[key] = text
                self._characters += len(text)
            self._texts.move_to_end(key)
            while len(self._texts) > 1 and self._is_full():
                _, dropped = self._texts.popitem(last=False)
                self._characters -= len(dropped)
        return key

    def get(self, key: str | None) -> str | None:
        """The text of this hash, if it is still known."""
        with self._lock:
            if key is None or key not in self._texts:
                return None
            self._texts.move_to_end(key)
            return self._texts[key]

    def _is_full(self) -> bool:
        return len(self._texts) > MAX_TEXTS or self._characters > MAX_CHARACTERS


class FileLocks:
    """One lock for each file, whatever path leads to it; kept only while somebody holds it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._guard = threading.Lock()

    def of(self, path: str) -> _Lock:
        """A context manager that lets one thread at a time work on the file."""
        key = os.path.normcase(os.path.realpath(path))
        with self._guard:
            lock = self._locks.get(key)
            if lock is None:
                lock = self._locks[key] = _Lock()
            return lock


class _Lock:
    """A lock that can be referred to weakly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()
