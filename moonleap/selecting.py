"""Which files `--only` means: a file, a folder with all below it, or a glob."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from pathlib import PurePath

from moonleap.findings import finding
from moonleap.terms import Place
from moonlight.diagnostic import Diagnostic
from moonlight.hints import did_you_mean


class Selection:
    """Paths that patterns select; without patterns all of them.

    Patterns are relative to the output folder; one that begins with the folder's own name, as a shell
    completes it, means the same. A star of a glob stands for "/" too.
    """

    def __init__(self, patterns: Iterable[str], out: str) -> None:
        self._out = out
        self._patterns = {pattern: _below(pattern, out) for pattern in patterns}
        self._named = frozenset(self._patterns.values())
        self._globs = [re.compile(translate(p)) for p in self._named if any(c in p for c in "*?[")]

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self._patterns

    def names(self, path: str) -> bool:
        """Whether a pattern is this very file."""
        return path in self._named

    def selects(self, path: str) -> bool:
        """Whether the file is to be written."""
        if not self._patterns or self.names(path) or "." in self._named:
            return True
        above = (path[: match.start()] for match in re.finditer("/", path))
        return any(folder in self._named for folder in above) or any(g.fullmatch(path) for g in self._globs)

    def unmatched(self, paths: Sequence[str]) -> list[Diagnostic]:
        """An error for each pattern that selects none of `paths`."""
        return [
            finding(
                "nothing-selected",
                f"`--only {pattern}` selects no file",
                Place(os.path.join(self._out, below), 1),
                did_you_mean(below, paths, "paths are relative to the output folder; `--dry-run` lists them"),
            )
            for pattern, below in self._patterns.items()
            if not any(Selection([pattern], self._out).selects(path) for path in paths)
        ]


def _below(pattern: str, out: str) -> str:
    path, root = PurePath(os.path.normpath(pattern)), PurePath(os.path.abspath(out))
    whole = PurePath(os.path.abspath(pattern))
    if whole.is_relative_to(root) and (path.is_absolute() or not PurePath(os.getcwd()).is_relative_to(root)):
        path = whole.relative_to(root)
    return path.as_posix()
