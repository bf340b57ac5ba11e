"""The components inside a live one, as Python sees them: by path, those that have left their first state."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from traitlets import HasTraits, TraitError, TraitType

from moon_kernel.spa_state import StateTrait
from moon_spa import CompiledComponent, wire
from moon_spa.page import encode_parts
from moon_spa.present import Part
from moon_spa.types import ANY


class PartsTrait(TraitType[Any, Any]):
    """Paths and parts; what does not fit the component that has the trait is refused, or left out if sent."""

    def default(self, obj: Any = None) -> dict[str, Part]:
        """None has left its first state."""
        return {}

    def validate(self, obj: Any, value: Any) -> dict[str, Part]:
        """A copy; TraitError for what is no state of a component inside."""
        if not isinstance(value, Mapping) or not all(
            isinstance(path, str) and isinstance(part, Part) for path, part in value.items()
        ):
            raise TraitError("parts are a mapping of paths to `moon_spa.present.Part`")
        found = fitting(obj.component, value)
        for path, part in value.items():
            if path not in found or found[path].state.keys() != part.state.keys():
                raise TraitError(f"no state of a component inside {obj.component.name}: {path!r}: {part!r}")
        return found

    def get(self, obj: HasTraits, cls: type[Any] | None = None) -> Any:
        """A copy: a change within it would be seen by nobody."""
        parts: dict[str, Part] = super().get(obj, cls) or {}
        return fitting(obj.component, parts)  # type: ignore[attr-defined]

    def synced(self) -> PartsTrait:
        """The trait, its values sent to the browser in wire form."""
        self.tag(
            sync=True,
            to_json=lambda value, widget: encode_parts(widget.component, value),
            from_json=lambda data, widget: _read(widget.component, data),
        )
        return self


def fitting(component: CompiledComponent, parts: Mapping[str, Part]) -> dict[str, Part]:
    """Copies of the parts with all that is state of components inside of this one."""
    known = {**component.parts, component.name: component}
    found = {}
    for path, part in parts.items():
        if part.name in known:
            types = known[part.name].types
            state: dict[str, Any] = {}
            for field, value in part.state.items():
                with suppress(TraitError, KeyError):
                    state[field] = StateTrait(field, None, [types[field]]).validate(None, value)
            found[path] = Part(part.name, state)
    return found


def _read(component: CompiledComponent, data: Any) -> dict[str, Part]:
    """The parts that a browser has sent; what is none is left out."""
    known = {**component.parts, component.name: component}
    parts = {}
    for path, one in data.items() if isinstance(data, dict) else ():
        name, state = (one.get("name"), one.get("state")) if isinstance(one, dict) else (None, None)
        if not isinstance(name, str) or name not in known or not isinstance(state, dict):
            continue
        read: dict[str, Any] = {}
        for field, value in state.items():
            with suppress(wire.WireError):
                read[field] = wire.decode(value, known[name].types.get(field, ANY))
        parts[path] = Part(name, read)
    return fitting(component, parts)
