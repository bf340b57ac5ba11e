"""What of the runtime a component needs: the rest does not travel with it.

The compiler of templates notes the features that a template uses; server calls, casts and the kinds of its
values are known from the component. `entry` writes the module that puts the parts of `browser/` together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from moon_spa.types import BOOL, INT, NONE, STR, ListOf, Record, Type, Union

Feature = Literal[
    "attribute",
    "casts",
    "children",
    "event",
    "event-modifiers",
    "event-record",
    "for",
    "hooks",
    "if",
    "model",
    "props",
    "receive",
    "receive-plain",
    "send",
    "send-plain",
    "server",
    "style",
    "typed-plain",
    "use",
]
"""What a component may need, one part of the runtime each."""

Piece = tuple[str, str, str]
"""The key of a kit, the module of `browser/` and the name there."""

_PARTS: Mapping[Feature, tuple[Piece, ...]] = {
    "if": (("i", "branches", "ifRegion"),),
    "for": (("f", "loops", "forRegion"), ("focus", "focus", "keepFocus")),
    "use": (
        *(("u", "nested", "useRegion"), ("share", "parts", "shareParts"), ("enter", "paths", "enter")),
        *(("firstState", "paths", "firstState"), ("rowAt", "paths", "rowAt"), ("slotAt", "paths", "slotAt")),
    ),
    "children": (("c", "nested", "childrenRegion"),),
    "attribute": (("a", "bindings", "bindAttribute"),),
    "event": (("e", "bindings", "bindEvent"),),
    "event-modifiers": (("passes", "bindings", "passes"),),
    "event-record": (("record", "bindings", "record"),),
    "hooks": (("hook", "hooks", "hook"), ("settle", "hooks", "settle")),
    "props": (("context", "props", "context"), ("receive", "props", "receive")),
    "model": (("m", "models", "bindModel"),),
    "style": (("style", "styles", "shareStyle"),),
    "server": (
        *((name, "calls", name) for name in ("ask", "caller", "leave", "patched", "pump", "touch")),
        ("connect", "channel", "connect"),
        ("patch", "channel", "patch"),
        ("status", "status", "status"),
    ),
    "casts": (("cast", "casts", "cast"),),
    "send-plain": (("encode", "plain", "encodePlain"),),
    "send": (("encode", "wire", "encode"),),
    "typed-plain": (("typed", "plain", "checkPlain"),),
    "receive-plain": (("decode", "plain", "decodePlain"),),
    "receive": (("decode", "wire", "decode"),),
}


def entry(features: Iterable[Feature]) -> str:
    """A module that exports ``renderer(component, moon)``, the function `render` of an anywidget."""
    parts = sorted(part for feature in set(features) for part in _PARTS[feature])
    imports = [f'import {{ {name} }} from "./{module}.mjs";\n' for _, module, name in parts]
    kit = ", ".join(f"{key}: {name}" for key, _, name in parts)
    return (
        'import { renderWith } from "./render.mjs";\n'
        + "".join(imports)
        + f"const KIT = {{ {kit} }};\n"
        + "export function renderer(component, moon) {\n  return renderWith(component, moon, KIT);\n}\n"
    )


def is_plain(kind: Type) -> bool:
    """Whether JSON says a type's values: None, bool, int, text, lists and records of them."""
    match kind:
        case ListOf(item):
            return is_plain(item)
        case Record(fields):
            return all(
                not key.isdecimal() and key[:1] != "$" and key != "__proto__" for key, _ in fields
            ) and all(is_plain(item) for _, item in fields)
        case Union((one, two)) if NONE in (one, two):
            return is_plain(two if one is NONE else one)
    return kind in (NONE, BOOL, INT, STR)
