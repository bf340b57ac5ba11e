"""Errors of rules: one text with the user's frames and without ours."""

from __future__ import annotations

import os
import traceback

from moonleap.terms import shown

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_JINJA = f"{os.sep}jinja2{os.sep}"
MAX_FRAMES = 5


def described(error: BaseException) -> str:
    """``raised ZeroDivisionError: …`` and below it the last frames of the user's code."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_OURS, "<frozen importlib", _importlib()))
        and _JINJA not in frame.filename
    ]
    *details, said = "".join(traceback.format_exception_only(error)).rstrip().split("\n")
    if details and not isinstance(error, SyntaxError):  # a message of several lines
        details, said = [], "\n".join([*details, said])
    lines = "\n".join([*map(_frame, frames[-MAX_FRAMES:]), *details])
    return f"raised {said}\n{lines}" if lines else f"raised {said}"


def _frame(frame: traceback.FrameSummary) -> str:
    return f'  File "{shown(frame.filename)}", line {frame.lineno}, in {frame.name}\n    {frame.line}'


def _importlib() -> str:
    """Folder of the import system, whose frames say nothing about a rule."""
    return os.path.join(os.path.dirname(os.path.abspath(traceback.__file__)), "importlib") + os.sep
