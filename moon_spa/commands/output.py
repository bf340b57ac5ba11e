"""What the commands share: compiling a file, printing findings, the JSON of a component."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import click

from moon_spa import wire
from moon_spa.analysis.placement import Mode
from moon_spa.compiler import CompiledComponent
from moon_spa.compiler import compile as compile_component
from moon_spa.findings import ComponentError
from moon_spa.source import from_text
from moon_spa.types import type_of
from moonlight.commandline import FAILED, show_diagnostics
from moonlight.diagnostic import Diagnostic, MoonlightError
from moonlight.source import decode

STDIN = "-"
"""As FILE: the source is read from standard input."""

FILE = click.argument("file", metavar="FILE")
NAME = click.option("--name", metavar="N", help="The component, where the file holds several.")
MODE = click.option(
    "--mode",
    type=click.Choice(["auto", "server"]),
    default="auto",
    help="`server`: every action that is Python runs on the server.",
)

KEYS = ("name", "setup_js", "esm", "state", "ops", "placement", "explain", "diagnostics")
"""What the JSON of a component has; all but the diagnostics are null where it was refused."""

Result = TypeVar("Result")


def compiled(file: str, name: str | None, mode: Mode = "auto", keys: Iterable[str] = ()) -> CompiledComponent:
    """The component of a file; errors are printed and end the program.

    `keys` are those of the JSON document that standard output has to have then, with nothing but the errors.
    """
    component = or_exit(lambda: _compiled(file, name, mode), keys)
    click.echo(component.stdout, err=True, nl=False)
    return component


def _compiled(file: str, name: str | None, mode: Mode) -> CompiledComponent:
    if file == STDIN:
        text = decode(sys.stdin.buffer.read(), "<stdin>")
        return compile_component(from_text(text, "<stdin>", name), name=name, mode=mode)
    may_import_beside(Path(file))
    return compile_component(Path(file), name=name, mode=mode)


def may_import_beside(file: Path) -> None:
    """Let the component import what lies beside its file, as `python FILE` does, until the command ends."""
    folder = str(file.absolute().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
        click.get_current_context().call_on_close(lambda: sys.path.remove(folder))


@contextmanager
def importing_beside(*folders: Path) -> Iterator[None]:
    """Let components import what lies in these folders, the first of them first; then forget those modules.

    So files of another folder get their own, also where it has modules of the same names.
    """
    entries = [str(folder.absolute()) for folder in folders]
    before, path = set(sys.modules), list(sys.path)
    sys.path[:0] = entries
    try:
        yield
    finally:
        sys.path[:] = path
        new = [name for name in sys.modules if name not in before]
        for name in [name for name in new if _lies_in(sys.modules.get(name.partition(".")[0]), entries)]:
            del sys.modules[name]


def _lies_in(module: ModuleType | None, entries: Iterable[str]) -> bool:
    """Whether a module, or a package, stands right inside one of these folders."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return False
    places = spec.submodule_search_locations or [spec.origin or ""]
    return any(os.path.dirname(place) in entries for place in places)


def or_exit(work: Callable[[], Result], keys: Iterable[str] = ()) -> Result:
    """What `work` returns; what the component's own code prints is not part of the answer."""
    try:
        with redirect_stdout(sys.stderr):
            return work()
    except (ComponentError, MoonlightError) as error:
        found = diagnostics_of(error)
        show_diagnostics(found)
        if keys:
            print_json({**dict.fromkeys(keys), "diagnostics": [one.to_json() for one in found]})
        sys.exit(FAILED)


def diagnostics_of(error: ComponentError | MoonlightError) -> tuple[Diagnostic, ...]:
    """The findings that an error carries."""
    return error.diagnostics if isinstance(error, ComponentError) else (error.diagnostic,)


def to_json(component: CompiledComponent) -> dict[str, Any]:
    """``{name, setup_js, esm, state, ops, placement, explain, diagnostics}``."""
    return {
        "name": component.name,
        "setup_js": component.setup_js,
        "esm": component.esm,
        "state": {field.name: data(field.to_spec()) for field in component.spec.fields},
        "ops": data(component.ops),
        "placement": dict(component.placement),
        "explain": list(component.explain),
        "diagnostics": [one.to_json() for one in component.diagnostics],
    }


def data(value: Any) -> Any:
    """A value as JSON: what JSON cannot say as `moon_spa.wire` does, other objects as their text."""
    if isinstance(value, dict):
        return {str(key): data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [data(one) for one in value]
    try:
        return wire.encode(value, type_of(value))
    except wire.WireError:
        return repr(value)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, allow_nan=False))
