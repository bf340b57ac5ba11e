"""Diagnostics: what is wrong, where, and what to do about it; one formatter for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]

SPACES = "\t\u00a0\u202f\u3000"
"""Spaces that are no characters to be printed, for Python: tabulator, no-break and ideographic ones."""

COLOURS: dict[str, str] = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}


@dataclass(frozen=True)
class Span:
    """Lines `line` to `end_line` of the file `path`, both included; lines and columns count from 1."""

    path: str
    line: int
    end_line: int
    column: int = 1


@dataclass(frozen=True)
class Diagnostic:
    """One finding: a stable `code`, a message, its place, and a remedy in `hint`."""

    code: str
    message: str
    span: Span
    hint: str = ""
    severity: Severity = "error"

    def format(self, colour: bool = False) -> str:
        """``intro.py.md:42: error: …``, and a second line ``hint: …`` where there is a remedy."""
        severity = f"{COLOURS[self.severity]}{self.severity}\x1b[0m" if colour else self.severity
        head = f"{self.span.path}:{self.span.line}: {severity}: {self.message}"
        return f"{head}\nhint: {self.hint}" if self.hint else head

    def printable(self) -> Diagnostic:
        """The same, as a terminal takes it for nothing but text, whatever the input holds."""
        message, hint = ("\n".join(map(printable, text.split("\n"))) for text in (self.message, self.hint))
        span = replace(self.span, path=printable(self.span.path))
        return replace(self, message=message, hint=hint, span=span)

    def to_json(self) -> dict[str, Any]:
        """``{code, message, severity, path, line, end_line, column, hint}``."""
        return {
            "code": self.code,
            "message": self.message,
            "severity": self.severity,
            "path": self.span.path,
            "line": self.span.line,
            "end_line": self.span.end_line,
            "column": self.span.column,
            "hint": self.hint,
        }


class MoonlightError(Exception):
    """Input was refused; the diagnostic tells what, where and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.format())
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[MoonlightError], tuple[Diagnostic]]:
        return type(self), (self.diagnostic,)

    @property
    def code(self) -> str:
        """The stable code of the diagnostic."""
        return self.diagnostic.code


def printable(text: str) -> str:
    """Text without control characters and lone surrogates, which names in an input may hold."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in SPACES else "\ufffd" for c in text)
