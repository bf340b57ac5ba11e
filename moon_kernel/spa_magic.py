"""The magics ``%spa`` and ``%%spa``: a component of the notebook, compiled, and alive in its output."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.display import display

import moon_spa
from moon_kernel.spa_cells import Cells
from moon_kernel.spa_line import SpaLine, read_line
from moon_kernel.spa_source import cell_source, compile_class, compile_source, find
from moon_kernel.spa_state import Store
from moon_kernel.spa_views import ComponentView, Findings
from moon_kernel.spa_widget import LiveComponent, goes_on, live, write_page
from moon_spa import bridge
from moon_spa.analysis.placement import Mode
from moonlight.hints import did_you_mean

MAX_DEADLINE = 3600.0


class SpaError(Exception):
    """The component was refused; what is wrong was shown."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback."""
        return [f"spa: {self}"]


def run(shell: Any, cells: Cells, line: str, cell: str | None = None) -> LiveComponent | None:
    """Compile a component and show it; raises SpaError where it is refused, UsageError for a wrong line."""
    __tracebackhide__ = True
    asked = read_line(line, needs_name=cell is None)
    try:
        return _shown(shell, cells, asked, cell)
    except moon_spa.ComponentError as error:
        display(Findings(error.diagnostics))
        count = len(error.diagnostics)
        raise SpaError(
            f"{asked.name or 'the component'} has {count} error{'s' if count > 1 else ''}"
        ) from None


def _shown(shell: Any, cells: Cells, asked: SpaLine, cell: str | None) -> LiveComponent | None:
    __tracebackhide__ = True
    mode: Mode = "server" if "--server" in asked.flags else "auto"
    if cell is None:
        component, python = compile_class(find(shell.user_ns, asked.name), mode)
    else:
        source, python = cell_source(cell, cells.source), cell
        component = compile_source(source, asked.name or None, mode, shell.user_ns)
    if component.stdout:
        print(component.stdout, end="")
    props = asked.evaluated(shell.user_ns)
    if "--save" in asked.values:
        _save(component, props, cells.shown_before(component.name), asked.values["--save"])
        return None
    chosen = {"--explain", "--js"} & asked.flags
    if chosen or component.template is None:
        actions, code = (not chosen or option in chosen for option in ("--explain", "--js"))
        display(ComponentView(component, python, actions, code))
        return None
    if component.diagnostics:
        display(Findings(component.diagnostics))
    made = live(component, props, store=_store(shell, asked), deadline=_deadline(asked))
    display(made)
    _once(made, cells)
    return made


def _once(made: LiveComponent, cells: Cells) -> None:
    """The cell has shown it: as the cell's last value it is not shown again, later it is."""
    run = cells.now

    def shown() -> bool:
        made.shown = None
        return cells.now is run

    made.shown = shown


def _save(
    component: moon_spa.CompiledComponent, props: dict[str, Any], old: LiveComponent | None, path: str
) -> None:
    """Write a page; it begins with what the component that was shown before has become."""
    present = goes_on(component, props, component.render_context(props)["state"], old)
    try:
        size = write_page(path, component, props, present)
    except ValueError as error:
        raise UsageError(f"%spa: {error}") from None
    except OSError as error:
        raise UsageError(f"%spa: cannot write {path}: {error.strerror or error}") from None
    print(f"{path}: {size / 1000:.0f} kB" + (", with its state of this moment" if old else ""))


def _store(shell: Any, asked: SpaLine) -> Store | None:
    name = asked.values.get("--store")
    if name is None:
        return None
    found = shell.user_ns.get(name)
    if not isinstance(found, Store):
        stores = [key for key, value in list(shell.user_ns.items()) if isinstance(value, Store)]
        remedy = did_you_mean(name, stores, f"write `{name} = moon_kernel.Store(count=0)` first")
        raise UsageError(f"%spa: {name} is no Store; {remedy}")
    return found


def _deadline(asked: SpaLine) -> float:
    text = asked.values.get("--deadline")
    try:
        seconds = bridge.DEADLINE if text is None else float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_DEADLINE:
        raise UsageError(f"%spa: --deadline needs a number of seconds up to {MAX_DEADLINE:g}, not {text!r}")
    return seconds
