"""``%spa`` for a shell: registered without loading moon_spa, and which cell has shown which component.

A cell that runs again shows its components with the state that they had: `Cells` remembers them.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any
from weakref import WeakSet

from moon_kernel.cells import cell_of

FLAGS = ("--explain", "--js", "--server")
WITH_VALUE = MappingProxyType(
    {"--save": "a path", "--store": "the name of a Store", "--deadline": "a number of seconds"}
)
OPTIONS = (*FLAGS, *WITH_VALUE)

HELP = """\
%spa NAME [PROPS] [OPTIONS]     the component NAME of this notebook, alive
%%spa [NAME] [PROPS] [OPTIONS]  the cell is the component: <python>, <template> and <style>

Props are name=expression, with the names of the notebook, or one mapping: start=3 title="A b" rows=data
  --explain        only the table of actions, each with its side and the reason
  --js             only the generated code, beside the Python that it comes from
  --server         every action that is Python stays on the server
  --save PATH      write a page that works without Jupyter
  --store NAME     share state with other components through the Store of that name
  --deadline N     seconds that an action may take on the server (10)"""

MAX_OLD = 10
"""Components that cells have replaced, before memory is searched for those that nobody holds."""

ATTRIBUTE = "_moonlight_components"
"""Attribute of the shell that holds its `Cells`."""


@dataclass
class _Running:
    """A cell between its begin and its end; `shown` counts its components by name.

    `count` is its number in ``Out``, known at its end.
    """

    cell: Any
    source: str
    shown: Counter[str] = field(default_factory=Counter)
    count: int | None = None


class Cells:
    """The cells that run, the innermost one last, and what they have shown."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._running: list[_Running] = []
        self._components: dict[tuple[Any, str, int], tuple[Any, _Running]] = {}
        """By cell, name and number: what was shown, and in which run."""
        self._old: WeakSet[Any] = WeakSet()
        self._last: dict[str, Any] = {}
        shell.events.register("pre_run_cell", self.before)
        shell.events.register("post_run_cell", self.after)

    def remove(self) -> None:
        """Stop following."""
        self.shell.events.unregister("pre_run_cell", self.before)
        self.shell.events.unregister("post_run_cell", self.after)

    def before(self, info: Any) -> None:
        """A cell begins."""
        self._running.append(_Running(cell_of(info), info.raw_cell))

    def after(self, result: Any) -> None:
        """A cell ended."""
        if self._running:
            self._running.pop().count = getattr(result, "execution_count", None)

    def enter(self, source: str) -> None:
        """The text of the cell that a shell runs without telling anybody."""
        self._running[:] = [_Running(None, source)]

    @property
    def source(self) -> str:
        """The text of the cell that runs."""
        return self._running[-1].source if self._running else ""

    @property
    def now(self) -> object:
        """What stands for this run of this cell."""
        return self._running[-1] if self._running else None

    def replace(self, name: str, make: Callable[[Any], Any]) -> Any:
        """What `make(old)` gives; `old` is what the same cell showed under this name and number before."""
        running = self._running[-1] if self._running else None
        if running is None or running.cell is None:
            self._last[name] = make(None)
            return self._last[name]
        key = (running.cell, name, running.shown[name])
        running.shown[name] += 1
        old, before = self._components.get(key, (None, running))
        made = self._last[name] = make(old)
        self._components[key] = made, running
        if old is not None:
            self._let_go(old, before)
        return made

    def shown_before(self, name: str) -> Any:
        """What this cell has shown under this name before, else what was shown last; None for nothing."""
        last = self._last.get(name)
        if not self._running:
            return last
        running = self._running[-1]
        return self._components.get((running.cell, name, running.shown[name]), (last, running))[0]

    def _let_go(self, old: Any, before: _Running) -> None:
        """The cell shows another one now: the old one lives only where somebody still holds it."""
        names, number = self.shell.user_ns, before.count
        variable = f"_{number}"
        for known, key in (
            (names.get("_oh", {}), number),
            (names, variable),
            (self.shell.user_ns_hidden, variable),
        ):
            if known.get(key) is old:
                del known[key]
        old.let_go()
        self._old.add(old)
        if len(self._old) > MAX_OLD:
            gc.collect()


def register_spa(shell: Any) -> Cells:
    """Give the shell ``%spa``, ``%%spa`` and their completion."""
    cells = Cells(shell)
    setattr(shell, ATTRIBUTE, cells)

    def spa(line: str, cell: str | None = None) -> Any:
        __tracebackhide__ = True
        if cell is None and not line.strip():
            print(HELP)
            return None
        return import_module("moon_kernel.spa_magic").run(shell, cells, line, cell)

    spa.__doc__ = f"moon_spa: Python components as JavaScript.\n\n{HELP}"
    setattr(spa, "_ipython_magic_no_var_expand", True)  # noqa: B010 - expressions are Python, braces too
    shell.register_magic_function(spa, "line_cell", "spa")
    for name in ("%spa", "%%spa"):
        shell.set_hook("complete_command", lambda _, event: complete_line(shell, event.line), str_key=name)
    return cells


def complete_line(shell: Any, line: str) -> list[str]:
    """Options, or names of the components that the notebook defines."""
    word = "" if line.endswith((" ", "\t")) else line.split()[-1]
    if word.startswith("-"):
        return [option for option in OPTIONS if option.startswith(word)]
    return [name for name in component_names(shell.user_ns) if name.startswith(word)]


def component_names(namespace: dict[str, Any]) -> list[str]:
    """Names of the classes of a namespace that have a setup of their own, `Component` itself left out."""
    return [
        name
        for name, value in list(namespace.items())
        if isinstance(value, type) and not name.startswith("_") and is_component(value)
    ]


def is_component(cls: type) -> bool:
    """Whether a class derives from `moon_spa.Component`; moon_spa is not loaded for it."""
    bases = [(base.__module__, base.__name__) for base in cls.__mro__[1:]]
    return ("moon_spa.component", "Component") in bases
