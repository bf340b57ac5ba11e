"""Loading: the Python of a component is executed in a scope of its own, and its component is found there.

The block has all of Python. Its scope adds `Component`, `StateField`, the markers `client` and `server`, and
`int`, `float`, `str` and `bool` that keep traces; nothing outside the scope is changed. Code of the user runs
on a thread of its own with a deadline, so it may loop for ever; what it prints is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import TracebackType
from typing import Any, TypeVar

from moon_spa import worker
from moon_spa.component import Component, StateField, client, server
from moon_spa.findings import ComponentError, Place, finding, refusal
from moon_spa.following import Following, follows
from moon_spa.overrides import OVERRIDES
from moon_spa.printing import Printed, collecting
from moon_spa.props import called_dict, joined_text, merged
from moon_spa.rewriting import (
    DICT,
    FOLLOWED,
    FOLLOWS,
    HERE,
    LOCALS,
    MERGED,
    OPERATED,
    TEXT,
    Inferred,
    Rewritten,
)
from moon_spa.source import ComponentSource, too_deep
from moon_spa.trace import MissingPropError, StateInSetupError, operated
from moonlight.hints import did_you_mean

Result = TypeVar("Result")

DEADLINE = 5.0
"""Seconds that a block, or setup, may take at compile time."""

LOADED = "__moon_loaded__"
"""Key of the scope under which its `Loaded` stands."""

LEGACY = ("setup", "context", "client")
"""Functions of older styles, at the top level of a block."""


@dataclass
class Loaded:
    """Where a scope comes from, what of it is written anew, and what its code has printed."""

    source: ComponentSource
    printed: Printed = field(default_factory=Printed)
    rewritten: Rewritten = field(default_factory=Rewritten)


@dataclass(frozen=True)
class _Loader:
    """Tells `linecache` the lines of a block that is in no file."""

    code: str

    def get_source(self, name: str) -> str:
        """The text of the block."""
        return self.code


def load(source: ComponentSource, namespace: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The scope of a source, without a deadline; it begins with the names of `namespace`."""
    loaded = Loaded(source)
    scope: dict[str, Any] = {
        **(namespace or {}),
        "__name__": PurePath(source.path.strip("<>")).name.partition(".")[0] or "component",
        "__file__": source.path,
        "__loader__": _Loader(source.code),
        "Component": Component,
        "StateField": StateField,
        "client": client,
        "server": server,
        **OVERRIDES,
        LOCALS: Inferred,
        MERGED: merged,
        OPERATED: operated,
        DICT: called_dict,
        TEXT: joined_text,
        FOLLOWS: follows,
        HERE: locals,
        LOADED: loaded,
    }
    code = _compiled(source, loaded.rewritten)
    scope[FOLLOWED] = Following(loaded.rewritten.followed, scope)
    with collecting(loaded.printed):
        run_user_code(lambda: exec(code, scope), source.path, "the block")
    return scope


