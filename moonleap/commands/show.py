"""What commands print beside diagnostics: changes of files, progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from types import MappingProxyType

import click

from moonleap.generation import Progress
from moonleap.writing import Change
from moonlight.commandline import StatusLine

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


@contextmanager
def working() -> Iterator[Progress]:
    """Progress for a long piece of work; what rules print meanwhile is no part of the answer."""
    line = StatusLine()

    def progress(stage: str, done: int, total: int) -> None:
        line.show(f"{stage} {done:,} of {total:,}" if total > 1 else stage, stage)

    try:
        with redirect_stdout(sys.stderr):
            yield progress
    finally:
        line.clear()
