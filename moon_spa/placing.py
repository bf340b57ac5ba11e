"""Each callable on its side, and the final types of the state fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from moon_spa.codegen import default_type, server_call
from moon_spa.forms import operations_body
from moon_spa.parameters import parameter_names
from moon_spa.spec import Callback, ComponentSpec, Operation, Placed
from moon_spa.types import Type


def place(spec: ComponentSpec, mode: str) -> tuple[dict[tuple[str, str], Placed], Mapping[str, Type]]:
    types = default_type(spec)
    placed = {}
    for kind, callbacks in (("action", spec.actions), ("lifecycle", spec.lifecycle)):
        for name, callback in callbacks.items():
            if not callback.calls:
                placed[kind, name] = _placed(spec, callback, types)
    return placed, types


def _placed(spec: ComponentSpec, callback: Callback, types: Mapping[str, Type]) -> Placed:
    if callback.operations is not None:
        body = operations_body(callback.operations, spec.fields, types)
        return Placed("client", operations=callback.operations, body=body.js, helpers=body.helpers)
    call = server_call(callback.kind, callback.name, parameter_names(callback))
    operations = (Operation("server_call", callback.name, kind=callback.kind),)
    return replace(call, operations=operations, reason="a callable", line=callback.line)
