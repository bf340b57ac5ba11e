"""Habits of the house that the source text shows: no hidden state, small files, nothing of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("moonlight", "moonleap", "moon_spa", "moon_kernel", "jupyter_ext")

CACHES = {
    "jupyter_ext.contents.derived": "classes that are derived from a contents manager's class",
    "jupyter_ext.cells.layout": "cells of the documents that were parsed last",
    "moon_kernel.breakpoints.code_lines": "lines with code of the cells that have breakpoints",
    "moon_kernel.debugger.cell_path": "paths that Lab's debugger gives to sources; hashing is slow",
    "moon_spa.bundling._module": "a module of the browser, read and cut into statements",
    "moon_spa.bundling.composed": "modules of the browser, joined for all components with the same needs",
    "moon_spa.compiler._kept": "components by the text they were compiled from",
    "moon_spa.page.runtime_version": "a hash of the modules for pages, which do not change",
    "moon_spa.shaking._shipped": "helpers with short names, and which they need, of the package's own files",
    "moon_spa.shaking.units": "texts of the helpers, of the files that the package ships",
    "moonleap.outputpath._checked": "paths of output files, which are checked by each stage they pass",
    "moonlight.dataflow._names_of": "names that a piece of code reads and writes",
    "moonlight.dataflow.dataflow": "dependencies of the documents that were parsed last",
    "moonlight.document._parse": "documents by text: open, save and verify see the same one",
    "moonlight.markdown._parser": "the Markdown parser, made when it is first needed",
}
"""Bounded caches that only save time."""

STATE = {
    "jupyter_ext.jupytext_format._LOCK": "jupytext itself is patched, once in a process",
    "jupyter_ext.jupytext_format._TARGET": "ContextVar: the file that jupytext is writing",
    "jupyter_ext.jupytext_format._TEXT_OF": "ContextVar: how jupytext gets at a document's old text",
    "moon_kernel.compiler._announced": "ContextVar: the place of the cell that is about to be compiled",
    "moon_kernel.compiler._compiling": "ContextVar: the compilation that is going on",
    "moon_kernel.indentation._found": "ContextVar: what the last transformation of a cell found",
    "moon_kernel.lineview._focus": "ContextVar: the blocks that a traceback looks at",
    "moon_spa.printing._LOCK": "`sys.stdout` and `sys.stderr` are one for the process: calls take turns",
    "moon_spa.printing._printed": "ContextVar: where the call of this context prints to",
    "moon_spa.worker._IDLE": "threads that wait for the next call, four at the most",
    "moonleap.packages._LOCK": "`sys.path` and `sys.modules` are one for the process: sessions take turns",
    "moonleap.resource._extender": "ContextVar: how the session that is open extends classes",
    "moonleap.templates._listings": "ContextVar: what the template folders of this generation hold",
    "moonlight.tracking._current": "ContextVar: the run of this context",
}
"""What else stands at module level and may change, with the reason."""

LONG_FILES: dict[str, int] = {
    "jupyter_ext/jupytext_format.py": 460,  # the one file that patches jupytext
}
"""Files that may have more than 400 lines, and how many; the list should get shorter."""

MAKERS = frozenset(
    {
        *("bool", "bytes", "float", "frozenset", "int", "range", "str", "tuple", "fromkeys"),
        *("compile", "join", "maketrans", "reduce", "attrgetter", "itemgetter", "partial"),
        *("MappingProxyType", "NewType", "ParamSpec", "TypeVar", "Path", "Struct", "JSONDecoder"),
        *("getLogger", "version", "option", "argument", "getattr", "object"),
    }
)
"""Names of what, called at module level, gives a value that nothing changes."""

MUTABLE = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
MUTATORS = frozenset(
    {
        *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"),
        *("popleft", "remove", "reverse", "setdefault", "sort", "update"),
    }
)


STARTER = ROOT / "moonleap" / "starter"
"""What `moonleap new` copies: the user's code, not ours."""


def module_files() -> list[Path]:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [file for file in files if STARTER not in file.parents]


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@lru_cache(maxsize=1000)
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names bound at module level and their values."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, value


def changed_names(tree: ast.Module) -> set[str]:
    """Names whose object some statement changes: `x[k] = v`, `del x[k]`, `x += …`, `x.append(…)`."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)):
                if attr in MUTATORS:
                    found.add(name)
    return found


def last_name(node: ast.expr) -> str:
    """`compile` of `re.compile`, `Path` of `Path`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def hidden_state(tree: ast.Module, module: str) -> list[str]:
    """Objects at module level that may change: empty or changed containers, unknown instances."""
    changed = changed_names(tree)
    wrong = []
    for name, value in assignments(tree):
        full = f"{module}.{name}"
        if name in ("__all__", "__version__") or full in STATE or full in CACHES:
            continue
        if isinstance(value, MUTABLE):
            empty = isinstance(value, ast.Dict | ast.List) and not ast.unparse(value)[1:-1].strip()
            if empty or name in changed or not name.strip("_").isupper():
                wrong.append(f"{full}: a container that may change; make it a constant table")
        elif isinstance(value, ast.Call) and last_name(value.func) not in MAKERS:
            wrong.append(f"{full} = {ast.unparse(value.func)}(…): state at module level?")
    return wrong


