"""Who may import whom: the floors of `moonlight`, the packages above it, homes of third parties.

DESIGN.md draws the house; the tables below are that drawing. They are read from the source text,
lazy imports and imports for type checks included.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("moonlight", "moonleap", "moon_spa", "moon_kernel", "jupyter_ext")

FLOORS: dict[str, int] = {
    # 0: text
    **dict.fromkeys(("source", "diagnostic", "markdown", "outline", "info", "frame"), 0),
    **dict.fromkeys(("hints", "commandline", "outputtree", "yamltext"), 0),
    # 1: documents
    **dict.fromkeys(("frontmatter", "policy", "document", "outputs", "renderers"), 1),
    **dict.fromkeys(("futures", "program", "sourcemap", "names", "dataflow"), 1),
    # 2: execution
    **dict.fromkeys(("events", "tracking", "trace", "streams", "lines", "calls", "sinks"), 2),
    **dict.fromkeys(("children", "tracebacks", "executors", "mainmodule"), 2),
    **dict.fromkeys(("compiling", "instrument", "runtime"), 2),
    **dict.fromkeys(("runner", "importer", "store"), 2),
    **dict.fromkeys(("guard", "handles", "beneath", "openask", "replacing"), 2),
    # 3: edges
    **dict.fromkeys(
        (
            "fs",
            "archive",
            "cli",
            "graphview",
            "check",
            "pytest_plugin",
            "server",
            "commands",
            "__main__",
            "webpage",
        ),
        3,
    ),
}
"""Floor of each module of `moonlight`, by the first name below the package."""

FACADE_REACHES = 3
"""Highest floor that `moonlight/__init__.py` offers names from."""

ENGINES = frozenset({"moonlight", "moonleap", "moon_spa"})
UPPER: dict[str, frozenset[str]] = {
    "moonlight": frozenset(),
    "moonleap": frozenset({"moonlight"}),
    "moon_spa": frozenset({"moonlight"}),
    "moon_kernel": ENGINES,
    "jupyter_ext": frozenset({"moonlight"}),
}
"""Packages that each package may import."""

REACH: dict[str, tuple[int, frozenset[str]]] = {
    "moonleap": (0, frozenset()),
    "moon_spa": (1, frozenset()),
    "moon_kernel": (3, frozenset()),
    "jupyter_ext": (1, frozenset({"store"})),
}
"""Highest floor of `moonlight` that a package may import, and modules above it that it may too."""

JUPYTER = ("moon_kernel", "jupyter_ext")
COMMANDS = (
    *("moonlight.commandline", "moonlight.cli", "moonlight.commands"),
    *("moonleap.cli", "moonleap.commands", "moon_spa.cli", "moon_spa.commands"),
    *JUPYTER,
)
HOMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("IPython", "ipykernel", "nbformat", "traitlets", "anywidget", "ipywidgets"), JUPYTER),
    **dict.fromkeys(("comm", "jupyter_client", "jupyter_core", "debugpy", "zmq"), JUPYTER),
    **dict.fromkeys(("jupyter_server", "jupyterlab", "jupytext", "tornado"), ("jupyter_ext",)),
    "click": COMMANDS,
    "flask": ("moonlight.server",),
    "latex2mathml": ("moonlight.webpage",),
    "fsspec": ("moonlight.fs.spec",),
    "jinja2": ("moonlight.server", "moonleap.render"),
    "mistune": ("moonlight.markdown",),
    "nbconvert": ("jupyter_ext",),
    "pygments": ("moonlight.webpage",),
    "rich": COMMANDS,
    "yaml": ("moonlight.yamltext",),
}
"""Every third party that is imported, and the modules (with all below them) where it may be."""

LAZY_IMPORTERS = frozenset({*PACKAGES, "moonlight.importer"})
"""Modules that may load our own code late. The import hook answers from bytecode without the parser."""

LAZY_ONLY = frozenset({"nbformat", "jupytext", "jsonschema"})
"""Third parties that take a second or two to import: only inside the functions that need them."""


@dataclass(frozen=True)
class Import:
    """One imported module name, and how it is imported."""

    importer: str
    line: int
    name: str
    lazy: bool = False
    typing: bool = False

    def __str__(self) -> str:
        return f"{self.importer} (line {self.line}) imports {self.name}"


def module_name(path: Path, root: Path) -> str:
    """Dotted name of a Python file below `root`; a package has the name of its folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(root: Path) -> list[Import]:
    """All imports of the packages below `root`."""
    files = [f for package in PACKAGES for f in sorted((root / package).rglob("*.py"))]
    modules = {module_name(file, root): file for file in files}
    found: list[Import] = []
    for name, file in modules.items():
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        found += imports_of(tree, name, file.name == "__init__.py", modules)
    return found


