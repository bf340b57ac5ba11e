"""The magic ``%spa``: a component of the notebook, compiled."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
from typing import Any

from IPython.core.error import UsageError
from IPython.display import display

import moon_spa
from moon_kernel.magics import guess
from moon_kernel.spa_cells import OPTIONS, component_names
from moon_kernel.spa_views import ComponentView, Findings
from moon_spa.analysis.placement import Mode
from moon_spa.source import ComponentSource


class SpaError(Exception):
    """The component was refused; what is wrong was shown."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback."""
        return [f"spa: {self}"]


def run(shell: Any, line: str) -> None:
    """Compile a component of the namespace and show it; raises SpaError where it is refused."""
    name, options = read_line(line)
    cls = find(shell.user_ns, name)
    source, python = source_of(cls)
    mode: Mode = "server" if "--server" in options else "auto"
    try:
        component = moon_spa.compile(source, name=cls.__name__, mode=mode, namespace=shell.user_ns)
    except moon_spa.ComponentError as error:
        display(Findings(error.diagnostics))
        count = len(error.diagnostics)
        raise SpaError(f"{name} has {count} error{'s' if count > 1 else ''}") from None
    if component.stdout:
        print(component.stdout, end="")
    chosen = {"--explain", "--js"} & set(options)
    actions, code = (not chosen or option in chosen for option in ("--explain", "--js"))
    display(ComponentView(component, python, actions, code))


def read_line(line: str) -> tuple[str, list[str]]:
    """The name and the options behind the magic; raises UsageError."""
    words = line.split()
    options = [word for word in words if word.startswith("-")]
    names = [word for word in words if not word.startswith("-")]
    for option in options:
        if option not in OPTIONS:
            raise UsageError(f"%spa has no option {option!r}{guess(option, OPTIONS)}")
    if len(names) != 1:
        raise UsageError("%spa takes the name of one component; see %spa?")
    return names[0], options


def find(namespace: dict[str, Any], name: str) -> type:
    """The component of that name in the notebook; raises UsageError."""
    known = component_names(namespace)
    if name not in known:
        if name in namespace:
            raise UsageError(f"{name} is no component: write `class {name}(Component):`")
        raise UsageError(f"there is no component {name!r}{guess(name, known)}")
    found: type = namespace[name]
    return found


def source_of(cls: type) -> tuple[ComponentSource, str]:
    """The class as the source of a component on its lines, and its text; raises UsageError.

    A kernel keeps the text of its cells in `linecache`, the kernel of Moonlight on the document's lines.
    """
    functions = [value for value in vars(cls).values() if inspect.isfunction(value)]
    if not functions:
        raise UsageError(f"{cls.__name__} has no setup: write `def setup(self, props):` in it")
    first = min(functions, key=lambda function: function.__code__.co_firstlineno).__code__
    lines = linecache.getlines(first.co_filename)
    node = _definition("".join(lines), cls.__name__, first.co_firstlineno)
    if node is None or node.end_lineno is None:
        raise UsageError(f"the source of {cls.__name__} is not at hand: run its cell again")
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    text = "".join(lines[start - 1 : node.end_lineno])
    path = os.path.relpath(first.co_filename) if os.path.isabs(first.co_filename) else first.co_filename
    code = "\n" * (start - 1) + text
    return ComponentSource(path, code, ast.Module([node], [])), text


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
