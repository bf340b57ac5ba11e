"""moon_spa: a Python component compiled to JavaScript; what cannot be proven equal stays on the server."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moon_spa import bridge
    from moon_spa.compiler import CompiledComponent, compile  # noqa: A004 - the public name
    from moon_spa.component import Component, StateField, client, server
    from moon_spa.findings import ComponentError
    from moon_spa.runtime import runtime_path

_PARTS = {
    **dict.fromkeys(("CompiledComponent", "compile"), "compiler"),
    **dict.fromkeys(("Component", "StateField", "client", "server"), "component"),
    **dict.fromkeys(("ComponentError",), "findings"),
    **dict.fromkeys(("runtime_path",), "runtime"),
}

__all__ = [
    "CompiledComponent",
    "Component",
    "ComponentError",
    "StateField",
    "bridge",
    "client",
    "compile",
    "runtime_path",
    "server",
]


def __getattr__(name: str) -> Any:
    """Parts are loaded when they are used."""
    if name == "bridge":
        return import_module("moon_spa.bridge")
    if name not in _PARTS:
        raise AttributeError(f"module 'moon_spa' has no attribute {name!r}")
    value = getattr(import_module(f"moon_spa.{_PARTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
