"""Import of ``x.py.md`` as module ``x``: path hook, loader, bytecode that is never stale."""

from __future__ import annotations

import importlib.util
import linecache
import marshal
import os
import pkgutil
import sys
import types
from collections.abc import Callable, Iterator, Sequence

# Not from importlib.abc, which loads importlib.resources: this module is imported at every start of Python.
from importlib._bootstrap_external import FileLoader, SourceLoader
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import MethodType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
        from moonlight.names import is_ipython

        program = _program(data if isinstance(data, bytes) else data.encode(), path)
        try:
            return compile_program(program, path, _optimize)
        except SyntaxError as error:
            block = program.document.block_at(error.lineno or 1)
            if block is not None and block.executable and is_ipython(block.text):
                error.add_note("IPython syntax cannot be imported: mark the block `skip=import`")
            raise

    def get_code(self, fullname: str) -> types.CodeType:
        """Code from bytecode of just this text, else compiled and, where possible, kept as bytecode.

        Bytecode is checked against the hash of the text, not against times: it cannot be stale.
        """
        path = self.get_filename(fullname)
        data = self.get_data(path)
        show_source(path)
        digest = importlib.util.source_hash(data)
        cache = bytecode_path(path)
        code = _cached(self, cache, digest, path) if cache else None
        if code is None:
            code = self.source_to_code(data, path)
            if cache and not sys.dont_write_bytecode:
                _keep(cache, digest, code)
        return code

    def create_module(self, spec: ModuleSpec) -> None:
        """A standard module. Inside a tracked run its execution is made a run, nested in the block's."""
        tracking = sys.modules.get("moonlight.tracking")
        run = tracking.current_run() if tracking is not None else None
        if run is not None and run.tracker is not None:
            self.exec_module = MethodType(_tracked_exec, self)  # type: ignore[method-assign]


def _tracked_exec(loader: MoonlightLoader, module: types.ModuleType) -> None:
    tracking = sys.modules["moonlight.tracking"]
    run = tracking.current_run()
    del loader.exec_module
    if run is None or run.tracker is None:
        loader.exec_module(module)
        return
    with run.tracker.running(None, path=loader.get_filename(module.__name__), line=1):
        loader.exec_module(module)


# Python takes the frames of its import machinery out of tracebacks; it knows them by these names.
_tracked_exec.__code__ = _tracked_exec.__code__.replace(
    co_filename="<frozen importlib._bootstrap_external>", co_name="_call_with_frames_removed"
)


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
        finder: FileFinder = standard(path)  # type: ignore[assignment]
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


def show_source(path: str) -> None:
    """Let `linecache` show a document as the Python that it is; made when somebody asks for a line."""
    cache: dict[str, Any] = linecache.cache
    entry = cache.get(path)
    if entry is None or len(entry) == 1 or isinstance(entry[2], list):
        # The second member, a modification time of None, keeps linecache.checkcache() off.
        cache[path] = (1, None, SourceView(path), path)


class SourceView(Sequence[str]):
    """The lines of a document without its prose. It follows the file on disk.

    `inspect.getsource` of a class, which parses the whole file before Python 3.13, meets Python only.
    Indented fences keep their indent, below an ``if`` on the line of the fence, so that columns fit.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._lines: list[str] = []

    def __getitem__(self, index: Any) -> Any:
        return self._made()[index]

    def __len__(self) -> int:
        return len(self._made())

    def _made(self) -> list[str]:
        try:
            status = os.stat(self._path)
            if (status.st_mtime_ns, status.st_size) != self._seen:
                with open(self._path, "rb") as file:
                    self._lines = _view(file.read(), self._path)
                self._seen = (status.st_mtime_ns, status.st_size)
        except (OSError, SyntaxError):
            return self._lines
        return self._lines


def _view(data: bytes, path: str) -> list[str]:
    program = _program(data, path)
    lines = program.text.split("\n")
    document = program.document
    for block in document.code_blocks:
        if block.indent and any(_is_code(line) for line in block.text.split("\n")):
            start, count = block.code_line - 1, block.text.count("\n")
            rows = block.raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            lines[start - 1 : start + count] = ["if True:", *rows[1 : count + 1]]
    return [line + "\n" for line in lines]


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


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
    temporary = f"{cache}.{os.urandom(6).hex()}"
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
