"""Import of ``x.py.md`` as module ``x``: path hook, loader, bytecode that is never stale."""

from __future__ import annotations

import importlib.util
import linecache
import marshal
import os
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator
from importlib.abc import FileLoader, SourceLoader
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import Any, cast

SUFFIX = ".py.md"

FORMAT = "moon1"
"""Version of what our bytecode depends on besides the text: extraction and default policy. It is part of
the file name, so a new version never reads old files."""

_HEADER = 16


class MoonlightLoader(FileLoader, SourceLoader):
    """Loads a document as module. ``File "x.py.md", line 42`` in a traceback is Markdown line 42."""

    def get_source(self, fullname: str) -> str:
        """The sparse program: line n is line n of the Markdown."""
        path = self.get_filename(fullname)
        text: str = _program(self.get_data(path), path).text
        return text

    def source_to_code(  # type: ignore[override]
        self, data: bytes | str, path: str = "<string>", *, _optimize: int = -1
    ) -> types.CodeType:
        """Compile a document; SyntaxError with the Markdown line."""
        from moonlight.compiling import compile_program

        text = data if isinstance(data, bytes) else data.encode()
        return compile_program(_program(text, path), path, _optimize)

    def get_code(self, fullname: str) -> types.CodeType:
        """Code from bytecode of just this text, else compiled and, where possible, kept as bytecode.

        Bytecode is checked against the hash of the text, not against times: it cannot be stale.
        """
        path = self.get_filename(fullname)
        data = self.get_data(path)
        digest = importlib.util.source_hash(data)
        cache = bytecode_path(path)
        code = _cached(self, cache, digest, path) if cache else None
        if code is None:
            code = self.source_to_code(data, path)
            if cache and not sys.dont_write_bytecode:
                _keep(cache, digest, code)
        return code

    def exec_module(self, module: types.ModuleType) -> None:
        """Execute; inside a tracked run the import is a run of its own."""
        path = self.get_filename(module.__name__)
        linecache.cache[path] = cast(Any, _LinecacheEntry(path))
        tracking = sys.modules.get("moonlight.tracking")
        run = tracking.current_run() if tracking is not None else None
        if run is None or run.tracker is None:
            super().exec_module(module)
            return
        with run.tracker.running(None, path=path, line=1):
            super().exec_module(module)


class MoonlightFinder(FileFinder):
    """The standard finder which knows one more suffix; ``x.py.md`` wins over a ``x.py`` beside it."""


def loaders() -> list[tuple[type[Any], list[str]]]:
    """Loaders and suffixes in the order in which they win."""
    return [
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (MoonlightLoader, [SUFFIX]),
        (SourceFileLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    ]


def install_hook() -> None:
    """Let ``import x`` find ``x.py.md``; a second call changes nothing."""
    if any(_is_ours(hook) for hook in sys.path_hooks):
        return
    standard = FileFinder.path_hook(*loaders())

    def moonlight_path_hook(path: str) -> FileFinder:
        finder = cast(FileFinder, standard(path))
        finder.__class__ = MoonlightFinder
        return finder

    position = next(
        (i for i, hook in enumerate(sys.path_hooks) if "FileFinder" in repr(hook)),
        len(sys.path_hooks),
    )
    sys.path_hooks.insert(position, moonlight_path_hook)
    _forget(lambda finder: type(finder) is FileFinder)


def uninstall_hook() -> None:
    """Undo `install_hook`; modules that are imported already stay."""
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if not _is_ours(hook)]
    _forget(lambda finder: isinstance(finder, MoonlightFinder))


def bytecode_path(path: str) -> str | None:
    """``__pycache__/x.py.cpython-311-moon1.pyc`` for ``x.py.md``; None where Python keeps no bytecode."""
    try:
        standard = importlib.util.cache_from_source(path)
    except NotImplementedError:
        return None
    root, extension = os.path.splitext(standard)
    return f"{root}-{FORMAT}{extension}"


