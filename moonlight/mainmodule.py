"""The module that a running document is, and the process as a script finds it."""

from __future__ import annotations

import builtins
import os
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import PurePath
from typing import Any

from moonlight.importer import SUFFIX, MoonlightLoader


def module_name(path: str) -> str:
    """``intro`` for ``…/intro.py.md``."""
    name = PurePath(path).name
    return name.removesuffix(SUFFIX) if name.endswith(SUFFIX) else PurePath(name).stem


def main_module(
    name: str, path: str, namespace: dict[str, Any] | None
) -> tuple[types.ModuleType, dict[str, Any]]:
    """A module for the document and the namespace in which its blocks run: the module's own, or the given."""
    main = types.ModuleType(name) if namespace is None else _Borrowed(name, namespace)
    names = main.__dict__ if namespace is None else namespace
    spec = _spec(path)
    names.update(__name__=name, __file__=path, __builtins__=builtins, __package__=None, __spec__=spec)
    names["__loader__"] = spec.loader if spec is not None else None
    names.setdefault("__doc__", None)
    if name == "__main__" and sys.version_info < (3, 14):
        names.setdefault("__annotations__", {})
    return main, names


class _Borrowed(types.ModuleType):
    """A module whose names are those of somebody's dictionary."""

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        super().__init__(name)
        self.__dict__.clear()
        object.__setattr__(self, "_names", names)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._names[name] = value


def _spec(path: str) -> ModuleSpec | None:
    """How a child process that multiprocessing spawns finds its parent's main module: by import.

    None, as for any script, where the file's name cannot be imported; such a child gets no main module.
    """
    name = module_name(path)
    if not path.endswith(SUFFIX) or not os.path.isfile(path):
        return None
    loader: Any = MoonlightLoader(name, path)
    spec = ModuleSpec(name if "." not in name else "__main__", loader, origin=path)
    spec.has_location = True
    return spec


def become_program(main: types.ModuleType, path: str, argv: Sequence[str]) -> Callable[[], None]:
    """Put `main` in `sys.modules`, `sys.argv` and `sys.path[0]` as for a script; the result undoes it."""
    name = module_name(path) if main.__name__ != "__main__" else "__main__"
    before = sys.modules.get(name), sys.argv, list(sys.path)
    sys.modules[name] = main
    sys.argv = list(argv)
    folder = os.path.dirname(os.path.realpath(path))
    sys.path.insert(0, folder)

    def undo() -> None:
        if before[0] is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before[0]
        sys.argv = before[1]
        if sys.path.count(folder) > before[2].count(folder):
            sys.path.remove(folder)

    return undo
