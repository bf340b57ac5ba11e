"""Tracebacks without our own frames: what is left are the user's."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Iterator

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def own_frames_removed(error: BaseException, path: str | None = None) -> BaseException:
    """`error`, and all errors that it is chained to or groups, without frames of Moonlight.

    With `path`, the traceback of `error` itself begins with the first frame in that file.
    """
    for one in _chain(error):
        one.__traceback__ = _without_ours(one.__traceback__)
    if path is not None:
        step = error.__traceback__
        while step is not None and step.tb_frame.f_code.co_filename != path:
            step = step.tb_next
        error.__traceback__ = step
    return error


def report(error: BaseException) -> None:
    """Show an error that nobody caught as Python does, through `sys.excepthook`, which may be the user's."""
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit:
        raise
    except BaseException as another:
        own_frames_removed(another)
        for text, shown in (("Error in sys.excepthook:", another), ("\nOriginal exception was:", error)):
            if sys.stderr is not None:
                print(text, file=sys.stderr)
            shown.__suppress_context__ = shown.__suppress_context__ or shown is another
            sys.__excepthook__(type(shown), shown, shown.__traceback__)


def _without_ours(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """The frames of others, relinked; nothing is touched where all are."""
    steps = list(_steps(traceback))
    kept = [step for step in steps if not step.tb_frame.f_code.co_filename.startswith(_OURS)]
    if len(kept) == len(steps):
        return traceback
    result = None
    for step in reversed(kept):
        result = types.TracebackType(result, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return result


def _steps(traceback: types.TracebackType | None) -> Iterator[types.TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, its causes and contexts, and the members of groups, each once."""
    stack: list[BaseException | None] = [error]
    seen: set[int] = set()
    while stack:
        one = stack.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        stack += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            stack += one.exceptions
