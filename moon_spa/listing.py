"""Which components a file holds, told from its text: nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from moon_spa.source import from_text, passing_magics
from moonlight.document import parse
from moonlight.source import read_source

ENDINGS = (".py", ".py.md", ".moon", ".html")
"""Endings of the files that a folder is searched for."""


def component_names(path: Path) -> list[str]:
    """Names of the classes that derive from `Component`, directly or from one another, in order.

    Raises SourceError for a file that cannot be read, and ComponentError for one that is no Python.
    """
    text = read_source(path).text
    found: list[str] = []
    for tree in _trees(text, path):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and _bases(node) & {"Component", *found}:
                found.append(node.name)
    return found


def _trees(text: str, path: Path) -> Iterator[ast.Module]:
    """The Python of a file; blocks of a document that are none are left out, for `check` says so."""
    if path.suffix != ".md":
        yield from_text(text, str(path)).tree
        return
    for block in parse(text, str(path)).code_blocks:
        try:
            yield ast.parse(passing_magics(block.text))
        except (SyntaxError, ValueError, RecursionError):
            continue


def _bases(node: ast.ClassDef) -> set[str]:
    """Last names of the bases: `Component` of `moon_spa.Component`."""
    return {ast.unparse(base).rpartition(".")[2] for base in node.bases}
