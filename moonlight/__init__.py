"""Moonlight: Markdown files that are document, notebook, Python module, generator and app at once."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing costs some milliseconds at every start of a Python that has the hook

if TYPE_CHECKING:
    from typing import Any

    from moonlight.diagnostic import Diagnostic, MoonlightError, Span
    from moonlight.document import Block, Document, parse
    from moonlight.fs import MoonlightFS
    from moonlight.importer import install_hook, uninstall_hook
    from moonlight.runner import RunResult, block, run
    from moonlight.source import Source

__version__ = "0.1.0"

__all__ = [
    "Block",
    "Diagnostic",
    "Document",
    "MoonlightError",
    "MoonlightFS",
    "RunResult",
    "Source",
    "Span",
    "block",
    "install_hook",
    "parse",
    "run",
    "uninstall_hook",
]

_PARTS = {
    "Block": "document",
    "Diagnostic": "diagnostic",
    "Document": "document",
    "MoonlightError": "diagnostic",
    "MoonlightFS": "fs",
    "RunResult": "runner",
    "Source": "source",
    "Span": "diagnostic",
    "block": "runner",
    "install_hook": "importer",
    "parse": "document",
    "run": "runner",
    "uninstall_hook": "importer",
}


def __getattr__(name: str) -> Any:
    """Parts are loaded when they are used, so that the import hook costs little at every start of Python."""
    if name not in _PARTS:
        raise AttributeError(f"module 'moonlight' has no attribute {name!r}")
    value = getattr(import_module(f"moonlight.{_PARTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
