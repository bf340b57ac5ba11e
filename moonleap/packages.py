"""Packages of rules: imported for one session, with the places where that session looks first.

What the session imports from its own folders is forgotten when it ends, so that another spec's package of
the same name is another package; what is installed stays imported, as after any import.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from moonleap.decorators import MARKS, CreationRule, Extension, Mark, RelationRule
from moonleap.findings import refusal
from moonleap.hooks import Hooks, hooks_of
from moonleap.settings import Settings
from moonleap.terms import Place
from moonleap.tracing import described
from moonlight.hints import did_you_mean

OWN = frozenset({"moonleap", "moonlight", "moon_kernel", "moon_spa", "jupyter_ext"})
"""Packages that are never loaded again, also where a checkout is the current folder."""
BUNDLED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled")
"""Folder of `default_pkg`, looked into last and within sessions only: a spec may have its own."""
LOOSE = "<modules>"
"""Name of the package that modules given beside the settings make up."""

_LOCK = threading.RLock()


@dataclass(frozen=True)
class Package:
    """The marks of a package's modules, in order."""

    name: str
    creations: tuple[CreationRule, ...]
    relations: tuple[RelationRule, ...]
    extensions: tuple[Extension, ...]
    hooks: Hooks
    modules: tuple[str, ...] = ()
    """Names of the modules whose marks these are."""
    folder: str = ""
    """Where its files lie; "" for what is a module and no package."""


class _Added(str):
    """An entry of `sys.path` that a session put there."""

    __slots__ = ()


@contextmanager
def import_paths(settings: Settings) -> Iterator[None]:
    """Look into the session's folders first; afterwards forget what came from them.

    The process has one `sys.path` and one `sys.modules`, so the sessions of several threads take turns.
    """
    with _LOCK:
        folders = folders_of(settings)
        hidden = {name: sys.modules[name] for name in _to_load_again(settings, folders)}
        for name in hidden:
            del sys.modules[name]
        known = set(sys.modules)
        added = [_Added(path) for path in (*folders, BUNDLED)]
        sys.path[:] = [*added[:-1], *sys.path, added[-1]]
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path[:] = [path for path in sys.path if not any(path is own for own in added)]
            for name in [name for name in sys.modules if name not in known]:
                if _lies_in(name, sys.modules[name], (*folders, BUNDLED)):
                    del sys.modules[name]
            sys.modules.update(hidden)


def folders_of(settings: Settings) -> tuple[str, ...]:
    """The current folder, that of the spec, and `package_paths`, which are relative to it."""
    spec_dir = os.path.dirname(os.path.abspath(settings.path))
    paths = (os.path.join(spec_dir, os.path.expanduser(path)) for path in settings.package_paths)
    return tuple(dict.fromkeys(map(os.path.normpath, (os.getcwd(), spec_dir, *paths))))


def _to_load_again(settings: Settings, folders: tuple[str, ...]) -> list[str]:
    """Modules in memory that would hide, or are an older text of, packages in the session's folders."""
    names = {name.partition(".")[0] for found in settings.packages_by_scope.values() for name in found}
    here = {name for name in names - OWN if PathFinder.find_spec(name, folders) is not None}
    return [name for name in sys.modules if name.partition(".")[0] in here]


def load_packages(settings: Settings) -> dict[str, Package]:
    """Import all packages that the settings name, and collect their marks; SpecError where that fails."""
    modules: dict[str, list[ModuleType]] = {}
    for scope, names in settings.packages_by_scope.items():
        for name in names:
            if name not in modules:
                place = settings.place(f"packages_by_scope.{scope}")
                modules[name] = _modules(_import(name, place), place)
    return {name: package_of(name, found, _folder(found[0])) for name, found in modules.items()}


