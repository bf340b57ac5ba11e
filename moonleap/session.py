"""A session: settings, packages and extensions of one run, which no other run sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from moonleap.blocks import SpecBlock
from moonleap.documents import DocumentRules
from moonleap.findings import finding
from moonleap.matching import is_kind
from moonleap.packages import LOOSE, Package, import_paths, load_packages, package_of
from moonleap.resource import _extender
from moonleap.rulebook import Rulebook
from moonleap.settings import Settings
from moonleap.specfile import DEFAULT
from moonlight.diagnostic import Diagnostic
from moonlight.hints import did_you_mean


class Session:
    """The rules of one spec. `open` imports the packages; within it resources are made and rules run."""

    def __init__(self, settings: Settings, modules: Sequence[Any] = ()) -> None:
        self.settings = settings
        self.modules = modules
        self.packages: dict[str, Package] = {}
        self._books: dict[tuple[str, ...], Rulebook] = {}
        self._derived: dict[type, type] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """Import the packages; raises SpecError where one is missing or fails."""
        with import_paths(self.settings):
            self.packages = load_packages(self.settings)
            with ExitStack() as stack:
                modules = [_loaded(module, stack) for module in self.modules]
                if modules:
                    self.packages[LOOSE] = package_of(LOOSE, modules)
                token = _extender.set(self.extended)
                try:
                    yield
                finally:
                    _extender.reset(token)

    def check_scopes(self, blocks: Sequence[SpecBlock]) -> Iterator[Diagnostic]:
        """An error for each scope that the settings do not declare, where it is used first."""
        known = {DEFAULT, *self.settings.packages_by_scope}
        for block in blocks:
            for scope in block.scopes:
                if scope not in known:
                    known.add(scope)
                    names = list(self.settings.packages_by_scope)
                    otherwise = f"add `{scope}: []` to packages_by_scope in {self.settings.path}"
                    hint = did_you_mean(scope, names, otherwise)
                    yield finding("unknown-scope", f"the scope `{scope}` is not declared", block.place, hint)

    def rules(self, block: SpecBlock) -> Rulebook:
        """The rules of a block's scopes."""
        book = self._books.get(block.scopes)
        if book is None:
            packages = (package for scope in block.scopes for package in self.packages_of(scope))
            book = self._books[block.scopes] = Rulebook(packages)
        return book

    def packages_of(self, scope: str) -> list[Package]:
        """The packages of a scope; modules that are given beside the settings are one more in `default`."""
        names = self.settings.packages_by_scope.get(scope, ())
        loose = (LOOSE,) if self.modules and scope == DEFAULT else ()
        return [self.packages[name] for name in (*names, *loose)]

    def extended(self, cls: type) -> type:
        """`cls`, or the class derived from it that has the members of its extensions."""
        if cls not in self._derived:
            known = {id(e): e for package in self.packages.values() for e in package.extensions}
            members = [e.members for e in known.values() if is_kind(cls, e.target)]
            derived = _derive(cls, members) if members else cls
            self._derived[cls] = self._derived[derived] = derived
        return self._derived[cls]


def _loaded(module: Any, stack: ExitStack) -> Any:
    """A module as it is; the rules of a document as the module that its blocks make."""
    return stack.enter_context(module.loaded()) if isinstance(module, DocumentRules) else module


def _derive(cls: type, members: list[type]) -> type:
    names: dict[str, Any] = {
        "__module__": cls.__module__,
        "__qualname__": cls.__qualname__,
        "__doc__": cls.__doc__,
    }
    return type(cls.__name__, (*reversed(members), cls), names)
