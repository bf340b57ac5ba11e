"""Each callable on its side, and the final types of the state fields."""

from __future__ import annotations

from collections.abc import Mapping

from moon_spa.analysis.placement import Key, Mode, examine
from moon_spa.findings import Place, refusal
from moon_spa.spec import ComponentSpec, Placed
from moon_spa.types import Type


def place(spec: ComponentSpec, mode: Mode) -> tuple[dict[Key, Placed], Mapping[str, Type]]:
    """Where each callable runs. Raises ComponentError for one that is marked for the client and cannot."""
    found = examine(spec, mode)
    callbacks = (*spec.actions.values(), *spec.lifecycle.values())
    placed = {(one.kind, one.name): found.placed[one.kind, one.name] for one in callbacks if not one.calls}
    for callback in callbacks:
        one = placed.get((callback.kind, callback.name))
        if callback.side == "client" and one is not None and one.side == "server":
            message = f"{callback.name} is marked `@client`, and {one.reason} has no JavaScript of its own"
            hint = "write it another way, or leave out `@client`: the action runs on the server then"
            raise refusal("unprovable", message, Place(spec.path, one.line or callback.line), hint)
    return placed, found.types
