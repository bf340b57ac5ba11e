"""The function `setup()` of a component, in the seed's form.

Six parts in the seed's order: props, state hooks, actions, the dispatcher, lifecycle hooks, the exposed
state. An action that reads state or props runs as the latest render has it, so that a handle from before
cannot act on what is no more: behind the state hooks one more hook keeps the actions of the latest render.
Where a helper finds that Python's answer is not known in the browser, the server runs the action: nothing is
set by then, since setters come last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from moon_spa.analysis.leaving import LEFT, may_leave
from moon_spa.analysis.placement import Key
from moon_spa.constants import as_any, constant_any, constant_as, helper
from moon_spa.findings import Place, unwritable
from moon_spa.javascript import UnwritableError, key, object_literal, text
from moon_spa.spec import HOOKS, Callback, CallbackKind, ComponentSpec, Expr, Field, Placed
from moon_spa.types import ANY, INT, NUM, Type, holds

_OF_RENDER = re.compile(r"\b(__state_\d+|resolvedProps)\b")
_CASTS: Mapping[str, str] = {"int": "Number", "float": "Number", "str": "String", "bool": "Boolean"}


@dataclass(frozen=True)
class Generated:
    """The text of `setup()`, the helpers it calls, and pairs of its lines, from 1, and lines of the file."""

    js: str
    helpers: frozenset[str] = frozenset()
    lines: tuple[tuple[int, int], ...] = ()


@dataclass
class _Writer:
    """Lines as they are written."""

    text: list[str] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)
    lines: list[tuple[int, int]] = field(default_factory=list)

    def line(self, js: str, origin: int = 0) -> None:
        """One line, from a line of the file where there is one."""
        self.text.append(js)
        if origin:
            self.lines.append((len(self.text), origin))

    def use(self, expr: Expr) -> str:
        """The text of an expression, its helpers noted."""
        self.helpers |= expr.uses
        return expr.js


def generate(spec: ComponentSpec, placed: Mapping[Key, Placed], types: Mapping[str, Type]) -> Generated:
    """Write `setup()`; `types` are the final types of the state fields."""
    out = _Writer()
    out.line("function setup({ useState, props, componentName }) {", spec.line)
    _props(out, spec)
    for one in spec.fields:
        try:
            initial = first_value(out, one, types.get(one.name, one.type))
        except UnwritableError as error:
            raise unwritable(f"the first value of {one.name}", error, Place(spec.path, one.line)) from None
        out.line(f"  const [__state_{one.index}, __set_state_{one.index}] = useState({initial});", one.line)
    actions = [placed["action", name] for name in spec.actions]
    leaving = any(map(_may_leave, actions)) and not any(map(_half_done, actions))
    latest = leaving or any(map(_reads_render, actions))
    if latest:
        out.line("  const [__latest] = useState({});")
    _callbacks(out, "actions", spec.actions, placed, "action")
    if latest:
        _dispatch(out, leaving)
    out.line("  function __callAction(actionName, event) { return actions[actionName](event); }")
    _lifecycle(out, spec, placed)
    hooks = [name for name in spec.lifecycle if _may_leave(placed["lifecycle", name])]
    for name in hooks:
        out.line(f'  lifecycle.{name} = __orServer.bind(null, "lifecycle", "{name}", lifecycle.{name}, []);')
    if leaving or hooks:
        _or_server(out)
    state = object_literal({one.name: f"__state_{one.index}" for one in spec.fields})
    out.line(f"  const state = {state};")
    exposed = "resolvedProps"
    if spec.computed:
        computed = object_literal({name: out.use(expr) for name, expr in spec.computed.items()})
        exposed = f"Object.assign({{}}, resolvedProps, {computed})"
    out.line(f"  return {{ props: {exposed}, state, actions, lifecycle }};")
    out.line("}")
    return Generated("\n".join(out.text), frozenset(out.helpers), tuple(out.lines))


def _props(out: _Writer, spec: ComponentSpec) -> None:
    defaults = object_literal({name: out.use(constant_any(value)) for name, value in spec.props.items()})
    out.line(f"  const resolvedProps = Object.assign({{}}, {defaults}, props || {{}});")


def first_value(out: _Writer, one: Field, kind: Type) -> str:
    """The argument of `useState`."""
    if one.initial is not None:
        expr = as_any(one.initial) if kind is ANY else one.initial
        js = out.use(helper("exact_all", expr) if _may_be_large(expr) else expr)
        if LEFT.keys().isdisjoint(expr.uses):
            return js
        return f"() => ({js})"  # where the server has made it already, nothing has to be left to it
    default = constant_as(one.default, kind)
    if one.from_prop is None:
        return out.use(default)
    given = f"resolvedProps[{text(one.from_prop)}] ?? {out.use(default)}"
    if one.cast is None or one.default is None:
        return given
    return f"{_CASTS[one.cast]}({given})"


def _may_be_large(expr: Expr) -> bool:
    """Whether setup computes an int, which may be past 2**53 - 1, from props."""
    return bool(expr.uses) and any(holds(expr.type, part) for part in (INT, NUM, ANY))


def _reads_render(placed: Placed) -> bool:
    return _OF_RENDER.search(placed.body) is not None


def _may_leave(placed: Placed) -> bool:
    return placed.side == "client" and may_leave(placed.helpers)


def _half_done(placed: Placed) -> bool:
    """Whether it may have set something when it leaves: that is for the host to take back."""
    return len(placed.operations or ()) > 1 and _may_leave(placed)


def _dispatch(out: _Writer, leaving: bool) -> None:
    """Every action runs as the latest render has it; with `leaving`, or else on the server."""
    run = '__orServer("action", name, __latest[name], args)' if leaving else "__latest[name](...args)"
    out.line("  Object.keys(actions).forEach(function (name) {")
    out.line("    __latest[name] = actions[name];")
    out.line(f"    actions[name] = function (...args) {{ return {run}; }};")
    out.line("  });")


def _or_server(out: _Writer) -> None:
    """The function that runs a callable, and lets the server run it where Python's answer is not known."""
    out.line("  function __orServer(kind, name, run, args) {")
    out.line("    try {")
    out.line("      return run(...args);")
    out.line("    } catch (error) {")
    out.line("      if (!error.bail) throw error;")
    out.line("      return __serverCall(kind, name, ...(run.length ? [args] : []));")
    out.line("    }")
    out.line("  }")


