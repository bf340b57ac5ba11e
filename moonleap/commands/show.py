"""What commands print beside diagnostics: changes of files, progress on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from types import MappingProxyType

import click

from moonleap.writing import Change

QUIET = 0.5
"""Seconds before progress is shown."""

COLOURS = MappingProxyType(
    {
        "new": "green",
        "changed": "cyan",
        "merged": "blue",
        "conflict": "red",
        "unresolved": "red",
        "foreign": "red",
        "removed": "yellow",
        "kept": "yellow",
        "deleted": "yellow",
        "offered": "green",
        "edited": "magenta",
    }
)
"""Colours of the kinds of changes that are listed."""


def show_changes(changes: Iterable[Change], quiet: Container[str] = ()) -> None:
    """Print one line for each file that is more than unchanged, but for those of `quiet` kinds."""
    for change in changes:
        if change.kind in COLOURS and change.kind not in quiet:
            badge = click.style(f"{change.kind:<10}", COLOURS[change.kind])
            click.echo(f"{badge}  {change.path}")


class Progress:
    """One line on a terminal's standard error for what takes long; it is silent everywhere else."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._start = time.monotonic() + QUIET
        self._next, self._stage = 0.0, ""
        self._drawn = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._shown and now > self._start and (now > self._next or stage != self._stage):
            self._next, self._stage = now + 0.05, stage
            share = f"{done:,} of {total:,}" if total > 1 else ""
            click.echo(f"\r\x1b[K{stage} {share}", err=True, nl=False)
            self._drawn = True

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def working() -> Iterator[Progress]:
    """Progress for a long piece of work; what rules print meanwhile is no part of the answer."""
    progress = Progress()
    try:
        with redirect_stdout(sys.stderr):
            yield progress
    finally:
        progress.clear()
