"""Each callable on its side, in its final form, and the final types of the state fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from moon_spa.analysis import examine
from moon_spa.analysis.placement import Key, Mode
from moon_spa.codegen import server_call
from moon_spa.findings import ComponentError, Place, finding
from moon_spa.forms import operations_body
from moon_spa.javascript import text
from moon_spa.parameters import parameter_names
from moon_spa.spec import Callback, ComponentSpec, Operation, Placed
from moon_spa.types import Type
from moonlight.diagnostic import Diagnostic


def place(spec: ComponentSpec, mode: Mode) -> tuple[dict[Key, Placed], Mapping[str, Type]]:
    """Where each callable runs. Raises ComponentError where `@client` cannot be kept."""
    found = examine(spec, mode)
    placed: dict[Key, Placed] = {}
    wrong: list[Diagnostic] = []
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        key: Key = (callback.kind, callback.name)
        if callback.calls:
            placed[key] = Placed("client", body=f"__callAction({text(callback.calls)});")
            continue
        placed[key] = _dressed(spec, callback, found.placed[key], found.types)
        if callback.side == "client" and placed[key].side == "server":
            message = f"{callback.name} is marked @client, and cannot run there: {placed[key].reason}"
            hint = "write it without that, or take the marker off: then it runs on the server"
            line = placed[key].line or callback.line
            wrong.append(finding("not-on-client", message, Place(spec.path, line), hint))
    if wrong:
        raise ComponentError(wrong)
    return placed, found.types


def _dressed(spec: ComponentSpec, callback: Callback, placed: Placed, types: Mapping[str, Type]) -> Placed:
    """The JavaScript of declared operations and of server calls."""
    if callback.operations is not None:
        body = operations_body(callback.operations, spec.fields, types)
        lines = tuple((number, callback.line) for number in range(body.js.count("\n") + 1))
        return replace(placed, body=body.js, helpers=body.helpers, lines=lines)
    if placed.side == "client":
        return placed
    call = server_call(callback.kind, callback.name, parameter_names(callback))
    operations = (Operation("server_call", callback.name, kind=callback.kind),)
    return replace(
        call, operations=operations, reason=placed.reason, line=placed.line, returned=placed.returned
    )
