"""Reading specs, settings and documents: what cannot be read is one error, with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from moonleap.findings import SpecError, refusal
from moonleap.terms import Place
from moonlight.diagnostic import MoonlightError
from moonlight.hints import did_you_mean
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


def names_in(folder: str) -> list[str]:
    """Names in a folder, "" for the current one; none where there is no such folder."""
    return sorted(os.listdir(folder or ".")) if os.path.isdir(folder or ".") else []


def similar_file(path: str, otherwise: str = "", end: str = "") -> str:
    """A hint at the name in the same folder that is close to a path's, of those that have the end."""
    folder, name = os.path.split(os.path.normpath(path))
    return did_you_mean(name, (other for other in names_in(folder) if other.endswith(end)), otherwise)
