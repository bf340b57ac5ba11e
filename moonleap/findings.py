"""Findings about a spec: how they are made, and the error that ends a session."""

from __future__ import annotations

from collections.abc import Iterable

from moonleap.terms import Place
from moonlight.diagnostic import Diagnostic, MoonlightError, Severity, Span


class SpecError(MoonlightError):
    """The spec, its settings or its rules are wrong; the diagnostic says where and what to do."""


def finding(
    code: str, message: str, place: Place, hint: str = "", severity: Severity = "error"
) -> Diagnostic:
    """A diagnostic about one line."""
    return Diagnostic(code, message, Span(place.path, place.line, place.line), hint, severity)


def refusal(code: str, message: str, place: Place, hint: str = "") -> SpecError:
    """An error that ends the session."""
    return SpecError(finding(code, message, place, hint))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(found.severity == "error" for found in diagnostics)