class _LinecacheEntry(tuple[Any, ...]):
    """An entry of `linecache` whose lines are made when somebody asks for them.

    The view is the sparse program, so that `inspect.getsource` of a class, which parses the whole file
    before Python 3.13, meets Python only. It follows the file on disk.
    """

    def __new__(cls, path: str) -> _LinecacheEntry:
        entry = super().__new__(cls, (0, None, [], path))
        entry.seen = None
        entry.lines = []
        return entry

    seen: tuple[int, int] | None
    lines: list[str]

    def __getitem__(self, index: Any) -> Any:
        return self._lines() if index == 2 else super().__getitem__(index)

    def _lines(self) -> list[str]:
        path = super().__getitem__(3)
        try:
            status = os.stat(path)
            if (status.st_mtime_ns, status.st_size) != self.seen:
                with open(path, "rb") as file:
                    program = _program(file.read(), path)
                self.lines = program.text.splitlines(keepends=True)
                self.seen = (status.st_mtime_ns, status.st_size)
        except (OSError, ValueError):
            return self.lines
        return self.lines


def _program(data: bytes, path: str) -> Any:
    """Sparse program of a document's bytes; the parser is loaded here because bytecode needs none."""
    from moonlight.diagnostic import MoonlightError
    from moonlight.document import parse
    from moonlight.program import sparse
    from moonlight.source import decode

    try:
        text = decode(data, path)
    except MoonlightError as error:
        line = error.diagnostic.span.line
        raise SyntaxError(error.diagnostic.message, (path, line, 1, None)) from None
    return sparse(parse(text, path), "import")


def _cached(loader: Any, cache: str, digest: bytes, path: str) -> types.CodeType | None:
    """Code from a bytecode file; None for one that is missing, foreign, truncated or of another text."""
    try:
        data = loader.get_data(cache)
    except OSError:
        return None
    if data[:_HEADER] != _header(digest):
        return None
    try:
        code = marshal.loads(memoryview(data)[_HEADER:])
    except (EOFError, ValueError, TypeError):
        return None
    if not isinstance(code, types.CodeType):
        return None
    return code if code.co_filename == path else _moved(code, path)


def _keep(cache: str, digest: bytes, code: types.CodeType) -> None:
    """Write bytecode in one step; where that is not possible, the next import compiles again."""
    temporary = f"{cache}.{os.getpid()}-{id(code):x}"
    try:
        os.makedirs(os.path.dirname(cache), exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(_header(digest) + marshal.dumps(code))
        os.replace(temporary, cache)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            return


def _header(digest: bytes) -> bytes:
    """Magic number, flags for bytecode that is checked against the hash of its source, the hash."""
    return importlib.util.MAGIC_NUMBER + (0b11).to_bytes(4, "little") + digest


def _moved(code: types.CodeType, path: str) -> types.CodeType:
    """The code of a file that was moved together with its bytecode."""
    constants = tuple(
        _moved(constant, path) if isinstance(constant, types.CodeType) else constant
        for constant in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=constants)


def _is_ours(hook: object) -> bool:
    return getattr(hook, "__name__", "") == "moonlight_path_hook"


def _forget(unwanted: Callable[[object], bool]) -> None:
    """Drop cached finders, so that the next import makes new ones."""
    for path, finder in list(sys.path_importer_cache.items()):
        if unwanted(finder):
            del sys.path_importer_cache[path]


def _iter_modules(finder: MoonlightFinder, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Modules of one folder for `pkgutil.iter_modules`: documents beside everything Python knows."""
    found: dict[str, bool] = {}
    try:
        names = sorted(os.listdir(finder.path))
    except OSError:
        names = []
    for name in names:
        full = os.path.join(finder.path, name)
        stem = name.removesuffix(SUFFIX)
        if stem != name and stem != "__init__" and stem.isidentifier():
            found[stem] = False
        elif os.path.isfile(os.path.join(full, "__init__" + SUFFIX)) and name.isidentifier():
            found[name] = True
    plain = FileFinder(finder.path)
    for name, package in pkgutil.iter_importer_modules(plain, ""):  # type: ignore[attr-defined]
        found.setdefault(name, package)
    for name, package in sorted(found.items()):
        yield prefix + name, package


pkgutil.iter_importer_modules.register(MoonlightFinder, _iter_modules)  # type: ignore[attr-defined]
