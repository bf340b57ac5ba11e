"""Errors of rendering: one for each mistake, also where it happens for many resources."""

from __future__ import annotations

from dataclasses import dataclass

from moonleap.outputfile import Source
from moonleap.terms import Place
from moonlight.diagnostic import Diagnostic, MoonlightError, Span


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake: `what` is told before the resource it happened for, `details` below.

    Without a place it is told at the line of the spec that made the resource.
    """

    code: str
    place: Place | None
    what: str
    details: str = ""
    hint: str = ""


class RenderError(MoonlightError):
    """A resource cannot be rendered; `problems` has everything that is wrong."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(_told(problems[0], []))
        self.problems = problems

    def __reduce__(self) -> tuple[type[RenderError], tuple[Problem, ...]]:  # type: ignore[override]
        return type(self), self.problems


class Problems:
    """What is wrong with a whole generation, in the order in which it was found."""

    def __init__(self) -> None:
        self._found: dict[Problem, list[Source]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, problem: Problem, *sources: Source) -> None:
        """Note a mistake; the same one for another resource only counts."""
        self._found.setdefault(problem, []).extend(sources)

    def diagnostics(self) -> list[Diagnostic]:
        """One diagnostic for each mistake, which names the resource and its line."""
        return [_told(problem, sources) for problem, sources in self._found.items()]


def who(source: Source) -> str:
    """`` `main+todo:item` (spec.md:3)``."""
    return f"`{source.term}` ({source.place})"


def _told(problem: Problem, sources: list[Source]) -> Diagnostic:
    message = problem.what
    if sources:
        more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        message += f", for {who(sources[0])}{more}"
    if problem.details:
        message += f"\n{problem.details}"
    place = problem.place or (sources[0].place if sources else Place("spec.md", 1))
    return Diagnostic(problem.code, message, Span(place.path, place.line, place.line), problem.hint)
