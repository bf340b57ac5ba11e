"""Findings about a component: how they are made, and the error that refuses a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moonlight.diagnostic import Diagnostic, Severity, Span


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; lines and columns count from 1."""

    path: str
    line: int
    column: int = 1


class ComponentError(ValueError):
    """A component was refused; `diagnostics` say what is wrong, where, and what to write instead."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(diagnostic.format() for diagnostic in diagnostics))
        self.diagnostics = tuple(diagnostics)

    def __reduce__(self) -> tuple[type[ComponentError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)

    @property
    def code(self) -> str:
        """The stable code of the first diagnostic."""
        return self.diagnostics[0].code


def finding(
    code: str, message: str, place: Place, hint: str = "", severity: Severity = "error"
) -> Diagnostic:
    """A diagnostic about one line."""
    span = Span(place.path, place.line, place.line, place.column)
    return Diagnostic(code, message, span, hint, severity)


def template_finding(
    code: str, message: str, place: Place, hint: str = "", severity: Severity = "error"
) -> Diagnostic:
    """A diagnostic about a place of a template, whose lines are long: the message tells the column too."""
    return finding(code, f"{message} (column {place.column})", place, hint, severity)


def unwritable(what: str, error: ValueError, place: Place) -> ComponentError:
    """The error that refuses a value which has no form in JavaScript."""
    hint = "use None, bool, int, float, str, and lists and dicts of them"
    return refusal("unwritable", f"{what}: {error}", place, hint)


def refusal(code: str, message: str, place: Place, hint: str = "") -> ComponentError:
    """The error that refuses a source for one reason."""
    return ComponentError((finding(code, message, place, hint),))
