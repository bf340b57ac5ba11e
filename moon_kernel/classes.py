"""Lets `inspect` find the source of classes that cells define, as it finds that of functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from moon_kernel.session import Session


def find_classes_in(session: Session) -> None:
    """Teach `inspect.getfile` the classes of the session's cells.

    A class knows its module only, and a notebook's `__main__` has no file: giving it one would send
    the children of multiprocessing to run the Markdown. Where inspect gives up, methods are asked.
    """
    asked: Callable[[Any], str] = inspect.getfile

    def getfile(object: Any) -> str:
        try:
            return asked(object)
        except (OSError, TypeError):
            path = _file_of_class(object, session)
            if path is None:
                raise
            return path

    inspect.getfile = getfile


def _file_of_class(cls: Any, session: Session) -> str | None:
    if not isinstance(cls, type) or cls.__module__ != "__main__":
        return None
    for member in vars(cls).values():
        function = inspect.unwrap(getattr(member, "__func__", member), stop=lambda f: f is None)
        if isinstance(function, FunctionType) and function.__qualname__.startswith(cls.__qualname__):
            path = function.__code__.co_filename
            if path in session.views:
                return path
    name = cls.__qualname__.rpartition(".")[2]
    for path, view in session.views.items():
        if any(f"class {name}" in piece.raw for piece in view.pieces()):
            return path
    return None