def _compiled(source: ComponentSource, rewritten: Rewritten) -> Any:
    try:
        return compile(rewritten.module(source.tree), source.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        place = Place(source.path, error.lineno or 1, error.offset or 1)
        raise refusal("syntax", error.msg, place, "this is no Python") from None
    except RecursionError:
        raise too_deep(source.path) from None
    except ValueError as error:
        raise refusal("syntax", str(error), Place(source.path, 1), "this is no Python") from None


def reject_legacy(source: ComponentSource) -> None:
    """Refuse functions of older styles at the top level."""
    hint = "write a class: `class Name(Component):` with `def setup(self, props):` in it"
    found = []
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name not in LEGACY:
            continue
        place, message = Place(source.path, node.lineno), f"`{node.name}` is a function of its own"
        if node.name == "setup":
            found.append(finding("top-level-setup", message, place, hint))
        else:
            found.append(finding("legacy-callable", message, place, hint))
    if found:
        raise ComponentError(found)


def within_deadline(work: Callable[[], Result], place: Place, what: str) -> Result:
    """What `work` returns; ComponentError ``too-slow`` after DEADLINE, ``too-busy`` where it cannot begin.

    What is too slow is told at the line where it was then, or at `place` where that is in another file.
    """
    try:
        return worker.run(work, DEADLINE)
    except worker.TooSlowError as error:
        where = Place(place.path, error.line(place.path, place.line))
        message = f"{what} has not ended after {DEADLINE:g} seconds"
        hint = "do slow work in an action, or in the hook `created`"
        raise refusal("too-slow", message, where, hint) from None
    except worker.TooBusyError as error:
        raise refusal("too-busy", str(error), place, "end what they wait for, or restart it") from None


def run_user_code(work: Callable[[], Result], path: str, what: str) -> Result:
    """What `work` returns; what it raises becomes a ComponentError at the user's line."""
    try:
        return work()
    except (ComponentError, worker.Stop, worker.TooSlowError):
        raise
    except BaseException as error:
        place, frames = _user_frames(error, path)
        raise _raised(error, place, what) from error.with_traceback(frames)


def _raised(error: BaseException, place: Place, what: str) -> ComponentError:
    if isinstance(error, MissingPropError):
        return refusal("missing-prop", f"{what}: {error}", place, error.hint)
    if isinstance(error, StateInSetupError):
        hint = "use it in an action; setup gives first values in its section `state`"
        return refusal("state-in-setup", str(error), place, hint)
    try:
        text = str(error)
    except Exception:
        text = "(its text cannot be shown)"
    message = f"{what} raised {type(error).__name__}" + (f": {text}" if text else "")
    return refusal("raised", message, place, "the component runs this code when it is compiled")


def _user_frames(error: BaseException, path: str) -> tuple[Place, TracebackType | None]:
    """The last line of the user's file that the exception went through, and the traceback from there on."""
    trace, first, line = error.__traceback__, None, 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            first = first or trace
            line = trace.tb_lineno
        trace = trace.tb_next
    return Place(path, line), first


def components_of(scope: Mapping[str, Any]) -> dict[str, type[Component]]:
    """The components that a scope defines, by name: subclasses of Component that have a setup."""
    found = {}
    for value in list(scope.values()):
        if not (isinstance(value, type) and issubclass(value, Component)):
            continue
        if value.__module__ == scope["__name__"] and value.setup is not Component.setup:
            found[value.__name__] = value
    return found


def component_of(scope: Mapping[str, Any], name: str | None = None) -> type[Component]:
    """The component of a scope, or the one called `name`. Raises ComponentError."""
    source: ComponentSource = scope[LOADED].source
    reject_legacy(source)
    found = components_of(scope)
    if name is not None and name in found:
        return found[name]
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name is None and found:
        names = ", ".join(found)
        hint = "say which one with `name`, `--name` on the command line, or keep one in a file"
        message = f"{len(found)} components stand here: {names}"
        raise refusal(
            "several-components", message, Place(source.path, class_line(source, [*found][1])), hint
        )
    raise _no_component(source, scope, name, found)


def _no_component(
    source: ComponentSource, scope: Mapping[str, Any], name: str | None, found: Mapping[str, Any]
) -> ComponentError:
    if name is not None and not isinstance(scope.get(name), type):
        hint = did_you_mean(name, found, f"write `class {name}(Component):`")
        return refusal("no-component", f"no component is called {name}", Place(source.path, 1), hint)
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and name in (None, node.name):
            place = Place(source.path, node.lineno, node.col_offset + 1)
            value = scope.get(node.name)
            if isinstance(value, type) and issubclass(value, Component):
                hint = "write `def setup(self, props):` in it"
                legacy = [method for method in ("context", "client") if method in vars(value)]
                if legacy:
                    message = f"{node.name} has {legacy[0]}(), a style that is no more"
                    return refusal("legacy-callable", message, place, hint + ", with the sections it returns")
                return refusal("no-setup", f"the component {node.name} has no setup", place, hint)
            hint = f"write `class {node.name}(Component):`"
            return refusal("no-component", f"the class {node.name} is no Component", place, hint)
    hint = "write `class Name(Component):` with `def setup(self, props):` in it"
    return refusal("no-component", "no component stands here", Place(source.path, 1), hint)


def class_line(source: ComponentSource, name: str) -> int:
    """The line of a class at the top level; 1 where there is none."""
    lines = [node.lineno for node in source.tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    return lines[-1] if lines else 1
