"""Each callable on its side, in its final form, and the final types of the state fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from moon_spa.analysis import examine
from moon_spa.codegen import server_call
from moon_spa.findings import Place, refusal
from moon_spa.forms import operations_body
from moon_spa.parameters import parameter_names
from moon_spa.spec import Callback, ComponentSpec, Operation, Placed
from moon_spa.types import Type

Mode = Literal["auto", "server"]


def place(spec: ComponentSpec, mode: Mode) -> tuple[dict[tuple[str, str], Placed], Mapping[str, Type]]:
    """Where each callable runs. Raises ComponentError for one that is marked for the client and cannot."""
    found = examine(spec, mode)
    placed: dict[tuple[str, str], Placed] = {}
    for callback in (*spec.actions.values(), *spec.lifecycle.values()):
        if not callback.calls:
            one = found.placed[callback.kind, callback.name]
            placed[callback.kind, callback.name] = _dressed(spec, callback, one, found.types)
    return placed, found.types


def _dressed(spec: ComponentSpec, callback: Callback, placed: Placed, types: Mapping[str, Type]) -> Placed:
    """The JavaScript of declared operations and of server calls."""
    if callback.operations is not None:
        body = operations_body(callback.operations, spec.fields, types)
        return replace(placed, body=body.js, helpers=body.helpers)
    if placed.side == "client":
        return placed
    if callback.side == "client":
        message = f"{callback.name} is marked `@client`, and {placed.reason} has no JavaScript of its own"
        hint = "write it with what JavaScript can do too, or leave out `@client`: it runs on the server then"
        raise refusal("unprovable", message, Place(spec.path, placed.line or callback.line), hint)
    call = server_call(callback.kind, callback.name, parameter_names(callback))
    operations = (Operation("server_call", callback.name, kind=callback.kind),)
    return replace(call, operations=operations, reason=placed.reason, line=placed.line)
