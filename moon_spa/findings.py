"""Findings about a component: how they are made, the closest name, and the error that refuses a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

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


def refusal(code: str, message: str, place: Place, hint: str = "") -> ComponentError:
    """The error that refuses a source for one reason."""
    return ComponentError((finding(code, message, place, hint),))


def closest(name: str, names: Iterable[str]) -> str:
    """The name that `name` was probably meant to be, "" where none is close."""
    found = get_close_matches(name, [other for other in dict.fromkeys(names) if other != name], 1, 0.7)
    return found[0] if found else ""


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """``did you mean `count`?``, or `otherwise` where no name is close."""
    close = closest(name, names)
    return f"did you mean `{close}`?" if close else otherwise