def imports_of(tree: ast.Module, importer: str, is_package: bool, modules: Iterable[str]) -> Iterator[Import]:
    """The imports of one module; `from package import module` counts as that module."""
    known = set(modules)
    typing = {id(inner) for branch in type_checking(tree) for inner in ast.walk(branch)}
    for node, lazy in statements(tree, False):
        how = (lazy, id(node) in typing)
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(importer, node.lineno, alias.name, *how)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, importer, is_package)
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield Import(importer, node.lineno, name if name in known else base, *how)


def statements(node: ast.AST, lazy: bool) -> Iterator[tuple[ast.AST, bool]]:
    """All statements below a node, and whether they stand in a function; no expression holds an import."""
    lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt | ast.excepthandler | ast.match_case):
            yield inner, lazy
            yield from statements(inner, lazy)


def type_checking(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that only a type checker runs."""
    for node, _ in statements(tree, False):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from node.body


def absolute(node: ast.ImportFrom, importer: str, is_package: bool) -> str:
    """The module that a `from … import` names, relative dots resolved."""
    if not node.level:
        return node.module or ""
    parts = importer.split(".")
    parents = parts[: len(parts) - node.level + is_package]
    return ".".join([*parents, *([node.module] if node.module else [])])


def top(name: str) -> str:
    return name.partition(".")[0]


def floor(name: str) -> int | None:
    """Floor of a module of `moonlight`; the package itself is its facade."""
    if name == "moonlight":
        return FACADE_REACHES
    return FLOORS.get(name.split(".")[1])


def is_below(name: str, homes: Iterable[str]) -> bool:
    return any(name == home or name.startswith(home + ".") for home in homes)


def without_floor(root: Path) -> list[str]:
    """Modules of `moonlight` that the table of floors does not know."""
    names = [module_name(file, root) for file in sorted((root / "moonlight").rglob("*.py"))]
    return [
        f"{name} has no floor: add {name.split('.')[1]!r} to FLOORS in tests/test_architecture.py "
        "and to the map in ARCHITECTURE.md"
        for name in names
        if floor(name) is None
    ]


def upward(imports: Iterable[Import]) -> list[str]:
    """Imports within `moonlight` that go to a higher floor, or through its facade."""
    wrong = []
    for found in imports:
        if top(found.importer) != "moonlight" or top(found.name) != "moonlight":
            continue
        here, there = floor(found.importer), floor(found.name)
        if found.name == "moonlight":
            wrong.append(f"{found}: inside the package import from the module, not the facade")
        elif here is not None and there is not None and there > here:
            wrong.append(f"{found}: floor {here} imports floor {there}")
    return wrong


def across(imports: Iterable[Import]) -> list[str]:
    """Imports between the packages that the house does not have."""
    wrong = []
    for found in imports:
        package, other = top(found.importer), top(found.name)
        if package == other or other not in PACKAGES:
            continue
        if other not in UPPER[package]:
            wrong.append(f"{found}: {package} may not import {other}")
        elif other == "moonlight" and not may_reach(package, found.name):
            wrong.append(f"{found}: {package} may import floors 0 to {REACH[package][0]} of it")
    return wrong


def may_reach(package: str, name: str) -> bool:
    """Whether a package may import this module of `moonlight`."""
    highest, extra = REACH[package]
    there = floor(name)
    return there is None or there <= highest or name.split(".")[1:2] in ([e] for e in extra)


def homeless(imports: Iterable[Import]) -> list[str]:
    """Third parties imported elsewhere than at home, or by a name that has no home yet."""
    wrong = []
    for found in imports:
        name = top(found.name)
        if name in PACKAGES or name in sys.stdlib_module_names:
            continue
        if name not in HOMES:
            wrong.append(f"{found}: a new third party; add it to HOMES and to pyproject.toml")
        elif not is_below(found.importer, HOMES[name]):
            wrong.append(f"{found}: {name} belongs in {', '.join(HOMES[name])}")
    return wrong


def eager(imports: Iterable[Import]) -> list[str]:
    """Slow third parties imported at module level."""
    return [
        f"{found}: takes a second, import it inside the function that needs it"
        for found in imports
        if top(found.name) in LAZY_ONLY and not (found.lazy or found.typing)
    ]


def lazy_own(imports: Iterable[Import]) -> list[str]:
    """Imports of our own code inside functions: for `__init__`, and where bytecode needs no parser."""
    return [
        f"{found}: our own code is imported at the top of the file"
        for found in imports
        if found.lazy and top(found.name) in PACKAGES and found.importer not in LAZY_IMPORTERS
    ]


def cycles(imports: Iterable[Import]) -> list[str]:
    """Rings of modules that import one another."""
    graph: dict[str, set[str]] = {}
    for found in imports:
        if top(found.name) in PACKAGES and found.name != found.importer:
            graph.setdefault(found.importer, set()).add(found.name)
    finished: set[str] = set()
    rings: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            rings.append(" -> ".join([*trail[trail.index(name) :], name]))
        elif name not in finished:
            for other in sorted(graph.get(name, ())):
                visit(other, (*trail, name))
            finished.add(name)

    for name in sorted(graph):
        visit(name, ())
    return rings


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return read_imports(ROOT)


def test_every_module_of_moonlight_has_a_floor() -> None:
    assert not without_floor(ROOT)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_stands_on_the_map(package: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"`(?:\w+\.)?(\w+)/?`", text))
    files = [*(ROOT / package).glob("[!_]*.py"), *(ROOT / package).glob("*/__init__.py")]
    names = {file.parent.name if file.name == "__init__.py" else file.stem for file in files}
    assert not names - shown, "a new module: give it its place in ARCHITECTURE.md"


def test_modules_of_moonlight_import_their_own_floor_or_below(imports: list[Import]) -> None:
    assert not upward(imports)


def test_packages_import_only_what_stands_below_them(imports: list[Import]) -> None:
    assert not across(imports)


def test_third_parties_stay_at_home(imports: list[Import]) -> None:
    assert not homeless(imports)


def test_slow_third_parties_are_imported_inside_functions(imports: list[Import]) -> None:
    assert not eager(imports)


def test_own_code_is_imported_at_the_top(imports: list[Import]) -> None:
    assert not lazy_own(imports)


def test_no_modules_import_one_another_in_a_ring(imports: list[Import]) -> None:
    assert not cycles(imports)


def test_the_reader_sees_all_packages_that_exist(imports: list[Import]) -> None:
    with_imports = {top(found.importer) for found in imports}
    assert with_imports == {package for package in PACKAGES if (ROOT / package).is_dir()}


# The checker itself: each rule on a small house that breaks it.


def house(root: Path, files: Mapping[str, str]) -> list[Import]:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_imports(root)


@pytest.mark.parametrize(
    "text",
    [
        "import moonlight.runner",
        "from moonlight.runner import run",
        "from moonlight import runner",
        "from . import runner",
        "from .runner import run",
        "if TYPE_CHECKING:\n    from moonlight.runner import Run",
        "def f():\n    import moonlight.runner",
    ],
)
def test_checker_sees_an_import_from_a_higher_floor(tmp_path: Path, text: str) -> None:
    found = house(tmp_path, {"moonlight/source.py": text, "moonlight/runner.py": ""})
    assert [w for w in upward(found) if "floor 0 imports floor 2" in w]


def test_checker_allows_an_import_from_the_own_floor_and_below(tmp_path: Path) -> None:
    text = "from moonlight.document import parse\nfrom .events import Event\n"
    files = {"moonlight/runner.py": text, "moonlight/document.py": "", "moonlight/events.py": ""}
    assert not upward(house(tmp_path, files))


def test_checker_sees_a_module_that_goes_through_the_facade(tmp_path: Path) -> None:
    found = house(tmp_path, {"moonlight/fs.py": "from moonlight import parse"})
    assert "not the facade" in upward(found)[0]


def test_checker_says_where_a_new_module_is_added(tmp_path: Path) -> None:
    house(tmp_path, {"moonlight/__init__.py": "", "moonlight/novel.py": ""})
    (message,) = without_floor(tmp_path)
    assert message.startswith("moonlight.novel has no floor: add 'novel' to FLOORS in tests/")


@pytest.mark.parametrize(
    ("importer", "name"),
    [
        ("moonlight/fs.py", "moonleap"),
        ("moonlight/cli.py", "jupyter_ext.lab"),
        ("moonleap/graph.py", "moon_spa"),
        ("moonleap/graph.py", "moonlight.document"),
        ("moonleap/graph.py", "moonlight"),
        ("moon_spa/scope.py", "moonlight.runner"),
        ("moon_spa/scope.py", "moon_kernel"),
        ("moon_kernel/kernel.py", "jupyter_ext.cells"),
        ("jupyter_ext/contents.py", "moon_kernel"),
        ("jupyter_ext/contents.py", "moonlight.tracking"),
        ("jupyter_ext/contents.py", "moonleap"),
    ],
)
def test_checker_sees_a_forbidden_package(tmp_path: Path, importer: str, name: str) -> None:
    assert across(house(tmp_path, {importer: f"import {name}"}))


@pytest.mark.parametrize(
    ("importer", "name"),
    [
        ("moonleap/graph.py", "moonlight.markdown"),
        ("moon_spa/scope.py", "moonlight.document"),
        ("moon_kernel/kernel.py", "moonlight.tracking"),
        ("moon_kernel/magics.py", "moonleap"),
        ("jupyter_ext/contents.py", "moonlight.document"),
        ("jupyter_ext/contents.py", "moonlight.store"),
    ],
)
def test_checker_allows_what_the_house_allows(tmp_path: Path, importer: str, name: str) -> None:
    assert not across(house(tmp_path, {importer: f"import {name}"}))


@pytest.mark.parametrize(
    ("importer", "name"),
    [
        ("moonlight/document.py", "IPython.core"),
        ("moonlight/document.py", "mistune"),
        ("moonlight/fs.py", "flask"),
        ("moonleap/graph.py", "jinja2"),
        ("moon_kernel/kernel.py", "jupytext"),
        ("moonlight/source.py", "numpy"),
    ],
)
def test_checker_sees_a_third_party_away_from_home(tmp_path: Path, importer: str, name: str) -> None:
    assert homeless(house(tmp_path, {importer: f"def f():\n    import {name}"}))


def test_checker_allows_third_parties_at_home(tmp_path: Path) -> None:
    files = {
        "moonlight/markdown.py": "import mistune, re",
        "moonlight/server/app.py": "import flask, jinja2",
        "moonleap/render.py": "import jinja2",
        "moon_kernel/kernel.py": "from ipykernel.ipkernel import IPythonKernel",
    }
    assert not homeless(house(tmp_path, files))


def test_checker_sees_a_slow_import_at_module_level(tmp_path: Path) -> None:
    text = "import nbformat.v4\nif TYPE_CHECKING:\n    import nbformat\ndef f():\n    import jupytext\n"
    (message,) = eager(house(tmp_path, {"jupyter_ext/format.py": text}))
    assert "imports nbformat.v4" in message


def test_checker_sees_own_code_imported_inside_a_function(tmp_path: Path) -> None:
    text = "def f():\n    from moonlight.source import Source\n"
    files = {"moonlight/source.py": "", "moonlight/fs.py": text, "moonlight/__init__.py": text}
    (message,) = lazy_own(house(tmp_path, files))
    assert message.startswith("moonlight.fs")


def test_checker_sees_a_ring(tmp_path: Path) -> None:
    files = {
        "moon_kernel/a.py": "from moon_kernel import b",
        "moon_kernel/b.py": "from .c import x",
        "moon_kernel/c.py": "import moon_kernel.a",
    }
    (ring,) = cycles(house(tmp_path, files))
    assert ring == "moon_kernel.a -> moon_kernel.b -> moon_kernel.c -> moon_kernel.a"