def caches(tree: ast.Module, module: str) -> list[str]:
    """Functions that `functools` caches; one without a bound ends in `(unbounded)`."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            name = last_name(call.func if call else decorator)
            if name not in ("cache", "lru_cache"):
                continue
            unbounded = name == "cache" or (call is not None and "None" in ast.unparse(call))
            found.append(f"{module}.{node.name}" + " (unbounded)" * unbounded)
    return found


def forbidden_statements(tree: ast.Module) -> list[str]:
    """`global` statements, and `raise Exception`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found.append(f"line {node.lineno}: global {', '.join(node.names)}")
        elif isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if last_name(raised) in ("Exception", "BaseException"):
                found.append(f"line {node.lineno}: raise {last_name(raised)}")
    return found


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Tracked files that are text, with their text; what is deleted but not committed is left out."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" not in data:
            yield name, data.decode(errors="replace")


def test_no_module_holds_state() -> None:
    assert not [wrong for file in module_files() for wrong in hidden_state(parse(file), name_of(file))]


def test_caches_are_bounded_and_named() -> None:
    found = {name for file in module_files() for name in caches(parse(file), name_of(file))}
    assert found <= set(CACHES), "a new cache: add it to CACHES, with what it saves"


def test_lists_of_exceptions_name_what_exists() -> None:
    bound = {
        f"{name_of(file)}.{name}"
        for file in module_files()
        for name in [
            *(name for name, _ in assignments(parse(file))),
            *(node.name for node in parse(file).body if isinstance(node, ast.FunctionDef)),
        ]
    }
    assert not {*CACHES, *STATE} - bound


def test_no_global_statement_and_no_bare_exception() -> None:
    found = {name_of(file): forbidden_statements(parse(file)) for file in module_files()}
    assert not {name: statements for name, statements in found.items() if statements}


def test_every_module_says_what_it_is_for() -> None:
    assert not [name_of(file) for file in module_files() if not ast.get_docstring(parse(file))]


def test_files_are_short() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in [*module_files(), *sorted((ROOT / "jupyter_ext" / "src").rglob("*.ts"))]
    }
    too_long = {name: n for name, n in lengths.items() if n > LONG_FILES.get(name, 400)}
    assert not too_long, "does each still hold one thing?"


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    hosts = ["registry." + "npmjs", "files." + "pythonhosted", "pypi." + "org", "registry." + "yarnpkg"]
    pattern = re.compile("|".join([*map(re.escape, hosts), r"(?<![\w.>/-])/(?:work|root|farm)/"]))
    found = [
        f"{name}: {match[0]}"
        for name, text in tracked_texts()
        if "labextension/static/" not in name
        for match in [pattern.search(text)]
        if match
    ]
    assert not found


# The checks themselves, on small modules that break them.


@pytest.mark.parametrize(
    "text",
    [
        "registry = {}",
        "seen: list[str] = []",
        "TABLE = {1: 2}\nTABLE[3] = 4",
        "TABLE = [1]\ndef f():\n    TABLE.append(2)",
        "TABLE = {1}\nTABLE |= {2}",
        "table = {1: 2}",
        "lock = threading.Lock()",
        "kernel = Kernel()",
        "cache = defaultdict(list)",
        "EMPTY = {}",
    ],
)
def test_check_sees_state(text: str) -> None:
    assert hidden_state(ast.parse(text), "m")


@pytest.mark.parametrize(
    "text",
    [
        "TABLE = {1: 2}",
        "_WORDS = ['a', 'b']",
        "WORD = re.compile('x')",
        "NAMES = frozenset({1})",
        "__all__ = ['a']",
        "Kind = Literal['a', 'b']",
        "def f():\n    found = []\n    found.append(1)",
    ],
)
def test_check_allows_constants(text: str) -> None:
    assert not hidden_state(ast.parse(text), "m")


def test_check_sees_caches_and_their_bounds() -> None:
    text = (
        "@lru_cache(maxsize=8)\ndef a(): ...\n@functools.cache\ndef b(): ...\n"
        "@lru_cache(maxsize=None)\ndef c(): ...\n@lru_cache\ndef d(): ...\n"
        "@cached_property\ndef e(): ...\n"
    )
    assert caches(ast.parse(text), "m") == ["m.a", "m.b (unbounded)", "m.c (unbounded)", "m.d"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("def f():\n    global x", 1),
        ("raise Exception('x')", 1),
        ("raise BaseException", 1),
        ("raise ValueError('x')", 0),
        ("try: ...\nexcept ValueError: raise", 0),
    ],
)
def test_check_sees_forbidden_statements(text: str, count: int) -> None:
    assert len(forbidden_statements(ast.parse(text))) == count
