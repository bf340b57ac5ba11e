"""Reading specs, settings and documents: what cannot be read is one error, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from moonleap.findings import SpecError, refusal
from moonleap.terms import Place
from moonlight.diagnostic import MoonlightError
from moonlight.source import read_source


def read_text(path: str, missing: Callable[[], str] | None = None) -> str:
    """Text of a file; raises MoonlightError where it cannot be read.

    `missing` gives the hint for a file that is not there.
    """
    try:
        return read_source(path).text
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise refusal(
            "cannot-read", f"it cannot be read: {said}", Place(path, 1), "may you read it?"
        ) from None
    except MoonlightError as error:
        if error.code != "not-a-file" or missing is None:
            raise
        raise SpecError(replace(error.diagnostic, hint=missing())) from None
