"""Moonlight: Markdown files that are document, notebook, Python module, generator and app at once."""

from moonlight.diagnostic import Diagnostic, MoonlightError, Span
from moonlight.document import Block, Document, parse
from moonlight.source import Source

__all__ = ["Block", "Diagnostic", "Document", "MoonlightError", "Source", "Span", "parse"]
__version__ = "0.1.0"
