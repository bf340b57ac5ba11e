"""Moonlight: Markdown files that are document, notebook, Python module, generator and app at once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block, Document, parse
from moonlight.source import Source

if TYPE_CHECKING:
    from moonlight.importer import install_hook, uninstall_hook
    from moonlight.runner import RunResult, block, run

__all__ = [
    "Block",
    "Diagnostic",
    "Document",
    "MoonlightError",
    "RunResult",
    "Source",
    "Span",
    "block",
    "install_hook",
    "parse",
    "run",
    "uninstall_hook",
]
__version__ = "0.1.0"

_PARTS = {
    "RunResult": "runner",
    "block": "runner",
    "install_hook": "importer",
    "run": "runner",
    "uninstall_hook": "importer",
}


def __getattr__(name: str) -> Any:
    """Parts that a reader of documents does not need are loaded when they are used."""
    if name not in _PARTS:
        raise AttributeError(f"module 'moonlight' has no attribute {name!r}")
    return getattr(import_module(f"moonlight.{_PARTS[name]}"), name)
