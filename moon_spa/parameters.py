"""The parameters of a callable as JavaScript knows them."""

from __future__ import annotations

from inspect import Parameter, signature

from moon_spa.javascript import is_identifier
from moon_spa.spec import Callback

_SIMPLE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def parameter_names(callback: Callback) -> tuple[str, ...] | None:
    """The names, where every one has to be given; None for anything else."""
    if callback.function is None:
        return ()
    try:
        found = signature(callback.function).parameters.values()
    except (TypeError, ValueError):
        return None
    plain = all(
        one.kind in _SIMPLE and one.default is Parameter.empty and is_identifier(one.name) for one in found
    )
    return tuple(one.name for one in found) if plain else None
