"""Errors of the user's code as data: what, where in the document, and the frames without ours."""

from __future__ import annotations

import asyncio
import os
import traceback
from dataclasses import dataclass
from typing import Any

from moon_spa.trace import MissingPropError, StateInSetupError

_OURS = (os.path.dirname(os.path.abspath(__file__)) + os.sep, os.path.dirname(asyncio.__file__) + os.sep)
MAX_MESSAGE = 2000
MAX_TRACEBACK = 20_000


@dataclass(frozen=True)
class Failure:
    """Why a call failed: a stable `code`, the Python exception's name, its text and its place."""

    code: str
    type: str
    message: str
    path: str = ""
    line: int = 0
    traceback: str = ""

    def to_dict(self) -> dict[str, Any]:
        """``{code, type, message, line, path, traceback}``."""
        return {
            "code": self.code,
            "type": self.type,
            "message": self.message,
            "line": self.line,
            "path": self.path,
            "traceback": self.traceback,
        }


def failure(code: str, error: BaseException, path: str, line: int) -> Failure:
    """An error of the user's code: its innermost line in `path`, or `line` where it has none there."""
    frames = _of_the_user(traceback.extract_tb(error.__traceback__))
    inside = [frame for frame in frames if frame.filename == path]
    last = (inside or frames)[-1:]
    found = traceback.TracebackException.from_exception(error)
    _trim(found)
    return Failure(
        code,
        _python_name(error),
        _clean(_said(error), MAX_MESSAGE),
        _clean(last[0].filename if last else path, MAX_MESSAGE),
        (last[0].lineno or line) if last else line,
        _clean("".join(found.format()), MAX_TRACEBACK),
    )


def _python_name(error: BaseException) -> str:
    """The name that the error has in the browser too: errors of ours are Python's there."""
    kind = type(error)
    return kind.__mro__[1].__name__ if kind in (MissingPropError, StateInSetupError) else kind.__name__


def _said(error: BaseException) -> str:
    """``str(error)``, which is the user's code too."""
    if isinstance(error, MissingPropError):
        return f"{error}; {error.hint}"
    try:
        return str(error)
    except Exception as another:
        return f"(its text cannot be shown: {type(another).__name__})"


def _of_the_user(frames: traceback.StackSummary) -> traceback.StackSummary:
    kept = [frame for frame in frames if not frame.filename.startswith(_OURS)]
    return traceback.StackSummary.from_list(kept)


def _trim(found: traceback.TracebackException) -> None:
    """Take our frames out of the error and of all errors it is chained to or groups."""
    pending = [found]
    while pending:
        one = pending.pop()
        one.stack = _of_the_user(one.stack)
        pending += [other for other in (one.__cause__, one.__context__) if other is not None]
        pending += one.exceptions or []


def _clean(text: str, limit: int) -> str:
    """Text that can travel: no half characters, not without end."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