def _import(name: str, place: Place) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        hint = "write a name as `import` takes it; `package_paths` says where packages lie"
        raise refusal("bad-settings", f"`{name}` is no name of a package", place, hint)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise refusal("package-failed", *_failed(f"package `{name}`", error, place)) from error
        names = [found.name for found in iter_modules(_folders_above(name)) if found.ispkg]
        last = name.rpartition(".")[2]
        hint = did_you_mean(last, names, "it is looked for beside the spec, here, and in `package_paths`")
        raise refusal("missing-package", f"there is no package `{name}`", place, hint) from None
    except (Exception, SystemExit) as error:
        raise refusal("package-failed", *_failed(f"package `{name}`", error, place)) from error


def _folders_above(name: str) -> list[str]:
    """Folders of the session in which the package is looked for."""
    above = name.rpartition(".")[0]
    spec = PathFinder.find_spec(above) if above and "." not in above else None
    if above:
        return list(spec.submodule_search_locations or ()) if spec else []
    return [path for path in sys.path if path and "site-packages" not in path and os.path.isdir(path)][:8]


def _failed(what: str, error: BaseException, place: Place) -> tuple[str, Place, str]:
    return f"{what} {described(error)}", place, "correct the package; the spec itself was not judged"


def _modules(package: ModuleType, place: Place) -> list[ModuleType]:
    """The package and the modules that its list names."""
    listed = getattr(package, "modules", None)
    if listed is None and hasattr(package, MARKS):
        return [package]
    if not isinstance(listed, list | tuple) or not all(isinstance(m, ModuleType) for m in listed):
        message = f"package `{package.__name__}` has no list `modules` of its modules"
        hint = "write `from . import item` and `modules = [item]` in its __init__.py"
        raise refusal("no-modules", message, place, hint)
    return list(dict.fromkeys((package, *listed)))


def package_of(name: str, modules: Sequence[Any], folder: str = "") -> Package:
    """The marks and hooks of some modules, those that a function `meta` makes among them."""
    marks: dict[int, Mark] = {}
    for module in modules:
        marks.update((id(mark), mark) for mark in getattr(module, MARKS, ()))
        meta: Callable[[], Any] | None = getattr(module, "meta", None)
        if callable(meta):  # a notebook may call anything so
            _call_meta(module, meta)
            marks.update((id(mark), mark) for mark in getattr(module, MARKS, ()))
    found = list(marks.values())
    return Package(
        name,
        tuple(mark for mark in found if isinstance(mark, CreationRule)),
        tuple(mark for mark in found if isinstance(mark, RelationRule)),
        tuple(mark for mark in found if isinstance(mark, Extension)),
        hooks_of(modules),
        tuple(dict.fromkeys(map(_home, found))),
        folder,
    )


def _home(mark: Mark) -> str:
    """Module of a mark."""
    return (mark.members if isinstance(mark, Extension) else mark.function).__module__


def _folder(package: ModuleType) -> str:
    """Folder of a package; a module has none of its own."""
    places = list(getattr(package, "__path__", ()))
    return os.path.abspath(places[0]) if places else ""


def _call_meta(module: Any, meta: Callable[[], Any]) -> None:
    name = getattr(module, "__name__", "module")
    place = Place(getattr(module, "__file__", None) or name, 1)
    try:
        meta()
    except (Exception, SystemExit) as error:
        raise refusal("package-failed", *_failed(f"`{name}.meta`", error, place)) from error


def _lies_in(name: str, module: ModuleType | None, folders: tuple[str, ...]) -> bool:
    """Whether a module belongs to a top-level module that lies directly in one of the folders."""
    top = name.partition(".")[0]
    root = sys.modules.get(top)
    if module is None or top == "__main__":
        return False
    spec = getattr(root if root is not None else module, "__spec__", None)
    locations = list(getattr(spec, "submodule_search_locations", None) or ())
    if spec is None or top in OWN:
        return False
    where = locations[0] if locations else spec.origin
    return bool(where) and os.path.dirname(os.path.abspath(where)) in folders