def _callbacks(
    out: _Writer,
    name: str,
    callbacks: Mapping[str, Callback],
    placed: Mapping[Key, Placed],
    kind: CallbackKind,
) -> None:
    if not callbacks:
        out.line(f"  const {name} = {{}};")
        return
    out.line(f"  const {name} = {{")
    for callback in callbacks.values():
        _function(out, callback.name, placed[kind, callback.name], callback.line)
    out.line("  };")


def _function(out: _Writer, name: str, placed: Placed, line: int) -> None:
    """One member: on one line where its body is one server call or nothing, as the seed writes it."""
    out.helpers |= placed.helpers
    head = f"    {key(name)}: function ({', '.join(placed.params)}) {{"
    body = placed.body.split("\n") if placed.body else []
    if not body or (len(body) == 1 and body[0].startswith(("__serverCall(", "__callAction("))):
        out.line(f"{head}{f' {body[0]} ' if body else ''}}},", line)
        return
    origins = dict(placed.lines)
    out.line(head, line)
    for number, js in enumerate(body):
        out.line(f"      {js}", origins.get(number, 0))
    out.line("    },")


def _lifecycle(out: _Writer, spec: ComponentSpec, placed: Mapping[Key, Placed]) -> None:
    """All four hooks, empty where nothing is declared."""
    out.line("  const lifecycle = {")
    for name in HOOKS:
        callback = spec.lifecycle.get(name)
        if callback is None:
            out.line(f"    {name}: function () {{}},")
        elif callback.calls:
            _function(
                out, name, Placed("client", body=f"__callAction({text(callback.calls)});"), callback.line
            )
        else:
            _function(out, name, placed["lifecycle", name], callback.line)
    out.line("  };")


def server_call(kind: str, name: str, params: Iterable[str] | None = ()) -> Placed:
    """A callable that runs on the server; `params` None stands for parameters that are not known."""
    names = tuple(params or ())
    given = f", [{', '.join(names)}]" if names else ""
    if params is None:
        names, given = ("...args",), ", args"
    return Placed("server", params=names, body=f"__serverCall({text(kind)}, {text(name)}{given});")
