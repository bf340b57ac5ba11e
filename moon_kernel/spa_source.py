"""Components of a notebook as sources for the compiler: classes of cells, and cells ``%%spa``."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import re
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from IPython.core.error import UsageError

import moon_spa
from moon_kernel.magics import guess
from moon_kernel.spa_cells import component_names
from moon_spa.analysis.placement import Mode
from moon_spa.findings import Place, refusal
from moon_spa.source import ComponentSource, from_sections, parsed, read_component
from moonlight.tracking import current_run

MAGIC = "%%spa"
WORD = re.compile(r"\w+")


def find(namespace: dict[str, Any], name: str) -> type:
    """The component of that name in the notebook; raises UsageError."""
    known = component_names(namespace)
    if name not in known:
        if name in namespace:
            raise UsageError(f"{name} is no component: write `class {name}(Component):`")
        raise UsageError(f"there is no component {name!r}{guess(name, known)}")
    found: type = namespace[name]
    return found


def compile_class(cls: type, mode: Mode = "auto") -> tuple[moon_spa.CompiledComponent, str]:
    """A class as a component, and its Python. Raises ComponentError, UsageError without its text."""
    source, python = source_of(cls)
    return compile_source(source, cls.__name__, mode, _namespace(cls), (cls,)), python


def _namespace(cls: type) -> Mapping[str, Any]:
    """The names around a class: of its module, or what its functions see where that is no module."""
    module = sys.modules.get(cls.__module__)
    return vars(module) if module is not None else next(_functions(cls)).__globals__


def _functions(cls: type) -> Iterator[FunctionType]:
    return (value for value in vars(cls).values() if inspect.isfunction(value))


def compile_source(
    source: ComponentSource,
    name: str | None,
    mode: Mode,
    namespace: Mapping[str, Any],
    around: tuple[type, ...] = (),
) -> moon_spa.CompiledComponent:
    """Compile a source of the notebook; components in its template may stand in other cells.

    `around` are the components that are being compiled already. The component keeps the names that its text
    may mean, and no other value of the notebook. Raises ComponentError.
    """

    def compile_other(other: type) -> moon_spa.CompiledComponent:
        if other in around:
            message = f"{other.__name__} stands inside of itself, in another cell"
            place = Place(source.path, 1)
            raise refusal("no-component", message, place, "define them in one cell %%spa, or in a file")
        inner, _ = source_of(other)
        return compile_source(inner, other.__name__, mode, namespace, (*around, other))

    words = {*WORD.findall(source.code), *WORD.findall(source.template or "")}
    named = {name: value for name, value in namespace.items() if name in words}
    return moon_spa.compile(source, name, mode, namespace=named, compile_other=compile_other)


def source_of(cls: type) -> tuple[ComponentSource, str]:
    """The class as the source of a component on its lines, and its text; raises UsageError.

    A kernel keeps the text of its cells in `linecache`, the kernel of Moonlight on the document's lines.
    """
    functions = list(_functions(cls))
    if not functions:
        raise UsageError(f"{cls.__name__} has no setup: write `def setup(self, props):` in it")
    first = min(functions, key=lambda function: function.__code__.co_firstlineno).__code__
    path = os.path.relpath(first.co_filename) if os.path.isabs(first.co_filename) else first.co_filename
    lines = _lines(first.co_filename, cls.__name__)
    node = _definition("".join(lines), cls.__name__, first.co_firstlineno)
    if node is None or node.end_lineno is None:
        raise UsageError(f"the source of {cls.__name__} is not at hand: run its cell again")
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    text = "".join(lines[start - 1 : node.end_lineno])
    return ComponentSource(path, "\n" * (start - 1) + text, ast.Module([node], [])), text


def cell_source(text: str, source: str) -> ComponentSource:
    """The body of a cell ``%%spa`` on the lines of its document; `source` is the whole cell.

    Raises ComponentError.
    """
    above = source.count("\n") - text.count("\n") if source.endswith(text) else 1
    running = current_run()
    path = MAGIC
    if running is not None and running.path is not None and running.line is not None:
        path, above = os.path.relpath(running.path), above + running.line
    code = "\n" * above + text
    if "<python" in text:
        return from_sections(code, path)
    return ComponentSource(path, code, parsed(code, path))


def _lines(path: str, name: str) -> list[str]:
    """The lines of a file; of a document that is no cell's, those of the blocks that hold the class."""
    if path.endswith(".md") and os.path.isfile(path) and "".join(linecache.getlines(path)).strip():
        try:
            ast.parse("".join(linecache.getlines(path)))
        except (SyntaxError, ValueError, RecursionError):
            return read_component(path, name).code.splitlines(keepends=True)
    return linecache.getlines(path)


def _definition(text: str, name: str, line: int) -> ast.ClassDef | None:
    """The class of that name at the top level of the text around a line."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in tree.body:
        if (
            isinstance(node, ast.ClassDef)
            and node.name == name
            and node.lineno <= line <= (node.end_lineno or 0)
        ):
            return node
    return None
